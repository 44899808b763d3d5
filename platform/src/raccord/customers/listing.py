"""The list of customers that are known on both sides, and those of the ERP that a search finds beside. In the tenant's
transaction."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.customer_owners import GROUPS, Group, Owner
from raccord.customers.models import State
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Address, Customer, decode
from raccord_connectors.contract import Problem

PAGE = 50
BESIDE = 20
"""Customers without an account that a search shows."""
Tab = Literal["waiting", "on_its_way"]
TABS: tuple[Tab, ...] = ("waiting", "on_its_way")
WAITS: dict[Tab, str] = {
    "waiting": "(a.state = 'held' OR b.held)",
    "on_its_way": "(a.state IN ('asked', 'waiting') OR NOT b.held AND b.desired_print IS DISTINCT FROM b.pushed_print "
    "AND b.desired_print IS NOT NULL)",
}
FROM = """
  FROM customer_account a JOIN channel c ON c.tenant = a.tenant AND c.id = a.channel
  LEFT JOIN snapshot m ON m.tenant = a.tenant AND m.connection = c.erp AND m.stream = 'customers' AND m.key = a.customer
  LEFT JOIN snapshot t ON t.tenant = a.tenant AND t.connection = c.shop AND t.stream = 'customers' AND t.key = a.account
                      AND t.deleted_at IS NULL
  LEFT JOIN binding b ON b.tenant = a.tenant AND b.channel = a.channel AND b.stream = 'customers' AND b.key = a.account
"""


class Wanted(Struct, frozen=True, kw_only=True):
    text: str = ""
    tab: Tab | None = None
    channel: UUID | None = None

    @property
    def filtered(self) -> bool:
        return bool(self.text or self.tab or self.channel)


class Value(Struct, frozen=True):
    """One group of fields, as each side has it: text, amounts, days or places, for the page to write."""

    group: Group
    owner: Owner
    ours: tuple[Any, ...]
    theirs: tuple[Any, ...] | None
    """None: the shop was not asked, or has no field for it."""


class Row(Struct, frozen=True, kw_only=True):
    customer: str
    title: str
    email: str
    gone: bool
    """The ERP does not have it any more."""
    account: str
    account_email: str
    guest: bool
    further: bool
    reason: str
    channel: UUID
    channel_name: str
    state: State
    to_shop: bool
    problem: Problem | None
    shop_problem: Problem | None
    changed_at: Any
    travels: bool
    """The channel exchanges customers and accounts."""
    values: list[Value]
    place: str
    """For the next page."""


class Beside(Struct, frozen=True):
    customer: str
    title: str
    email: str


async def rows(wanted: Wanted, after: str) -> list[Row]:
    """One more than a page, where there are more."""
    conditions, arguments = _conditions(wanted)
    if after:
        arguments.append(after)
        conditions.append(f"(a.customer || '|' || a.channel || '|' || a.account) > ${len(arguments)}")
    found = await current_connection().fetch(
        f"""
        SELECT a.*, c.name AS channel_name, c.settings, m.data AS mine, m.deleted_at IS NOT NULL AS gone, t.data AS theirs,
               b.problem AS shop_problem, coalesce(b.desired_print IS DISTINCT FROM b.pushed_print, false) AS to_shop,
               greatest(a.changed_at, b.pushed_at) AS moved_at,
               a.customer || '|' || a.channel || '|' || a.account AS place
        {FROM} WHERE {" AND ".join(conditions)} ORDER BY place LIMIT {PAGE + 1}
        """,  # noqa: S608
        *arguments,
    )
    return [_row(one) for one in found]


async def counts() -> dict[str, int]:
    row = await current_connection().fetchrow(
        f"""SELECT count(*) AS every, count(*) FILTER (WHERE {WAITS["waiting"]}) AS waiting,
                   count(*) FILTER (WHERE {WAITS["on_its_way"]}) AS on_its_way {FROM}"""
    )
    return dict(row) if row else {}


async def beside(text: str) -> list[Beside]:
    """Customers of the ERP without an account in a shop, that these words find."""
    found = await current_connection().fetch(
        """
        SELECT s.key, s.data FROM snapshot s JOIN connection k ON k.tenant = s.tenant AND k.id = s.connection AND k.side = 'erp'
         WHERE s.stream = 'customers' AND s.deleted_at IS NULL AND (s.key ILIKE $1 OR s.data::text ILIKE $1)
           AND NOT EXISTS (SELECT 1 FROM customer_account a JOIN channel c ON c.id = a.channel
                            WHERE a.customer = s.key AND c.erp = s.connection)
         ORDER BY s.key LIMIT $2
        """,
        _like(text),
        BESIDE,
    )
    known = [decode(row["data"], Customer) for row in found]
    return [Beside(one.key, one.account_title or one.company, one.email) for one in known]


async def channels() -> list[tuple[UUID, str, bool]]:
    """Id, name, and whether customers travel there."""
    found = await current_connection().fetch("SELECT id, name, settings FROM channel ORDER BY name")
    return [
        (
            row["id"],
            row["name"],
            msgspec.json.decode(row["settings"], type=ChannelSettings).customers.direction != "none",
        )
        for row in found
    ]


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    conditions: list[str] = ["true"]
    arguments: list[Any] = []
    if wanted.tab is not None:
        conditions.append(WAITS[wanted.tab])
    if wanted.channel is not None:
        arguments.append(wanted.channel)
        conditions.append(f"a.channel = ${len(arguments)}")
    if wanted.text:
        arguments.append(_like(wanted.text))
        place = f"${len(arguments)}"
        conditions.append(
            f"(a.customer ILIKE {place} OR a.account ILIKE {place} OR m.data::text ILIKE {place} "
            f"OR coalesce(t.data, a.record)::text ILIKE {place})"
        )
    return conditions, arguments


def _like(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _row(row: asyncpg.Record) -> Row:
    mine = decode(row["mine"], Customer) if row["mine"] is not None else Customer(key=row["customer"])
    told = row["theirs"] if row["theirs"] is not None else row["record"]
    theirs = decode(told, Customer) if told is not None else None
    settings = msgspec.json.decode(row["settings"], type=ChannelSettings)
    read = row["theirs"] is not None
    return Row(
        customer=row["customer"],
        title=mine.account_title or mine.company,
        email=mine.email,
        gone=row["gone"],
        account=row["account"],
        account_email=theirs.email if theirs else "",
        guest=row["account"].startswith("email:"),
        further=row["further"],
        reason=row["reason"],
        channel=row["channel"],
        channel_name=row["channel_name"],
        state=row["state"],
        to_shop=row["to_shop"],
        problem=_problem(row["problem"]),
        shop_problem=_problem(row["shop_problem"]),
        changed_at=row["moved_at"],
        travels=settings.customers.direction != "none",
        values=_values(mine, theirs if read else None, settings) if not row["further"] else [],
        place=row["place"],
    )


def _problem(packed: str | None) -> Problem | None:
    return msgspec.json.decode(packed, type=Problem) if packed else None


def _values(mine: Customer, theirs: Customer | None, settings: ChannelSettings) -> list[Value]:
    """Groups of which one side says something."""
    found = []
    for group, known in GROUPS.items():
        ours = _said(mine, known.fields)
        held = theirs is not None and any(theirs.says(name) for name in known.fields)
        shown = _said(theirs, known.fields) if theirs is not None and held else None
        if ours or shown:
            found.append(Value(group, settings.customers.owner(group), ours, shown))
    return found


def _said(customer: Customer, fields: tuple[str, ...]) -> tuple[Any, ...]:
    values = [getattr(customer, name) for name in fields if customer.says(name)]
    return tuple(text for value in values for text in _texts(value))


def _texts(value: Any) -> list[str | Decimal | date]:
    match value:
        case Address():
            parts = (value.line1, value.line2, f"{value.postal_code} {value.city}".strip(), value.country)
            told = ", ".join(part for part in parts if part)
            return [told] if told else []
        case bool():
            return []
        case dict():
            return [name for name, held in value.items() if held]
        case list():
            return [text for one in value for text in _texts(one)]
        case Decimal() | date():
            return [value]
        case _:
            return [str(value)] if value else []
