"""What moves orders on by itself; called by tasks. What people decide is in `deciding`."""

from collections.abc import Sequence
from uuid import UUID

from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.orders import collecting, entering, payments, repository, reservations, unproven, vanished
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord.sync.ports import Shops, Wake
from raccord_connectors import wire


async def collect(tenant: UUID, channel: UUID, keys: Sequence[str] | None, shops: Shops, wake: Wake) -> int:
    """Asks the shop for new and changed orders, and has each of them advanced."""
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel)
    if route is None or not route.live:
        return 0
    touched = await collecting.collect(route, shops, keys)
    if touched:
        await _wake_shelves(tenant, route.erp, wake)
    for order in touched:
        await wake.enter(tenant, order)
    return len(touched)


async def recheck(tenant: UUID, channel: UUID, shops: Shops, wake: Wake, *, most: int = 100) -> int:
    """Asks the shop again for orders that wait or are held, so many at a time. One that went to the trash is in no
    list of what changed, and a webhook may be lost: what it reserved would be reserved for ever."""
    async with tenant_transaction(tenant):
        keys = await repository.unsettled(channel, most)
    return await collect(tenant, channel, keys, shops, wake) if keys else 0


async def release_mended(tenant: UUID, channel: UUID, wake: Wake) -> int:
    """Orders that were held for what is over by now go on by themselves."""
    async with tenant_transaction(tenant):
        mended = await repository.mended(channel)
    released = 0
    for order in mended:
        async with tenant_transaction(tenant):  # one each: see `repository.locked_by_reference`
            done = await repository.release(order)
        if done:
            await wake.enter(tenant, order)
            released += 1
    return released


async def to_be_asked(tenant: UUID, shop: UUID) -> list[UUID]:
    """Channels on air whose shop, in order, was not asked for its orders a moment ago."""
    async with tenant_transaction(tenant):
        return await repository.to_be_asked(shop)


async def advance(tenant: UUID, order: UUID, asked: Commands, wake: Wake) -> None:
    channel = await entering.advance(tenant, order, asked)
    await payments.advance(tenant, order, asked)
    if channel is not None:
        await wake.project(tenant, channel, "availability")
        await wake.project(tenant, channel, "order_updates")


async def answered(
    tenant: UUID, connection: UUID, once: str, result: wire.CommandResult, asked: Commands, wake: Wake
) -> None:
    """An agent answered a command of ours: the orders that waited for it go on."""
    kind, _, rest = once.partition(":")
    reference = rest.rpartition(":")[0]
    channels: list[UUID] = []
    async with tenant_transaction(tenant):
        if kind == "customer":
            orders = await repository.waiting_for_customer(connection)
        elif kind in ("draft", "readback", "payment", "paymentback", "credit", "creditback", "balance"):
            orders = [found.id for found in await repository.by_reference([reference])]
        elif kind == "stock":
            orders = []
            for found in await repository.by_reference([reference]):
                await reservations.take_proof(found, result)
        elif kind == "gone":
            orders = []
            for found in await repository.by_reference([reference]):
                if await vanished.take(found, result):
                    channels.append(found.route.channel)
        else:
            return
    for channel in channels:
        await wake.project(tenant, channel, "order_updates")
    for order in orders:
        await advance(tenant, order, asked, wake)
    if kind == "stock":
        await _wake_shelves(tenant, connection, wake)


async def prove_again(tenant: UUID, erp: UUID, asked: Commands) -> int:
    """Part of the sweep: reservations without their proof are proved, by the answer that nobody took or by a new one."""
    async with tenant_transaction(tenant):
        orders = await repository.by_id(await reservations.unproven(erp))
        for found in orders:
            await reservations.take_last_answer(found)
            await reservations.ask_for_proof(found, asked)
    return len(orders)


async def tell_unproven(tenant: UUID, erp: UUID) -> int:
    """Part of the sweep: sales that the ERP's stock has not shown for too long are told."""
    async with tenant_transaction(tenant):
        await reservations.end_reflected(tenant, erp)
        return await unproven.tell(erp)


async def end_unproven(tenant: UUID, order: UUID, account: UUID, wake: Wake) -> bool:
    """A person ends what was told: the shops show that stock again. False where there is nothing to end."""
    async with tenant_transaction(tenant):
        found = await repository.lock(order)
        if found is None or not await unproven.end(found):
            return False
        entry = Entry(
            stream="orders", key=found.order.key, event=Event.RESERVATION_ENDED, connection=found.route.shop,
            channel=found.route.channel, account=account,
        )  # fmt: skip
        await write_entries(tenant, [entry])
    await _wake_shelves(tenant, found.route.erp, wake)
    return True


async def miss_documents(tenant: UUID, erp: UUID, asked: Commands) -> int:
    """Asks the ERP for documents that a complete pass should have brought, and did not."""
    return await vanished.ask(tenant, erp, asked)


async def _wake_shelves(tenant: UUID, erp: UUID, wake: Wake) -> None:
    """Every shop that sells from this ERP's stock shows what is left of it."""
    for channel in await _channels_of(tenant, erp):
        await wake.project(tenant, channel, "availability")


async def _channels_of(tenant: UUID, erp: UUID) -> list[UUID]:
    async with tenant_transaction(tenant) as connection:
        rows = await connection.fetch("SELECT id FROM channel WHERE erp = $1", erp)
    return [row["id"] for row in rows]
