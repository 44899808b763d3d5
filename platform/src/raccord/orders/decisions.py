"""Queries on what people decided on orders. Every function runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.core.order_anyway import Anyway
from raccord.orders import repository
from raccord.orders.asked_rows import CREDITS, PAYMENTS
from raccord.orders.commands import readback_mark
from raccord.orders.models import StoredOrder
from raccord.storage import commands
from raccord.storage.engine import current_connection
from raccord_connectors import wire
from raccord_connectors.canonical import Document, Product, decode
from raccord_connectors.contract import Problem

Kind = Literal[
    "retry", "ignored", "customer", "new_customer", "article", "forget_article", "payment", "anyway"
]
SEEN = """o.state || ':' || coalesce(o.problem #>> '{message,code}', '') || ':' || left(o.fingerprint::text, 8)"""
"""What a person who decides has before them, in a word: where the order stands, what holds it, and what the shop says it is."""
PERSON = "coalesce(nullif(a.name, ''), a.email)"


class Detail(Struct, frozen=True, omit_defaults=True):
    """What was chosen."""

    customer: str = ""
    shop_item: str = ""
    item: str = ""
    payment: str = ""
    gap: str = ""
    """Decimal, in the order's currency."""
    document: str = ""
    """Number of a document that was accepted as the ERP made it."""
    asked: str = ""
    made: str = ""
    """Its total with tax, as it was asked and as the ERP made it."""
    accepted: str = ""
    """`order_accepted.print_of`: the very difference that was let go."""
    print: str = ""
    """The order's fingerprint when it was decided: a decision on amounts ends when the shop changes them."""


class Taken(Struct, frozen=True):
    """A decision as it is told afterwards."""

    kind: str
    at: datetime
    person: str
    reason: str
    detail: Detail


class Standing(Struct, frozen=True):
    """An order that a person decides on, locked until the transaction ends."""

    order: StoredOrder
    seen: str
    print: str
    document_number: str | None
    problem: Problem | None


async def lock(order: UUID) -> Standing | None:
    """Waits for a worker that has it: its transactions are short."""
    row = await current_connection().fetchrow(
        f"SELECT o.id, {SEEN} AS seen, o.fingerprint, o.document_number, o.problem FROM sales_order o WHERE o.id = $1 FOR UPDATE",  # noqa: S608
        order,
    )
    if row is None:
        return None
    (found,) = await repository.by_id([order])
    problem = msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None
    return Standing(found, row["seen"], str(row["fingerprint"]), row["document_number"], problem)


async def taken(order: UUID, once: str) -> bool:
    """Whether this very form was obeyed already."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM order_decision WHERE sales_order = $1 AND once = $2)", order, once
    )
    return found


async def keep(found: Standing, once: str, kind: Kind, account: UUID, reason: str, detail: Detail) -> None:
    await current_connection().execute(
        "INSERT INTO order_decision (tenant, sales_order, once, kind, account, reason, detail) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        found.order.route.tenant, found.order.id, once, kind, account, reason, msgspec.json.encode(detail).decode(),
    )  # fmt: skip


async def of(order: UUID) -> list[Taken]:
    """The oldest first."""
    rows = await current_connection().fetch(
        f"""
        SELECT d.kind, d.decided_at, {PERSON} AS person, d.reason, d.detail
          FROM order_decision d LEFT JOIN account a ON a.id = d.account WHERE d.sales_order = $1 ORDER BY d.decided_at
        """,  # noqa: S608
        order,
    )
    return [
        Taken(
            row["kind"],
            row["decided_at"],
            row["person"] or "",
            row["reason"],
            msgspec.json.decode(row["detail"], type=Detail),
        )
        for row in rows
    ]


async def anyway(order: UUID) -> Anyway | None:
    """That the order is entered although it does not add up, decided on the order as it is now."""
    row = await current_connection().fetchrow(
        f"""
        SELECT d.reason, {PERSON} AS person FROM order_decision d JOIN sales_order o ON o.id = d.sales_order
          LEFT JOIN account a ON a.id = d.account
         WHERE d.sales_order = $1 AND d.kind = 'anyway' AND d.detail ->> 'print' = o.fingerprint::text
           AND d.detail ->> 'accepted' IS NULL ORDER BY d.decided_at DESC LIMIT 1
        """,  # noqa: S608
        order,
    )
    return Anyway(row["reason"], row["person"] or "") if row else None


async def accepted(order: UUID, difference: str) -> bool:
    """That the ERP's document is taken with this very difference (`order_accepted.print_of`), for the order as it is now."""
    found: bool = await current_connection().fetchval(
        """
        SELECT EXISTS (
          SELECT 1 FROM order_decision d JOIN sales_order o ON o.id = d.sales_order
           WHERE d.sales_order = $1 AND d.kind = 'anyway' AND d.detail ->> 'accepted' = $2
             AND d.detail ->> 'print' = o.fingerprint::text)
        """,
        order,
        difference,
    )
    return found


async def read_back(erp: UUID, reference: str, attempt: int) -> Document | None:
    """The document of an order that is held because it is not what was asked: as it was read back."""
    answer = await commands.by_mark(erp, readback_mark(reference, attempt))
    if answer is None or answer.result is None:
        return None
    pages = wire.unpack(answer.result, wire.CommandResult).pages
    return next((decode(upsert.data, Document) for page in pages for upsert in page.records), None)


async def audit(found: Standing, account: UUID, act: str, details: dict[str, str]) -> None:
    await current_connection().execute(
        "INSERT INTO audit (tenant, account, act, object, details) VALUES ($1, $2, $3, $4, $5)",
        found.order.route.tenant, account, act, str(found.order.id), msgspec.json.encode(details).decode(),
    )  # fmt: skip


async def hurry_payments(order: UUID, key: str) -> bool:
    """Those that were refused, or wait for another attempt, are due at once; all of them without `key`. Credit notes too: `key`
    is then their refund's."""
    payments = await PAYMENTS.hurry(order, key)
    return await CREDITS.hurry(order, key) or payments


async def link_article(found: StoredOrder, shop_item: str, item: str, account: UUID) -> None:
    """Remembered for all orders of this channel; a binding, where there is one, goes before."""
    await current_connection().execute(
        """
        INSERT INTO article_link (tenant, channel, shop_item, item, account) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, channel, shop_item) DO UPDATE
           SET item = excluded.item, account = excluded.account, chosen_at = now()
        """,
        found.route.tenant, found.route.channel, shop_item, item, account,
    )  # fmt: skip


async def forget_article(found: StoredOrder, shop_item: str) -> bool:
    done = await current_connection().fetchval(
        "DELETE FROM article_link WHERE channel = $1 AND shop_item = $2 RETURNING item",
        found.route.channel,
        shop_item,
    )
    return done is not None


async def chosen_articles(channel: UUID, shop_items: Sequence[str]) -> set[str]:
    """Those of the shop's articles that a person mapped, and no binding knows."""
    rows = await current_connection().fetch(
        """
        SELECT l.shop_item FROM article_link l WHERE l.channel = $1 AND l.shop_item = ANY($2)
           AND NOT EXISTS (SELECT 1 FROM binding b WHERE b.channel = $1 AND b.stream = 'availability' AND b.target = l.shop_item)
        """,
        channel,
        list(shop_items),
    )
    return {row["shop_item"] for row in rows}


async def customer_exists(erp: UUID, key: str) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM snapshot WHERE connection = $1 AND stream = 'customers' AND key = $2 "
        "AND deleted_at IS NULL)",
        erp,
        key,
    )
    return found


async def products_like(erp: UUID, text: str, limit: int = 10) -> list[Product]:
    """The ERP's articles by their key or by a part of their name, reference or bar code; those that begin so first."""
    rows = await current_connection().fetch(
        """
        SELECT data FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL
           AND (lower(key) = lower($2) OR strpos(lower(data::text), lower($3)) > 0)
         ORDER BY lower(key) <> lower($2), NOT starts_with(lower(key), lower($2)), key LIMIT $4
        """,
        erp,
        text,
        msgspec.json.encode(text).decode()[1:-1],
        limit,
    )
    return [decode(row["data"], Product) for row in rows]


async def item_exists(erp: UUID, item: str) -> bool:
    """Whether it is something that can be sold: an article without variants, or a variant."""
    return any(item in product.items() for product in await products_like(erp, item, 50))


async def numbers(orders: Sequence[UUID]) -> dict[UUID, str]:
    rows = await current_connection().fetch(
        "SELECT id, number FROM sales_order WHERE id = ANY($1)", list(orders)
    )
    return {row["id"]: row["number"] for row in rows}
