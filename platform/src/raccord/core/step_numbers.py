"""Steps on numbers: on a number, on a text that is one, on a price with its crossed-out price, on quantity prices.

All of it in `Decimal`. Rounding is a step of its own, to be put last: prices travel with six decimals until then.
"""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import ClassVar, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from raccord.core.pricing import to_gross, to_net
from raccord.core.values import Failed, Value, each_number, is_empty, no_number, number
from raccord_connectors.canonical import OfferPrice, plain
from raccord_connectors.contract import Text


class Arithmetic(Struct, frozen=True, tag_field="do", tag="arithmetic"):
    """With a fixed number; with another field, a formula does it."""

    TITLE: ClassVar = Text("step.arithmetic", "calculer", "calculate")
    operation: Literal["add", "subtract", "multiply", "divide"]
    number: Decimal


class Round(Struct, frozen=True, tag_field="do", tag="round"):
    """To a multiple of `to`, or to a price that ends in .99 and is not below 0.99. Halves go up."""

    TITLE: ClassVar = Text("step.round", "arrondir", "round")
    to: Literal["0.01", "0.05", "0.10", "1", "x.99"] = "0.01"
    way: Literal["nearest", "up", "down"] = "nearest"


class Tax(Struct, frozen=True, tag_field="do", tag="tax"):
    """VAT put in or taken out by the article's own rate, at six decimals. A price that is so already stays."""

    TITLE: ClassVar = Text("step.tax", "TVA", "VAT")
    to: Literal["with", "without"]


class Convert(Struct, frozen=True, tag_field="do", tag="convert"):
    """From one unit to another of the same kind (`FACTORS`)."""

    TITLE: ClassVar = Text("step.convert", "convertir l’unité", "convert the unit")
    from_: str = field(name="from")
    to: str


class FormatNumber(Struct, frozen=True, tag_field="do", tag="number"):
    """A number as text. Without `decimals`, it has those that it needs."""

    TITLE: ClassVar = Text("step.number", "écrire un nombre", "write a number")
    decimals: int | None = None
    sign: Literal[",", "."] = ","
    thousands: Literal["", " ", "\u202f", ".", ","] = ""
    before: str = ""
    after: str = ""


NumberStep = Arithmetic | Round | Convert | FormatNumber

FACTORS: dict[str, tuple[str, Decimal]] = {
    "mg": ("mass", Decimal("0.001")), "g": ("mass", Decimal(1)), "kg": ("mass", Decimal(1000)),
    "t": ("mass", Decimal(1000000)), "oz": ("mass", Decimal("28.349523125")), "lb": ("mass", Decimal("453.59237")),
    "mm": ("length", Decimal(1)), "cm": ("length", Decimal(10)), "m": ("length", Decimal(1000)),
    "in": ("length", Decimal("25.4")), "ft": ("length", Decimal("304.8")),
    "ml": ("volume", Decimal(1)), "cl": ("volume", Decimal(10)), "l": ("volume", Decimal(1000)),
    "m3": ("volume", Decimal(1000000)), "mm2": ("area", Decimal(1)), "cm2": ("area", Decimal(100)),
    "m2": ("area", Decimal(1000000)),
}  # fmt: skip
"""Unit → its kind, and how many of the smallest unit of that kind it is."""

NO_RATE = Text(
    "step.no_rate",
    "le taux de TVA de l’article n’est pas connu",
    "the article’s VAT rate is not known",
)


def number_step(step: NumberStep) -> Callable[[Value], Value]:
    if isinstance(step, FormatNumber):
        return lambda value: _written(value, step)
    work = _worker(step)
    return lambda value: each_number(value, work)


def _worker(step: Arithmetic | Round | Convert) -> Callable[[Decimal], Decimal]:
    match step:
        case Arithmetic(operation="add", number=other):
            return lambda n: n + other
        case Arithmetic(operation="subtract", number=other):
            return lambda n: n - other
        case Arithmetic(operation="multiply", number=other):
            return lambda n: n * other
        case Arithmetic(number=other):
            return lambda n: n / other
        case Round(to="x.99", way=way):
            return lambda n: max((n + CENT).quantize(Decimal(1), WAYS[way]) - CENT, Decimal("0.99"))
        case Round(to=to, way=way):
            unit = Decimal(to)
            return lambda n: (n / unit).quantize(Decimal(1), WAYS[way]) * unit
        case Convert(from_=source, to=target):
            factor, divisor = FACTORS[source][1], FACTORS[target][1]
            return lambda n: n * factor / divisor
    raise AssertionError(f"{step} is made above")


CENT = Decimal("0.01")
WAYS = {"nearest": ROUND_HALF_UP, "up": ROUND_CEILING, "down": ROUND_FLOOR}


def with_tax(step: Tax, value: Value, rate: Decimal | None) -> Value:
    wanted = step.to == "with"
    if is_empty(value) or (isinstance(value, OfferPrice) and value.tax_included == wanted):
        return value
    if rate is None:
        return Failed(NO_RATE)
    converted = to_gross if wanted else to_net
    result = each_number(value, lambda amount: converted(amount, rate))
    return replace(result, tax_included=wanted) if isinstance(result, OfferPrice) else result


def _written(value: Value, step: FormatNumber) -> Value:
    if is_empty(value):
        return value
    if isinstance(value, list):
        written = [_written(part, step) for part in value]
        return next((part for part in written if isinstance(part, Failed)), written)
    amount = number(value.amount if isinstance(value, OfferPrice) else value)
    if amount is None:
        return no_number(value)
    if step.decimals is not None:
        amount = amount.quantize(Decimal(1).scaleb(-step.decimals), ROUND_HALF_UP)
    shown = f"{amount:,f}" if step.decimals is not None else f"{plain(amount.quantize(TWELVE)):,f}"
    whole, _, rest = shown.partition(".")
    whole = whole.replace(",", step.thousands)
    return step.before + whole + (step.sign + rest if rest else "") + step.after


TWELVE = Decimal("1e-12")
