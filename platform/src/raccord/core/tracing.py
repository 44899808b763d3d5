"""How each field of one record comes about: what its rule reads, what each step makes of it, what the shop gets. Pure.

It is a run of the projection itself, watched, so that what it tells is what happens.
"""

from collections.abc import Mapping, Sequence
from datetime import date
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

    def trace(
        self,
        product: Product,
        prices: Mapping[str, PriceSet],
        paths: Paths,
        today: date,
        stock: Mapping[str, StockLevels] | None = None,
    ) -> Traced:
        """As `Projection.listing`."""
        self._traces: list[Trace] = []
        self._computed: tuple[Read, ...] = ()
        self._prices: list[tuple[str, OfferPrice | None, tuple[Tier, ...]]] = []
        self._refused: Refused | None = None
        projected = self.listing(product, prices, paths, today, stock)
        return Traced(projected, self._computed, tuple(self._prices), tuple(self._traces))

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        of_offer = compiled is self._offer_rules
        if of_offer:
            self._prices.append((given.item.key, given.price, tuple(given.tiers)))
        else:
            self._computed = (
                Read("categories", given.categories),
                Read("tax.class", given.tax_class),
                Read("tax.rate", given.tax_rate),
            )
        item = given.item.key if of_offer else None
        self._traces += [
            trace_rule(one, given, item) for one in self.compiled.rules if one.of_offer == of_offer
        ]
        return super()._apply(compiled, given, fields)


def trace_rule(compiled: rules.CompiledRule, given: Sources, item: str | None) -> Trace:
    """One rule, step by step."""
    rule = compiled.rule
    read = tuple(Read(path, reader(given)) for path, reader in compiled.reads)
    value = compiled.gather(given)
    stages: list[Stage] = []
    if len(read) > 1:
        stages.append(Stage(describe(rule.steps[0]), [one.value for one in read], value))
    problem: Message | None = None
    for number, step in compiled.steps:
        after = step(value, given)
        if isinstance(after, Failed):
            problem = after.reason
            stages.append(Stage(describe(rule.steps[number]), value, None))
            return Trace(rule.target, item, rule.owner, read, tuple(stages), None, False, problem)
        stages.append(Stage(describe(rule.steps[number]), value, None if after is NOTHING else after))
        value = after
        if value is NOTHING:
            return Trace(rule.target, item, rule.owner, read, tuple(stages), None, True)
    result = compiled.finish(value, given)
    if isinstance(result, Failed):
        return Trace(rule.target, item, rule.owner, read, tuple(stages), None, False, result.reason)
    left = result is NOTHING
    return Trace(rule.target, item, rule.owner, read, tuple(stages), None if left else result, left)
