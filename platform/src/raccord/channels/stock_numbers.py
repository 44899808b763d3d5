"""What a stock rule makes of one live article: the sum step by step, by depot, and kits by their scarcest component.

Made by the very code that decides what is pushed, with the rule as it stands in the form instead of the one in force.
"""

from decimal import Decimal

from msgspec import Struct

from raccord.channels import views
from raccord.channels.live_article import Live
from raccord.channels.rule_forms import FIGURES
from raccord.core.channel import ChannelSettings, StockRule
from raccord.core.stock_rule import Part, Sellable, explain
from raccord.front.figures import Waterfall, waterfall
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.sync.ports import Orders
from raccord.sync.project_availability import Stocks
from raccord_connectors.canonical import StockLevels
from raccord_connectors.contract import Choice, Discovery, Message

LONGEST = 24
"""Items of one article that are shown; one with more variants shows its first."""


class DepotLine(Struct, frozen=True):
    title: str
    counts: bool
    """Whether the rule takes this depot."""
    amounts: dict[str, Decimal | None]
    """By figure; those that the ERP keeps of no depot are absent."""


class PartLine(Struct, frozen=True):
    """One component of a kit."""

    item: str
    available: Decimal | None
    per_kit: Decimal
    kits: Decimal | None
    scarcest: bool
    why: Message


class StockNumbers(Struct, frozen=True, kw_only=True):
    """One item."""

    item: str
    title: str
    why: Message
    quantity: Decimal | None
    shown: Decimal | None
    """What the shop was given last."""
    drawn: Waterfall | None
    depots: list[DepotLine]
    parts: list[PartLine]


async def stock_numbers(
    route: Route, settings: ChannelSettings, live: Live, erp: Discovery | None, orders: Orders
) -> list[StockNumbers]:
    """Of each item of the article. Not inside a transaction."""

    items = live.product.items()[:LONGEST]
    rule, stocks = settings.stock, Stocks(route, settings)
    async with tenant_transaction(route.tenant):
        await stocks.load(items, orders)
        shown = await views.shown_stock(route.channel, items)
        levels = live.loaded.stock
    titles = {variant.key: " · ".join(variant.options.values()) for variant in live.product.variants}
    known = erp.depots if erp else ()
    return [
        StockNumbers(
            item=item,
            title=titles.get(item, ""),
            why=explain(sellable),
            quantity=sellable.quantity,
            shown=shown.get(item),
            drawn=_drawn(sellable),
            depots=_depots(levels.get(item), rule, known),
            parts=[_part(part, sellable, stocks) for part in sellable.parts],
        )
        for item in items
        for sellable in (stocks.sellable(item),)
    ]


def _drawn(sellable: Sellable) -> Waterfall | None:
    if not sellable.terms or sellable.quantity is None:
        return None
    return waterfall([(term.name, term.amount) for term in sellable.terms], sellable.quantity, "total")


def _depots(levels: StockLevels | None, rule: StockRule, known: tuple[Choice, ...]) -> list[DepotLine]:
    titles = {choice.key: choice.title for choice in known}
    rows = levels.depots if levels else []
    kept = [name for name in FIGURES if name == "real" or any(getattr(row, name) is not None for row in rows)]
    return [
        DepotLine(
            titles.get(row.depot) or row.depot,
            not rule.depots or row.depot in rule.depots,
            {name: getattr(row, name) for name in kept},
        )
        for row in rows
    ]


def _part(part: Part, kit: Sellable, stocks: Stocks) -> PartLine:
    fewest = min((one.kits for one in kit.parts if one.kits is not None), default=None)
    return PartLine(
        part.item,
        part.available,
        part.per_kit,
        part.kits,
        part.kits is not None and part.kits == fewest,
        explain(stocks.sellable(part.item)),
    )
