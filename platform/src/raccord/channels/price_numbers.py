"""What price rules make of one live article, line by line: the ERP's price, the conversion, the rounding, the shop's price."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from raccord.channels import views
from raccord.channels.live_article import Live
from raccord.core.channel import ChannelSettings
from raccord.core.price_story import Step, story
from raccord.core.pricing import Article, PriceRule, UnknownRate, ordinary_price, quantity_tiers
from raccord.core.projection import Projection
from raccord.core.rules import Mapping
from raccord.core.values import number
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord_connectors.canonical import OfferPrice, Price, Tier
from raccord_connectors.contract import Discovery, Message

LONGEST = 24
"""Items of one article that are shown."""


class PriceNumbers(Struct, frozen=True, kw_only=True):
    """One item."""

    item: str
    title: str
    steps: list[Step]
    price: OfferPrice | None
    no_rate: bool
    """The article's VAT rate is missing, and was needed."""
    tiers: list[Tier]
    shown: Decimal | None
    """What the shop was given last."""
    all_prices: list[Price]


class Prices(Struct, frozen=True):
    numbers: list[PriceNumbers]
    held: Message | None
    """Why the article would be held with these rules and the draft's mapping."""


class _Rules(NamedTuple):
    """What all items of the article have in common."""

    rule: PriceRule
    today: date
    categories: dict[str, str]
    """Titles of the ERP's price categories."""


async def price_numbers(
    route: Route, mapping: Mapping, settings: ChannelSettings, live: Live, erp: Discovery | None
) -> Prices:
    """Of each item of the article, today. Not inside a transaction."""
    shop = msgspec.json.decode(route.discovery or "{}", type=Discovery)
    today = datetime.now(ZoneInfo(route.timezone)).date()
    categories = {choice.key: choice.title for choice in (erp.price_categories if erp else ())}
    rule = PriceRule.of(settings.prices, shop.prices_include_tax, shop.net_price_decimals)
    rules = _Rules(rule, today, categories)
    items = live.product.items()[:LONGEST]
    async with tenant_transaction(route.tenant):
        shown = await views.shown_prices(route.channel, live.key)
    titles = {variant.key: " · ".join(variant.options.values()) for variant in live.product.variants}
    loaded = live.loaded
    projected = Projection(mapping, settings, shop).listing(
        live.product, loaded.prices, loaded.paths, today, loaded.stock
    )
    return Prices(
        [
            _numbers(item, titles.get(item, ""), live, rules, _article(live, item, settings), shown.get(item))
            for item in items
        ],
        projected.problem.message if projected.problem else None,
    )


def _article(live: Live, item: str, settings: ChannelSettings) -> Article:
    product, field = live.product, settings.prices.crossed_out_field
    own = next((variant.custom for variant in product.variants if variant.key == item), {})
    return Article(
        product.tax.rate if product.tax else None,
        product.eco_contribution,
        number(own.get(field, product.custom.get(field))) if field else None,
    )


def _numbers(
    item: str,
    title: str,
    live: Live,
    rules: _Rules,
    article: Article,
    shown: Decimal | None,
) -> PriceNumbers:
    rule, today, categories = rules
    known = live.loaded.prices.get(item)
    steps: list[Step] = []
    price, tiers, no_rate = None, [], False
    try:
        steps = story(known, rule, article, today, categories)
        price = ordinary_price(known, rule, article, today)
        tiers = quantity_tiers(known, rule, article, today)
    except UnknownRate:
        no_rate = True
    return PriceNumbers(
        item=item,
        title=title,
        steps=steps,
        price=price,
        no_rate=no_rate,
        tiers=tiers,
        shown=shown,
        all_prices=known.prices if known else [],
    )
