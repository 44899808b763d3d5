"""What the tasks do: one slice of a use case, and a new wake-up when there is more."""

from uuid import UUID

from raccord.customers import service as customers
from raccord.customers.models import STREAM as CUSTOMERS
from raccord.documents.service import PAPERS
from raccord.media.web_documents import fetch_due
from raccord.media.work import make as make_pictures
from raccord.media.work import tidy as tidy_media
from raccord.orders import service as orders
from raccord.pushes import answering
from raccord.storage import commands, connections, projections, system
from raccord.storage.engine import tenant_transaction
from raccord.sync import daily, rehearsing
from raccord.sync import drift as drifting
from raccord.sync.desires import pack
from raccord.sync.planning import make as make_plan
from raccord.sync.ports import Lane
from raccord.sync.project import project as project_slice
from raccord.sync.purge import purge as purge_all
from raccord.sync.push import push as push_slice
from raccord.sync.sweep import sweep as sweep_all
from raccord.sync.withdrawals import mark_deletions
from raccord.worker.broker import ORDINARY, URGENT
from raccord.worker.task import Hands
from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, TransientError

__all__ = [
    "accounts", "answer_reads", "answered", "collect", "deliver", "document", "drift", "enter", "hooks", "media", "new_day",
    "notify", "plan", "project", "prove", "purge", "push", "recheck", "rehearse", "spread", "sweep", "tidy",
]  # fmt: skip
RECHECKED, FEW_RECHECKED = 100, 4
"""Orders that are asked for again each hour; the second where each costs one of the day's requests."""
URGENT_TASKS = ("collect", "prove")
"""Of those that are spread: orders and the stock they lower. They never wait for somebody's import."""


async def project(hands: Hands, tenant: UUID, channel: UUID, stream: str) -> None:
    if stream == PAPERS:
        await hands.papers.take_up(tenant, channel)
        return
    if stream == CUSTOMERS:
        async with hands.locks.try_hold("project", tenant, channel, stream) as lock:
            more = lock is not None and await customers.take_up(tenant, channel, hands.commands, hands.wake)
        if more:
            await hands.wake.project(tenant, channel, stream)
        return
    if await project_slice(hands.ports, tenant, channel, stream):
        await hands.wake.project(tenant, channel, stream)


async def plan(hands: Hands, tenant: UUID, plan: UUID) -> None:
    if await make_plan(hands.ports, tenant, plan):
        await hands.wake.plan(tenant, plan)


async def push(hands: Hands, tenant: UUID, shop: UUID, lane: Lane) -> None:
    if lane == "urgent":
        await _learn_of_sales(hands, tenant, shop)
    if await push_slice(hands.ports, tenant, shop, lane):
        await hands.wake.push(tenant, shop, lane)


async def _learn_of_sales(hands: Hands, tenant: UUID, shop: UUID) -> None:
    """What the shop sold a moment ago has lowered its own figure; ours, computed without it, would give the piece back."""
    async with tenant_transaction(tenant):
        row = await connections.shop(shop)
    if row is None or not await daily.may_ask_for_orders(tenant, shop, row.connector, hands.ports.now()):
        return
    for channel in await orders.to_be_asked(tenant, shop):
        async with hands.locks.try_hold("collect", tenant, channel, "") as lock:
            if lock is None:  # somebody asks it at this moment
                continue
            try:
                sold = await orders.collect(tenant, channel, None, hands.shops, hands.wake)
            except (ConfigError, TransientError):
                continue  # the push itself finds out what the shop's trouble is, and waits as it should
        while sold and await project_slice(hands.ports, tenant, channel, "availability"):
            pass


async def sweep(hands: Hands) -> None:
    await sweep_all(hands.wake)
    for tenant, endpoint in await system.due_deliveries():
        await hands.wake.send("deliver", ORDINARY, str(tenant), str(endpoint))
    for tenant, connection in await system.pushed_questions():
        await hands.wake.send("answer_reads", URGENT, str(tenant), str(connection))


async def answer_reads(hands: Hands, tenant: UUID, connection: UUID) -> None:
    """For an ERP that has no agent."""
    async with hands.locks.try_hold("answer_reads", tenant, connection) as lock:
        if lock is not None:
            await answering.answer_reads(tenant, connection, hands.commands)


async def deliver(hands: Hands, tenant: UUID, endpoint: UUID) -> None:
    """One worker at a time for each address: events keep their order, and a slow one holds up no other."""
    async with hands.locks.try_hold("deliver", tenant, endpoint) as lock:
        if lock is None:
            return
        more = await hands.deliveries.deliver(tenant, endpoint)
    if more:
        await hands.wake.send("deliver", ORDINARY, str(tenant), str(endpoint))


async def spread(hands: Hands, task: str, connector: str | None = None) -> None:
    """One task per channel on air, or per channel whose shop has this connector."""
    queue = URGENT if task in URGENT_TASKS else ORDINARY
    for tenant, channel in await system.live_channels(connector):
        await hands.wake.send(task, queue, str(tenant), str(channel))


async def drift(hands: Hands, tenant: UUID, channel: UUID) -> None:
    async with hands.locks.try_hold("drift", tenant, channel) as lock:
        if lock is not None:
            await drifting.drift(hands.ports, tenant, channel)


async def new_day(hands: Hands, tenant: UUID, channel: UUID) -> None:
    """Promotions begin and end with the merchant's days, and what was unpublished long enough is deleted; asked every hour,
    because days begin at every hour."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        found = route is not None and await projections.mark_dated_prices(tenant, channel, route.erp)
        if route is not None and route.state == "live":
            found = await mark_deletions(route) or found
    if found:
        await hands.wake.project(tenant, channel, "listings")


async def collect(hands: Hands, tenant: UUID, channel: UUID, key: str | None) -> None:
    """A burst of wake-ups asks the shop once; one that names an order always asks for that one."""
    async with hands.locks.try_hold("collect", tenant, channel, key or "") as lock:
        if lock is None:
            return
        async with tenant_transaction(tenant):
            route = await projections.route(channel)
            shop = await connections.shop(route.shop) if route is not None else None
        if route is None or route.state != "live" or shop is None or shop.state != "ready":
            return
        if key is None and not await daily.may_ask_for_orders(
            tenant, route.shop, shop.connector, hands.ports.now()
        ):
            return
        try:
            await orders.collect(tenant, channel, [key] if key else None, hands.shops, hands.wake)
        except ConfigError as error:
            async with tenant_transaction(tenant):
                await connections.stop(route.shop, pack(error.problem()) or "")
            raise


async def accounts(hands: Hands, tenant: UUID, channel: UUID) -> None:
    """The shop's customers may have changed something of their accounts."""
    async with hands.locks.try_hold("accounts", tenant, channel) as lock:
        if lock is None:
            return
        async with tenant_transaction(tenant):
            route = await projections.route(channel)
            shop = await connections.shop(route.shop) if route is not None else None
        if shop is not None and shop.state == "ready":
            await customers.collect(tenant, channel, None, hands.shops, hands.wake)


async def recheck(hands: Hands, tenant: UUID, channel: UUID) -> None:
    async with hands.locks.try_hold("recheck", tenant, channel) as lock:
        if lock is None:
            return
        async with tenant_transaction(tenant):
            route = await projections.route(channel)
            shop = await connections.shop(route.shop) if route is not None else None
        few = shop is not None and daily.is_counted(shop.connector)
        await orders.recheck(
            tenant, channel, hands.shops, hands.wake, most=FEW_RECHECKED if few else RECHECKED
        )


async def hooks(hands: Hands, tenant: UUID, channel: UUID) -> None:
    """The shop's webhooks are there and switched on: shops switch them off after a few failures."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    if route is not None and route.state == "live":
        await hands.hooks.ensure(tenant, route.shop, hands.shops)


async def enter(hands: Hands, tenant: UUID, order: UUID) -> None:
    await orders.advance(tenant, order, hands.commands, hands.wake)


async def document(hands: Hands, tenant: UUID, paper: UUID) -> None:
    async with hands.locks.try_hold("document", tenant, paper) as lock:
        if lock is not None:
            await hands.papers.make(tenant, paper)


async def rehearse(hands: Hands, tenant: UUID, rehearsal: UUID) -> None:
    async with hands.locks.try_hold("rehearse", tenant, rehearsal) as lock:
        if lock is None:
            return
        more = await rehearsing.rehearse(
            hands.ports, hands.commands, tenant, rehearsal, reachable=hands.settings.can_be_called
        )
    if more:
        await hands.wake.rehearse(tenant, rehearsal)


async def answered(hands: Hands, tenant: UUID, command: UUID) -> None:
    """An agent answered: whoever asked goes on."""
    async with tenant_transaction(tenant):
        asked = await commands.asked(command)
    if asked is None or asked.once is None or asked.result is None:
        return
    result = wire.unpack(asked.result, wire.CommandResult)
    await orders.answered(tenant, asked.connection, asked.once, result, hands.commands, hands.wake)
    await customers.answered(tenant, asked.once, hands.commands, hands.wake)


async def prove(hands: Hands, tenant: UUID, channel: UUID) -> None:
    """Reservations whose proof was overtaken by later movements of stock; documents that no scan brought; and orders whose
    article was unknown."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    if route is not None:
        await orders.prove_again(tenant, route.erp, hands.commands)
        await orders.tell_unproven(tenant, route.erp)
        await orders.miss_documents(tenant, route.erp, hands.commands)
        await orders.release_mended(tenant, channel, hands.wake)


async def notify(hands: Hands, tenant: UUID) -> None:
    """One worker at a time: each message is told once."""
    async with hands.locks.try_hold("notify", tenant) as lock:
        if lock is None:
            return
        more = await hands.telling.tell(tenant)
        more = await hands.returns.look(tenant) or more
    if more:
        await hands.wake.notify(tenant)


async def media(hands: Hands, tenant: UUID) -> None:
    """Pictures, in processes of their own; see `media.renderers`."""
    async with hands.locks.try_hold("media", tenant) as lock:
        if lock is None:
            return
        more = await make_pictures(tenant, hands.objects, hands.renderers, hands.wake, hands.ports.stopping)
        url = hands.settings.public_url
        left = await fetch_due(tenant, hands.objects, hands.fetcher, hands.wake, url, hands.ports.stopping)
        more = more or left
    if more:
        await hands.wake.media(tenant)


async def tidy(hands: Hands) -> None:
    """What no article names any more."""
    for tenant in await system.tenants():
        async with hands.locks.try_hold("media", tenant) as lock:
            if lock is not None:
                await tidy_media(tenant, hands.objects, hands.ports.stopping)


async def watch_all(hands: Hands) -> None:
    for tenant in await system.tenants():
        await hands.wake.send("watch", ORDINARY, str(tenant))


async def watch(hands: Hands, tenant: UUID) -> None:
    """What is wrong at one merchant's, and who of its people is to know."""
    async with hands.locks.try_hold("watch", tenant) as lock:
        if lock is not None:
            await hands.watch.look(tenant)


async def purge(hands: Hands) -> None:
    """One at a time, anywhere."""
    async with hands.locks.try_hold("purge") as lock:
        if lock is not None:
            await purge_all(hands.ports.stopping)
            today = hands.ports.now().date()
            for tenant in await system.tenants():
                while not hands.ports.stopping() and await hands.papers.expire(tenant, today):
                    pass
