"""What rules and formulas can read, by path: the article, the item that is sold, its price and stock, what was worked out.

`product.custom.MARQUE` is a custom field of the ERP; `custom.MARQUE` is the same, shorter, for formulas.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

from msgspec import Struct

from raccord_connectors.canonical import OfferPrice, Packaging, Product, StockLevels, Tier, Variant

Kind = Literal["text", "number", "truth", "list", "other"]
Reader = Callable[[Any], Any]


class Sources:
    """What the rules read, for one article and in turn for each of its items."""

    __slots__ = (
        "categories", "currency", "ean", "item", "price", "product", "stock", "tax_class",
        "tax_included", "tax_rate", "tiers",
    )  # fmt: skip

    product: Product
    item: Product | Variant
    categories: list[list[str]]
    tax_class: str | None
    tax_rate: Decimal | None
    price: OfferPrice | None
    tiers: list[Tier]
    ean: str | None
    stock: Mapping[str, Decimal]
    """The ERP's figures in the channel's depots, by nature; what is not known is not there."""
    currency: str
    tax_included: bool
    """What the channel's prices are in, for a price that a rule makes of a number."""


class Source(Struct, frozen=True):
    read: Reader
    kind: Kind


STOCK = ("real", "reserved", "ordered", "preparing", "in_control")

_PRODUCT: dict[str, Kind] = {
    "key": "text", "sku": "text", "name": "text", "description": "text", "summary": "text", "family": "text",
    "brand": "text", "ean": "text", "mpn": "text", "unit": "text", "weight_g": "number", "origin_country": "text",
    "customs_code": "text", "replaced_by": "text", "stock_policy": "text", "published": "truth", "active": "truth",
    "names": "other", "descriptions": "other", "categories": "list", "related": "list",
}  # fmt: skip
_ITEM: dict[str, Kind] = {
    "key": "text",
    "sku": "text",
    "ean": "text",
    "mpn": "text",
    "weight_g": "number",
    "active": "truth",
}


def _packaging(field: str) -> Reader:
    def read(given: Sources) -> Any:
        found: Packaging | None = next((one for one in given.product.packagings if one.principal), None)
        return getattr(found, field) if found is not None else None

    return read


def _within(part: str, field: str) -> Reader:
    def read(given: Sources) -> Any:
        found = getattr(given.product, part)
        return None if found is None else getattr(found, field)

    return read


def _side(number: int) -> Reader:
    return lambda given: given.product.dimensions_mm[number] if given.product.dimensions_mm else None


def _price(field: str) -> Reader:
    return lambda given: None if given.price is None else getattr(given.price, field)


def _stock(nature: str) -> Reader:
    return lambda given: given.stock.get(nature)


FOR_ALL: dict[str, Source] = {
    **{f"product.{name}": Source(attrgetter(f"product.{name}"), kind) for name, kind in _PRODUCT.items()},
    "product.tax.code": Source(_within("tax", "code"), "text"),
    "product.eco_contribution.code": Source(_within("eco_contribution", "code"), "text"),
    "product.eco_contribution.amount": Source(_within("eco_contribution", "amount"), "number"),
    "product.dimensions_mm": Source(attrgetter("product.dimensions_mm"), "other"),
    "product.dimensions_mm.length": Source(_side(0), "number"),
    "product.dimensions_mm.width": Source(_side(1), "number"),
    "product.dimensions_mm.height": Source(_side(2), "number"),
    "product.packaging.title": Source(_packaging("title"), "text"),
    "product.packaging.quantity": Source(_packaging("quantity"), "number"),
    "product.packaging.ean": Source(_packaging("ean"), "text"),
    "product.documents": Source(
        lambda given: [one.name for one in given.product.media if one.kind == "document"], "list"
    ),
    "categories": Source(attrgetter("categories"), "other"),
    "tax.class": Source(attrgetter("tax_class"), "text"),
    "tax.rate": Source(attrgetter("tax_rate"), "number"),
}

FOR_ITEMS: dict[str, Source] = {
    **{f"item.{name}": Source(attrgetter(f"item.{name}"), kind) for name, kind in _ITEM.items()},
    "price": Source(attrgetter("price"), "other"),
    "price.amount": Source(_price("amount"), "number"),
    "price.before": Source(_price("before"), "number"),
    "price.tax_included": Source(_price("tax_included"), "truth"),
    "price.currency": Source(_price("currency"), "text"),
    "tiers": Source(attrgetter("tiers"), "other"),
    "ean": Source(attrgetter("ean"), "text"),
    **{f"stock.{nature}": Source(_stock(nature), "number") for nature in STOCK},
}


def find(path: str, of_offer: bool) -> Source | None:
    found = FOR_ALL.get(path) or (FOR_ITEMS.get(path) if of_offer else None)
    if found is not None:
        return found
    whose, _, name = path.partition(".")
    if whose == "custom":
        whose, name = "product", path
    if (
        name.startswith("custom.")
        and len(name) > 7
        and (whose == "product" or (whose == "item" and of_offer))
    ):
        return Source(_custom(whose, name.removeprefix("custom.")), "text")
    if whose == "item" and name.startswith("options.") and len(name) > 8 and of_offer:
        return Source(_option(name.removeprefix("options.")), "text")
    return None


def _custom(whose: str, name: str) -> Reader:
    custom = attrgetter(f"{whose}.custom")
    return lambda given: custom(given).get(name)


def _option(title: str) -> Reader:
    """The value of a variant's axis, by the axis' title."""

    def read(given: Sources) -> Any:
        axis = next((axis.key for axis in given.product.axes if axis.title == title), title)
        return given.item.options.get(axis) if isinstance(given.item, Variant) else None

    return read


def stock_figures(levels: StockLevels | None, depots: list[str]) -> dict[str, Decimal]:
    """Summed over these depots (none: all). A depot that does not know a figure makes the sum unknown."""
    rows = [row for row in levels.depots if not depots or row.depot in depots] if levels is not None else []
    found: dict[str, Decimal] = {}
    for nature in STOCK if rows else ():
        figures = [getattr(row, nature) for row in rows]
        if None not in figures:
            found[nature] = sum(figures, Decimal(0))
    return found
