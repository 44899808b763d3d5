"""What a program that pushes can do: bring batches of changes, or a whole stream in a session. What it brings enters by the same
door as an agent's deltas (`sync.ingest`), so holds, the journal, the marks for the shops and the brake are the same.

A batch, its answer and all that follows from it are one transaction: sent again, it gets the same answer and takes nothing twice.
"""

import hashlib
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raccord.pushes import answering, errors, repository
from raccord.pushes.errors import PushRefused
from raccord.pushes.models import MOST_ROWS, Committed, RawBatch, Session, Standing, Taken
from raccord.pushes.rows import Rows
from raccord.storage import ingest as statements
from raccord.storage.commands import note_discovery
from raccord.storage.engine import tenant_transaction, whole_transaction
from raccord.sync import ingest
from raccord.sync.caller import Caller
from raccord.sync.commands import Commands
from raccord.sync.later import LaterWake
from raccord.sync.ports import Wake
from raccord.sync.records import READ_STREAMS
from raccord.tenants.service import note
from raccord_connectors import wire
from raccord_connectors.contract import Discovery, Message

CONNECTOR = "push"
BACKLOG = 20_000
"""Changes that wait for the workers, above which the next batch waits as well."""
LAGGING_SECONDS = 30
PATIENCE_SECONDS = 10
"""For another batch of the same ERP."""


class Pushes:
    """One per web process. `backlog` is for tests."""

    def __init__(self, commands: Commands, *, backlog: int = BACKLOG) -> None:
        self._commands = commands
        self.most_waiting = backlog

    # -------------------------------------------------------------------------------------------- records

    async def take(self, tenant: UUID, connection: UUID, stream: str, body: bytes, wake: Wake) -> Taken:
        """One batch, as it came. Raises `PushRefused`, and `msgspec.ValidationError` for a body that is no batch."""
        _demand_stream(stream)
        batch = msgspec.json.decode(body, type=RawBatch)
        if len(batch.records) > MOST_ROWS:
            raise PushRefused(errors.TOO_MANY_ROWS.fill(most=MOST_ROWS), field="records")
        rows = Rows()
        for number, raw in enumerate(batch.records, start=1):
            rows.add(stream, number, bytes(raw))
        extracted = _moment(batch.extracted_at)
        later = LaterWake(wake)
        async with self._one_at_a_time(tenant, connection) as caller:
            print_ = _print(batch)
            known = await repository.batch(connection, stream, batch.batch)
            if known is not None:
                if known[0] != print_:
                    raise PushRefused(errors.OTHER_BATCH.fill(batch=batch.batch), field="batch")
                return msgspec.json.decode(known[1], type=Taken)
            await self._demand_room(connection)
            await _note_in_session(tenant, connection, stream, batch, rows)
            await _enter(
                caller,
                stream,
                later.wake(),
                upserts=list(rows.upserts.values()),
                held=_held(rows),
                read_at=extracted,
            )
            answer = Taken(
                batch=batch.batch, rows=len(batch.records), taken=len(rows.upserts), refused=rows.refused,
                warnings=rows.warnings,
            )  # fmt: skip
            packed = msgspec.json.encode(answer).decode()
            await repository.keep_batch(tenant, connection, stream, batch.batch, print_, packed)
            await repository.seen(caller.agent, connection)
        await later.wake_all()
        if stream == "stock" and rows.upserts:
            await answering.prove(caller, self._commands, rows.keys, extracted)
        return answer

    async def describe(self, tenant: UUID, connection: UUID, told: Discovery) -> None:
        """What the ERP has beside its records: depots, price categories, currency… for the channel's settings."""
        async with self._one_at_a_time(tenant, connection) as caller:
            await note_discovery(connection, msgspec.json.encode(told).decode())
            await repository.seen(caller.agent, connection)

    async def standings(self, tenant: UUID, connection: UUID) -> list[Standing]:
        async with tenant_transaction(tenant):
            await _demand_pushed(connection)
            return await repository.standings(connection)

    # ------------------------------------------------------------------------------------------- sessions

    async def begin(self, tenant: UUID, connection: UUID, stream: str) -> Session:
        """Of a stream. One that was left open is abandoned."""
        _demand_stream(stream)
        async with tenant_transaction(tenant):
            await _demand_pushed(connection)
            return await repository.begin_session(tenant, connection, stream, uuid.uuid4())

    async def abandon(self, tenant: UUID, connection: UUID, stream: str, session: UUID) -> bool:
        _demand_stream(stream)
        async with tenant_transaction(tenant):
            await _demand_pushed(connection)
            return await repository.abandon(connection, stream, session)

    async def commit(
        self, tenant: UUID, connection: UUID, stream: str, session: UUID, rows: int, wake: Wake
    ) -> Committed:
        """`rows`: how many the program has sent, so that a batch that was lost deletes nothing. Once more: the same answer."""
        _demand_stream(stream)
        later = LaterWake(wake)
        async with self._one_at_a_time(tenant, connection) as caller:
            found = await repository.lock_session(connection, stream, session)
            if found is None:
                raise PushRefused(errors.NO_SESSION.fill(), missing=True)
            if found.answer is not None:
                return msgspec.json.decode(found.answer, type=Committed)
            if found.state != "open":
                raise PushRefused(errors.NO_SESSION.fill(), late=True)
            if found.rows != rows:
                message = errors.ROWS_MISSING.fill(received=found.rows, told=rows)
                raise PushRefused(message, field="rows", late=True)
            gone, why = 0, _in_doubt(found)
            if why is None:
                gone, why = await _conclude(caller, connection, stream, session, found, later.wake())
            answer = Committed(
                session=session, rows=found.rows, gone=gone, concluded=why is None, message=why
            )
            await repository.end_session(session, msgspec.json.encode(answer).decode())
            await repository.seen(caller.agent, connection)
        await later.wake_all()
        if stream == "stock" and found.rows:
            await answering.prove(caller, self._commands, None, found.begun_at.timestamp())
        return answer

    # --------------------------------------------------------------------------------------------- inside

    @asynccontextmanager
    async def _one_at_a_time(self, tenant: UUID, connection: UUID) -> AsyncIterator[Caller]:
        """One transaction, with the ERP's deltas in order: the second batch waits here for the first one's end."""
        agent = await self._pusher(tenant, connection)
        try:
            async with whole_transaction(tenant):
                await repository.wait_at_most(PATIENCE_SECONDS)
                await statements.lock_agent(agent, connection)
                yield Caller(tenant, agent, connection)
        except asyncpg.LockNotAvailableError as error:
            message = errors.BUSY.fill(seconds=PATIENCE_SECONDS)
            raise PushRefused(message, retry_after=PATIENCE_SECONDS) from error

    async def _pusher(self, tenant: UUID, connection: UUID) -> UUID:
        async with tenant_transaction(tenant):
            agent = await _demand_pushed(connection)
            if agent is None:
                # Its key is thrown away: nobody can ever speak through the agents' tunnel in its name.
                key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
                agent = await repository.add_pusher(tenant, connection, uuid.uuid4(), key)
                await note(tenant, None, "push.begun", str(connection))
        return agent

    async def _demand_room(self, connection: UUID) -> None:
        waiting = await repository.backlog(connection, self.most_waiting)
        if waiting >= self.most_waiting:
            message = errors.LAGGING.fill(waiting=waiting, seconds=LAGGING_SECONDS)
            raise PushRefused(message, retry_after=LAGGING_SECONDS)


async def _demand_pushed(connection: UUID) -> UUID | None:
    """The agent in whose name it pushes, if it has pushed before."""
    found = await repository.pusher(connection)
    if found is None:
        raise PushRefused(errors.NOT_PUSHED.fill(), missing=True)
    if found.connector != CONNECTOR:
        raise PushRefused(errors.NOT_PUSHED.fill(), field="connection")
    return found.agent


def _demand_stream(stream: str) -> None:
    if stream not in READ_STREAMS:
        known = ", ".join(READ_STREAMS)
        raise PushRefused(errors.UNKNOWN_STREAM.fill(stream=stream[:50], known=known), missing=True)


async def _note_in_session(tenant: UUID, connection: UUID, stream: str, batch: RawBatch, rows: Rows) -> None:
    if batch.session is not None:
        found = await repository.lock_session(connection, stream, batch.session)
        if found is None or found.state != "open":
            raise PushRefused(errors.NO_SESSION.fill(), field="session", late=True)
        await repository.note_seen(tenant, batch.session, rows.keys, len(batch.records), rows.unnamed)
        return
    beside = await repository.open_session(connection, stream)
    if beside is not None:  # what changes while a snapshot is under way is not gone at its end
        await repository.note_seen(tenant, beside.session, rows.keys, 0, 0)


async def _enter(caller: Caller, stream: str, wake: Wake, **told: Any) -> None:
    """As the next delta of the one who pushes."""
    agent = await statements.lock_agent(caller.agent, caller.connection)
    assert agent is not None
    await ingest.take(caller, wire.Delta(agent.last_delta + 1, stream, **told), wake)


def _held(rows: Rows) -> list[wire.Held]:
    return [wire.Held(key, problem) for key, problem in rows.held.items()]


def _in_doubt(found: repository.Locked) -> Message | None:
    return errors.UNNAMED.fill(rows=found.unnamed) if found.unnamed else None


async def _conclude(
    caller: Caller, connection: UUID, stream: str, session: UUID, found: repository.Locked, wake: Wake
) -> tuple[int, Message | None]:
    """How many are gone; and why nothing was concluded, where that is so."""
    begun = found.begun_at.timestamp()
    if found.rows == 0:
        known = await repository.known(connection, stream)
        if known:
            await _enter(caller, stream, wake, complete=True, emptied=known, read_at=begun)
            return 0, errors.EMPTY.fill(known=known)
        return 0, None
    missing = await repository.missing(connection, stream, session)
    for piece in _pieces(missing) or [[]]:
        await _enter(caller, stream, wake, deletions=piece, complete=True, seen=found.rows, read_at=begun)
    return len(missing), None


def _pieces(keys: Collection[str]) -> list[list[str]]:
    every = list(keys)
    most = wire.MAX_DELTA_RECORDS
    return [every[start : start + most] for start in range(0, len(every), most)]


def _print(batch: RawBatch) -> bytes:
    digest = hashlib.sha256(f"{batch.session}\n".encode())
    for raw in batch.records:
        digest.update(bytes(raw) + b"\n")
    return digest.digest()


def _moment(told: datetime | None) -> float:
    """Seconds since 1970; never in the future, and in UTC where no zone is said."""
    now = datetime.now(UTC)
    if told is None:
        return now.timestamp()
    return min(told if told.tzinfo else told.replace(tzinfo=UTC), now).timestamp()
