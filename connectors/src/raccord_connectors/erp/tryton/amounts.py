"""Unit prices with which Tryton arrives at the shop's amounts. Pure arithmetic; what Tryton makes of it is read back.

Tryton rounds each line to the cent (half to even), adds the lines up, and taxes the *unrounded* lines: once per document
(the default) or once per line. A unit price has few decimals (4). So the same line amount is reached by a small interval
of unit prices, and within it the tax can still be moved. Where that is not enough (9.99 with 20 %: 8.33 + 1.67 = 10.00),
two rounding lines help that cancel out: one taxed, which moves the tax, one untaxed, which takes the amount back.
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
class Rounding:
    """A line to add: an amount, with these taxes (or none)."""

    amount: Decimal
    taxes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fitted:
    prices: list[Decimal]
    """One unit price per line."""
    roundings: list[Rounding]
    """In pairs or alone; empty when the lines suffice."""

    @property
    def largest_rounding(self) -> Decimal:
        return max((abs(one.amount) for one in self.roundings), default=ZERO)


@dataclass(frozen=True)
class _Range:
    """Unit prices in whole steps, all of which round to the line's net; `step` away from it lies the next."""

    low: int
    high: int
    chosen: int


def cents(amount: Decimal) -> Decimal:
    """As Tryton rounds."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def fit(lines: Sequence[Wanted], *, decimals: int, per_line: bool) -> Fitted:
    """`decimals` of a unit price; `per_line`: taxes are rounded per line."""
    step = Decimal(1).scaleb(-decimals)
    ranges = [_range(line, step) for line in lines]
    roundings: list[Rounding] = []
    for taxes in dict.fromkeys(line.taxes for line in lines):
        group = [index for index, line in enumerate(lines) if line.taxes == taxes]
        rate = lines[group[0]].rate
        if rate:  # a tax on untaxed lines cannot be reached by any price
            missing = _aim(lines, ranges, group, rate / 100, step, per_line)
            roundings += [Rounding(missing, taxes)] if missing else []
    prices = [found.chosen * step for found in ranges]
    reached = (cents(line.quantity * price) for line, price in zip(lines, prices, strict=True))
    left = sum((line.net - net for line, net in zip(lines, reached, strict=True)), ZERO)
    left -= sum((one.amount for one in roundings), ZERO)
    if left:
        roundings.append(Rounding(left))
    return Fitted(prices, _merged(roundings))


def _range(line: Wanted, step: Decimal) -> _Range:
    """All steps that give the line's net; only the nearest when none does (large quantities, few decimals)."""
    if not line.quantity:
        return _Range(0, 0, 0)
    nearest = round(line.net / line.quantity / step)
    bounds = sorted(((line.net + side) / line.quantity / step) for side in (-HALF, HALF))
    low, high = ceil(bounds[0]), floor(bounds[1])
    while low <= high and cents(line.quantity * low * step) != line.net:  # the bound itself rounds to even
        low += 1
    while low <= high and cents(line.quantity * high * step) != line.net:
        high -= 1
    if low > high:
        return _Range(nearest, nearest, nearest)
    return _Range(low, high, min(max(nearest, low), high))


def _aim(
    lines: Sequence[Wanted],
    ranges: list[_Range],
    group: Sequence[int],
    rate: Decimal,
    step: Decimal,
    per_line: bool,
) -> Decimal:
    """Moves the unit prices of lines with the same taxes until their tax is the wanted one. Returns the taxed amount
    that is missing for that, in cents, when the intervals do not allow it."""
    for members in [[index] for index in group] if per_line else [group]:
        _move(lines, ranges, members, rate, step)
    bases = [lines[index].quantity * ranges[index].chosen * step for index in group]
    wanted = sum((lines[index].tax for index in group), ZERO)
    if not per_line:
        return _missing(sum(bases, ZERO), rate, wanted)
    return _missing(ZERO, rate, wanted - sum((cents(base * rate) for base in bases), ZERO))


def _move(
    lines: Sequence[Wanted], ranges: list[_Range], group: Sequence[int], rate: Decimal, step: Decimal
) -> None:
    """Towards the base whose tax is that of the group, each line as far as its net allows."""
    wanted = sum((lines[index].tax for index in group), ZERO)
    base = sum((lines[index].quantity * ranges[index].chosen * step for index in group), ZERO)
    low, high = (wanted - HALF) / rate, (wanted + HALF) / rate
    for index in group:
        if cents(base * rate) == wanted:
            return
        found = ranges[index]
        one = lines[index].quantity * step
        if not one:
            continue
        moves = ((low if base <= low else high) - base) / one
        steps = int(moves.to_integral_value(ROUND_FLOOR if moves < 0 else ROUND_CEILING))
        if cents((base + steps * one) * rate) != wanted:
            steps += 1 if moves > 0 else -1  # exactly on the bound, which rounds to the other side
        moved = min(max(found.chosen + steps, found.low), found.high)
        base += (moved - found.chosen) * one
        ranges[index] = replace(found, chosen=moved)


def _missing(base: Decimal, rate: Decimal, wanted: Decimal) -> Decimal:
    """The smallest whole number of cents to add to `base` so that its tax is `wanted`."""
    if cents(base * rate) == wanted:
        return ZERO
    low, high = (wanted - HALF) / rate, (wanted + HALF) / rate
    if base <= low:
        missing, side = (low - base).quantize(CENT, ROUND_CEILING), CENT
    else:
        missing, side = (high - base).quantize(CENT, ROUND_FLOOR), -CENT
    for _ in range(2):
        if cents((base + missing) * rate) == wanted:
            return missing
        missing += side
    return ZERO  # rates above 100 %: the interval is narrower than a cent


def _merged(roundings: Sequence[Rounding]) -> list[Rounding]:
    """One line per set of taxes."""
    sums: dict[tuple[int, ...], Decimal] = {}
    for one in roundings:
        sums[one.taxes] = sums.get(one.taxes, ZERO) + one.amount
    return [Rounding(amount, taxes) for taxes, amount in sums.items() if amount]
