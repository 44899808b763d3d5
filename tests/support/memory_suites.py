"""The conformance suite on the in-memory systems: run as it is by their own tests, and on hostile connectors by the
test of the suite itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Availability,
    Category,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    DraftLine,
    Invoice,
    Listing,
    Offer,
    OfferPrice,
    OrderUpdate,
    PaymentEntry,
    Product,
    Record,
    Shipment,
    StockLevels,
)
from raccord_connectors.contract import Change, Connector, TransientError
from raccord_connectors.kit.conformance import ConnectorConformance
from raccord_connectors.sample import texts
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings, MemorySystem
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.memory_shop import MemoryShop
from raccord_connectors.sample.shop_system import ShopSystem
from support.full_listings import full_listings

NUMBERS = count(1)
TOKEN = "jeton-secret"
WRONG_TOKEN = "mauvais-jeton"


def listing(
    key: str, *, sku: str = "", name: str = "Chaise Lucie", amount: str = "49.9", **fields: Any
) -> Listing:
    price = OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR")
    return Listing(
        key=key,
        **{
            "published": True,
            "name": name,
            "offers": [Offer(key=key, sku=sku or key, price=price)],
            **fields,
        },
    )


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


def payment(key: str, *, document: str = "BC00001", amount: str = "30", **fields: Any) -> PaymentEntry:
    made = PaymentEntry(
        key=key,
        document=document,
        kind="deposit",
        amount=Decimal(amount),
        method="cb",
        dated=date(2026, 11, 24),
        transaction="ch_3Q9x",
    )
    return replace(made, **fields)


def furnished_erp(name: str) -> ErpSystem:
    system = ErpSystem(name, token=TOKEN)
    system.put_category("MOB", "Mobilier")
    system.put_category("DECO", "Décoration d’intérieur")
    system.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12, family="MOB")
    blue_and_red = {"BANC|BLEU": {"1": "Bleu"}, "BANC|ROUGE": {"1": "Rouge"}}
    system.put_product("BANC", "Banc", price="80", stock=5, variants=blue_and_red)
    system.put_customer("MARTIN", "Martin et fils", email="martin@example.com")
    system.put_customer("OEUVRE", "L’Œuvre & Cie")
    return system


def lose_next_answer(system: MemorySystem) -> None:
    def cut(stream: str, change: Change) -> None:
        system.after_write = None
        raise TransientError(texts.DOWN.fill(name=system.name))

    system.after_write = cut


class MemoryShopSuite(ConnectorConformance):
    connector_type = MemoryShop
    secrets = (TOKEN, WRONG_TOKEN)

    def setup_method(self) -> None:
        self.shop = ShopSystem(f"suite-{next(NUMBERS)}", token=TOKEN)
        self.shop.put_listing("Table Rose", sku="TABLE", price="120", quantity=4)
        self.shop.put_listing("Banc vert", sku="BANC", price="80", quantity=9)
        for number, sku in enumerate(("TABLE", "BANC", "BANC")):
            self.shop.place_order({sku: 1}, shipping="5.90")
            self.shop.put_account(f"{number}", email=f"lucie{number}@example.com", last_name="Martin")

    def teardown_method(self) -> None:
        self.shop.forget()

    def connector(self) -> Connector:
        opened: Connector = self.connector_type(MemorySettings(system=self.shop.name, token=TOKEN))
        return opened

    def broken_connector(self) -> Connector:
        broken: Connector = self.connector_type(MemorySettings(system=self.shop.name, token=WRONG_TOKEN))
        return broken

    def sample(self, stream: str, number: int) -> Record:
        match stream:
            case "listings":
                return listing(f"CHAISE-{number}")
            case "availability":
                return Availability(key=f"item-{number}", quantity=Decimal(3 + number), product=f"P{number}")
            case "customers":
                return Customer(key=f"{number}", price_category="2", fields=["price_category"])
            case _:
                order = self.shop.all("orders")[number]
                return OrderUpdate(key=order.key, state="accepted", erp_document=f"BC{number}")

    def bad_sample(self, stream: str) -> Record:
        match stream:
            case "listings":
                return listing("CHAISE-SANS-NOM", name=" ")
            case "availability":
                return Availability(key="item-1", quantity=Decimal(-1), product="P1")
            case "customers":
                return Customer(key="2", email="personne", fields=["email"])
            case _:
                order = self.shop.all("orders")[2]
                shipment = Shipment(key="BL1", lines={"no-such-line": Decimal(1)})
                return OrderUpdate(key=order.key, state="shipped", shipments=[shipment])

    def changed(self, stream: str, record: Record) -> Record:
        match record:
            case Listing():
                return replace(record, name="Chaise Lucie bleue")
            case Availability():
                return replace(record, quantity=Decimal(1))
            case OrderUpdate():
                return replace(record, state="shipped")
            case Customer():
                return replace(record, price_category="3")
        raise TypeError(stream)

    def target(self, stream: str, record: Record) -> str | None:
        if stream == "availability":
            offers = self.shop.all("availability")
            return offers[int(record.key.rpartition("-")[2]) % len(offers)].key
        return record.key

    def touch(self, stream: str) -> str:
        key = self.shop.all(stream)[0].key
        match stream:
            case "listings":
                self.shop.edit(key, name="Retouchée")
            case "availability":
                self.shop.set_quantity(key, 2, product="1")
            case "orders":
                self.shop.refund(key, "5")
            case "customers":
                self.shop.edit_account(key, phone="0381000000")
        return key

    def remove(self, stream: str) -> str:
        key = self.shop.all(stream)[0].key
        self.shop.drop(stream, key)
        return key

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        if stream == "order_updates":
            order: dict[str, object] = msgspec.to_builtins(self.shop.find("orders", target))
            return order | {"follow-up": self.shop.updates.get(target)}
        seen: dict[str, object] = msgspec.to_builtins(self.shop.find(stream, target))
        return seen

    def disturb(self, stream: str, target: str) -> None:
        match stream:
            case "listings":
                self.shop.edit(target, seo_title="Le titre de la boutique")
            case "availability":
                found = self.shop.find(stream, target)
                assert isinstance(found, Availability)
                self.shop.put(stream, replace(found, backorders=True))
            case "customers":
                self.shop.edit_account(target, phone="0381000001")
            case _:
                self.shop.refund(target, "1")

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        return full_listings(("BUREAU", "PLAID"), edition)

    def requests_sent(self) -> Sequence[bytes]:
        return list(self.shop.sent)

    def stop_system(self) -> None:
        self.shop.stopped = True

    def lose_next_answer(self) -> None:
        lose_next_answer(self.shop)

    def ask_for_patience(self) -> None:
        self.shop.fail_next(1_000, retry_after=120)


class MemoryErpSuite(ConnectorConformance):
    connector_type = MemoryErp
    secrets = (TOKEN, WRONG_TOKEN)

    def setup_method(self) -> None:
        self.erp = furnished_erp(f"suite-{next(NUMBERS)}")
        for number in range(2):
            document = self.erp.enter_order(draft(f"seed-{number}"))
            self.erp.enter_payment(payment(f"seed-{number}/1", document=document.key))
            self.erp.invoice(document.key)

    def teardown_method(self) -> None:
        self.erp.forget()

    def connector(self) -> Connector:
        opened: Connector = self.connector_type(MemorySettings(system=self.erp.name, token=TOKEN))
        return opened

    def broken_connector(self) -> Connector:
        broken: Connector = self.connector_type(MemorySettings(system=self.erp.name, token=WRONG_TOKEN))
        return broken

    def sample(self, stream: str, number: int) -> Record:
        if stream == "drafts":
            return draft(f"W100{number}")
        if stream == "payments":
            return payment(f"W100{number}/1")
        return CustomerDraft(key=f"web-{number}", customer=Customer(key="", last_name=f"Durand {number}"))

    def bad_sample(self, stream: str) -> Record:
        if stream == "drafts":
            return draft("W2000", item="INCONNU")
        if stream == "payments":
            return payment("W2000/1", amount="0")
        return CustomerDraft(key="web-bad", customer=Customer(key="", email="sans-nom@example.com"))

    def changed(self, stream: str, record: Record) -> Record:
        assert isinstance(record, CustomerDraft)
        return replace(record, customer=replace(record.customer, phone="03 81 00 00 00"))

    def touch(self, stream: str) -> str:
        record = self.erp.all(stream)[0]
        match record:
            case PaymentEntry():
                self.erp.put(stream, replace(record, transaction="ch_4"))
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
            case Invoice():
                self.erp.put(stream, replace(record, buyer_reference="4711"))
            case _:
                self.erp.set_price(record.key, "1.50")
        return record.key

    def remove(self, stream: str) -> str:
        key = self.erp.all(stream)[0].key
        self.erp.drop(stream, key)
        return key

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        held = self.erp.find(
            {"customer_drafts": "customers", "drafts": "documents"}.get(stream, stream), target
        )
        seen: dict[str, object] = msgspec.to_builtins(held)
        return seen

    def disturb(self, stream: str, target: str) -> None:
        customer = self.erp.find("customers", target)
        assert isinstance(customer, Customer)
        self.erp.put("customers", replace(customer, credit_limit=Decimal(500)))

    def stop_system(self) -> None:
        self.erp.stopped = True

    def lose_next_answer(self) -> None:
        lose_next_answer(self.erp)

    def ask_for_patience(self) -> None:
        self.erp.fail_next(1_000, retry_after=120)
