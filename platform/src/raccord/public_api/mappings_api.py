"""Mappings: the draft of a channel, its versions, plans, applying and going back."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from raccord.core.channel import ChannelSettings
from raccord.core.rules import Mapping
from raccord.mappings import service
from raccord.mappings.errors import UNKNOWN_PLAN, MappingsError
from raccord.mappings.models import Draft, Plan, PlanLine, Version
from raccord.public_api.connections_api import Made
from raccord.public_api.door import caller_of, wake_of
from raccord.public_api.paging import After, Page, Search, bad_cursor, clean

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "mappings:read"}, {"scope": "mappings:write"}
PAGE = 50


class DraftChange(Struct, frozen=True):
    revision: int
    """Of the draft that was read: 409 when somebody changed it since."""
    mapping: Mapping | None = None
    settings: ChannelSettings | None = None
    """Absent: as it was."""


class PlanWish(Struct, frozen=True):
    note: Annotated[str, Meta(max_length=200)] = ""


class Applying(Struct, frozen=True):
    """To everything; or with `sample` or `keys` to a few articles first, which can be undone."""

    note: Annotated[str, Meta(max_length=200)] | None = None
    sample: Annotated[int, Meta(ge=1, le=500)] | None = None
    keys: Annotated[list[str], Meta(max_length=500)] = []


class Applied(Struct, frozen=True):
    version: int | None
    """Now in force; null when only some articles follow it."""


class Undone(Struct, frozen=True):
    articles: int


@get("/channels/{channel:uuid}/draft", opt=READ, tags=["Mappings"])
async def show_draft(request: ApiRequest, channel: FromPath[UUID]) -> Draft:
    """The draft of the next version; without one, the version in force."""
    return await service.draft(caller_of(request).tenant, channel)


@put("/channels/{channel:uuid}/draft", opt=WRITE, tags=["Mappings"])
async def change_draft(request: ApiRequest, channel: FromPath[UUID], data: JSONBody[DraftChange]) -> Draft:
    """Changes the draft. Nothing moves in the shop before a plan of it is applied."""
    caller = caller_of(request)
    return await service.save_draft(
        caller.tenant, channel, mapping=data.mapping, settings=data.settings, revision=data.revision, account=caller.account
    )  # fmt: skip


@delete("/channels/{channel:uuid}/draft", opt=WRITE, tags=["Mappings"])
async def discard_draft(request: ApiRequest, channel: FromPath[UUID]) -> None:
    """Discards the draft. The version in force stays as it is."""
    caller = caller_of(request)
    await service.draft(caller.tenant, channel)
    await service.discard_draft(caller.tenant, channel, caller.account)


@get("/channels/{channel:uuid}/versions", opt=READ, tags=["Mappings"])
async def list_versions(request: ApiRequest, channel: FromPath[UUID]) -> Page[Version]:
    """The versions of a channel, the newest first."""
    tenant = caller_of(request).tenant
    await service.draft(tenant, channel)
    return Page(await service.versions(tenant, channel), None)


@get("/channels/{channel:uuid}/versions/{number:int}", opt=READ, tags=["Mappings"])
async def one_version(request: ApiRequest, channel: FromPath[UUID], number: FromPath[int]) -> Version:
    """One version with its rules, tables and settings."""
    return await service.version(caller_of(request).tenant, channel, _small(number))


@post(
    "/channels/{channel:uuid}/versions/{number:int}/rollback", opt=WRITE, status_code=202, tags=["Mappings"]
)
async def roll_back(request: ApiRequest, channel: FromPath[UUID], number: FromPath[int]) -> Made:
    """The draft becomes that version and a plan is asked for: nothing moves before it is applied. Answers the plan's id."""
    caller = caller_of(request)
    await service.back_to(caller.tenant, channel, _small(number), caller.account)
    return await _plan_of(request, channel, "")


@post("/channels/{channel:uuid}/plans", opt=WRITE, status_code=202, tags=["Mappings"])
async def start_plan(request: ApiRequest, channel: FromPath[UUID], data: JSONBody[PlanWish]) -> Made:
    """Asks for a plan of the draft as it is now: what applying it would do, record by record. The workers make it; read it until
    it is `ready`."""
    return await _plan_of(request, channel, data.note)


@get("/plans/{plan:uuid}", opt=READ, tags=["Mappings"])
async def show_plan(request: ApiRequest, plan: FromPath[UUID]) -> Plan:
    """How far a plan is, and what it would do in numbers."""
    return await service.plan(caller_of(request).tenant, plan)


@get("/plans/{plan:uuid}/lines", opt=READ, tags=["Mappings"])
async def list_plan_lines(
    request: ApiRequest,
    plan: FromPath[UUID],
    action: FromQuery[str | None] = None,
    field: Annotated[str | None, QueryParameter(description="A target that changes.", max_length=200)] = None,
    q: Search = None,
    after: After = None,
) -> Page[PlanLine]:
    """The records that would change, with each difference."""
    tenant = caller_of(request).tenant
    await service.plan(tenant, plan)
    if after is not None and ":" not in after:
        raise bad_cursor()
    rows = await service.plan_lines(
        tenant, plan, action=clean(action) or None, field=clean(field) or None, text=clean(q) or None,
        after=clean(after) or None, limit=PAGE + 1,
    )  # fmt: skip
    shown = list(rows[:PAGE])
    return Page(shown, shown[-1].cursor if len(rows) > PAGE else None)


@post("/plans/{plan:uuid}/apply", opt=WRITE, status_code=200, tags=["Mappings"])
async def apply_plan(request: ApiRequest, plan: FromPath[UUID], data: JSONBody[Applying]) -> Applied:
    """Makes a plan the version in force; a channel that is not on air goes on air."""
    caller = caller_of(request)
    version = await service.apply(
        caller.tenant, plan, wake_of(request), caller.account, sample=data.sample,
        keys=[clean(key) for key in data.keys], note=clean(data.note) if data.note is not None else None,
    )  # fmt: skip
    return Applied(version)


@post("/plans/{plan:uuid}/undo", opt=WRITE, status_code=200, tags=["Mappings"])
async def undo_sample(request: ApiRequest, plan: FromPath[UUID]) -> Undone:
    """Ends a trial: its articles follow the version in force again."""
    caller = caller_of(request)
    return Undone(await service.undo_sample(caller.tenant, plan, wake_of(request), caller.account))


async def _plan_of(request: ApiRequest, channel: UUID, note: str) -> Made:
    caller = caller_of(request)
    shops = request.app.state.connections
    made = await service.start_plan(
        caller.tenant, channel, shops, wake_of(request), caller.account, note=clean(note)
    )
    return Made(made)


def _small(number: int) -> int:
    """What PostgreSQL could count up to; nothing has more versions."""
    if not 0 <= number < 2**31:
        raise MappingsError(UNKNOWN_PLAN.fill())
    return number


ROUTES = [
    show_draft, change_draft, discard_draft, list_versions, one_version, roll_back, start_plan, show_plan, list_plan_lines,
    apply_plan, undo_sample,
]  # fmt: skip
