"""Mappings as data: which field of the shop is made from which fields of the ERP, by which steps, and who owns it.

A rule reads one or several *sources* (paths such as `product.name`, `item.ean`, `product.custom.MARQUE`, or what the
projection has worked out: `price`, `categories`, `tax.class`), passes the value through its *steps*, and sets one *target*
(`name`, `offer.ean`, `features.Couleur`). `compile_rules` turns the rules into closures once; applying them to a
record then looks nothing up.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from msgspec import Struct

from raccord.core import rule_problems as problems
from raccord.core import sources
from raccord.core.finishing import canonical, finisher, fitting, is_nothing, when_cleared
from raccord.core.sources import Reader, Sources
from raccord.core.step_catalogue import check
from raccord.core.step_tables import Table
from raccord.core.steps import GATHERING, Formula, Join, Made, Step, StepError, When, Workshop, made
from raccord.core.targets import OPEN_TARGETS, named, parse, target_of
from raccord.core.values import NOTHING, Failed, Value, is_empty, text
from raccord_connectors.contract import Message, Text

__all__ = [
    "NOTHING",
    "OPEN_TARGETS",
    "Compiled",
    "CompiledRule",
    "Mapping",
    "MappingError",
    "Rule",
    "Table",
    "compile_rules",
]


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of the shop."""

    target: str
    sources: list[str] = []
    steps: list[Step] = []
    owner: Literal["erp", "creation", "shop"] = "erp"
    """erp: always the ERP's. creation: the ERP's when the thing is made, then the shop's. shop: never written."""
    when_empty: Literal["leave", "clear"] = "leave"
    """What an empty value does to what the shop has. An ERP that knows no description shall not wipe the shop's."""


class Mapping(Struct, frozen=True, omit_defaults=True):
    """The rules of one stream, one per target, and the correspondence tables that they look up, by name."""

    rules: list[Rule]
    tables: dict[str, Table] = {}


class MappingError(Exception):
    """The rules cannot be used; `message` says which one and why. `step`: which of its steps, counted from 0."""

    def __init__(self, message: Message, target: str, step: int | None = None) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.target = target
        self.step = step


ALWAYS_OURS = ("name", "offer.sku")
"""Every write carries them: by these a shop finds an article that it has."""

# -------------------------------------------------------------------------------------------------- compiled

Work = Callable[[Any], Value]
Applied = tuple[str, str | None, Work]
"""A field of the listing or offer, its name in an open mapping or None, and what makes its value, or `Failed`."""


class CompiledRule(Struct, frozen=True):
    """One rule ready to be applied, and its parts, for those who tell how a value came about."""

    rule: Rule
    of_offer: bool
    field: str
    name: str | None
    reads: tuple[tuple[str, Reader], ...]
    """Its sources."""
    beside: tuple[tuple[str, Reader], ...]
    """What its conditions and formulas read beside them."""
    gather: Callable[[Any], Value]
    """Reads them as one value."""
    steps: tuple[tuple[int, Made], ...]
    """The steps after gathering, with their numbers in the rule from 0."""
    finish: Callable[[Value, Any], Value]
    """To the type of its target; `NOTHING` where an empty value leaves the shop's field alone."""
    apply: Work

    @property
    def applied(self) -> Applied:
        return self.field, self.name, self.apply


class Compiled(Struct, frozen=True):
    """Rules ready to be applied."""

    listing: tuple[Applied, ...]
    offer: tuple[Applied, ...]
    creation: tuple[str, ...]
    """Targets that are sent at creation only."""
    rules: tuple[CompiledRule, ...]
    """Those that are applied: not the shop's own."""
    reads: frozenset[str]
    """All paths that rules, conditions and formulas read."""
    reads_stock: bool
    """A listing is to be projected again when stock moves."""


def compile_rules(mapping: Mapping) -> Compiled:
    """Raises `MappingError` on the first rule that cannot be used."""
    shops = {of_offer: Workshop(mapping.tables, of_offer) for of_offer in (False, True)}
    seen: set[str] = set()
    found: list[CompiledRule] = []
    reads: set[str] = set()
    for rule in mapping.rules:
        of_offer, field, name = parse_target(rule.target)
        _demand_alone(rule.target, name, seen)
        seen.add(rule.target)
        if rule.owner == "shop":
            target = target_of(rule.target)
            if target is not None and target.required:
                raise MappingError(named(problems.NEEDED, rule.target), rule.target)
            continue
        if rule.owner == "creation" and (field == "options" or rule.target in ALWAYS_OURS):
            raise MappingError(named(problems.ALWAYS, rule.target), rule.target)
        found.append(_compile(rule, shops[of_offer], field, name))
        reads.update(rule.sources)
    for shop in shops.values():
        reads |= shop.reads | shop.formulas.paths
    return Compiled(
        listing=tuple(one.applied for one in found if not one.of_offer),
        offer=tuple(one.applied for one in found if one.of_offer),
        creation=tuple(one.rule.target for one in found if one.rule.owner == "creation"),
        rules=tuple(found),
        reads=frozenset(reads),
        reads_stock=any(path.startswith("stock.") for path in reads),
    )


def parse_target(target: str) -> tuple[bool, str, str | None]:
    """(is it a field of an offer, the field, the name inside an open mapping). Raises `MappingError`."""
    found = parse(target)
    if found is None:
        raise MappingError(named(problems.UNKNOWN_TARGET, target), target)
    return found


def _demand_alone(target: str, name: str | None, seen: set[str]) -> None:
    """Names may have dots of their own: `features.a` and `features.a.b` are two."""
    if target in seen:
        raise MappingError(named(problems.TWO_RULES, target), target)
    whole = target if name is None else target.removesuffix(f".{name}")
    if name is not None and whole in seen:
        raise MappingError(named(problems.WHOLE_AND_PART, target, whole=_title(whole)), target)
    part = next((other for other in seen if other.startswith(f"{target}.")), None) if name is None else None
    if part is not None:
        raise MappingError(named(problems.WHOLE_AND_PART, part, whole=_title(target)), target)


def _title(path: str) -> Text | str:
    target = target_of(path)
    return path if target is None else target.title


def _compile(rule: Rule, shop: Workshop, field: str, name: str | None) -> CompiledRule:
    reads = tuple((path, _source(rule, path, shop.of_offer)) for path in rule.sources)
    gathering = bool(rule.steps) and isinstance(rule.steps[0], GATHERING) and len(reads) > 1
    gather = _gatherer(rule, [read for _, read in reads])
    steps = tuple((i, _made(rule, i, shop)) for i in range(int(gathering), len(rule.steps)))
    finish = _finish(rule, shop.of_offer, field, name)
    fits = fitting(field, name) if steps else canonical(field, name, rule.sources)
    apply = _applier(gather, [one for _, one in steps], finish, fits)
    beside = _beside(rule, shop)
    return CompiledRule(rule, shop.of_offer, field, name, reads, beside, gather, steps, finish, apply)


def _beside(rule: Rule, shop: Workshop) -> tuple[tuple[str, Reader], ...]:
    found: dict[str, Reader] = {}
    for step in rule.steps:
        if isinstance(step, When) and step.source:
            found[step.source] = shop.read(step.source)
        elif isinstance(step, Formula):
            found |= {path: source.read for path, source in shop.formulas.fields(step).items()}
    return tuple((path, read) for path, read in found.items() if path not in rule.sources)


def _applier(
    gather: Callable[[Any], Value],
    steps: Sequence[Made],
    finish: Callable[[Value, Any], Value],
    fits: type | None,
) -> Work:
    """One closure for a rule. The checks for the ordinary case stand before the calls: this runs for each field of each
    article."""
    if any(step.with_record or step.may_stop for step in steps):
        return _careful(gather, steps, finish, fits)
    works = tuple(step.work for step in steps)
    if not works:

        def straight(given: Any) -> Value:
            value = gather(given)
            return value if value.__class__ is fits and value else finish(value, given)

        return straight

    def quick(given: Any) -> Value:
        value = gather(given)
        for work in works:
            value = work(value)
        return value if value.__class__ is fits and value else finish(value, given)

    return quick


def _careful(
    gather: Callable[[Any], Value],
    steps: Sequence[Made],
    finish: Callable[[Value, Any], Value],
    fits: type | None,
) -> Work:
    """With steps that read the record, or may stop the rule."""
    pairs = tuple((step.work, step.with_record) for step in steps)

    def careful(given: Any) -> Value:
        value = gather(given)
        for work, with_record in pairs:
            value = work(value, given) if with_record else work(value)
            if value is NOTHING or value.__class__ is Failed:
                return value
        return value if value.__class__ is fits and value else finish(value, given)

    return careful


def _made(rule: Rule, number: int, shop: Workshop) -> Made:
    step = rule.steps[number]
    try:
        check(step)
        return made(step, shop)
    except StepError as error:
        told = named(problems.BAD_STEP, rule.target, number=number + 1, step=step.TITLE, why=error.message)
        message = Message(error.message.code, told.fr, told.en)
        raise MappingError(message, rule.target, number) from None


def _gatherer(rule: Rule, readers: Sequence[Reader]) -> Callable[[Any], Value]:
    """One source as it is; several as one value, by the first step."""
    if not readers:
        return lambda given: None
    if len(readers) == 1:
        return readers[0]
    step = rule.steps[0] if rule.steps else None
    if isinstance(step, Join):
        separator = step.separator
        return lambda given: separator.join(
            text(value) for read in readers if (value := read(given)) or not is_empty(value)
        )
    if isinstance(step, GATHERING):

        def first(given: Any) -> Value:
            for read in readers:
                value = read(given)
                if value or not is_empty(value):
                    return value
            return None

        return first
    raise MappingError(named(problems.MANY_SOURCES, rule.target), rule.target)


def _source(rule: Rule, path: str, of_offer: bool) -> Reader:
    found = sources.find(path, of_offer)
    if found is None:
        raise MappingError(named(problems.UNKNOWN_SOURCE, rule.target, source=path), rule.target)
    return found.read


def _finish(rule: Rule, of_offer: bool, field: str, name: str | None) -> Callable[[Value, Sources], Value]:
    to_type, nothing = finisher(of_offer, field, name), is_nothing(field)
    empty: Value = when_cleared(of_offer, field, name) if rule.when_empty == "clear" else NOTHING

    def finish(value: Value, given: Sources) -> Value:
        if nothing(value):
            return empty
        return to_type(value, given)

    return finish
