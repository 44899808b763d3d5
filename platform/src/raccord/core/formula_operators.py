"""What the operators of formulas do to values, and what they answer where they do not apply."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from raccord.core.formula_text import Node
from raccord.core.values import LARGEST, Failed
from raccord_connectors.contract import Text

LONGEST_TEXT = 20_000
"""Characters of a text that a formula reads or makes."""
LONGEST_LIST = 100


class Fails(Exception):
    """A part of a formula has no value for this record."""

    def __init__(self, why: Text, about: dict[str, str] | None = None, part: Node | None = None) -> None:
        super().__init__(why.code)
        self.why = why
        self.failed = Failed(why, about or {})
        self.part = part


MIXES = Text(
    "formula.mixes",
    "la formule mêle des valeurs de sortes différentes pour cet article ; number(x) fait d’un texte un nombre, text(x) "
    "d’un nombre un texte",
    "the formula mixes values of different kinds for this article; number(x) makes a number of a text, text(x) a text "
    "of a number",
)
NOT_TRUTH = Text(
    "formula.not_truth",
    "la condition de la formule ne donne ni vrai ni faux pour cet article",
    "the formula’s condition is neither true nor false for this article",
)
NOT_A_LIST = Text(
    "formula.not_a_list",
    "la formule parcourt ce qui n’est pas une liste pour cet article",
    "the formula goes through what is no list for this article",
)
BY_ZERO = Text(
    "formula.by_zero",
    "la formule divise par zéro pour cet article",
    "the formula divides by zero for this article",
)
NOT_THERE = Text(
    "formula.not_there",
    "la formule prend la partie {place} d’une liste qui en a {size} pour cet article",
    "the formula takes part {place} of a list that has {size} for this article",
)
TEXT_TOO_LONG = Text(
    "formula.made_too_long",
    "la formule fait un texte de plus de {limit} caractères, ou une liste de plus de 100 parties, pour cet article",
    "the formula makes a text of more than {limit} characters, or a list of more than 100 parts, for this article",
)
TOO_LARGE = Text(
    "formula.too_large",
    "la formule donne un nombre trop grand pour cet article",
    "the formula gives too large a number for this article",
)
OF_KINDS = (MIXES, NOT_TRUTH, NOT_A_LIST)
"""Failures that say that a formula is wrong whatever the record: a text is not a number."""


def is_number(value: Any) -> bool:
    return value.__class__ is Decimal or value.__class__ is int


def _bounded(value: Any) -> Any:
    if abs(value) >= LARGEST:
        raise Fails(TOO_LARGE)
    return value


def add(left: Any, right: Any) -> Any:
    kind, other = left.__class__, right.__class__
    if kind is str and other is str:
        if len(left) + len(right) > LONGEST_TEXT:
            raise Fails(TEXT_TOO_LONG, {"limit": str(LONGEST_TEXT)})
        return left + right
    if is_number(left) and is_number(right):
        return _bounded(left + right)
    if kind is list and other is list:
        if len(left) + len(right) > LONGEST_LIST:
            raise Fails(TEXT_TOO_LONG, {"limit": str(LONGEST_TEXT)})
        return left + right
    raise Fails(MIXES)


def _numbers(work: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def checked(left: Any, right: Any) -> Any:
        if is_number(left) and is_number(right):
            return _bounded(work(left, right))
        raise Fails(MIXES)

    return checked


def _divided(left: Any, right: Any) -> Any:
    if not right:
        raise Fails(BY_ZERO)
    if left.__class__ is int and right.__class__ is int:
        return int(Decimal(left) / right) if abs(left) < LARGEST else _bounded(left)
    return left / right


def _rest(left: Any, right: Any) -> Any:
    """With the sign of the left side, as in CEL."""
    if not right:
        raise Fails(BY_ZERO)
    found = Decimal(left) % Decimal(right)
    return int(found) if left.__class__ is int and right.__class__ is int else found


def equal(left: Any, right: Any) -> bool:
    """Values of different kinds differ; numbers are equal by what they are worth."""
    if left.__class__ is right.__class__:
        if left.__class__ is list:
            return len(left) == len(right) and all(map(equal, left, right))
        return bool(left == right)
    return is_number(left) and is_number(right) and bool(left == right)


def _ordered(work: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        if (is_number(left) and is_number(right)) or (left.__class__ is str and right.__class__ is str):
            return work(left, right)
        raise Fails(MIXES)

    return checked


def _among(left: Any, right: Any) -> bool:
    if right.__class__ is not list:
        raise Fails(NOT_A_LIST)
    return any(equal(left, part) for part in right)


def index(whole: Any, place: Any) -> Any:
    if whole.__class__ is not list or place.__class__ is not int:
        raise Fails(NOT_A_LIST if whole.__class__ is not list else MIXES)
    if not 0 <= place < len(whole):
        raise Fails(NOT_THERE, {"place": str(place), "size": str(len(whole))})
    return whole[place]


def _opposite(value: Any) -> Any:
    if not is_number(value):
        raise Fails(MIXES)
    return -value


def _negated(value: Any) -> bool:
    if value.__class__ is not bool:
        raise Fails(NOT_TRUTH)
    return not value


UNARY: dict[str, Callable[[Any], Any]] = {"-": _opposite, "!": _negated}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": _numbers(lambda left, right: left - right),
    "*": _numbers(lambda left, right: left * right),
    "/": _numbers(_divided),
    "%": _numbers(_rest),
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "in": _among,
}
MACROS: dict[str, Callable[[list[Any], list[Any]], Any]] = {
    "all": lambda parts, found: all(found),
    "exists": lambda parts, found: any(found),
    "exists_one": lambda parts, found: sum(found) == 1,
    "filter": lambda parts, found: [part for part, kept in zip(parts, found, strict=True) if kept],
    "map": lambda parts, found: found,
}
"""Of a list's parts, and of what the macro's body says of each."""
