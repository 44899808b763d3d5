"""The functions that a formula may call: ours, of which none fails (what cannot be answered is `null`), and CEL's own, which do.

Names and arguments are those of CEL's extension for texts where it has them. Each can be called as `f(x)` or `x.f()`.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct

from raccord.core import step_texts
from raccord.core.formula_operators import LONGEST_LIST, LONGEST_TEXT, MIXES, Fails, is_number
from raccord.core.step_patterns import BadPattern, pattern
from raccord.core.values import is_empty, number, quoted, sound, text
from raccord_connectors.contract import Text

MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})


class Function(Struct, frozen=True):
    """`gives`: text, number, truth, list, or same (as its first argument)."""

    least: int
    most: int
    gives: str
    work: Callable[..., Any]
    weight: int = 1
    """How much slower than copying it goes through its texts."""


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
    return number(value)


def text_of(value: Any) -> str:
    return text(value) if isinstance(value, str | int | Decimal) else ""


def round_to(value: Any, places: Any = 0) -> Any:
    if not is_number(value) or not _whole(places) or not 0 <= places <= 6:
        return None
    return Decimal(value).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


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
    return next((value for value in values if not is_empty(value)), None)


def least(*values: Any) -> Any:
    return min(values) if all(is_number(value) for value in values) else None


def greatest(*values: Any) -> Any:
    return max(values) if all(is_number(value) for value in values) else None


# ------------------------------------------------------------------------------------------------ CEL's own


def size(value: Any) -> Any:
    if value.__class__ is not str and value.__class__ is not list:
        raise Fails(MIXES)
    return len(value)


def _of_texts(work: Callable[[str, str], bool]) -> Callable[[Any, Any], Any]:
    def checked(value: Any, other: Any) -> bool:
        if value.__class__ is not str or other.__class__ is not str:
            raise Fails(MIXES)
        return work(value, other)

    return checked


def string(value: Any) -> str:
    if not is_number(value) and value.__class__ is not str:
        raise Fails(MIXES)
    return text(value)


def whole(value: Any) -> int:
    """Towards zero; of a text, the whole number that it is."""
    if value.__class__ is str:
        if not re.fullmatch(r"[+-]?\d{1,15}", value, re.ASCII):
            raise Fails(NO_NUMBER, {"value": quoted(value)})
        return int(value)
    if not is_number(value):
        raise Fails(MIXES)
    return int(value)


def double(value: Any) -> Decimal:
    if value.__class__ is str:
        found = number(value) if "," not in value and " " not in value else None
        if found is None:
            raise Fails(NO_NUMBER, {"value": quoted(value)})
        return found
    if not is_number(value):
        raise Fails(MIXES)
    return Decimal(value)


NO_NUMBER = Text(
    "formula.no_number",
    "« {value} » n’est pas un nombre ; number(x) donnerait null au lieu d’échouer",
    "“{value}” is not a number; number(x) would give null instead of failing",
)


FUNCTIONS: dict[str, Function] = {
    "size": Function(1, 1, "number", size),
    "contains": Function(2, 2, "truth", _of_texts(lambda value, other: other in value), 10),
    "startsWith": Function(2, 2, "truth", _of_texts(str.startswith)),
    "endsWith": Function(2, 2, "truth", _of_texts(str.endswith)),
    "string": Function(1, 1, "text", string),
    "int": Function(1, 1, "number", whole),
    "double": Function(1, 1, "number", double),
    "matches": Function(2, 2, "truth", matches, 50),
    "lower": Function(1, 1, "text", lower, 25),
    "upper": Function(1, 1, "text", upper, 25),
    "trim": Function(1, 1, "text", trim),
    "substring": Function(2, 3, "text", substring),
    "replace": Function(3, 3, "text", replace, 10),
    "split": Function(2, 2, "list", split, 10),
    "join": Function(1, 2, "text", join, 10),
    "number": Function(1, 1, "number", number_of),
    "text": Function(1, 1, "text", text_of),
    "round": Function(1, 2, "number", round_to),
    "words": Function(2, 2, "text", words, 100),
    "cut": Function(2, 2, "text", cut),
    "slug": Function(1, 1, "text", slug, 50),
    "first": Function(2, 8, "same", first),
    "min": Function(2, 8, "number", least),
    "max": Function(2, 8, "number", greatest),
}


def _whole(value: Any) -> bool:
    return is_number(value) and value == int(value)
