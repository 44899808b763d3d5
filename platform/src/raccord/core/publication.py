"""Which articles are in the shop (B6), and why the others are not: the channel's conditions on what the ERP says."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct

from raccord.core import publication_words as words
from raccord.core.channel import (
    ChannelSettings,
    Condition,
    FieldIs,
    HasPicture,
    HasPrice,
    HasText,
    InCategories,
    InStock,
)
from raccord.core.conditions import (
    Answer,
    Known,
    PublicationError,
    field_is,
    has_picture,
    has_text,
    in_categories,
    in_stock,
)
from raccord.core.formulas import Formula, Formulas
from raccord.core.pricing import Article, PriceRule, UnknownRate, is_priced, ordinary_price
from raccord.core.sources import Sources, stock_figures
from raccord.core.values import Failed
from raccord_connectors.canonical import Product, Tax, Variant
from raccord_connectors.contract import Message


class Verdict(Struct, frozen=True):
    """`reasons` is empty exactly when the article is in the shop; each is a sentence for a person."""

    reasons: tuple[Message, ...] = ()
    unsure: bool = False
    """It is out only because something is not known (yet): an article that the shop has stays."""

    @property
    def is_in(self) -> bool:
        return not self.reasons


IN = Verdict()
OF_ITEMS = frozenset({"item", "price", "stock", "ean"})
"""What a formula reads of each thing to buy, where the rest is the article's."""


EXAMPLE = Product(key="A", sku="A", name="A", tax=Tax(code="", rate=Decimal(20)))


class Publication:
    """A channel's rule, ready for many articles."""

    def __init__(self, settings: ChannelSettings, shop_includes_tax: bool | None = None) -> None:
        """Raises `PublicationError`; `FormulaError` when the formula cannot be used."""
        rule = settings.publication
        self._rule = rule
        self._stock = settings.stock
        self._prices = PriceRule.of(settings.prices, shop_includes_tax)
        self._checks = [self._compiled(condition, place) for place, condition in enumerate(rule.conditions)]
        self._formula: Callable[[Any, Any], Any] | None = None
        self._paths: frozenset[str] = frozenset()
        if rule.formula.strip():
            self._formula, self._paths = _formula(rule.formula)
        self.in_stock = tuple(one.least for one in rule.conditions if isinstance(one, InStock))
        """What is asked of an item's sellable quantity."""
        self.formula_reads_stock = any(path.startswith("stock.") for path in self._paths)
        if self._formula is not None:
            tried = self._run(EXAMPLE, EXAMPLE, Known())
            if isinstance(tried, Failed) and tried.why is words.NO_TRUTH:
                raise PublicationError(words.formula_failed(tried.reason), None)

    @property
    def reads_stock(self) -> bool:
        """A movement of stock may change who is in the shop, and `verdict` is to be given the stock."""
        return bool(self.in_stock) or self.formula_reads_stock

    def is_candidate(self, product: Product) -> bool:
        """By its record alone; whoever is none needs nothing else to be looked up."""
        return self._of_record(product) is None

    def verdict(self, product: Product, known: Known) -> Verdict:
        barred = self._of_record(product)
        if barred is not None:
            return Verdict((barred,))
        if not self._checks and self._formula is None:
            return IN
        answers = [check(product, known) for check in self._checks]
        met, reasons = self._together(answers)
        if self._formula is not None:
            passed, why = self._by_formula(product, known)
            if passed is not True:
                reasons = (*reasons, why)
            met = _and(met, passed)
        return IN if met else Verdict(reasons, unsure=met is None)

    def _of_record(self, product: Product) -> Message | None:
        if not product.active and not self._rule.asleep:
            return words.ASLEEP.fill()
        if self._rule.flagged_only and not product.published:
            return words.UNFLAGGED.fill()
        if self._stock.counting(product.stock_policy) == "never":
            return words.KINDS[product.stock_policy].fill()
        return None

    def _together(self, answers: list[Answer]) -> tuple[bool | None, tuple[Message, ...]]:
        failing = tuple(why for met, why in answers if met is not True)
        if self._rule.match == "all" or len(answers) < 2:
            met: bool | None = True
            for one, _ in answers:
                met = _and(met, one)
            return met, failing
        if any(one is True for one, _ in answers):
            return True, ()
        return None if any(one is None for one, _ in answers) else False, (words.none_of(failing),)

    def _compiled(self, condition: Condition, place: int) -> Callable[[Product, Known], Answer]:
        match condition:
            case InCategories():
                return in_categories(condition)
            case FieldIs():
                return field_is(condition, place)
            case InStock():
                return in_stock(condition)
            case HasPrice():
                return self._has_price
            case HasPicture():
                return has_picture(condition)
            case HasText():
                return has_text(condition)

    def _has_price(self, product: Product, known: Known) -> Answer:
        priced = any(is_priced(known.prices.get(item), self._prices, known.today) for item in product.items())
        return priced, words.NO_PRICE.fill()

    def _by_formula(self, product: Product, known: Known) -> Answer:
        """True of the article; where it reads price, stock or an item's own fields, of one of its items at least."""
        items: list[Product | Variant] = [product]
        if any(path.partition(".")[0] in OF_ITEMS for path in self._paths):
            items = [*product.variants] or items
        failure: Failed | None = None
        for item in items:
            result = self._run(product, item, known)
            if result is True:
                return True, words.FORMULA.fill()
            failure = result if isinstance(result, Failed) else failure
        if failure is None:
            return False, words.FORMULA.fill()
        return None, words.formula_failed(failure.reason)

    def _run(self, product: Product, item: Product | Variant, known: Known) -> Any:
        assert self._formula is not None
        given = Sources()
        given.product, given.item = product, item
        given.categories, given.tiers, given.tax_class = [], [], None
        given.tax_rate = product.tax.rate if product.tax else None
        given.currency, given.tax_included = self._prices.currency, bool(self._prices.tax_included)
        given.ean, given.price, given.stock = item.ean, None, {}
        if any(path.partition(".")[0] == "price" for path in self._paths):
            article = Article(given.tax_rate, product.eco_contribution)
            try:
                given.price = ordinary_price(known.prices.get(item.key), self._prices, article, known.today)
            except UnknownRate:
                return Failed(words.NO_RATE)
        if self.formula_reads_stock:
            given.stock = stock_figures(known.stock.get(item.key), self._stock.depots)
        return self._formula(None, given)


def _formula(expression: str) -> tuple[Callable[[Any, Any], Any], frozenset[str]]:
    formulas = Formulas(of_offer=True)
    run = formulas.add(Formula(expression))

    def work(value: Any, given: Any) -> Any:
        result = run(value, given)
        return result if isinstance(result, bool | Failed) else Failed(words.NO_TRUTH)

    return work, formulas.paths


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
