"""The statements by which an agent's delta becomes the snapshot. They work on sets, inside one tenant's transaction.

Row-level security forbids `COPY` into the snapshot itself, so rows are copied into a temporary table that lives as long
as its database connection and is emptied at each commit, and merged from there: what is equal is never written.
"""

import struct
from collections.abc import AsyncIterator, Collection
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.text import storable_json

# ------------------------------------------------------------------------------------------------- locking


class AgentRow(NamedTuple):
    last_delta: int
    revoked: bool
    prepared: bool
    """The temporary table exists on this database connection."""


async def lock_agent(agent: UUID, connection: UUID) -> AgentRow | None:
    """One delta of an agent at a time: the second waits here, then sees the number that the first left."""
    row = await current_connection().fetchrow(
        """
        SELECT last_delta, revoked_at IS NOT NULL, to_regclass('pg_temp.incoming') IS NOT NULL
          FROM agent WHERE id = $1 AND connection = $2 FOR NO KEY UPDATE
        """,
        agent,
        connection,
    )
    return AgentRow(*row) if row else None


async def is_active(agent: UUID, connection: UUID) -> bool:
    """Whether this agent may still speak for this connection; locks nothing."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM agent WHERE id = $1 AND connection = $2 AND revoked_at IS NULL)",
        agent,
        connection,
    )
    return found


class StreamRow(NamedTuple):
    records: int
    emptied: int
    holds: bool
    """Some records of the stream are held."""
    run: str | None
    """Counts of the run, as JSON, if it began with an earlier delta."""


async def lock_stream(tenant: UUID, connection: UUID, stream: str, run: UUID | None) -> StreamRow:
    """Nobody else merges into this stream until the transaction ends."""
    row = await current_connection().fetchrow(
        """
        INSERT INTO stream_state AS s (tenant, connection, stream) VALUES ($1, $2, $3)
        ON CONFLICT (tenant, connection, stream) DO UPDATE SET stream = excluded.stream
        RETURNING records, emptied,
                  EXISTS (SELECT 1 FROM held_record h WHERE h.connection = s.connection AND h.stream = s.stream),
                  (SELECT counts FROM run WHERE id = $4)
        """,
        tenant,
        connection,
        stream,
        run,
    )
    return StreamRow(*row)


# ------------------------------------------------------------------------------------------------- merging


class Known(NamedTuple):
    fingerprint: bytes
    deleted: bool


async def known(connection: UUID, stream: str, keys: Collection[str]) -> dict[str, Known]:
    rows = await current_connection().fetch(
        """
        SELECT key, fingerprint, deleted_at IS NOT NULL FROM snapshot
         WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[])
        """,
        connection,
        stream,
        list(keys),
    )
    return {key: Known(fingerprint.bytes, deleted) for key, fingerprint, deleted in rows}


async def data_of(connection: UUID, stream: str, keys: Collection[str]) -> dict[str, str]:
    """Canonical encodings of these records as the snapshot has them, deleted ones left out."""
    rows = await current_connection().fetch(
        """
        SELECT key, data FROM snapshot
         WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[]) AND deleted_at IS NULL
        """,
        connection,
        stream,
        list(keys),
    )
    return dict(rows)


_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FIELDS_AND_KEY = struct.Struct("!hi").pack
_PRINT_FRESH_AND_DATA = struct.Struct("!i16si?i").pack


def packed(key: str, fingerprint: bytes, data: bytes, fresh: bool) -> bytes:
    """One row of `incoming` in PostgreSQL's binary COPY format (fields: their count, then size and bytes of each).

    Written by hand because the record's bytes then pass as they came, without becoming text and bytes again."""
    encoded = key.encode()
    head = _FIELDS_AND_KEY(4, len(encoded))
    return b"".join((head, encoded, _PRINT_FRESH_AND_DATA(16, fingerprint, 1, fresh, len(data)), data))


async def copy(rows: AsyncIterator[bytes], *, prepared: bool) -> None:
    """Takes pieces of `packed` rows: while PostgreSQL reads one, the next is checked."""
    connection = current_connection()
    if not prepared:
        # Never compressed: it would be work for a row that is copied on at once.
        await connection.execute(
            """
            CREATE TEMPORARY TABLE incoming (key text, fingerprint uuid, fresh boolean, data json)
              ON COMMIT DELETE ROWS;
            ALTER TABLE incoming ALTER data SET STORAGE EXTERNAL
            """
        )
    await connection.copy_to_table(
        "incoming", source=_framed(rows), columns=("key", "fingerprint", "fresh", "data"), format="binary"
    )


async def _framed(rows: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield _HEADER
    async for piece in rows:
        yield piece
    yield _TRAILER


async def insert_fresh(tenant: UUID, connection: UUID, stream: str, read_at: float) -> None:
    await current_connection().execute(
        """
        INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data, read_at)
        SELECT $1, $2, $3, key, fingerprint, data, $4 FROM incoming WHERE fresh
        """,
        tenant,
        connection,
        stream,
        read_at,
    )


async def journal_incoming(
    tenant: UUID,
    connection: UUID,
    stream: str,
    run: UUID,
    took_ms: int | None,
    *,
    fresh: bool,
    events: tuple[str, str],
) -> None:
    """Entries with before and after for what is about to be merged: new records (`fresh`), or those that change.
    `events` names what happened to a record that was there, and to one that had been deleted or was never seen."""
    await current_connection().execute(
        """
        INSERT INTO journal (tenant, connection, stream, key, event, run, before, after, took_ms)
        SELECT $1, $2, $3, i.key, CASE WHEN s.key IS NULL OR s.deleted_at IS NOT NULL THEN $8 ELSE $7 END,
               $4, CASE WHEN s.deleted_at IS NULL THEN s.data END, i.data, $5::int
          FROM incoming i LEFT JOIN snapshot s ON s.connection = $2 AND s.stream = $3 AND s.key = i.key
         WHERE i.fresh = $6 ORDER BY i.key
        """,
        tenant,
        connection,
        stream,
        run,
        took_ms,
        fresh,
        *events,
    )


async def update_changed(connection: UUID, stream: str, read_at: float) -> None:
    await current_connection().execute(
        """
        UPDATE snapshot s
           SET fingerprint = i.fingerprint, data = i.data, changed_at = now(), deleted_at = NULL, read_at = $3
          FROM incoming i WHERE s.connection = $1 AND s.stream = $2 AND s.key = i.key AND NOT i.fresh
        """,
        connection,
        stream,
        read_at,
    )


async def tombstone(connection: UUID, stream: str, keys: Collection[str]) -> dict[str, str]:
    """Marks these records as gone; they are kept to be explained and undone. Returns those that were there."""
    rows = await current_connection().fetch(
        """
        UPDATE snapshot SET deleted_at = now(), changed_at = now()
         WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[]) AND deleted_at IS NULL RETURNING key, data
        """,
        connection,
        stream,
        list(keys),
    )
    return dict(rows)


# ------------------------------------------------------------------------------------------------- holding


async def hold(tenant: UUID, connection: UUID, stream: str, problems: dict[str, str]) -> set[str]:
    """Key → problem as JSON. Returns the keys whose hold is new or has another reason now."""
    rows = await current_connection().fetch(
        """
        INSERT INTO held_record AS h (tenant, connection, stream, key, problem)
        SELECT $1, $2, $3, * FROM unnest($4::text[], $5::jsonb[])
        ON CONFLICT (tenant, connection, stream, key) DO UPDATE SET problem = excluded.problem, since = now()
          WHERE h.problem IS DISTINCT FROM excluded.problem
        RETURNING key
        """,
        tenant,
        connection,
        stream,
        list(problems),
        [storable_json(problem) for problem in problems.values()],
    )
    return {row["key"] for row in rows}


async def release(connection: UUID, stream: str, keys: Collection[str]) -> list[str]:
    """Ends the holds of these records; returns those that were held."""
    rows = await current_connection().fetch(
        "DELETE FROM held_record WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[]) RETURNING key",
        connection,
        stream,
        list(keys),
    )
    return sorted(row["key"] for row in rows)


# ----------------------------------------------------------------------------------------------- the brake


async def raise_emptied(tenant: UUID, brake: UUID, connection: UUID, stream: str, known: int) -> bool:
    """False when the brake of this stream is on already."""
    done: str = await current_connection().execute(
        """
        INSERT INTO brake (tenant, id, connection, stream, kind, concerned, known)
        VALUES ($1, $2, $3, $4, 'emptied', $5, $5)
        ON CONFLICT (tenant, coalesce(channel, connection), stream, kind) WHERE decided_at IS NULL DO NOTHING
        """,
        tenant,
        brake,
        connection,
        stream,
        known,
    )
    return done == "INSERT 0 1"


async def decide_emptied(connection: UUID, stream: str, decision: str, account: UUID | None) -> None:
    """`gone`: the records came back by themselves. `go`: a person says that there are none any more."""
    await current_connection().execute(
        """
        UPDATE brake SET decided_at = now(), decision = $3, decided_by = $4
         WHERE connection = $1 AND channel IS NULL AND stream = $2 AND kind = 'emptied' AND decided_at IS NULL
        """,
        connection,
        stream,
        decision,
        account,
    )


# ------------------------------------------------------------------------------------------------ counting


async def save_run(
    tenant: UUID, run: UUID, connection: UUID, stream: str, counts: str, *, partial: bool
) -> None:
    """`counts` as JSON, of all deltas of the pass so far; a run with held records is partial, never complete."""
    await current_connection().execute(
        """
        INSERT INTO run (tenant, id, connection, stream, direction, state, counts, ended_at)
        VALUES ($1, $2, $3, $4, 'ingest', $5, $6, now())
        ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state, counts = excluded.counts, ended_at = now()
        """,
        tenant,
        run,
        connection,
        stream,
        "partial" if partial else "complete",
        counts,
    )


class StreamChange(NamedTuple):
    records: int
    """To be added to the count; negative for deletions."""
    emptied: int
    changed: bool
    complete: bool


async def save_progress(
    agent: UUID | None, number: int | None, connection: UUID, stream: str, change: StreamChange
) -> None:
    """The stream's counts, and the agent's number (neither of the two when no delta was taken)."""
    await current_connection().execute(
        """
        WITH numbered AS (
          UPDATE agent SET last_delta = $2, last_seen_at = now() WHERE id = $1 AND $2::bigint IS NOT NULL
        )
        UPDATE stream_state
           SET records = records + $5, emptied = $6,
               last_change_at = CASE WHEN $7 THEN now() ELSE last_change_at END,
               last_complete_at = CASE WHEN $8 THEN now() ELSE last_complete_at END
         WHERE connection = $3 AND stream = $4
        """,
        agent,
        number,
        connection,
        stream,
        *change,
    )
