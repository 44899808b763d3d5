"""What travels through the steps of a rule, and the few ways in which steps look at it. Nothing here raises."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from raccord_connectors.canonical import OfferPrice, Tier, plain
from raccord_connectors.contract import Message, Text

Value = Any
"""Text, number, yes or no, list, mapping by language, price, or None."""

LARGEST = Decimal(10) ** 15
"""Beyond it no amount, weight or quantity of a merchant is meant, and 28 digits would not hold six decimals."""
SHOWN = 60
"""Characters of a value that a sentence quotes."""


class Failed(Struct, frozen=True):
    """A step's answer where it has none: the record is held, with this sentence inside its own."""

    why: Text
    about: dict[str, str] = {}

    @property
    def reason(self) -> Message:
        return self.why.fill(**self.about)


class _Nothing:
    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = _Nothing()
"""A step's answer where the rule shall leave the shop's field alone for this record."""


def no_number(value: Value) -> Failed:
    return Failed(NOT_A_NUMBER, {"value": quoted(value)})


NOT_A_NUMBER = Text(
    "step.not_a_number", "« {value} » n’est pas un nombre utilisable", "“{value}” is not a usable number"
)
TOO_LARGE = Text("step.too_large", "le résultat est trop grand", "the result is too large")


def is_empty(value: Value) -> bool:
    return value is None or value == "" or value == [] or value == {}


def text(value: Value) -> str:
    """A number without exponent or trailing zeros, yes or no as the ERP's custom fields have them, a price as its amount, a
    list's parts with commas between them, the rest as it is."""
    if value.__class__ is str:
        return str(value)
    if isinstance(value, Decimal):
        return f"{plain(value):f}" if value.is_finite() and abs(value) < LARGEST else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, OfferPrice):
        return text(value.amount)
    if isinstance(value, list):
        return ", ".join(text(part) for part in value if not is_empty(part))
    return "" if value is None else str(value)


def quoted(value: Value) -> str:
    shown = text(value)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def sound(value: str) -> str:
    """Without halves of characters, which no encoder takes."""
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="replace").decode()
    return value


_NUMBER = re.compile(r"([+-]?)(\d{1,15})(?:[.,](\d{1,12}))?", re.ASCII)
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?!\d))")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d{1,12}|[+-]?\d{1,3}(?:,\d{3})+\.\d{1,12}", re.ASCII)


def number(value: Value) -> Decimal | None:
    """A number, or a text that is one as people and ERPs write them: "12.5", "1 234,50", "1.234,50". None otherwise."""
    if isinstance(value, Decimal):
        return value if value.is_finite() and abs(value) < LARGEST else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < LARGEST else None
    if isinstance(value, OfferPrice):
        return number(value.amount)
    if not isinstance(value, str) or len(value) > 60:
        return None
    digits = _SPACES.sub("", value.strip())
    if _GROUPED.fullmatch(digits):
        whole, sign, rest = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
        digits = whole.replace(".", "").replace(",", "") + sign + rest
    found = _NUMBER.fullmatch(digits)
    return Decimal(f"{found[1]}{found[2]}.{found[3] or 0}") if found else None


def each_text(value: Value, work: Callable[[str], Value]) -> Value:
    """`work` on a text, or on each text of a list or of a mapping by language; a number is taken as its text. One part that
    failed is the answer for all."""
    if isinstance(value, str):
        return work(value)
    if isinstance(value, list):
        parts = [each_text(part, work) for part in value]
        return next((part for part in parts if isinstance(part, Failed)), parts)
    if isinstance(value, dict):
        found = {name: each_text(part, work) for name, part in value.items()}
        return next((part for part in found.values() if isinstance(part, Failed)), found)
    return work(text(value)) if isinstance(value, Decimal | int) else value


def each_number(value: Value, work: Callable[[Decimal], Decimal | Failed]) -> Value:
    """`work` on a number, a text that is one, a price (its crossed-out price too), or each of a list. Nothing stays nothing."""
    if is_empty(value):
        return value
    if isinstance(value, OfferPrice):
        return _price(value, work)
    if isinstance(value, Tier):
        amount = checked(work(value.amount))
        return amount if isinstance(amount, Failed) else replace(value, amount=amount)
    if isinstance(value, list):
        parts = [each_number(part, work) for part in value]
        return next((part for part in parts if isinstance(part, Failed)), parts)
    found = number(value)
    return no_number(value) if found is None else checked(work(found))


def _price(value: OfferPrice, work: Callable[[Decimal], Decimal | Failed]) -> OfferPrice | Failed:
    amount = checked(work(value.amount))
    before = None if value.before is None else checked(work(value.before))
    if isinstance(amount, Failed):
        return amount
    if isinstance(before, Failed):
        return before
    return replace(value, amount=amount, before=before if before is not None and before > amount else None)


def checked(result: Decimal | Failed) -> Decimal | Failed:
    if isinstance(result, Failed):
        return result
    return plain(result) if result.is_finite() and abs(result) < LARGEST else Failed(TOO_LARGE)
