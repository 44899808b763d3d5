"""Queries on `order_payment`: what the ERP was asked to enter of an order's money. Inside the caller's tenant transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.storage.engine import current_connection
from raccord_connectors.canonical import PaymentEntry, decode, encode
from raccord_connectors.contract import Problem

RowState = Literal["asked", "waiting", "held", "entered"]


class PaymentRow(Struct, frozen=True, kw_only=True):
    key: str
    state: RowState
    entry: PaymentEntry | None
    attempts: int
    due: bool
    problem: Problem | None
    entered_at: datetime | None


async def of(order: UUID) -> dict[str, PaymentRow]:
    rows = await current_connection().fetch(
        "SELECT key, state, entry, attempts, retry_at <= now() AS due, problem, entered_at FROM order_payment "
        "WHERE sales_order = $1 ORDER BY entered_at, key",
        order,
    )
    return {
        row["key"]: PaymentRow(
            key=row["key"],
            state=row["state"],
            entry=decode(row["entry"], PaymentEntry) if row["entry"] else None,
            attempts=row["attempts"],
            due=row["due"],
            problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
            entered_at=row["entered_at"],
        )
        for row in rows
    }


def known(rows: dict[str, PaymentRow]) -> dict[str, PaymentEntry]:
    """Those that were read back."""
    return {key: row.entry for key, row in rows.items() if row.state == "entered" and row.entry is not None}


async def by_hand(order: UUID) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT payments_by_hand FROM sales_order WHERE id = $1", order
    )
    return found


async def begin(tenant: UUID, order: UUID, entry: PaymentEntry, attempt: int, patience: timedelta) -> bool:
    """False when another worker has begun this attempt, or a later one."""
    done = await current_connection().fetchval(
        """
        INSERT INTO order_payment (tenant, sales_order, key, state, entry, attempts, retry_at)
        VALUES ($1, $2, $3, 'asked', $4, $5, now() + $6)
        ON CONFLICT (tenant, sales_order, key) DO UPDATE
           SET state = 'asked', entry = excluded.entry, attempts = excluded.attempts, retry_at = excluded.retry_at
         WHERE order_payment.state IN ('waiting', 'held') AND order_payment.attempts < excluded.attempts
        RETURNING key
        """,
        tenant, order, entry.key, encode(entry).decode(), attempt, patience,
    )  # fmt: skip
    return done is not None


async def look_again(order: UUID, key: str, patience: timedelta) -> None:
    await current_connection().execute(
        "UPDATE order_payment SET retry_at = now() + $3 WHERE sales_order = $1 AND key = $2 AND state = 'asked'",
        order,
        key,
        patience,
    )


async def entered(order: UUID, entry: PaymentEntry) -> bool:
    """False when it was known already."""
    done = await current_connection().fetchval(
        "UPDATE order_payment SET state = 'entered', entry = $3, problem = NULL, retry_at = 'infinity', entered_at = now() "
        "WHERE sales_order = $1 AND key = $2 AND state <> 'entered' RETURNING key",
        order,
        entry.key,
        encode(entry).decode(),
    )
    return done is not None


async def failed(order: UUID, key: str, state: RowState, problem: Problem, pause: timedelta) -> None:
    """Of one that was asked for."""
    await current_connection().execute(
        "UPDATE order_payment SET state = $3, problem = $4, retry_at = now() + $5 "
        "WHERE sales_order = $1 AND key = $2 AND state = 'asked'",
        order, key, state, msgspec.json.encode(problem).decode(), pause,
    )  # fmt: skip


async def hold(tenant: UUID, order: UUID, key: str, problem: Problem, pause: timedelta) -> bool:
    """What cannot be asked for, or is otherwise in the ERP than in the shop. False when that was told already."""
    told = msgspec.json.encode(problem).decode()
    before = await current_connection().fetchval(
        "SELECT problem::text FROM order_payment WHERE sales_order = $1 AND key = $2", order, key
    )
    await current_connection().execute(
        """
        INSERT INTO order_payment (tenant, sales_order, key, state, problem, retry_at) VALUES ($1, $2, $3, 'held', $4, now() + $5)
        ON CONFLICT (tenant, sales_order, key) DO UPDATE
           SET problem = excluded.problem,
               state = CASE WHEN order_payment.state = 'entered' THEN 'entered' ELSE 'held' END,
               retry_at = CASE WHEN order_payment.state = 'entered' THEN 'infinity' ELSE excluded.retry_at END
        """,
        tenant, order, key, told, pause,
    )  # fmt: skip
    return bool(before != told)


async def settle(order: UUID, wanted: Iterable[str], held: Iterable[str]) -> None:
    """Forgets what is wanted no more and was never asked for, and the problems of entries that are right by now."""
    await current_connection().execute(
        "DELETE FROM order_payment WHERE sales_order = $1 AND state = 'held' AND entry IS NULL AND key <> ALL($2::text[])",
        order,
        [*wanted, *held],
    )
    await current_connection().execute(
        "UPDATE order_payment SET problem = NULL "
        "WHERE sales_order = $1 AND state = 'entered' AND problem IS NOT NULL AND key <> ALL($2::text[])",
        order,
        list(held),
    )
