"""What the channels' pages show beside the channel. Inside the tenant's transaction."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection, tenant_transaction
from raccord_connectors.canonical import Availability, Listing, OfferPrice


class Figures(NamedTuple):
    channel: UUID
    articles: int
    """That the shop has."""
    on_their_way: int
    held: int
    orders: int
    """Of the last seven days."""


class BrakeOn(NamedTuple):
    kind: str
    connection: UUID | None
    channel: UUID | None
    stream: str


async def figures() -> dict[UUID, Figures]:
    """Of every channel, in one go."""
    rows = await current_connection().fetch(
        """
        SELECT c.id, count(b.key) FILTER (WHERE b.stream = 'listings' AND b.target IS NOT NULL),
               count(b.key) FILTER (WHERE b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL),
               count(b.key) FILTER (WHERE b.held OR b.brake IS NOT NULL),
               (SELECT count(*) FROM sales_order o WHERE o.channel = c.id AND o.received_at > now() - interval '7 days')
          FROM channel c LEFT JOIN binding b ON b.channel = c.id GROUP BY c.id
        """
    )
    return {row["id"]: Figures(*row) for row in rows}


async def known_items(erp: UUID, keys: Sequence[str]) -> list[str]:
    """Those of these keys that are articles, or items with a price or a stock, of the ERP."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT key FROM snapshot WHERE connection = $1 AND stream IN ('products', 'prices', 'stock') "
        "AND key = ANY($2::text[]) AND deleted_at IS NULL",
        erp,
        list(keys),
    )
    return [row["key"] for row in rows]


async def has_articles(erp: UUID) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM snapshot WHERE connection = $1 AND stream = 'products')", erp
    )
    return found


async def brake(id_: UUID) -> BrakeOn | None:
    """None when it has been decided already, or never was."""
    row = await current_connection().fetchrow(
        "SELECT kind, connection, channel, stream FROM brake WHERE id = $1 AND decided_at IS NULL", id_
    )
    return BrakeOn(*row) if row else None


async def shown_stock(channel: UUID, items: Sequence[str]) -> dict[str, Decimal]:
    """What the shop was given last, by item; those that it was never given anything for are absent."""
    rows = await current_connection().fetch(
        "SELECT key, pushed FROM binding WHERE channel = $1 AND stream = 'availability' AND key = ANY($2::text[]) "
        "AND pushed IS NOT NULL",
        channel,
        list(items),
    )
    return {row["key"]: msgspec.json.decode(row["pushed"], type=Availability).quantity for row in rows}


async def shown_prices(channel: UUID, product: str) -> dict[str, Decimal]:
    """What the shop was given last for each item of an article; without those that it was never given a price for."""
    pushed = await current_connection().fetchval(
        "SELECT pushed FROM binding WHERE channel = $1 AND stream = 'listings' AND key = $2", channel, product
    )
    offers = msgspec.json.decode(pushed, type=Listing).offers if pushed else []
    return {offer.key: offer.price.amount for offer in offers if isinstance(offer.price, OfferPrice)}


async def sent_states(tenant: UUID, channel: UUID, keys: Sequence[str]) -> dict[tuple[str, str], str]:
    """Of these articles and items, by (stream, key): sent, held, or on_its_way. In a transaction of its own."""
    async with tenant_transaction(tenant):
        rows = await current_connection().fetch(
            """
            SELECT stream, key,
                   CASE WHEN held THEN 'held'
                        WHEN desired_print IS DISTINCT FROM pushed_print
                          OR EXISTS (SELECT 1 FROM to_project p
                                      WHERE p.channel = b.channel AND p.stream = b.stream AND p.key = b.key) THEN 'on_its_way'
                        ELSE 'sent' END AS state
              FROM binding b WHERE channel = $1 AND stream IN ('listings', 'availability') AND key = ANY($2::text[])
            """,
            channel,
            list(keys),
        )
    return {(row["stream"], row["key"]): row["state"] for row in rows}
