"""Projecting: brings what is *desired* in a shop up to date with the snapshot of the ERP, for what is marked.

One worker at a time per channel and stream, batch by batch, each in one transaction; a mark that is set again while its
record is worked on stays. Nothing here calls a network.
"""

import time
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from raccord.storage import item_codes, projections, trials
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Mark, Route
from raccord.sync import withdrawals
from raccord.sync.ports import Ports, lane_of
from raccord.sync.project_availability import project_availability
from raccord.sync.project_listings import Listed, project_listings
from raccord.sync.stock_listings import mark_listings

BATCH = 250
"""Records of one transaction: some tens of milliseconds."""
SLICE = 4.0
"""Seconds after which a worker passes on, so that nobody waits long behind a large catalogue."""
ATTEMPTS = 3
"""Of a batch that PostgreSQL chose to end in a deadlock."""


async def project(ports: Ports, tenant: UUID, channel: UUID, stream: str, *, seconds: float = SLICE) -> bool:
    """Works off the marks of one stream of the shop. True when some are left and nobody is at them: call again.

    Returns at once when another worker is at it: that one looks again after it has given up its lock, so that a mark set
    in the meantime is seen by one of the two."""
    end = time.monotonic() + seconds
    while True:
        async with ports.locks.try_hold("project", tenant, channel, stream) as lock:
            if lock is None:
                return False
            while not lock.lost and not ports.stopping() and time.monotonic() < end:
                if not await _batch(ports, tenant, channel, stream):
                    break
        left = await _is_marked(tenant, channel, stream)
        if not left or ports.stopping() or time.monotonic() >= end:
            return left and not ports.stopping()


async def _batch(ports: Ports, tenant: UUID, channel: UUID, stream: str) -> int:
    """Returns how many marks were worked off; wakes those who push."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _project_batch(ports, tenant, channel, stream)
        except asyncpg.DeadlockDetectedError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


async def _project_batch(ports: Ports, tenant: UUID, channel: UUID, stream: str) -> int:
    due, stock, listings = False, False, False
    async with tenant_transaction(tenant):
        route, trial = await _versions(channel)
        if route is None:
            return 0
        marks = await (projections if route.state == "live" else trials).marks(channel, stream, BATCH)
        if not marks:
            return 0
        done = marks
        if stream == "listings":
            done, due, stock = await _project_listings(ports, route, trial, marks)
        elif stream == "availability":
            settings = ports.mappings.of(route).settings
            other = ports.mappings.of(trial).settings if trial is not None else None
            due = await project_availability(route, settings, marks, ports.orders, other)
            for version in (route, trial):
                if version is not None and version.state == "live":
                    compiled, items = ports.mappings.of(version), [mark.key for mark in marks]
                    listings = await mark_listings(version, compiled, items, ports.orders) or listings
        else:
            due = await ports.orders.project_updates([mark.key for mark in marks]) > 0
        await projections.clear(channel, stream, done)
        if stream == "listings":
            due = await withdrawals.settle(route, ports.mappings.of(route).settings) > 0 or due
    if due:
        await ports.wake.push(tenant, route.shop, lane_of(stream))
    if stock:
        await ports.wake.project(tenant, channel, "availability")
    if listings:
        await ports.wake.project(tenant, channel, "listings")
    return len(marks)


async def _versions(channel: UUID) -> tuple[Route | None, Route | None]:
    """The channel as it is, and as its records on trial have it (None: there are none). Of a channel that is not on air,
    only those are worked on; (None, None) without any."""
    route = await projections.route(channel)
    if route is None or route.state == "paused":
        return None, None
    tried = await trials.of(channel)
    if tried is not None:
        tried = await trials.hold(channel)
    if tried is None:
        return (route, None) if route.state == "live" else (None, None)
    return route, route._replace(mapping=tried.rules, settings=tried.settings)


async def _project_listings(ports: Ports, route: Route, trial: Route | None, marks: list[Mark]) -> Listed:
    """Each record by the version that it follows."""
    tried: set[str] = set()
    if trial is not None:
        tried = await trials.among(route.channel, "listings", [mark.key for mark in marks])
    done: list[Mark] = []
    due, stock = False, False
    for version, part in (
        (route, [mark for mark in marks if mark.key not in tried]),
        (trial, [mark for mark in marks if mark.key in tried]),
    ):
        if version is not None and part:
            day = today(route.timezone, ports)
            compiled = ports.mappings.of(version)
            listed = await project_listings(version, compiled, part, day, ports.patience, ports.orders)
            done += listed.done
            due, stock = due or listed.due, stock or listed.stock
    if tried:
        items = await item_codes.of_products(route.channel, tried)
        await trials.follow(route.tenant, route.channel, [code.item for code in items])
    return Listed(done, due, stock)


async def _is_marked(tenant: UUID, channel: UUID, stream: str) -> bool:
    async with tenant_transaction(tenant):
        route, _ = await _versions(channel)
        if route is None:
            return False
        if route.state == "live":
            return await projections.is_marked(channel, stream)
        return bool(await trials.marks(channel, stream, 1))


def today(timezone: str, ports: Ports) -> date:
    """In the merchant's time zone: promotions begin and end with its days."""
    now: datetime = ports.now()
    return now.astimezone(ZoneInfo(timezone)).date()
