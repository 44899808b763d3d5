"""What is sold in a shop and not yet in the ERP's stock. Stock pushed = the merchant's rule over ERP stock − these.

A reservation ends by proof, not by time: once the ERP has taken the sale, the item's stock is read *after* that, and what was
read is kept with its moment; when the snapshot is that very record, or one that was read later still, the stock that we push
contains the sale.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from raccord.core.stock_rule import StockSum
from raccord.orders import commands
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import Document


async def reserve(found: StoredOrder, items: Mapping[str, str]) -> None:
    """Open one reservation per line whose item is known, and have the items' availability pushed again in every channel
    of this ERP. The same again changes nothing. Called only for orders that the ERP does not have yet: what a cancellation
    ended is open again when the shop took it back."""
    quantities: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in found.order.lines:
        item = items.get(line.item)
        if item is not None and line.quantity > 0:
            quantities[line.key, item] += line.quantity
    route = found.route
    rows = await current_connection().fetch(
        """
        INSERT INTO reservation (tenant, connection, sales_order, line, item, quantity)
        SELECT $1, $2, $3, line, item, quantity FROM unnest($4::text[], $5::text[], $6::numeric[]) AS n(line, item, quantity)
        ON CONFLICT (tenant, sales_order, line) DO UPDATE
           SET quantity = excluded.quantity, item = excluded.item, ended_at = NULL, ended_because = NULL,
               reflected_print = NULL, proven_at = NULL, asked_at = NULL, told_at = NULL
         WHERE reservation.ended_because = 'cancelled' OR reservation.ended_at IS NULL
           AND (reservation.quantity, reservation.item) IS DISTINCT FROM (excluded.quantity, excluded.item)
        RETURNING item
        """,
        route.tenant, route.erp, found.id,
        [line for line, _ in quantities], [item for _, item in quantities], list(quantities.values()),
    )  # fmt: skip
    await mark_items(route.tenant, route.erp, [row["item"] for row in rows])


async def cancel(tenant: UUID, erp: UUID, order: UUID) -> None:
    """The sale is void before the ERP had it."""
    rows = await current_connection().fetch(
        "UPDATE reservation SET ended_at = now(), ended_because = 'cancelled' WHERE sales_order = $1 AND ended_at IS NULL "
        "RETURNING item",
        order,
    )
    await mark_items(tenant, erp, [row["item"] for row in rows])


async def after_entry(found: StoredOrder, document: Document, asked: Commands) -> None:
    """The ERP holds the document: where that alone lowers the stock we use, ask for the proof."""
    if _lowers_stock(found, document):
        await ask_for_proof(found, asked)


async def after_change(found: StoredOrder, document: Document, asked: Commands) -> None:
    """The ERP's document moved on: where the stock we use fell with that, ask for the proof of what is still reserved."""
    if document.state == "cancelled":
        await cancel(found.route.tenant, found.route.erp, found.id)
    elif document.state in ("delivered", "invoiced") or _lowers_stock(found, document):
        await ask_for_proof(found, asked)


def _lowers_stock(found: StoredOrder, document: Document) -> bool:
    """By its existence, where the channel takes off what the ERP has reserved; other rules show a sale once it has been
    delivered. A quotation never does: the stock read after it would prove a sale that is counted nowhere."""
    return document.kind != "quotation" and StockSum(found.route.settings.stock).counts_reserved()


async def ask_for_proof(found: StoredOrder, asked: Commands) -> None:
    """Read the stock of the items still reserved for this order. From the first time on it ought to show the sale."""
    rows = await current_connection().fetch(
        "UPDATE reservation SET asked_at = coalesce(asked_at, now()) WHERE sales_order = $1 AND ended_at IS NULL RETURNING item",
        found.id,
    )
    if not rows:
        return
    number = await current_connection().fetchval(
        """
        SELECT coalesce(max(right(once, -length($2))::int) + 1, 0) FROM command
         WHERE connection = $1 AND starts_with(once, $2)
        """,
        found.route.erp,
        commands.stock_marks(found.reference),
    )
    mark = commands.stock_mark(found.reference, number)
    order = commands.read("stock", sorted({row["item"] for row in rows}))
    await asked.ask(found.route.tenant, found.route.erp, order, once=mark, urgent=True)


async def take_proof(found: StoredOrder, result: wire.CommandResult) -> None:
    """The stock as read after the ERP took the sale; ends what the snapshot already shows. Agents that tell no moment prove by
    the record alone."""
    if result.problem is not None:
        return
    await current_connection().executemany(
        """
        UPDATE reservation SET reflected_print = $3, proven_at = nullif($4, 0)
         WHERE sales_order = $1 AND item = $2 AND ended_at IS NULL AND coalesce(proven_at, 0) <= $4
        """,
        [
            (found.id, upsert.key, UUID(bytes=upsert.fingerprint), result.read_at)
            for page in result.pages
            for upsert in page.records
        ],
    )
    await _end_uncounted(found, result)
    await end_reflected(found.route.tenant, found.route.erp)


async def take_last_answer(found: StoredOrder) -> None:
    """The answer to the last question is kept with its command: the worker that was to take it may have died."""
    packed = await current_connection().fetchval(
        """
        SELECT result FROM command WHERE connection = $1 AND starts_with(once, $2) AND state = 'done'
         ORDER BY created_at DESC LIMIT 1
        """,
        found.route.erp,
        commands.stock_marks(found.reference),
    )
    if packed is not None:
        await take_proof(found, wire.unpack(packed, wire.CommandResult))


async def _end_uncounted(found: StoredOrder, result: wire.CommandResult) -> None:
    """Items without any stock in the ERP: there is no figure to take the sale from, and none that could prove it. Should one
    appear later, it is counted after the ERP took the sale."""
    told = [upsert.key for page in result.pages for upsert in page.records]
    told += [held.key for page in result.pages for held in page.held]
    rows = await current_connection().fetch(
        """
        UPDATE reservation r SET ended_at = now(), ended_because = 'not counted in the ERP'
         WHERE r.sales_order = $1 AND r.ended_at IS NULL AND r.item <> ALL($2::text[])
           AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.tenant = r.tenant AND s.connection = r.connection
                              AND s.stream = 'stock' AND s.key = r.item AND s.deleted_at IS NULL)
        RETURNING r.item
        """,
        found.id,
        told,
    )
    await mark_items(found.route.tenant, found.route.erp, [row["item"] for row in rows])


async def end_reflected(tenant: UUID, erp: UUID, items: Sequence[str] | None = None) -> list[str]:
    """Ends the reservations whose proof is the present snapshot; returns the items concerned. Called before availability is
    computed, in the same transaction: a sale is counted once at every instant, never twice and never not at all."""
    rows = await current_connection().fetch(
        """
        UPDATE reservation r SET ended_at = now(), ended_because = 'in the ERP stock'
          FROM snapshot s
         WHERE r.connection = $1 AND r.ended_at IS NULL
           AND (r.reflected_print = s.fingerprint OR r.proven_at < s.read_at)
           AND s.tenant = r.tenant AND s.connection = r.connection AND s.stream = 'stock' AND s.key = r.item
           AND ($2::text[] IS NULL OR r.item = ANY($2))
        RETURNING r.item
        """,
        erp,
        list(items) if items is not None else None,
    )
    ended = sorted({row["item"] for row in rows})
    if items is None:
        await mark_items(tenant, erp, ended)
    return ended


async def unproven(erp: UUID, limit: int = 100) -> list[UUID]:
    """Integrated orders that asked for a proof and are still reserved: its answer was lost with a worker that died, or the stock
    moved there and back before the next pass. To be asked again: after 20 seconds, and less and less often up to every ten
    minutes; never while the agent, which may be away for days, has the last question still to answer."""
    rows = await current_connection().fetch(
        """
        SELECT o.id FROM sales_order o JOIN channel c ON c.id = o.channel
         CROSS JOIN LATERAL (
           SELECT max(m.created_at) AS last, count(*) AS times, bool_or(m.state IN ('waiting', 'leased')) AS open
             FROM command m WHERE m.connection = $1 AND starts_with(m.once, 'stock:' || o.reference || ':')
         ) AS asked
         WHERE c.erp = $1 AND o.state = 'integrated'
           AND EXISTS (SELECT 1 FROM reservation r WHERE r.sales_order = o.id AND r.ended_at IS NULL)
           AND NOT asked.open
           AND asked.last < now() - least(interval '20 seconds' * 2 ^ least(asked.times - 1, 10), interval '10 minutes')
         ORDER BY asked.last LIMIT $2
        """,
        erp,
        limit,
    )
    return [row["id"] for row in rows]


async def mark_items(tenant: UUID, erp: UUID, items: Sequence[str]) -> None:
    """Availability of these items is to be projected again, in every channel that this ERP feeds."""
    if not items:
        return
    await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT $1, c.id, 'availability', item FROM channel c, unnest($3::text[]) AS item WHERE c.erp = $2
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT
        """,
        tenant,
        erp,
        sorted(set(items)),
    )
