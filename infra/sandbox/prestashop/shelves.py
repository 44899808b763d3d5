"""What the storefront shows: products for sale with their prices, their combinations, an order as its customer sees it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.prestashop.buying import option_titles
from sandbox.prestashop.database import Values, decode, find, get
from sandbox.prestashop.prices import price_of
from sandbox.prestashop.rounding import cents
from sandbox.prestashop.schema import COMBINATIONS, CUSTOMERS, ORDERS, PRODUCTS, RESOURCES
from sandbox.prestashop.shop import Shop

PER_PAGE = 24
ON_SALE = "active = 1 AND state = 1 AND visibility IN ('both', 'catalog')"
CUSTOMERS_GROUP = 3


@dataclass
class Choice:
    """One thing to buy."""

    key: str
    """ "12" or "12-34" """
    title: str
    reference: str
    price: Decimal
    before: Decimal | None
    stock: int
    least: int
    available: bool


@dataclass
class Card:
    number: str
    name: str
    maker: str
    summary: str
    price: Decimal
    before: Decimal | None
    picture: str


def cards(shop: Shop, searched: str, number: int) -> list[Card]:
    """One page of what is for sale."""
    db = shop.database.read()
    like = f"%{searched}%"
    rows = db.execute(
        f"SELECT * FROM products WHERE {ON_SALE} AND (name LIKE ? OR reference LIKE ?) ORDER BY id LIMIT ? OFFSET ?",
        (like, like, PER_PAGE, (number - 1) * PER_PAGE),
    ).fetchall()
    found = shop.shown(db, PRODUCTS, [decode(PRODUCTS, row) for row in rows])
    return [_card(shop, db, row) for row in found]


def _card(shop: Shop, db: sqlite3.Connection, row: Values) -> Card:
    offered = choices(shop, row)
    first = min(offered, key=lambda one: one.price)
    picture = f"/image/{row['id']}/{row['id_default_image']}" if row["id_default_image"] else ""
    summary = row["description_short"].get("1", "")
    return Card(
        row["id"],
        row["name"].get("1", ""),
        row["manufacturer_name"],
        summary,
        first.price,
        first.before,
        picture,
    )


def product(shop: Shop, number: int) -> Values | None:
    db = shop.database.read()
    row = get(db, PRODUCTS, number)
    return None if row is None or row["active"] != "1" else shop.shown(db, PRODUCTS, [row])[0]


def choices(shop: Shop, row: Values) -> list[Choice]:
    db = shop.database.read()
    variants = find(db, COMBINATIONS, id_product=row["id"])
    parts: Sequence[Values | None] = variants or [None]
    stocks = {
        one["id_product_attribute"]: one
        for one in find(db, RESOURCES["stock_availables"], id_product=row["id"])
    }
    return [_choice(shop, db, row, variant, stocks) for variant in parts]


def _choice(
    shop: Shop, db: sqlite3.Connection, row: Values, variant: Values | None, stocks: Values
) -> Choice:
    number = variant["id"] if variant else "0"
    price = price_of(shop, db, int(row["id"]), int(number), 1, CUSTOMERS_GROUP)
    mode = int(shop.configured("PS_PRICE_ROUND_MODE"))
    shown, before = cents(price.gross, mode), cents(price.gross_before, mode)
    stock = stocks.get(number, {"quantity": "0", "out_of_stock": "2"})
    least = int((variant or row)["minimal_quantity"] or 1)
    anyway = stock["out_of_stock"] == "1"
    return Choice(
        key=f"{row['id']}-{number}" if variant else row["id"],
        title=", ".join(option_titles(db, variant)) if variant else "",
        reference=(variant or row)["reference"],
        price=shown,
        before=before if before > shown else None,
        stock=int(stock["quantity"]),
        least=least,
        available=anyway or int(stock["quantity"]) >= max(1, least),
    )


def order(shop: Shop, number: int) -> dict[str, Any] | None:
    """An order with its lines, its history, what was said of it and where its parcel is."""
    db = shop.database.read()
    row = get(db, ORDERS, number)
    if row is None:
        return None
    states = {one["id"]: one["name"]["1"] for one in find(db, RESOURCES["order_states"])}
    threads = find(db, RESOURCES["customer_threads"], id_order=number)
    said = [
        one
        for thread in threads
        for one in find(db, RESOURCES["customer_messages"], id_customer_thread=thread["id"])
    ]
    return {
        **row,
        "state": states.get(row["current_state"], ""),
        "customer": get(db, CUSTOMERS, int(row["id_customer"])),
        "lines": find(db, RESOURCES["order_details"], id_order=number),
        "vouchers": find(db, RESOURCES["order_cart_rules"], id_order=number, deleted=0),
        "histories": [
            {**one, "state": states.get(one["id_order_state"], "")}
            for one in find(db, RESOURCES["order_histories"], id_order=number)
        ],
        "messages": said,
        "parcels": [
            one for one in find(db, RESOURCES["order_carriers"], id_order=number) if one["tracking_number"]
        ],
        "slips": find(db, RESOURCES["order_slip"], id_order=number),
        "mails": [
            one["subject"] for one in db.execute("SELECT subject FROM mails WHERE id_order = ?", (number,))
        ],
    }


def orders(shop: Shop) -> list[dict[str, Any]]:
    """The last fifty."""
    numbers = shop.database.read().execute("SELECT id FROM orders ORDER BY id DESC LIMIT 50").fetchall()
    return [found for one in numbers if (found := order(shop, one["id"])) is not None]
