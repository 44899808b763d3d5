"""What a publication rule makes of the catalogue: how many articles are in the shop, how many out and why, and one’s verdict."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.conditions import Known
from raccord.core.placing import build_lines, build_paths
from raccord.core.publication import Publication, Verdict
from raccord.mappings import articles
from raccord.mappings.articles import Loaded
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.storage.projections import Route
from raccord.sync.ports import Orders
from raccord.sync.project_availability import Stocks
from raccord_connectors.canonical import Category, Product
from raccord_connectors.contract import Discovery, Message

AT_ONCE = 500
BY_ITSELF = 20_000
"""Articles that are counted without being asked; a larger catalogue is counted when a person says so."""
EXAMPLES = 3


class Out(Struct):
    """Why some articles are not in the shop."""

    count: int
    said: Message
    """Of the first of them."""
    examples: list[str]
    """Their keys."""


class Count(Struct, frozen=True):
    known: int
    """Articles of the ERP."""
    counted: bool
    inside: int = 0
    unsure: int = 0
    """Out only because something is not known yet; the shop keeps those that it has."""
    out: list[Out] = []
    """By reason, the most frequent first; an article with several reasons counts for its first."""


class Branch(Struct, frozen=True):
    """A family or category, as the conditions offer it."""

    key: str
    title: str
    depth: int


async def categories(erp: UUID) -> list[Category]:
    """All of the ERP. In the tenant's transaction."""
    rows = await current_connection().fetch(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'categories' AND deleted_at IS NULL "
        "ORDER BY key",
        erp,
    )
    decoder = msgspec.json.Decoder(Category)
    return [decoder.decode(row["data"]) for row in rows]


def branches(found: Sequence[Category]) -> list[Branch]:
    """Each below what it belongs to, alphabetically; one that hangs below nothing known stands at the top."""
    known = {one.key: one for one in found}
    below: dict[str | None, list[Category]] = {}
    for one in found:
        below.setdefault(one.parent if one.parent in known else None, []).append(one)
    shown: list[Branch] = []
    seen: set[str] = set()

    def visit(parent: str | None, depth: int) -> None:
        for one in sorted(below.get(parent, []), key=lambda one: (one.name.casefold(), one.key)):
            if one.key not in seen:
                seen.add(one.key)
                shown.append(Branch(one.key, one.name.strip() or one.key, depth))
                visit(one.key, depth + 1)

    visit(None, 0)
    # Those that hang below themselves are reached from nowhere.
    return shown + [Branch(one.key, one.name.strip() or one.key, 0) for one in found if one.key not in seen]


class Judge:
    """A channel's rule over the articles of its ERP, as it stands in the form."""

    def __init__(self, route: Route, settings: ChannelSettings, orders: Orders) -> None:
        """Raises `PublicationError` and `FormulaError`."""
        shop = msgspec.json.decode(route.discovery or "{}", type=Discovery)
        self._rule = Publication(settings, shop.prices_include_tax)
        self._route = route
        self._settings = settings
        self._orders = orders
        self._today: date = datetime.now(ZoneInfo(route.timezone)).date()
        self._places: list[Category] | None = None

    async def verdicts(self, loaded: Loaded) -> dict[str, Verdict]:
        """By article. In the tenant's transaction."""
        if self._places is None:
            self._places = await categories(self._route.erp)
            self._lines, self._paths = build_lines(self._places), build_paths(self._places)
        sellable = {}
        if self._rule.in_stock:
            items = [
                item
                for product in loaded.products.values()
                if self._rule.is_candidate(product)
                for item in product.items()
            ]
            stocks = Stocks(self._route, self._settings)
            await stocks.load(items, self._orders)
            sellable = {item: stocks.sellable(item) for item in items}
        known = Known(loaded.prices, self._lines, self._paths, sellable, loaded.stock, self._today)
        return {key: self._rule.verdict(product, known) for key, product in loaded.products.items()}

    async def verdict(self, product: Product, loaded: Loaded) -> Verdict:
        async with tenant_transaction(self._route.tenant):
            return (await self.verdicts(loaded))[product.key]

    async def count(self, *, asked: bool) -> Count:
        """Of the whole catalogue; of a large one only when it was `asked` for. A transaction for each batch."""
        tenant, erp = self._route.tenant, self._route.erp
        async with tenant_transaction(tenant):
            known = await articles.how_many(erp)
        if known > BY_ITSELF and not asked:
            return Count(known, False)
        inside, unsure, out, after = 0, 0, dict[str, Out](), ""
        while True:
            async with tenant_transaction(tenant):
                keys = await articles.next_keys(erp, after, AT_ONCE)
                verdicts = await self.verdicts(await articles.load(erp, keys)) if keys else {}
            for key, verdict in verdicts.items():
                if verdict.is_in:
                    inside += 1
                    continue
                unsure += verdict.unsure
                why = verdict.reasons[0]
                found = out.setdefault(why.code, Out(0, why, []))
                found.count += 1
                if len(found.examples) < EXAMPLES:
                    found.examples.append(key)
            if len(keys) < AT_ONCE:
                break
            after = keys[-1]
        return Count(
            known, True, inside, unsure, sorted(out.values(), key=lambda one: (-one.count, one.said.code))
        )
