"""`to_project`: which records of the shops are to be projected again. Inside one tenant's transaction."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from raccord.storage.engine import current_connection


async def channels_of(connection: UUID) -> list[UUID]:
    """Every channel that this ERP feeds, on air or not: one that is paused catches up later."""
    rows = await current_connection().fetch("SELECT id FROM channel WHERE erp = $1 ORDER BY id", connection)
    return [row["id"] for row in rows]


async def mark(tenant: UUID, channel: UUID, stream: str, keys: Iterable[str]) -> None:
    """To be projected. Renewing a mark's serial keeps it, should a worker be busy with the former one."""
    ordered = sorted(keys)  # the same order for all: two transactions never wait for each other in a circle
    if not ordered:
        return
    await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key) SELECT $1, $2, $3, unnest($4::text[])
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT, not_before = NULL
        """,
        tenant,
        channel,
        stream,
        ordered,
    )


async def with_stock(connection: UUID, items: Collection[str]) -> list[str]:
    """Those items whose stock is known: for the others there is no availability to project."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM snapshot
         WHERE connection = $1 AND stream = 'stock' AND key = ANY($2::text[]) AND deleted_at IS NULL
        """,
        connection,
        list(items),
    )
    return [row["key"] for row in rows]


async def with_accounts(channels: Collection[UUID], customers: Collection[str]) -> list[str]:
    """Those customers of the ERP that are known to have an account in the shop of one of these channels."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT customer FROM customer_account WHERE channel = ANY($1::uuid[]) AND customer = ANY($2::text[])",
        list(channels),
        list(customers),
    )
    return [row["customer"] for row in rows]


async def products_in(connection: UUID, categories: Sequence[str]) -> list[str]:
    """Products in these families and catalogue nodes, or below them: their path of titles may have changed."""
    rows = await current_connection().fetch(
        """
        WITH RECURSIVE tree AS (
          SELECT key, data ->> 'parent' AS parent FROM snapshot
           WHERE connection = $1 AND stream = 'categories' AND deleted_at IS NULL
        ), below AS (
          SELECT unnest($2::text[]) AS key UNION SELECT tree.key FROM tree JOIN below ON tree.parent = below.key
        )
        SELECT p.key FROM snapshot p
         WHERE p.connection = $1 AND p.stream = 'products' AND p.deleted_at IS NULL
           AND (p.data ->> 'family' IN (SELECT key FROM below)
                OR EXISTS (SELECT 1 FROM json_array_elements_text(p.data -> 'categories') c
                            WHERE c IN (SELECT key FROM below)))
        """,
        connection,
        list(categories),
    )
    return [row["key"] for row in rows]


async def orders_of(connection: UUID, documents: Sequence[str]) -> list[str]:
    """The references of the orders that became these documents of this ERP."""
    rows = await current_connection().fetch(
        "SELECT o.reference FROM sales_order o JOIN channel c ON c.id = o.channel "
        "WHERE c.erp = $1 AND o.document = ANY($2::text[])",
        connection,
        list(documents),
    )
    return [row["reference"] for row in rows]
