"""The company, what waits for a person in it, alerts, the journal and its passes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from raccord.alerts import repository as alerts
from raccord.alerts.models import Alert
from raccord.alerts.words import sentence
from raccord.journal import views as journal
from raccord.journal.models import Event
from raccord.journal.views import EntryRow, Filter
from raccord.overview import repository as overview
from raccord.overview.models import ChannelHealth, Figures, Waiting
from raccord.public_api.door import caller_of
from raccord.public_api.errors import not_found
from raccord.public_api.paging import After, Page, Search, bad_cursor, clean
from raccord.storage.engine import current_connection, tenant_transaction
from raccord_connectors.contract import Message, Problem

ApiRequest = Request[Any, Any, Any]


class Company(Struct, frozen=True):
    id: UUID
    name: str
    language: str
    timezone: str
    caller: str
    """Name of the key or program that asks."""
    scopes: list[str]
    """What it may."""


class Health(Struct, frozen=True):
    figures: Figures
    channels: list[ChannelHealth]


class AlertTold(Struct, frozen=True):
    id: UUID
    kind: str
    object: str
    """Id of the channel, connection… that it is about."""
    message: Message
    opened_at: datetime
    resolved_at: datetime | None


class Alerts(Struct, frozen=True):
    open: list[AlertTold]
    resolved: list[AlertTold]
    """In the last seven days."""


class PassTold(Struct, frozen=True):
    """One pass over one stream."""

    started_at: datetime
    ended_at: datetime | None
    connection: str | None
    channel: str | None
    stream: str
    direction: str
    state: str
    counts: dict[str, Any]
    problem: Problem | None


@get("/company", opt={"scope": "company:read"}, tags=["Company"])
async def company(request: ApiRequest) -> Company:
    """The company that this key belongs to, and what the key may."""
    caller = caller_of(request)
    async with tenant_transaction(caller.tenant):
        row = await current_connection().fetchrow("SELECT id, name, language, timezone FROM tenant")
    return Company(**dict(row), caller=caller.name, scopes=sorted(caller.scopes))


@get("/health", opt={"scope": "company:read"}, tags=["Company"])
async def health(request: ApiRequest) -> Health:
    """How the last 24 hours went, and how each channel is."""
    async with tenant_transaction(caller_of(request).tenant):
        return Health(await overview.figures(), await overview.channels())


@get("/waiting", opt={"scope": "company:read"}, tags=["Company"])
async def waiting(request: ApiRequest) -> Page[Waiting]:
    """What waits for a person, the weightiest first: brakes, connections, orders, papers, records."""
    async with tenant_transaction(caller_of(request).tenant):
        return Page(await overview.waiting(), None)


@get("/alerts", opt={"scope": "alerts:read"}, tags=["Alerts"])
async def list_alerts(request: ApiRequest) -> Alerts:
    """What is wrong now, and what was lately."""
    async with tenant_transaction(caller_of(request).tenant):
        found, resolved = await alerts.open_alerts(), await alerts.lately_resolved()
    return Alerts([_alert(one) for one in found], [_alert(one) for one in resolved])


@get("/journal", opt={"scope": "journal:read"}, tags=["Journal"])
async def list_entries(
    request: ApiRequest,
    stream: FromQuery[str | None] = None,
    event: FromQuery[str | None] = None,
    channel: FromQuery[UUID | None] = None,
    problems: FromQuery[bool] = False,
    q: Search = None,
    after: After = None,
) -> Page[EntryRow]:
    """What happened to which record, the newest first, with before and after as JSON texts."""
    wanted = Filter(
        stream=stream if stream in journal.STREAMS else "",
        event=event if event in list(Event) else "",
        text=clean(q),
        channel=channel,
        problems=problems,
    )
    async with tenant_transaction(caller_of(request).tenant):
        rows = await journal.entries(wanted, before=_number(after), limit=journal.PAGE + 1)
    shown = rows[: journal.PAGE]
    return Page(shown, str(shown[-1].id) if len(rows) > journal.PAGE else None)


@get("/journal/{entry:int}", opt={"scope": "journal:read"}, tags=["Journal"])
async def one_entry(request: ApiRequest, entry: FromPath[int]) -> EntryRow:
    """One entry."""
    async with tenant_transaction(caller_of(request).tenant):
        found = await journal.entry(entry) if 0 <= entry < 2**63 else None
    if found is None:
        raise not_found()
    return found


@get("/passes", opt={"scope": "journal:read"}, tags=["Journal"])
async def list_passes(request: ApiRequest) -> Page[PassTold]:
    """The latest passes over streams, and how they ended."""
    async with tenant_transaction(caller_of(request).tenant):
        found = await journal.passes()
    return Page([PassTold(*one) for one in found], None)


def _alert(one: Alert) -> AlertTold:
    return AlertTold(one.id, one.kind, one.object, sentence(one), one.opened_at, one.resolved_at)


def _number(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise bad_cursor()
    return int(after)


ROUTES = [company, health, waiting, list_alerts, list_entries, one_entry, list_passes]
