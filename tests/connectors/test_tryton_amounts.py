"""Unit prices and roundings with which Tryton's arithmetic meets the shop's."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.erp.tryton.amounts import Fitted, Wanted, cents, fit

RATES = {20: D(20), 10: D(10), 55: D("5.5"), 21: D("2.1"), 0: D(0)}


def of_gross(quantity: int, unit_gross: D, rate: int) -> Wanted:
    """A line as a shop with prices including tax makes it: the net is what is left of the gross."""
    gross = quantity * unit_gross
    net = (gross / (1 + RATES[rate] / 100)).quantize(D("0.01"))
    return Wanted(D(quantity), net, gross - net, (rate,), RATES[rate])


def of_net(quantity: D, net: D, rate: int) -> Wanted:
    """A line as a shop with prices without tax makes it, its tax rounded on its own; a discount is below zero."""
    return Wanted(quantity, net, (net * RATES[rate] / 100).quantize(D("0.01")), (rate,), RATES[rate])


rates = st.sampled_from([20, 10, 55, 21, 0])
gross_lines = st.builds(of_gross, st.integers(1, 60), st.decimals("0.01", "999", places=2), rates)
net_lines = st.builds(
    of_net, st.decimals("0.25", "60", places=2), st.decimals("-50", "5000", places=2), rates
)
orders = st.one_of(st.lists(gross_lines, min_size=1, max_size=8), st.lists(net_lines, min_size=1, max_size=8))


def tryton(lines: list[Wanted], fitted: Fitted, per_line: bool = False) -> tuple[D, D]:
    """Net and tax as Tryton computes them: lines rounded, taxes on what was not rounded, below zero apart."""
    parts = [(line.taxes, line.quantity * price) for line, price in zip(lines, fitted.prices, strict=True)]
    net = sum((cents(base) for _, base in parts), fitted.rounding)
    tax = D(0)
    for taxes, positive in {(taxes, base >= 0) for taxes, base in parts}:
        bases = [base for found, base in parts if found == taxes and (base >= 0) == positive]
        rate = RATES[taxes[0]] / 100
        tax += (
            sum((cents(base * rate) for base in bases), D(0)) if per_line else cents(sum(bases, D(0)) * rate)
        )
    return net, tax


def of_the_shop(lines: list[Wanted]) -> tuple[D, D]:
    return sum((line.net for line in lines), D(0)), sum((line.tax for line in lines), D(0))


@given(orders, st.booleans())
def test_the_amounts_are_always_those_of_the_shop(lines: list[Wanted], per_line: bool) -> None:
    fitted = fit(lines, decimals=4, per_line=per_line, rounding=True)
    assert of_the_shop(lines) == tryton(lines, fitted, per_line)


@given(orders)
def test_without_a_rounding_line_every_line_keeps_its_net(lines: list[Wanted]) -> None:
    fitted = fit(lines, decimals=4, per_line=False, rounding=False)
    assert [line.net for line in lines] == [
        cents(line.quantity * price) for line, price in zip(lines, fitted.prices, strict=True)
    ]


@given(orders)
def test_unit_prices_have_no_more_decimals_than_tryton_keeps(lines: list[Wanted]) -> None:
    for price in fit(lines, decimals=4, per_line=False, rounding=True).prices:
        assert price == price.quantize(D("0.0001"))


@given(st.lists(gross_lines, min_size=1, max_size=8))
def test_roundings_stay_small(lines: list[Wanted]) -> None:
    """A cent of tax at 2.1 % takes 48 cents of base; lines that were rounded one by one may be some cents off."""
    assert fit(lines, decimals=4, per_line=False, rounding=True).moved <= D("0.48") * len(lines)


def test_an_ordinary_order_needs_no_rounding() -> None:
    lines = [of_net(D(3), D("30.00"), 20), of_net(D(2), D("9.98"), 55)]
    assert Fitted([D("10.0000"), D("4.9900")]) == fit(lines, decimals=4, per_line=False, rounding=True)


def test_the_tax_is_moved_by_the_decimals_of_a_unit_price_before_anything_is_added() -> None:
    """Two lines of 1.69 net with 0.67 tax in all: 3.38 × 20 % is 0.676, but unit prices a little below make it 0.67."""
    lines = [Wanted(D(1), D("1.69"), tax, (20,), D(20)) for tax in (D("0.33"), D("0.34"))]
    fitted = fit(lines, decimals=4, per_line=False, rounding=False)
    assert (D("3.38"), D("0.67")) == tryton(lines, fitted)


def test_nine_ninety_nine_takes_a_rounding_of_one_cent() -> None:
    lines = [Wanted(D(1), D("8.33"), D("1.66"), (20,), D(20))]
    fitted = fit(lines, decimals=4, per_line=False, rounding=True)
    assert D("0.01") == fitted.rounding == fitted.moved
    assert D("8.32") == cents(fitted.prices[0])


def test_a_line_that_stands_exactly_between_two_cents_of_tax_goes_up() -> None:
    """0.72 with 0.15: at 0.7250 the tax is 0.145, which Tryton rounds to 0.14."""
    lines = [Wanted(D(1), D("0.72"), D("0.15"), (20,), D(20))]
    assert (D("0.72"), D("0.15")) == tryton(lines, fit(lines, decimals=4, per_line=False, rounding=True))


def test_a_large_quantity_that_few_decimals_cannot_reach_is_rounded_apart() -> None:
    lines = [Wanted(D(700), D("123.45"), D("24.70"), (20,), D(20))]
    fitted = fit(lines, decimals=4, per_line=False, rounding=True)
    assert D("-0.03") == fitted.rounding
    assert (D("123.45"), D("24.70")) == tryton(lines, fitted)


def test_a_tax_of_unknown_kind_is_left_to_tryton() -> None:
    lines = [Wanted(D(1), D("10.00"), D("2.50"), (7,), None)]
    assert Fitted([D("10.0000")]) == fit(lines, decimals=4, per_line=False, rounding=True)
