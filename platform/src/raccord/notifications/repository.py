"""All queries on messages, their templates and senders. Every function runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import asyncpg
import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.notification_events import Reason
from raccord.core.notification_rules import Language, Medium
from raccord.notifications.models import Due, SenderRow, State, Told
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Order, decode
from raccord_connectors.contract import Problem

DUE = """
    SELECT n.tenant, n.id, n.sales_order, n.event, n.medium, n.state, n.seen_at, n.attempts, o.channel, c.name AS channel_name,
           c.erp, c.shop, o.reference, c.state = 'live' AS live,
           c.settings, o.data, d.data AS document, d.deleted_at IS NOT NULL AS gone,
           (SELECT array_agg(DISTINCT r.event) FROM notification r WHERE r.sales_order = n.sales_order) AS others,
           (SELECT timezone FROM tenant) AS timezone
      FROM notification n JOIN sales_order o ON o.tenant = n.tenant AND o.id = n.sales_order
      JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
      LEFT JOIN snapshot d ON d.tenant = c.tenant AND d.connection = c.erp AND d.stream = 'documents' AND d.key = o.document
"""
TOLD = """
    SELECT n.id, n.sales_order, o.number, n.event, n.medium, n.state, n.reason, n.recipient, n.language, n.seen_at, n.sent_at,
           n.retry_at, n.attempts, n.answer, n.problem, n.receipt, c.erp
      FROM notification n JOIN sales_order o ON o.tenant = n.tenant AND o.id = n.sales_order
      JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
"""


# --------------------------------------------------------------------------------------------------- events


async def recorded(order: UUID) -> set[tuple[str, str]]:
    """(event, medium) of what is recorded of this order."""
    rows = await current_connection().fetch(
        "SELECT event, medium FROM notification WHERE sales_order = $1", order
    )
    return {(row["event"], row["medium"]) for row in rows}


async def record(tenant: UUID, order: UUID, event: str, medium: Medium, reason: Reason | None) -> None:
    """Two workers may see the same at once: the first one records it."""
    await current_connection().execute(
        """
        INSERT INTO notification (tenant, id, sales_order, event, medium, state, reason, retry_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $7::text IS NULL THEN now() ELSE 'infinity' END)
        ON CONFLICT (tenant, sales_order, event, medium) DO NOTHING
        """,
        tenant, uuid4(), order, event, medium, "due" if reason is None else "skipped", reason,
    )  # fmt: skip


async def times_of(order: UUID) -> tuple[datetime, datetime, datetime | None, datetime]:
    """When it was placed, when the shop gave it to us, when the ERP had it, and since when its channel is there."""
    row = await current_connection().fetchrow(
        "SELECT o.placed_at, o.received_at, o.integrated_at, c.created_at FROM sales_order o JOIN channel c ON c.id = o.channel "
        "WHERE o.id = $1",
        order,
    )
    return row["placed_at"], row["received_at"], row["integrated_at"], row["created_at"]


# --------------------------------------------------------------------------------------------------- sending


async def due(limit: int) -> list[UUID]:
    """Those of channels on air; the oldest first."""
    rows = await current_connection().fetch(
        """
        SELECT n.id FROM notification n JOIN sales_order o ON o.tenant = n.tenant AND o.id = n.sales_order
          JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
         WHERE n.state = 'due' AND n.retry_at <= now() AND c.state = 'live' ORDER BY n.seen_at, n.id LIMIT $1
        """,
        limit,
    )
    return [row["id"] for row in rows]


async def one(id_: UUID) -> Due | None:
    row = await current_connection().fetchrow(f"{DUE} WHERE n.id = $1", id_)
    return _due(row) if row else None


async def left_in_between(seconds: float) -> list[UUID]:
    """Handed over by a worker that said no more."""
    rows = await current_connection().fetch(
        "SELECT id FROM notification WHERE state = 'sending' AND handed_at < now() - make_interval(secs => $1) ORDER BY id",
        seconds,
    )
    return [row["id"] for row in rows]


async def begin(id_: UUID, recipient: str, language: Language, mark: str) -> bool:
    """From here on it may be on its way. False: somebody else has taken it."""
    done = await current_connection().fetchval(
        "UPDATE notification SET state = 'sending', handed_at = now(), attempts = attempts + 1, recipient = $2, language = $3, "
        "mark = $4, receipt = NULL, receipt_at = NULL "
        "WHERE id = $1 AND state = 'due' RETURNING id",
        id_, recipient, language, mark,
    )  # fmt: skip
    return done is not None


async def end(
    id_: UUID,
    state: Literal["sent", "uncertain", "failed", "skipped"],
    *,
    answer: str = "",
    reason: Reason | None = None,
    problem: Problem | None = None,
) -> bool:
    """False: it has an end already."""
    packed = msgspec.json.encode(problem).decode() if problem else None
    done = await current_connection().fetchval(
        """
        UPDATE notification SET state = $2, answer = $3, reason = $4, problem = $5, retry_at = 'infinity',
               sent_at = CASE WHEN $2 = 'sent' THEN now() END,
               receipt = CASE WHEN $2 = 'sent' AND medium = 'sms' THEN 'awaited' END,
               receipt_at = CASE WHEN $2 = 'sent' AND medium = 'sms' THEN now() + interval '2 minutes' END
         WHERE id = $1 AND state IN ('due', 'sending', 'uncertain') RETURNING id
        """,
        id_, state, answer[:500], reason, packed,
    )  # fmt: skip
    return done is not None


async def postpone(id_: UUID, at: datetime, problem: Problem | None = None, *, counted: bool = False) -> None:
    packed = msgspec.json.encode(problem).decode() if problem else None
    await current_connection().execute(
        "UPDATE notification SET state = 'due', retry_at = $2, problem = $3, attempts = attempts + $4::bool::int "
        "WHERE id = $1 AND state IN ('due', 'sending')",
        id_, at, packed, counted,
    )  # fmt: skip


async def postpone_medium(medium: Medium, at: datetime, problem: Problem) -> None:
    """All that waits for the same server."""
    await current_connection().execute(
        "UPDATE notification SET retry_at = $2, problem = $3 WHERE medium = $1 AND state = 'due' AND retry_at <= $2",
        medium, at, msgspec.json.encode(problem).decode(),
    )  # fmt: skip


async def rouse(medium: Medium) -> None:
    """The server works again."""
    await current_connection().execute(
        "UPDATE notification SET retry_at = now() WHERE medium = $1 AND state = 'due' AND problem IS NOT NULL",
        medium,
    )


async def again(id_: UUID) -> bool:
    """A person wants it sent (again), whatever became of it."""
    executing = current_connection()
    row = await executing.fetchrow(
        "UPDATE notification SET state = 'due', reason = NULL, problem = NULL, retry_at = now(), seen_at = now(), "
        "handed_at = NULL WHERE id = $1 AND state IN ('failed', 'uncertain') RETURNING recipient",
        id_,
    )
    if row is not None:  # who says so believes that something arrives there
        await executing.execute("DELETE FROM undeliverable WHERE address = lower($1)", row["recipient"])
    return row is not None


async def settle(id_: UUID) -> bool:
    """A person says: enough of it."""
    done = await current_connection().fetchval(
        "UPDATE notification SET state = 'skipped', reason = 'stopped', retry_at = 'infinity' "
        "WHERE id = $1 AND state IN ('failed', 'uncertain', 'due') RETURNING id",
        id_,
    )
    return done is not None


# --------------------------------------------------------------------------------------------------- senders


async def sender(medium: Medium) -> tuple[SenderRow, bytes | None] | None:
    row = await current_connection().fetchrow("SELECT * FROM sender WHERE medium = $1", medium)
    if row is None:
        return None
    return SenderRow(
        medium=row["medium"], provider=row["provider"], settings=msgspec.json.decode(row["settings"]),
        has_secrets=row["secrets"] is not None, state=row["state"], problem=_problem(row["problem"]),
        checked_at=row["checked_at"],
    ), row["secrets"]  # fmt: skip


async def save_sender(
    tenant: UUID, medium: Medium, provider: str, settings: str, secrets: bytes | None
) -> None:
    await current_connection().execute(
        """
        INSERT INTO sender (tenant, medium, provider, settings, secrets) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, medium) DO UPDATE
           SET provider = excluded.provider, settings = excluded.settings, secrets = excluded.secrets, state = 'new',
               problem = NULL, checked_at = NULL
        """,
        tenant, medium, provider, settings, secrets,
    )  # fmt: skip


async def save_check(medium: Medium, problem: Problem | None) -> None:
    packed = msgspec.json.encode(problem).decode() if problem else None
    await current_connection().execute(
        "UPDATE sender SET state = CASE WHEN $2::json IS NULL THEN 'ready' ELSE 'problem' END, problem = $2, checked_at = now() "
        "WHERE medium = $1",
        medium, packed,
    )  # fmt: skip


async def remove_sender(medium: Medium) -> None:
    await current_connection().execute("DELETE FROM sender WHERE medium = $1", medium)


# --------------------------------------------------------------------------------------------------- reading


async def of_order(order: UUID) -> list[Told]:
    rows = await current_connection().fetch(
        f"{TOLD} WHERE n.sales_order = $1 ORDER BY n.seen_at, n.event, n.medium", order
    )
    return [_told(row) for row in rows]


async def latest(states: Sequence[State], before: datetime | None, limit: int) -> list[Told]:
    rows = await current_connection().fetch(
        f"{TOLD} WHERE n.state = ANY($1) AND ($2::timestamptz IS NULL OR n.seen_at < $2) "
        "ORDER BY n.seen_at DESC, n.id LIMIT $3",
        list(states), before, limit,
    )  # fmt: skip
    return [_told(row) for row in rows]


async def told(id_: UUID) -> Told | None:
    row = await current_connection().fetchrow(f"{TOLD} WHERE n.id = $1", id_)
    return _told(row) if row else None


async def counts() -> dict[str, int]:
    rows = await current_connection().fetch(
        "SELECT state, count(*) AS count FROM notification WHERE seen_at > now() - interval '30 days' GROUP BY state"
    )
    return {row["state"]: row["count"] for row in rows}


def _due(row: asyncpg.Record) -> Due:
    plain: dict[str, Any] = dict(row)
    document = plain.pop("document")
    return Due(
        order=decode(plain.pop("data"), Order),
        document=decode(document, Document) if document else None,
        settings=msgspec.json.decode(plain.pop("settings"), type=ChannelSettings),
        others=tuple(plain.pop("others") or ()),
        **plain,
    )


def _told(row: asyncpg.Record) -> Told:
    return Told(**{**dict(row), "problem": _problem(row["problem"])})


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
