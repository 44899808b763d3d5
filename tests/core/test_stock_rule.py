"""How much a shop may sell, and the sum that says why."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import StockRule
from raccord.core.stock_rule import UNCOUNTED, UNKNOWN, Sellable, explain, of_item, of_kit, spread_sales
from raccord_connectors.canonical import Component, DepotStock, StockLevels
from support.catalogue import quantities, stock

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
