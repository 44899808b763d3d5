"""A batch of items whose stock, or sales, changed: how much of each may be sold, and of the kits that contain them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.projection import availability
from raccord.core.stock_rule import UNCOUNTED, UNKNOWN, Sellable, explain, of_item, of_kit, spread_sales
from raccord.storage import item_codes, kits, projections, trials
from raccord.storage.projections import Bound, Desire, Mark, Route
from raccord.sync import desires
from raccord.sync.ports import Orders
from raccord.sync.project_listings import is_due, refresh_kits
from raccord.sync.records import former
from raccord_connectors.canonical import Component, Product, StockLevels, encode, fingerprint
from raccord_connectors.contract import Problem, Text

UNKNOWN_STOCK = Text(
    "projection.unknown_stock",
    "Article {item} : la gestion ne connaît pas son stock ({reason}). La boutique garde la quantité qu’elle a ; saisissez un "
    "stock dans la gestion.",
    "Article {item}: the ERP does not know its stock ({reason}). The shop keeps the quantity that it has; enter a stock in "
    "the ERP.",
)
UNCOUNTED_POLICIES = ("untracked", "made_to_order")


async def project_availability(
    route: Route,
    settings: ChannelSettings,
    marks: Sequence[Mark],
    orders: Orders,
    trial: ChannelSettings | None = None,
) -> bool:
    """In the tenant's transaction. Tells whether something is to be pushed now. `trial`: what the items on trial follow; of a
    channel that is not on air, there are no others.

    Only items that the shop has are given a quantity; the others are looked at for the kits that they are in."""
    since = {mark.key: mark.since for mark in marks}
    world = Stocks(route, settings)
    affected = await world.affected(list(since))
    bound = await projections.lock_bindings(route.channel, "availability", affected)
    wanted = [item for item, one in bound.items() if one.target is not None]
    tried = await trials.among(route.channel, "availability", wanted) if trial is not None else set()
    if route.state != "live":
        wanted = [item for item in wanted if item in tried]
    if not wanted:
        return False
    await world.load(wanted, orders)
    worlds = dict.fromkeys(wanted, world)
    if tried and trial is not None:
        other = Stocks(route, trial)
        await other.load(sorted(tried), orders)
        worlds |= dict.fromkeys(tried, other)
    first = min(since.values())
    decided = [
        desire
        for item in wanted
        if (desire := decide(worlds[item], item, bound[item], since.get(item, first))) is not None
    ]
    await projections.save_desires(route.tenant, route.channel, "availability", decided)
    new = {desire.key: desire for desire in decided}
    return any(
        new[item].desired_print not in (None, one.pushed_print) if item in new else is_due(one)
        for item, one in bound.items()
    )


class Stocks:
    """What is needed to say how much of some items may be sold."""

    def __init__(self, route: Route, settings: ChannelSettings) -> None:
        self._route = route
        self._settings = settings
        self._kits: dict[str, list[Component]] = {}
        self._levels: dict[str, StockLevels] = {}
        self._products: dict[str, Product] = {}
        self._product_of: dict[str, str] = {}
        self._sold: dict[str, Decimal] = {}
        self._known: dict[str, Sellable] = {}

    async def affected(self, items: Sequence[str]) -> list[str]:
        """These items, and all that share a component with them: what is sold of one is taken from the others."""
        own = await self._products_of(items)
        await refresh_kits(self._route, own, own)
        parts = await kits.with_parts(self._route.erp, items)
        return sorted(await kits.with_kits(self._route.erp, parts))

    async def load(self, items: Sequence[str], orders: Orders) -> None:
        erp = self._route.erp
        parts = await kits.with_parts(erp, items)
        sellers = await kits.with_parts(erp, await kits.with_kits(erp, parts))
        # A sale that the snapshot shows by now ends here, before it would be subtracted a second time.
        await orders.end_reflected(self._route.tenant, erp, sorted(sellers))
        self._kits = await kits.parts_of(erp, sellers)
        self._sold = spread_sales(await kits.sold(erp, sellers), self._kits)
        levels = await projections.records(erp, "stock", parts)
        found = {key: former("stock", data) for key, data in levels.items()}
        self._levels = {key: one for key, one in found.items() if isinstance(one, StockLevels)}
        by_code = await item_codes.products_of(self._route.channel, list(parts))
        by_stock = {item: levels.product for item, levels in self._levels.items()}
        self._product_of = {item: by_stock.get(item) or by_code.get(item) or item for item in parts}
        self._products = await self._products_of(set(self._product_of.values()))

    def product_of(self, item: str) -> str:
        return self._product_of[item]

    def is_there(self, item: str) -> bool:
        return self._product_of[item] in self._products

    def sellable(self, item: str, inside: frozenset[str] = frozenset()) -> Sellable:
        if item not in self._known:
            self._known[item] = self._sellable(item, inside)
        return self._known[item]

    def _sellable(self, item: str, inside: frozenset[str]) -> Sellable:
        parts = self._kits.get(item)
        if parts and item not in inside:
            within = inside | {item}
            return of_kit(parts, {part.item: self.sellable(part.item, within) for part in parts})
        product = self._products.get(self._product_of.get(item, item))
        if product is not None and product.stock_policy in UNCOUNTED_POLICIES:
            return UNCOUNTED
        if parts:
            return UNKNOWN  # a kit that contains itself
        return of_item(self._levels.get(item), self._sold.get(item, Decimal(0)), self._settings.stock)

    async def _products_of(self, keys: Collection[str]) -> dict[str, Product]:
        stored = await projections.records(self._route.erp, "products", keys)
        found = {key: former("products", data) for key, data in stored.items()}
        return {key: one for key, one in found.items() if isinstance(one, Product)}


def decide(world: Stocks, item: str, bound: Bound, since: datetime) -> Desire | None:
    """None when the binding stays as it is."""
    sellable = world.sellable(item)
    record = availability(item, world.product_of(item), sellable)
    former = desires.unpack(bound.problem)
    if record is None:
        problem = None if not sellable.tracked or not world.is_there(item) else _unknown(item, sellable)
        # Nothing is pushed that is not known; what was about to be is taken back.
        print_ = None if bound.pushed is None else UUID(bytes=fingerprint(bound.pushed.encode()))
        if bound.desired_print == print_ and former == problem:
            return None
        return Desire(item, bound.pushed, print_, since, desires.pack(problem), False, None, True)
    data = encode(record)
    print_ = UUID(bytes=fingerprint(data))
    if bound.desired_print == print_ and (former is None or former.message.code != UNKNOWN_STOCK.code):
        return None
    return Desire(item, data.decode(), print_, since, None, False, None, renewed=True)


def _unknown(item: str, sellable: Sellable) -> Problem:
    why = explain(sellable)
    filled = UNKNOWN_STOCK.fill(item=item, reason=why.en)
    french = UNKNOWN_STOCK.fill(item=item, reason=why.fr)
    return Problem("rejected", msgspec.structs.replace(filled, fr=french.fr), field="quantity")
