"""The in-memory ERP passes the suite, and its documents move as an ERP's do."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from raccord_connectors.canonical import (
    Customer,
    CustomerDraft,
    Draft,
)
from raccord_connectors.contract import Change, Connector, Outcome, Selection
from raccord_connectors.kit.conformance import pytest_generate_tests  # noqa: F401
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.memory_suites import NUMBERS, TOKEN, MemoryErpSuite, draft, furnished_erp


@pytest.fixture
def erp() -> Iterator[ErpSystem]:
    system = furnished_erp(f"erp-{next(NUMBERS)}")
    yield system
    system.forget()


class TestMemoryErp(MemoryErpSuite):
    pass


class TestMemoryErpThroughTheWire(TestMemoryErp):
    through_wire = True


@pytest.fixture
def connector(erp: ErpSystem) -> Connector:
    return MemoryErp(MemorySettings(system=erp.name, token=TOKEN))


def enter(connector: Connector, order: Draft) -> Outcome:
    (outcome,) = connector.write("drafts", [Change("create", order.key, order)])
    return outcome


def test_an_order_reserves_and_a_delivery_moves_the_stock(erp: ErpSystem, connector: Connector) -> None:
    number = str(enter(connector, draft(quantity=2)).target)
    assert (Decimal(12), Decimal(2)) == (erp.stock_of("CHAISE").real, erp.stock_of("CHAISE").reserved)
    erp.ship(number, {"CHAISE": 1}, carrier="Colissimo", tracking="8Q001")
    assert (Decimal(11), Decimal(1)) == (erp.stock_of("CHAISE").real, erp.stock_of("CHAISE").reserved)


def test_a_document_goes_from_order_to_invoice(erp: ErpSystem, connector: Connector) -> None:
    number = str(enter(connector, draft(quantity=2)).target)
    assert "partly_delivered" == erp.ship(number, {"CHAISE": 1}).state
    delivered = erp.ship(number)
    assert ("delivered", 2) == (delivered.state, len(delivered.shipments))
    invoiced = erp.invoice(number)
    assert ("invoiced", 1, "W1001") == (invoiced.state, len(invoiced.invoices), invoiced.reference)


def test_a_cancelled_order_reserves_nothing(erp: ErpSystem, connector: Connector) -> None:
    erp.cancel(str(enter(connector, draft()).target))
    assert Decimal(0) == erp.stock_of("CHAISE").reserved


def test_an_unknown_stock_stays_unknown(erp: ErpSystem, connector: Connector) -> None:
    erp.set_stock("CHAISE", None)
    erp.ship(str(enter(connector, draft()).target))
    assert erp.stock_of("CHAISE").real is None


def test_a_draft_whose_lines_do_not_add_up_is_refused(connector: Connector) -> None:
    outcome = enter(connector, draft(gross=Decimal("119.99")))
    assert outcome.problem is not None
    assert "gross" == outcome.problem.field


def test_a_customers_code_that_exists_is_a_match(erp: ErpSystem, connector: Connector) -> None:
    known = CustomerDraft(key="web-9", customer=Customer(key="MARTIN", last_name="Martin"))
    (outcome,) = connector.write("customer_drafts", [Change("create", known.key, known)])
    assert (True, "MARTIN") == (outcome.existed, outcome.target)
    assert 2 == len(erp.all("customers"))


def test_a_price_is_set_per_category(erp: ErpSystem) -> None:
    erp.set_price("CHAISE", "39.90", category="pro")
    prices = erp.set_price("CHAISE", "48").prices
    assert {"pro": Decimal("39.9"), None: Decimal(48)} == {price.category: price.amount for price in prices}


def test_an_unreadable_record_is_held_and_the_others_are_read(erp: ErpSystem, connector: Connector) -> None:
    erp.make_unreadable("products", "CHAISE")
    pages = list(connector.read("products"))
    assert ["BANC"] == [record.key for page in pages for record in page.records]
    assert ["CHAISE"] == [rejection.key for page in pages for rejection in page.rejected]


def test_deletions_are_told_since_a_cursor(erp: ErpSystem, connector: Connector) -> None:
    *_, last = connector.read("products")
    erp.delete_product("BANC")
    pages = list(connector.read("products", Selection(since=last.cursor)))
    assert ["BANC"] == [key for page in pages for key in page.deleted]
    assert ["CHAISE"] == [record.key for record in erp.all("stock")]


def test_an_emptied_table_reads_as_nothing(erp: ErpSystem, connector: Connector) -> None:
    erp.empty("products")
    assert [] == [record for page in connector.read("products") for record in page.records]
