"""Reading the journal, for its pages. Every function runs inside the tenant's transaction."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from raccord.journal.models import Event
from raccord.storage.engine import current_connection
from raccord.sync.records import READ_STREAMS
from raccord_connectors.contract import Problem

PAGE = 50
SHOP_STREAMS = ("listings", "availability", "orders", "order_updates")
STREAMS = (*READ_STREAMS, *SHOP_STREAMS)
SEARCHED = 20_000
"""Newest entries in which a part of a key or of a problem's text is looked for; a whole key is found in all of them."""


BAD = (
    Event.HELD,
    Event.REFUSED,
    Event.ORDER_HELD,
    Event.PAYMENT_HELD,
    Event.CREDIT_HELD,
    Event.BALANCE_DIFFERS,
    Event.EMPTIED,
)
DOUBTFUL = (
    Event.BRAKED, Event.DRIFTED, Event.DISAPPEARED, Event.WITHDRAWN, Event.ORDER_CANCELLED, Event.SALE_UNPROVEN,
)  # fmt: skip
GOOD = (
    Event.CREATED, Event.UPDATED, Event.ORDER_INTEGRATED, Event.ORDER_FOLLOWED, Event.RELEASED, Event.REFILLED, Event.MATCHED,
    Event.PAYMENT_ENTERED,
    Event.CREDIT_ENTERED,
)  # fmt: skip


class Filter(Struct, frozen=True, kw_only=True):
    """What the reader asked to see. Empty fields ask for nothing."""

    stream: str = ""
    event: str = ""
    text: str = ""
    channel: UUID | None = None
    problems: bool = False

    def query(self) -> dict[str, object]:
        """As parameters of an address."""
        return {
            "stream": self.stream, "event": self.event, "q": self.text, "channel": self.channel,
            "problems": self.problems,
        }  # fmt: skip


class EntryRow(Struct, frozen=True, kw_only=True):
    """One entry. `before` and `after` as JSON."""

    id: int
    at: datetime
    stream: str
    key: str
    event: str
    connection_name: str | None
    channel: UUID | None
    """Its own, or the first one that its ERP feeds: where the record can be looked at."""
    channel_name: str | None
    order: UUID | None
    """The sales order that it tells of."""
    order_number: str | None
    person: str | None
    took_ms: int | None
    problem: Problem | None
    before: str | None
    after: str | None

    @property
    def tone(self) -> str:
        """How grave it is: the class of its tag."""
        if self.event in BAD:
            return "bad"
        if self.problem is not None or self.event in DOUBTFUL:
            return "wait"
        return "good" if self.event in GOOD else ""

    @property
    def place(self) -> tuple[str, str] | None:
        """(stream, key) of the catalogue's page of this record."""
        if not self.key or self.channel is None:
            return None
        if self.stream in ("listings", "products"):
            return "listings", self.key
        if self.stream in ("availability", "stock", "prices"):
            return "availability", self.key
        return None


class PassRow(NamedTuple):
    """One pass over one stream."""

    started_at: datetime
    ended_at: datetime | None
    connection_name: str | None
    channel_name: str | None
    stream: str
    direction: str
    state: str
    counts: dict[str, Any]
    problem: Problem | None


_SELECT = """
SELECT j.id, j.at, j.stream, j.key, j.event, n.name AS connection_name, j.took_ms, j.problem, j.before, j.after,
       coalesce(j.channel, (SELECT f.id FROM channel f WHERE f.erp = j.connection ORDER BY f.created_at LIMIT 1)) AS channel,
       c.name AS channel_name, coalesce(nullif(a.name, ''), a.email) AS person, o.id AS "order", o.number AS order_number
  FROM journal j LEFT JOIN channel c ON c.id = j.channel LEFT JOIN connection n ON n.id = j.connection
  LEFT JOIN account a ON a.id = j.account
  LEFT JOIN sales_order o ON j.stream IN ('orders', 'order_updates') AND o.key = j.key
   AND o.connection = coalesce(c.shop, j.connection)
"""


async def entries(
    wanted: Filter, *, before: int | None = None, after: int | None = None, limit: int = PAGE
) -> list[EntryRow]:
    """The newest first; `before` and `after` are ids of entries."""
    conditions, values = _conditions(wanted)
    for bound, sign in ((before, "<"), (after, ">")):
        if bound is not None:
            values.append(bound)
            conditions.append(f"j.id {sign} ${len(values)}")
    where = " AND ".join(conditions) or "true"
    rows = await current_connection().fetch(
        f"{_SELECT} WHERE {where} ORDER BY j.id DESC LIMIT {int(limit)}",
        *values,  # conditions are literals of this file
    )
    return [_entry(row) for row in rows]


async def newest_id() -> int:
    found: int | None = await current_connection().fetchval("SELECT max(id) FROM journal")
    return found or 0


async def entry(id_: int) -> EntryRow | None:
    row = await current_connection().fetchrow(f"{_SELECT} WHERE j.id = $1", id_)
    return _entry(row) if row else None


async def cause_of(found: EntryRow) -> EntryRow | None:
    """The change in the ERP that an entry about the shop follows from: the last one of the same article before it."""
    if found.stream not in ("listings", "availability") or found.channel is None:
        return None
    row = await current_connection().fetchrow(
        f"""
        {_SELECT} WHERE j.id < $1 AND j.at > $2::timestamptz - interval '1 day'
           AND j.connection = (SELECT erp FROM channel WHERE id = $3)
           AND j.event IN ('appeared', 'changed', 'disappeared', 'reappeared', 'released')
           AND (j.stream, j.key) IN (SELECT s, k FROM unnest($4::text[]) AS s, unnest($5::text[]) AS k)
         ORDER BY j.id DESC LIMIT 1
        """,  # noqa: S608
        found.id,
        found.at,
        found.channel,
        ["products", "prices"] if found.stream == "listings" else ["stock"],
        [found.key],
    )
    return _entry(row) if row else None


async def is_held(found: EntryRow) -> bool:
    """Whether its record or order still waits for a person."""
    if found.order is not None:
        state: str = await current_connection().fetchval(
            "SELECT state FROM sales_order WHERE id = $1", found.order
        )
        return state == "held"
    if found.place is None:
        return False
    held: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM binding WHERE channel = $1 AND stream = $2 AND key = $3 AND held)",
        found.channel,
        *found.place,
    )
    return held


async def of_record(streams: list[str], keys: list[str], limit: int = 20) -> list[EntryRow]:
    """What happened to these records, the newest first."""
    rows = await current_connection().fetch(
        f"""
        {_SELECT} WHERE (j.stream, j.key) IN (SELECT s, k FROM unnest($1::text[]) AS s, unnest($2::text[]) AS k)
         ORDER BY j.id DESC LIMIT $3
        """,  # noqa: S608
        streams,
        keys,
        limit,
    )
    return [_entry(row) for row in rows]


async def passes(limit: int = PAGE) -> list[PassRow]:
    rows = await current_connection().fetch(
        """
        SELECT r.started_at, r.ended_at, n.name, c.name, r.stream, r.direction, r.state, r.counts, r.problem
          FROM run r LEFT JOIN connection n ON n.id = r.connection LEFT JOIN channel c ON c.id = r.channel
         ORDER BY r.started_at DESC LIMIT $1
        """,
        limit,
    )
    return [_pass(*row) for row in rows]


def _pass(
    started_at: datetime, ended_at: datetime | None, connection: str | None, channel: str | None, stream: str,
    direction: str, state: str, counts: str, problem: str | None,
) -> PassRow:  # fmt: skip
    told = msgspec.json.decode(counts)
    return PassRow(
        started_at, ended_at, connection, channel, stream, direction, state, told, _problem(problem)
    )


async def channels() -> list[tuple[UUID, str]]:
    """For the filter."""
    rows = await current_connection().fetch("SELECT id, name FROM channel ORDER BY name")
    return [(row["id"], row["name"]) for row in rows]


def _conditions(wanted: Filter) -> tuple[list[str], list[object]]:
    conditions: list[str] = []
    values: list[object] = []
    for value, condition in (
        (wanted.stream, "j.stream = ${}"),
        (wanted.event, "j.event = ${}"),
        (wanted.channel, "j.channel = ${}"),
        (wanted.text, _TEXT),
    ):
        if value:
            values.append(value)
            conditions.append(condition.replace("{}", str(len(values))))
    if wanted.problems:
        conditions.append("j.problem IS NOT NULL")
    return conditions, values


_TEXT = f"""j.id IN (
  SELECT k.id FROM journal k WHERE k.stream IN ({", ".join(f"'{s}'" for s in STREAMS)}) AND k.key = $(n)
  UNION SELECT k.id FROM sales_order t JOIN journal k ON k.stream IN ('orders', 'order_updates') AND k.key = t.key
         WHERE t.number = $(n)
  UNION SELECT r.id FROM (SELECT id, key, problem FROM journal ORDER BY id DESC LIMIT {SEARCHED}) r
         WHERE strpos(lower(r.key), lower($(n))) > 0 OR strpos(lower(r.problem::text), lower($(n))) > 0)
""".replace("$(n)", "${}")  # noqa: S608 - literals of this file


def _entry(row: asyncpg.Record) -> EntryRow:
    return EntryRow(**{**row, "problem": _problem(row["problem"])})


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
