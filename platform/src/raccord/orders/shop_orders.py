"""Storing what a shop says of its orders. Every function runs inside the caller's tenant transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from raccord.core.reference import order_reference
from raccord.orders.models import ChannelRoute, Stored
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Order, encode, fingerprint


async def store(route: ChannelRoute, order: Order) -> Stored:
    """Writes what the shop says now; the same again changes nothing. Webhook and poll may come at once: the row is
    taken by the unique (tenant, connection, key), then locked."""
    data = encode(order)
    print_ = UUID(bytes=fingerprint(data))
    connection = current_connection()
    row = await connection.fetchrow(
        "SELECT id, fingerprint, state FROM sales_order WHERE connection = $1 AND key = $2 FOR NO KEY UPDATE",
        route.shop,
        order.key,
    )
    if row is None:
        return await _insert(route, order, data, print_)
    if row["fingerprint"] == print_:
        return Stored(row["id"], "same")
    cancelled = order.stage == "cancelled" and row["state"] in ("waiting", "held")
    # A shop cancels what is not paid in time, and takes it back when the payment comes late all the same.
    reopened = order.stage != "cancelled" and row["state"] in ("waiting", "held", "cancelled")
    # What was held is asked anew, under new marks: the answers so far are to what the order was before.
    anew = reopened and row["state"] == "held"
    # One that is being written goes on whatever the shop says; one that the shop has completed is told to a person.
    sleeps = reopened and order.stage not in ("closed", *route.settings.orders.stages)
    await connection.execute(
        """
        UPDATE sales_order SET data = $2, fingerprint = $3, stage = $4, gross = $5,
               state = CASE WHEN $6 THEN 'cancelled' WHEN $7 THEN 'waiting' ELSE state END,
               problem = CASE WHEN $6 OR $7 THEN NULL ELSE problem END,
               stuck_since = CASE WHEN $6 OR $7 THEN NULL ELSE stuck_since END,
               draft = CASE WHEN $7 THEN NULL ELSE draft END,
               attempts = CASE WHEN $8 THEN attempts + 1 ELSE attempts END,
               retry_at = CASE WHEN $9 THEN 'infinity' ELSE now() END
         WHERE id = $1
        """,
        row["id"], data.decode(), print_, order.stage, order.gross, cancelled, reopened, anew, sleeps,
    )  # fmt: skip
    return Stored(row["id"], "changed")


async def _insert(route: ChannelRoute, order: Order, data: bytes, print_: UUID) -> Stored:
    if order.placed_at < route.orders_from:
        return Stored(uuid4(), "older")
    found = await current_connection().fetchval(
        """
        INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, state,
                                 gross, currency, placed_at, retry_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                CASE WHEN $15 THEN now() ELSE 'infinity'::timestamptz END)
        ON CONFLICT (tenant, connection, key) DO NOTHING RETURNING id
        """,
        route.tenant, uuid4(), route.channel, route.shop, order.key, order.number, order_reference(route.shop, order.key),
        data.decode(), print_, order.stage, "cancelled" if order.stage == "cancelled" else "waiting",
        order.gross, order.currency, order.placed_at, order.stage in route.settings.orders.stages,
    )  # fmt: skip
    if found is None:  # another process stored it between our look and our insert
        return await store(route, order)
    return Stored(found, "new")


async def turned(shop: UUID, stages: Mapping[str, str], gone: Sequence[str]) -> set[str]:
    """Of the shop's orders with their stages, the new ones and those at another stage than we know; of those that are gone
    from the shop, the ones that had not come to their end."""
    rows = await current_connection().fetch(
        """
        SELECT n.key FROM unnest($2::text[], $3::text[]) AS n (key, stage)
          LEFT JOIN sales_order o ON o.connection = $1 AND o.key = n.key WHERE o.stage IS DISTINCT FROM n.stage
         UNION ALL
        SELECT key FROM sales_order WHERE connection = $1 AND key = ANY($4::text[]) AND state IN ('waiting', 'held')
        """,
        shop,
        list(stages),
        list(stages.values()),
        list(gone),
    )
    return {row["key"] for row in rows}


async def vanish(shop: UUID, key: str) -> UUID | None:
    """The shop has deleted it. None when the ERP has it, or is about to; and when it is settled. Its fingerprint goes: should
    the shop restore it just as it was, that is a change."""
    found: UUID | None = await current_connection().fetchval(
        """
        UPDATE sales_order SET state = 'cancelled', stage = 'cancelled', problem = NULL, stuck_since = NULL,
               retry_at = 'infinity', fingerprint = '00000000-0000-0000-0000-000000000000'
         WHERE connection = $1 AND key = $2 AND state IN ('waiting', 'held') RETURNING id
        """,
        shop,
        key,
    )
    return found
