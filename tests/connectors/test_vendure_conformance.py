"""The Vendure connector passes the suite on a real Vendure server, directly and through the wire."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Availability, Customer, Listing, OrderUpdate, Record, Shipment
from raccord_connectors.contract import Can, Choice
from raccord_connectors.kit.conformance import ConnectorConformance, needs, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.conformance.wiretap import Unlucky, Wiretap
from raccord_connectors.shop.vendure import Vendure, VendureSettings
from support.full_listings import full_listings
from support.picture_server import picture_server
from support.vendure.furnish import PASSWORD
from support.vendure.network import Switch
from support.vendure.records import FIELDS, changed_offer, connect, create, fresh, price, simple, stock
from support.vendure.shop import Shop
from support.vendure_server import vendure

pytestmark = pytest.mark.counterpart
WRONG = "mauvais-mot-de-passe"


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A shop of its own: the suite reads everything again and again."""
    with vendure() as started:
        yield started


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as address:
        yield address


def is_mutation(request: httpx.Request) -> bool:
    return b'"mutation' in request.read() and b"login(" not in request.read()


class TestVendure(ConnectorConformance):
    connector_type = Vendure
    unread = ("tax_rate",)
    """A variant has a tax category only, which may have a rate for each zone."""
    secrets: ClassVar[tuple[str, ...]] = (PASSWORD, WRONG)
    shop: ClassVar[Shop]
    standing: ClassVar[list[str]]
    """SKUs of things that the shop holds from the beginning, one order for each."""
    accounts: ClassVar[list[str]]
    """Accounts of customers; the last ones may be deleted."""
    orders: ClassVar[list[str]]
    """Orders that stay open."""
    taxes: ClassVar[tuple[Choice, ...]]
    spare: ClassVar[list[str]]
    """SKUs of things that may be deleted."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def furnish(cls, shop: Shop) -> None:
        cls.shop = shop
        cls.standing = [fresh("SUITE") for _ in range(4)]
        cls.spare = [fresh("SPARE") for _ in range(4)]
        connector = connect(cls.shop)
        for key in (*cls.standing, *cls.spare):
            stock(connector, create(connector, simple(key)), 50)
        connector.close()
        connector = connect(cls.shop)
        cls.taxes = connector.discover().tax_classes
        connector.close()
        cls.accounts = [cls.shop.make_account(f"{fresh().lower()}@example.test") for _ in range(6)]
        cls.orders = [cls.shop.place_order({key: 2}).id for key in cls.standing]

    @pytest.fixture(autouse=True)
    def _pictures(self, pictures: str) -> None:
        self.pictures = pictures

    def setup_method(self) -> None:
        self.network = Switch()
        self.line = Unlucky(self.network, changes=is_mutation)
        self.wire = Wiretap(self.line)
        self.skus = [fresh() for _ in range(4)]

    def teardown_method(self) -> None:
        self.shop.delete_products_of(self.skus)

    def connector(self) -> Vendure:
        settings = VendureSettings(**self.shop.settings(**FIELDS))
        return Vendure(settings, transport=self.wire, sleep=lambda _: None)

    def broken_connector(self) -> Vendure:
        settings = VendureSettings(**self.shop.settings(password=WRONG))
        return Vendure(settings, transport=self.network, sleep=lambda _: None)

    # ------------------------------------------------------------------------------------ records to write

    def sample(self, stream: str, number: int) -> Record:
        match stream:
            case "listings":
                key = self.skus[number]
                return simple(key)
            case "availability":
                key = self.standing[number]
                return Availability(key=key, quantity=Decimal(7 + number), product=key)
            case "customers":
                category = f"C{self.skus[number]}"
                return Customer(key=self.accounts[number], price_category=category, fields=["price_category"])
            case _:
                document = f"BC{self.skus[number]}"
                return OrderUpdate(key=self.orders[number], state="accepted", erp_document=document)

    def bad_sample(self, stream: str) -> Record:
        match stream:
            case "listings":
                return simple(self.skus[3], tax_class="taux inconnu")
            case "availability":
                key = self.standing[3]
                return Availability(key=key, quantity=Decimal(10) ** 12, product=key)
            case "customers":
                other = self.shop.customer_account(self.accounts[0])["emailAddress"]
                return Customer(key=self.accounts[2], email=other, fields=["email"])
            case _:
                parcel = Shipment(key="1", lines={"0": Decimal(1)})
                return OrderUpdate(key=self.orders[3], state="shipped", shipments=[parcel])

    def changed(self, stream: str, record: Record) -> Record:
        match record:
            case Listing():
                return changed_offer(record, 0, price=price("59.90"))
            case Availability():
                return replace(record, quantity=Decimal(3))
            case Customer():
                return replace(record, price_category=f"D{self.skus[3]}")
            case OrderUpdate():
                return replace(record, state="invoiced", invoice_number=f"FA{self.skus[0]}")
        raise AssertionError(stream)

    def target(self, stream: str, record: Record) -> str:
        return self.shop.variant(record.key).id if stream == "availability" else record.key

    # ------------------------------------------------------------------------------- the shop's own people

    def touch(self, stream: str) -> str:
        if stream == "listings":
            product = self.shop.variant(self.standing[0]).product_id
            self.shop.rename(product, f"Chaise retouchée {fresh()}")
            return product
        if stream == "customers":
            self.shop.change_account(self.accounts[0], phoneNumber=fresh("04"))
            return self.accounts[0]
        self.shop.refund(self.orders[0], Decimal("0.01"))
        return self.orders[0]

    def remove(self, stream: str) -> str:
        if stream == "customers":
            account = self.accounts.pop()
            self.shop.delete_account(account)
            return account
        variant = self.shop.variant(self.spare.pop())
        self.shop.delete_product(variant.product_id)
        return variant.product_id if stream == "listings" else variant.id

    # An order is never deleted in Vendure.

    @needs(Can.READ, records=(Listing, Availability, Customer))
    def test_what_is_deleted_is_gone(self, stream: str) -> None:
        super().test_what_is_deleted_is_gone(stream)

    @needs(Can.READ_SINCE, records=(Listing,))
    def test_what_is_deleted_is_not_a_change(self, stream: str) -> None:
        super().test_what_is_deleted_is_not_a_change(stream)

    def look(self, stream: str, target: str) -> Mapping[str, Any]:
        match stream:
            case "listings":
                product = self.shop.product(target)
                for variant in product["variants"]:
                    variant.pop("product")
                return product
            case "availability":
                return self.shop.variant_by_id(target).raw
            case "customers":
                return self.shop.customer_account(target)
            case _:
                order = self.shop.order(target)
                entries = order.pop("history")["items"]
                notes = {
                    f"note {e['data']['note']}": e["isPublic"] for e in entries if e["type"] == "ORDER_NOTE"
                }
                return order | notes

    def disturb(self, stream: str, target: str) -> None:
        match stream:
            case "listings":
                self.shop.describe(target, "Texte de la boutique", slug=f"adresse-{fresh().lower()}")
            case "customers":
                self.shop.change_account(target, phoneNumber=fresh("04"))
            case "availability":
                self.shop.set_price(target, Decimal(fresh("").removeprefix("-")).scaleb(-2))
            case _:
                self.shop.note(target, f"Note de la boutique {fresh()}")

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        taxes = [tax for tax in self.taxes if tax.details.get("rate")]
        return full_listings(
            (self.skus[0], self.skus[1]),
            edition,
            pictures=self.pictures,
            tax_classes=(taxes[0].key, taxes[1].key),
            tax_rates=(taxes[0].details["rate"], taxes[1].details["rate"]),
            custom=("origin", "manual"),
            offer_custom=("packing",),
            but=("related", "offer.tiers", "offer.price.before", "offer.price.starts", "offer.price.ends"),
        )

    def requests_sent(self) -> Sequence[bytes]:
        return self.wire.bodies

    def stop_system(self) -> None:
        self.network.cut = True

    def lose_next_answer(self) -> None:
        self.line.lose = True

    def ask_for_patience(self) -> None:
        self.line.patience = 120


class TestVendureThroughTheWire(TestVendure):
    """And with an API key instead of a password."""

    through_wire = True
    key: ClassVar[str]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def make_key(cls, furnish: None) -> None:
        cls.key = cls.shop.api_key()
        cls.secrets = (PASSWORD, WRONG, cls.key)

    def connector(self) -> Vendure:
        entered = self.shop.settings(**FIELDS, user="", password="", api_key=self.key)
        return Vendure(VendureSettings(**entered), transport=self.wire, sleep=lambda _: None)

    def broken_connector(self) -> Vendure:
        entered = self.shop.settings(user="", password="", api_key=WRONG)
        return Vendure(VendureSettings(**entered), transport=self.network, sleep=lambda _: None)
