"""All queries on pushed batches, sessions and tasks. Inside the caller's tenant transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from raccord.pushes.models import Session, Standing
from raccord.storage.engine import current_connection
from raccord.sync.records import READ_STREAMS


class Pusher(NamedTuple):
    connector: str
    agent: UUID | None
    """By whose name what is pushed is taken."""


async def pusher(connection: UUID) -> Pusher | None:
    row = await current_connection().fetchrow(
        "SELECT c.connector, (SELECT a.id FROM agent a WHERE a.connection = c.id AND a.revoked_at IS NULL AND a.system = 'push') "
        "FROM connection c WHERE c.id = $1",
        connection,
    )
    return Pusher(*row) if row else None


async def add_pusher(tenant: UUID, connection: UUID, agent: UUID, public_key: bytes) -> UUID:
    """One per connection: whoever comes second finds the first one's."""
    executing = current_connection()
    await executing.execute("SELECT 1 FROM connection WHERE id = $1 FOR UPDATE", connection)
    found = await pusher(connection)
    if found is not None and found.agent is not None:
        return found.agent
    await executing.execute(
        "UPDATE agent SET revoked_at = now() WHERE connection = $1 AND revoked_at IS NULL", connection
    )
    await executing.execute(
        "INSERT INTO agent (tenant, id, connection, public_key, host, system) VALUES ($1, $2, $3, $4, 'API', 'push')",
        tenant, agent, connection, public_key,
    )  # fmt: skip
    return agent


async def wait_at_most(seconds: int) -> None:
    """For the locks of this transaction."""
    await current_connection().execute("SELECT set_config('lock_timeout', $1, true)", f"{seconds}s")


async def seen(agent: UUID, connection: UUID) -> None:
    """It lives, and so does its connection."""
    await current_connection().execute("UPDATE agent SET last_seen_at = now() WHERE id = $1", agent)
    await current_connection().execute(
        "UPDATE connection SET state = CASE WHEN state = 'new' THEN 'ready' ELSE state END, checked_at = now() WHERE id = $1",
        connection,
    )


async def backlog(connection: UUID, most: int) -> int:
    """Changes of this ERP that the channels on air have not yet worked on; counted up to `most`."""
    found: int = await current_connection().fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM to_project p JOIN channel c ON c.id = p.channel "
        "WHERE c.erp = $1 AND c.state = 'live' LIMIT $2) s",
        connection,
        most,
    )
    return found


# -------------------------------------------------------------------------------------------------- batches


async def batch(connection: UUID, stream: str, id_: str) -> tuple[bytes, str] | None:
    """Print and answer of a batch that was taken."""
    row = await current_connection().fetchrow(
        "SELECT print, answer FROM push_batch WHERE connection = $1 AND stream = $2 AND id = $3",
        connection,
        stream,
        id_,
    )
    return (row["print"], row["answer"]) if row else None


async def keep_batch(
    tenant: UUID, connection: UUID, stream: str, id_: str, print_: bytes, answer: str
) -> None:
    await current_connection().execute(
        "INSERT INTO push_batch (tenant, connection, stream, id, print, answer) VALUES ($1, $2, $3, $4, $5, $6)",
        tenant, connection, stream, id_, print_, answer,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- sessions

_SESSION = "id AS session, stream, state, rows, begun_at"


async def open_session(connection: UUID, stream: str) -> Session | None:
    row = await current_connection().fetchrow(
        f"SELECT {_SESSION} FROM push_session WHERE connection = $1 AND stream = $2 AND state = 'open'",  # noqa: S608
        connection,
        stream,
    )
    return Session(**dict(row)) if row else None


async def begin_session(tenant: UUID, connection: UUID, stream: str, session: UUID) -> Session:
    """One that was left open is abandoned: a job that died begins anew."""
    executing = current_connection()
    await executing.execute("SELECT 1 FROM connection WHERE id = $1 FOR UPDATE", connection)
    await abandon(connection, stream)
    row = await executing.fetchrow(
        f"INSERT INTO push_session (tenant, id, connection, stream) VALUES ($1, $2, $3, $4) RETURNING {_SESSION}",  # noqa: S608
        tenant, session, connection, stream,
    )  # fmt: skip
    return Session(**dict(row))


async def abandon(connection: UUID, stream: str, session: UUID | None = None) -> bool:
    executing = current_connection()
    ended: UUID | None = await executing.fetchval(
        "UPDATE push_session SET state = 'abandoned', ended_at = now() WHERE connection = $1 AND stream = $2 "
        "AND state = 'open' AND ($3::uuid IS NULL OR id = $3) RETURNING id",
        connection,
        stream,
        session,
    )
    if ended is not None:
        await executing.execute("DELETE FROM push_seen WHERE session = $1", ended)
    return ended is not None


class Locked(NamedTuple):
    state: str
    rows: int
    unnamed: int
    begun_at: datetime
    answer: str | None


async def lock_session(connection: UUID, stream: str, session: UUID) -> Locked | None:
    row = await current_connection().fetchrow(
        "SELECT state, rows, unnamed, begun_at, answer FROM push_session "
        "WHERE id = $1 AND connection = $2 AND stream = $3 FOR UPDATE",
        session,
        connection,
        stream,
    )
    return Locked(*row) if row else None


async def note_seen(tenant: UUID, session: UUID, keys: Collection[str], rows: int, unnamed: int) -> None:
    """`rows` 0: what came beside the session is there as well."""
    await current_connection().execute(
        "INSERT INTO push_seen (tenant, session, key) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING",
        tenant, session, list(keys),
    )  # fmt: skip
    await current_connection().execute(
        "UPDATE push_session SET rows = rows + $2, unnamed = unnamed + $3 WHERE id = $1",
        session,
        rows,
        unnamed,
    )


async def missing(connection: UUID, stream: str, session: UUID) -> list[str]:
    """Records that we know and the session lacks."""
    rows = await current_connection().fetch(
        "SELECT s.key FROM snapshot s WHERE s.connection = $1 AND s.stream = $2 AND s.deleted_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM push_seen p WHERE p.session = $3 AND p.key = s.key) ORDER BY s.key",
        connection,
        stream,
        session,
    )
    return [row["key"] for row in rows]


async def known(connection: UUID, stream: str) -> int:
    found: int = await current_connection().fetchval(
        "SELECT count(*) FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL",
        connection,
        stream,
    )
    return found


async def end_session(session: UUID, answer: str) -> None:
    await current_connection().execute(
        "UPDATE push_session SET state = 'committed', ended_at = now(), answer = $2 WHERE id = $1",
        session,
        answer,
    )
    await current_connection().execute("DELETE FROM push_seen WHERE session = $1", session)


async def standings(connection: UUID) -> list[Standing]:
    rows = await current_connection().fetch(
        """
        SELECT s.stream, coalesce(t.records, 0) AS records, t.last_change_at, t.last_complete_at,
               (SELECT count(*) FROM held_record h WHERE h.connection = $1 AND h.stream = s.stream) AS held
          FROM unnest($2::text[]) WITH ORDINALITY AS s(stream, place)
          LEFT JOIN stream_state t ON t.connection = $1 AND t.stream = s.stream ORDER BY s.place
        """,
        connection,
        list(READ_STREAMS),
    )
    return [Standing(**dict(row), session=await open_session(connection, row["stream"])) for row in rows]


# ---------------------------------------------------------------------------------------------------- tasks


class TaskRow(NamedTuple):
    id: UUID
    body: bytes
    since: datetime


async def waiting(connection: UUID, verb: str, after: UUID | None, limit: int) -> Sequence[TaskRow]:
    rows = await current_connection().fetch(
        """
        SELECT c.id, c.body, c.created_at FROM command c
         WHERE c.connection = $1 AND c.verb = $2 AND c.state IN ('waiting', 'leased')
           AND ($3::uuid IS NULL OR (c.created_at, c.id) > (SELECT k.created_at, k.id FROM command k WHERE k.id = $3))
         ORDER BY c.created_at, c.id LIMIT $4
        """,
        connection,
        verb,
        after,
        limit,
    )
    return [TaskRow(*row) for row in rows]


async def task(connection: UUID, task: UUID) -> TaskRow | None:
    """Answered ones as well: an answer that was lost is given again."""
    row = await current_connection().fetchrow(
        "SELECT id, body, created_at FROM command WHERE id = $1 AND connection = $2 AND verb = 'write'",
        task,
        connection,
    )
    return TaskRow(*row) if row else None


class Stored(NamedTuple):
    key: str
    fingerprint: bytes
    data: bytes


async def stored(connection: UUID, stream: str, keys: Collection[str]) -> list[Stored]:
    rows = await current_connection().fetch(
        "SELECT key, fingerprint, data FROM snapshot WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[]) "
        "AND deleted_at IS NULL",
        connection,
        stream,
        list(keys),
    )
    return [Stored(row["key"], row["fingerprint"].bytes, row["data"].encode()) for row in rows]
