"""How much of some items may be sold: the merchant's rule over the ERP's stock, the kits and the sales, loaded in sets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.stock_rule import (
    NOT_SOLD,
    UNCOUNTED,
    UNKNOWN,
    Sellable,
    StockSum,
    limited_kit,
    of_kit,
    pack_of,
    spread_sales,
)
from raccord.storage import item_codes, kits, projections
from raccord.storage.projections import Route
from raccord.sync.ports import Orders
from raccord.sync.records import former
from raccord_connectors.canonical import Component, Product, StockLevels


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
        self._sold_out: dict[str, str] = {}
        self._sum = StockSum(settings.stock)
        # How much is shown at most, and in whole packs, says nothing of how many kits can be made.
        self._sum_of_parts = StockSum(replace(settings.stock, maximum=None, whole_packs=False))
        self._parts: dict[str, Sellable] = {}
        self._known: dict[str, Sellable] = {}

    async def affected(self, items: Sequence[str]) -> list[str]:
        """These items, and all that share a component with them: what is sold of one is taken from the others."""
        own = await self._products_of(items)
        await refresh_kits(self._route, own, own)
        parts = await kits.with_parts(self._route.erp, items)
        return sorted(await kits.with_kits(self._route.erp, parts))

    async def load(
        self, items: Sequence[str], orders: Orders | None, owners: Mapping[str, str] | None = None
    ) -> Sequence[str]:
        """Returns the items of which a sale turned out to be in the ERP's stock by now. `orders` None: nothing is written;
        `owners`: the products of items that nothing else may know yet."""
        erp = self._route.erp
        parts = await kits.with_parts(erp, items)
        sellers = await kits.with_parts(erp, await kits.with_kits(erp, parts))
        # A sale that the snapshot shows by now ends here, before it would be subtracted a second time.
        ended = await orders.end_reflected(self._route.tenant, erp, sorted(sellers)) if orders else []
        self._kits = await kits.parts_of(erp, sellers)
        self._sold = spread_sales(await kits.sold(erp, sellers), self._kits)
        levels = await projections.records(erp, "stock", parts)
        found = {key: former("stock", data) for key, data in levels.items()}
        self._levels = {key: one for key, one in found.items() if isinstance(one, StockLevels)}
        by_code = await item_codes.products_of(self._route.channel, list(parts))
        by_stock = {item: levels.product for item, levels in self._levels.items()}
        known = {**by_code, **by_stock, **(owners or {})}
        self._product_of = {item: known.get(item) or item for item in parts}
        self._products = await self._products_of(set(self._product_of.values()))
        self._sold_out = await projections.sold_out(self._route.channel, items)
        return ended

    @property
    def levels(self) -> Mapping[str, StockLevels]:
        """What the ERP says, by item; what it does not know is not there."""
        return self._levels

    @property
    def backorders(self) -> bool:
        return self._settings.stock.backorders

    def sold_out(self, item: str) -> str | None:
        """The product whose listing left the sale and stays visible, with nothing to sell."""
        return self._sold_out.get(item)

    def product_of(self, item: str) -> str:
        return self._product_of[item]

    def is_there(self, item: str) -> bool:
        return self._product_of[item] in self._products

    def sellable(self, item: str) -> Sellable:
        if item not in self._known:
            self._known[item] = self._sellable(item)
        return self._known[item]

    def _sellable(self, item: str) -> Sellable:
        uncounted = self._uncounted(item)
        if uncounted is not None:
            return uncounted
        if self._kits.get(item):
            return limited_kit(self._of_parts(item, frozenset()), self._settings.stock)
        return self._of_item(item, self._sum)

    def _of_parts(self, item: str, inside: frozenset[str]) -> Sellable:
        """As a component of kits, or as the kit itself."""
        if item not in self._parts:
            self._parts[item] = self._part(item, inside)
        return self._parts[item]

    def _part(self, item: str, inside: frozenset[str]) -> Sellable:
        parts = self._kits.get(item)
        uncounted = None if parts else self._uncounted(item)
        if uncounted is not None:
            return uncounted
        if parts and item in inside:
            return UNKNOWN  # a kit that contains itself
        if parts:
            within = inside | {item}
            return of_kit(parts, {part.item: self._of_parts(part.item, within) for part in parts})
        return self._of_item(item, self._sum_of_parts)

    def _uncounted(self, item: str) -> Sellable | None:
        product = self._product(item)
        counting = self._settings.stock.counting(product.stock_policy) if product else "count"
        return None if counting == "count" else UNCOUNTED if counting == "always" else NOT_SOLD

    def _of_item(self, item: str, rule: StockSum) -> Sellable:
        sold = self._sold.get(item, Decimal(0))
        return rule.of_item(self._levels.get(item), sold, pack_of(self._product(item)))

    def _product(self, item: str) -> Product | None:
        return self._products.get(self._product_of.get(item, item))

    async def _products_of(self, keys: Collection[str]) -> dict[str, Product]:
        stored = await projections.records(self._route.erp, "products", keys)
        found = {key: former("products", data) for key, data in stored.items()}
        return {key: one for key, one in found.items() if isinstance(one, Product)}


async def refresh_kits(route: Route, keys: Iterable[str], products: Mapping[str, Product]) -> set[str]:
    """Of these articles, those that are kits, and those that are none any more."""
    parts = {
        key: product.components if (product := products.get(key)) and product.stock_policy == "kit" else []
        for key in keys
    }
    return await kits.refresh(route.tenant, route.erp, parts)
