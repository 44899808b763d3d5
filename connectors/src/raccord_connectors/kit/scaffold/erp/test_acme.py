"""The Acme ERP: the conformance suite on a simulator that obeys its documented web service."""

import itertools
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
from msgspec.structs import replace

from raccord_connectors.canonical import Customer, CustomerDraft, Draft, DraftLine, Record
from raccord_connectors.contract import Connector
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.scaffold.erp import Acme
from raccord_connectors.kit.scaffold.erp.settings import AcmeSettings

KEY = "s3cret-key"


class AcmeSystem:
    """A simulator of the ERP: its tables, and the answers of its web service, refusals included."""

    def __init__(self) -> None:
        self.revisions = itertools.count(1)
        self.revision = 0
        self.stopped = False
        self.tables: dict[str, dict[str, dict[str, Any]]] = {"articles": {}, "customers": {}, "orders": {}}
        for code, label in (("CHAISE", "Chaise Lucie"), ("TABLE", "Table Rose")):
            self.put("articles", {**ARTICLE, "label": label}, code)
        for code, title in (("MARTIN", "Martin et fils"), ("OEUVRE", "L’Œuvre & Cie")):
            self.put("customers", {"title": title, "name": "", "email": "", "address": {}}, code)
        for number in ("BC1", "BC2"):
            self.put("orders", {**ORDER, "reference": number, "status": "entered"}, number)

    def put(self, kind: str, row: dict[str, Any], code: str) -> str:
        self.revision = next(self.revisions)
        known = self.tables[kind].get(code, {})
        self.tables[kind][code] = {**known, **row, "id": code, "revision": self.revision}
        return code

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.stopped:
            raise httpx.ConnectError("connection refused", request=request)
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return httpx.Response(401, json={"error": "unauthorised"})
        _, _, kind, *rest = request.url.path.split("/", 3)
        if kind == "status":
            depots = {"1": "Magasin", "2": "Réserve"}
            return self.answer(
                name="Acme", version="1", currency="EUR", revision=self.revision, depots=depots
            )
        if rest:
            row = self.tables[kind].get(rest[0])
            return self.answer(404, error="not found") if row is None else self.answer(**row)
        if request.method == "POST":
            return self.create(kind, json.loads(request.content))
        first, limit = int(request.url.params["from"]), int(request.url.params["limit"])
        rows = sorted(self.tables[kind].values(), key=lambda row: row["revision"])
        return httpx.Response(200, json=[row for row in rows if row["revision"] >= first][:limit])

    def create(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        for row in self.tables[kind].values():
            if row.get("reference") == body["reference"]:
                return self.answer(409, id=row["id"])
        if kind == "customers" and not body["title"]:
            return self.answer(422, field="title", reason="must not be empty")
        for line in body.get("lines", ()):
            if line["article"] not in self.tables["articles"]:
                return self.answer(422, field="lines", reason=f"no article {line['article']}")
        prefix = "CLI" if kind == "customers" else "BC"
        code = f"{prefix}{len(self.tables[kind]) + 1}"
        return self.answer(201, id=self.put(kind, {"status": "entered", **body}, code))

    def answer(self, status: int = 200, /, **body: Any) -> httpx.Response:
        return httpx.Response(status, json=body)


ARTICLE = {
    "text": "", "family": "MOB", "ean": "", "vat_code": "V20", "vat_rate": "20.00", "price": "49.90",
    "price_with_tax": False, "stock": {"1": "12.000", "2": None}, "asleep": False,
}  # fmt: skip
ORDER = {
    "customer": "MARTIN", "date": "2026-11-24", "net": "50.00", "tax": "10.00", "gross": "60.00",
    "lines": [{"article": "CHAISE", "label": "Chaise Lucie", "quantity": "1", "net": "50.00", "tax": "10.00"}],
}  # fmt: skip


class TestAcme(ConnectorConformance):
    connector_type = Acme
    secrets = (KEY, "wrong-key")

    def setup_method(self) -> None:
        self.system = AcmeSystem()

    def open_with(self, key: str) -> Acme:
        settings = AcmeSettings(url="http://erp.example", key=key)
        return Acme(settings, transport=httpx.MockTransport(self.system), sleep=lambda seconds: None)

    def connector(self) -> Connector:
        return self.open_with(KEY)

    def broken_connector(self) -> Connector:
        return self.open_with("wrong-key")

    def sample(self, stream: str, number: int) -> Record:
        if stream == "customer_drafts":
            return CustomerDraft(key=f"web-{number}", customer=Customer(key="", last_name=f"Durand {number}"))
        net, tax = Decimal(100), Decimal(20)
        line = DraftLine(
            item="CHAISE", title="Chaise Lucie", quantity=Decimal(2), unit_net=Decimal(50), net=net, tax=tax
        )
        return Draft(
            key=f"W{number}", dated=date(2026, 11, 24), reference=f"W{number}", customer="MARTIN", lines=[line],
            net=net, tax=tax, gross=net + tax,
        )  # fmt: skip

    def bad_sample(self, stream: str) -> Record:
        match self.sample(stream, 2):
            case Draft() as draft:
                return replace(draft, key="BAD", lines=[replace(draft.lines[0], item="UNKNOWN")])
            case record:
                return replace(record, key="bad", customer=Customer(key=""))

    def kind(self, stream: str) -> str:
        return {"customers": "customers", "customer_drafts": "customers"}.get(
            stream, "orders" if stream in ("documents", "drafts") else "articles"
        )

    def touch(self, stream: str) -> str:
        change = {
            "label": "Retouchée",
            "price": "1",
            "stock": {"1": "3"},
            "title": "Renommé",
            "status": "invoiced",
        }
        kind = self.kind(stream)
        code = next(iter(self.system.tables[kind]))
        return self.system.put(kind, change, code)

    def remove(self, stream: str) -> str:
        table = self.system.tables[self.kind(stream)]
        code = next(iter(table))
        del table[code]
        return code

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        return self.system.tables[self.kind(stream)][target]

    def stop_system(self) -> None:
        self.system.stopped = True


class TestAcmeThroughTheWire(TestAcme):
    through_wire = True


def test_a_document_without_a_readable_date_is_held_and_the_others_are_read() -> None:
    suite = TestAcme()
    suite.setup_method()
    suite.system.put("orders", {"date": "0000-00-00"}, "BC1")
    pages = suite.pages("documents")
    assert ["BC1"] == [rejection.key for page in pages for rejection in page.rejected]
    assert ["BC2"] == [record.key for page in pages for record in page.records]
