"""Values on their way into a formula and out of it. A formula sees texts, numbers (`Decimal` or int), true and false, null, and
lists of them."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord.core.formula_operators import LONGEST_LIST, LONGEST_TEXT, Fails
from raccord.core.sources import Kind, Source
from raccord.core.values import LARGEST, TOO_LARGE, Failed, Value, sound
from raccord_connectors.canonical import OfferPrice, plain
from raccord_connectors.contract import Text

SIX_PLACES = Decimal("0.000001")

TEXT_TOO_LONG = Text(
    "formula.text_too_long",
    "« {field} » a plus de {limit} caractères, ou de 100 parties : trop pour une formule",
    "“{field}” has more than {limit} characters, or than 100 parts: too much for a formula",
)
UNREADABLE = Text(
    "formula.unreadable",
    "« {field} » est un texte par langue, un prix par quantité ou des dimensions : une formule ne sait pas le lire",
    "“{field}” is a text by language, a quantity price or dimensions: a formula cannot read it",
)


def reader(path: str, source: Source) -> Callable[[Any, Any], Any]:
    """Reads a field for formulas: an empty text is "", an empty number null."""
    read, kind = source.read, source.kind

    def work(given: Any, names: Any) -> Any:
        value = read(given)
        if value.__class__ is str and len(value) <= LONGEST_TEXT:
            return value
        return into(value, path, kind)

    return work


def into(value: Value, path: str, kind: Kind = "other") -> Any:
    """Raises `Fails`."""
    if value is None:
        return "" if kind == "text" else [] if kind == "list" else None
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise Fails(TEXT_TOO_LONG, {"field": path, "limit": str(LONGEST_TEXT)})
        return str(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() and abs(value) < LARGEST else None
    if isinstance(value, int):
        return value if abs(value) < LARGEST else None
    if isinstance(value, OfferPrice):
        return value.amount
    if isinstance(value, list):
        return _list(value, path)
    raise Fails(UNREADABLE, {"field": path})


def _list(value: list[Any], path: str) -> list[Any]:
    parts = [into(part, path, "text") for part in value[: LONGEST_LIST + 1]]
    if len(parts) > LONGEST_LIST or sum(len(part) for part in parts if isinstance(part, str)) > LONGEST_TEXT:
        raise Fails(TEXT_TOO_LONG, {"field": path, "limit": str(LONGEST_TEXT)})
    return parts


def out(result: Any) -> Value:
    """What a rule goes on with: numbers have six decimals at the most."""
    if result.__class__ is str:
        return sound(result)
    if result is None or isinstance(result, bool):
        return result
    if isinstance(result, list):
        parts = [out(part) for part in result]
        return next((part for part in parts if isinstance(part, Failed)), parts)
    found = Decimal(result)
    if not abs(found) < LARGEST:
        return Failed(TOO_LARGE)
    return plain(found.quantize(SIX_PLACES, ROUND_HALF_UP))
