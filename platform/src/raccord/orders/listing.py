"""The list of orders: what to show of them, and where to go on. Every function runs inside the tenant's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple, get_args
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from raccord.core.order_cards import SELLER_CODES, Turn, turn_of
from raccord.orders import holds
from raccord.orders.decisions import SEEN
from raccord.orders.models import OrderState
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Message, Problem

PAGE = 50
REASONS = 8
"""Of those who wait: the most frequent ones that the list offers as filters."""


class Tab(StrEnum):
    """Which orders the list shows."""

    HELD = "held"
    """They wait for a person: the order, its payments, or what became of it in the ERP."""
    UNDER_WAY = "under_way"
    DONE = "done"


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    AMOUNT = "amount"
    """The largest first."""
    LONGEST = "longest"
    """Those that do not get on for the longest time first."""


WAITS = f"""(o.state = 'held' OR {holds.OPEN}
  OR EXISTS (SELECT 1 FROM order_payment p WHERE p.sales_order = o.id AND p.state = 'held')
  OR EXISTS (SELECT 1 FROM order_credit k WHERE k.sales_order = o.id AND k.problem IS NOT NULL AND k.state <> 'waiting')
  OR EXISTS (SELECT 1 FROM order_balance b WHERE b.sales_order = o.id AND b.problem IS NOT NULL))"""  # noqa: S608
WAITING = """o.id IN (SELECT w.id FROM sales_order w WHERE w.state = 'held'
  UNION SELECT h.sales_order FROM order_hold h WHERE h.state = 'open'
  UNION SELECT p.sales_order FROM order_payment p WHERE p.state = 'held'
  UNION SELECT k.sales_order FROM order_credit k WHERE k.problem IS NOT NULL AND k.state <> 'waiting'
  UNION SELECT b.sales_order FROM order_balance b WHERE b.problem IS NOT NULL)"""
"""The same as `WAITS`, found by the few that do instead of asked of each."""
_TABS = {
    Tab.HELD: WAITING,
    Tab.UNDER_WAY: "o.state IN ('waiting', 'entering')",
    Tab.DONE: "o.state IN ('integrated', 'ignored', 'cancelled')",
}
PROBLEM = """coalesce(CASE WHEN o.state IN ('held', 'waiting', 'entering') THEN o.problem::json END,
  (SELECT h.problem FROM order_hold h WHERE h.sales_order = o.id AND h.state = 'open' ORDER BY h.opened_at LIMIT 1),
  (SELECT p.problem FROM order_payment p WHERE p.sales_order = o.id AND p.state = 'held' ORDER BY p.key LIMIT 1),
  (SELECT k.problem FROM order_credit k WHERE k.sales_order = o.id AND k.problem IS NOT NULL AND k.state <> 'waiting'
    ORDER BY k.refund LIMIT 1),
  (SELECT b.problem FROM order_balance b WHERE b.sales_order = o.id))"""
_CODE = f"({PROBLEM} #>> '{{message,code}}')"
_TURN = f"""CASE {PROBLEM} ->> 'kind' WHEN 'transient' THEN 'nobody' WHEN 'bug' THEN 'us' WHEN 'rejected'
  THEN CASE WHEN {_CODE} = ANY(${{}}) THEN 'seller' ELSE 'manager' END ELSE 'manager' END"""
"""`core.order_cards.turn_of`, in SQL."""
DIFFERING = (
    "order.totals_disagree",
    "order.document_differs",
    "order.balance_differs",
    "sage100.total_differs",
)
_DIFFERS = f"(d.gross <> o.gross OR {_CODE} = ANY(${{}}))"
_FOUND = """(strpos(lower(o.number), {}) > 0 OR lower(o.customer) = {} OR lower(o.document_number) = {} OR o.key = {}
  OR strpos(lower(o.data::text), {}) > 0 AND strpos(lower((o.data -> 'buyer')::text || (o.data -> 'billing')::text), {}) > 0)"""
_SORTS: dict[Sort, tuple[str, str, str]] = {
    Sort.NEWEST: ("o.placed_at", "DESC", "timestamptz"),
    Sort.OLDEST: ("o.placed_at", "ASC", "timestamptz"),
    Sort.AMOUNT: ("o.gross", "DESC", "numeric"),
    Sort.LONGEST: ("coalesce(o.stuck_since, o.received_at)", "ASC", "timestamptz"),
}


class Wanted(Struct, frozen=True, kw_only=True):
    """What the reader asked to see. Empty fields ask for nothing."""

    tab: Tab | None = None
    state: str = ""
    text: str = ""
    channel: UUID | None = None
    customer: str = ""
    """The ERP's code."""
    since: date | None = None
    until: date | None = None
    """Days of the company's time zone, both included."""
    turn: str = ""
    code: str = ""
    """Of the problem that they wait for."""
    differs: bool = False
    """The ERP's total is not what the customer paid, or the shop's own amounts disagree."""
    sort: Sort = Sort.NEWEST

    def query(self, **changed: object) -> dict[str, object]:
        """As parameters of an address."""
        told: dict[str, object] = {
            "tab": self.tab, "state": self.state, "q": self.text, "channel": self.channel, "customer": self.customer,
            "since": self.since, "until": self.until, "turn": self.turn, "code": self.code, "differs": self.differs,
            "sort": self.sort if self.sort is not Sort.NEWEST else None,
        }  # fmt: skip
        return told | changed

    @property
    def filtered(self) -> bool:
        return self != Wanted(sort=self.sort)


class ListRow(Struct, frozen=True, kw_only=True):
    id: UUID
    number: str
    state: OrderState
    stage: str
    gross: Decimal
    net: Decimal
    tax: Decimal
    currency: str
    placed_at: datetime
    customer: str | None
    document_number: str | None
    document_gross: Decimal | None
    """In the ERP, in the same currency."""
    problem: Problem | None
    waits: bool
    turn: Turn | None
    stuck_since: datetime | None
    attempts: int
    seen: str
    """`decisions.SEEN`."""
    shop_name: str
    channel_name: str
    buyer: str
    email: str
    place: str
    """Where the list goes on after this one."""

    @property
    def differs(self) -> bool:
        return self.document_gross is not None and self.document_gross != self.gross


class Reason(NamedTuple):
    """Why orders wait."""

    code: str
    orders: int
    example: Message


class Counts(NamedTuple):
    held: int
    under_way: int
    turns: dict[str, int]
    reasons: list[Reason]


def wanted_of(asked: Mapping[str, Any]) -> Wanted:
    """From an address; what cannot be understood asks for nothing."""
    text = {
        name: str(asked.get(name) or "").replace("\0", "").strip()[:200]
        for name in Wanted(sort=Sort.NEWEST).query()
    }
    return Wanted(
        tab=Tab(text["tab"]) if text["tab"] in list(Tab) else None,
        state=text["state"] if text["state"] in get_args(OrderState) else "",
        text=text["q"],
        channel=_parsed(UUID, text["channel"]),
        customer=text["customer"],
        since=_parsed(date.fromisoformat, text["since"]),
        until=_parsed(date.fromisoformat, text["until"]),
        turn=text["turn"] if text["turn"] in get_args(Turn) else "",
        code=text["code"],
        differs=text["differs"] in ("1", "true", "on"),
        sort=Sort(text["sort"]) if text["sort"] in list(Sort) else Sort.NEWEST,
    )


async def page_of(wanted: Wanted, after: str = "", limit: int = PAGE) -> list[ListRow]:
    """`limit` of them, and one more when there are more. `after` is the place of the last one already shown: what arrives or
    changes meanwhile moves no other order from one page to another."""
    conditions, values = _conditions(wanted)
    column, direction, kind = _SORTS[wanted.sort]
    place = _place(after, kind)
    if place is not None:
        values += place
        sign = "<" if direction == "DESC" else ">"
        conditions.append(f"({column}, o.id) {sign} (${len(values) - 1}::{kind}, ${len(values)}::uuid)")
    where = " AND ".join(conditions) or "true"
    rows = await current_connection().fetch(
        f"""
        SELECT o.id, o.number, o.state, o.stage, o.gross, o.currency, o.placed_at, o.customer, o.document_number, o.attempts,
               o.stuck_since, (o.data ->> 'net')::numeric AS net, (o.data ->> 'tax')::numeric AS tax, d.gross AS document_gross,
               {PROBLEM} AS problem, {WAITS} AS waits, {SEEN} AS seen, s.name AS shop_name, c.name AS channel_name,
               o.data -> 'buyer' AS buyer, {column} AS sorted
          {_FROM} WHERE {where} ORDER BY {column} {direction}, o.id {direction} LIMIT {int(limit) + 1}
        """,
        *values,  # conditions are literals of this file
    )
    return [_row(row) for row in rows]


_FROM = """FROM sales_order o JOIN connection s ON s.id = o.connection JOIN channel c ON c.id = o.channel
          LEFT JOIN LATERAL (
            SELECT (k.data ->> 'gross')::numeric AS gross FROM snapshot k
             WHERE k.connection = c.erp AND k.stream = 'documents' AND k.key = o.document AND k.deleted_at IS NULL
               AND coalesce(k.data ->> 'currency', 'EUR') = o.currency
          ) d ON true"""


async def counts() -> Counts:
    row = await current_connection().fetchrow(
        f"""
        SELECT (SELECT count(*) FROM sales_order o WHERE {WAITING}) AS held,
               (SELECT count(*) FROM sales_order o WHERE {_TABS[Tab.UNDER_WAY]}) AS under_way
        """  # noqa: S608
    )
    rows = await current_connection().fetch(
        f"""
        SELECT {_CODE} AS code, {_TURN.replace("{}", "1")} AS turn, count(*) AS number, min({PROBLEM}::text) AS example
          FROM sales_order o WHERE {WAITING} GROUP BY 1, 2 ORDER BY 3 DESC, 1
        """,  # noqa: S608
        SELLER_CODES,
    )
    turns: dict[str, int] = {}
    for one in rows:
        turns[one["turn"]] = turns.get(one["turn"], 0) + one["number"]
    reasons = [
        Reason(one["code"], one["number"], msgspec.json.decode(one["example"], type=Problem).message)
        for one in rows[:REASONS]
        if one["code"] is not None
    ]
    return Counts(row["held"], row["under_way"], turns, reasons)


async def channels() -> list[tuple[UUID, str]]:
    rows = await current_connection().fetch("SELECT id, name FROM channel ORDER BY name")
    return [(row["id"], row["name"]) for row in rows]


def _conditions(wanted: Wanted) -> tuple[list[str], list[object]]:
    conditions: list[str] = [_TABS[wanted.tab]] if wanted.tab else []
    values: list[object] = []
    for value, condition in (
        (wanted.state, "o.state = {}"),
        (wanted.text.casefold(), _FOUND),
        (wanted.channel, "o.channel = {}"),
        (wanted.customer, "lower(o.customer) = lower({})"),
        (wanted.since, f"o.placed_at >= {_DAY}"),
        (wanted.until, f"o.placed_at < {_DAY} + interval '1 day'"),
        (wanted.code, f"{_CODE} = {{}}"),
        (list(DIFFERING) if wanted.differs else None, _DIFFERS.replace("${}", "{}")),
    ):
        if value:
            values.append(value)
            conditions.append(condition.replace("{}", f"${len(values)}"))
    if wanted.turn:
        values += [list(SELLER_CODES), wanted.turn]
        conditions.append(
            f"{_TURN.replace('{}', str(len(values) - 1))} = ${len(values)} AND {PROBLEM} IS NOT NULL"
        )
    return conditions, values


_DAY = "({}::date)::timestamp AT TIME ZONE (SELECT t.timezone FROM tenant t)"


def _place(after: str, kind: str) -> list[object] | None:
    value, _, id_ = after.rpartition("~")
    order = _parsed(UUID, id_)
    if kind == "numeric":
        amount = _parsed(Decimal, value)
        return [amount, order] if order and amount is not None and amount.is_finite() else None
    moment = _parsed(datetime.fromisoformat, value)
    return [moment, order] if order and moment is not None and moment.tzinfo is not None else None


def _parsed(kind: Any, text: str) -> Any:
    try:
        return kind(text) if text else None
    except (ValueError, InvalidOperation):
        return None


def _row(row: asyncpg.Record) -> ListRow:
    buyer = msgspec.json.decode(row["buyer"]) if row["buyer"] else {}
    name = " ".join(buyer[part] for part in ("first_name", "last_name") if buyer.get(part))
    problem = msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None
    place = row["sorted"].isoformat() if isinstance(row["sorted"], datetime) else str(row["sorted"])
    told = {field: row[field] for field in ListRow.__struct_fields__ if field in row}
    made = {
        "problem": problem, "turn": turn_of(problem) if problem else None, "buyer": buyer.get("company") or name,
        "email": buyer.get("email", ""), "place": f"{place}~{row['id']}",
    }  # fmt: skip
    return ListRow(**{**told, **made})


def ids_of(typed: Sequence[str]) -> list[UUID]:
    """Those that are ids, each once, in their order."""
    found = [_parsed(UUID, one) for one in typed]
    return list(dict.fromkeys(one for one in found if one is not None))
