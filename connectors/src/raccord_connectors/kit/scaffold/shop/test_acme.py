"""The Acme shop: the conformance suite on a simulator that obeys its documented web service."""

import itertools
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Availability,
    Listing,
    Offer,
    OfferPrice,
    OrderUpdate,
    Record,
    Shipment,
)
from raccord_connectors.contract import Connector
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.conformance.wiretap import Wiretap
from raccord_connectors.kit.scaffold.shop import Acme
from raccord_connectors.kit.scaffold.shop.settings import AcmeSettings

KEY = "s3cret-key"


class AcmeSystem:
    """A simulator of the shop: its tables, and the answers of its web service, refusals included."""

    def __init__(self) -> None:
        self.revisions = itertools.count(1)
        self.revision = 0
        self.stopped = False
        self.tables: dict[str, dict[str, dict[str, Any]]] = {"products": {}, "orders": {}}
        for name in ("Table Rose", "Banc vert"):
            number = self.put("products", {"name": name, "sku": name[:5].upper(), "price": "120.00"})
            self.put("orders", order_of(number))
        self.put("orders", order_of("1"))

    def put(self, kind: str, row: dict[str, Any], number: str = "") -> str:
        number = number or str(len(self.tables[kind]) + 1)
        self.revision = next(self.revisions)
        fresh = {"description": "", "published": True, "currency": "EUR", "quantity": "0", "price": None}
        known = self.tables[kind].get(number, {**(fresh if kind == "products" else {}), "tracking": ""})
        self.tables[kind][number] = {**known, **row, "id": number, "revision": self.revision}
        return number

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.stopped:
            raise httpx.ConnectError("connection refused", request=request)
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return httpx.Response(401, json={"error": "unauthorised"})
        _, _, kind, *rest = request.url.path.split("/", 3)
        if kind == "status":
            statuses = {"new": "Nouvelle", "shipped": "Expédiée"}
            return self.answer(
                name="Acme", version="1", currency="EUR", revision=self.revision, statuses=statuses
            )
        if rest:
            return self.one(request, self.tables[kind], kind, rest[0])
        if request.method == "POST":
            return self.create(kind, json.loads(request.content))
        first, limit = int(request.url.params["from"]), int(request.url.params["limit"])
        rows = sorted(self.tables[kind].values(), key=lambda row: row["revision"])
        return httpx.Response(200, json=[row for row in rows if row["revision"] >= first][:limit])

    def one(self, request: httpx.Request, table: dict[str, Any], kind: str, number: str) -> httpx.Response:
        if number not in table:
            return httpx.Response(404, json={"error": "not found"})
        if request.method == "DELETE":
            del table[number]
            return httpx.Response(204)
        if request.method == "PATCH":
            body = json.loads(request.content)
            if refusal := self.refusal(body):
                return refusal
            if body.keys() - {name for name, value in body.items() if table[number].get(name) == value}:
                self.put(kind, body, number)
        return self.answer(**table[number])

    def create(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        for row in self.tables[kind].values():
            if row.get("reference") == body["reference"]:
                return self.answer(409, id=row["id"])
        if refusal := self.refusal(body):
            return refusal
        return self.answer(201, id=self.put(kind, body))

    def refusal(self, body: dict[str, Any]) -> httpx.Response | None:
        if not body.get("name", "x").strip():
            return self.answer(422, field="name", reason="must not be empty")
        if Decimal(body.get("quantity") or 0) < 0:
            return self.answer(422, field="quantity", reason="must not be negative")
        if len(body.get("tracking", "")) > 40:
            return self.answer(422, field="tracking", reason="at most 40 characters")
        return None

    def answer(self, status: int = 200, /, **body: Any) -> httpx.Response:
        return httpx.Response(status, json=body)


def order_of(product: str) -> dict[str, Any]:
    line = {"id": "1", "product": product, "sku": "X", "name": "Table", "quantity": "1", "rate": "20.0"}
    return {
        "number": f"A-{product}", "placed_at": "2026-11-24T08:00:00+00:00", "status": "new", "currency": "EUR",
        "email": "lucie@example.com", "address": {"first_name": "Lucie", "last_name": "Martin", "country": "FR"},
        "lines": [{**line, "net": "100.00", "tax": "20.00"}],
        "shipping": {"title": "Livraison", "net": "5.00", "tax": "1.00"},
        "payments": [{"id": "1", "method": "card", "amount": "126.00"}],
        "net": "105.00", "tax": "21.00", "gross": "126.00",
    }  # fmt: skip


class TestAcme(ConnectorConformance):
    connector_type = Acme
    secrets = (KEY, "wrong-key")

    def setup_method(self) -> None:
        self.system = AcmeSystem()
        self.wire = Wiretap(httpx.MockTransport(self.system))

    def open_with(self, key: str) -> Acme:
        settings = AcmeSettings(url="https://shop.example", key=key)
        return Acme(settings, transport=self.wire, sleep=lambda seconds: None)

    def connector(self) -> Connector:
        return self.open_with(KEY)

    def broken_connector(self) -> Connector:
        return self.open_with("wrong-key")

    def sample(self, stream: str, number: int) -> Record:
        match stream:
            case "listings":
                price = OfferPrice(amount=Decimal("49.9"), tax_included=True, currency="EUR")
                offer = Offer(key=f"CHAISE-{number}", sku=f"CH{number}", price=price)
                return Listing(key=offer.key, published=True, name="Chaise Lucie", offers=[offer])
            case "availability":
                return Availability(key=f"item-{number}", quantity=Decimal(3), product=f"item-{number}")
            case _:
                return OrderUpdate(key=str(number + 1), state="accepted")

    def bad_sample(self, stream: str) -> Record:
        match self.sample(stream, 2):
            case Listing() as record:
                return replace(record, key="BAD", name=" ")
            case Availability() as record:
                return replace(record, quantity=Decimal(-1))
            case record:
                return replace(record, shipments=[Shipment(key="1", tracking="9" * 41)])

    def changed(self, stream: str, record: Record) -> Record:
        match record:
            case Listing():
                return replace(record, name="Chaise Lucie bleue")
            case Availability():
                return replace(record, quantity=Decimal(1))
            case _:
                return replace(record, state="shipped")

    def target(self, stream: str, record: Record) -> str:
        products = sorted(self.system.tables["products"])
        return products[int(record.key[-1]) % len(products)] if stream == "availability" else record.key

    def kind(self, stream: str) -> str:
        return "products" if stream in ("listings", "availability") else "orders"

    def touch(self, stream: str) -> str:
        change = {"name": "Retouchée"} if stream == "listings" else {"status": "shipped"}
        return self.system.put(self.kind(stream), change, "1")

    def remove(self, stream: str) -> str:
        del self.system.tables[self.kind(stream)]["1"]
        return "1"

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        return {**self.system.tables[self.kind(stream)][target], "revision": None}

    def disturb(self, stream: str, target: str) -> None:
        change = {"email": "autre@example.com"} if stream == "order_updates" else {"description": "À la main"}
        self.system.put(self.kind(stream), change, target)

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        word = ("première", "seconde")[edition]
        price = OfferPrice(amount=Decimal("117.35") + edition, tax_included=True, currency="EUR")
        offer = Offer(key="BUREAU", sku=f"BUREAU-{edition}", price=price)
        return [
            Listing(
                key="BUREAU",
                published=not edition,
                name=f"Bureau, {word} édition",
                description=f"Chêne massif, {word} édition",
                offers=[offer],
            )
        ]

    def requests_sent(self) -> Sequence[bytes]:
        return self.wire.bodies

    def stop_system(self) -> None:
        self.system.stopped = True


class TestAcmeThroughTheWire(TestAcme):
    through_wire = True


def test_a_listing_with_variants_is_rejected() -> None:
    suite = TestAcme()
    suite.setup_method()
    record = suite.sample("listings", 0)
    assert isinstance(record, Listing)
    several = replace(record, offers=[*record.offers, *record.offers])
    (outcome,) = suite.write("listings", suite.change("listings", several))
    assert outcome.problem is not None
    assert "offers" == outcome.problem.field
