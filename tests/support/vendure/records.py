"""Records for tests of the Vendure connector, a connector on the test shop, and what tests do with it."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import httpx
from msgspec.structs import replace

from raccord_connectors.canonical import Availability, Charge, Listing, Offer, OfferPrice, Order, OrderLine
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.registry import build
from raccord_connectors.shop.vendure import Vendure, VendureSettings
from support.vendure.shop import Shop

FIELDS = {
    "ean_field": "ean",
    "mpn_field": "mpn",
    "weight_field": "weight",
    "length_field": "length",
    "width_field": "width",
    "height_field": "height",
    "summary_field": "summary",
    "seo_title_field": "seoTitle",
    "seo_description_field": "seoDescription",
    "siret_field": "siret",
    "vat_number_field": "vatNumber",
    "price_category_field": "priceCategory",
    "credit_limit_field": "creditLimit",
    "discount_percent_field": "discount",
    "on_account_field": "onAccount",
    "birthday_field": "birthday",
    "subscription_fields": "newsletter",
    "customer_custom_fields": "job",
}
"""Settings that name the custom fields of the test shop (`server.mjs`)."""
_numbers = count(1)


def fresh(prefix: str = "ART") -> str:
    """A key that no other test uses: all tests of a run share one shop."""
    return f"{prefix}-{next(_numbers):04}"


def price(amount: str, *, tax_included: bool = True) -> OfferPrice:
    return OfferPrice(amount=Decimal(amount), tax_included=tax_included, currency="EUR")


def simple(key: str, *, amount: str = "49.90", name: str = "Chaise d’atelier", **fields: Any) -> Listing:
    offer = Offer(key=key, sku=key, price=price(amount))
    return Listing(key=key, **{"published": True, "name": f"{name} {key}", "offers": [offer], **fields})


def with_variants(key: str, *, colours: tuple[str, ...] = ("Bleu", "Écru"), **fields: Any) -> Listing:
    sizes = ("S", "M")
    offers = [
        Offer(
            key=f"{key}|{colour}|{size}",
            sku=f"{key}-{colour[0]}{size}",
            options={"Couleur": colour, "Taille": size},
            price=price("19.90"),
        )
        for colour in colours
        for size in sizes
    ]
    axes = ["Couleur", "Taille"]
    return Listing(
        key=key, **{"published": True, "name": f"Marinière {key}", "offers": offers, "axes": axes, **fields}
    )


def changed_offer(record: Listing, number: int, **fields: Any) -> Listing:
    offers = list(record.offers)
    offers[number] = replace(offers[number], **fields)
    return replace(record, offers=offers)


def connect(shop: Shop, *, transport: httpx.BaseTransport | None = None, **settings: Any) -> Vendure:
    """A connector, built as the platform builds it unless the test wants its own transport."""
    entered = shop.settings(**{**FIELDS, **settings})
    if transport is None:
        made = build("vendure", entered)
        assert isinstance(made, Vendure)
        return made
    return Vendure(VendureSettings(**entered), transport=transport, sleep=lambda _: None)


def write(connector: Vendure, stream: str, *changes: Change) -> list[Outcome]:
    return list(connector.write(stream, changes))


def create(connector: Vendure, record: Listing) -> Outcome:
    """Creates a listing and demands that it worked."""
    (outcome,) = write(connector, "listings", Change("create", record.key, record))
    assert outcome.problem is None, outcome.problem
    return outcome


def update(connector: Vendure, record: Listing, previous: Listing, known: Outcome) -> Outcome:
    change = Change("update", record.key, record, previous, known.target, known.targets)
    (outcome,) = write(connector, "listings", change)
    assert outcome.problem is None, outcome.problem
    return outcome


def stock(connector: Vendure, known: Outcome, quantity: int | str, *, offer: str = "", **fields: Any) -> None:
    """Pushes the sellable quantity of an offer, by default of the only one."""
    key = offer or next(iter(known.targets))
    record = Availability(key=key, quantity=Decimal(quantity), product=known.key, **fields)
    (outcome,) = write(connector, "availability", Change("update", key, record, target=known.targets[key]))
    assert outcome.problem is None, outcome.problem


def in_stock(connector: Vendure, record: Listing) -> str:
    stock(connector, create(connector, record), 100)
    return record.offers[0].sku


def read_order(connector: Vendure, order_id: str) -> Order:
    (page,) = list(connector.read("orders", Selection(keys=(order_id,))))
    (order,) = page.records
    assert isinstance(order, Order)
    return order


def assert_adds_up(order: Order) -> None:
    """What the platform demands of an order before it goes to the ERP."""
    parts: Sequence[OrderLine | Charge] = [*order.lines, *order.charges]
    assert order.net == sum(part.net for part in parts)
    assert order.tax == sum(part.tax for part in parts)
    assert order.gross == order.net + order.tax
    assert order.net == sum(tax.base for tax in order.taxes)
    assert order.tax == sum(tax.tax for tax in order.taxes)
