"""All queries on endpoints, deliveries and attempts. Inside the caller's tenant transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from raccord.outgoing.models import Attempt, Due, Endpoint
from raccord.storage.engine import current_connection
from raccord.storage.text import storable
from raccord_connectors.contract import Problem

PAGE = 50
_ENDPOINT = """
SELECT e.id, e.name, e.url, e.events, e.state, e.failing_since, e.problem, e.created_at,
       (SELECT count(*) FROM delivery d WHERE d.endpoint = e.id AND d.state = 'due') AS due FROM endpoint e
"""


async def endpoints() -> list[Endpoint]:
    rows = await current_connection().fetch(f"{_ENDPOINT} ORDER BY e.created_at, e.id")
    return [_endpoint(row) for row in rows]


async def endpoint(endpoint: UUID) -> Endpoint | None:
    row = await current_connection().fetchrow(f"{_ENDPOINT} WHERE e.id = $1", endpoint)
    return _endpoint(row) if row else None


async def secret(endpoint: UUID) -> bytes | None:
    found: bytes | None = await current_connection().fetchval(
        "SELECT secret FROM endpoint WHERE id = $1", endpoint
    )
    return found


async def insert(
    tenant: UUID, endpoint: UUID, name: str, url: str, events: Sequence[str], sealed: bytes, account: UUID
) -> None:
    await current_connection().execute(
        "INSERT INTO endpoint (tenant, id, name, url, events, secret, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant, endpoint, name, url, list(events), sealed, account,
    )  # fmt: skip


async def save(endpoint: UUID, name: str, url: str, events: Sequence[str]) -> None:
    await current_connection().execute(
        "UPDATE endpoint SET name = $2, url = $3, events = $4 WHERE id = $1",
        endpoint,
        name,
        url,
        list(events),
    )


async def save_secret(endpoint: UUID, sealed: bytes) -> None:
    await current_connection().execute("UPDATE endpoint SET secret = $2 WHERE id = $1", endpoint, sealed)


async def delete(endpoint: UUID) -> None:
    await current_connection().execute("DELETE FROM endpoint WHERE id = $1", endpoint)


async def switch(endpoint: UUID, state: str, problem: Problem | None = None) -> None:
    """What fails no more is forgotten when it is switched on; what still waits when it is stopped has failed."""
    packed = msgspec.json.encode(problem).decode() if problem is not None else None
    await current_connection().execute(
        "UPDATE endpoint SET state = $2, problem = $3, failing_since = NULL WHERE id = $1",
        endpoint,
        state,
        packed,
    )
    if state != "on":
        await current_connection().execute(
            "UPDATE delivery SET state = 'failed' WHERE endpoint = $1 AND state = 'due'", endpoint
        )


async def due(endpoint: UUID, limit: int) -> list[Due]:
    """The oldest events first."""
    rows = await current_connection().fetch(
        """
        SELECT d.event, v.type, v.at, v.data, d.attempts FROM delivery d JOIN outgoing_event v ON v.id = d.event
         WHERE d.endpoint = $1 AND d.state = 'due' AND d.retry_at <= now() ORDER BY v.at, v.id LIMIT $2
        """,
        endpoint,
        limit,
    )
    return [Due(**dict(row)) for row in rows]


async def taken(endpoint: UUID, event: UUID) -> None:
    await current_connection().execute(
        "UPDATE delivery SET state = 'taken', taken_at = now(), attempts = attempts + 1 WHERE endpoint = $1 AND event = $2",
        endpoint,
        event,
    )
    await current_connection().execute(
        "UPDATE endpoint SET failing_since = NULL, problem = NULL WHERE id = $1 AND failing_since IS NOT NULL",
        endpoint,
    )


async def not_taken(
    endpoint: UUID, event: UUID, again: timedelta | None, problem: Problem
) -> datetime | None:
    """`again` None: it is given up. Since when this address has been failing."""
    await current_connection().execute(
        "UPDATE delivery SET state = CASE WHEN $3::interval IS NULL THEN 'failed' ELSE 'due' END, attempts = attempts + 1, "
        "retry_at = now() + coalesce($3::interval, '0') WHERE endpoint = $1 AND event = $2",
        endpoint,
        event,
        again,
    )
    since: datetime | None = await current_connection().fetchval(
        "UPDATE endpoint SET failing_since = coalesce(failing_since, now()), problem = $2 WHERE id = $1 RETURNING failing_since",
        endpoint,
        msgspec.json.encode(problem).decode(),
    )
    return since


async def rest(endpoint: UUID, pause: timedelta) -> None:
    """An address that does not answer is not asked for each event anew."""
    await current_connection().execute(
        "UPDATE delivery SET retry_at = greatest(retry_at, now() + $2::interval) WHERE endpoint = $1 AND state = 'due'",
        endpoint,
        pause,
    )


class Call(NamedTuple):
    status: int | None
    took_ms: int
    answer: str
    problem: Problem | None


async def note(tenant: UUID, endpoint: UUID, event: UUID, call: Call) -> None:
    await current_connection().execute(
        "INSERT INTO delivery_attempt (tenant, endpoint, event, status, took_ms, answer, problem) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant, endpoint, event, call.status, call.took_ms, storable(call.answer),
        msgspec.json.encode(call.problem).decode() if call.problem is not None else None,
    )  # fmt: skip


async def add_test(tenant: UUID, endpoint: UUID, event: UUID, type_: str, data: str) -> None:
    """Its delivery waits for ever, unless the test itself sends it."""
    await current_connection().execute(
        "INSERT INTO outgoing_event (tenant, id, type, data) VALUES ($1, $2, $3, $4)",
        tenant,
        event,
        type_,
        data,
    )
    await current_connection().execute(
        "INSERT INTO delivery (tenant, endpoint, event, state) VALUES ($1, $2, $3, 'failed')",
        tenant,
        endpoint,
        event,
    )


async def event(endpoint: UUID, event: UUID) -> Due | None:
    row = await current_connection().fetchrow(
        "SELECT d.event, v.type, v.at, v.data, d.attempts FROM delivery d JOIN outgoing_event v ON v.id = d.event "
        "WHERE d.endpoint = $1 AND d.event = $2",
        endpoint,
        event,
    )
    return Due(**dict(row)) if row else None


async def replay(endpoint: UUID, event: UUID) -> bool:
    """Once more, whatever became of it, under the same id."""
    done: str = await current_connection().execute(
        "UPDATE delivery SET state = 'due', attempts = 0, retry_at = now() WHERE endpoint = $1 AND event = $2",
        endpoint,
        event,
    )
    return done == "UPDATE 1"


async def replay_failed(endpoint: UUID, since: datetime) -> int:
    done: str = await current_connection().execute(
        """
        UPDATE delivery d SET state = 'due', attempts = 0, retry_at = now() FROM outgoing_event v
         WHERE v.id = d.event AND d.endpoint = $1 AND d.state = 'failed' AND v.at >= $2 AND v.type <> 'test'
        """,
        endpoint,
        since,
    )
    return int(done.rpartition(" ")[2])


async def attempts(endpoint: UUID, before: int | None) -> list[Attempt]:
    """The newest first, one more than a page."""
    rows = await current_connection().fetch(
        """
        SELECT a.id, a.event, v.type, a.at, a.status, a.took_ms, a.answer, a.problem, d.state FROM delivery_attempt a
          JOIN outgoing_event v ON v.id = a.event JOIN delivery d ON d.endpoint = a.endpoint AND d.event = a.event
         WHERE a.endpoint = $1 AND ($2::bigint IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3
        """,
        endpoint,
        before,
        PAGE + 1,
    )
    return [Attempt(**{**row, "problem": _problem(row["problem"])}) for row in rows]


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(**{**row, "problem": _problem(row["problem"])})


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
