"""Reading an order, for its page. Every function runs inside the tenant's transaction."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.order_rules import OrderRules
from raccord.customers.accounts import further
from raccord.orders import money_view, repository
from raccord.orders.commands import draft_mark
from raccord.orders.decisions import SEEN, chosen_articles, read_back
from raccord.orders.money_view import Money
from raccord.orders.standing import spec_of
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Customer, Document, Draft, Order, OrderUpdate, decode
from raccord_connectors.contract import Problem


class LastOrder(NamedTuple):
    number: str
    placed_at: datetime


class Reserved(NamedTuple):
    line: str
    item: str
    quantity: Decimal
    since: datetime
    ended_at: datetime | None
    ended_because: str | None


class Asked(NamedTuple):
    """The command by which the ERP was asked to write."""

    state: str
    at: datetime
    done_at: datetime | None


class Told(Struct, frozen=True, kw_only=True):
    """What the shop was, or is to be, told."""

    desired: OrderUpdate | None
    pushed: OrderUpdate | None
    pushed_at: datetime | None
    due: bool
    held: bool
    problem: Problem | None


class OrderView(Struct, frozen=True, kw_only=True):
    """One order with its whole story."""

    id: UUID
    channel: UUID
    channel_name: str
    erp: UUID
    erp_name: str
    shop_name: str
    live: bool
    key: str
    reference: str
    number: str
    order: Order
    state: str
    problem: Problem | None
    customer: str | None
    customer_title: str | None
    customer_reason: str | None
    draft: Draft | None
    document_number: str | None
    document: Document | None
    """As last read from the ERP."""
    received_at: datetime
    integrated_at: datetime | None
    attempts: int
    retry_at: datetime
    items: dict[str, str]
    """Shop's item key → the ERP's."""
    chosen: set[str]
    """Of the shop's items, those that a person mapped."""
    reserved: list[Reserved]
    asked: Asked | None
    told: Told | None
    money: Money
    agent_seen_at: datetime | None
    seen: str
    """`decisions.SEEN`: what a form on this page was made for."""
    stuck_since: datetime | None
    alike: int
    """Other orders that are held for the same."""
    invoiced: dict[str, datetime]
    """Number of an invoice → its day, where the ERP's invoices are read."""
    rules: OrderRules
    further: str | None = None
    """How far the buyer is among the contacts of a customer that somebody else is, too (`customer_account.state`)."""


async def one(id_: UUID) -> OrderView | None:
    connection = current_connection()
    row = await connection.fetchrow(
        f"""
        SELECT o.*, {SEEN} AS seen,
               c.name AS channel_name, c.settings, c.erp, c.state = 'live' AS live, e.name AS erp_name,
               e.connector AS erp_connector, s.name AS shop_name,
               (SELECT k.data ->> 'account_title' FROM snapshot k
                 WHERE k.connection = c.erp AND k.stream = 'customers' AND k.key = o.customer) AS customer_title,
               (SELECT d.data FROM snapshot d WHERE d.connection = c.erp AND d.stream = 'documents' AND d.key = o.document
                   AND d.deleted_at IS NULL) AS document_data,
               (SELECT max(a.last_seen_at) FROM agent a WHERE a.connection = c.erp AND a.revoked_at IS NULL) AS agent_seen_at
          FROM sales_order o JOIN channel c ON c.id = o.channel JOIN connection e ON e.id = c.erp
          JOIN connection s ON s.id = o.connection WHERE o.id = $1
        """,  # noqa: S608
        id_,
    )
    if row is None:
        return None
    order = decode(row["data"], Order)
    reserved = await connection.fetch(
        "SELECT line, item, quantity, created_at, ended_at, ended_because FROM reservation WHERE sales_order = $1 ORDER BY line",
        id_,
    )
    asked = await connection.fetchrow(
        "SELECT state, created_at, done_at FROM command WHERE connection = $1 AND once = $2",
        row["erp"],
        draft_mark(row["reference"], row["attempts"]),
    )
    document = decode(row["document_data"], Document) if row["document_data"] else await _read_back(row)
    rules = msgspec.json.decode(row["settings"], type=ChannelSettings).orders
    draft = decode(row["draft"], Draft) if row["draft"] else None
    money = await money_view.load(
        id_, order, reference=row["reference"], draft=draft, key=row["document"], document=document, rules=rules,
        spec=spec_of(row["erp_connector"]), by_hand=row["payments_by_hand"], credits_by_hand=row["credits_by_hand"],
    )  # fmt: skip
    return OrderView(
        id=id_, channel=row["channel"], channel_name=row["channel_name"], erp=row["erp"], erp_name=row["erp_name"],
        shop_name=row["shop_name"], live=row["live"], key=row["key"], reference=row["reference"], number=row["number"],
        order=order, state=row["state"], problem=_problem(row["problem"]), customer=row["customer"],
        customer_title=row["customer_title"], customer_reason=row["customer_reason"],
        draft=draft, document_number=row["document_number"],
        document=document, received_at=row["received_at"], money=money,
        integrated_at=row["integrated_at"], attempts=row["attempts"], retry_at=row["retry_at"],
        items=await repository.items_of(row["channel"], (line.item for line in order.lines)),
        chosen=await chosen_articles(row["channel"], [line.item for line in order.lines]),
        reserved=[Reserved(*one) for one in reserved],
        asked=Asked(*asked) if asked else None, told=await _told(row["channel"], row["key"]),
        agent_seen_at=row["agent_seen_at"], seen=row["seen"],
        stuck_since=row["stuck_since"] or (row["received_at"] if row["state"] == "held" else None),
        alike=await _alike(row), invoiced=await _invoiced(row["erp"], document), rules=rules,
        further=await further(row["channel"], order, row["customer"]),
    )  # fmt: skip


async def _read_back(row: asyncpg.Record) -> Document | None:
    if row["state"] != "held":
        return None
    return await read_back(row["erp"], row["reference"], row["attempts"])


async def _alike(row: asyncpg.Record) -> int:
    if row["state"] != "held":
        return 0
    found: int = await current_connection().fetchval(
        "SELECT count(*) FROM sales_order WHERE state = 'held' AND id <> $1 "
        "AND problem #>> '{message,code}' = $2::jsonb #>> '{message,code}'",
        row["id"],
        row["problem"],
    )
    return found


async def _invoiced(erp: UUID, document: Document | None) -> dict[str, datetime]:
    if document is None or not document.invoices:
        return {}
    rows = await current_connection().fetch(
        """
        SELECT data ->> 'number' AS number, (data ->> 'dated')::date::timestamp AT TIME ZONE (SELECT timezone FROM tenant) AS day
          FROM snapshot WHERE connection = $1 AND stream = 'invoices' AND deleted_at IS NULL AND data ->> 'number' = ANY($2)
        """,
        erp,
        document.invoices,
    )
    return {row["number"]: row["day"] for row in rows}


async def customers_like(erp: UUID, text: str, limit: int = 10) -> list[Customer]:
    """The ERP's customers by a part of their name or their code."""
    rows = await current_connection().fetch(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'customers' AND deleted_at IS NULL "
        "AND (key = $2 OR strpos(lower(data ->> 'account_title'), lower($2)) > 0) ORDER BY key LIMIT $3",
        erp,
        text,
        limit,
    )
    return [decode(row["data"], Customer) for row in rows]


async def last_orders(erp: UUID, customers: Sequence[str]) -> dict[str, LastOrder]:
    """Of each of these customers the latest that came through us."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT ON (o.customer) o.customer, o.number, o.placed_at FROM sales_order o JOIN channel c ON c.id = o.channel
         WHERE c.erp = $1 AND o.customer = ANY($2) ORDER BY o.customer, o.placed_at DESC
        """,
        erp,
        list(customers),
    )
    return {row["customer"]: LastOrder(row["number"], row["placed_at"]) for row in rows}


async def _told(channel: UUID, key: str) -> Told | None:
    row = await current_connection().fetchrow(
        "SELECT desired, pushed, pushed_at, desired_print IS DISTINCT FROM pushed_print AS due, held, problem FROM binding "
        "WHERE channel = $1 AND stream = 'order_updates' AND key = $2",
        channel,
        key,
    )
    if row is None:
        return None
    return Told(
        desired=decode(row["desired"], OrderUpdate) if row["desired"] else None,
        pushed=decode(row["pushed"], OrderUpdate) if row["pushed"] else None,
        pushed_at=row["pushed_at"],
        due=row["due"],
        held=row["held"],
        problem=_problem(row["problem"]),
    )


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None
