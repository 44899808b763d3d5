"""Every order of the table becomes the document that an accountant expects, to the cent, tax by tax."""

from decimal import Decimal

import pytest

from raccord.core.order_admission import admission
from raccord.core.order_entry import enter
from raccord.core.shop_rounding import charged
from raccord.core.totals import check
from support.order_scenarios import PLACED, Scenario, lines_of, scenarios, table_of

EVERY = scenarios()


def named(scenario: Scenario) -> str:
    return scenario.name


def test_there_are_more_than_a_hundred_and_twenty_of_them_and_none_twice() -> None:
    assert 120 <= len(EVERY)
    assert len(EVERY) == len({one.name for one in EVERY}) == len({one.order.key for one in EVERY})


@pytest.mark.parametrize("scenario", EVERY, ids=named)
def test_the_document_is_the_one_that_the_accountant_expects(scenario: Scenario) -> None:
    order = scenario.order
    assert check(order) is None
    entry = enter(order, reference="R", customer="C", items=scenario.items, settings=scenario.settings)
    draft = entry.draft
    assert draft is not None, entry.problem
    assert scenario.lines == lines_of(draft)
    assert scenario.taxes == table_of(lines_of(draft))
    assert scenario.gross == draft.gross == sum((line.net + line.tax for line in draft.lines), Decimal(0))
    assert (draft.net, draft.tax) == (
        sum((line.net for line in draft.lines), Decimal(0)),
        sum((line.tax for line in draft.lines), Decimal(0)),
    )


@pytest.mark.parametrize("scenario", EVERY, ids=named)
def test_what_is_paid_and_what_is_left_to_pay_is_told(scenario: Scenario) -> None:
    entry = enter(
        scenario.order, reference="R", customer="C", items=scenario.items, settings=scenario.settings
    )
    assert entry.draft is not None
    paid = sum((one.amount for one in entry.draft.payments), Decimal(0))
    assert (scenario.paid, scenario.balance) == (paid, scenario.gross - paid)
    assert scenario.refunded == sum((one.amount for one in scenario.order.refunds), Decimal(0))
    assert scenario.refunded <= scenario.paid
    assert "import" == admission(scenario.order, scenario.settings.orders, PLACED).now


@pytest.mark.parametrize("scenario", EVERY, ids=named)
def test_the_shop_s_way_of_rounding_gives_what_the_shop_charged(scenario: Scenario) -> None:
    """Its prices, quantities and rates, rounded as it says that it rounds, are the amounts of the order."""
    order, found = scenario.order, charged(scenario.sold, scenario.how)
    assert [(line.net, line.tax) for line in order.lines] == [(part.net, part.tax) for part in found.parts]
    apart = sum((charge.net + charge.tax for charge in order.charges), Decimal(0))
    assert order.gross == found.gross + apart
    assert order.tax == found.tax + sum((charge.tax for charge in order.charges), Decimal(0))
