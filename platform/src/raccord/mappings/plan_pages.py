"""The pages of plans: what a draft would do, applying it or a few articles of it first, or letting it go."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.channels import views
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.mappings import service
from raccord.mappings.differences import Contents
from raccord.mappings.draft_bar import in_force
from raccord.mappings.edit_words import EditView, edit_views
from raccord.mappings.errors import UNKNOWN_PLAN, MappingsError
from raccord.mappings.models import Plan, PlanLine
from raccord.mappings.plan_frame import ask_for_plan, channel_page, found_channel
from raccord.mappings.plan_views import ACTIONS, TONES, article_shares, field_title, line_view
from raccord.overview.frame import Visit
from raccord.tenants.access import member
from raccord_connectors.contract import Message

MANAGER = {"role": "manager"}
PAGE = 50


class Deciding(Struct):
    """What a person decides on a plan."""

    do: str
    note: str = ""
    sample: str = ""


@post("/t/{tenant:uuid}/channels/{channel:uuid}/plans", guards=[member], opt=MANAGER)
async def start_plan(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    await found_channel(tenant, channel)
    return await ask_for_plan(request, tenant, channel)


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
    await found_channel(tenant, channel)
    await service.discard_draft(tenant, channel, request.user.id)
    return Redirect(address(f"/t/{tenant}/channels/{channel}", done="discarded"), status_code=303)


# ------------------------------------------------------------------------------------------------- inside


async def _plan_page(
    request: Visit,
    tenant: UUID,
    channel: UUID,
    plan: UUID,
    *,
    refused: Message | None = None,
    status: int = 200,
) -> Template:
    found, made = await found_channel(tenant, channel), await _plan(tenant, channel, plan)
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
    return await channel_page(
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
        newest=await _newer(tenant, made),
        actions=ACTIONS,
        tones=TONES,
        shares=article_shares(made.summary) if made.summary else [],
        requests=sum(one.requests for one in made.summary.requests) if made.summary else 0,
        field_title=lambda target: field_title(target, language),
        edits=await _edits(tenant, channel, made, language),
        lines=[line_view(line, language, states) for line in lines[:PAGE]],
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


def _sample(typed: str) -> int:
    """What is no number of articles is answered by the service, in its own words: nobody can try none."""
    return int(typed) if typed.strip().isdecimal() and len(typed) < 6 else 0


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


async def _newer(tenant: UUID, plan: Plan) -> UUID | None:
    """What has taken the place of this one: nothing, where its draft was discarded."""
    if plan.state != "superseded":
        return None
    newest = await service.newest_plan(tenant, plan.channel)
    return None if newest == plan.id else newest


ROUTES = [start_plan, plan_page, decide, discard]
