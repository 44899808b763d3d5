"""The drift page of a channel: how far the shop shows what it was sent, what differs and why, and what to do about it."""

from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.channels import drift_views as views
from raccord.channels import drifting, service
from raccord.channels.drift_views import CAUSES, Cause, Standing
from raccord.channels.drifting import Choice
from raccord.channels.models import Channel
from raccord.connections.service import Connections
from raccord.core.rules import Mapping
from raccord.core.targets import target_of
from raccord.front.charts import bars
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.journal.fields import Difference, differences, title_of
from raccord.mappings import service as mappings
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.errors import MappingsError
from raccord.overview.frame import Visit, tenant_page
from raccord.storage import drifts
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Problem

MANAGER = {"role": "manager"}
FORM = Body(media_type=RequestEncodingType.URL_ENCODED)


class Repairing(Struct):
    """Without `key`: all of this cause."""

    cause: str
    key: str = ""


class Leaving(Struct):
    """`back`: the list that the person looked at."""

    field: str
    back: str = "hand"


class Choosing(Struct):
    choice: str


class Field(Struct, frozen=True):
    """One that differs. `kept`: the shop may have it as its own; `left`: it is so already in the draft."""

    path: str
    title: str
    kept: bool
    left: bool


class Line(Struct, frozen=True):
    """One article, in the reader's language."""

    key: str
    name: str
    since: Any
    problem: Problem | None
    differences: list[Difference]
    fields: list[Field]


@get("/t/{tenant:uuid}/channels/{channel:uuid}/drift", guards=[member])
async def drift_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await _page(request, tenant, await _found(tenant, channel))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/drift/compare", guards=[member], opt=MANAGER)
async def compare(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """Asks for a comparison now; the page shows it when it is there."""
    await _found(tenant, channel)
    async with tenant_transaction(tenant):
        last = await views.last_pass(channel)
    await request.app.state.wake.drift(tenant, channel)
    return Redirect(address(_here(tenant, channel), waiting=last.id if last else "first"), status_code=303)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/drift/repair", guards=[member], opt=MANAGER)
async def repair(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], data: Annotated[Repairing, FORM]
) -> Response[Any]:
    await _found(tenant, channel)
    cause, keys = _cause(data.cause), [data.key] if data.key else None
    done = await drifting.repair(tenant, channel, cause, keys, request.app.state.wake, request.user.id)
    here = address(_here(tenant, channel), cause=cause, done="repaired" if done else "stale", n=done or None)
    return Redirect(here, status_code=303)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/drift/leave", guards=[member], opt=MANAGER)
async def leave(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], data: Annotated[Leaving, FORM]
) -> Response[Any]:
    """The field becomes the shop's own in the draft."""
    found = await _found(tenant, channel)
    try:
        draft = await drifting.leave(tenant, channel, data.field, request.user.id)
    except MappingsError as error:
        return await _page(request, tenant, found, refused=error.message, status=422)
    done = "left" if draft is not None else "stale"
    return Redirect(address(_here(tenant, channel), cause=_cause(data.back), done=done), status_code=303)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/drift/choice", guards=[member], opt=MANAGER)
async def choose(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], data: Annotated[Choosing, FORM]
) -> Response[Any]:
    await _found(tenant, channel)
    choice: Choice | None = next((one for one in get_args(Choice) if one == data.choice), None)
    if choice is None:
        raise NotFoundException
    await drifting.choose(tenant, channel, choice, request.user.id)
    return Redirect(address(_here(tenant, channel), done="saved"), status_code=303)


# ------------------------------------------------------------------------------------------------- inside


async def _page(
    request: Visit, tenant: UUID, found: Channel, *, refused: Message | None = None, status: int = 200
) -> Template:
    asked, language = request.query_params, language_of(request)
    async with tenant_transaction(tenant):
        choice = await drifts.choice(found.id)
        last = await views.last_pass(found.id)
        counts = await views.counts(found.id)
        cause = _shown_cause(asked.get("cause", ""), counts)
        after = asked.get("after", "").replace("\0", "")
        rows = await views.standing(found.id, cause, after, views.PAGE + 1)
        settled = await views.settled(found.id)
        days = await views.days(found.id)
        fields = await views.fields(found.id)
    draft = await mappings.draft(tenant, found.id)
    erp, shop = await _systems(request, tenant, found)
    shown, here = rows[: views.PAGE], _here(tenant, found.id)
    waiting = asked.get("waiting", "")
    return await tenant_page(
        request,
        "channels/_drift_body.html" if is_fragment(request) else "channels/drift.html",
        status=status,
        channel=found,
        erp=erp,
        shop=shop,
        refused=refused,
        choice=choice,
        last=last,
        score=None if last is None or not last.compared else _percent(last.right, last.compared),
        chart=bars([(day.start, *_parts(day.right, day.compared)) for day in days]),
        days=days,
        percent=_percent,
        counts=counts,
        causes=CAUSES,
        cause=cause,
        lines=[_line(row, cause, draft.mapping, language) for row in shown],
        settled=[(one, differences(one.after, one.before, language)) for one in settled],
        fields=[(_title(path, language), count) for path, count in fields],
        bar=await draft_bar(tenant, found.id),
        waiting=waiting if waiting and waiting == (str(last.id) if last else "first") else "",
        repaired=_whole(asked.get("n", "")),
        first_page=address(here, cause=cause) if after else None,
        older=address(here, cause=cause, after=shown[-1].key) if len(rows) > views.PAGE else None,
    )


def _line(row: Standing, cause: Cause, mapping: Mapping, language: str) -> Line:
    """Its differences as a repair would have them: from what the shop has to what it was sent. What is missing has nothing to
    be compared with."""
    told = [] if cause == "missing" else differences(row.after, row.before, language)
    return Line(
        key=row.key,
        name=row.name,
        since=row.since,
        problem=row.problem,
        differences=told,
        fields=[_field(path, mapping, language) for path in row.fields if path != "offers"],
    )


def _field(path: str, mapping: Mapping, language: str) -> Field:
    target = target_of(path)
    needed = target is None or target.required or path.startswith("offer.options")
    written = any(drifting.writes(rule, path) for rule in mapping.rules)
    left = any(rule.target == path and rule.owner == "shop" for rule in mapping.rules)
    return Field(path, _title(path, language), written and not needed, left)


def _title(path: str, language: str) -> str:
    target = target_of(path)
    if target is None:
        return title_of(path, language)
    return target.title.fr if language == "fr" else target.title.en


def _shown_cause(asked: str, counts: dict[Cause, int]) -> Cause:
    """The one asked for, else the first of which there is something."""
    found: list[Cause] = [cause for cause in CAUSES if cause == asked or (not asked and counts[cause])]
    return found[0] if found else "hand"


def _cause(asked: str) -> Cause:
    found = next((cause for cause in CAUSES if cause == asked), None)
    if found is None:
        raise NotFoundException
    return found


def _percent(part: int, whole: int) -> int:
    """Rounded down where something differs: a hundred means all."""
    return 100 * part // whole if whole else 0


def _parts(right: int, compared: int) -> tuple[int, int]:
    """Hundredths: as shown, and otherwise; nothing where nothing was compared."""
    good = _percent(right, compared)
    return (good, 100 - good) if compared else (0, 0)


def _here(tenant: UUID, channel: UUID) -> str:
    return f"/t/{tenant}/channels/{channel}/drift"


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await service.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


async def _systems(request: Visit, tenant: UUID, found: Channel) -> tuple[Any, Any]:
    connections: Connections = request.app.state.connections
    every = {one.id: one for one in await connections.every(tenant)}
    return every[found.erp], every[found.shop]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


ROUTES = [drift_page, compare, repair, leave, choose]
