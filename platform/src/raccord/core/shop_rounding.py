"""How shops come from their prices to what they charge: per unit, per line or per total, with or without tax in the price."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord.core.rounding import CENT, SIX, ZERO, Amounts, Part, cents
from raccord_connectors.canonical import Order

Level = Literal["unit", "line", "total"]
LEVELS: tuple[Level, ...] = ("unit", "line", "total")


class ShopRounding(Struct, kw_only=True, frozen=True):
    level: Level
    """Where a shop rounds to the cent: each piece, each line, or only the totals of each rate."""
    prices_include_tax: bool


class Sold(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A line as the shop prices it."""

    quantity: Decimal
    price: Decimal
    """Of one piece, with or without tax as the shop's prices are."""
    rate: Decimal
    discount: Decimal = ZERO
    """Off the whole line, in the same terms as the price."""


class Charged(Struct, frozen=True):
    """What the customer pays for the lines; charges are added apart."""

    parts: list[Part]
    table: dict[Decimal, Amounts]
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def charged(sold: Sequence[Sold], how: ShopRounding) -> Charged:
    """Net + tax = gross, always; where only totals are rounded the parts keep six decimals."""
    parts = [_part(line, how) for line in sold]
    if how.level != "total":
        table = _summed(parts)
        return Charged(
            parts,
            table,
            sum((one.net for one in table.values()), ZERO),
            sum((one.tax for one in table.values()), ZERO),
        )
    exact = _summed(parts)
    taxes = {rate: cents(amounts.tax) for rate, amounts in exact.items()}
    tax = sum(taxes.values(), ZERO)
    if how.prices_include_tax:
        net = cents(sum((line.quantity * line.price - line.discount for line in sold), ZERO)) - tax
    else:
        net = cents(sum((amounts.net for amounts in exact.values()), ZERO))
    table = {rate: Amounts(amounts.net, taxes[rate]) for rate, amounts in exact.items()}
    return Charged(parts, table, net, tax)


def _part(line: Sold, how: ShopRounding) -> Part:
    factor = 1 + line.rate / 100
    if how.level == "unit":
        return _per_unit(line, how.prices_include_tax, factor)
    amount = line.quantity * line.price - line.discount
    if how.level == "line":
        amount = cents(amount)
    net = amount / factor if how.prices_include_tax else amount
    places = CENT if how.level == "line" else SIX
    net = _rounded(net, places)
    tax = amount - net if how.prices_include_tax else _rounded(net * (factor - 1), places)
    return Part(line.rate, net, _rounded(tax, places))


def _per_unit(line: Sold, with_tax: bool, factor: Decimal) -> Part:
    one = cents(line.price)
    each_net = cents(one / factor) if with_tax else one
    each_tax = one - each_net if with_tax else cents(one * (factor - 1))
    off_net = cents(line.discount / factor) if with_tax else cents(line.discount)
    off_tax = cents(line.discount) - off_net if with_tax else cents(off_net * (factor - 1))
    return Part(
        line.rate, cents(line.quantity * each_net) - off_net, cents(line.quantity * each_tax) - off_tax
    )


def _rounded(amount: Decimal, places: Decimal) -> Decimal:
    return cents(amount) if places == CENT else amount.quantize(places, "ROUND_HALF_UP")


def _summed(parts: Sequence[Part]) -> dict[Decimal, Amounts]:
    table: dict[Decimal, Amounts] = {}
    for part in parts:
        rate = part.rate or ZERO
        found = table.get(rate, Amounts(ZERO, ZERO))
        table[rate] = Amounts(found.net + part.net, found.tax + part.tax)
    return table


def how_rounded(order: Order) -> list[ShopRounding]:
    """The ways of rounding that lead from the order's unit prices to its totals; none where the shop does not tell them all."""
    sold = []
    for line in order.lines:
        price = line.unit_gross if order.prices_include_tax else line.unit_net
        if price is None or line.rate is None:
            return []
        off = sum((one.net for one in line.discounts), ZERO)
        off = off * (1 + line.rate / 100) if order.prices_include_tax else off
        sold.append(Sold(quantity=line.quantity, price=price, rate=line.rate, discount=off))
    apart_net = sum((charge.net for charge in order.charges), ZERO)
    apart_tax = sum((charge.tax for charge in order.charges), ZERO)
    found = []
    for level in LEVELS:
        how = ShopRounding(level=level, prices_include_tax=order.prices_include_tax)
        whole = charged(sold, how)
        if (cents(whole.net + apart_net), cents(whole.tax + apart_tax)) == (
            cents(order.net),
            cents(order.tax),
        ):
            found.append(how)
    return found
