"""The last stretch of a rule: what its steps made, in the type of the shop's field."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec.structs import replace

from raccord.core.pricing import SIX_PLACES, to_cents
from raccord.core.sources import Sources
from raccord.core.step_texts import parts
from raccord.core.values import NOTHING, Failed, Value, is_empty, no_number, number, quoted, sound, text
from raccord_connectors.canonical import OfferPrice, Tier, plain
from raccord_connectors.contract import Text

Finish = Callable[[Value, Sources], Value]

TEXTS = frozenset(
    {
        "name",
        "description",
        "summary",
        "slug",
        "seo_title",
        "seo_description",
        "brand",
        "tax_class",
        "sku",
        "ean",
        "mpn",
    }
)
BY_NAME = frozenset({"names", "descriptions"})
_CLEARED: dict[str, Value] = {
    "brand": None, "ean": None, "mpn": None, "weight_g": None, "price": None, "dimensions_mm": None,
    "names": {}, "descriptions": {}, "tax_rate": NOTHING, "tax_class": NOTHING, "options": NOTHING,
}  # fmt: skip
_CLEARED_INSIDE: dict[str, Value] = {
    "custom": None, "features": [], "descriptions": "", "names": NOTHING, "options": NOTHING,
}  # fmt: skip
"""What clearing a field means where it is not an empty text or list. `NOTHING`: it cannot be empty."""

_CANONICAL: dict[str, type] = {
    "weight_g": Decimal, "tax_rate": Decimal, "price": OfferPrice, "names": dict, "descriptions": dict,
}  # fmt: skip

WRONG_KIND = Text(
    "finish.wrong_kind",
    "« {value} » n’est pas {wanted_fr} ; ajoutez une étape qui le transforme, ou choisissez un autre champ",
    "“{value}” is not {wanted_en}; add a step that changes it, or choose another field",
)
NOT_SOLD_FOR_NOTHING = Text(
    "finish.price_not_positive",
    "le prix obtenu ({value}) n’est pas supérieur à zéro",
    "the price that it gives ({value}) is not above zero",
)
NEGATIVE = Text("finish.negative", "{value} est négatif", "{value} is below zero")


def fitting(field: str, name: str | None) -> type | None:
    """The type of values that need no finishing, when they are not empty. None: all need it."""
    if name is not None:
        return str if field in ("custom", "names", "descriptions", "options") else None
    return str if field in TEXTS else None


def canonical(field: str, name: str | None, sources: list[str]) -> type | None:
    """The same for a value that no step has touched: what the projection or a record has in this type is right already."""
    if field == "categories":
        return list if sources == ["categories"] else None
    return fitting(field, name) or (_CANONICAL.get(field) if name is None else None)


def is_nothing(field: str) -> Callable[[Value], bool]:
    """A shop's standard tax class may have an empty key (WooCommerce)."""
    return _is_none if field == "tax_class" else is_empty


def when_cleared(of_offer: bool, field: str, name: str | None) -> Value:
    if name is not None:
        return _CLEARED_INSIDE[field]
    return _CLEARED.get(field, "" if field in TEXTS else [])


def finisher(of_offer: bool, field: str, name: str | None) -> Finish:
    """What brings a value that is not empty to the type of its target; `Failed` where it cannot be."""
    if name is not None:
        return _as_list if field == "features" else _as_scalar if field == "custom" else _as_text
    if field in TEXTS:
        return _as_text
    return _FINISHERS[field]


def _is_none(value: Value) -> bool:
    return value is None


def _wrong(value: Value, fr: str, en: str) -> Failed:
    return Failed(WRONG_KIND, {"value": quoted(value), "wanted_fr": fr, "wanted_en": en})


def _as_text(value: Value, given: Sources) -> Value:
    if value.__class__ is str:
        return sound(value)
    if isinstance(value, dict | Tier) or (
        isinstance(value, list) and any(isinstance(v, dict | list | Tier) for v in value)
    ):
        return _wrong(value, "un texte", "a text")
    return sound(text(value))


def _as_scalar(value: Value, given: Sources) -> Value:
    return value if isinstance(value, bool | int) else _as_text(value, given)


def _as_list(value: Value, given: Sources) -> Value:
    if value.__class__ is str:
        return [sound(value)]
    if isinstance(value, dict):
        return _wrong(value, "une liste", "a list")
    if value.__class__ is list:
        try:
            whole = "".join(value)  # the quickest way to know that all are texts
        except TypeError:
            whole = ""
        if whole and sound(whole) is whole:
            return [part for part in dict.fromkeys(value) if part]
    made = [_as_text(part, given) for part in (value if isinstance(value, list) else [value])]
    failed = next((part for part in made if isinstance(part, Failed)), None)
    return failed if failed is not None else list(dict.fromkeys(part for part in made if part))


def _as_number(value: Value, given: Sources) -> Value:
    found = number(value)
    return no_number(value) if found is None else plain(found)


def _as_weight(value: Value, given: Sources) -> Value:
    found = _as_number(value, given)
    return Failed(NEGATIVE, {"value": text(found)}) if isinstance(found, Decimal) and found < 0 else found


def _as_paths(value: Value, given: Sources) -> Value:
    """ "Maison > Cuisine", several of them, or paths that are lists already."""
    paths = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict | Tier):
            return _wrong(one, "un chemin de catégories", "a path of categories")
        path = [text(part) for part in one] if isinstance(one, list) else parts(text(one), ">")
        if path and path not in paths:
            paths.append(path)
    return paths


def _as_languages(value: Value, given: Sources) -> Value:
    if not isinstance(value, dict):
        return _wrong(value, "un texte par langue", "a text for each language")
    return {language: text(words) for language, words in value.items() if not is_empty(words)}


def _as_price(value: Value, given: Sources) -> Value:
    """A number takes the tax mode, the currency and the dates of the channel's price. Rounded once, here."""
    price = value if isinstance(value, OfferPrice) else None
    if price is None:
        amount = number(value)
        if amount is None:
            return no_number(value)
        price = _beside(amount, given)
    shown = _rounded(price.amount, price)
    free = given.price is not None and given.price.amount == 0  # which the channel allows
    if shown < 0 or (shown == 0 and not free):
        return Failed(NOT_SOLD_FOR_NOTHING, {"value": text(plain(shown))})
    before = None if price.before is None else _rounded(price.before, price)
    return replace(price, amount=shown, before=before if before is not None and before > shown else None)


def _beside(amount: Decimal, given: Sources) -> OfferPrice:
    if given.price is not None:
        return replace(given.price, amount=amount)
    return OfferPrice(amount=amount, tax_included=given.tax_included, currency=given.currency)


def _rounded(amount: Decimal, price: OfferPrice) -> Decimal:
    if price.tax_included:
        return plain(to_cents(amount, price.currency))
    return plain(amount.quantize(SIX_PLACES, ROUND_HALF_UP))


def _as_tiers(value: Value, given: Sources) -> Value:
    if isinstance(value, list) and all(isinstance(part, Tier) for part in value):
        return value
    return _wrong(value, "une liste de prix par quantité", "a list of quantity prices")


def _as_dimensions(value: Value, given: Sources) -> Value:
    """Three numbers, or a text such as "120 x 80 x 45"."""
    sides: Any = value
    if isinstance(value, str):
        sides = parts(value.lower().replace("×", "x").replace("*", "x"), "x")
    if not isinstance(sides, list | tuple) or len(sides) != 3:
        return _wrong(value, "une longueur, une largeur et une hauteur", "a length, a width and a height")
    found = [number(side) for side in sides]
    known = tuple(plain(side) for side in found if side is not None and side >= 0)
    return known if len(known) == 3 else _wrong(value, "trois dimensions", "three dimensions")


_FINISHERS: dict[str, Finish] = {
    "weight_g": _as_weight, "tax_rate": _as_number, "price": _as_price, "tiers": _as_tiers, "names": _as_languages,
    "descriptions": _as_languages, "categories": _as_paths, "tags": _as_list, "related": _as_list,
    "dimensions_mm": _as_dimensions,
}  # fmt: skip
