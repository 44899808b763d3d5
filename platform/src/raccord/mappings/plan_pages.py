"""The pages of plans and versions: what a draft would do, applying it or a few articles of it first, and going back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import UNSET, Struct

from raccord.channels import service as channels
from raccord.channels import views
from raccord.channels.models import Channel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.core.plan import Action, FieldChange, Summary
from raccord.core.targets import target_of
from raccord.front.figures import Share, shares
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.journal.fields import Difference, shown, title_of
from raccord.mappings import service
from raccord.mappings.differences import Contents
from raccord.mappings.draft_bar import draft_bar, in_force
from raccord.mappings.edit_words import EditView, edit_views
from raccord.mappings.errors import UNKNOWN_PLAN, MappingsError
from raccord.mappings.models import Plan, PlanLine, Version
from raccord.overview.frame import Visit, tenant_page
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Problem

MANAGER = {"role": "manager"}
ACTIONS: tuple[Action, ...] = ("create", "update", "withdraw", "release", "hold", "stock")
TONES = {
    "create": "good",
    "update": "brand",
    "withdraw": "bad",
    "release": "good",
    "hold": "wait",
    "held": "wait",
}
PAGE = 50
LONGEST_TITLES = 6
"""Fields that a line names before it is opened."""


class Deciding(Struct):
    """What a person decides on a plan."""

    do: str
    note: str = ""
    sample: str = ""


class LineView(Struct, frozen=True):
    """One record of the plan, in the reader's language."""

    stream: str
    key: str
    name: str
    action: Action
    trying: bool
    problem: Problem | None
    reason: Message | None
    """The sum behind a quantity."""
    titles: list[str]
    differences: list[Difference]
    state: str = ""
    """Of a record on trial: sent, held, or on_its_way."""


# -------------------------------------------------------------------------------------------------- plans


@post("/t/{tenant:uuid}/channels/{channel:uuid}/plans", guards=[member], opt=MANAGER)
async def start_plan(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    await _found(tenant, channel)
    return await _start(request, tenant, channel)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/plans/{plan:uuid}", guards=[member])
async def plan_page(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], plan: FromPath[UUID]
) -> Template:
    return await _plan_page(request, tenant, channel, plan)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/plans/{plan:uuid}", guards=[member], opt=MANAGER)
async def decide(
    request: Visit,
    tenant: FromPath[UUID],
    channel: FromPath[UUID],
    plan: FromPath[UUID],
    data: Annotated[Deciding, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """`apply` (to all), `try` (a sample first), `undo` (the sample). What cannot be done is said on the plan's page."""
    found, wake, person = await _plan(tenant, channel, plan), request.app.state.wake, request.user.id
    here = f"/t/{tenant}/channels/{channel}/plans/{plan}"
    try:
        match data.do:
            case "apply":
                note = data.note.replace("\0", "").strip()[:200]
                await service.apply(tenant, plan, wake, person, note=note)
                return Redirect(address(here, done="live" if found.first else "applied"), status_code=303)
            case "try":
                await service.apply(tenant, plan, wake, person, sample=_sample(data.sample))
                return Redirect(address(here, done="tried"), status_code=303)
            case "undo":
                await service.undo_sample(tenant, plan, wake, person)
                return Redirect(address(here, done="untried"), status_code=303)
    except MappingsError as error:
        return await _plan_page(request, tenant, channel, plan, refused=error.message, status=422)
    raise NotFoundException


@post("/t/{tenant:uuid}/channels/{channel:uuid}/draft/discard", guards=[member], opt=MANAGER)
async def discard(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    await _found(tenant, channel)
    await service.discard_draft(tenant, channel, request.user.id)
    return Redirect(address(f"/t/{tenant}/channels/{channel}", done="discarded"), status_code=303)


# ----------------------------------------------------------------------------------------------- versions


@get("/t/{tenant:uuid}/channels/{channel:uuid}/versions", guards=[member])
async def versions_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    found = await _found(tenant, channel)
    return await _page(
        request,
        tenant,
        found,
        "mappings/versions.html",
        versions=await service.versions(tenant, channel),
        bar=await draft_bar(tenant, channel),
    )


@get("/t/{tenant:uuid}/channels/{channel:uuid}/versions/{number:int}", guards=[member])
async def version_page(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], number: FromPath[int]
) -> Template:
    """What differs between two versions: this one and `against`, which is the one before unless it is said."""
    found = await _found(tenant, channel)
    every = await service.versions(tenant, channel)
    shown_version = _numbered(every, number)
    asked = request.query_params.get("against", "")
    against = next((one for one in every if str(one.number) == asked), None)
    if against is None:
        against = next((one for one in every if one.number < number), None)
    return await _page(
        request,
        tenant,
        found,
        "mappings/version.html",
        versions=every,
        version=shown_version,
        against=against,
        edits=edit_views(against, shown_version, language_of(request)) if against else [],
        bar=await draft_bar(tenant, channel),
    )


@post(
    "/t/{tenant:uuid}/channels/{channel:uuid}/versions/{number:int}/back",
    guards=[member],
    opt=MANAGER,
)
async def go_back(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], number: FromPath[int]
) -> Response[Any]:
    """The draft becomes that version, and its plan is made: nothing moves before it is applied."""
    found = await _found(tenant, channel)
    try:
        await service.back_to(tenant, channel, number, request.user.id)
    except MappingsError as error:
        return await _refused(request, tenant, found, error.message)
    return await _start(request, tenant, channel)


# ------------------------------------------------------------------------------------------------- inside


async def _start(request: Visit, tenant: UUID, channel: UUID) -> Response[Any]:
    state = request.app.state
    try:
        made = await service.start_plan(tenant, channel, state.connections, state.wake, request.user.id)
    except MappingsError as error:
        return await _refused(request, tenant, await _found(tenant, channel), error.message)
    return Redirect(f"/t/{tenant}/channels/{channel}/plans/{made}", status_code=303)


async def _plan_page(
    request: Visit,
    tenant: UUID,
    channel: UUID,
    plan: UUID,
    *,
    refused: Message | None = None,
    status: int = 200,
) -> Template:
    found, made = await _found(tenant, channel), await _plan(tenant, channel, plan)
    language, asked = language_of(request), request.query_params
    action = asked.get("action", "") if asked.get("action") in (*ACTIONS, "trying") else ""
    query = {
        "action": action,
        "field": asked.get("field", "")[:200],
        "q": asked.get("q", "").replace("\0", "").strip()[:200],
    }
    lines: Sequence[PlanLine] = []
    if made.summary is not None:
        lines = await service.plan_lines(
            tenant,
            plan,
            action=action or None,
            field=query["field"] or None,
            text=query["q"] or None,
            after=asked.get("after"),
            limit=PAGE + 1,
        )
    tried = [line.key for line in lines if line.trying]
    states = await views.sent_states(tenant, channel, tried) if tried else {}
    draft = await service.draft(tenant, channel)
    ready = made.state == "ready"
    outdated = ready and draft.revision != made.revision
    path, more = request.url.path, len(lines) > PAGE
    return await _page(
        request,
        tenant,
        found,
        "mappings/_plan_body.html" if is_fragment(request) else "mappings/plan.html",
        status=status,
        plan=made,
        refused=refused,
        outdated=outdated,
        can_apply=ready and not made.stale and (not outdated or made.trying > 0),
        can_try=made.summary is not None and made.summary.sent > 0 and found.state != "paused",
        newest=await service.newest_plan(tenant, channel) if made.state == "superseded" else None,
        actions=ACTIONS,
        tones=TONES,
        shares=_shares(made.summary) if made.summary else [],
        requests=sum(one.requests for one in made.summary.requests) if made.summary else 0,
        field_title=lambda target: field_title(target, language),
        edits=await _edits(tenant, channel, made, language),
        lines=[_line(line, language, states) for line in lines[:PAGE]],
        query=query,
        filtered=any(query.values()),
        action=action,
        older=address(path, **query, after=lines[PAGE - 1].cursor) + "#lines" if more else None,
        first_page=address(path, **query) + "#lines" if asked.get("after") else None,
    )


async def _edits(tenant: UUID, channel: UUID, plan: Plan, language: str) -> list[EditView]:
    """Against the version that the plan was made on. A channel without any follows the default mapping until its first plan
    is applied; afterwards nobody knows what its settings were."""
    try:
        base: Contents = await service.version(tenant, channel, plan.based_on)
    except MappingsError:
        if plan.state == "applied":
            return []
        base = await in_force(tenant, channel)
    return edit_views(base, plan, language)


def _shares(summary: Summary) -> list[Share]:
    parts: list[tuple[str, int]] = [
        (action, summary.count(action)) for action in ACTIONS if action != "stock"
    ]
    return shares([*parts, ("unchanged", summary.unchanged), ("held", summary.held)])


def _line(line: PlanLine, language: str, states: Mapping[tuple[str, str], str]) -> LineView:
    titles = [field_title(target, language) for target in line.fields]
    rest = [f"+ {len(titles) - LONGEST_TITLES}"] if len(titles) > LONGEST_TITLES else []
    return LineView(
        stream=line.stream,
        key=line.key,
        name=line.name,
        action=line.action,
        trying=line.trying,
        problem=line.problem,
        reason=line.reason,
        titles=[*titles[:LONGEST_TITLES], *rest],
        differences=[_difference(change, language) for change in line.changes],
        state=states.get((line.stream, line.key), ""),
    )


def _difference(change: FieldChange, language: str) -> Difference:
    before, after = (
        None if side is UNSET else shown(side, language) for side in (change.before, change.after)
    )
    return Difference(change.path, title_of(change.path, language), before, after)


def field_title(target: str, language: str) -> str:
    """A field of the shop as people call it."""
    known = target_of(target)
    if known is not None:
        return known.title.fr if language == "fr" else known.title.en
    return title_of(target, language)


def _sample(typed: str) -> int:
    """What is no number of articles is answered by the service, in its own words: nobody can try none."""
    return int(typed) if typed.strip().isdecimal() and len(typed) < 6 else 0


async def _page(
    request: Visit, tenant: UUID, found: Channel, template: str, *, status: int = 200, **context: Any
) -> Template:
    connections: Connections = request.app.state.connections
    systems = {one.id: one for one in await connections.every(tenant)}
    erp: Connection = systems[found.erp]
    shop: Connection = systems[found.shop]
    return await tenant_page(
        request,
        template,
        status=status,
        channel=found,
        erp=erp,
        shop=shop,
        of_channel=f"/t/{tenant}/channels/{found.id}",
        **context,
    )


async def _refused(request: Visit, tenant: UUID, found: Channel, message: Message) -> Template:
    return await _page(
        request,
        tenant,
        found,
        "mappings/refused.html",
        status=422,
        refused=message,
        bar=await draft_bar(tenant, found.id),
    )


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


async def _plan(tenant: UUID, channel: UUID, plan: UUID) -> Plan:
    try:
        found = await service.plan(tenant, plan)
    except MappingsError as error:
        if error.message.code == UNKNOWN_PLAN.code:
            raise NotFoundException from error
        raise
    if found.channel != channel:
        raise NotFoundException
    return found


def _numbered(every: Sequence[Version], number: int) -> Version:
    for one in every:
        if one.number == number:
            return one
    raise NotFoundException


ROUTES = [start_plan, plan_page, decide, discard, versions_page, version_page, go_back]
