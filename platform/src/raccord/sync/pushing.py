"""One call of a connector's `write`: changes out, outcomes kept as they arrive, failures put where they belong."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import aclosing
from uuid import UUID

import msgspec
import structlog

from raccord.core.ownership import Fields
from raccord.journal.models import Entry
from raccord.journal.service import write_entries
from raccord.log import trace
from raccord.storage import bindings
from raccord.storage.bindings import Done, DueRow, Failed
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import mark
from raccord.sync.outgoing import (
    Kept,
    Outgoing,
    failed,
    goes_alone,
    keep,
    outgoing,
    refused_entry,
    settled,
    taken,
)
from raccord.sync.ports import Ports
from raccord.sync.tally import Tally
from raccord.sync.writing import outcomes
from raccord_connectors.canonical import OrderUpdate, decode
from raccord_connectors.contract import (
    ConfigError,
    Connector,
    Outcome,
    Problem,
    RecordRejected,
    StreamSpec,
    TransientError,
)
from raccord_connectors.kit.executor import bug

log = structlog.get_logger(__name__)


class Creation:
    """What is sent at creation only: never part of an update."""

    def __init__(self) -> None:
        self.of_channel: dict[UUID, Fields] = {}
        self.of_record: dict[tuple[UUID, str], Fields] = {}
        """Of records on trial."""

    def of(self, row: DueRow) -> Fields:
        found = self.of_record.get((row.channel, row.key))
        return self.of_channel.get(row.channel, Fields()) if found is None else found


class Call:
    """Some due bindings of one stream, through one connector. `trouble`: an outcome says that the shop as a whole is busy."""

    def __init__(
        self,
        ports: Ports,
        connector: Connector,
        spec: StreamSpec,
        creation: Creation,
        tally: Tally,
        rows: Sequence[DueRow],
    ) -> None:
        self._ports = ports
        self._connector = connector
        self._spec = spec
        self._creation = creation
        self._tally = tally
        self._rows = rows
        self.done = 0
        self.trouble: TransientError | None = None
        self._misconfigured: ConfigError | None = None

    async def run(self) -> ConfigError | TransientError | None:
        """Returns what concerns the shop as a whole."""
        together: dict[UUID, list[Outgoing]] = {}  # by channel: two ERPs may use one key for two articles
        alone: list[list[Outgoing]] = []
        silent: list[Done] = []
        for row in self._rows:
            try:
                out = outgoing(row)
            except msgspec.DecodeError as undecodable:
                problem = bug(self._connector.spec.name, undecodable)
                await self._keep([], [(row, problem)], sure=True)
                continue
            if out.says_nothing(self._creation.of(row)):
                silent.append(settled(out, self._creation.of(row)))
            elif goes_alone(row):
                alone.append([out])
            else:
                together.setdefault(row.channel, []).append(out)
        await self._settle(silent)
        for part in [*together.values(), *alone]:
            error = await self._write(part) or self._misconfigured
            if error is not None:
                return error
        return None

    async def _settle(self, silent: list[Done]) -> None:
        """The shop has these as they are desired: it is not asked, and the journal has nothing to tell."""
        if not silent:
            return
        async with tenant_transaction(self._tally.tenant):
            unwanted = await bindings.save_done(silent)
            for channel, _, key in unwanted:
                await mark(self._tally.tenant, channel, self._spec.name, [key])
        for channel in {channel for channel, _, _ in unwanted}:
            await self._ports.wake.project(self._tally.tenant, channel, self._spec.name)

    async def _write(self, part: list[Outgoing]) -> ConfigError | TransientError | None:
        waiting = {out.row.key: out for out in part}
        changes = [out.change(self._creation.of(out.row)) for out in part]
        if self._ports.pictures is not None:
            changes = await self._ports.pictures.addressed(self._tally.tenant, self._tally.shop, changes)
        needs = self._connector.spec.papers
        if self._ports.papers is not None and needs is not None:
            changes = await self._ports.papers.enclosed(self._tally.tenant, self._tally.shop, needs, changes)
        name = self._connector.spec.name
        async with aclosing(outcomes(self._connector, self._spec.name, changes)) as groups:
            while True:
                # Only what the connector does is caught here: a database that fails us is not the record's fault.
                try:
                    group = await anext(groups, None)
                except ConfigError as error:
                    return error
                except TransientError as error:
                    # The request that failed held the next ones; those behind it have not been asked yet.
                    asked = list(waiting.values())[: self._spec.batch_size]
                    await self._keep([], [(out.row, error.problem()) for out in asked], sure=False)
                    return error
                except RecordRejected as error:
                    await self._unanswered(part, waiting, error.problem())
                    return None
                except Exception as error:
                    log.error("connector failed", connector=name, stream=self._spec.name, trace=trace(error))
                    await self._unanswered(part, waiting, bug(name, error))
                    return None
                known = [outcome for outcome in group or () if outcome.key in waiting]
                if self._ports.pictures is not None and known:
                    await self._ports.pictures.answered(self._tally.tenant, self._tally.shop, changes, known)
                await self._take(waiting, known)
                if group is None or len(known) < len(group):
                    break
        if waiting:
            broken = AssertionError("a connector yields one outcome per change, under its key")
            log.error("connector broke its contract", connector=name, stream=self._spec.name)
            await self._unanswered(part, waiting, bug(name, broken))
        return None

    async def _unanswered(self, part: list[Outgoing], waiting: dict[str, Outgoing], problem: Problem) -> None:
        """In company, each gets a second chance alone; alone, it is its own fault."""
        await self._keep([], [(out.row, problem) for out in waiting.values()], sure=len(part) == 1)

    async def _take(self, waiting: dict[str, Outgoing], group: list[Outcome]) -> None:
        if not group:
            return
        now = self._ports.now()
        answered: list[tuple[Outgoing, Outcome]] = []
        for outcome in group:
            out = waiting.pop(outcome.key, None)
            if out is None:
                raise AssertionError(
                    "a connector yields outcomes of the changes that it was given, once each"
                )
            answered.append((out, outcome))
        kept: list[Kept] = []
        problems: list[tuple[DueRow, Problem]] = []
        async with self._tally.binding:
            owners = await self._owners(answered)
            for out, outcome in answered:
                problem = outcome.problem or _clash(out.row, outcome, owners)
                if problem is None:
                    kept.append(keep(out, outcome, self._tally.run, now, self._creation.of(out.row)))
                    self._count(out)
                else:
                    problems.append((out.row, problem))
            await self._keep(kept, problems, sure=True)
        for _, problem in problems:
            if problem.kind == "config":
                self._misconfigured = ConfigError(problem.message, detail=problem.detail, field=problem.field)
            if problem.kind == "transient":
                self.trouble = TransientError(
                    problem.message, detail=problem.detail, retry_after=problem.retry_after
                )

    async def _owners(self, answered: Sequence[tuple[Outgoing, Outcome]]) -> dict[tuple[UUID, str], str]:
        """Who has the things of the shop that were created, or found there."""
        targets = {
            (out.row.channel, outcome.target)
            for out, outcome in answered
            if out.row.target is None and outcome.target is not None and outcome.problem is None
        }
        if not targets:
            return {}
        async with tenant_transaction(self._tally.tenant):
            return await bindings.owners(self._spec.name, targets)

    def _count(self, out: Outgoing) -> None:
        self.done += 1
        counts = self._tally.counts
        if out.deletes:
            counts.deleted += 1
        elif out.withdraws:
            counts.withdrawn += 1
        elif out.row.target is None:
            counts.created += 1
        else:
            counts.updated += 1

    async def _keep(self, kept: list[Kept], problems: list[tuple[DueRow, Problem]], *, sure: bool) -> None:
        """One transaction for what arrived together. `sure`: each problem is its own record's."""
        now, tenant = self._ports.now(), self._tally.tenant
        entries: list[Entry] = [one.entry for one in kept]
        refused: list[Failed] = []
        for row, problem in problems:
            failure, what = failed(row, problem, alone=sure)
            refused.append(failure)
            if what == "refused":
                self._tally.counts.refused += 1
                told = msgspec.json.decode(failure.problem, type=Problem)
                entries.append(refused_entry(row, told, self._tally.run, now))
            else:
                self._tally.counts.retried += 1
        items: Collection[UUID] = ()
        unwanted: set[UUID] = set()
        async with tenant_transaction(tenant):
            await self._tally.note()
            if kept:
                written = [one.done for one in kept if one.deleted is None]
                for channel, _, key in await bindings.save_done(written) if written else ():
                    unwanted.add(channel)
                    await mark(tenant, channel, self._spec.name, [key])
                unwanted |= await self._forget([one for one in kept if one.deleted is not None])
                items = await self._bind_items(kept)
                await self._doubt_stock(kept)
            if refused:
                await bindings.save_failed(refused)
            shops = [msgspec.structs.replace(entry, connection=self._tally.shop) for entry in entries]
            await write_entries(tenant, shops)
        for channel in items:
            await self._ports.wake.project(tenant, channel, "availability")
        for channel in unwanted:
            await self._ports.wake.project(tenant, channel, self._spec.name)

    async def _forget(self, deleted: list[Kept]) -> set[UUID]:
        """What the shop has no more. Whoever came back to sale meanwhile is created anew: looking again decides."""
        if not deleted:
            return set()
        await bindings.save_deleted([(one.done.channel, one.done.key, one.deleted or "") for one in deleted])
        gone: dict[UUID, list[str]] = defaultdict(list)
        for one in deleted:
            gone[one.done.channel].append(one.done.key)
        for channel, keys in gone.items():
            await mark(self._tally.tenant, channel, self._spec.name, keys)
        return set(gone)

    async def _doubt_stock(self, kept: list[Kept]) -> None:
        """A shop that cancels an order puts its pieces back by itself, on top of the figure that we have sent already."""
        cancelled: dict[UUID, list[str]] = defaultdict(list)
        for one in kept:
            done = one.done
            if done.stream == "order_updates" and decode(done.pushed, OrderUpdate).state == "cancelled":
                cancelled[done.channel].append(done.key)
        for channel, orders in cancelled.items():
            await bindings.doubt_stock(channel, orders)

    async def _bind_items(self, kept: list[Kept]) -> Collection[UUID]:
        """The stock of what is new in the shop, or left the sale, can be pushed now. Returns the channels concerned."""
        bound: dict[UUID, dict[str, str]] = defaultdict(dict)
        unbound: dict[UUID, list[str]] = defaultdict(list)
        for one in kept:
            if one.bound:
                bound[one.done.channel] |= one.bound
            if one.unbound:
                unbound[one.done.channel] += one.unbound
        for channel, items in unbound.items():
            await bindings.unbind_items(channel, items)
        for channel, targets in bound.items():
            await bindings.bind_items(self._tally.tenant, channel, targets)
        recounted: dict[UUID, set[str]] = defaultdict(set)
        for one in kept:
            if one.recounted:
                recounted[one.done.channel].update(one.recounted)
        for channel, counted in recounted.items():
            await mark(self._tally.tenant, channel, "availability", counted)
        return bound.keys() | recounted.keys()


def _clash(row: DueRow, outcome: Outcome, owners: dict[tuple[UUID, str], str]) -> Problem | None:
    """What the shop found for a creation is another article's already; else it is this one's from now on."""
    if row.target is not None or outcome.target is None:
        return None
    owner = owners.setdefault((row.channel, outcome.target), row.key)
    return None if owner == row.key else taken(row.key, outcome.target, owner)
