"""From an agent's delta to the snapshot: in order, each once, everything of it in one transaction.

A crash anywhere leaves nothing behind, and the agent sends the same delta under the same number again. What follows
from the change (journal, holds, marks for the shops, counts) is part of the same transaction; the workers are woken
after it.
"""

import time
import uuid
from collections.abc import AsyncIterator, Iterable
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.journal.models import Event
from raccord.storage import ingest
from raccord.storage.engine import tenant_transaction
from raccord.storage.text import storable
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.changes import Changes
from raccord.sync.marks import COMPARES
from raccord.sync.ports import Wake
from raccord.sync.records import READ_STREAMS, check, former, nul_in_key
from raccord_connectors import wire
from raccord_connectors.canonical import Record
from raccord_connectors.contract import Problem, RecordRejected

BULK = 500
"""New records in one delta from which they are counted in the run and not journalled one by one."""
AT_ONCE = 100
"""Records checked between two breaths: other requests of this process wait for less than a millisecond."""
LONGEST_TOOK = 7 * 24 * 3600
"""Seconds; a longer way from the ERP to here tells of a wrong clock or an agent that was off, not of our speed."""


class Gap(Exception):
    """A number is missing before this delta. `taken` is the highest that we have."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"the next delta is {taken + 1}")
        self.taken = taken


class UnknownStream(Exception):
    """No stream that an ERP is read for."""


class Counts(Struct, omit_defaults=True):
    """Of a run: what its deltas did so far."""

    deltas: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    held: int = 0
    ignored_deletions: int = 0
    """Deletions that no complete pass vouched for."""
    bulk: bool = False
    """A first load, or very many at once: the new records are told by this count only."""


async def take(caller: Caller, delta: wire.Delta, wake: Wake) -> int:
    """Returns the highest number taken; a repetition changes nothing. Raises `AgentRevoked`, `Gap`, `UnknownStream`."""
    if delta.stream not in READ_STREAMS:
        raise UnknownStream(delta.stream)
    async with tenant_transaction(caller.tenant):
        agent = await ingest.lock_agent(caller.agent, caller.connection)
        if agent is None or agent.revoked:
            raise AgentRevoked
        if delta.number <= agent.last_delta:
            return agent.last_delta
        if delta.number > agent.last_delta + 1:
            raise Gap(agent.last_delta)
        merge = _Merge(caller, delta, prepared=agent.prepared)
        await merge.apply()
    await merge.changes.announce(wake)
    return delta.number


class _Merge:
    """One delta in its transaction."""

    def __init__(self, caller: Caller, delta: wire.Delta, *, prepared: bool) -> None:
        self.caller = caller
        self.delta = delta
        self.prepared = prepared
        self.run = _run_of(caller, delta)
        self.changes = Changes(caller.tenant, caller.connection, delta.stream, run=self.run)
        self.changes.took_ms = _took_ms(delta.read_at)
        self.counts = Counts()
        self.records = 0
        """Added to the stream's count; negative for deletions."""
        self.refused: dict[str, Problem] = {}
        self.merged: set[str] = set()
        """Keys written to the snapshot."""
        self.concluded: set[str] = set()
        """Keys that are gone for sure, whether the snapshot had them or not."""

    async def apply(self) -> None:
        delta, caller = self.delta, self.caller
        self.stream = await ingest.lock_stream(caller.tenant, caller.connection, delta.stream, self.run)
        if self.stream.run is not None:
            self.counts = msgspec.json.decode(self.stream.run, type=Counts)
        elif self.stream.records == 0:
            self.counts.bulk = True
        await self.changes.begin()
        await self._upsert()
        await self._delete()
        await self._hold()
        emptied = await self._watch_emptiness()
        await self.changes.save()
        await self._count(emptied)

    # --------------------------------------------------------------------------------------------- upserts

    async def _upsert(self) -> None:
        upserts = {upsert.key: upsert for upsert in self.delta.upserts if self._keyed(upsert)}
        if not upserts:
            return
        stream, connection = self.delta.stream, self.caller.connection
        known = await ingest.known(connection, stream, upserts)
        wanted = [upsert for upsert in upserts.values() if _differs(upsert, known.get(upsert.key))]
        if not wanted:
            return
        before: dict[str, str] = {}
        if self.changes.channels and stream in COMPARES and known:
            before = await ingest.data_of(connection, stream, [u.key for u in wanted if u.key in known])
        await ingest.copy(self._checked(wanted, known, before), prepared=self.prepared)
        await self._insert(len(self.merged - known.keys()))
        await self._update(len(self.merged & known.keys()))
        self.records += sum(1 for key in self.merged if key not in known or known[key].deleted)

    def _keyed(self, upsert: wire.Upsert) -> bool:
        problem = nul_in_key(upsert.key)
        if problem is not None:
            self.refused[storable(upsert.key)] = problem
        return problem is None

    async def _checked(
        self, wanted: list[wire.Upsert], known: dict[str, ingest.Known], before: dict[str, str]
    ) -> AsyncIterator[bytes]:
        """Rows of the good ones; the others are kept in `refused`."""
        for start in range(0, len(wanted), AT_ONCE):
            piece: list[bytes] = []
            for upsert in wanted[start : start + AT_ONCE]:
                record = self._usable(upsert)
                if record is None:
                    continue
                fresh = upsert.key not in known
                piece.append(ingest.packed(upsert.key, upsert.fingerprint, upsert.data, fresh))
                self.merged.add(upsert.key)
                old = before.get(upsert.key)
                self.changes.concerns(None if old is None else former(self.delta.stream, old), record)
            yield b"".join(piece)

    def _usable(self, upsert: wire.Upsert) -> Record | None:
        try:
            return check(self.delta.stream, upsert)
        except RecordRejected as error:
            self.refused[upsert.key] = error.problem()
            return None

    async def _insert(self, fresh: int) -> None:
        if not fresh:
            return
        self.counts.new += fresh
        self.counts.bulk = self.counts.bulk or fresh > BULK
        if not self.counts.bulk:
            await self._journal(fresh=True, events=(Event.APPEARED, Event.APPEARED))
        await ingest.insert_fresh(
            self.caller.tenant, self.caller.connection, self.delta.stream, self.delta.read_at
        )

    async def _update(self, changed: int) -> None:
        if not changed:
            return
        self.counts.changed += changed
        await self._journal(fresh=False, events=(Event.CHANGED, Event.REAPPEARED))
        await ingest.update_changed(self.caller.connection, self.delta.stream, self.delta.read_at)

    async def _journal(self, *, fresh: bool, events: tuple[str, str]) -> None:
        caller = self.caller
        await ingest.journal_incoming(
            caller.tenant, caller.connection, self.delta.stream, self.run, self.changes.took_ms,
            fresh=fresh, events=events,
        )  # fmt: skip

    # -------------------------------------------------------------------------------- deletions and holds

    async def _delete(self) -> None:
        """Only a complete pass that saw rows may conclude that something is gone."""
        sent = {upsert.key for upsert in self.delta.upserts}
        deletions = {storable(key) for key in self.delta.deletions} - sent
        if not deletions:
            return
        if not (self.delta.complete and self.delta.seen > 0):
            self.counts.ignored_deletions += len(deletions)
            return
        self.concluded = deletions
        gone = await self.changes.gone(deletions)
        self.counts.gone += gone
        self.records -= gone

    async def _hold(self) -> None:
        problems = self.refused | {storable(held.key): held.problem for held in self.delta.held}
        if problems:
            encoded = {key: msgspec.json.encode(problem).decode() for key, problem in problems.items()}
            told = await ingest.hold(self.caller.tenant, self.caller.connection, self.delta.stream, encoded)
            for key, problem in problems.items():
                if key in told:
                    self.changes.tell(Event.HELD, key, problem=problem)
            self.counts.held += len(problems)
        if self.stream.holds:
            usable = {storable(upsert.key) for upsert in self.delta.upserts} | self.concluded
            for key in await self._released(usable - problems.keys()):
                self.changes.tell(Event.RELEASED, key)

    async def _released(self, keys: Iterable[str]) -> list[str]:
        return await ingest.release(self.caller.connection, self.delta.stream, list(keys))

    # --------------------------------------------------------------------------------- emptiness, counting

    async def _watch_emptiness(self) -> int:
        """The number of records known when a complete pass saw nothing; 0 when the stream is not empty."""
        delta, caller = self.delta, self.caller
        if delta.emptied and self.stream.records > 0:
            brake, known = uuid.uuid4(), self.stream.records
            if await ingest.raise_emptied(caller.tenant, brake, caller.connection, delta.stream, known):
                self.changes.tell(Event.EMPTIED, "", after=msgspec.json.encode({"known": known}))
            return known
        if self.stream.emptied and (delta.upserts or delta.seen > 0):
            await ingest.decide_emptied(caller.connection, delta.stream, "gone", None)
            self.changes.tell(Event.REFILLED, "")
            return 0
        return self.stream.emptied

    async def _count(self, emptied: int) -> None:
        delta, caller, counts = self.delta, self.caller, self.counts
        changed = bool(self.merged or self.records)
        if changed or self.refused or delta.held or delta.deletions:
            counts.deltas += 1
            await ingest.save_run(
                caller.tenant, self.run, caller.connection, delta.stream, msgspec.json.encode(counts).decode(),
                partial=counts.held > 0,
            )  # fmt: skip
        change = ingest.StreamChange(self.records, emptied, changed, delta.complete and delta.seen > 0)
        await ingest.save_progress(caller.agent, delta.number, caller.connection, delta.stream, change)


def _differs(upsert: wire.Upsert, known: ingest.Known | None) -> bool:
    return known is None or known.deleted or known.fingerprint != upsert.fingerprint


def _run_of(caller: Caller, delta: wire.Delta) -> UUID:
    """All deltas of one pass belong to one run; a pass is known by when it began."""
    mark = f"{delta.read_at}" if delta.read_at else f"number {delta.number}"
    return uuid.uuid5(caller.agent, f"{delta.stream} {mark}")


def _took_ms(read_at: float) -> int | None:
    took = time.time() - read_at
    return int(took * 1000) if read_at and 0 <= took <= LONGEST_TOOK else None
