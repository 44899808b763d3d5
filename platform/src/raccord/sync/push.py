"""Pushing: one drainer per shop and lane brings *pushed* to *desired*, in the shop's bulk calls, at the shop's pace.

The lock is held over the calls, no transaction is. Each outcome is kept as it arrives, with exactly what was sent: what
was desired in the meantime stays due. A process killed between the shop's write and our commit leaves the binding due;
the same change is asked again, and the connector finds it done.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from uuid import UUID

import msgspec
import structlog

from raccord.core import pace as pacing
from raccord.core.pace import Pace
from raccord.storage import bindings, connections, projections, runs, trials
from raccord.storage.bindings import DueRow
from raccord.storage.engine import tenant_transaction
from raccord.storage.locks import Lock
from raccord.sync import daily
from raccord.sync.ports import LANES, Lane, Ports
from raccord.sync.pushing import Call, Creation
from raccord.sync.tally import Tally
from raccord_connectors.contract import (
    ConfigError,
    Connector,
    DaySpent,
    Problem,
    StreamSpec,
    Text,
    TransientError,
    purpose_of,
)

SLICE = {"urgent": 20.0, "ordinary": 4.0}
"""Seconds after which a drainer passes on. A catalogue makes room for other merchants' more often than stock does."""
SHORT_WAIT = 3.0
"""Seconds that a drainer sits out in place when the shop asked for a pause; longer ones end the drain."""
FULL_CALL = 4
"""Requests' worth of changes handed to a connector at once, so that it can fill its requests; one when we go slowly."""
UNSUPPORTED = Text(
    "push.unsupported",
    "Le connecteur {connector} ne sait pas écrire cela dans la boutique ({stream}). Faites-le à la main dans la boutique.",
    "The connector {connector} cannot write this to the shop ({stream}). Do it by hand in the shop.",
)
log = structlog.get_logger(__name__)


async def push(ports: Ports, tenant: UUID, shop: UUID, lane: Lane, *, seconds: float | None = None) -> bool:
    """Drains one lane of one shop. True when something is left that can be tried now and nobody is at it: call again.

    A second drainer leaves at once; the first looks again after it has given up the lock."""
    end = time.monotonic() + (SLICE[lane] if seconds is None else seconds)
    while True:
        async with ports.locks.try_hold("push", tenant, shop, lane) as lock:
            if lock is None:
                return False
            drain = _Drain(ports, tenant, shop, lane, lock, end)
            await drain.run()
        left = drain.calls > 0 and await _is_due(tenant, shop, lane, ports)
        if not left or ports.stopping() or time.monotonic() >= end:
            return left and not ports.stopping()


async def _is_due(tenant: UUID, shop: UUID, lane: Lane, ports: Ports) -> bool:
    async with tenant_transaction(tenant):
        row = await connections.shop(shop)
        if row is None or row.state != "ready":
            return False
        until = pacing.restore(row.pace).until
        if until is not None and until > ports.now():
            return False
        return await bindings.is_due(shop, LANES[lane])


class _Drain:
    def __init__(self, ports: Ports, tenant: UUID, shop: UUID, lane: Lane, lock: Lock, end: float) -> None:
        self.ports = ports
        self.tenant = tenant
        self.shop = shop
        self.lane = lane
        self.lock = lock
        self.end = end
        self.pace = Pace()
        self.creation = Creation()
        self.calls = 0

    async def run(self) -> None:
        if not await self._may_begin():
            return
        async with AsyncExitStack() as stack:
            try:
                connectors = [await stack.enter_async_context(self.ports.shops.open(self.tenant, self.shop))]
                threads = pacing.concurrency(self.pace, connectors[0].spec.limits) if self._is_ordinary else 1
                for _ in range(threads - 1):
                    connectors.append(
                        await stack.enter_async_context(self.ports.shops.open(self.tenant, self.shop))
                    )
                await self._hold_unsupported(connectors[0])
                for stream in self._in_order(connectors[0]):
                    if not await self._drain(connectors, stream):
                        return
            except ConfigError as error:
                await self._stop(error.problem())

    @property
    def _is_ordinary(self) -> bool:
        return self.lane == "ordinary"

    @property
    def _goes_on(self) -> bool:
        return not self.lock.lost and not self.ports.stopping() and time.monotonic() < self.end

    async def _may_begin(self) -> bool:
        """Something is due, the shop is well, and no pause that it asked for is running."""
        async with tenant_transaction(self.tenant):
            row = await connections.shop(self.shop)
            if row is None or row.state != "ready" or not await bindings.is_due(self.shop, LANES[self.lane]):
                return False
            await runs.end_orphans(self.shop, LANES[self.lane])
            for channel in await connections.sending_channels(self.shop):
                await self._learn_creation(channel)
            self.pace = pacing.restore(row.pace)
        return await self._sit_out()

    async def _learn_creation(self, channel: UUID) -> None:
        """What is sent at creation only, by the version that each record follows."""
        route = await projections.route(channel)
        if route is None:
            return
        if route.state == "live":
            self.creation.of_channel[channel] = self.ports.mappings.of(route).projection.creation
        trial = await trials.of(channel)
        if trial is not None:
            version = route._replace(mapping=trial.rules, settings=trial.settings)
            fields = self.ports.mappings.of(version).projection.creation
            for key in await trials.records(channel, "listings"):
                self.creation.of_record[channel, key] = fields

    async def _sit_out(self) -> bool:
        if self.pace.until is None:
            return True
        wait = (self.pace.until - self.ports.now()).total_seconds()
        if wait > min(SHORT_WAIT, self.end - time.monotonic()):
            return False
        await self.ports.sleep(max(0.0, wait))
        return self._goes_on

    def _in_order(self, connector: Connector) -> list[StreamSpec]:
        """The lane's streams that this shop can be written, what others wait for first."""
        declared = {spec.name: spec for spec in connector.spec.streams if spec.name in LANES[self.lane]}
        ordered: list[StreamSpec] = []
        while declared:
            ready = [name for name, spec in declared.items() if not set(spec.after) & declared.keys()]
            for name in ready or list(declared):
                ordered.append(declared.pop(name))
        return ordered

    async def _hold_unsupported(self, connector: Connector) -> None:
        spec = connector.spec
        for stream in set(LANES[self.lane]) - {declared.name for declared in spec.streams}:
            message = UNSUPPORTED.fill(connector=spec.title, stream=stream)
            problem = msgspec.json.encode(Problem("rejected", message)).decode()
            async with tenant_transaction(self.tenant):
                await bindings.hold_unsupported(self.shop, stream, problem)

    async def _drain(self, connectors: list[Connector], spec: StreamSpec) -> bool:
        """False when the whole drain ends here."""
        tally = Tally(self.tenant, self.shop, spec.name)
        try:
            while self._goes_on:
                if not await self._may_ask(connectors[0], spec):
                    return True
                rows = await self._take(connectors, spec)
                if not rows:
                    return True
                if not await self._call(connectors, spec, rows, tally):
                    return False
            tally.cut_short = True
            return False
        finally:
            await tally.end()

    async def _may_ask(self, connector: Connector, spec: StreamSpec) -> bool:
        """Where requests are counted by day: whether there are some for this now. What waits goes on by the sweep."""
        if not daily.counts_days(connector.spec.limits):
            return True
        async with tenant_transaction(self.tenant):
            day = await daily.today(self.shop, self.ports.now())
        return day is None or day.may(purpose_of(spec.name))

    async def _take(self, connectors: list[Connector], spec: StreamSpec) -> list[DueRow]:
        size = pacing.batch_size(self.pace, spec.batch_size)
        full = size * FULL_CALL if self.pace.share >= 1.0 else size
        async with tenant_transaction(self.tenant):
            return await bindings.take(self.shop, spec.name, full * len(connectors))

    async def _call(
        self, connectors: list[Connector], spec: StreamSpec, rows: list[DueRow], tally: Tally
    ) -> bool:
        """Asks for these changes, shared among the connectors. False when the shop wants to be left alone."""
        self.calls += 1
        begun = time.monotonic()
        parts = _shared(rows, len(connectors))
        calls = [
            Call(self.ports, connector, spec, self.creation, tally, part)
            for connector, part in zip(connectors, parts, strict=False)
            if part
        ]
        errors = await asyncio.gather(*(call.run() for call in calls))
        requests = max(1, -(-len(rows) // spec.batch_size))
        for error in errors:
            if isinstance(error, ConfigError):
                raise error
        spent = next((error for error in errors if isinstance(error, DaySpent)), None)
        if spent is not None:  # no word on how fast the shop can be asked: the other lane goes on as it was
            tally.problem = tally.problem or spent.problem()
            return False
        troubles = [error for error in errors if isinstance(error, TransientError)]
        troubles += [call.trouble for call in calls if call.trouble is not None]
        limits = connectors[0].spec.limits
        if troubles:
            seen = requests / max(time.monotonic() - begun, 0.1)
            asked = max((e.retry_after for e in troubles if e.retry_after is not None), default=None)
            await self._change_pace(
                pacing.slowed(self.pace, limits, now=self.ports.now(), seen_rate=seen, retry_after=asked)
            )
            tally.problem = tally.problem or troubles[0].problem()
            return await self._sit_out()
        if any(call.done for call in calls):
            await self._change_pace(pacing.recovered(self.pace, limits))
        rest = pacing.gap(self.pace, limits, requests) - (time.monotonic() - begun)
        if rest > 0:
            await self.ports.sleep(min(rest, max(0.0, self.end - time.monotonic())))
        return True

    async def _change_pace(self, pace: Pace) -> None:
        if pace != self.pace:
            self.pace = pace
            async with tenant_transaction(self.tenant):
                await connections.save_pace(self.shop, pacing.save(pace))

    async def _stop(self, problem: Problem) -> None:
        log.warning("shop stopped", shop=str(self.shop), code=problem.message.code, detail=problem.detail)
        async with tenant_transaction(self.tenant):
            await connections.stop(self.shop, msgspec.json.encode(problem).decode())


def _shared(rows: list[DueRow], count: int) -> list[list[DueRow]]:
    """In as many parts, neighbours together: offers of one listing stand side by side."""
    size = -(-len(rows) // count)
    return [rows[start : start + size] for start in range(0, len(rows), size)]
