"""Amounts of deposits come out of Tryton's rounding to the cent, alone and together."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.canonical import TaxAmount
from raccord_connectors.erp.tryton.amounts import cents
from raccord_connectors.erp.tryton.deposit_parts import Parts, given_back, parts

RATES = (D(20), D(10), D("5.5"), D("2.1"))
amounts = st.integers(1, 500_000).map(lambda cent: D(cent) / 100)


def told(amount: D, rates: list[D]) -> list[TaxAmount]:
    """An equal share of the amount at each rate, its tax rounded as a shop would."""
    share = (amount / len(rates)).quantize(D("0.01"))
    found = []
    for number, rate in enumerate(rates):
        gross = share if number else amount - share * (len(rates) - 1)
        base = (gross / (1 + rate / 100)).quantize(D("0.01"))
        found.append(TaxAmount(rate, base, gross - base))
    return found


def total(found: Parts) -> D:
    return sum((base + tax for base, tax in found.values()), D(0))


@given(
    st.lists(amounts, min_size=1, max_size=5),
    st.lists(st.sampled_from(RATES), min_size=1, max_size=3, unique=True),
)
def test_each_deposit_is_its_amount_and_all_together_are_taxed_as_their_sum(
    paid: list[D], rates: list[D]
) -> None:
    """Tryton works each tax out of its base, and what the final invoice takes off out of the sum of the bases."""
    before: dict[D, tuple[D, D]] = {}
    for amount in paid:
        found = parts(amount, told(amount, rates), before)
        assert amount == total(found)
        for rate, (base, tax) in found.items():
            assert tax == cents(base * rate / 100)
            known = before.get(rate, (D(0), D(0)))
            before[rate] = (known[0] + base, known[1] + tax)
            assert before[rate][1] == cents(before[rate][0] * rate / 100)
        assert abs(found.get(D(0), (D(0), D(0)))[0]) <= D("0.60") * len(rates), "only cents are without tax"


@given(amounts, st.sampled_from(RATES), st.data())
def test_what_is_given_back_leaves_whole_cents_of_tax(paid: D, rate: D, data: st.DataObject) -> None:
    left = parts(paid, told(paid, [rate]), {})
    back = D(data.draw(st.integers(1, int(paid * 100)))) / 100
    found = given_back(back, left)
    assert back == total(found)
    for one, (base, tax) in found.items():
        assert tax == cents(base * one / 100)
        rest = left.get(one, (D(0), D(0)))
        assert rest[1] - tax == cents((rest[0] - base) * one / 100)


def test_all_of_it_back_is_just_what_came() -> None:
    left = {D(20): (D("8.32"), D("1.66")), D(0): (D("0.01"), D(0))}
    assert left == given_back(D("9.99"), left)


def test_without_rates_it_is_one_part_without_tax() -> None:
    assert {D(0): (D("50.00"), D(0))} == parts(D("50.00"), [], {})
