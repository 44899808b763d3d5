"""The WooCommerce connector against the demonstration shop: every guarantee of the suite, also through the wire."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec
import pytest
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
from raccord_connectors.kit.conformance.wiretap import Unlucky, Wiretap
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings
from sandbox.shop.testing import DemoShop, demo_shop
from support.full_listings import full_listings
from support.picture_server import picture_server

BAD_SECRET = "cs_0000000000000000000000000000000000000000"


def price(amount: str) -> OfferPrice:
    return OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as address:
        yield address


class TestWooCommerce(ConnectorConformance):
    connector_type = WooCommerce
    unread = ("tax_rate",)
    """A product has a class only, which may have a rate for each country."""

    @pytest.fixture(autouse=True)
    def _fresh_shop(self, served: DemoShop, pictures: str) -> None:
        self.shop = served
        self.pictures = pictures
        served.reset()
        self.line = Unlucky(served.transport())
        self.wire = Wiretap(self.line)
        self.others = [
            str(served.post("products", {"name": f"Lié {n}", "sku": f"LIE{n}"})["id"]) for n in range(2)
        ]
        type(self).secrets = (served.shop.key.consumer_secret, BAD_SECRET)
        vase = {
            "name": "Vase",
            "sku": "VASE",
            "regular_price": "29.90",
            "manage_stock": True,
            "stock_quantity": 40,
        }
        self.simple = served.post("products", vase)
        values = ["Ocre", "Sauge"]
        colours = {"name": "Couleur", "options": values, "variation": True, "visible": True}
        plaid = {"name": "Plaid", "sku": "PLAID", "type": "variable", "attributes": [colours]}
        self.variable = served.post("products", plaid)
        bodies = [
            {"sku": f"PLAID-{colour}", "regular_price": "59", "manage_stock": True, "stock_quantity": 12,
             "attributes": [{"name": "Couleur", "option": colour}]}
            for colour in values
        ]  # fmt: skip
        made = served.post(f"products/{self.variable['id']}/variations/batch", {"create": bodies})
        self.variations = made["create"]
        bought = {self.simple["id"]: 2, self.variations[0]["id"]: 1}
        self.accounts = [
            served.post(
                "customers",
                {"email": f"lucie{n}@example.org", "last_name": "Martin", "billing": {"phone": "0240"}},
            )
            for n in range(3)
        ]
        self.orders = [served.buy(bought, coupon="BIENVENUE10") for _ in range(4)]

    def connector(self) -> WooCommerce:
        return self._connector(seo_plugin="yoast")

    def broken_connector(self) -> WooCommerce:
        return self._connector(consumer_secret=BAD_SECRET)

    def _connector(self, **settings: str) -> WooCommerce:
        converted = msgspec.convert(self.shop.settings(**settings), WooCommerceSettings)
        return WooCommerce(converted, transport=self.wire, sleep=lambda _: None)

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
            return Listing(
                key=key, published=True, name="Chaise", offers=[offer], summary="Une chaise", track_stock=True
            )
        if stream == "availability":
            return Availability(key=f"ERP{number}", quantity=Decimal(3 + number), product="x")
        if stream == "customers":
            return Customer(
                key=str(self.accounts[number]["id"]), price_category="2", fields=["price_category"]
            )
        return OrderUpdate(key=str(self.orders[number]["id"]), state="preparing", erp_document=f"BC{number}")

    def bad_sample(self, stream: str) -> Record:
        if stream == "listings":
            offer = Offer(key="FAUX", sku="FAUX", price=price("1"), ean="3760000000001")
            return Listing(key="FAUX", published=True, name="Faux", offers=[offer])
        if stream == "availability":
            return Availability(key="INCONNU", quantity=Decimal(1), product="x")
        if stream == "customers":
            return Customer(key=str(self.accounts[2]["id"]), email="personne", fields=["email"])
        return OrderUpdate(key="999999", state="shipped")

    def changed(self, stream: str, record: Record) -> Record:
        if isinstance(record, Listing):
            return replace(record, name=f"{record.name} bleue", summary="Une autre chaise")
        if isinstance(record, Availability):
            return replace(record, quantity=record.quantity + 5)
        if isinstance(record, Customer):
            return replace(record, price_category="3")
        assert isinstance(record, OrderUpdate)
        return replace(
            record, state="shipped", shipments=[Shipment(key="S1", carrier="Colissimo", tracking="6A1")]
        )

    def target(self, stream: str, record: Record) -> str | None:
        if stream == "availability":
            targets = {
                "ERP0": str(self.simple["id"]),
                "ERP1": f"{self.variable['id']}:{self.variations[0]['id']}",
                "ERP2": f"{self.variable['id']}:{self.variations[1]['id']}",
            }
            return targets.get(record.key)
        return record.key

    def touch(self, stream: str) -> str:
        if stream == "customers":
            number = self.accounts[0]["id"]
            self.shop.put(f"customers/{number}", {"billing": {"city": "Nantes"}})
            return str(number)
        if stream == "orders":
            number = self.orders[0]["id"]
            self.shop.put(f"orders/{number}", {"status": "completed"})
            return str(number)
        number = self.simple["id"]
        body = {"name": "Grand vase"} if stream == "listings" else {"stock_quantity": 7}
        self.shop.put(f"products/{number}", body)
        return str(number)

    def remove(self, stream: str) -> str:
        if stream == "customers":
            self.shop.delete(f"customers/{self.accounts[0]['id']}", force="true")
            return str(self.accounts[0]["id"])
        if stream == "orders":
            self.shop.delete(f"orders/{self.orders[0]['id']}", force="true")
            return str(self.orders[0]["id"])
        self.shop.delete(f"products/{self.simple['id']}", force="true")
        return str(self.simple["id"])

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        if stream == "order_updates":
            row = self.shop.get(f"orders/{target}")
        elif stream == "customers":
            row = self.shop.get(f"customers/{target}")
        else:
            parent, _, variation = target.partition(":")
            row = self.shop.get(
                f"products/{parent}/variations/{variation}" if variation else f"products/{parent}"
            )
        return {name: value for name, value in row.items() if not name.startswith("date_modified")}

    def disturb(self, stream: str, target: str) -> None:
        if stream == "order_updates":
            self.shop.put(f"orders/{target}", {"customer_note": "Sonnez deux fois"})
        elif stream == "customers":
            self.shop.put(f"customers/{target}", {"billing": {"phone": "0240000009"}})
        elif ":" in target:
            parent, _, variation = target.partition(":")
            self.shop.put(f"products/{parent}/variations/{variation}", {"description": "Doux"})
        else:
            self.shop.put(f"products/{target}", {"description": "Écrit dans la boutique", "weight": "3"})

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        return full_listings(
            ("BUREAU", "TAPIS"),
            edition,
            pictures=self.pictures,
            tax_classes=("taux-reduit", "taux-intermediaire"),
            tax_rates=("5.5", "10"),
            related=([self.others[0]], [self.others[1]]),
            but=("names", "descriptions", "offer.tiers"),
        )

    def requests_sent(self) -> Sequence[bytes]:
        return self.wire.bodies

    def stop_system(self) -> None:
        self.shop.down = True

    def lose_next_answer(self) -> None:
        self.line.lose = True

    def ask_for_patience(self) -> None:
        self.line.patience = 120

    def stored(self, stream: str, text: str) -> str:
        """WordPress keeps `&` and a lone `<` as entities; pages show them as they were."""
        return text.replace("&", "&amp;").replace(" < ", " &lt; ")


class TestWooCommerceThroughTheWire(TestWooCommerce):
    through_wire = True


def test_the_spec_declares_no_reading_of_order_updates() -> None:
    assert not WooCommerce.spec.can("order_updates", Can.READ)
