"""Channels: listed, made, set, paused and resumed; the brakes; and the rehearsal of a first connection."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from raccord.channels import braking, service
from raccord.channels.models import BrakeRow, Channel
from raccord.core.channel import ChannelSettings
from raccord.core.rehearsal.findings import Severity
from raccord.public_api.connections_api import Made
from raccord.public_api.door import caller_of, wake_of
from raccord.public_api.errors import moved_on, not_found
from raccord.public_api.paging import Page
from raccord.rehearsals import service as rehearsals
from raccord.rehearsals.models import Example, Rehearsal
from raccord_connectors.contract import Text

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "channels:read"}, {"scope": "channels:write"}


class NewChannel(Struct, frozen=True):
    name: str
    erp: UUID
    shop: UUID
    """Connections."""
    settings: ChannelSettings = ChannelSettings()


class BrakeDecision(Struct, frozen=True):
    decision: braking.Decision
    """go: the articles are withdrawn, or the stream is truly empty. dismissed: they stay as they are."""


class FindingsTold(Struct, frozen=True):
    code: str
    severity: Severity
    title: Text
    remedy: Text
    count: int
    examples: list[Example]


class RehearsalTold(Struct, frozen=True):
    rehearsal: Rehearsal
    findings: list[FindingsTold]


@get("/channels", opt=READ, tags=["Channels"])
async def list_channels(request: ApiRequest) -> Page[Channel]:
    """All channels with their settings."""
    return Page(await service.every(caller_of(request).tenant), None)


@post("/channels", opt=WRITE, tags=["Channels"])
async def create_channel(request: ApiRequest, data: JSONBody[NewChannel]) -> Made:
    """Joins an ERP and a shop, as a draft. It goes on air by applying its first plan."""
    caller = caller_of(request)
    name = data.name.replace("\0", "").strip()[:200] or "Boutique"
    made = await service.create(caller.tenant, name, data.erp, data.shop, data.settings, caller.account)
    return Made(made)


@get("/channels/{channel:uuid}", opt=READ, tags=["Channels"])
async def one_channel(request: ApiRequest, channel: FromPath[UUID]) -> Channel:
    """One channel with its settings."""
    return await found_channel(request, channel)


@put("/channels/{channel:uuid}/settings", opt=WRITE, tags=["Channels"])
async def change_channel(
    request: ApiRequest, channel: FromPath[UUID], data: JSONBody[ChannelSettings]
) -> Channel:
    """Replaces all settings of a channel. What concerns orders, papers, messages and the brake applies at once; where the
    catalogue's rules differ it becomes a new version, applied at once too: to see first what it would do, change the draft and
    ask for a plan."""
    caller = caller_of(request)
    await found_channel(request, channel)
    await service.change_settings(caller.tenant, channel, data, wake_of(request), caller.account)
    return await found_channel(request, channel)


@post("/channels/{channel:uuid}/pause", opt=WRITE, status_code=200, tags=["Channels"])
async def pause_channel(request: ApiRequest, channel: FromPath[UUID]) -> Channel:
    """Pauses a channel: nothing is sent or collected; what changes meanwhile is caught up afterwards. 409 unless it is on air."""
    caller = caller_of(request)
    if (await found_channel(request, channel)).state != "live":
        raise moved_on()
    await service.pause(caller.tenant, channel, caller.account)
    return await found_channel(request, channel)


@post("/channels/{channel:uuid}/resume", opt=WRITE, status_code=200, tags=["Channels"])
async def resume_channel(request: ApiRequest, channel: FromPath[UUID]) -> Channel:
    """Puts a channel back on air. 409 unless it is paused."""
    caller = caller_of(request)
    if (await found_channel(request, channel)).state != "paused":
        raise moved_on()
    await service.resume(caller.tenant, channel, wake_of(request), caller.account)
    return await found_channel(request, channel)


@get("/brakes", opt=READ, tags=["Channels"])
async def list_brakes(request: ApiRequest) -> Page[BrakeRow]:
    """Brakes on withdrawals that wait for a decision."""
    return Page(await service.open_brakes(caller_of(request).tenant), None)


@post("/brakes/{brake:uuid}", opt=WRITE, status_code=204, tags=["Channels"])
async def decide_brake(request: ApiRequest, brake: FromPath[UUID], data: JSONBody[BrakeDecision]) -> None:
    """Decides on a brake. 409 when there is nothing to decide any more."""
    caller = caller_of(request)
    if not await braking.decide(caller.tenant, brake, data.decision, caller.account, wake_of(request)):
        raise moved_on()


# ------------------------------------------------------------------------------------------------ rehearsal


@get("/channels/{channel:uuid}/rehearsal", opt=READ, tags=["Rehearsal"])
async def show_rehearsal(request: ApiRequest, channel: FromPath[UUID]) -> RehearsalTold:
    """The latest rehearsal: where it stands and what it found, the gravest first. 404 when there was none."""
    tenant = caller_of(request).tenant
    await found_channel(request, channel)
    latest = await rehearsals.latest(tenant, channel)
    report = await rehearsals.report(tenant, latest.id) if latest else None
    if report is None:
        raise not_found()
    told = [
        FindingsTold(
            group.kind.code, severity, group.kind.title, group.kind.remedy, group.count, group.examples
        )
        for severity, groups in report.groups.items()
        for group in groups
    ]
    return RehearsalTold(report.rehearsal, told)


@post("/channels/{channel:uuid}/rehearsal", opt=WRITE, status_code=202, tags=["Rehearsal"])
async def start_rehearsal(request: ApiRequest, channel: FromPath[UUID]) -> Made:
    """Reads both systems and tells what connecting them would do. Nothing is written in the shop or the ERP."""
    caller = caller_of(request)
    await found_channel(request, channel)
    return Made(await rehearsals.start(caller.tenant, channel, wake_of(request), caller.account))


@post("/channels/{channel:uuid}/rehearsal/end", opt=WRITE, status_code=204, tags=["Rehearsal"])
async def end_rehearsal(request: ApiRequest, channel: FromPath[UUID]) -> None:
    """Ends a rehearsal: what was found stays. 409 when it is over already."""
    caller = caller_of(request)
    await found_channel(request, channel)
    latest = await rehearsals.latest(caller.tenant, channel)
    if latest is None:
        raise not_found()
    if not await rehearsals.end(caller.tenant, latest.id, caller.account):
        raise moved_on()


async def found_channel(request: ApiRequest, channel: UUID) -> Channel:
    found = await service.by_id(caller_of(request).tenant, channel)
    if found is None:
        raise not_found()
    return found


ROUTES = [
    list_channels, create_channel, one_channel, change_channel, pause_channel, resume_channel, list_brakes, decide_brake,
    show_rehearsal, start_rehearsal, end_rehearsal,
]  # fmt: skip
