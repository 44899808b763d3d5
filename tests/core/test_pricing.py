"""Prices: which one, with or without tax, and never a cent lost on the way."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.channel import CategoryRule, PriceRules
from raccord.core.pricing import (
    Article,
    PriceRule,
    TooLow,
    UnknownRate,
    ordinary_price,
    quantity_tiers,
    to_cents,
    to_gross,
    to_net,
    too_low,
)
from raccord_connectors.canonical import EcoContribution, OfferPrice, Price, PriceSet, Tier
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


def test_a_shop_that_keeps_six_decimals_gets_a_price_of_which_several_pieces_are_right_as_well() -> None:
    """9.08 without 20 % is 10.90 with it, but three of them 32.69."""
    price = Price(amount=Decimal("10.90"), tax_included=True)
    assert Decimal("9.08") == amount_of(NET, price)
    shown = amount_of(replace(NET, net_decimals=6), price)
    assert Decimal("9.083333") == shown
    assert shown is not None
    assert Decimal("32.70") == to_cents(3 * shown * Decimal("1.2"), "EUR")


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


# ------------------------------------------------------------------------------------- what the merchant chose


def rule(included: bool | None = True, **chosen: object) -> PriceRule:
    return PriceRule.of(PriceRules(tax_included=included, **chosen), None)  # type: ignore[arg-type]


def test_the_shop_says_whether_it_wants_tax_unless_the_merchant_does() -> None:
    told = [PriceRule.of(PriceRules(tax_included=own), True).tax_included for own in (None, False, True)]
    assert [True, False, True] == told


def test_a_category_pays_for_a_customer_group_of_the_shop() -> None:
    groups = {"pro": CategoryRule(group="Pros"), "vip": CategoryRule()}
    rows = price_set(
        net("10"), net("9", minimum=Decimal(10)), net("8", category="pro"), net("7", category="vip"),
        net("6", category="pro", minimum=Decimal(20)),
    )  # fmt: skip
    assert [
        Tier(Decimal(9), Decimal(10)), Tier(Decimal(8), Decimal(1), "Pros"), Tier(Decimal(6), Decimal(20), "Pros"),
    ] == quantity_tiers(rows, rule(False, categories=groups), AT_20, TODAY)  # fmt: skip


def test_a_promotion_of_a_group_goes_before_its_ordinary_price_while_it_lasts() -> None:
    groups = {"pro": CategoryRule(group="Pros")}
    rows = price_set(net("8", category="pro"), net("7", category="pro", ends=TODAY))
    assert [Tier(Decimal(7), Decimal(1), "Pros")] == quantity_tiers(
        rows, rule(False, categories=groups), AT_20, TODAY
    )
    without = rule(False, categories=groups, promotions=False)
    assert [Tier(Decimal(8), Decimal(1), "Pros")] == quantity_tiers(rows, without, AT_20, TODAY)


def test_the_channels_own_category_is_nobody_elses_group() -> None:
    own = rule(False, category="web", categories={"web": CategoryRule(group="Tous")})
    assert [] == quantity_tiers(price_set(net("8", category="web")), own, AT_20, TODAY)


def test_a_category_typed_with_tax_is_taken_so_whatever_the_erp_says() -> None:
    chosen = rule(True, category="web", categories={"web": CategoryRule(tax_included=True)})
    assert Decimal(12) == amount_of(chosen, net("12", category="web"))
    assert Decimal("14.4") == amount_of(chosen, net("12"))


def test_a_discount_of_a_category_is_taken_before_the_one_rounding() -> None:
    chosen = rule(True, category="web", categories={"web": CategoryRule(discount_percent=Decimal("7.5"))})
    assert Decimal("11.04") == amount_of(chosen, net("9.95", category="web"))
    dearer = rule(True, categories={"": CategoryRule(discount_percent=Decimal(-10))})
    assert Decimal("13.2") == amount_of(dearer, net("10"))


def test_no_promotion_where_the_channel_takes_none() -> None:
    assert Decimal(10) == amount_of(rule(False, promotions=False), net("10"), net("8", ends=TODAY))


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, None),
        ({"crossed_out": "none"}, None),
        ({"crossed_out": "category", "crossed_out_category": "public"}, Decimal("15.6")),
        ({"crossed_out": "category", "crossed_out_category": "nobody"}, None),
        ({"crossed_out": "field"}, Decimal(14)),
        ({"crossed_out": "field", "crossed_out_field_with_tax": False}, Decimal("16.8")),
    ],
)
def test_the_crossed_out_price_is_the_one_that_was_chosen(
    chosen: dict[str, object], expected: Decimal | None
) -> None:
    article = Article(Decimal(20), None, Decimal(14))
    found = ordinary_price(price_set(net("10"), net("13", category="public")), rule(**chosen), article, TODAY)  # type: ignore[arg-type]
    assert found is not None
    assert expected == found.before


def test_a_promotion_crosses_out_the_ordinary_price_where_no_other_is_known() -> None:
    rows = price_set(net("10"), net("8", ends=TODAY))
    found = ordinary_price(rows, rule(False, crossed_out="field"), AT_20, TODAY)
    assert found is not None
    assert Decimal(10) == found.before
    bare = ordinary_price(rows, rule(False, crossed_out="none"), AT_20, TODAY)
    assert bare is not None
    assert None is bare.before


def test_a_crossed_out_price_below_the_asked_one_is_no_bargain() -> None:
    found = ordinary_price(
        price_set(net("10")), rule(True, crossed_out="field"), Article(Decimal(20), None, Decimal(9)), TODAY
    )
    assert found is not None
    assert None is found.before


def test_a_price_of_zero_is_no_price_unless_the_merchant_gives_things_away() -> None:
    assert None is amount_of(rule(), net("0"))
    assert Decimal(0) == amount_of(rule(free="send"), net("0"))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("12.00", None), ("11.99", TooLow("cost", Decimal("9.99"), Decimal(10))), ("13", None)],
)
def test_a_price_below_its_cost_is_stopped(amount: str, expected: TooLow | None) -> None:
    price = OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR")
    assert expected == too_low(price, Decimal(10), rule(below_cost="hold"), AT_20)
    assert None is too_low(price, Decimal(10), rule(), AT_20)
    assert None is too_low(price, None, rule(below_cost="hold"), AT_20)


def test_the_eco_contribution_pays_nothing_of_the_cost() -> None:
    price = OfferPrice(amount=Decimal("12.60"), tax_included=True, currency="EUR")
    article = Article(Decimal(20), EcoContribution(code="D", amount=Decimal(1)))
    found = too_low(price, Decimal(10), rule(below_cost="hold"), article)
    assert TooLow("cost", Decimal("9.5"), Decimal(10)) == found


def test_a_price_below_the_lowest_is_stopped() -> None:
    price = OfferPrice(amount=Decimal("0.90"), tax_included=True, currency="EUR")
    assert TooLow("lowest", Decimal("0.90"), Decimal(1)) == too_low(
        price, None, rule(lowest=Decimal(1)), AT_20
    )


@given(cents, rates, st.integers(0, 99).map(Decimal))
def test_a_discounted_price_is_rounded_once_and_to_the_cent(
    amount: Decimal, rate: Decimal, percent: Decimal
) -> None:
    chosen = rule(True, categories={"": CategoryRule(discount_percent=percent)})
    shown = amount_of(chosen, net(str(amount)), article=Article(rate, None)) or Decimal(0)
    exact = amount * (100 - percent) / 100 * (100 + rate) / 100
    assert abs(shown - exact) <= Decimal("0.005") + Decimal("0.000001")
