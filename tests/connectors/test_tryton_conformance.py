"""The guarantees of every connector, on a real Tryton, directly and through the wire."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

import httpx
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Draft, DraftLine, Record
from raccord_connectors.erp.tryton import Tryton
from raccord_connectors.erp.tryton.settings import TrytonSettings
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_server import PASSWORD, tryton

pytestmark = pytest.mark.counterpart

LYON = Address(
    first_name="Anne",
    last_name="Durand",
    line1="3 rue Mercière",
    postal_code="69002",
    city="Lyon",
    country="FR",
)
DISPOSABLE = 4
"""Things of each stream that tests may delete."""


class Line(httpx.BaseTransport):
    """The line to the server, which can be cut."""

    def __init__(self) -> None:
        self.cut = False
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("cut")
        return self._real.handle_request(request)

    def close(self) -> None:
        self._real.close()


class Shop:
    """One Tryton for all tests of this file, with a few things of everything."""

    def __init__(self, url: str, settings: dict[str, Any], manager: Merchant) -> None:
        self.url = url
        self.settings = settings
        self.manager = manager
        self.numbers = count(1)
        self.article = manager.create_product("THE", "Thé noir", "8.40", ean="3760123456784")
        manager.create_product("POT", "Théière en fonte", "49.90", tax="TVA 20")
        manager.set_stock(self.article.products[0], "40")
        self.category = manager.create("product.category", name="Thés")
        self.party = manager.create_party("Salon Mercière", email="salon@example.org")
        self.sale = manager.create_sale(self.party, self.article.products[0], "2", "8.40")
        manager.create_sale(self.party, self.article.products[0], "1", "8.40")
        self.disposable: dict[str, list[int]] = {
            "categories": [
                manager.create("product.category", name=f"Passagère {n}") for n in range(DISPOSABLE)
            ],
            "products": [self._passing("A", n).template for n in range(DISPOSABLE)],
            "prices": [self._passing("B", n).template for n in range(DISPOSABLE)],
            "stock": [self._passing("C", n).template for n in range(DISPOSABLE)],
            "customers": [manager.create_party(f"Passager {n}") for n in range(DISPOSABLE)],
            "documents": [
                manager.create_sale(self.party, self.article.products[0], "1", "1.00")
                for _ in range(DISPOSABLE)
            ],
        }

    def _passing(self, letter: str, number: int) -> CreatedProduct:
        return self.manager.create_product(f"P{letter}{number}", f"Passager {letter}{number}", "1.00")


MODELS = {
    "categories": "product.category",
    "products": "product.template",
    "prices": "product.template",
    "stock": "product.template",
    "customers": "party.party",
    "documents": "sale.sale",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with tryton() as server:
        yield Shop(server.url, server.settings(), server.manager)


class TestTryton(ConnectorConformance):
    connector_type = Tryton
    secrets = (PASSWORD, "un-autre-mot-de-passe")
    shop: ClassVar[Shop]

    @pytest.fixture(autouse=True)
    def _given_a_tryton(self, shop: Shop) -> None:
        type(self).shop = shop
        self.line = Line()
        self.number = next(shop.numbers)  # samples of one test are things that no other test wrote

    def connector(self, **changes: Any) -> Tryton:
        settings = TrytonSettings(**{**self.shop.settings, **changes})
        return Tryton(settings, transport=self.line, sleep=lambda seconds: None)

    def broken_connector(self) -> Tryton:
        return self.connector(password="un-autre-mot-de-passe")

    def sample(self, stream: str, number: int) -> Record:
        mark = f"{self.number}-{number}"
        if stream == "drafts":
            return self._draft(f"TEST-{mark}")
        customer = Customer(
            key="",
            last_name=f"Durand {mark}",
            email=f"durand-{mark}@example.org",
            phone="04 72 00 00 00",
            billing=LYON,
        )
        return CustomerDraft(key=f"email:durand-{mark}@example.org", customer=customer)

    def _draft(self, key: str) -> Draft:
        line = DraftLine(
            item=self.shop.article.key,
            title="Thé noir",
            quantity=Decimal(3),
            unit_net=Decimal("8.40"),
            net=Decimal("25.20"),
            tax=Decimal("5.04"),
            rate=Decimal(20),
        )
        party = self.shop.manager.one("party.party", ["id", "=", self.shop.party], fields=["code"])
        return Draft(
            key=key,
            dated=date(2026, 11, 24),
            reference=key,
            customer=party["code"],
            billing=LYON,
            lines=[line],
            net=line.net,
            tax=line.tax,
            gross=line.net + line.tax,
        )

    def bad_sample(self, stream: str) -> Record:
        if stream == "drafts":
            good = self._draft(f"BAD-{self.number}")
            return replace(good, lines=[replace(good.lines[0], item="999999999")])
        customer = Customer(key="", last_name="Durand", vat_number="FR00000000000", billing=LYON)
        return CustomerDraft(key=f"bad-{self.number}", customer=customer)

    def changed(self, stream: str, record: Record) -> Record:
        assert isinstance(record, CustomerDraft)
        return replace(record, customer=replace(record.customer, phone="04 78 11 11 11"))

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        manager = self.shop.manager
        if stream == "drafts":
            fields = ["reference", "state", "total_amount", "lines.description"]
            return manager.one("sale.sale", ["id", "=", int(target)], fields=fields)
        fields = ["name", "contact_mechanisms.type", "contact_mechanisms.value", "addresses.street", "lang"]
        row = manager.one("party.party", ["code", "=", target], fields=fields)
        contacts = {one["type"]: one["value"] for one in row["contact_mechanisms."]}
        return {"name": row["name"], "lang": row["lang"], "streets": row["addresses."], **contacts}

    def disturb(self, stream: str, target: str) -> None:
        manager = self.shop.manager
        party = manager.one("party.party", ["code", "=", target])["id"]
        manager.create("party.contact_mechanism", party=party, type="website", value="https://example.org")
        manager.write("party.party", party, name="Renommé par le comptable")

    def touch(self, stream: str) -> str:
        shop, manager, word = self.shop, self.shop.manager, f"n° {next(self.shop.numbers)}"
        match stream:
            case "categories":
                manager.write("product.category", shop.category, name=f"Thés {word}")
                return str(shop.category)
            case "products":
                manager.write("product.template", shop.article.template, name=f"Thé noir {word}")
            case "prices":
                manager.change_price(shop.article, f"8.{next(shop.numbers) % 10_000:04}")
            case "stock":
                manager.set_stock(shop.article.products[0], str(next(shop.numbers)))
            case "customers":
                manager.create("party.contact_mechanism", party=shop.party, type="mobile", value=f"06 {word}")
                mechanisms = manager.find(
                    "party.contact_mechanism", ["party", "=", shop.party], ["type", "=", "mobile"]
                )
                manager.delete("party.contact_mechanism", *(row["id"] for row in mechanisms[:-1]))
                return str(manager.one("party.party", ["id", "=", shop.party], fields=["code"])["code"])
            case "documents":
                manager.write("sale.sale", shop.sale, reference=f"Bon {word}")
                return str(shop.sale)
        return shop.article.key

    def remove(self, stream: str) -> str:
        found = self.shop.disposable[stream].pop()
        key = str(found)
        if stream == "customers":
            key = str(self.shop.manager.one("party.party", ["id", "=", found], fields=["code"])["code"])
        self.shop.manager.delete(MODELS[stream], found)
        return key

    def stop_system(self) -> None:
        self.line.cut = True


class TestTrytonThroughTheWire(TestTryton):
    through_wire = True
