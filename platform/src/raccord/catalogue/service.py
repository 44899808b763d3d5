"""What one can ask of an article: the sum behind its stock, whether the channel lets it be published, the rules themselves."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from raccord.catalogue.models import Article, StockLine
from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.publication import Verdict
from raccord.core.rules import Mapping, MappingError
from raccord.core.stock_rule import explain
from raccord.orders.following import FollowUp
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.sync.commands import Commands
from raccord.sync.mappings import compile_route
from raccord.sync.project_availability import Stocks
from raccord.sync.project_listings import verdict_of
from raccord_connectors.canonical import Availability, Product


async def stock_lines(tenant: UUID, route: Route, found: Article, commands: Commands) -> list[StockLine]:
    """The sum behind each item's quantity as it is now, by the very code that decides what is pushed. In a transaction of its
    own."""
    if found.product is None:
        return []
    stocks = Stocks(route, settings_of(route))
    async with tenant_transaction(tenant):
        await stocks.load(found.items, FollowUp(commands))
    titles = _titles(found.product)
    lines = []
    for item in found.items:
        sellable, bound = stocks.sellable(item), found.availability.get(item)
        pushed = msgspec.json.decode(bound.pushed, type=Availability) if bound and bound.pushed else None
        lines.append(
            StockLine(
                item, titles.get(item, ""), explain(sellable), sellable.quantity, found.levels.get(item),
                pushed.quantity if pushed else None, bound,
            )
        )  # fmt: skip
    return lines


async def verdict(route: Route, key: str) -> Verdict | None:
    """None also when the channel's rules cannot be used: its own pages say so. Inside the tenant's transaction."""
    try:
        compiled = compile_route(route)
    except MappingError:
        return None
    return await verdict_of(route, compiled, key, datetime.now(ZoneInfo(route.timezone)).date())


def settings_of(route: Route) -> ChannelSettings:
    return msgspec.json.decode(route.settings, type=ChannelSettings)


def mapping_of(route: Route) -> Mapping:
    if route.mapping is None:
        return default_mapping(route.erp_connector, route.shop_connector)
    return msgspec.json.decode(route.mapping, type=Mapping)


def _titles(product: Product) -> dict[str, str]:
    return {variant.key: " · ".join(variant.options.values()) for variant in product.variants}
