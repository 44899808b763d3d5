"""How each field of one record comes about: what its rule reads, what each step makes of it, what the shop gets. Pure.

It is a run of the projection itself, watched, so that what it tells is what happens.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from raccord.core import rules
from raccord.core.placing import Paths
from raccord.core.projection import Projected, Projection, Refused
from raccord.core.sources import Sources
from raccord.core.step_words import describe
from raccord.core.values import NOTHING, Failed, Value
from raccord_connectors.canonical import OfferPrice, PriceSet, Product, StockLevels, Tier
from raccord_connectors.contract import Message


class Read(Struct, frozen=True):
    """A source and what it holds for this record."""

    path: str
    value: Value


class Stage(Struct, frozen=True):
    """One step: what it is, in words, and the value before and after it."""

    title: Message
    before: Value
    after: Value


class Trace(Struct, frozen=True):
    """One rule applied to one record."""

    target: str
    item: str | None
    """The item's key, of fields of an offer."""
    owner: str
    sources: tuple[Read, ...] = ()
    """The rule's own sources, then what its conditions and formulas read beside them."""
    steps: tuple[Stage, ...] = ()
    result: Value = None
    """What the shop's field gets; None when it is left alone (`left`), cleared, or not known (`problem`)."""
    left: bool = False
    """The shop's field is not touched."""
    problem: Message | None = None


class Traced(Struct, frozen=True):
    """All rules for one article, in the order of the mapping: those of the listing, then those of each item."""

    projected: Projected
    computed: tuple[Read, ...]
    """What the projection worked out for the listing: categories, tax class and rate."""
    prices: tuple[tuple[str, OfferPrice | None, tuple[Tier, ...]], ...]
    """Item key, its price in the channel before any rule, its quantity prices."""
    traces: tuple[Trace, ...]

    def of(self, target: str) -> list[Trace]:
        return [trace for trace in self.traces if trace.target == target]


class Tracer(Projection):
    """A projection that tells how. Made as a projection is, of a mapping, settings and discovery."""

    _watch: "_Watch | None" = None

    def trace(
        self,
        product: Product,
        prices: Mapping[str, PriceSet],
        paths: Paths,
        today: date,
        stock: Mapping[str, StockLevels] | None = None,
    ) -> Traced:
        """As `Projection.listing`, which is run first; then once more, watched, and going on where an article is held."""
        projected = self.listing(product, prices, paths, today, stock)
        watch = self._watch = _Watch()
        try:
            self.listing(product, prices, paths, today, stock)
        finally:
            self._watch = None
        traces = [*watch.traces, *self._of_items_not_reached(product, watch)]
        left = [
            Trace(rule.target, None, "shop", left=True) for rule in self.mapping.rules if rule.owner == "shop"
        ]
        return Traced(projected, watch.computed, tuple(watch.prices), (*traces, *left))

    def _of_items_not_reached(self, product: Product, watch: "_Watch") -> list[Trace]:
        """An article may be held before its items are looked at: their rules are told without a price."""
        found: list[Trace] = []
        given = watch.given
        known = {trace.item for trace in watch.traces}
        for item in product.variants or (product,):
            if given is not None and item.key not in known:
                given.item, given.price, given.tiers, given.ean = item, None, [], item.ean
                found += self._traced(given, of_offer=True)
        return found

    def _traced(self, given: Sources, of_offer: bool) -> list[Trace]:
        item = given.item.key if of_offer else None
        return [trace_rule(one, given, item) for one in self.compiled.rules if one.of_offer == of_offer]

    def _tax(self, product: Product) -> tuple[str | None, Decimal | None]:
        try:
            return super()._tax(product)
        except Refused:
            if self._watch is None:
                raise
            return None, product.tax.rate if product.tax else None

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        watch = self._watch
        if watch is None:
            return super()._apply(compiled, given, fields)
        of_offer = compiled is self._offer_rules
        watch.see(given, of_offer)
        watch.traces += self._traced(given, of_offer)
        for one in compiled:
            with suppress(Refused):
                super()._apply([one], given, fields)
        fields.setdefault("sku" if of_offer else "name", given.item.key)
        return fields


class _Watch:
    """What was seen of one run."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self.computed: tuple[Read, ...] = ()
        self.prices: list[tuple[str, OfferPrice | None, tuple[Tier, ...]]] = []
        self.given: Sources | None = None

    def see(self, given: Sources, of_offer: bool) -> None:
        self.given = given
        if of_offer:
            self.prices.append((given.item.key, given.price, tuple(given.tiers)))
            return
        told = {"categories": given.categories, "tax.class": given.tax_class, "tax.rate": given.tax_rate}
        self.computed = tuple(Read(path, value) for path, value in told.items())


def trace_rule(compiled: rules.CompiledRule, given: Sources, item: str | None) -> Trace:
    """One rule, step by step, by the very closures that the projection runs."""
    rule = compiled.rule
    own = [Read(path, reader(given)) for path, reader in compiled.reads]
    read = (*own, *(Read(path, reader(given)) for path, reader in compiled.beside))
    stages: list[Stage] = []

    def ended(result: Value) -> Trace:
        failed = result.reason if isinstance(result, Failed) else None
        known = None if failed is not None or result is NOTHING else result
        return Trace(rule.target, item, rule.owner, read, tuple(stages), known, result is NOTHING, failed)

    value = compiled.gather(given)
    if len(own) > 1:  # the first step gathered them
        stages.append(Stage(describe(rule.steps[0]), [one.value for one in own], value))
    for number, step in compiled.steps:
        after = step(value, given)
        stopped = after is NOTHING or isinstance(after, Failed)
        stages.append(Stage(describe(rule.steps[number]), value, None if stopped else after))
        if stopped:
            return ended(after)
        value = after
    return ended(compiled.finish(value, given))
