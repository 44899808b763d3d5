"""The Oxatis connector against its simulator: every guarantee of the suite, also through the wire."""

import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

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
    Tier,
)
from raccord_connectors.kit import xml
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from raccord_connectors.kit.conformance.wiretap import Wiretap
from raccord_connectors.shop.oxatis import Oxatis, OxatisSettings
from sandbox.oxatis.testing import TestedShop
from support.full_listings import full_listings
from support.picture_server import picture_server

NOT_TAKEN = (
    "names", "descriptions", "tags", "tax_class", "related", "offer.dimensions_mm", "offer.pictures", "offer.custom",
    "offer.price.starts", "offer.price.ends",
)  # fmt: skip
WRONG = "0" * 48


def price(amount: str) -> OfferPrice:
    return OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR")


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestedShop]:
    shop = TestedShop(tmp_path_factory.mktemp("oxatis"))
    yield shop
    shop.shop.close()


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as address:
        yield address


class TestOxatis(ConnectorConformance):
    connector_type = Oxatis
    unread = ("features", "offer.tiers")
    """No document says how Oxatis tells characteristics or quantity discounts; the levels among the tiers go the same way."""
    never = {"remove": ("orders",)}
    """No method deletes an order."""

    @pytest.fixture(autouse=True)
    def _fresh_shop(self, tested: TestedShop, pictures: str) -> None:
        self.shop = tested
        self.pictures = pictures
        tested.reset()
        self.wire = Wiretap(tested.line())
        type(self).secrets = (*tested.shop.keys.values(), WRONG)
        sold = {"Price": {"Value": "29.90", "VATIncluded": "true"}}
        self.simple = tested.add({"ItemSKU": "VASE", "Name": "Vase", **sold}, 40)
        tested.add({"ItemSKU": "PLAID", "Name": "Plaid", "ProductType": "100"})
        self.variants = [
            tested.add(
                {"ItemSKU": f"PLAID-{colour}", "Name": f"Plaid {colour}", "ProductType": "110", "ParentItemSKU": "PLAID",
                 "OptionTypes1": {"Name": "Couleur"}, "OptionValues1": {"Code": colour[:4], "Name": colour}, **sold}, 12)
            for colour in ("Ocre", "Sauge")
        ]  # fmt: skip
        self.orders = [
            tested.buy({self.simple: 2, self.variants[0]: 1}, coupon="BIENVENUE10") for _ in range(4)
        ]
        self.user = int(
            tested.shop.people.import_({"Email": "b2b@essai.example", "LastName": "Essai"})["OxID"]
        )

    def connector(self) -> Oxatis:
        return self._connector()

    def broken_connector(self) -> Oxatis:
        return self._connector(token=WRONG)

    def _connector(self, **settings: str) -> Oxatis:
        converted = msgspec.convert(self.shop.settings(**settings), OxatisSettings)
        return Oxatis(converted, transport=self.wire, sleep=lambda _: None)

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
            return Customer(
                key=f"CL{number}", email=f"client{number}@essai.example", last_name="Morel", price_category="3",
                discount_percent=Decimal("5"), on_account=True, siret="73282932000074", custom={"LegalForm": "SARL"},
                birthday=date(1980, 5, 4), civility="mrs", subscriptions={"newsletter": True},
            )  # fmt: skip
        return OrderUpdate(key=str(self.orders[number]), state="preparing", erp_document=f"BC{number}")

    def bad_sample(self, stream: str) -> Record:
        if stream == "listings":
            offer = Offer(key="FAUX", sku="FAUX", price=price("1"))
            return Listing(key="FAUX", published=True, name="Faux", offers=[offer], tax_rate=Decimal("19.6"))
        if stream == "availability":
            return Availability(key="INCONNU", quantity=Decimal(1), product="x")
        if stream == "customers":
            return Customer(key="FAUX", email="sans-arobase")
        return OrderUpdate(key="999999", state="shipped")

    def changed(self, stream: str, record: Record) -> Record:
        if isinstance(record, Listing):
            return replace(record, name=f"{record.name} bleue", summary="Une autre chaise")
        if isinstance(record, Availability):
            return replace(record, quantity=record.quantity + 5)
        if isinstance(record, Customer):
            return replace(record, price_category="4", discount_percent=Decimal("7.5"))
        assert isinstance(record, OrderUpdate)
        parcel = Shipment(key="S1", carrier="Colissimo", tracking="6A1")
        return replace(record, state="shipped", shipments=[parcel])

    def target(self, stream: str, record: Record) -> str | None:
        if stream == "availability":
            known = {"ERP0": self.simple, "ERP1": self.variants[0], "ERP2": self.variants[1]}
            return str(known[record.key]) if record.key in known else None
        return record.key

    def touch(self, stream: str) -> str:
        if stream == "orders":
            self.shop.shop.orders.set_payment(self.orders[0], "0")
            return str(self.orders[0])
        if stream == "customers":
            self.shop.shop.people.update({"OxID": str(self.user), "Company": "Essai SARL"})
            return str(self.user)
        self.shop.shop.catalogue.update({"OxID": str(self.simple), "Name": "Grand vase"})
        return str(self.simple)

    def remove(self, stream: str) -> str:
        number = self.user if stream == "customers" else self.simple
        self.shop.shop.store.delete(number)
        return str(number)

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        kind = {"order_updates": "order", "customers": "user"}.get(stream, "product")
        found = self.shop.shop.store.get(kind, int(target)) or {}
        return {name: value for name, value in found.items() if name != "Modified"}

    def disturb(self, stream: str, target: str) -> None:
        shop = self.shop.shop
        if stream == "order_updates":
            shop.orders.save(shop.orders.needed(target), {"InternalNote": "Sonnez deux fois"})
        elif stream == "customers":
            shop.people.update({"OxID": target, "Company": "Saisi dans Oxatis"})
        else:
            shop.catalogue.update(
                {"OxID": target, "LongDescription": "Écrit dans la boutique", "Guarantee": "24"}
            )

    def full(self, stream: str, edition: int) -> Sequence[Listing]:
        listings = full_listings(
            ("BUREAU", "TAPIS"), edition, pictures=self.pictures, tax_rates=("5.5", "10"),
            custom=("FamilyName", "MetaKeywords"), but=NOT_TAKEN,
        )  # fmt: skip
        return [
            replace(
                one, track_stock=True, offers=[replace(offer, tiers=_tiers(offer)) for offer in one.offers]
            )
            for one in listings
        ]

    def kept(self, stream: str, path: str, value: Any) -> Any:
        """Weights are whole grams, and pictures have no alternative text."""
        if path == "offer.weight_g" and isinstance(value, Decimal):
            return value.quantize(Decimal(1), ROUND_HALF_UP)
        if path == "pictures" and isinstance(value, list):
            return [replace(picture, alt="") for picture in value]
        return value

    def requests_sent(self) -> Sequence[bytes]:
        """The texts of the documents in the forms."""
        forms = [dict(urllib.parse.parse_qsl(body.decode())) for body in self.wire.bodies]
        return ["\n".join(xml.parse(form["Data"].encode()).itertext()).encode() for form in forms]

    def stop_system(self) -> None:
        self.shop.down = True


def _tiers(offer: Offer) -> list[Tier]:
    assert isinstance(offer.price, OfferPrice)
    return [Tier(offer.price.amount - 5, Decimal(10), "2"), Tier(offer.price.amount - 3, Decimal(1), "3")]


class TestOxatisThroughTheWire(TestOxatis):
    through_wire = True
