"""The items that a channel publishes, by their normal reference: one reference, one item. Inside the tenant's transaction."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection

# LATERAL … OFFSET 0 below: looked up one by one through the index that fits. Of a table that PostgreSQL has not counted yet,
# `= ANY` reads all of the channel for each batch.


class ItemCode(NamedTuple):
    item: str
    product: str
    sku: str


async def of_products(channel: UUID, products: Collection[str]) -> set[ItemCode]:
    rows = await current_connection().fetch(
        """
        SELECT i.* FROM unnest($2::text[]) AS n (product)
         CROSS JOIN LATERAL (SELECT item, product, sku FROM item_code
                              WHERE channel = $1 AND product = n.product OFFSET 0) AS i
        """,
        channel,
        list(products),
    )
    return {ItemCode(*row) for row in rows}


async def replace(tenant: UUID, channel: UUID, gone: Collection[ItemCode], new: Collection[ItemCode]) -> None:
    if gone:
        await current_connection().execute(
            "DELETE FROM item_code WHERE channel = $1 AND item = ANY($2::text[])",
            channel,
            [code.item for code in gone],
        )
    if new:
        ordered = sorted(new)
        await current_connection().execute(
            """
            INSERT INTO item_code (tenant, channel, item, product, sku)
            SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])
            ON CONFLICT (tenant, channel, item) DO UPDATE SET product = excluded.product, sku = excluded.sku
            """,
            tenant,
            channel,
            [code.item for code in ordered],
            [code.product for code in ordered],
            [code.sku for code in ordered],
        )


async def claims(channel: UUID, skus: Collection[str]) -> dict[str, set[str]]:
    """Reference → the products that have it."""
    rows = await current_connection().fetch(
        """
        SELECT n.sku, i.product FROM unnest($2::text[]) AS n (sku)
         CROSS JOIN LATERAL (SELECT product FROM item_code WHERE channel = $1 AND sku = n.sku OFFSET 0) AS i
        """,
        channel,
        list(skus),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        found[row["sku"]].add(row["product"])
    return found


async def in_shop(channel: UUID, products: Collection[str]) -> set[str]:
    """Of these products, those that have a listing in the shop."""
    rows = await current_connection().fetch(
        "SELECT key FROM binding "
        "WHERE channel = $1 AND stream = 'listings' AND key = ANY($2::text[]) AND target IS NOT NULL",
        channel,
        list(products),
    )
    return {row["key"] for row in rows}


async def products_with(channel: UUID, skus: Collection[str]) -> list[str]:
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT i.product FROM unnest($2::text[]) AS n (sku)
         CROSS JOIN LATERAL (SELECT product FROM item_code WHERE channel = $1 AND sku = n.sku OFFSET 0) AS i
        """,
        channel,
        list(skus),
    )
    return [row["product"] for row in rows]


async def products_of(channel: UUID, items: Sequence[str]) -> dict[str, str]:
    """Item → the product that it is, or is a variant of."""
    rows = await current_connection().fetch(
        "SELECT item, product FROM item_code WHERE channel = $1 AND item = ANY($2::text[])", channel, items
    )
    return {row["item"]: row["product"] for row in rows}
