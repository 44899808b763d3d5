"""Values on their way into the CEL library and back: its numbers are binary, ours are `Decimal`."""

from decimal import Decimal
from typing import Any

from raccord.core.formula_functions import LONGEST_LIST, LONGEST_TEXT, exact
from raccord.core.sources import Kind
from raccord.core.values import Failed, Value, sound
from raccord_connectors.canonical import OfferPrice, plain
from raccord_connectors.contract import Text

TEXT_TOO_LONG = Text(
    "formula.text_too_long",
    "« {field} » a plus de {limit} caractères, ou de 100 parties : trop pour une formule",
    "“{field}” has more than {limit} characters, or than 100 parts: too much for a formula",
)
UNREADABLE = Text(
    "formula.unreadable",
    "un texte par langue, un prix par quantité ou des dimensions ne se lisent pas dans une formule",
    "a text by language, a quantity price or dimensions cannot be read in a formula",
)
NO_VALUE = Text(
    "formula.no_value",
    "la formule donne un résultat qu’un champ ne peut pas contenir ({kind})",
    "the formula gives a result that no field can hold ({kind})",
)


def for_cel(value: Value, kind: Kind = "other") -> Any:
    if isinstance(value, str):
        return sound(value) if len(value) <= LONGEST_TEXT else Failed(TEXT_TOO_LONG, _LIMIT)
    if value is None:
        return "" if kind == "text" else [] if kind == "list" else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else float(value)
    if isinstance(value, OfferPrice):
        return float(value.amount)
    if isinstance(value, list) and len(value) <= LONGEST_LIST:
        parts = [for_cel(part) for part in value]
        if sum(len(part) for part in parts if isinstance(part, str)) <= LONGEST_TEXT:
            return next((part for part in parts if isinstance(part, Failed)), parts)
        return next((part for part in parts if isinstance(part, Failed)), Failed(TEXT_TOO_LONG, _LIMIT))
    return Failed(TEXT_TOO_LONG, _LIMIT) if isinstance(value, list) else Failed(UNREADABLE)


_LIMIT = {"field": "value", "limit": str(LONGEST_TEXT)}


def from_cel(result: Any) -> Value:
    if result is None or isinstance(result, str | bool):
        return result
    if isinstance(result, int | float):
        found = exact(result)
        return Failed(NO_VALUE, {"kind": "∞"}) if found is None else plain(found)
    if isinstance(result, list):
        parts = [from_cel(part) for part in result]
        return next((part for part in parts if isinstance(part, Failed)), parts)
    return Failed(NO_VALUE, {"kind": type(result).__name__})
