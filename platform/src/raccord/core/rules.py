"""Mappings as data: which field of the shop is made from which fields of the ERP, by which steps, and who owns it.

A rule reads one or several *sources* (paths such as `product.name`, `item.ean`, `product.custom.MARQUE`, or what the
projection has worked out: `price`, `categories`, `tax.class`), passes the value through its *steps*, and sets one *target*
(`name`, `offer.ean`, `features.Couleur`). `compile_rules` turns the rules into closures once; applying them to a
record then looks nothing up.
"""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

from msgspec import Struct

from raccord.core.steps import First, Join, Step, Value, compiled, is_empty, text
from raccord_connectors.canonical import OfferPrice
from raccord_connectors.contract import Message, Text


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field of the shop."""

    target: str
    sources: list[str] = []
    steps: list[Step] = []
    owner: Literal["erp", "creation", "shop"] = "erp"
    """erp: always the ERP's. creation: the ERP's when the thing is made, then the shop's. shop: never written."""
    when_empty: Literal["leave", "clear"] = "leave"
    """What an empty value does to what the shop has. An ERP that knows no description shall not wipe the shop's."""


class Mapping(Struct, frozen=True):
    """The rules of one stream, one per target."""

    rules: list[Rule]


# ------------------------------------------------------------------------------------------------- problems

UNKNOWN_TARGET = Text(
    "mapping.unknown_target",
    "La règle « {target} » vise un champ qui n’existe pas dans la boutique. Choisissez un champ de la liste.",
    "The rule “{target}” aims at a field that the shop does not have. Choose a field of the list.",
)
UNKNOWN_SOURCE = Text(
    "mapping.unknown_source",
    "La règle « {target} » lit « {source} », que la gestion n’a pas. Choisissez un champ de la liste.",
    "The rule “{target}” reads “{source}”, which the ERP does not have. Choose a field of the list.",
)
TWO_RULES = Text(
    "mapping.two_rules",
    "Deux règles remplissent « {target} ». Supprimez l’une des deux.",
    "Two rules fill “{target}”. Remove one of them.",
)
MANY_SOURCES = Text(
    "mapping.many_sources",
    "La règle « {target} » lit plusieurs champs : commencez-la par l’étape « premier non vide » ou « assembler ».",
    "The rule “{target}” reads several fields: begin it with the step “first not empty” or “join”.",
)


class MappingError(Exception):
    """The rules cannot be used; `message` says which one and why."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message


# -------------------------------------------------------------------------------------------------- targets

TEXTS = ("name", "description", "summary", "slug", "seo_title", "seo_description", "brand", "tax_class")
LISTING_TARGETS = (*TEXTS, "names", "descriptions", "categories", "tags", "tax_rate", "related")
OFFER_TARGETS = ("sku", "price", "tiers", "ean", "mpn", "weight_g")
OFFER_TEXTS = ("sku", "ean", "mpn")
OPEN_TARGETS = ("custom", "features")
"""Mappings of the shop's own names: `custom.MARQUE`, `features.Couleur`."""
CLEARED = {"brand": None, "ean": None, "mpn": None, "weight_g": None, "price": None}
"""What clearing a field means where it is not an empty text or list."""

LISTING_SOURCES = (
    "key", "sku", "name", "names", "description", "descriptions", "summary", "family", "brand", "ean", "mpn", "unit",
    "weight_g", "origin_country", "customs_code", "replaced_by",
)  # fmt: skip
ITEM_SOURCES = ("key", "sku", "ean", "mpn", "weight_g")
COMPUTED = ("categories", "tax.class", "tax.rate")
COMPUTED_FOR_ITEM = ("price", "tiers", "ean")


Applied = tuple[str, str | None, Callable[[Any], Value]]
"""A field of the listing or offer, its name in an open mapping or None, and what makes its value."""


class Compiled(Struct, frozen=True):
    """Rules ready to be applied."""

    listing: tuple[Applied, ...]
    offer: tuple[Applied, ...]
    creation: tuple[str, ...]
    """Targets that are sent at creation only."""


NOTHING = object()
"""The rule leaves the shop's field alone for this record."""


def compile_rules(mapping: Mapping) -> Compiled:
    """Raises `MappingError` on the first rule that cannot be used."""
    listing: list[Applied] = []
    offer: list[Applied] = []
    creation: list[str] = []
    seen: set[str] = set()
    for rule in mapping.rules:
        if rule.target in seen:
            raise MappingError(TWO_RULES.fill(target=rule.target))
        seen.add(rule.target)
        of_offer, field, name = parse_target(rule.target)
        if rule.owner == "shop":
            continue
        if rule.owner == "creation":
            creation.append(rule.target)
        (offer if of_offer else listing).append((field, name, _compile(rule, of_offer, field)))
    return Compiled(tuple(listing), tuple(offer), tuple(creation))


def parse_target(target: str) -> tuple[bool, str, str | None]:
    """(is it a field of an offer, the field, the name inside an open mapping)."""
    of_offer = target.startswith("offer.")
    field, _, name = target.removeprefix("offer.").partition(".")
    known = OFFER_TARGETS if of_offer else LISTING_TARGETS
    if (field in known and not name) or (
        name and (field == "custom" or (field == "features" and not of_offer))
    ):
        return of_offer, field, name or None
    raise MappingError(UNKNOWN_TARGET.fill(target=target))


def _compile(rule: Rule, of_offer: bool, field: str) -> Callable[[Any], Value]:
    read = _reader(rule, of_offer)
    steps = [compiled(step) for step in rule.steps if not isinstance(step, First | Join)]
    finish = _finisher(of_offer, field)
    # A shop's standard tax class may have an empty key (WooCommerce).
    nothing = _is_none if field == "tax_class" else is_empty
    empty: Value = NOTHING
    if rule.when_empty == "clear":
        empty = CLEARED.get(field, "" if field in TEXTS else [])

    fits = _FITTING.get(field, str)

    # The checks for the ordinary case stand before the calls: this runs for each field of each article.
    def apply(given: Any) -> Value:
        value = read(given)
        for step in steps:
            value = step(value)
        if not value and nothing(value):
            return empty
        return value if value.__class__ is fits else finish(value)

    return apply


def _is_none(value: Value) -> bool:
    return value is None


def _reader(rule: Rule, of_offer: bool) -> Callable[[Any], Value]:
    readers = [_source(rule, source, of_offer) for source in rule.sources]
    gathering = rule.steps[0] if rule.steps else None
    if isinstance(gathering, Join):
        separator = gathering.separator
        return lambda given: separator.join(
            text(value) for read in readers if (value := read(given)) or not is_empty(value)
        )
    if isinstance(gathering, First):
        return lambda given: next(
            (value for read in readers if (value := read(given)) or not is_empty(value)), None
        )
    if len(readers) > 1:
        raise MappingError(MANY_SOURCES.fill(target=rule.target))
    return readers[0] if readers else lambda given: None


def _source(rule: Rule, path: str, of_offer: bool) -> Callable[[Any], Value]:
    where, _, field = path.partition(".")
    if path in COMPUTED or (of_offer and path in COMPUTED_FOR_ITEM):
        return attrgetter(path.replace(".", "_"))
    if where in ("product", *(("item",) if of_offer else ())):
        known = LISTING_SOURCES if where == "product" else ITEM_SOURCES
        if field in known:
            return attrgetter(path)
        if field.startswith("custom."):
            name, custom = field.removeprefix("custom."), attrgetter(f"{where}.custom")
            return lambda given: custom(given).get(name)
    raise MappingError(UNKNOWN_SOURCE.fill(target=rule.target, source=path))


def _finisher(of_offer: bool, field: str) -> Callable[[Value], Value]:
    """Brings a value to the type of its target."""
    if field in (OFFER_TEXTS if of_offer else TEXTS):
        return lambda value: value if isinstance(value, str) else text(value)
    if field == "custom":
        return lambda value: text(value) if isinstance(value, Decimal) else value
    if field in ("features", "tags", "related"):
        return lambda value: [text(part) for part in value] if isinstance(value, list) else [text(value)]
    if field == "weight_g":
        return lambda value: value if isinstance(value, Decimal) else Decimal(str(value).replace(",", "."))
    return lambda value: value


_FITTING: dict[str, type | None] = {
    "weight_g": Decimal, "tax_rate": Decimal, "price": OfferPrice, "names": dict, "descriptions": dict, "tiers": None,
    "features": None, "tags": None, "related": None, "categories": list,
}  # fmt: skip
"""What needs no finishing; str for the other fields, custom ones included."""
