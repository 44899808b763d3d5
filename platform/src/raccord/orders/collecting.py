"""From the shop to `sales_order`: by poll with the shop's cursor, or one order that a webhook named.

A webhook is only a wake-up: what is stored is always what the shop answers when it is asked. The cursor is saved with the
page that it follows, so a pass cut short goes on where it was.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import structlog

from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.log import trace
from raccord.orders import payments, repository, reservations, shop_orders
from raccord.orders.models import ChannelRoute, Stored
from raccord.storage import bindings
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.sync.ports import Shops
from raccord_connectors.canonical import Order, encode
from raccord_connectors.contract import Page, Problem, Selection, Text

NOT_STORED = Text(
    "order.not_stored",
    "Commande {number} : elle contient des caractères invisibles ou des valeurs que nous ne pouvons pas enregistrer. "
    "Corrigez-la dans la boutique (numéro, noms, adresses) : elle sera reprise aussitôt. Les autres continuent.",
    "Order {number}: it contains invisible characters or values that we cannot store. Correct it in the shop (number, names, "
    "addresses): it is then taken at once. The others go on.",
)
log = structlog.get_logger(__name__)
EVENTS = {"new": Event.ORDER_RECEIVED, "changed": Event.ORDER_CHANGED}


async def collect(route: ChannelRoute, shops: Shops, keys: Sequence[str] | None = None) -> list[UUID]:
    """Stores what is new or changed; returns the orders to advance. `keys` narrows to orders that a webhook named."""
    wanted = Selection(keys=tuple(keys)) if keys else Selection(since=await _cursor(route))
    touched: list[UUID] = []
    async with shops.open(route.tenant, route.shop) as connector:
        pages = connector.read("orders", wanted)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            touched += await _store_page(route, page, keep_cursor=keys is None)
    return touched


async def _cursor(route: ChannelRoute) -> str | None:
    async with tenant_transaction(route.tenant) as connection:
        found: str | None = await connection.fetchval(
            "SELECT cursor FROM stream_state WHERE connection = $1 AND stream = 'orders'", route.shop
        )
    return found


async def _store_page(route: ChannelRoute, page: Page, *, keep_cursor: bool) -> list[UUID]:
    touched: list[UUID] = []
    entries: list[Entry] = []
    async with tenant_transaction(route.tenant) as connection:
        await _doubt_stock(route, page)  # first: who projects locks an item before its marks, too
        here, gone = {record.key: record for record in page.records}, set(page.deleted)
        for key in sorted({*here, *gone}, key=str.encode):  # see `repository.locked_by_reference`
            record = here.get(key)
            if record is not None:
                assert isinstance(record, Order)
                stored, entry = await _store(route, record)
                if entry is not None:
                    entries.append(entry)
                if stored is not None:
                    touched.append(stored)
            if key in gone:
                entries += await _deleted(route, key)
        for rejection in page.rejected:
            entries.append(
                Entry(
                    stream="orders", key=rejection.key, event=Event.ORDER_HELD, connection=route.shop,
                    channel=route.channel, problem=rejection.problem,
                )
            )  # fmt: skip
        await write_entries(route.tenant, entries)
        if keep_cursor and page.cursor is not None:
            await connection.execute(
                """
                INSERT INTO stream_state (tenant, connection, stream, cursor, last_scan_at)
                VALUES ($1, $2, 'orders', $3, now())
                ON CONFLICT (tenant, connection, stream) DO UPDATE SET cursor = excluded.cursor, last_scan_at = now()
                """,
                route.tenant, route.shop, page.cursor,
            )  # fmt: skip
    return touched


async def _store(route: ChannelRoute, order: Order) -> tuple[UUID | None, Entry | None]:
    """The order, where it has to be advanced now, and what the journal says."""
    try:
        async with (
            current_connection().transaction()
        ):  # a savepoint: one bad order does not stop the good ones
            stored = await shop_orders.store(route, order)
            if stored.what in EVENTS:
                await _reserve(route, order, stored)
            if stored.what == "changed":
                await payments.wake_later(stored.id)
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        return None, _not_stored(route, order, error)
    return (stored.id, _entry(route, order, stored)) if stored.what in EVENTS else (None, None)


async def _doubt_stock(route: ChannelRoute, page: Page) -> None:
    """A shop that sells or takes a sale back changes the figure that it shows by itself. Where the ERP's stock moves the other
    way at the same time, what we want is what we sent last, and yet the shop shows something else."""
    orders = [one for one in page.records if isinstance(one, Order) and one.placed_at >= route.orders_from]
    stages = {order.key: order.stage for order in orders}
    turned = await shop_orders.turned(route.shop, stages, page.deleted)
    targets = {line.item for order in orders if order.key in turned for line in order.lines if line.item}
    if targets:
        await bindings.doubt_targets(route.channel, sorted(targets))
    gone = sorted(turned.intersection(page.deleted))
    if gone:
        await bindings.doubt_stock(route.channel, gone)


async def _reserve(route: ChannelRoute, order: Order, stored: Stored) -> None:
    """At once, also while the customer has not paid yet: the shop itself holds this stock back, and a push of the ERP's
    figure would give it to somebody else."""
    found = await repository.lock(stored.id)
    assert found is not None  # stored a moment ago, in this transaction
    if order.stage == "cancelled" and found.state == "cancelled":
        await reservations.cancel(route.tenant, route.erp, stored.id)
    elif order.stage in ("pending", "open") and found.state in ("waiting", "held"):
        items = await repository.items_of(route.channel, (line.item for line in order.lines))
        await reservations.reserve(found, items)


async def _deleted(route: ChannelRoute, key: str) -> list[Entry]:
    """Nobody will pay, ship or cancel it any more: its stock is free again. What the ERP has already stays."""
    order = await shop_orders.vanish(route.shop, key)
    if order is None:
        return []
    await reservations.cancel(route.tenant, route.erp, order)
    entry = Entry(
        stream="orders", key=key, event=Event.ORDER_CANCELLED, connection=route.shop, channel=route.channel
    )
    return [entry]


def _not_stored(route: ChannelRoute, order: Order, error: Exception) -> Entry:
    log.error("order not stored", channel=str(route.channel), key=order.key, trace=trace(error))
    problem = Problem("rejected", NOT_STORED.fill(number=order.number), detail=type(error).__name__)
    return Entry(
        stream="orders", key=order.key, event=Event.ORDER_HELD, connection=route.shop, channel=route.channel,
        problem=problem,
    )  # fmt: skip


def _entry(route: ChannelRoute, order: Order, stored: Stored) -> Entry:
    return Entry(
        stream="orders", key=order.key, event=EVENTS[stored.what], connection=route.shop, channel=route.channel,
        after=encode(order),
    )  # fmt: skip
