"""All queries on orders. Every function runs inside the caller's tenant transaction."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec

from raccord.core.channel import ChannelSettings
from raccord.orders.models import ChannelRoute, StoredOrder
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, Draft, Order, decode, encode
from raccord_connectors.contract import Problem

ROUTE = "c.tenant, c.id AS channel, c.erp, c.shop, c.state = 'live' AS live, c.settings, c.orders_from"
SELECT = f"""SELECT o.id, o.reference, o.data, o.state, o.customer, o.draft, o.document, o.attempts, o.entered,
          o.document_gone_at IS NOT NULL AS gone, {ROUTE}
          FROM sales_order o JOIN channel c ON c.id = o.channel"""  # noqa: S608


async def route_of(channel: UUID) -> ChannelRoute | None:
    row = await current_connection().fetchrow(f"SELECT {ROUTE} FROM channel c WHERE c.id = $1", channel)  # noqa: S608
    return _route(row) if row else None


async def unsettled(channel: UUID, limit: int) -> list[str]:
    """Keys of orders that the ERP does not have yet, some at a time, in no order."""
    rows = await current_connection().fetch(
        "SELECT key FROM sales_order WHERE channel = $1 AND state IN ('waiting', 'held') ORDER BY random() LIMIT $2",
        channel,
        limit,
    )
    return [row["key"] for row in rows]


async def to_be_asked(shop: UUID) -> list[UUID]:
    rows = await current_connection().fetch(
        """
        SELECT c.id FROM channel c JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
          LEFT JOIN stream_state t ON t.tenant = c.tenant AND t.connection = c.shop AND t.stream = 'orders'
         WHERE c.shop = $1 AND c.state = 'live' AND s.state = 'ready'
           AND coalesce(t.last_scan_at < clock_timestamp() - interval '100 milliseconds', true)
        """,
        shop,
    )
    return [row["id"] for row in rows]


async def mended(channel: UUID, limit: int = 50) -> list[UUID]:
    """Orders held for an article that the channel did not know, and knows by now; and those held for want of an ERP that
    works, when it is time to look again."""
    rows = await current_connection().fetch(
        """
        SELECT o.id FROM sales_order o
         WHERE o.channel = $1 AND o.state = 'held'
           AND (o.retry_at <= now() OR o.problem #>> '{message,code}' = 'order.unknown_item' AND NOT EXISTS (
             SELECT 1 FROM json_array_elements(o.data -> 'lines') AS line
              WHERE line ->> 'item' IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM binding b
                 WHERE b.channel = o.channel AND b.stream = 'availability' AND b.target = line ->> 'item')
               AND NOT EXISTS (
                SELECT 1 FROM article_link l WHERE l.channel = o.channel AND l.shop_item = line ->> 'item')))
         ORDER BY o.placed_at LIMIT $2
        """,
        channel,
        limit,
    )
    return [row["id"] for row in rows]


async def lock(order: UUID) -> StoredOrder | None:
    """The order, locked until the transaction ends; None when it does not exist. Waits for another worker: what this one was
    woken for may have come after the other looked."""
    row = await current_connection().fetchrow(
        f"""
        {SELECT} WHERE o.id = $1 FOR NO KEY UPDATE OF o
        """,
        order,
    )
    return _stored(row) if row else None


async def by_reference(references: Sequence[str]) -> list[StoredOrder]:
    rows = await current_connection().fetch(
        f"""
        {SELECT} WHERE o.reference = ANY($1)
        """,
        list(references),
    )
    return [_stored(row) for row in rows]


async def locked_by_reference(references: Sequence[str]) -> list[StoredOrder]:
    """By their own reference or that of one of their credit notes. Locked until the transaction ends, in the order of their keys,
    in which whoever locks several does it: two workers that have some orders in common wait for each other and never both."""
    rows = await current_connection().fetch(
        f"""
        {SELECT} WHERE o.id IN (SELECT id FROM sales_order WHERE reference = ANY($1)
                             UNION SELECT sales_order FROM order_credit WHERE key = ANY($1))
         ORDER BY o.key COLLATE "C", o.id FOR NO KEY UPDATE OF o
        """,  # noqa: S608
        list(references),
    )
    return [_stored(row) for row in rows]


async def by_id(orders: Sequence[UUID]) -> list[StoredOrder]:
    rows = await current_connection().fetch(
        f"""
        {SELECT} WHERE o.id = ANY($1)
        """,
        list(orders),
    )
    return [_stored(row) for row in rows]


async def waiting_for_customer(erp: UUID, limit: int = 200) -> list[UUID]:
    """Orders that a customer just created may concern."""
    rows = await current_connection().fetch(
        """
        SELECT o.id FROM sales_order o JOIN channel c ON c.id = o.channel
         WHERE c.erp = $1 AND o.state = 'waiting' AND o.customer IS NULL ORDER BY o.placed_at LIMIT $2
        """,
        erp,
        limit,
    )
    return [row["id"] for row in rows]


async def hold(order: UUID, problem: Problem, again: timedelta | None = None) -> None:
    """Until a person decides; with `again`, until then at the latest (`mended`)."""
    packed = msgspec.json.encode(problem).decode()
    await _set(
        order,
        "state = 'held', problem = $2, retry_at = coalesce(now() + $3, 'infinity'), stuck_since = coalesce(stuck_since, now())",
        packed,
        again,
    )


async def wait(order: UUID, pause: timedelta, problem: Problem | None = None) -> None:
    """To be looked at again after `pause`, or as soon as something wakes it."""
    shown = msgspec.json.encode(problem).decode() if problem else None
    await _set(order, "retry_at = now() + $2, problem = $3", pause, shown)


async def sleep(order: UUID) -> None:
    """Until the shop says something new of it: it is not to be entered as it stands."""
    await _set(order, "retry_at = 'infinity'")


async def rouse(channel: UUID, stages: Sequence[str]) -> None:
    """Those that sleep in a stage which the channel's settings import by now."""
    await current_connection().execute(
        """
        WITH locked AS MATERIALIZED (
          SELECT id FROM sales_order WHERE channel = $1 AND state = 'waiting' AND stage = ANY($2)
           ORDER BY key COLLATE "C", id FOR NO KEY UPDATE)
        UPDATE sales_order o SET retry_at = now() FROM locked WHERE o.id = locked.id
        """,
        channel,
        list(stages),
    )


async def try_again(order: UUID, pause: timedelta, problem: Problem) -> None:
    """A new attempt after `pause`: commands of the attempt before are not looked at any more."""
    shown = msgspec.json.encode(problem).decode()
    await _set(
        order,
        "attempts = attempts + 1, retry_at = now() + $2, problem = $3, stuck_since = coalesce(stuck_since, now())",
        pause,
        shown,
    )


async def set_customer(order: UUID, customer: str, reason: str) -> None:
    await _set(order, "customer = $2, customer_reason = $3", customer, reason)


async def set_draft(order: UUID, draft: Draft) -> None:
    await _set(
        order, "state = 'entering', draft = $2, entered = data, problem = NULL", encode(draft).decode()
    )


async def set_entered(order: UUID) -> None:
    """As it is now."""
    await _set(order, "entered = data")


async def set_seen(order: UUID) -> None:
    """A scan has brought its document; should it have been missed before, it is back."""
    await current_connection().execute(
        "UPDATE sales_order SET document_seen = true, document_gone_at = NULL WHERE id = $1 AND NOT document_seen",
        order,
    )


async def set_integrated(order: UUID, document: Document) -> None:
    await _set(
        order,
        "state = 'integrated', document = $2, document_number = $3, problem = NULL, integrated_at = now(), "
        "retry_at = 'infinity', stuck_since = NULL",
        document.key,
        document.number,
    )


async def document_number(order: UUID) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT document_number FROM sales_order WHERE id = $1", order
    )
    return found


async def mark_follow_up(found: StoredOrder) -> None:
    """The shop is to be told; the mark is the same as that of a changed document."""
    await current_connection().execute(
        "INSERT INTO to_project (tenant, channel, stream, key) VALUES ($1, $2, 'order_updates', $3) "
        "ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT",
        found.route.tenant,
        found.route.channel,
        found.reference,
    )


async def release(order: UUID) -> bool:
    """A person says: try again. False when the order does not wait for one."""
    done = await current_connection().fetchval(
        "UPDATE sales_order SET state = 'waiting', problem = NULL, draft = NULL, attempts = attempts + 1, retry_at = now() "
        "WHERE id = $1 AND state = 'held' RETURNING id",
        order,
    )
    return done is not None


async def ignore(order: UUID) -> bool:
    done = await current_connection().fetchval(
        "UPDATE sales_order SET state = 'ignored', retry_at = 'infinity', stuck_since = NULL "
        "WHERE id = $1 AND state IN ('held', 'waiting') RETURNING id",
        order,
    )
    return done is not None


# ------------------------------------------------------------------------------------------ who and what


async def items_of(channel: UUID, shop_items: Iterable[str]) -> dict[str, str]:
    """Shop item key → ERP item key: by the bindings of this channel; else as a person chose (`article_link`)."""
    rows = await current_connection().fetch(
        """
        SELECT shop_item, item, 0 AS rank FROM article_link WHERE channel = $1 AND shop_item = ANY($2)
        UNION ALL
        SELECT target, key, 1 FROM binding WHERE channel = $1 AND stream = 'availability' AND target = ANY($2) ORDER BY rank
        """,
        channel,
        list(set(shop_items)),
    )
    return {row["shop_item"]: row["item"] for row in rows}


# ---------------------------------------------------------------------------------------------- decoding


def _stored(row: asyncpg.Record) -> StoredOrder:
    return StoredOrder(
        id=row["id"],
        route=_route(row),
        reference=row["reference"],
        order=decode(row["data"], Order),
        state=row["state"],
        customer=row["customer"],
        draft=decode(row["draft"], Draft) if row["draft"] else None,
        document=row["document"],
        attempts=row["attempts"],
        entered=decode(row["entered"], Order) if row["entered"] else None,
        gone=row["gone"],
    )


def _route(row: asyncpg.Record) -> ChannelRoute:
    return ChannelRoute(
        row["tenant"], row["channel"], row["erp"], row["shop"], row["live"],
        msgspec.json.decode(row["settings"], type=ChannelSettings), row["orders_from"],
    )  # fmt: skip


async def _set(order: UUID, assignments: str, *values: object) -> None:
    """`assignments` are literals of this file; values are bound."""
    await current_connection().execute(f"UPDATE sales_order SET {assignments} WHERE id = $1", order, *values)  # noqa: S608
