"""The functions that a formula may call: CEL's own, and ours. None of ours raises: what cannot be answered is `null`.

Names and arguments are those of CEL's extension for texts where it has them. Each can be called as `f(x)` or `x.f()`.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct

from raccord.core import step_texts
from raccord.core.step_patterns import BadPattern, pattern
from raccord.core.values import number, sound, text

LONGEST_TEXT = 20_000
"""Characters of a text that a formula reads or makes."""
LONGEST_LIST = 100
MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})


class Function(Struct, frozen=True):
    """`work` None: CEL's own. `gives`: text, number, truth, list, or same (as its first argument)."""

    least: int
    most: int
    gives: str
    work: Callable[..., Any] | None = None


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else None


def upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else None


def trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else None


def substring(value: Any, start: Any, end: Any = None) -> Any:
    if not isinstance(value, str) or not _whole(start) or not (end is None or _whole(end)):
        return None
    return value[max(int(start), 0) : None if end is None else max(int(end), 0)]


def replace(value: Any, find: Any, by: Any) -> Any:
    if not (isinstance(value, str) and isinstance(find, str) and isinstance(by, str)) or not find:
        return None
    longer = len(value) + value.count(find) * max(len(by) - len(find), 0)
    return value.replace(find, by) if longer <= LONGEST_TEXT else None


def split(value: Any, separator: Any) -> Any:
    if not (isinstance(value, str) and isinstance(separator, str)) or not separator:
        return None
    parts = value.split(separator)
    return parts if len(parts) <= LONGEST_LIST else None


def join(parts: Any, separator: Any = "") -> Any:
    if not isinstance(parts, list) or not isinstance(separator, str):
        return None
    texts = [text_of(part) for part in parts]
    length = sum(map(len, texts)) + len(separator) * len(texts)
    return separator.join(texts) if length <= LONGEST_TEXT else None


def matches(value: Any, source: Any) -> Any:
    if not (isinstance(value, str) and isinstance(source, str)):
        return None
    try:
        return pattern(source).search(sound(value)) is not None
    except BadPattern:
        return None


def number_of(value: Any) -> Any:
    found = number(exact(value) if isinstance(value, float) else value)
    return None if found is None else float(found)


def text_of(value: Any) -> str:
    found = exact(value) if isinstance(value, float) else value
    return "" if found is None else text(found) if isinstance(found, str | int | Decimal) else ""


def round_to(value: Any, places: Any = 0) -> Any:
    found = exact(value)
    if found is None or not _whole(places) or not 0 <= places <= 6:
        return None
    return float(found.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP))


def words(value: Any, count: Any) -> Any:
    if not isinstance(value, str) or not _whole(count) or count < 0:
        return None
    return " ".join(value.split()[: int(count)])


def cut(value: Any, length: Any) -> Any:
    if not isinstance(value, str) or not _whole(length) or length < 2:
        return None
    return step_texts.cut(value, int(length))


def slug(value: Any) -> Any:
    return step_texts.slug(value) if isinstance(value, str) else None


def first(*values: Any) -> Any:
    """The first that is not empty."""
    return next((value for value in values if value not in (None, "", [])), None)


def least(*values: Any) -> Any:
    return min(values) if all(_is_number(value) for value in values) else None


def greatest(*values: Any) -> Any:
    return max(values) if all(_is_number(value) for value in values) else None


FUNCTIONS: dict[str, Function] = {
    "size": Function(1, 1, "number"),
    "contains": Function(2, 2, "truth"),
    "startsWith": Function(2, 2, "truth"),
    "endsWith": Function(2, 2, "truth"),
    "string": Function(1, 1, "text"),
    "int": Function(1, 1, "number"),
    "double": Function(1, 1, "number"),
    "matches": Function(2, 2, "truth", matches),
    "lower": Function(1, 1, "text", lower),
    "upper": Function(1, 1, "text", upper),
    "trim": Function(1, 1, "text", trim),
    "substring": Function(2, 3, "text", substring),
    "replace": Function(3, 3, "text", replace),
    "split": Function(2, 2, "list", split),
    "join": Function(1, 2, "text", join),
    "number": Function(1, 1, "number", number_of),
    "text": Function(1, 1, "text", text_of),
    "round": Function(1, 2, "number", round_to),
    "words": Function(2, 2, "text", words),
    "cut": Function(2, 2, "text", cut),
    "slug": Function(1, 1, "text", slug),
    "first": Function(2, 8, "same", first),
    "min": Function(2, 8, "number", least),
    "max": Function(2, 8, "number", greatest),
}


def exact(value: Any) -> Decimal | None:
    """A number of CEL's as it was meant. CEL's decimal numbers are binary ones of 53 bits: 0.1 + 0.2 is there a little more
    than 0.3. At twelve digits and six decimals, which no amount of a merchant exceeds, what was meant comes back."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return number(value)
    if not abs(value) < 1e15:  # also what is not a number
        return None
    return Decimal(f"{value:.12g}").quantize(SIX_PLACES, ROUND_HALF_UP)


SIX_PLACES = Decimal("0.000001")


def _whole(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
