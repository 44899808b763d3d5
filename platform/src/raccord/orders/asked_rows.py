"""Queries on `order_payment` and `order_credit`: what the ERP was asked to enter for an order beside its document, and what
became of the asking. Inside the caller's tenant transaction.

    asked ──read back──▶ entered
      │ ▲
      ▼ │ asked again with another attempt
    waiting (by itself) or held (somebody has to do something first)
"""

# ruff: noqa: S608  names of tables and columns are literals of this file; every value is bound

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Draft, PaymentEntry, decode, encode
from raccord_connectors.contract import Problem

RowState = Literal["asked", "waiting", "held", "entered"]
A = TypeVar("A", PaymentEntry, Draft)
"""What is asked for; its key is kept in the ERP."""
R = TypeVar("R", PaymentEntry, Document)
"""As which it is read back."""


class AskedRow(Struct, Generic[A, R], frozen=True, kw_only=True):
    key: str
    """Of the payment's entry, or the shop's of the refund."""
    state: RowState
    wanted: A | None
    """As asked for; None where it cannot be asked for."""
    read: R | None
    """As read back; None before."""
    attempts: int
    due: bool
    problem: Problem | None
    entered_at: datetime | None


PaymentRow = AskedRow[PaymentEntry, PaymentEntry]
CreditRow = AskedRow[Draft, Document]


class AskedTable(Generic[A, R]):
    """One of the two tables."""

    def __init__(
        self, name: str, *, key: str, wanted: tuple[str, type[A]], read: tuple[str, type[R]], by_hand: str
    ) -> None:
        self._name, self._key, self._by_hand = name, key, by_hand
        self._wanted, self._read = wanted[0], read[0]
        self._wanted_type: type[A] = wanted[1]
        self._read_type: type[R] = read[1]
        # The key that the ERP keeps, where it is not the row's own.
        self._more, self._value = ("", "") if key == "key" else ("key, ", "$7, ")

    async def of(self, order: UUID) -> dict[str, AskedRow[A, R]]:
        """By their keys, those that were entered first in the order in which they were."""
        rows = await current_connection().fetch(
            f"SELECT {self._key} AS key, state, {self._wanted} AS wanted, "
            f"CASE WHEN state = 'entered' THEN {self._read} END AS read, attempts, retry_at <= now() AS due, problem, "
            f"entered_at FROM {self._name} "
            f"WHERE sales_order = $1 ORDER BY entered_at, {self._key}",
            order,
        )
        return {
            row["key"]: AskedRow(
                key=row["key"],
                state=row["state"],
                wanted=decode(row["wanted"], self._wanted_type) if row["wanted"] else None,
                read=decode(row["read"], self._read_type) if row["read"] else None,
                attempts=row["attempts"],
                due=row["due"],
                problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
                entered_at=row["entered_at"],
            )
            for row in rows
        }

    async def by_hand(self, order: UUID) -> bool:
        """Whether the order was there before this came to be asked for by itself: it would be in the ERP twice."""
        found: bool = await current_connection().fetchval(
            f"SELECT {self._by_hand} FROM sales_order WHERE id = $1",
            order,
        )
        return found

    async def begin(
        self, tenant: UUID, order: UUID, key: str, wanted: A, attempt: int, patience: timedelta
    ) -> bool:
        """False when another worker has begun this attempt, or a later one."""
        done = await current_connection().fetchval(
            f"""
            INSERT INTO {self._name} AS t (tenant, sales_order, {self._key}, state, {self._more}{self._wanted}, attempts,
                                              retry_at)
            VALUES ($1, $2, $3, 'asked', {self._value}$4, $5, now() + $6)
            ON CONFLICT (tenant, sales_order, {self._key}) DO UPDATE
               SET state = 'asked', key = excluded.key, {self._wanted} = excluded.{self._wanted}, attempts = excluded.attempts,
                   retry_at = excluded.retry_at
             WHERE t.state IN ('waiting', 'held') AND t.attempts < excluded.attempts
            RETURNING {self._key}
            """,
            tenant, order, key, encode(wanted).decode(), attempt, patience, *([wanted.key] if self._value else []),
        )  # fmt: skip
        return done is not None

    async def look_again(self, order: UUID, key: str, patience: timedelta) -> None:
        await current_connection().execute(
            f"UPDATE {self._name} SET retry_at = now() + $3 WHERE sales_order = $1 AND {self._key} = $2 AND state = 'asked'",
            order,
            key,
            patience,
        )

    async def entered(self, order: UUID, key: str, read: R, problem: Problem | None = None) -> bool:
        """Read back; `problem` where it is not what was asked. False when it was known already."""
        done = await current_connection().fetchval(
            f"UPDATE {self._name} SET state = 'entered', {self._read} = $3, problem = $4, retry_at = 'infinity', "
            "entered_at = now() "
            f"WHERE sales_order = $1 AND {self._key} = $2 AND state <> 'entered' RETURNING {self._key}",
            order, key, encode(read).decode(), msgspec.json.encode(problem).decode() if problem else None,
        )  # fmt: skip
        return done is not None

    async def corrected(self, order: UUID, key: str, read: R) -> None:
        """Somebody put it right in the ERP."""
        await current_connection().execute(
            f"UPDATE {self._name} SET {self._read} = $3, problem = NULL "
            f"WHERE sales_order = $1 AND {self._key} = $2 AND state = 'entered'",
            order,
            key,
            encode(read).decode(),
        )

    async def failed(
        self, order: UUID, key: str, state: RowState, problem: Problem, pause: timedelta
    ) -> None:
        """Of one that was asked for."""
        await current_connection().execute(
            f"UPDATE {self._name} SET state = $3, problem = $4, retry_at = now() + $5 "
            f"WHERE sales_order = $1 AND {self._key} = $2 AND state = 'asked'",
            order, key, state, msgspec.json.encode(problem).decode(), pause,
        )  # fmt: skip

    async def hold(self, tenant: UUID, order: UUID, key: str, problem: Problem, pause: timedelta) -> bool:
        """What cannot be asked for, or is otherwise in the ERP than in the shop. False when that was told already."""
        told = msgspec.json.encode(problem).decode()
        before = await current_connection().fetchval(
            f"SELECT problem::text FROM {self._name} WHERE sales_order = $1 AND {self._key} = $2",
            order,
            key,
        )
        await current_connection().execute(
            f"""
            INSERT INTO {self._name} AS t (tenant, sales_order, {self._key}, state, problem, retry_at)
            VALUES ($1, $2, $3, 'held', $4, now() + $5)
            ON CONFLICT (tenant, sales_order, {self._key}) DO UPDATE
               SET problem = excluded.problem,
                   state = CASE WHEN t.state = 'entered' THEN 'entered' ELSE 'held' END,
                   retry_at = CASE WHEN t.state = 'entered' THEN 'infinity' ELSE excluded.retry_at END
            """,
            tenant, order, key, told, pause,
        )  # fmt: skip
        return bool(before != told)

    async def settle(self, order: UUID, wanted: Collection[str], held: Collection[str]) -> None:
        """Forgets what is wanted no more and was never asked for, and the problems of what is right by now."""
        await current_connection().execute(
            f"DELETE FROM {self._name} WHERE sales_order = $1 AND state = 'held' AND {self._wanted} IS NULL "
            f"AND {self._key} <> ALL($2::text[])",
            order,
            [*wanted, *held],
        )
        await current_connection().execute(
            f"UPDATE {self._name} SET problem = NULL WHERE sales_order = $1 AND state = 'entered' AND problem IS NOT NULL "
            f"AND {self._key} <> ALL($2::text[])",
            order,
            list(held),
        )

    async def hurry(self, order: UUID, key: str) -> bool:
        """Those that were refused, or wait for another attempt, are due at once; all of them without `key`."""
        done = await current_connection().fetch(
            f"UPDATE {self._name} SET retry_at = now() WHERE sales_order = $1 AND ($2 = '' OR {self._key} = $2) "
            f"AND state IN ('held', 'waiting') RETURNING {self._key}",
            order,
            key,
        )
        return bool(done)


PAYMENTS = AskedTable(
    "order_payment",
    key="key",
    wanted=("entry", PaymentEntry),
    read=("entry", PaymentEntry),
    by_hand="payments_by_hand",
)
"""One column: the entry as asked, and once it is entered, as read back."""
CREDITS = AskedTable(
    "order_credit",
    key="refund",
    wanted=("draft", Draft),
    read=("document", Document),
    by_hand="credits_by_hand",
)


def known(rows: Mapping[str, AskedRow[A, R]]) -> dict[str, R]:
    """Those that were read back."""
    return {key: row.read for key, row in rows.items() if row.read is not None}
