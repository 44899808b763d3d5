"""Figures that add up, as bars beside their numbers: a sum step by step, and a whole with its parts.

Rows of a table or list tell the figures; the bar beside them is drawn in a box of 100 × 10 that stretches with the page, so
that nothing gets too small to read on a phone.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct


class Fall(Struct, frozen=True):
    """One step of a sum: its amount and its bar, from where the former one ended."""

    name: str
    amount: Decimal
    kind: Literal["first", "plus", "minus", "total"]
    x: float
    width: float


class Waterfall(Struct, frozen=True):
    falls: list[Fall]
    zero: float
    """Where nothing is: to the right of 0 when the sum goes below it."""


class Share(Struct, frozen=True):
    """One part of a whole."""

    name: str
    count: int
    x: float
    width: float


def waterfall(steps: Sequence[tuple[str, Decimal]], total: Decimal | None, name: str = "") -> Waterfall:
    """`steps` from the first figure on, with their signs; `total` is what came out, which may be more than their sum when a
    sum below zero counts as nothing. None: no total is known."""
    levels = [Decimal(0)]
    for _, amount in steps:
        levels.append(levels[-1] + amount)
    low, high = min([*levels, total or Decimal(0)]), max([*levels, total or Decimal(0)])
    span = high - low or Decimal(1)

    def at(level: Decimal) -> float:
        return round(float((level - low) * 100 / span), 3)

    falls = []
    for index, (step, amount) in enumerate(steps):
        left, right = sorted((levels[index], levels[index + 1]))
        kind: Literal["first", "plus", "minus"] = "first" if index == 0 else "minus" if amount < 0 else "plus"
        falls.append(Fall(step, amount, kind, at(left), round(at(right) - at(left), 3)))
    if total is not None:
        left, right = sorted((Decimal(0), total))
        falls.append(Fall(name, total, "total", at(left), round(at(right) - at(left), 3)))
    return Waterfall(falls, at(Decimal(0)))


def shares(parts: Sequence[tuple[str, int]]) -> list[Share]:
    """Side by side, as wide as they are many; a part that is there is never too narrow to be seen."""
    there = [(name, count) for name, count in parts if count > 0]
    whole = sum(count for _, count in there)
    widths = [max(100 * count / whole, LEAST) for _, count in there]
    scale = 100 / sum(widths) if widths else 1
    found, x = [], 0.0
    for (name, count), width in zip(there, widths, strict=True):
        found.append(Share(name, count, round(x, 3), round(width * scale, 3)))
        x += width * scale
    return found


LEAST = 1.0
"""Hundredths of the bar that the smallest part takes."""
