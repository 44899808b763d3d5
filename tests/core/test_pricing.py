"""Prices: which one, with or without tax, and never a cent lost on the way."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given

from raccord.core.pricing import (
    Article,
    PriceRule,
    UnknownRate,
    ordinary_price,
    quantity_tiers,
    to_cents,
    to_gross,
    to_net,
)
from raccord_connectors.canonical import OfferPrice, Price, PriceSet, Tier
from support.catalogue import TODAY, cents, rates

CENT = Decimal("0.01")
GROSS = PriceRule(category=None, currency="EUR", tax_included=True, with_eco_contribution=True)
NET = PriceRule(category=None, currency="EUR", tax_included=False, with_eco_contribution=True)
WEB = PriceRule(category="web", currency="EUR", tax_included=None, with_eco_contribution=True)
AT_20 = Article(Decimal(20), None)


def price_set(*prices: Price) -> PriceSet:
    return PriceSet(key="A", product="A", prices=list(prices))


def net(amount: str, **fields: object) -> Price:
    return Price(**{"amount": Decimal(amount), "tax_included": False, **fields})  # type: ignore[arg-type]


def amount_of(
    rule: PriceRule, *prices: Price, article: Article = AT_20, today: date = TODAY
) -> Decimal | None:
    found = ordinary_price(price_set(*prices), rule, article, today)
    return found.amount if found else None


@given(cents, rates)
def test_without_tax_to_with_tax_and_back_keeps_every_cent(amount: Decimal, rate: Decimal) -> None:
    assert amount == to_net(to_gross(amount, rate), rate).quantize(CENT, ROUND_HALF_UP)


@given(cents, rates)
def test_a_shop_without_tax_shows_the_erps_price_with_tax_to_the_cent(gross: Decimal, rate: Decimal) -> None:
    price = Price(amount=gross, tax_included=True)
    shown = amount_of(NET, price, article=Article(rate, None))
    if shown is None:  # less than half a cent without tax
        return
    assert gross == to_cents(to_gross(shown, rate), "EUR")


@given(cents, rates)
def test_a_price_with_tax_has_whole_cents(amount: Decimal, rate: Decimal) -> None:
    shown = amount_of(GROSS, net(str(amount)), article=Article(rate, None))
    assert shown is not None
    assert shown == shown.quantize(CENT)
    assert abs(shown - amount * (1 + rate / 100)) <= Decimal("0.005")


def test_rounding_is_half_up_and_once() -> None:
    assert Decimal("0.03") == amount_of(GROSS, net("0.025"), article=Article(Decimal(0), None))
    assert Decimal("59.88") == amount_of(GROSS, net("49.90"))


def test_an_exact_price_without_tax_keeps_its_cents_where_they_suffice() -> None:
    assert Decimal(10) == amount_of(NET, Price(amount=Decimal(12), tax_included=True))
    assert Decimal("8.325") == amount_of(NET, Price(amount=Decimal("9.99"), tax_included=True))


def test_a_price_in_thousandths_stays_so_without_tax() -> None:
    assert Decimal("0.0125") == amount_of(NET, net("0.0125"))


def test_yen_have_no_cents() -> None:
    yen = PriceRule(category=None, currency="JPY", tax_included=True, with_eco_contribution=True)
    assert Decimal(111) == amount_of(yen, net("100.5", currency="JPY"), article=Article(Decimal(10), None))


def test_the_channels_category_goes_before_the_base_price_which_serves_where_there_is_none() -> None:
    assert Decimal(8) == amount_of(WEB, net("10"), net("8", category="web"), net("5", category="pro"))
    assert Decimal(10) == amount_of(WEB, net("10"), net("5", category="pro"))
    assert None is amount_of(
        WEB, net("5", category="pro"), net("4", customer="C1"), net("60", packaging="K6")
    )


def test_other_currencies_and_customers_prices_do_not_count() -> None:
    assert None is amount_of(
        GROSS, net("5", currency="USD"), net("4", customer="C1"), net("3", minimum=Decimal(10))
    )


def test_a_promotion_crosses_the_price_out_while_it_lasts_and_not_before() -> None:
    promotion = net("8", starts=TODAY, ends=TODAY + timedelta(days=6))
    shown = ordinary_price(price_set(net("10"), promotion), NET, AT_20, TODAY)
    assert shown == OfferPrice(
        amount=Decimal(8), tax_included=False, currency="EUR", before=Decimal(10), starts=promotion.starts,
        ends=promotion.ends,
    )  # fmt: skip
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=7)):
        assert Decimal(10) == amount_of(NET, net("10"), promotion, today=day)


def test_a_promotion_on_the_base_price_leaves_a_category_of_its_own_alone() -> None:
    promotion = net("8", starts=TODAY, ends=TODAY)
    assert Decimal(9) == amount_of(WEB, net("10"), net("9", category="web"), promotion)
    assert Decimal(8) == amount_of(WEB, net("10"), promotion)


def test_a_discount_is_taken_from_the_price() -> None:
    assert Decimal("7.5") == amount_of(NET, net("10", discount_percent=Decimal(25)))


def test_a_conversion_needs_the_rate() -> None:
    with pytest.raises(UnknownRate):
        amount_of(GROSS, net("10"), article=Article(None, None))
    assert Decimal(10) == amount_of(NET, net("10"), article=Article(None, None))


def test_tiers_rise_and_prefer_the_channels_category() -> None:
    rows = price_set(
        net("9", minimum=Decimal(10)), net("8", minimum=Decimal(10), category="web"), net("7", minimum=Decimal(50)),
        net("10"), net("6", minimum=Decimal(50), customer="C1"),
    )  # fmt: skip
    assert [Tier(Decimal(8), Decimal(10)), Tier(Decimal(7), Decimal(50))] == quantity_tiers(
        rows, WEB, AT_20, TODAY
    )
