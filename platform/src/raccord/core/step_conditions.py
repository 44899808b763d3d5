"""The steps that decide: a default for what is empty, and a condition on the value or on another field."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Literal

from msgspec import Struct, field

from raccord.core.values import NOTHING, Failed, Value, is_empty, number, quoted, text
from raccord_connectors.canonical import Scalar
from raccord_connectors.contract import Text

Test = Literal["empty", "not_empty", "equals", "differs", "contains", "lacks", "begins", "greater", "less"]
Act = Literal["go_on", "put", "nothing", "hold", "skip"]
NEEDS_TO = ("equals", "differs", "contains", "lacks", "begins", "greater", "less")
"""Tests that compare with `to`."""


class Default(Struct, frozen=True, tag_field="do", tag="default"):
    """`value` where there is nothing."""

    TITLE: ClassVar = Text("step.default", "valeur par défaut", "default")
    value: Scalar


class When(Struct, frozen=True, tag_field="do", tag="when", omit_defaults=True):
    """If a field (`source`; empty: the value so far) passes a test, do this, else do that.

    go_on: with the value as it is. put: `put` or `put_otherwise` takes its place. nothing: the value is emptied. hold: the
    record is held. skip: the shop's field is left alone. Texts are compared without capitals and outer spaces."""

    TITLE: ClassVar = Text("step.when", "condition", "condition")
    source: str = ""
    is_: Test = field(name="is", default="not_empty")
    to: str = ""
    then: Act = "go_on"
    put: str = ""
    otherwise: Act = "nothing"
    put_otherwise: str = ""


HELD = Text(
    "step.when.held",
    "la condition de la règle demande de retenir cet article (valeur « {value} »)",
    "the rule’s condition asks to hold this article (value “{value}”)",
)


def default_step(step: Default) -> Callable[[Value], Value]:
    default = step.value
    return lambda value: default if is_empty(value) else value


def when_step(step: When, read: Callable[[Any], Value] | None) -> Callable[[Value, Any], Value]:
    """`read` reads the other field from a record; None tests the value itself."""
    passes = _test(step)
    yes, no = _act(step.then, step.put), _act(step.otherwise, step.put_otherwise)

    def work(value: Value, given: Any) -> Value:
        tested = value if read is None else read(given)
        return yes(value, tested) if passes(tested) else no(value, tested)

    return work


def _act(act: Act, put: str) -> Callable[[Value, Value], Value]:
    match act:
        case "go_on":
            return lambda value, tested: value
        case "put":
            return lambda value, tested: put
        case "nothing":
            return lambda value, tested: None
        case "skip":
            return lambda value, tested: NOTHING
        case "hold":
            return lambda value, tested: Failed(HELD, {"value": quoted(tested)})


def _test(step: When) -> Callable[[Value], bool]:
    other, amount = _plain(step.to), number(step.to.strip())
    match step.is_:
        case "empty":
            return _blank
        case "not_empty":
            return lambda value: not _blank(value)
        case "equals":
            return lambda value: _equal(value, other, amount)
        case "differs":
            return lambda value: not _equal(value, other, amount)
        case "contains":
            return lambda value: _contains(value, other)
        case "lacks":
            return lambda value: not _contains(value, other)
        case "begins":
            return lambda value: _plain(value).startswith(other)
        case "greater":
            return lambda value: (
                amount is not None and (found := number(value)) is not None and found > amount
            )
        case "less":
            return lambda value: (
                amount is not None and (found := number(value)) is not None and found < amount
            )


def _blank(value: Value) -> bool:
    return is_empty(value) or (isinstance(value, str) and not value.strip())


def _equal(value: Value, other: str, amount: Decimal | None) -> bool:
    """Numbers by their amount; the texts "06" and "6" are two codes."""
    if amount is not None and not isinstance(value, str) and number(value) == amount:
        return True
    return _plain(value) == other


def _contains(value: Value, other: str) -> bool:
    """A list contains one that is so; a text contains it somewhere."""
    if isinstance(value, list):
        return any(_plain(part) == other for part in value)
    return other in _plain(value)


def _plain(value: Value) -> str:
    return text(value).strip().casefold()
