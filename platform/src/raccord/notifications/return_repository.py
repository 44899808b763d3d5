"""The queries of what comes back: receipts, and the mailbox of returned mails. Inside one tenant's transaction."""

from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from raccord.notifications.mailbox import Place
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem

ReceiptState = Literal["awaited", "delivered", "refused", "unknown"]


async def marked(mark: str) -> UUID | None:
    found: UUID | None = await current_connection().fetchval(
        "SELECT id FROM notification WHERE mark = $1", mark
    )
    return found


async def recipient(id_: UUID) -> str:
    """That it went to."""
    found: str | None = await current_connection().fetchval(
        "SELECT recipient FROM notification WHERE id = $1", id_
    )
    return found or ""


async def receipts_due(now: datetime, limit: int) -> list[UUID]:
    rows = await current_connection().fetch(
        "SELECT id FROM notification WHERE receipt = 'awaited' AND receipt_at <= $1 AND state = 'sent' "
        "ORDER BY receipt_at, id LIMIT $2",
        now, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def sent_at(id_: UUID) -> datetime:
    found: datetime = await current_connection().fetchval(
        "SELECT sent_at FROM notification WHERE id = $1", id_
    )
    return found


async def receipt(id_: UUID, state: ReceiptState, at: datetime) -> None:
    await current_connection().execute(
        "UPDATE notification SET receipt = $2, receipt_at = $3 WHERE id = $1 AND state = 'sent'",
        id_,
        state,
        at,
    )


async def returned(id_: UUID, problem: Problem, at: datetime) -> bool:
    """It was sent, and did not arrive. False: that was known, or it was never sent."""
    done = await current_connection().fetchval(
        "UPDATE notification SET state = 'failed', receipt = 'refused', receipt_at = $3, problem = $2 "
        "WHERE id = $1 AND state IN ('sent', 'uncertain') RETURNING id",
        id_, msgspec.json.encode(problem).decode(), at,
    )  # fmt: skip
    return done is not None


# ------------------------------------------------------------------------------------------------ its mailbox


class MailboxRow(NamedTuple):
    settings: dict[str, Any]
    secrets: bytes | None
    state: str
    problem: Problem | None
    checked_at: datetime | None
    place: Place
    look_at: datetime


async def mailbox() -> MailboxRow | None:
    row = await current_connection().fetchrow("SELECT * FROM return_mailbox")
    if row is None:
        return None
    problem = msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None
    return MailboxRow(
        msgspec.json.decode(row["settings"]), row["secrets"], row["state"], problem, row["checked_at"],
        Place(row["validity"], row["seen"]), row["look_at"],
    )  # fmt: skip


async def save_mailbox(tenant: UUID, settings: str, secrets: bytes | None) -> None:
    """It begins anew: another mailbox has other numbers, and a report that is read twice changes nothing."""
    await current_connection().execute(
        """
        INSERT INTO return_mailbox (tenant, settings, secrets) VALUES ($1, $2, $3)
        ON CONFLICT (tenant) DO UPDATE SET settings = excluded.settings, secrets = excluded.secrets, state = 'new',
               problem = NULL, checked_at = NULL, validity = 0, seen = 0, look_at = now()
        """,
        tenant, settings, secrets,
    )  # fmt: skip


async def remove_mailbox() -> None:
    await current_connection().execute("DELETE FROM return_mailbox")


async def reached(place: Place) -> None:
    await current_connection().execute(
        "UPDATE return_mailbox SET validity = $1, seen = $2", place.validity, place.seen
    )


async def looked(next_at: datetime, problem: Problem | None) -> None:
    packed = msgspec.json.encode(problem).decode() if problem else None
    await current_connection().execute(
        "UPDATE return_mailbox SET look_at = $1, problem = $2, checked_at = now(), "
        "state = CASE WHEN $2::json IS NULL THEN 'ready' ELSE 'problem' END",
        next_at, packed,
    )  # fmt: skip
