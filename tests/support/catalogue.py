"""Records of an ERP, made short, and strategies for hypothesis that make many."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.projection import Projection
from raccord.core.rules import Mapping
from raccord_connectors.canonical import (
    Axis,
    DepotStock,
    EcoContribution,
    Price,
    PriceSet,
    Product,
    StockLevels,
    Tax,
    Variant,
    plain,
)
from raccord_connectors.contract import Choice, Discovery

TODAY = date(2026, 11, 24)
SHOP = Discovery(
    currency="EUR",
    prices_include_tax=True,
    tax_classes=(
        Choice("", "Normal", {"rate": "20"}),
        Choice("reduced-rate", "Réduit", {"rate": "5.5"}),
        Choice("zero-rate", "Zéro", {"rate": "0"}),
    ),
)
"""A shop that sells with tax and tells its rates."""


def product(key: str = "CHAISE", **fields: Any) -> Product:
    given = {"sku": key, "name": f"Article {key}", "tax": Tax(code="V20", rate=Decimal(20))}
    return Product(key=key, **{**given, **fields})


def with_variants(key: str, *colours: str, **fields: Any) -> Product:
    variants = [
        Variant(key=f"{key}|{colour}", sku=f"{key}-{colour}", options={"1": colour}) for colour in colours
    ]
    return product(key, axes=[Axis("1", "Couleur")], variants=variants, **fields)


def prices(item: str, amount: str | Decimal, *, tax_included: bool = False, **fields: Any) -> PriceSet:
    price = Price(amount=Decimal(amount), tax_included=tax_included, **fields)
    return PriceSet(key=item, product=item.partition("|")[0], prices=[price])


def stock(item: str, real: str | None, *, depot: str = "1", **natures: str) -> StockLevels:
    figures = {name: Decimal(value) for name, value in natures.items()}
    row = DepotStock(depot=depot, real=None if real is None else Decimal(real), **figures)
    return StockLevels(key=item, product=item.partition("|")[0], depots=[row])


def projection(
    settings: ChannelSettings | None = None, shop: Discovery = SHOP, mapping: Mapping | None = None
) -> Projection:
    return Projection(
        mapping or default_mapping("memory_erp", "memory_shop"), settings or ChannelSettings(), shop
    )


# ------------------------------------------------------------------------------------------------ strategies

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
cents = st.integers(1, 10_000_000).map(lambda n: plain(Decimal(n) / 100))
rates = st.sampled_from([Decimal(r) for r in ("0", "2.1", "5.5", "8.5", "10", "20")])
quantities = st.decimals(-50, 500, places=3, allow_nan=False, allow_infinity=False).map(plain)


@st.composite
def products(draw: st.DrawFn) -> Product:
    """Any article with a known rate of the shop, plain or with variants, sound or not."""
    key = draw(st.text("ABC123-", min_size=1, max_size=8))
    rate = draw(st.sampled_from([Decimal("20"), Decimal("5.5"), Decimal("0")]))
    fields: dict[str, Any] = {
        "sku": draw(words),
        "name": draw(words),
        "description": draw(words),
        "brand": draw(st.none() | words),
        "ean": draw(st.none() | st.sampled_from(["3017620422003", "3017620422004", "x"])),
        "tax": draw(st.none() | st.just(Tax(code="V", rate=rate))),
        "weight_g": draw(st.none() | cents),
        "eco_contribution": draw(st.none() | cents.map(lambda a: EcoContribution(code="D", amount=a))),
        "custom": draw(st.dictionaries(st.sampled_from(["MARQUE", "COULEUR"]), words, max_size=2)),
    }
    colours = draw(st.lists(st.sampled_from(["rouge", "bleu", "vert"]), unique=True, max_size=3))
    return with_variants(key, *colours, **fields) if colours else product(key, **fields)


@st.composite
def priced(draw: st.DrawFn, article: Product) -> dict[str, PriceSet]:
    """Prices of some of its items."""
    return {
        item: prices(item, draw(cents), tax_included=draw(st.booleans()))
        for item in article.items()
        if draw(st.booleans())
    }
