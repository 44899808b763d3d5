"""Commands for agents: their statements. All run inside one tenant's transaction.

A command is `waiting`, then `leased` until a result comes or the lease runs out, then `done` or `failed`. Insertions and
results are told to all web processes by NOTIFY, which PostgreSQL delivers at commit and never before.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import APP, current_connection, tenant_transaction
from raccord.storage.text import storable_json

COMMANDS = "raccord_commands"
"""Notified with a connection's id: a command waits for its agent."""
RESULTS = "raccord_results"
"""Notified with a command's id: its result is there."""


@asynccontextmanager
async def joined(tenant: UUID) -> AsyncIterator[None]:
    """The transaction we are in, or one of its own: a command can become visible together with the state that needs it.
    Row-level security refuses the insertion if the surrounding transaction is another tenant's."""
    if APP.current_transaction.get() is None:
        async with tenant_transaction(tenant):
            yield
    else:
        yield


async def add(
    tenant: UUID, command: UUID, connection: UUID, verb: str, body: bytes, once: str | None, urgent: bool
) -> UUID:
    """The id of the command: of the earlier one if there is one with this mark."""
    executing = current_connection()
    added: UUID | None = await executing.fetchval(
        """
        INSERT INTO command (tenant, id, connection, verb, body, once, urgent) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (tenant, connection, once) WHERE once IS NOT NULL DO NOTHING RETURNING id
        """,
        tenant, command, connection, verb, body, once, urgent,
    )  # fmt: skip
    if added is None:
        earlier: UUID = await executing.fetchval(
            "SELECT id FROM command WHERE connection = $1 AND once = $2", connection, once
        )
        return earlier
    await executing.execute("SELECT pg_notify($1, $2)", COMMANDS, str(connection))
    return added


LOST_RETURNS = 5
"""How many times a command whose agent lost it is given again at once. One that kills its agent each time would
otherwise be tried without a pause for ever; after that it waits for its lease, as a command of an old agent does."""

_DUE = f"""c.connection = $2 AND NOT c.id = ANY (coalesce($3::uuid[], '{{}}'))
       AND (c.state = 'waiting' OR c.state = 'leased' AND (c.leased_until <= now()
            OR $3 IS NOT NULL AND c.leased_by = $1 AND c.attempts <= {LOST_RETURNS}))"""
"""$1 the agent, $2 its connection, $3 what it holds. What it holds is never due: its result is on its way."""


class Look(NamedTuple):
    revoked: bool
    due: bool
    next_expiry: float | None
    """Seconds until the earliest running lease ends."""


async def look(agent: UUID, connection: UUID, holding: Sequence[UUID] | None) -> Look | None:
    """What an idle call costs: one statement that writes nothing. None for an agent that is not this connection's."""
    row = await current_connection().fetchrow(
        f"""
        SELECT a.revoked_at IS NOT NULL,
               EXISTS (SELECT 1 FROM command c WHERE {_DUE}),
               (SELECT extract(epoch FROM min(leased_until) - now())::float8 FROM command c
                 WHERE c.connection = $2 AND c.state = 'leased' AND c.leased_until > now()
                   AND NOT c.id = ANY (coalesce($3::uuid[], '{{}}')))
          FROM agent a WHERE a.id = $1 AND a.connection = $2
        """,  # noqa: S608
        agent,
        connection,
        holding,
    )
    return Look(*row) if row else None


class LeasedRow(NamedTuple):
    id: UUID
    body: bytes
    urgent: bool


async def lease(
    agent: UUID, connection: UUID, holding: Sequence[UUID] | None, limit: int, seconds: float
) -> list[LeasedRow]:
    """Gives commands that wait, whose lease ran out, or that this agent was given and does not hold: urgent ones first,
    none to two callers at once."""
    rows = await current_connection().fetch(
        f"""
        WITH due AS (
          SELECT id FROM command c WHERE {_DUE}
           ORDER BY urgent DESC, created_at, id LIMIT $4 FOR UPDATE SKIP LOCKED
        ), given AS (
          UPDATE command c SET state = 'leased', leased_until = now() + make_interval(secs => $5), leased_by = $1,
                 attempts = attempts + 1
            FROM due WHERE c.id = due.id RETURNING c.id, c.body, c.urgent, c.created_at
        )
        SELECT id, body, urgent FROM given ORDER BY urgent DESC, created_at, id
        """,  # noqa: S608
        agent,
        connection,
        holding,
        limit,
        seconds,
    )
    return [LeasedRow(*row) for row in rows]


class Finished(NamedTuple):
    verb: str
    once: str | None
    again: bool
    """There was a result already: this one is ignored."""


async def finish(
    agent: UUID, command: UUID, connection: UUID, result: bytes, *, failed: bool
) -> Finished | None:
    """Keeps the first result of a command. None when this connection has no such command, or the agent was revoked."""
    executing = current_connection()
    row = await executing.fetchrow(
        """
        UPDATE command SET state = $5, result = $4, done_at = now(), leased_until = NULL
         WHERE id = $2 AND connection = $3 AND state IN ('waiting', 'leased')
           AND EXISTS (SELECT 1 FROM agent a WHERE a.id = $1 AND a.connection = $3 AND a.revoked_at IS NULL)
        RETURNING verb, once, false
        """,
        agent, command, connection, result, "failed" if failed else "done",
    )  # fmt: skip
    if row is None:
        row = await executing.fetchrow(
            "SELECT verb, once, true FROM command WHERE id = $1 AND connection = $2 AND result IS NOT NULL",
            command,
            connection,
        )
        return Finished(*row) if row else None
    await executing.execute("SELECT pg_notify($1, $2)", RESULTS, str(command))
    return Finished(*row)


async def result(command: UUID) -> bytes | None:
    found: bytes | None = await current_connection().fetchval(
        "SELECT result FROM command WHERE id = $1", command
    )
    return found


class AskedRow(NamedTuple):
    connection: UUID
    once: str | None
    result: bytes | None


async def asked(command: UUID) -> AskedRow | None:
    row = await current_connection().fetchrow(
        "SELECT connection, once, result FROM command WHERE id = $1", command
    )
    return AskedRow(*row) if row else None


class Answered(NamedTuple):
    id: UUID
    result: bytes | None


async def by_mark(connection: UUID, once: str) -> Answered | None:
    row = await current_connection().fetchrow(
        "SELECT id, result FROM command WHERE connection = $1 AND once = $2", connection, once
    )
    return Answered(*row) if row else None


# ------------------------------------------------------------------- what the answers say of the connection


async def note_discovery(connection: UUID, discovery: str) -> None:
    await current_connection().execute(
        "UPDATE connection SET discovery = $2 WHERE id = $1", connection, storable_json(discovery)
    )


async def note_check(connection: UUID, problem: str | None) -> None:
    """The outcome of "test the connection"; a paused connection stays paused."""
    await current_connection().execute(
        """
        UPDATE connection SET checked_at = now(), problem = $2::jsonb,
               state = CASE WHEN state = 'paused' THEN 'paused' WHEN $2 IS NULL THEN 'ready' ELSE 'problem' END
         WHERE id = $1
        """,
        connection,
        None if problem is None else storable_json(problem),
    )
