"""How a number stands inside a sentence: "1 234,50" in French, its spaces narrow and not to be broken, "1,234.50" in English.
Digits are those of the value: an amount with its cents keeps them."""

from decimal import Decimal

NARROW = "\u202f"


def french(number: Decimal) -> str:
    return _grouped(number).replace(",", NARROW).replace(".", ",")


def english(number: Decimal) -> str:
    return _grouped(number)


def _grouped(number: Decimal) -> str:
    return f"{number:,f}" if number.is_finite() else str(number)
