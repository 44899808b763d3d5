"""The in-memory ERP passes the suite, and its documents move as an ERP's do."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Category,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    DraftLine,
    Product,
    Record,
    StockLevels,
)
from raccord_connectors.contract import Change, Connector, Outcome, Selection
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp

NUMBERS = count(1)
TOKEN = "jeton-de-l-erp"


def draft(key: str = "W1001", *, item: str = "CHAISE", quantity: int = 2, **fields: Any) -> Draft:
    net, tax = Decimal(50) * quantity, Decimal(10) * quantity
    line = DraftLine(
        item=item, title="Chaise Lucie", quantity=Decimal(quantity), unit_net=Decimal(50), net=net, tax=tax
    )
    made = Draft(
        key=key,
        dated=date(2026, 11, 24),
        reference=key,
        customer="MARTIN",
        lines=[line],
        net=net,
        tax=tax,
        gross=net + tax,
    )
    return replace(made, **fields)


@pytest.fixture
def erp() -> Iterator[ErpSystem]:
    system = ErpSystem(f"erp-{next(NUMBERS)}", token=TOKEN)
    system.put_category("MOB", "Mobilier")
    system.put_category("DECO", "Décoration d’intérieur")
    system.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12, family="MOB")
    blue_and_red = {"BANC|BLEU": {"1": "Bleu"}, "BANC|ROUGE": {"1": "Rouge"}}
    system.put_product("BANC", "Banc", price="80", stock=5, variants=blue_and_red)
    system.put_customer("MARTIN", "Martin et fils", email="martin@example.com")
    system.put_customer("OEUVRE", "L’Œuvre & Cie")
    yield system
    system.forget()


class TestMemoryErp(ConnectorConformance):
    connector_type = MemoryErp
    secrets = (TOKEN, "mauvais-jeton")

    @pytest.fixture(autouse=True)
    def _system(self, erp: ErpSystem) -> None:
        self.erp = erp
        for number in range(2):
            erp.enter_order(draft(f"seed-{number}"))

    def connector(self) -> Connector:
        return MemoryErp(MemorySettings(system=self.erp.name, token=TOKEN))

    def broken_connector(self) -> Connector:
        return MemoryErp(MemorySettings(system=self.erp.name, token="mauvais-jeton"))

    def sample(self, stream: str, number: int) -> Record:
        if stream == "drafts":
            return draft(f"W100{number}")
        return CustomerDraft(key=f"web-{number}", customer=Customer(key="", last_name=f"Durand {number}"))

    def bad_sample(self, stream: str) -> Record:
        if stream == "drafts":
            return draft("W2000", item="INCONNU")
        return CustomerDraft(key="web-bad", customer=Customer(key="", email="sans-nom@example.com"))

    def changed(self, stream: str, record: Record) -> Record:
        assert isinstance(record, CustomerDraft)
        return replace(record, customer=replace(record.customer, phone="03 81 00 00 00"))

    def touch(self, stream: str) -> str:
        record = self.erp.all(stream)[0]
        match record:
            case Product():
                self.erp.sleep(record.key)
            case Category():
                self.erp.put_category(record.key, "Renommée")
            case Customer():
                self.erp.put_customer(record.key, "Renommé")
            case StockLevels():
                self.erp.set_stock(record.key, 3)
            case Document():
                self.erp.ship(record.key)
            case _:
                self.erp.set_price(record.key, "1.50")
        return record.key

    def remove(self, stream: str) -> str:
        key = self.erp.all(stream)[0].key
        self.erp.drop(stream, key)
        return key

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        held = self.erp.find("customers" if stream == "customer_drafts" else "documents", target)
        seen: dict[str, object] = msgspec.to_builtins(held)
        return seen

    def disturb(self, stream: str, target: str) -> None:
        customer = self.erp.find("customers", target)
        assert isinstance(customer, Customer)
        self.erp.put("customers", replace(customer, credit_limit=Decimal(500)))

    def stop_system(self) -> None:
        self.erp.stopped = True


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
