"""Queries on `order_balance`: the last comparison of an order's money in the ERP with the shop's. Inside the caller's tenant
transaction."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.balance import Balance
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem


class BalanceRow(Struct, frozen=True, kw_only=True):
    print: UUID
    balance: Balance | None
    attempts: int
    due: bool
    problem: Problem | None
    checked_at: datetime | None


async def of(order: UUID) -> BalanceRow | None:
    row = await current_connection().fetchrow(
        "SELECT print, balance, attempts, retry_at <= now() AS due, problem, checked_at FROM order_balance "
        "WHERE sales_order = $1",
        order,
    )
    if row is None:
        return None
    return BalanceRow(
        print=row["print"],
        balance=msgspec.json.decode(row["balance"], type=Balance) if row["balance"] else None,
        attempts=row["attempts"],
        due=row["due"],
        problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
        checked_at=row["checked_at"],
    )


async def compare_again(tenant: UUID, order: UUID, print_: UUID, attempt: int, pause: timedelta) -> None:
    """The documents are being read for this comparison; what the last one found stays shown until then."""
    await current_connection().execute(
        """
        INSERT INTO order_balance (tenant, sales_order, print, attempts, retry_at) VALUES ($1, $2, $3, $4, now() + $5)
        ON CONFLICT (tenant, sales_order) DO UPDATE
           SET print = excluded.print, attempts = excluded.attempts, retry_at = excluded.retry_at, checked_at = NULL
        """,
        tenant, order, print_, attempt, pause,
    )  # fmt: skip


async def compared(order: UUID, print_: UUID, found: Balance, problem: Problem | None) -> bool:
    """True when there is a problem that was not told yet."""
    told = msgspec.json.encode(problem).decode() if problem else None
    row = await current_connection().fetchrow(
        "SELECT problem::text AS problem, checked_at FROM order_balance WHERE sales_order = $1 AND print = $2 FOR UPDATE",
        order,
        print_,
    )
    if row is None or row["checked_at"] is not None:
        return False
    await current_connection().execute(
        "UPDATE order_balance SET balance = $3, problem = $4, checked_at = now(), retry_at = 'infinity' "
        "WHERE sales_order = $1 AND print = $2",
        order, print_, msgspec.json.encode(found).decode(), told,
    )  # fmt: skip
    return told is not None and told != row["problem"]


async def forget(order: UUID) -> None:
    """It is not to be compared as things stand."""
    await current_connection().execute("DELETE FROM order_balance WHERE sales_order = $1", order)
