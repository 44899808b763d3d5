"""What one can do with channels."""

import uuid
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec

from raccord.channels import errors, repository
from raccord.channels.errors import ChannelError
from raccord.channels.models import BrakeRow, Channel, StockStory
from raccord.core.channel import ChannelSettings, with_rules_of
from raccord.core.default_mapping import default_mapping
from raccord.core.stock_rule import explain
from raccord.customers import service as customers
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.mappings import repository as mappings
from raccord.orders import repository as orders
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import mark
from raccord.sync import first_match as matching
from raccord.sync import withdrawals
from raccord.sync.first_match import Matched
from raccord.sync.ports import Orders, Shops, Wake, lane_of
from raccord.sync.project_availability import Stocks
from raccord.tenants.service import note
from raccord_connectors.contract import Discovery


async def create(
    tenant: UUID, name: str, erp: UUID, shop: UUID, settings: ChannelSettings, account: UUID | None = None
) -> UUID:
    """As a draft, with the default mapping for this pair. Raises `ChannelError`."""
    channel = uuid.uuid4()
    async with tenant_transaction(tenant):
        sides = await repository.connection(erp), await repository.connection(shop)
        if [side.side if side else None for side in sides] != ["erp", "shop"]:
            raise ChannelError(errors.WRONG_SIDES.fill(), "shop")
        other = await repository.name_on_shop(shop)
        if other is not None:
            raise ChannelError(errors.SHOP_TAKEN.fill(channel=other), "shop")
        assert sides[0] is not None
        assert sides[1] is not None
        demand_known(settings, sides[0].discovery)
        packed = msgspec.json.encode(settings).decode()
        await repository.insert(tenant, channel, name.strip(), erp, shop, packed)
        rules = msgspec.json.encode(default_mapping(sides[0].connector, sides[1].connector)).decode()
        await mappings.activate(tenant, channel, rules, packed, account, "")
        await note(tenant, account, "channel.created", str(channel))
    return channel


async def go_live(
    tenant: UUID, channel: UUID, shops: Shops, wake: Wake, account: UUID | None = None
) -> Matched:
    """Matches what the shop has already, then puts the channel on air. Raises `ChannelError`, and `ConfigError` or
    `TransientError` when the shop cannot be read: the channel then stays as it was, and it can be tried again."""
    async with tenant_transaction(tenant):
        found = await _found(channel)
        shop = await repository.connection(found.shop)
        if shop is None or shop.state != "ready":
            raise ChannelError(errors.SHOP_NOT_READY.fill(), "shop")
    matched = await matching.first_match(shops, tenant, channel)
    async with tenant_transaction(tenant):
        await repository.set_state(channel, "live")
        await projections.mark_everything(tenant, channel, found.erp)
        await note(tenant, account, "channel.live", str(channel))
    await wake.hooks(tenant, channel)
    await _wake_all(wake, tenant, channel)
    return matched


async def pause(tenant: UUID, channel: UUID, account: UUID | None = None) -> None:
    """Nothing is sent or collected; what changes meanwhile is caught up afterwards."""
    async with tenant_transaction(tenant):
        await _found(channel)
        await repository.set_state(channel, "paused")
        await note(tenant, account, "channel.paused", str(channel))


async def resume(tenant: UUID, channel: UUID, wake: Wake, account: UUID | None = None) -> None:
    async with tenant_transaction(tenant):
        found = await _found(channel)
        await repository.set_state(channel, "live")
        await note(tenant, account, "channel.live", str(channel))
    await _wake_all(wake, tenant, channel)
    await wake.push(tenant, found.shop, "urgent")
    await wake.push(tenant, found.shop, "ordinary")
    await wake.collect(tenant, channel)


async def change_settings(
    tenant: UUID, channel: UUID, settings: ChannelSettings, wake: Wake, account: UUID | None = None
) -> None:
    """What concerns orders and the brake applies at once. Where the catalogue's rules differ it is a new version, everything is
    projected again, and only what differs is sent; pages leave that to a draft and its plan (`mappings`)."""
    async with tenant_transaction(tenant):
        found = await _found(channel)
        erp = await repository.connection(found.erp)
        demand_known(settings, erp.discovery if erp else None)
        of_catalogue = with_rules_of(found.settings, settings) != found.settings
        if of_catalogue:
            await _make_version(tenant, channel, settings, account)
            await projections.mark_everything(tenant, channel, found.erp)
        else:
            await repository.save_settings(channel, msgspec.json.encode(settings).decode())
        of_pictures = settings.media != found.settings.media
        if (
            of_pictures and not of_catalogue
        ):  # they belong to no version: nothing of the articles' own changes
            await projections.mark_everything(tenant, channel, found.erp)
        of_customers = settings.customers != found.settings.customers
        if of_customers:
            await customers.settings_changed(tenant, channel, settings)
        await orders.rouse(channel, settings.orders.stages)  # the sweep finds them
        await note(tenant, account, "channel.settings", str(channel))
    if of_catalogue or of_pictures:
        await _wake_all(wake, tenant, channel)
    if of_customers:
        await wake.project(tenant, channel, "customers")


async def by_id(tenant: UUID, channel: UUID) -> Channel | None:
    async with tenant_transaction(tenant):
        return await repository.by_id(channel)


async def every(tenant: UUID) -> list[Channel]:
    async with tenant_transaction(tenant):
        return await repository.every()


# ---------------------------------------------------------------------------------------- what waits for a person


async def retry(
    tenant: UUID,
    channel: UUID,
    stream: str,
    keys: Sequence[str] | None,
    wake: Wake,
    account: UUID | None = None,
) -> int:
    """Tries again what is held or failed (`keys` None: all of the stream); returns how many. What vanished from the shop is
    created again; what the projection holds is projected again. Doubtful matches need `resolve`."""
    async with tenant_transaction(tenant):
        found = await _found(channel)
        released = await repository.retry(channel, stream, keys)
        held = [key for key, is_held in released if is_held]
        await mark(tenant, channel, stream, held)
        entries = [
            Entry(
                stream=stream,
                key=key,
                event=Event.RETRIED,
                channel=channel,
                connection=found.shop,
                account=account,
            )
            for key, _ in released
        ]
        await write_entries(tenant, entries)
    if held:
        await wake.project(tenant, channel, stream)
    if len(held) < len(released):
        await wake.push(tenant, found.shop, lane_of(stream))
    return len(released)


async def resolve(
    tenant: UUID,
    channel: UUID,
    product: str,
    listing: str | None,
    shops: Shops,
    wake: Wake,
    account: UUID | None = None,
) -> bool:
    """Says which listing of the shop a doubtful article is (None: create it)."""
    done = await matching.resolve(shops, tenant, channel, product, listing)
    if done:
        async with tenant_transaction(tenant):
            await mark(tenant, channel, "listings", [product])
            told = {"listing": listing}
            entry = Entry(
                stream="listings",
                key=product,
                event=Event.MATCHED,
                channel=channel,
                account=account,
                after=msgspec.json.encode(told),
            )
            await write_entries(tenant, [entry])
            found = await _found(channel)
        await _wake_all(wake, tenant, channel)
        await wake.push(tenant, found.shop, "ordinary")  # what is desired may be known already
    return done


async def open_brakes(tenant: UUID) -> list[BrakeRow]:
    async with tenant_transaction(tenant):
        return await repository.open_brakes()


async def decide_brake(
    tenant: UUID, brake: UUID, decision: Literal["go", "dismissed"], wake: Wake, account: UUID | None = None
) -> bool:
    return await withdrawals.decide(tenant, brake, decision, account, wake)


async def explain_stock(tenant: UUID, channel: UUID, item: str, orders: Orders) -> StockStory:
    """The sum behind the quantity of one item, as of now."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        if route is None:
            raise ChannelError(errors.UNKNOWN.fill())
        stocks = Stocks(route, msgspec.json.decode(route.settings, type=ChannelSettings))
        await stocks.load([item], orders)
    sellable = stocks.sellable(item)
    quantity = None if sellable.quantity is None else f"{sellable.quantity:f}"
    return StockStory(item, quantity, explain(sellable))


async def _found(channel: UUID) -> Channel:
    found = await repository.by_id(channel)
    if found is None:
        raise ChannelError(errors.UNKNOWN.fill())
    return found


async def _make_version(tenant: UUID, channel: UUID, settings: ChannelSettings, account: UUID | None) -> None:
    active = await mappings.active(channel)
    if active is not None:
        rules = active.rules
    else:
        sides = await mappings.channel(channel)
        assert sides is not None, "the caller has seen the channel"
        rules = msgspec.json.encode(default_mapping(sides.erp_connector, sides.shop_connector)).decode()
    await mappings.activate(tenant, channel, rules, msgspec.json.encode(settings).decode(), account, "")


async def _wake_all(wake: Wake, tenant: UUID, channel: UUID) -> None:
    for stream in ("listings", "availability", "order_updates"):
        await wake.project(tenant, channel, stream)


def demand_known(settings: ChannelSettings, discovery: str | None) -> None:
    """A depot or price category that the ERP does not have would empty the shop, or sell at other prices: `ChannelError`."""
    if discovery is None:
        return
    erp = msgspec.json.decode(discovery, type=Discovery)
    depots = [depot.key for depot in erp.depots]
    for depot in settings.stock.depots:
        if depots and depot not in depots:
            raise ChannelError(errors.UNKNOWN_DEPOT.fill(depot=depot, known=", ".join(depots)), "depots")
    categories = [category.key for category in erp.price_categories]
    prices = settings.prices
    asked = {"price_category": prices.category}
    if prices.crossed_out == "category":
        asked["crossed_out_category"] = prices.crossed_out_category
    for field, category in asked.items():
        if category and categories and category not in categories:
            known = ", ".join(categories)
            raise ChannelError(errors.UNKNOWN_CATEGORY.fill(category=category, known=known), field)
