"""Unit prices with which Tryton arrives at the shop's amounts. Pure arithmetic; what Tryton makes of it is read back.

Tryton rounds each line to the cent (half to even) and adds the lines up. It taxes the *unrounded* lines: those with the
same taxes together (the default) or each line on its own; lines below zero make a sum of their own. A unit price has few
decimals (4), so the same line amount is reached by a small interval of unit prices, and within it the tax can be moved.

That is not always enough: with 20 %, 8.32 + 1.66 is 9.98 and 8.33 + 1.67 is 10.00, and no unit price makes 9.99. A quarter
of all orders with prices including tax are like that. Then a line is allowed a cent more or less, which the tax needs, and
one untaxed rounding line takes it back: 8.32 + 1.66 + 0.01.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import ceil, floor

CENT = Decimal("0.01")
HALF = CENT / 2
ZERO = Decimal(0)


@dataclass(frozen=True)
class Wanted:
    """A line of the draft. `taxes` names its taxes in Tryton, `rate` is what they amount to in percent (None when they
    are not plain percentages: then no tax is aimed at and the sum is left to Tryton)."""

    quantity: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[int, ...]
    rate: Decimal | None


@dataclass(frozen=True)
class Fitted:
    prices: list[Decimal]
    """One unit price per line."""
    rounding: Decimal = ZERO
    """What an untaxed line has to add for the nets to be the shop's; usually zero."""
    moved: Decimal = ZERO
    """By how much a line's net differs from the shop's at most."""


@dataclass(frozen=True)
class _Price:
    """A unit price in whole steps; from `low` to `high` the line keeps its net."""

    low: int
    high: int
    chosen: int


def cents(amount: Decimal) -> Decimal:
    """As Tryton rounds."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def fit(lines: Sequence[Wanted], *, decimals: int, per_line: bool, rounding: bool) -> Fitted:
    """`decimals` of a unit price; `per_line`: taxes are rounded per line; `rounding`: a rounding line may be added.
    Without one the amounts may differ from the shop's: whoever calls has to compare them."""
    step = Decimal(1).scaleb(-decimals)
    prices = [_price(line, step) for line in lines]
    for group in _groups(lines, per_line):
        rate = lines[group[0]].rate
        if rate:  # no price leads to a tax on untaxed lines
            _aim(lines, prices, group, rate / 100, step, rounding)
    found = [price.chosen * step for price in prices]
    differences = [line.net - cents(line.quantity * price) for line, price in zip(lines, found, strict=True)]
    if not rounding:
        return Fitted(found)
    return Fitted(found, sum(differences, ZERO), max(map(abs, differences), default=ZERO))


def _groups(lines: Sequence[Wanted], per_line: bool) -> list[list[int]]:
    """Lines that Tryton taxes together."""
    groups: dict[object, list[int]] = {}
    for index, line in enumerate(lines):
        key = index if per_line else (line.taxes, line.net >= 0)
        groups.setdefault(key, []).append(index)
    return list(groups.values())


def _price(line: Wanted, step: Decimal) -> _Price:
    """All steps that give the line's net; only the nearest when none does (large quantities, few decimals)."""
    if not line.quantity:
        return _Price(0, 0, 0)
    nearest = round(line.net / line.quantity / step)
    bounds = sorted((line.net + side) / line.quantity / step for side in (-HALF, HALF))
    low, high = ceil(bounds[0]), floor(bounds[1])
    while low <= high and cents(line.quantity * low * step) != line.net:  # the bound itself rounds to even
        low += 1
    while low <= high and cents(line.quantity * high * step) != line.net:
        high -= 1
    if low > high:
        return _Price(nearest, nearest, nearest)
    return _Price(low, high, min(max(nearest, low), high))


def _aim(
    lines: Sequence[Wanted],
    prices: list[_Price],
    group: Sequence[int],
    rate: Decimal,
    step: Decimal,
    rounding: bool,
) -> None:
    """Moves the unit prices of lines that are taxed together until their tax is the wanted one: each as far as its net
    allows, then, if that may be taken back by a rounding line, further, the largest first."""
    wanted = sum((lines[index].tax for index in group), ZERO)
    base = sum((lines[index].quantity * prices[index].chosen * step for index in group), ZERO)
    bounds = [(index, prices[index].low, prices[index].high) for index in group]
    if rounding:
        largest_first = sorted(group, key=lambda index: -abs(lines[index].net))
        bounds += [(index, *_same_side(prices[index].chosen)) for index in largest_first]
    for index, low, high in bounds:
        found = prices[index].chosen
        chosen = min(max(_moved(lines[index], found, base, rate, wanted, step), low), high)
        base += (chosen - found) * lines[index].quantity * step
        prices[index] = replace(prices[index], chosen=chosen)


def _same_side(chosen: int) -> tuple[int, int]:
    """How far a unit price may move without crossing zero, where Tryton would tax its line with others."""
    return (0, 2**62) if chosen >= 0 else (-(2**62), -1)


def _moved(line: Wanted, chosen: int, base: Decimal, rate: Decimal, wanted: Decimal, step: Decimal) -> int:
    """The unit price, in steps, of this line with which `base` comes to have the tax `wanted`."""
    one = line.quantity * step
    if cents(base * rate) == wanted or not one:
        return chosen
    low, high = (wanted - HALF) / rate, (wanted + HALF) / rate
    upwards = base <= low
    steps = ((low if upwards else high) - base) / one
    moves = int(steps.to_integral_value(ROUND_FLOOR if steps < 0 else ROUND_CEILING))
    if cents((base + moves * one) * rate) != wanted:  # exactly on the bound, which rounds to the other side
        moves += 1 if upwards == (one > 0) else -1
    return chosen + moves
