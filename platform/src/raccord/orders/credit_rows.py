"""Queries on `order_credit` and `order_balance`: the credit notes that the ERP was asked to write for an order, and the last
comparison of its money. Inside the caller's tenant transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.balance import Balance
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Draft, decode, encode
from raccord_connectors.contract import Problem

RowState = Literal["asked", "waiting", "held", "entered"]


class CreditRow(Struct, frozen=True, kw_only=True):
    refund: str
    state: RowState
    draft: Draft | None
    document: Document | None
    """As read back."""
    attempts: int
    due: bool
    problem: Problem | None
    entered_at: datetime | None


class BalanceRow(Struct, frozen=True, kw_only=True):
    print: UUID
    balance: Balance | None
    attempts: int
    due: bool
    problem: Problem | None
    checked_at: datetime | None


async def of(order: UUID) -> dict[str, CreditRow]:
    """By the shop's key of the refund."""
    rows = await current_connection().fetch(
        "SELECT refund, state, draft, document, attempts, retry_at <= now() AS due, problem, entered_at FROM order_credit "
        "WHERE sales_order = $1 ORDER BY entered_at, refund",
        order,
    )
    return {
        row["refund"]: CreditRow(
            refund=row["refund"],
            state=row["state"],
            draft=decode(row["draft"], Draft) if row["draft"] else None,
            document=decode(row["document"], Document) if row["document"] else None,
            attempts=row["attempts"],
            due=row["due"],
            problem=_problem(row["problem"]),
            entered_at=row["entered_at"],
        )
        for row in rows
    }


async def by_hand(order: UUID) -> bool:
    """Whether the order was there before refunds became credit notes by themselves."""
    found: bool = await current_connection().fetchval(
        "SELECT credits_by_hand FROM sales_order WHERE id = $1", order
    )
    return found


async def begin(
    tenant: UUID, order: UUID, refund: str, draft: Draft, attempt: int, patience: timedelta
) -> bool:
    """False when another worker has begun this attempt, or a later one."""
    done = await current_connection().fetchval(
        """
        INSERT INTO order_credit (tenant, sales_order, refund, state, key, draft, attempts, retry_at)
        VALUES ($1, $2, $3, 'asked', $7, $4, $5, now() + $6)
        ON CONFLICT (tenant, sales_order, refund) DO UPDATE
           SET state = 'asked', key = excluded.key, draft = excluded.draft, attempts = excluded.attempts,
               retry_at = excluded.retry_at
         WHERE order_credit.state IN ('waiting', 'held') AND order_credit.attempts < excluded.attempts
        RETURNING refund
        """,
        tenant, order, refund, encode(draft).decode(), attempt, patience, draft.key,
    )  # fmt: skip
    return done is not None


async def look_again(order: UUID, refund: str, patience: timedelta) -> None:
    await current_connection().execute(
        "UPDATE order_credit SET retry_at = now() + $3 WHERE sales_order = $1 AND refund = $2 AND state = 'asked'",
        order,
        refund,
        patience,
    )


async def entered(order: UUID, refund: str, document: Document, problem: Problem | None) -> bool:
    """Read back; `problem` where it is not what was asked. False when it was known already."""
    done = await current_connection().fetchval(
        "UPDATE order_credit SET state = 'entered', document = $3, problem = $4, retry_at = 'infinity', entered_at = now() "
        "WHERE sales_order = $1 AND refund = $2 AND state <> 'entered' RETURNING refund",
        order,
        refund,
        encode(document).decode(),
        msgspec.json.encode(problem).decode() if problem else None,
    )
    return done is not None


async def failed(order: UUID, refund: str, state: RowState, problem: Problem, pause: timedelta) -> None:
    """Of one that was asked for."""
    await current_connection().execute(
        "UPDATE order_credit SET state = $3, problem = $4, retry_at = now() + $5 "
        "WHERE sales_order = $1 AND refund = $2 AND state = 'asked'",
        order, refund, state, msgspec.json.encode(problem).decode(), pause,
    )  # fmt: skip


async def hold(tenant: UUID, order: UUID, refund: str, problem: Problem, pause: timedelta) -> bool:
    """What cannot be asked for, or is otherwise in the ERP than in the shop. False when that was told already."""
    told = msgspec.json.encode(problem).decode()
    before = await current_connection().fetchval(
        "SELECT problem::text FROM order_credit WHERE sales_order = $1 AND refund = $2", order, refund
    )
    await current_connection().execute(
        """
        INSERT INTO order_credit (tenant, sales_order, refund, state, problem, retry_at)
        VALUES ($1, $2, $3, 'held', $4, now() + $5)
        ON CONFLICT (tenant, sales_order, refund) DO UPDATE
           SET problem = excluded.problem,
               state = CASE WHEN order_credit.state = 'entered' THEN 'entered' ELSE 'held' END,
               retry_at = CASE WHEN order_credit.state = 'entered' THEN 'infinity' ELSE excluded.retry_at END
        """,
        tenant, order, refund, told, pause,
    )  # fmt: skip
    return bool(before != told)


async def settle(order: UUID, wanted: Collection[str], held: Collection[str]) -> None:
    """Forgets what is wanted no more and was never asked for, and the problems of credits that are right by now."""
    await current_connection().execute(
        "DELETE FROM order_credit WHERE sales_order = $1 AND state = 'held' AND draft IS NULL AND refund <> ALL($2::text[])",
        order,
        [*wanted, *held],
    )
    await current_connection().execute(
        "UPDATE order_credit SET problem = NULL "
        "WHERE sales_order = $1 AND state = 'entered' AND problem IS NOT NULL AND refund <> ALL($2::text[])",
        order,
        list(held),
    )


async def as_told(erp: UUID, document: str) -> Document | None:
    """A credit note as the ERP's changes last brought it."""
    data = await current_connection().fetchval(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'documents' AND key = $2 AND deleted_at IS NULL",
        erp,
        document,
    )
    return decode(data, Document) if data else None


async def corrected(order: UUID, refund: str, document: Document) -> None:
    """Somebody put it right in the ERP."""
    await current_connection().execute(
        "UPDATE order_credit SET document = $3, problem = NULL WHERE sales_order = $1 AND refund = $2",
        order,
        refund,
        encode(document).decode(),
    )


# ------------------------------------------------------------------------------------------------ the balance


async def balance(order: UUID) -> BalanceRow | None:
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
        problem=_problem(row["problem"]),
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


async def forget_balance(order: UUID) -> None:
    """It is not to be compared as things stand."""
    await current_connection().execute("DELETE FROM order_balance WHERE sales_order = $1", order)


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
