"""Shops that grant so many requests a day: what is left of today, and what may be asked now.

The count is in the database and is taken before each request, in a transaction of its own: workers that die have counted one
request too many, never one too few.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from raccord.core import quota
from raccord.core.quota import Day
from raccord.storage import quotas
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConnectorSpec, DaySpent, Limits, Purpose
from raccord_connectors.registry import CONNECTORS, connector_class

PATIENCE = 30.0
"""Seconds that a thread waits for the database's answer."""


def counts_days(limits: Limits) -> bool:
    return limits.requests_per_day is not None or limits.day_setting is not None


def is_counted(connector: str) -> bool:
    return connector in CONNECTORS and counts_days(connector_class(connector).spec.limits)


class SharedAllowance:
    """An `Allowance` for one connection, for threads of this process; the others have theirs on the same count."""

    def __init__(
        self,
        tenant: UUID,
        connection: UUID,
        spec: ConnectorSpec,
        limit: int,
        now: Callable[[], datetime],
    ) -> None:
        self._tenant = tenant
        self._connection = connection
        self._spec = spec
        self._limit = limit
        self._now = now
        self._loop = asyncio.get_running_loop()

    def take(self, purpose: Purpose) -> None:
        self._ask(purpose, refused=False)

    def refused(self) -> DaySpent:
        spent = self._ask("orders", refused=True)
        assert spent is not None
        return spent

    def _ask(self, purpose: Purpose, *, refused: bool) -> DaySpent | None:
        """TRAP: from the loop's own thread this would wait for itself."""
        work = asyncio.run_coroutine_threadsafe(self._count(purpose, refused), self._loop)
        spent = work.result(PATIENCE)
        if spent is not None and not refused:
            raise spent
        return spent

    async def _count(self, purpose: Purpose, refused: bool) -> DaySpent | None:
        async with tenant_transaction(self._tenant):
            day = quota.day_of(self._limit, quota.Used(), self._spec.limits.day_zone, self._now())
            date = day.begins.date()
            await quotas.begin(self._tenant, self._connection, date)
            if refused:
                await quotas.refuse(self._connection, date)
            used = await quotas.used(self._connection, date, lock=True)
            day = msgspec.structs.replace(day, used=used)
            if day.left(purpose) >= 1:
                await quotas.add(self._connection, date, purpose)
                return None
        wait = (day.again(purpose) - day.now).total_seconds()
        return DaySpent(day.sentence(self._spec.title, purpose), retry_after=max(1.0, wait))


async def today(connection: UUID, now: datetime) -> Day | None:
    """How a shop's day stands; None where it counts none. Inside the tenant's transaction."""
    granted = await quotas.granted(connection)
    if granted is None or granted[0] not in CONNECTORS:
        return None
    limits = connector_class(granted[0]).spec.limits
    limit = limits.of_day(msgspec.json.decode(granted[1])) if counts_days(limits) else None
    if limit is None:
        return None
    day = quota.day_of(limit, quota.Used(), limits.day_zone, now)
    return msgspec.structs.replace(day, used=await quotas.used(connection, day.begins.date()))


async def may_ask_for_orders(tenant: UUID, shop: UUID, connector: str, now: datetime) -> bool:
    """False where a shop grants few requests and was asked a moment ago: asking has a share of the day, and no more."""
    if not is_counted(connector):
        return True
    async with tenant_transaction(tenant):
        day = await today(shop, now)
        if day is None:
            return True
        pause = quota.orders_pause(day.limit, connector_class(connector).spec.limits.requests_for_orders)
        return day.may("orders") and not await quotas.asked_for_orders(shop, pause)
