"""Projecting: brings what is *desired* in a shop up to date with the snapshot of the ERP, for what is marked.

One worker at a time per channel and stream, batch by batch, each in one transaction; a mark that is set again while its
record is worked on stays. Nothing here calls a network.
"""

import time
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync import withdrawals
from raccord.sync.ports import Ports, lane_of
from raccord.sync.project_availability import project_availability
from raccord.sync.project_listings import project_listings

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
    due, stock = False, False
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        if route is None or route.state != "live":
            return 0
        marks = await projections.marks(channel, stream, BATCH)
        if not marks:
            return 0
        compiled, done = ports.mappings.of(route), marks
        if stream == "listings":
            day = today(route.timezone, ports)
            done, due, stock = await project_listings(route, compiled, marks, day, ports.patience)
        elif stream == "availability":
            due = await project_availability(route, compiled.settings, marks, ports.orders)
        else:
            due = await ports.orders.project_updates([mark.key for mark in marks]) > 0
        await projections.clear(channel, stream, done)
        if stream == "listings":
            due = await withdrawals.settle(route, compiled.settings) > 0 or due
    if due:
        await ports.wake.push(tenant, route.shop, lane_of(stream))
    if stock:
        await ports.wake.project(tenant, channel, "availability")
    return len(marks)


async def _is_marked(tenant: UUID, channel: UUID, stream: str) -> bool:
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        return route is not None and route.state == "live" and await projections.is_marked(channel, stream)


def today(timezone: str, ports: Ports) -> date:
    """In the merchant's time zone: promotions begin and end with its days."""
    now: datetime = ports.now()
    return now.astimezone(ZoneInfo(timezone)).date()
