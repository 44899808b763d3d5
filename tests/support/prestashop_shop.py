"""A simulated PrestaShop with a few articles, and the connector on it: for the tests of what is particular to PrestaShop."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Record
from raccord_connectors.contract import EVERYTHING, Change, Outcome, Selection
from raccord_connectors.shop.prestashop import PrestaShop, PrestaShopSettings
from sandbox.prestashop.testing import DemoPrestaShop

COMMON: dict[str, Any] = {"active": 1, "state": 1, "product_type": "standard"}


def connector(shop: DemoPrestaShop, **settings: Any) -> PrestaShop:
    converted = msgspec.convert(shop.settings(**settings), PrestaShopSettings)
    return PrestaShop(converted, transport=shop.transport(), sleep=lambda _: None)


def an_article(shop: DemoPrestaShop, reference: str, price: str, *, tax: int = 1, stock: int = 50) -> int:
    """Made by the shop's people; its id. `tax`: 1 is 20 %, 3 is 5.5 %."""
    number = shop.add(
        "products",
        name=f"Article {reference}",
        reference=reference,
        price=price,
        id_tax_rules_group=tax,
        **COMMON,
    )
    shop.set_stock(number, stock)
    return number


def price(amount: str, before: str | None = None) -> OfferPrice:
    return OfferPrice(
        amount=Decimal(amount), tax_included=False, currency="EUR", before=Decimal(before) if before else None
    )


def simple(key: str, amount: str = "10", **fields: Any) -> Listing:
    offer = Offer(key=key, sku=key, price=price(amount))
    return Listing(**{"key": key, "published": True, "name": f"Article {key}", "offers": [offer], **fields})


def sized(key: str, sizes: Sequence[str] = ("S", "M"), amount: str = "10", **fields: Any) -> Listing:
    offers = [
        Offer(key=f"{key}|{size}", sku=f"{key}-{size}", options={"Taille": size}, price=price(amount))
        for size in sizes
    ]
    return Listing(
        **{
            "key": key,
            "published": True,
            "name": f"Article {key}",
            "offers": offers,
            "axes": ["Taille"],
            **fields,
        }
    )


def put(shop: DemoPrestaShop, *records: Record, stream: str = "listings", **settings: Any) -> list[Outcome]:
    """Created, by a connector of its own."""
    with_it = connector(shop, **settings)
    try:
        return list(with_it.write(stream, [Change("create", record.key, record) for record in records]))
    finally:
        with_it.close()


def change(
    shop: DemoPrestaShop, now: Record, before: Record | None, known: Outcome, **settings: Any
) -> Outcome:
    with_it = connector(shop, **settings)
    try:
        (outcome,) = with_it.write(
            "listings", [Change("update", now.key, now, before, known.target, known.targets)]
        )
    finally:
        with_it.close()
    return outcome


def read(
    shop: DemoPrestaShop, stream: str, wanted: Selection = EVERYTHING, **settings: Any
) -> dict[str, Any]:
    with_it = connector(shop, **settings)
    try:
        return {record.key: record for page in with_it.read(stream, wanted) for record in page.records}
    finally:
        with_it.close()


def cursor_of(shop: DemoPrestaShop, stream: str) -> str:
    with_it = connector(shop)
    try:
        cursors = [page.cursor for page in with_it.read(stream) if page.cursor]
    finally:
        with_it.close()
    return cursors[-1]
