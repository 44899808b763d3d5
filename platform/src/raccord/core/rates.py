"""An amount shared out over the rates of VAT of an order: for a deposit invoice, or for a gesture that belongs to no line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from raccord.core.rounding import CENT, ZERO, Amounts, cents
from raccord_connectors.canonical import DraftLine

Table = dict[Decimal | None, Amounts]
"""Rate → net and tax; None is a tax whose rate nobody told."""


def table_of(lines: Sequence[DraftLine]) -> Table:
    """What the lines make rate by rate, the rate zero included."""
    table: Table = {}
    for line in lines:
        if line.kind != "comment":
            rate = ZERO if line.rate is None and not line.tax else line.rate
            known = table.get(rate, Amounts(ZERO, ZERO))
            table[rate] = Amounts(known.net + line.net, known.tax + line.tax)
    return table


def gross_of(amounts: Amounts) -> Decimal:
    return amounts.net + amounts.tax


def total(table: Mapping[Decimal | None, Amounts]) -> Decimal:
    return sum((gross_of(amounts) for amounts in table.values()), ZERO)


def spread(amount: Decimal, table: Table) -> Table:
    """`amount` (with tax) over the rates in proportion to what is in `table`; all of it gives `table` itself, to the cent. Rates
    without money are left out; an amount that no rate can carry is of the rate zero."""
    whole = total(table)
    if amount == whole:
        return {rate: one for rate, one in table.items() if one.net or one.tax}
    weights = {rate: gross_of(one) for rate, one in table.items() if gross_of(one) > 0}
    if not weights:
        return {ZERO: Amounts(amount, ZERO)}
    shares = _shares(amount, weights)
    return {rate: part_of(share, rate, table[rate]) for rate, share in shares.items() if share}


def _shares(amount: Decimal, weights: Mapping[Decimal | None, Decimal]) -> dict[Decimal | None, Decimal]:
    """In cents, making `amount`: the cents that rounding left go to the rates that it cut most."""
    whole = sum(weights.values(), ZERO)
    exact = {rate: amount * weight / whole for rate, weight in weights.items()}
    found = {rate: cents(share) for rate, share in exact.items()}
    left = amount - sum(found.values(), ZERO)
    step = CENT.copy_sign(left)
    while left:
        best = max(
            found, key=lambda rate: ((exact[rate] - found[rate]) * (1 if left > 0 else -1), weights[rate])
        )
        found[best] += step
        left -= step
    return found


def part_of(share: Decimal, rate: Decimal | None, whole: Amounts) -> Amounts:
    """A part (with tax) of an amount: its tax is what the rate makes of it, so that an ERP which works taxes out comes to the
    same; without a rate, in proportion to the whole's."""
    if rate is None:
        tax = cents(share * whole.tax / gross_of(whole)) if gross_of(whole) else ZERO
        return Amounts(share - tax, tax)
    net = cents(share / (1 + rate / 100))
    return Amounts(net, share - net)


def less(table: Table, taken: Mapping[Decimal | None, Amounts]) -> Table:
    """What is left of each rate."""
    left = dict(table)
    for rate, amounts in taken.items():
        known = left.get(rate, Amounts(ZERO, ZERO))
        left[rate] = Amounts(known.net - amounts.net, known.tax - amounts.tax)
    return left
