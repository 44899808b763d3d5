"""How an amount of deposit is written in an invoice of Tryton: rate by rate, so that Tryton's own rounding gives it. Pure.

Tryton works the tax out of the base, and takes deposits off the final invoice in the sum of their bases. So a base is chosen by
whole cents such that its own tax, and the tax of all deposits at that rate together, come to whole cents without a remainder
that nobody paid; what is left over of the amount, a few cents, is a part without tax.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from raccord_connectors.canonical import TaxAmount
from raccord_connectors.erp.tryton.amounts import CENT, cents

ZERO = Decimal(0)
SEARCHED = 60
"""Cents to either side: one cent of tax at 2.1 % is 48 of base."""
Parts = dict[Decimal, tuple[Decimal, Decimal]]
"""Rate in percent → (base, tax); rate 0 without tax."""


def parts(
    amount: Decimal, told: Sequence[TaxAmount], before: Mapping[Decimal, tuple[Decimal, Decimal]]
) -> Parts:
    """`told` is wanted; `before` is what earlier deposits came to. Bases and taxes of the answer add up to `amount`."""
    found: Parts = {}
    for one in told:
        if one.rate:
            found[one.rate] = _nearest(one, *before.get(one.rate, (ZERO, ZERO)))
    rest = amount - sum((base + tax for base, tax in found.values()), ZERO)
    if rest:
        found[ZERO] = (rest, ZERO)
    return found


def given_back(amount: Decimal, left: Mapping[Decimal, tuple[Decimal, Decimal]]) -> Parts:
    """Which parts of the deposits `left` are given back for `amount`, in proportion; all of them where it is all."""
    whole = sum((base + tax for base, tax in left.values()), ZERO)
    if amount == whole:
        return dict(left)
    share = amount / whole
    told = [TaxAmount(rate, cents(base * share), cents(tax * share)) for rate, (base, tax) in left.items()]
    return parts(amount, told, {rate: (-base, -tax) for rate, (base, tax) in left.items()})


def _nearest(told: TaxAmount, base: Decimal, tax: Decimal) -> tuple[Decimal, Decimal]:
    rate, start = told.rate / 100, cents(told.base)
    for distance in range(SEARCHED):
        for moved in (start - distance * CENT, start + distance * CENT):
            mine = cents(moved * rate)
            if cents((base + moved) * rate) == tax + mine and abs(mine - told.tax) <= CENT:
                return moved, mine
    return start, cents(start * rate)
