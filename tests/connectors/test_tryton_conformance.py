"""The guarantees of every connector, on a real Tryton, directly and through the wire."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

import httpx
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Customer,
    CustomerDraft,
    Draft,
    DraftLine,
    PaymentEntry,
    Record,
)
from raccord_connectors.contract import Change
from raccord_connectors.erp.tryton import Tryton
from raccord_connectors.erp.tryton.settings import TrytonSettings
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.conformance.wiretap import Unlucky
from support.tryton_merchant import Merchant
from support.tryton_orders import connect, write
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


OPENING = (
    b"common.db.login",
    b"model.res.user.search_read",
    b"model.ir.module.search_read",
    b"model.ir.date.today",
)
"""The first questions of every connector: who am I, what is activated, what day is it."""


def makes_or_changes(request: httpx.Request) -> bool:
    body = request.read()
    return b'.create"' in body or b'.write"' in body


class Line(httpx.BaseTransport):
    """The line to the server, which can be cut. It repeats Tryton's own first answers instead of asking again: checking a
    password is slow on purpose, and these tests make hundreds of connectors for one user."""

    _known: ClassVar[dict[tuple[str, str, bytes], bytes]] = {}

    def __init__(self) -> None:
        self.cut = False
        self._real = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("cut")
        body = request.read()
        asked = (str(request.url), request.headers.get("Authorization", ""), body)
        if asked in self._known:
            return httpx.Response(200, content=self._known[asked])
        answer = self._real.handle_request(request)
        if any(method in body for method in OPENING) and answer.status_code == 200:
            self._known[asked] = answer.read()
        return answer

    def close(self) -> None:
        self._real.close()


class Shop:
    """One Tryton for all tests of this file, with a few things of everything."""

    def __init__(self, settings: dict[str, Any], manager: Merchant) -> None:
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
        self.invoiced()
        self.invoiced()

    def invoiced(self) -> int:
        manager = self.manager
        sale = manager.create_sale(self.party, self.article.products[0], "1", "8.40")
        manager.write("sale.sale", sale, carrier=manager.find("carrier")[0]["id"])
        manager.click("sale.sale", "quote", sale)
        manager.click("sale.sale", "confirm", sale)
        manager.click("sale.sale", "process", sale)
        number = manager.post_invoice(sale)
        return int(manager.one("account.invoice", ["number", "=", number])["id"])

    def sell(self, connector: Tryton) -> None:
        """An order of 50,400 € that is invoiced and waits to be paid, and a first payment of it."""
        draft = draft_of(self, "PAIE-1", Decimal(5000))
        outcome = write(connector, draft)
        assert outcome.done, outcome.problem
        self.sold = str(outcome.target)
        self.manager.post_invoice(int(self.sold))
        self.pay(connector, "PAIE-1/0")

    def pay(self, connector: Tryton, key: str) -> None:
        entry = PaymentEntry(
            key=key, document=self.sold, kind="settlement", amount=Decimal(1), method="Virement", dated=date(2026, 11, 24)
        )  # fmt: skip
        (outcome,) = connector.write("payments", [Change("create", key, entry)])
        assert outcome.done, outcome.problem

    def undo(self, key: str) -> None:
        """As an accountant takes a payment in part back: its move is cancelled by another."""
        manager = self.manager
        move = manager.one("account.move", ["description", "like", f"{key} %"])
        context = {"active_model": "account.move", "active_id": move["id"], "active_ids": [move["id"]]}
        name = "wizard.account.move.cancel"
        session, start, _ = manager.rpc(f"{name}.create", context=context)
        manager.rpc(f"{name}.execute", session, {start: {"reversal": True}}, "cancel", context=context)
        manager.rpc(f"{name}.delete", session)

    def passing(self, stream: str) -> tuple[int, str]:
        """Something that may be deleted: its id and its key in the stream."""
        manager, number = self.manager, next(self.numbers)
        match stream:
            case "categories":
                found = manager.create("product.category", name=f"Passagère {number}")
            case "customers":
                found = manager.create_party(f"Passager {number}")
                return found, str(manager.one("party.party", ["id", "=", found], fields=["code"])["code"])
            case "documents":
                found = manager.create_sale(self.party, self.article.products[0], "1", "1.00")
            case "invoices":
                found = self.invoiced()
            case "payments":
                connector = Tryton(TrytonSettings(**self.settings))
                self.pay(connector, f"PAIE-1/passing{number}")
                connector.close()
                return 0, f"PAIE-1/passing{number}"
            case _:
                found = manager.create_product(f"PASSE{number}", f"Passager {number}", "1.00").template
        return found, str(found)


MODELS = {
    "categories": "product.category",
    "products": "product.template",
    "prices": "product.template",
    "stock": "product.template",
    "customers": "party.party",
    "documents": "sale.sale",
    "invoices": "account.invoice",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with tryton() as server:
        shop = Shop(server.settings(price_lists=["Revendeurs"]), server.manager)
        connector = connect(server)
        shop.sell(connector)
        connector.close()
        yield shop


def draft_of(shop: "Shop", key: str, pieces: Decimal = Decimal(3)) -> Draft:
    net = pieces * Decimal("8.40")
    line = DraftLine(
        item=shop.article.key,
        title="Thé noir",
        quantity=pieces,
        unit_net=Decimal("8.40"),
        net=net,
        tax=net * Decimal("0.2"),
        rate=Decimal(20),
    )
    party = shop.manager.one("party.party", ["id", "=", shop.party], fields=["code"])
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


class TestTryton(ConnectorConformance):
    connector_type = Tryton
    secrets = (PASSWORD, "un-autre-mot-de-passe")
    shop: ClassVar[Shop]

    @pytest.fixture(autouse=True)
    def _given_a_tryton(self, shop: Shop, request: pytest.FixtureRequest) -> None:
        type(self).shop = shop
        self.line = Line()
        self.luck = Unlucky(self.line, changes=makes_or_changes)
        self.number = next(shop.numbers)  # samples of one test are things that no other test wrote
        if "deleted" in request.node.name:
            self.passing = shop.passing(request.node.callspec.params["stream"])

    def connector(self, **changes: Any) -> Tryton:
        settings = TrytonSettings(**{**self.shop.settings, **changes})
        return Tryton(settings, transport=self.luck, sleep=lambda seconds: None)

    def broken_connector(self) -> Tryton:
        # Tryton makes each wrong sign-in of one name wait longer than the last: another name each time.
        return self.connector(user=f"inconnu-{next(self.shop.numbers)}", password="un-autre-mot-de-passe")

    def sample(self, stream: str, number: int) -> Record:
        mark = f"{self.number}-{number}"
        if stream == "drafts":
            return draft_of(self.shop, f"TEST-{mark}")
        if stream == "payments":
            return PaymentEntry(
                key=f"PAIE-1/{mark}",
                document=self.shop.sold,
                kind="settlement",
                amount=Decimal("12.00"),
                method="Carte bancaire",
                dated=date(2026, 11, 24),
                transaction=f"tr_{mark}",
            )
        customer = Customer(
            key="",
            last_name=f"Durand {mark}",
            email=f"durand-{mark}@example.org",
            phone="04 72 00 00 00",
            billing=LYON,
        )
        return CustomerDraft(key=f"email:durand-{mark}@example.org", customer=customer)

    def bad_sample(self, stream: str) -> Record:
        if stream == "drafts":
            good = draft_of(self.shop, f"BAD-{self.number}")
            return replace(good, lines=[replace(good.lines[0], item="999999999")])
        if stream == "payments":
            record = self.sample(stream, 9)
            assert isinstance(record, PaymentEntry)
            return replace(record, amount=Decimal(0))
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
            case "invoices":
                return str(shop.invoiced())  # one that is posted cannot be changed any more
        return shop.article.key

    def remove(self, stream: str) -> str:
        found, key = self.passing
        manager = self.shop.manager
        if stream == "payments":
            self.shop.undo(key)
        elif (
            stream == "invoices"
        ):  # what has a number is never deleted; where the company allows it, it is cancelled
            manager.write("company.company", manager.company, cancel_invoice_out=True)
            manager.click("account.invoice", "cancel", found)
        else:
            manager.delete(MODELS[stream], found)
        return key

    def stop_system(self) -> None:
        self.line.cut = True

    def lose_next_answer(self) -> None:
        self.luck.lose = True

    def ask_for_patience(self) -> None:
        self.luck.patience = 120


class TestTrytonThroughTheWire(TestTryton):
    """What Tryton keeps of a text or of others' changes was seen above; the tunnel has no part in it."""

    through_wire = True
    look = ConnectorConformance.look
    disturb = ConnectorConformance.disturb
