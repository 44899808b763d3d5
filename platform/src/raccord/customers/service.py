"""What brings customers and accounts together; called by tasks. What people decide is here as well."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import structlog

from raccord.core.channel import ChannelSettings
from raccord.customers import bringing, collecting, marks, repository, shop_repository
from raccord.customers.models import STREAM, CustomerRoute, Linked
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.log import trace
from raccord.storage import projections
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.storage.marks import mark
from raccord.sync.commands import Commands
from raccord.sync.ports import Shops, Wake
from raccord_connectors.contract import Problem
from raccord_connectors.kit.executor import place

BATCH = 100
"""Customers of one transaction."""
NOT_OURS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""The database failed us, not the customer: it is tried again."""
log = structlog.get_logger(__name__)


async def collect(tenant: UUID, channel: UUID, keys: Sequence[str] | None, shops: Shops, wake: Wake) -> int:
    """Asks the shop for its accounts. Returns how many were new or changed."""
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel)
    if route is None or not route.live:
        return 0
    changed = await collecting.collect(route, shops, keys)
    if changed:
        await wake.project(tenant, channel, STREAM)
        await wake.push(tenant, route.shop, "ordinary")
    return changed


async def take_up(tenant: UUID, channel: UUID, asked: Commands, wake: Wake) -> bool:
    """One batch of customers that changed on either side, or whose ERP is to be looked at again. True when some are left."""
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel)
        if route is None or not route.live:
            return False
        found = await projections.marks(channel, STREAM, BATCH)
        customers = {one.key for one in found} | set(await repository.due(channel, BATCH))
        due = await _bring(route, sorted(customers), asked)
        await projections.clear(channel, STREAM, found)
    if due:
        await wake.push(tenant, route.shop, "ordinary")
    return len(found) == BATCH


async def answered(tenant: UUID, once: str, asked: Commands, wake: Wake) -> None:
    """An agent answered a command of ours: the customer that waited for it goes on."""
    channel = marks.channel_of(once)
    if channel is None:
        return
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel)
        if route is None:
            return
        waiting = {
            customer
            for account, customer, attempt in await repository.asked_of(channel)
            if once
            in (marks.write_mark(channel, account, attempt), marks.read_mark(channel, account, attempt))
        }
        await _bring(route, sorted(waiting), asked)


async def _bring(route: CustomerRoute, customers: Sequence[str], asked: Commands) -> bool:
    due = False
    for one in await repository.lock(route.channel, customers):
        try:
            async with current_connection().transaction():  # one bad customer does not stop the good ones
                due = await bringing.bring(route, one, asked) or due
        except NOT_OURS:
            raise
        except Exception as error:
            log.error("customer stopped by a bug", customer=one.customer, trace=trace(error))
            await _stopped(route, one, error)
    return due


async def _stopped(route: CustomerRoute, found: Linked, error: Exception) -> None:
    problem = Problem("bug", bringing.OUR_FAULT.fill(customer=found.customer), detail=place(error))
    await repository.held(route.channel, found, problem)
    await bringing.note(route, found, Event.CUSTOMER_HELD, problem=problem)


async def settings_changed(tenant: UUID, channel: UUID, settings: ChannelSettings) -> None:
    """Inside the caller's transaction, after other owners were chosen: every customer is looked at anew."""
    await repository.look_anew(channel)
    if not settings.customers.to_shop:
        await shop_repository.undesire_all(channel)
    await mark(tenant, channel, STREAM, await repository.all_customers(channel))


async def retry(tenant: UUID, channel: UUID, account: str, person: UUID, wake: Wake) -> bool:
    """A person wants what was refused, by the ERP or by the shop, tried again. False where nothing waits for that."""
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel)
        if route is None:
            return False
        customer = (await repository.customers_of(channel, [account])).get(account)
        done = await repository.release(channel, account)
        done = await shop_repository.release_push(channel, account) or done
        if not done or customer is None:
            return False
        entry = Entry(
            stream=STREAM,
            key=customer,
            event=Event.RETRIED,
            connection=route.erp,
            channel=channel,
            account=person,
        )
        await write_entries(tenant, [entry])
        await mark(tenant, channel, STREAM, [customer])
    await wake.project(tenant, channel, STREAM)
    await wake.push(tenant, route.shop, "ordinary")
    return True
