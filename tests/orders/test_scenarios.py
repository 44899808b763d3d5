"""Every order of the table becomes the document that an accountant expects, to the cent, tax by tax."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from raccord.core.order_admission import admission
from raccord.core.order_entry import enter
from raccord.core.shop_rounding import charged
from raccord.core.totals import check
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.order_life import Life
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
    received = sum((one.amount for one in scenario.order.payments if one.state == "paid"), Decimal(0))
    assert scenario.refunded <= received
    assert "import" == admission(scenario.order, scenario.settings.orders, PLACED).now


@pytest.fixture
def erp() -> Iterator[ErpSystem]:
    """An ERP in memory that knows every article of the table."""
    system = ErpSystem("scenarios")
    system.put_customer("C")
    every = [line for one in EVERY for lines in (one.lines, *one.credits.values()) for line in lines]
    for item in {line.item for line in every}:
        system.put_product(item)
    yield system
    system.forget()


@pytest.mark.parametrize("scenario", EVERY, ids=named)
def test_deposits_credit_notes_and_refunds_leave_what_the_accountant_expects(
    erp: ErpSystem, scenario: Scenario
) -> None:
    """From the order to its last refund; the two sides agree on the balance, to the cent."""
    entry = enter(
        scenario.order, reference=f"R-{scenario.order.key}", customer="C", items=scenario.items, settings=scenario.settings
    )  # fmt: skip
    assert entry.draft is not None

    def invoice(document: str) -> None:
        erp.ship(document)
        erp.invoice(document)

    life = Life(scenario, entry.draft, MemoryErp(MemorySettings(system="scenarios")), invoice)
    balance, problem = life.live()
    assert (None, scenario.deposits, scenario.left) == (problem, life.deposits, balance.due)
    if scenario.credits or scenario.file == "refunds":
        assert scenario.credits == {refund: lines_of(draft) for refund, (draft, _) in life.credits.items()}


@pytest.mark.parametrize("scenario", EVERY, ids=named)
def test_the_shop_s_way_of_rounding_gives_what_the_shop_charged(scenario: Scenario) -> None:
    """Its prices, quantities and rates, rounded as it says that it rounds, are the amounts of the order."""
    order, found = scenario.order, charged(scenario.sold, scenario.how)
    assert [(line.net, line.tax) for line in order.lines] == [(part.net, part.tax) for part in found.parts]
    apart = sum((charge.net + charge.tax for charge in order.charges), Decimal(0))
    assert order.gross == found.gross + apart
    assert order.tax == found.tax + sum((charge.tax for charge in order.charges), Decimal(0))
