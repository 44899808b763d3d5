"""The one place where withdrawals are let go or stopped, whatever they come from: deletion, sleep, a flag, a mapping.

A withdrawal waits until the pass that found it has been projected to its end; only then is it known how many there are.
Few go on by themselves, too many wait for a person, and those whose record comes back are let go by projecting it.
"""

import uuid
from typing import Literal
from uuid import UUID

import msgspec

from raccord.core import brake as rule
from raccord.core.channel import ChannelSettings
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.storage import brakes, projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.sync.ports import Wake


async def settle(route: Route, settings: ChannelSettings) -> int:
    """After a batch was projected and its marks removed, in its transaction. Returns how many were let go."""
    return await brakes.release_decided(route.channel) + await _settle_others(route, settings)


async def _settle_others(route: Route, settings: ChannelSettings) -> int:
    """Those of which no plan has spoken."""
    waiting = await brakes.waiting(route.channel)
    on = await brakes.open_brake(route.channel)
    if waiting.total == 0:
        if on is not None:
            await brakes.decide(on.id, "gone", None)
        return 0
    if await _is_too_many(route.channel, waiting.total, on, settings):
        await _put_on(route, waiting.total, on)
        return 0
    if on is not None:  # so many came back that the rest is an ordinary day's work
        await brakes.decide(on.id, "gone", None)
        return await brakes.release_all(route.channel)
    return await brakes.release(route.channel, await projections.oldest_mark(route.channel, "listings"))


async def _is_too_many(
    channel: UUID, pending: int, on: brakes.OpenBrake | None, settings: ChannelSettings
) -> bool:
    if pending <= rule.FEWEST:
        return False
    known = on.known if on is not None else await brakes.known(channel)
    return rule.decide(pending, known, settings) == "brake"


async def _put_on(route: Route, pending: int, on: brakes.OpenBrake | None) -> None:
    if on is not None:
        await brakes.put_on(route.tenant, on.id, route.channel, pending, on.known)
        return
    known, brake = await brakes.known(route.channel), uuid.uuid4()
    await brakes.put_on(route.tenant, brake, route.channel, pending, known)
    told = {"brake": str(brake), "concerned": pending, "known": known}
    entry = Entry(
        stream="listings",
        key="",
        event=Event.BRAKED,
        channel=route.channel,
        connection=route.shop,
        after=msgspec.json.encode(told),
    )
    await write_entries(route.tenant, [entry])


async def mark_deletions(route: Route) -> bool:
    """What has been unpublished for long enough, where the merchant wants it deleted then: projecting it decides, and many at
    once wait for a person as withdrawals do. False when there is none."""
    rule = msgspec.json.decode(route.settings, type=ChannelSettings).publication
    if rule.leaving != "delete":
        return False
    return await projections.mark_for_deletion(route.tenant, route.channel, rule.delete_after_days)


async def decide(
    tenant: UUID, brake: UUID, decision: Literal["go", "dismissed"], account: UUID | None, wake: Wake
) -> bool:
    """A person's word on a brake: `go` withdraws, `dismissed` keeps everything on sale until the ERP says something new of
    each article. False when there is nothing to decide (any more)."""
    async with tenant_transaction(tenant):
        decided = await brakes.decide(brake, decision, account)
        if decided is None:
            return False
        if decision == "go":
            count = await brakes.release_all(decided.channel)
        else:
            count = await brakes.keep_on_sale(brake, decided.channel)
        told = {"brake": str(brake), "decision": decision, "concerned": count}
        entry = Entry(
            stream="listings",
            key="",
            event=Event.DECIDED,
            channel=decided.channel,
            connection=decided.shop,
            account=account,
            after=msgspec.json.encode(told),
        )
        await write_entries(tenant, [entry])
    if decision == "go":
        await wake.push(tenant, decided.shop, "ordinary")
    return True
