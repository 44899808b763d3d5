"""How WooCommerce adds up an order, to the cent: pure, in Decimal. What it does is surprising and is kept on purpose:

- amounts of lines are stored *unrounded* without tax (29.90 at 20 % is 24.916667) beside a *rounded* tax (4.98);
- where prices include tax, a half cent of tax is rounded down, so that net + tax is again the price;
- totals are sums of rounded lines, unless the shop rounds at the sub-total.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
STORED = Decimal("0.000001")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rules:
    prices_include_tax: bool = True
    round_at_subtotal: bool = False


@dataclass
class Line:
    """One line of a cart: `price` is the unit price in the shop's mode, `rate` (id, percent) or None untaxed."""

    price: Decimal
    quantity: int
    rate: tuple[int, Decimal] | None
    discount: Decimal = ZERO
    """Of the whole line, in the shop's mode."""
    subtotal: Decimal = ZERO
    subtotal_tax: Decimal = ZERO
    subtotal_taxes: dict[int, Decimal] = field(default_factory=dict)
    total: Decimal = ZERO
    total_tax: Decimal = ZERO
    taxes: dict[int, Decimal] = field(default_factory=dict)


@dataclass
class Extra:
    """Shipping or a fee: `total` without tax."""

    total: Decimal
    rate: tuple[int, Decimal] | None
    taxes: dict[int, Decimal] = field(default_factory=dict)
    total_tax: Decimal = ZERO


@dataclass(frozen=True)
class Totals:
    discount_total: Decimal
    discount_tax: Decimal
    shipping_total: Decimal
    shipping_tax: Decimal
    cart_tax: Decimal
    total_tax: Decimal
    total: Decimal
    tax_lines: dict[int, tuple[Decimal, Decimal]]
    """Rate id → (tax of goods and fees, tax of shipping)."""


def apply_percent_coupon(lines: Sequence[Line], percent: Decimal) -> None:
    """Each line's share is rounded down to the cent; what is then missing goes to the first lines, cent by cent."""
    prices = [line.price * line.quantity - line.discount for line in lines]
    shares = [(price * percent / 100).quantize(CENT, ROUND_FLOOR) for price in prices]
    missing = (sum(prices, ZERO) * percent / 100).quantize(CENT, ROUND_HALF_UP) - sum(shares, ZERO)
    for position, line in enumerate(lines):
        share = shares[position]
        if missing > 0 and share + CENT <= prices[position]:
            share, missing = share + CENT, missing - CENT
        line.discount += share


def compute(lines: Sequence[Line], shipping: Sequence[Extra], fees: Sequence[Extra], rules: Rules) -> Totals:
    """Fills the amounts of the lines and extras in place; returns the order's."""
    for line in lines:
        _compute_line(line, rules)
    compute_extras(lines, shipping, fees)
    return add_up(lines, shipping, fees, rules)


def compute_extras(lines: Sequence[Line], shipping: Sequence[Extra], fees: Sequence[Extra]) -> None:
    """A negative fee is a discount: it never makes the order negative, and its tax is shared among the rates of what
    was bought, in proportion."""
    for extra in shipping:
        extra.taxes = _taxes_of(extra)
    running = sum((_cents(line.total) for line in lines), ZERO) + sum(
        (extra.total for extra in shipping), ZERO
    )
    for fee in fees:
        fee.total = max(fee.total, -_cents(running))
        running += fee.total
        fee.taxes = _taxes_of(fee) if fee.total >= 0 else _shared(fee.total, lines, shipping)
    for extra in (*shipping, *fees):
        extra.total_tax = sum((_cents(tax) for tax in extra.taxes.values()), ZERO)


def _taxes_of(extra: Extra) -> dict[int, Decimal]:
    return {extra.rate[0]: (extra.total * extra.rate[1] / 100).quantize(STORED)} if extra.rate else {}


def _shared(amount: Decimal, lines: Sequence[Line], shipping: Sequence[Extra]) -> dict[int, Decimal]:
    costs: dict[tuple[int, Decimal] | None, Decimal] = {}
    for rate, cost in [(line.rate, line.total) for line in lines] + [
        (extra.rate, extra.total) for extra in shipping
    ]:
        costs[rate] = costs.get(rate, ZERO) + max(ZERO, cost)
    whole = sum(costs.values(), ZERO)
    return {
        rate[0]: (amount * cost / whole * rate[1] / 100).quantize(STORED)
        for rate, cost in costs.items()
        if rate is not None and cost and whole
    }


def add_up(lines: Sequence[Line], shipping: Sequence[Extra], fees: Sequence[Extra], rules: Rules) -> Totals:
    """The order's totals from amounts that the lines already have."""
    by_rate: dict[int, tuple[Decimal, Decimal]] = {}
    for taxes in [line.taxes for line in lines] + [fee.taxes for fee in fees]:
        for rate, tax in taxes.items():
            goods, carriage = by_rate.get(rate, (ZERO, ZERO))
            by_rate[rate] = (goods + _line_tax(tax, rules), carriage)
    for extra in shipping:
        for rate, tax in extra.taxes.items():
            goods, carriage = by_rate.get(rate, (ZERO, ZERO))
            by_rate[rate] = (goods, carriage + _cents(tax))
    if rules.round_at_subtotal:
        by_rate = {rate: (_tax_cents(goods, rules), carriage) for rate, (goods, carriage) in by_rate.items()}
        net = sum((line.total for line in lines), ZERO)
    else:
        net = sum((_cents(line.total) for line in lines), ZERO)
    cart_tax = sum((goods for goods, _ in by_rate.values()), ZERO)
    shipping_tax = sum((carriage for _, carriage in by_rate.values()), ZERO)
    shipping_total = sum((extra.total for extra in shipping), ZERO)
    fees_total = sum((extra.total for extra in fees), ZERO)
    total = _cents(net + shipping_total + fees_total + cart_tax + shipping_tax)
    return Totals(
        discount_total=sum((line.subtotal - line.total for line in lines), ZERO),
        discount_tax=sum((_sum(line.subtotal_taxes) - _sum(line.taxes) for line in lines), ZERO),
        shipping_total=shipping_total,
        shipping_tax=shipping_tax,
        cart_tax=cart_tax,
        total_tax=cart_tax + shipping_tax,
        total=max(ZERO, total),
        tax_lines=by_rate,
    )


def _compute_line(line: Line, rules: Rules) -> None:
    before = line.price * line.quantity
    line.subtotal, line.subtotal_taxes, line.subtotal_tax = _split(before, line.rate, rules)
    line.total, line.taxes, line.total_tax = _split(before - line.discount, line.rate, rules)


def _split(
    amount: Decimal, rate: tuple[int, Decimal] | None, rules: Rules
) -> tuple[Decimal, dict[int, Decimal], Decimal]:
    """Net (unrounded), taxes by rate (unrounded), tax (rounded unless the shop rounds at the sub-total)."""
    if rate is None:
        return amount, {}, ZERO
    number, percent = rate
    if rules.prices_include_tax:
        tax = (amount * percent / (100 + percent)).quantize(STORED)
        return amount - tax, {number: tax}, _line_tax(tax, rules)
    tax = (amount * percent / 100).quantize(STORED)
    return amount, {number: tax}, _line_tax(tax, rules)


def _line_tax(tax: Decimal, rules: Rules) -> Decimal:
    return tax if rules.round_at_subtotal else _tax_cents(tax, rules)


def _tax_cents(tax: Decimal, rules: Rules) -> Decimal:
    return tax.quantize(CENT, ROUND_HALF_DOWN if rules.prices_include_tax else ROUND_HALF_UP)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _sum(taxes: dict[int, Decimal]) -> Decimal:
    return sum(taxes.values(), ZERO)


def rounded_tax(taxes: dict[int, Decimal], rules: Rules) -> Decimal:
    """The tax of a line as it is shown beside its net amount."""
    return sum((_line_tax(tax, rules) for tax in taxes.values()), ZERO)
