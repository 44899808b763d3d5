"""Where each value of a product sheet comes from: what the ERP says, the rule, what the sheet should say, what the shop was
given. Pure; made from the same mapping and records as the projection, for the person who asks why."""

from collections.abc import Mapping as AbstractMapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.formula_text import FormulaError
from raccord.core.formulas import check
from raccord.core.rules import Mapping, Rule
from raccord.core.source_titles import source_of
from raccord.core.sources import Sources, find
from raccord.core.steps import Formula, When
from raccord.front.i18n import Formats
from raccord.journal.fields import shown, title_of
from raccord_connectors.canonical import Price, PriceSet, Product, Variant
from raccord_connectors.contract import Text

WITH_TAX = Text("lineage.with_tax", "TTC", "incl. tax")
WITHOUT_TAX = Text("lineage.without_tax", "HT", "excl. tax")
BASE_PRICE = Text("lineage.base_price", "prix de base", "base price")
FROM_QUANTITY = Text("lineage.from_quantity", "dès {minimum}", "from {minimum}")


class Source(Struct, frozen=True):
    """One field of the ERP; `value` None when it is empty there."""

    title: str
    value: str | None


class Origin(Struct, frozen=True):
    """One field of the sheet and its way."""

    title: str
    target: str
    sources: list[Source]
    rule: Rule
    desired: str | None
    pushed: str | None

    @property
    def settled(self) -> bool:
        return self.desired == self.pushed


class Part(Struct, frozen=True):
    """The sheet itself, or one thing to buy on it."""

    key: str
    title: str
    """Empty for the sheet itself."""
    origins: list[Origin]


class Teller:
    """Tells the lineage of one article, in one language."""

    def __init__(
        self,
        mapping: Mapping,
        settings: ChannelSettings,
        product: Product,
        prices: AbstractMapping[str, PriceSet],
        formats: Formats,
    ) -> None:
        self._rules = mapping.rules
        self._settings = settings
        self._product = product
        self._prices = prices
        self._formats = formats

    def parts(self, desired: str | None, pushed: str | None) -> list[Part]:
        """`desired` and `pushed` are listings in their canonical encoding."""
        wanted, given = _plain(desired), _plain(pushed)
        sheet = [
            self._origin(rule, rule.target, self._product, wanted, given)
            for rule in self._rules
            if not rule.target.startswith("offer.")
        ]
        parts = [Part(self._product.key, "", _telling(sheet))]
        old, new = _offers(wanted), _offers(given)
        for item in self._product.variants or (self._product,):
            rows = [
                self._origin(
                    rule,
                    rule.target.removeprefix("offer."),
                    item,
                    old.get(item.key, {}),
                    new.get(item.key, {}),
                )
                for rule in self._rules
                if rule.target.startswith("offer.")
            ]
            parts.append(Part(item.key, _title(item), _telling(rows)))
        return parts

    def left_to_shop(self) -> list[str]:
        """Fields that are the shop's own."""
        return [title_of(rule.target, self._formats.language) for rule in self._rules if rule.owner == "shop"]

    def price(self, price: Price) -> str:
        tax = self._formats.said(WITH_TAX if price.tax_included else WITHOUT_TAX)
        about = [price.category or self._formats.said(BASE_PRICE)]
        if price.minimum > 1:
            about.append(self._formats.said(FROM_QUANTITY.fill(minimum=f"{price.minimum:f}")))
        return f"{self._formats.amount(price.amount, price.currency)} {tax} ({', '.join(about)})"

    def _origin(
        self, rule: Rule, field: str, item: Product | Variant, wanted: dict[str, Any], given: dict[str, Any]
    ) -> Origin:
        language = self._formats.language
        sources = [Source(self._title(path), self._source(path, item)) for path in _read_by(rule)]
        return Origin(
            title=title_of(field, language),
            target=rule.target,
            sources=sources,
            rule=rule,
            desired=self._value(field, wanted),
            pushed=self._value(field, given),
        )

    def _title(self, path: str) -> str:
        told, known = title_of(path, self._formats.language), source_of(path)
        return self._formats.said(known.title) if told == path and known is not None else told

    def _source(self, path: str, item: Product | Variant) -> str | None:
        match path.split("."):
            case ["price"]:
                return self._prices_of(item.key)
            case ["tiers"]:
                return None
            case ["categories"]:
                return _said(self._product.categories or self._product.family, self._formats)
            case ["tax", _]:
                return f"{self._product.tax.rate:f} %" if self._product.tax else None
            case ["ean"]:
                return item.ean or None
        found = find(path, of_offer=True)
        return _said(found.read(_of(self._product, item)), self._formats) if found else None

    def _prices_of(self, item: str) -> str | None:
        known = self._prices.get(item)
        if known is None:
            return None
        concern = [
            price
            for price in known.prices
            if price.category in (None, self._settings.prices.category)
            and price.customer is None
            and price.packaging is None
        ]
        return " ; ".join(self.price(price) for price in concern) or None

    def _value(self, field: str, record: dict[str, Any]) -> str | None:
        name, _, inside = field.partition(".")
        value = record.get(name)
        if inside and isinstance(value, dict):
            value = value.get(inside)
        if name == "price" and isinstance(value, dict):
            tax = self._formats.said(WITH_TAX if value.get("tax_included") else WITHOUT_TAX)
            return f"{self._formats.amount(Decimal(value['amount']), value['currency'])} {tax}"
        return _said(value, self._formats)


def _read_by(rule: Rule) -> list[str]:
    """Its own sources, and what its conditions and formulas read beside them. Stock moves and has a page of its own."""
    found = list(rule.sources)
    for step in rule.steps:
        if isinstance(step, When) and step.source:
            found.append(step.source)
        elif isinstance(step, Formula):
            with suppress(FormulaError):  # the rules' own page says what is wrong
                found += sorted(check(step.expression, rule.target.startswith("offer.")))
    return [path for path in dict.fromkeys(found) if not path.startswith("stock.")]


def _of(product: Product, item: Product | Variant) -> Sources:
    """What the ERP itself says of an item; what the projection works out is told apart."""
    given = Sources()
    given.product, given.item = product, item
    given.price, given.tiers, given.ean, given.stock, given.categories = None, [], item.ean, {}, []
    given.tax_class, given.tax_rate = None, product.tax.rate if product.tax else None
    return given


def _telling(origins: list[Origin]) -> list[Origin]:
    """Without the fields that are empty all along, and those that are the shop's."""
    return [
        one
        for one in origins
        if one.rule.owner != "shop"
        and (one.desired is not None or one.pushed is not None or any(s.value for s in one.sources))
    ]


def _said(value: Any, formats: Formats) -> str | None:
    if value in (None, "", [], {}):
        return None
    return shown(msgspec.to_builtins(value), formats.language)


def _title(item: Product | Variant) -> str:
    return " · ".join(item.options.values()) if isinstance(item, Variant) else item.name


def _plain(listing: str | None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(listing) if listing else {}
    return found


def _offers(listing: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {offer["key"]: offer for offer in listing.get("offers", [])}
