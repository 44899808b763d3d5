"""The PrestaShop connector against the simulated PrestaShop: every guarantee of the suite, also through the wire, and on a
version that knows no PATCH."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Availability,
    Customer,
    Listing,
    Offer,
    OfferPrice,
    OrderUpdate,
    Record,
    Shipment,
)
from raccord_connectors.contract import Can
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.conformance.wiretap import Wiretap
from raccord_connectors.shop.prestashop import PrestaShop, PrestaShopSettings
from sandbox.prestashop.testing import DemoPrestaShop, prestashop
from support.full_listings import full_listings
from support.picture_server import picture_server

BAD_KEY = "0" * 32
TRADE = "3"
"""Id of the shop's group of customers."""


def price(amount: str) -> OfferPrice:
    return OfferPrice(amount=Decimal(amount), tax_included=False, currency="EUR")


def suited(listing: Listing) -> Listing:
    """Prices without tax, groups by their ids, and one size for all variants: PrestaShop has it on the product only."""
    first = listing.offers[0]
    offers = [
        replace(
            offer,
            price=replace(offer.price, tax_included=False)
            if isinstance(offer.price, OfferPrice)
            else offer.price,
            tiers=UNSET if offer.tiers is UNSET else [replace(tier, group=TRADE) for tier in offer.tiers],
            dimensions_mm=first.dimensions_mm,
        )
        for offer in listing.offers
    ]
    return replace(listing, offers=offers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as shop:
        yield shop


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as address:
        yield address


class TestPrestaShop(ConnectorConformance):
    connector_type = PrestaShop
    unread = ("tax_rate", "pictures", "offer.pictures")
    """A product has a group of tax rules, which may have a rate for each country; a picture has no name by which it would be
    known again (`test_prestashop_pictures` looks at them in the shop)."""
    never: ClassVar[Mapping[str, tuple[str, ...]]] = {"remove": ("orders",)}
    """PrestaShop deletes no order, and keeps customers with a mark."""
    version = "8.1.7"

    @pytest.fixture(autouse=True)
    def _fresh_shop(self, served: DemoPrestaShop, pictures: str) -> None:
        self.shop = served
        self.pictures = pictures
        served.reset()
        served.configure(VERSION=self.version)
        self.wire = Wiretap(served.transport())
        type(self).secrets = (served.shop.key, BAD_KEY)
        common: dict[str, Any] = {
            "active": 1,
            "state": 1,
            "id_tax_rules_group": 1,
            "product_type": "standard",
        }
        self.others = [
            str(served.add("products", name=f"Lié {n}", reference=f"LIE{n}", price="1", **common))
            for n in range(2)
        ]
        self.simple = served.add(
            "products", name="Vase", reference="VASE", price="24.916667", link_rewrite="vase", **common
        )
        self.variable = served.add("products", name="Plaid", reference="PLAID", price="49.166667", **common)
        colour = served.add("product_options", name="Couleur", public_name="Couleur", group_type="select")
        self.combinations = []
        for name in ("Ocre", "Sauge"):
            value = served.add("product_option_values", name=name, id_attribute_group=colour)
            linked = {"product_option_values": [{"id": str(value)}]}
            found = served.add(
                "combinations", id_product=self.variable, reference=f"PLAID-{name}", minimal_quantity=1,
                associations=linked, default_on=int(name == "Ocre"),
            )  # fmt: skip
            self.combinations.append(found)
            served.set_stock(self.variable, 12, found)
        served.set_stock(self.simple, 40)
        bought = {(self.simple, 0): 2, (self.variable, self.combinations[0]): 1}
        self.orders = [served.buy(bought, voucher=Decimal(10)) for _ in range(4)]
        for name in ("Martin", "Durand", "Petit"):
            served.add(
                "customers", firstname="Léa", lastname=name, email=f"{name.lower()}@example.org", active=1, id_lang=1,
                id_default_group=3, associations={"groups": [{"id": "3"}]},
            )  # fmt: skip
        self.accounts = [int(row["id"]) for row in served.rows("customers")]

    def connector(self) -> PrestaShop:
        return self._connector()

    def broken_connector(self) -> PrestaShop:
        return self._connector(key=BAD_KEY)

    def _connector(self, **settings: str) -> PrestaShop:
        converted = msgspec.convert(self.shop.settings(**settings), PrestaShopSettings)
        return PrestaShop(converted, transport=self.wire, sleep=lambda _: None)

    def sample(self, stream: str, number: int) -> Record:
        if stream == "listings":
            key = f"CHAISE{number}"
            if number == 1:
                offers = [
                    Offer(
                        key=f"{key}|{size}",
                        sku=f"{key}-{size}",
                        options={"Taille": size},
                        price=price("12.50"),
                    )
                    for size in ("S", "M")
                ]
                return Listing(key=key, published=True, name="Coussin", offers=offers, axes=["Taille"])
            offer = Offer(key=key, sku=f"{key}-REF", price=price("59.90"), ean=None)
            return Listing(key=key, published=True, name="Chaise", offers=[offer], summary="Une chaise")
        if stream == "availability":
            return Availability(key=f"ERP{number}", quantity=Decimal(3 + number), product="x")
        if stream == "customers":
            return self._account(number)
        return OrderUpdate(key=str(self.orders[number]), state="preparing", erp_document=f"BC{number}")

    def bad_sample(self, stream: str) -> Record:
        if stream == "listings":
            offer = Offer(key="FAUX", sku="FAUX", price=price("1"), ean="37600000000012")
            return Listing(key="FAUX", published=True, name="Faux", offers=[offer])
        if stream == "availability":
            return Availability(key="INCONNU", quantity=Decimal(1), product="x")
        if stream == "customers":
            return replace(self._account(0), key="CLI9", last_name="Martin 2000")
        return OrderUpdate(key="999999", state="shipped")

    def changed(self, stream: str, record: Record) -> Record:
        if isinstance(record, Listing):
            return replace(record, name=f"{record.name} bleue", summary="Une autre chaise")
        if isinstance(record, Availability):
            return replace(record, quantity=record.quantity + 5)
        if isinstance(record, Customer):
            return replace(record, first_name="Élise", price_category="2", credit_limit=Decimal(1500))
        assert isinstance(record, OrderUpdate)
        return replace(
            record, state="shipped", shipments=[Shipment(key="S1", carrier="Colissimo", tracking="6A1")]
        )

    def target(self, stream: str, record: Record) -> str | None:
        if stream == "availability":
            targets = {
                "ERP0": str(self.simple),
                "ERP1": f"{self.variable}:{self.combinations[0]}",
                "ERP2": f"{self.variable}:{self.combinations[1]}",
            }
            return targets.get(record.key)
        if stream == "customers":
            return str(self.accounts[int(record.key.removeprefix("CLI")) % 4])
        return record.key

    def _account(self, number: int) -> Customer:
        told = ["email", "first_name", "last_name", "price_category", "credit_limit", "subscriptions"]
        return Customer(
            key=f"CLI{number}", email=f"client{number}@example.org", first_name="Léa", last_name="Martin",
            price_category="3", subscriptions={"newsletter": True}, fields=told,
        )  # fmt: skip

    def touch(self, stream: str) -> str:
        if stream == "orders":
            self.shop.change_state(self.orders[0], 5)
            return str(self.orders[0])
        if stream == "customers":
            self.shop.add("addresses", id_customer=self.accounts[0], id_country=8, alias="Autre", firstname="Léa",
                          lastname="Martin", address1="1 rue Neuve", city="Nantes")  # fmt: skip
            return str(self.accounts[0])
        if stream == "listings":
            self.shop.set("products", self.simple, name="Grand vase")
        else:
            self.shop.set_stock(self.simple, 7)
        return str(self.simple)

    def remove(self, stream: str) -> str:
        if stream == "customers":
            self.shop.set("customers", self.accounts[0], deleted=1)
            return str(self.accounts[0])
        self.shop.remove("products", self.simple)
        return str(self.simple)

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        if stream == "order_updates":
            number = int(target)
            threads = self.shop.rows("customer_threads", id_order=number)
            told = [
                m["message"]
                for t in threads
                for m in self.shop.rows("customer_messages", id_customer_thread=t["id"])
            ]
            carriers = [one["tracking_number"] for one in self.shop.rows("order_carriers", id_order=number)]
            states = [one["id_order_state"] for one in self.shop.rows("order_histories", id_order=number)]
            row = {
                **self.shop.row("orders", number),
                "messages": told,
                "carriers": carriers,
                "states": states,
            }
        elif stream == "availability":
            product, _, combination = target.partition(":")
            row = self.shop.stock(int(product), int(combination or 0))
        else:
            row = self.shop.row("customers" if stream == "customers" else "products", int(target))
        return {name: value for name, value in row.items() if name != "date_upd"}

    def disturb(self, stream: str, target: str) -> None:
        if stream == "order_updates":
            self.shop.set("orders", int(target), note="Sonnez deux fois")
        elif stream == "availability":
            product, _, combination = target.partition(":")
            row = self.shop.stock(int(product), int(combination or 0))
            self.shop.set("stock_availables", int(row["id"]), location="Rayon 3")
        elif stream == "customers":
            self.shop.set("customers", int(target), optin=1, note="Client fidèle")
        else:
            self.shop.set(
                "products", int(target), description="Écrit dans la boutique", weight="3", meta_title="À nous"
            )

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        listings = full_listings(
            ("BUREAU", "TAPIS"),
            edition,
            pictures=self.pictures,
            tax_classes=("3", "2"),
            tax_rates=("5.5", "10"),
            related=([self.others[0]], [self.others[1]]),
            custom=("unity", "available_now"),
            offer_custom=("supplier_reference", "location"),
        )
        return [suited(listing) for listing in listings]

    def requests_sent(self) -> Sequence[bytes]:
        return self.wire.bodies

    def stop_system(self) -> None:
        self.shop.down = True


class TestPrestaShopThroughTheWire(TestPrestaShop):
    through_wire = True


class TestPrestaShop17(TestPrestaShop):
    """Without PATCH: whole rows are read, changed and written back."""

    version = "1.7.8.11"
    never: ClassVar[Mapping[str, tuple[str, ...]]] = {"remove": ("orders",), "requests_sent": ("listings",)}
    """A PUT empties what it does not name, so what the shop owns has to be sent back as it was read. That it stays is proven by
    `test_an_update_touches_only_what_differs`."""


def test_the_spec_declares_no_reading_of_order_updates() -> None:
    assert not PrestaShop.spec.can("order_updates", Can.READ)
