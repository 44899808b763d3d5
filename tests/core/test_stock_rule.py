"""How much a shop may sell, and the sum that says why."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import StockRule
from raccord.core.formula_text import FormulaError
from raccord.core.stock_rule import (
    UNCOUNTED,
    UNKNOWN,
    Sellable,
    StockRuleError,
    StockSum,
    Term,
    explain,
    limited_kit,
    of_item,
    of_kit,
    pack_of,
    spread_sales,
)
from raccord_connectors.canonical import Component, DepotStock, Packaging, StockLevels
from support.catalogue import product, quantities, stock

NATURES: Any = ("real", "available", "forward", "prudent")
ZERO = Decimal(0)


def test_the_four_natures() -> None:
    levels = stock("A", "12", ordered="5", reserved="3", preparing="1", in_control="2")
    found = [of_item(levels, ZERO, StockRule(nature=nature)).quantity for nature in NATURES]
    assert [Decimal(n) for n in (12, 9, 13, 6)] == found


def test_the_sum_is_told_in_words() -> None:
    settings = StockRule(nature="forward", margin=Decimal(1))
    sellable = of_item(stock("A", "12", ordered="5", reserved="3"), Decimal(2), settings)
    assert (
        "réel 12 + commandé 5 − réservé 3 − vendu en ligne, pas encore dans la gestion 2 − marge de sécurité 1 = 11"
        == explain(sellable).fr
    )


def test_only_the_channels_depots_count_and_an_absent_row_is_nothing_there() -> None:
    levels = StockLevels(
        key="A",
        product="A",
        depots=[DepotStock(depot="1", real=Decimal(4)), DepotStock(depot="2", real=Decimal(7))],
    )
    assert [Decimal(4), Decimal(11), Decimal(0)] == [
        of_item(levels, ZERO, StockRule(depots=depots)).quantity for depots in (["1"], [], ["3"])
    ]


def test_unknown_is_not_zero() -> None:
    assert UNKNOWN == of_item(None, ZERO, StockRule())
    assert None is of_item(stock("A", None), ZERO, StockRule()).quantity
    assert None is of_item(StockLevels(key="A", product="A", depots=[]), ZERO, StockRule()).quantity
    assert "inconnu" in explain(of_item(stock("A", None), ZERO, StockRule())).fr


def test_a_negative_stock_is_zero_in_the_total_only() -> None:
    assert ZERO == of_item(stock("A", "-3"), ZERO, StockRule()).quantity
    levels = StockLevels(
        key="A",
        product="A",
        depots=[DepotStock(depot="1", real=Decimal(-3)), DepotStock(depot="2", real=Decimal(5))],
    )
    assert Decimal(2) == of_item(levels, ZERO, StockRule()).quantity


def test_kilos_stay_kilos() -> None:
    assert Decimal("12.375") == of_item(stock("A", "12.375"), ZERO, StockRule()).quantity


@given(quantities, quantities.map(abs), st.sampled_from(NATURES[:2] + NATURES[3:]), quantities.map(abs))
def test_never_more_than_the_erp_has_less_what_was_sold(
    real: Decimal, sold: Decimal, nature: Any, margin: Decimal
) -> None:
    settings = StockRule(nature=nature, margin=margin)
    sellable = of_item(stock("A", str(real), reserved="2", preparing="1"), sold, settings)
    assert sellable.quantity is not None
    assert ZERO <= sellable.quantity <= max(ZERO, real - sold)


# ------------------------------------------------------------------------------------------------------ kits


def test_a_kit_is_as_many_as_its_scarcest_component_allows() -> None:
    components = [Component("CHAISE", Decimal(4)), Component("TABLE", Decimal(1))]
    sellable = of_kit(components, {"CHAISE": Sellable(Decimal(11)), "TABLE": Sellable(Decimal(9))})
    assert Decimal(2) == sellable.quantity
    assert "min(CHAISE 11 ÷ 4 ; TABLE 9 ÷ 1) = 2" == explain(sellable).fr


def test_an_uncounted_component_does_not_limit_a_kit() -> None:
    components = [Component("CHAISE", Decimal(4)), Component("MONTAGE", Decimal(1))]
    available = {"CHAISE": Sellable(Decimal(8)), "MONTAGE": UNCOUNTED}
    assert Decimal(2) == of_kit(components, available).quantity
    assert UNCOUNTED == of_kit(components[1:], available)


@pytest.mark.parametrize(("table", "expected"), [(Sellable(Decimal(3)), None), (Sellable(ZERO), ZERO)])
def test_an_unknown_component_makes_a_kit_unknown_unless_another_is_empty(
    table: Sellable, expected: Decimal | None
) -> None:
    components = [Component("CHAISE", Decimal(4)), Component("TABLE", Decimal(1))]
    assert expected == of_kit(components, {"TABLE": table}).quantity


def test_selling_a_kit_takes_its_components() -> None:
    kits = {
        "SALON": [Component("CHAISE", Decimal(4)), Component("TABLE", Decimal(1))],
        "DEUX": [Component("SALON", Decimal(2))],
    }
    assert {"CHAISE": Decimal(9), "TABLE": Decimal(2)} == spread_sales(
        {"DEUX": Decimal(1), "CHAISE": Decimal(1)}, kits
    )


def test_a_kit_that_contains_itself_ends() -> None:
    kits = {"A": [Component("B", Decimal(1))], "B": [Component("A", Decimal(1))]}
    assert Decimal(1) == sum(spread_sales({"A": Decimal(1)}, kits).values())


# ------------------------------------------------------------------------------------- the merchant's own rule


def quantity(
    rule: StockRule, levels: StockLevels, sold: Decimal = ZERO, pack: str | None = None
) -> Decimal | None:
    return of_item(levels, sold, rule, Decimal(pack) if pack else None).quantity


def test_the_merchants_own_sum_adds_and_takes_off_what_was_chosen() -> None:
    rule = StockRule(nature="terms", terms={"real": "plus", "ordered": "plus", "reserved": "minus"})
    sellable = of_item(stock("A", "12", ordered="5", reserved="3", preparing="9"), ZERO, rule)
    assert "réel 12 + commandé 5 − réservé 3 = 14" == explain(sellable).fr
    assert "on hand 12 + on order 5 − reserved 3 = 14" == explain(sellable).en
    assert (
        Term("real", Decimal(12)),
        Term("ordered", Decimal(5)),
        Term("reserved", Decimal(-3)),
    ) == sellable.terms


def test_a_sum_that_adds_nothing_up_is_refused() -> None:
    for terms in ({}, {"reserved": "minus"}):
        with pytest.raises(StockRuleError) as caught:
            StockSum(StockRule(nature="terms", terms=terms))  # type: ignore[arg-type]
        assert "terms" == caught.value.field


def test_a_formula_reads_the_figures_summed_over_the_depots() -> None:
    formula = "stock.real > 10.0 ? stock.real - stock.reserved : 0.0"
    levels = StockLevels(
        key="A",
        product="A",
        depots=[
            DepotStock(depot="1", real=Decimal(8), reserved=Decimal("1.5")),
            DepotStock(depot="2", real=Decimal(4)),
        ],
    )
    sellable = of_item(levels, Decimal(2), StockRule(nature="formula", formula=formula))
    assert Decimal("8.5") == sellable.quantity
    assert "formule 10.5 − vendu en ligne, pas encore dans la gestion 2 = 8.5" == explain(sellable).fr


@pytest.mark.parametrize("formula", ['"beaucoup"', "product.weight_g + 1.0", "stock.real >", "null"])
def test_a_formula_that_gives_no_figure_of_the_stock_is_refused_when_it_is_typed(formula: str) -> None:
    with pytest.raises((StockRuleError, FormulaError)):
        StockSum(StockRule(nature="formula", formula=formula))


def test_a_formula_that_fails_on_an_article_leaves_its_stock_unknown() -> None:
    rule = StockRule(nature="formula", formula="stock.ordered / stock.real")
    sellable = of_item(stock("A", "0", ordered="0"), ZERO, rule)
    assert None is sellable.quantity
    assert "stock non calculable" in explain(sellable).fr


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (StockRule(), True),
        (StockRule(nature="real"), False),
        (StockRule(nature="available"), False),
        (StockRule(nature="forward"), True),
        (StockRule(nature="terms", terms={"real": "plus", "reserved": "minus"}), True),
        (StockRule(nature="terms", terms={"real": "plus", "preparing": "minus"}), False),
        (StockRule(nature="formula", formula="stock.real - stock.reserved"), True),
        (StockRule(nature="formula", formula="stock.real + stock.reserved"), False),
    ],
)
def test_a_rule_knows_whether_an_order_lowers_it_before_its_delivery(rule: StockRule, expected: bool) -> None:
    assert expected == StockSum(rule).counts_reserved()


def test_the_larger_margin_counts_in_whole_pieces() -> None:
    levels = stock("A", "47")
    assert Decimal(42) == quantity(StockRule(margin=Decimal(2), margin_percent=Decimal(10)), levels)
    assert Decimal(37) == quantity(StockRule(margin=Decimal(10), margin_percent=Decimal(10)), levels)
    assert Decimal("11.25") == quantity(StockRule(margin_percent=Decimal(10)), stock("A", "12.5"))


def test_the_shop_shows_at_most_the_maximum() -> None:
    sellable = of_item(stock("A", "480"), ZERO, StockRule(maximum=Decimal(50)))
    assert "réel 480 − au-delà du maximum affiché 430 = 50" == explain(sellable).fr
    assert Decimal(7) == quantity(StockRule(maximum=Decimal(50)), stock("A", "7"))


def test_only_whole_packs_are_sold() -> None:
    rule = StockRule(whole_packs=True)
    assert [Decimal(12), Decimal(0), Decimal(17)] == [
        quantity(rule, stock("A", real), pack=pack) for real, pack in (("17", "6"), ("5", "6"), ("17", None))
    ]
    sellable = of_item(stock("A", "17"), ZERO, rule, Decimal(6))
    assert "réel 17 − conditionnement incomplet 5 = 12" == explain(sellable).fr


def test_the_pack_is_the_principal_packaging_else_the_smallest() -> None:
    carton = Packaging(key="C", title="Carton", quantity=Decimal(12))
    pallet = Packaging(key="P", title="Palette", quantity=Decimal(480), principal=True)
    six = Packaging(key="S", title="Six", quantity=Decimal(6))
    assert Decimal(480) == pack_of(product(packagings=[carton, pallet]))
    assert Decimal(6) == pack_of(product(packagings=[carton, six]))
    assert None is pack_of(product())


def test_a_depot_below_zero_takes_nothing_from_the_others_where_it_counts_as_empty() -> None:
    levels = StockLevels(
        key="A",
        product="A",
        depots=[DepotStock(depot="1", real=Decimal(-3)), DepotStock(depot="2", real=Decimal(5))],
    )
    sellable = of_item(levels, ZERO, StockRule(empty_depots=True))
    assert "réel 2 + dépôts négatifs comptés vides 3 = 5" == explain(sellable).fr


def test_a_sum_below_zero_is_told_with_what_the_shop_shows() -> None:
    assert (
        "réel -3 = −3, affiché 0".replace("-", "−")
        == explain(of_item(stock("A", "-3"), ZERO, StockRule())).fr
    )


RULES = st.builds(
    StockRule,
    nature=st.sampled_from(["real", "available", "forward", "prudent"]),
    margin=quantities.map(abs),
    margin_percent=st.integers(0, 100).map(Decimal),
    maximum=st.none() | quantities.map(abs),
    whole_packs=st.booleans(),
    empty_depots=st.booleans(),
)


@given(RULES, quantities, quantities.map(abs), st.sampled_from([None, Decimal(6), Decimal("0.5")]))
def test_the_steps_always_add_up_to_what_is_shown(
    rule: StockRule, real: Decimal, sold: Decimal, pack: Decimal | None
) -> None:
    sellable = of_item(stock("A", str(real), reserved="2", ordered="1"), sold, rule, pack)
    assert sellable.quantity == max(ZERO, sum((term.amount for term in sellable.terms), ZERO))
    if rule.maximum is not None:
        assert max(ZERO, sellable.quantity - rule.maximum) == 0
    assert explain(sellable).en.endswith((f"= {sellable.quantity:f}", "shown as 0"))


def test_the_maximum_holds_for_kits_too() -> None:
    kit = of_kit([Component("TABLE", Decimal(1))], {"TABLE": Sellable(Decimal(9))})
    limited = limited_kit(kit, StockRule(maximum=Decimal(5)))
    assert "min(TABLE 9 ÷ 1) − au-delà du maximum affiché 4 = 5" == explain(limited).fr
