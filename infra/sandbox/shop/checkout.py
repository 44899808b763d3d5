"""Placing an order: prices, coupon, shipping, VAT and stock in one transaction, or nothing at all."""

import secrets
import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.shop import totals
from sandbox.shop.database import Database, dump, now
from sandbox.shop.orders import Orders, change_stock, extra_amounts, line_amounts, put_totals
from sandbox.shop.product_view import decode, price_of

JsonDict = dict[str, Any]
GIFT_WRAP = Decimal("2.083333")
"""Without VAT: 2,50 € to the customer."""


class CannotBuy(Exception):
    """The order is not placed; the sentence is for the customer."""


@dataclass(frozen=True)
class Wish:
    """One line of a cart: the id of a simple product or of a variation."""

    item: int
    quantity: int


@dataclass
class Purchase:
    wishes: list[Wish]
    billing: JsonDict = field(default_factory=dict)
    shipping: JsonDict | None = None
    method: str = "1"
    """`instance_id` of a shipping method."""
    gateway: str = "carte_demo"
    coupon: str = ""
    gift_wrap: bool = False
    fees: list[tuple[str, Decimal, str]] = field(default_factory=list)
    """(title, amount without VAT, tax class): negative ones are discounts."""
    note: str = ""
    meta: list[JsonDict] = field(default_factory=list)
    customer: int = 0
    """The account that buys; 0: a guest."""


@dataclass
class Basket:
    """A purchase priced, not yet placed."""

    products: list[JsonDict]
    lines: list[totals.Line]
    shipping: list[totals.Extra]
    fees: list[totals.Extra]
    fee_titles: list[tuple[str, str]]
    totals: totals.Totals
    coupon: str


class Checkout:
    def __init__(self, database: Database, orders: Orders) -> None:
        self.database = database
        self.orders = orders
        self.options = orders.options

    def price(self, db: sqlite3.Connection, purchase: Purchase) -> Basket:
        products = [self._product(db, wish) for wish in purchase.wishes]
        lines = [
            totals.Line(Decimal(price_of(product)), wish.quantity, self._rate(product))
            for product, wish in zip(products, purchase.wishes, strict=True)
        ]
        coupon = purchase.coupon.strip().lower()
        if coupon:
            percent = self.options.get("coupons").get(coupon)
            if percent is None:
                raise CannotBuy(f"Le code promo « {purchase.coupon} » n’existe pas.")
            totals.apply_percent_coupon(lines, Decimal(percent))
        method = self.method(purchase.method)
        shipping = [totals.Extra(Decimal(method["cost"]), self.options.shipping_rate())]
        asked = list(purchase.fees) + ([("Emballage cadeau", GIFT_WRAP, "")] if purchase.gift_wrap else [])
        fees = [totals.Extra(amount, self.options.rate_of(tax_class)) for _, amount, tax_class in asked]
        added = totals.compute(lines, shipping, fees, self.orders.rules)
        return Basket(products, lines, shipping, fees, [(title, c) for title, _, c in asked], added, coupon)

    def place(self, purchase: Purchase) -> JsonDict:
        """The order, its stock taken. `CannotBuy` when something is missing or not for sale; then nothing changed."""
        if not purchase.wishes:
            raise CannotBuy("Votre panier est vide.")
        gateway = next((g for g in self.options.get("gateways") if g["id"] == purchase.gateway), None)
        if gateway is None:
            raise CannotBuy("Choisissez un moyen de paiement.")
        with self.database.write() as db:
            basket = self.price(db, purchase)
            for product, wish in zip(basket.products, purchase.wishes, strict=True):
                self._take(db, product, wish.quantity)
            order = self._insert(db, purchase, basket, gateway)
            self.orders.note(
                db, order["id"], f"Commande passée sur la boutique, paiement : {gateway['title']}."
            )
            self.orders.announce("order.created", order["id"])
        return order

    def method(self, instance: str) -> JsonDict:
        found = next((m for m in self.options.get("shipping_methods") if m["instance_id"] == instance), None)
        if found is None:
            raise CannotBuy("Choisissez un mode de livraison.")
        return dict(found)

    def _product(self, db: sqlite3.Connection, wish: Wish) -> JsonDict:
        row = db.execute("SELECT * FROM products WHERE id = ?", (wish.item,)).fetchone()
        if row is None or row["status"] != "publish" or row["type"] not in ("simple", "variation"):
            raise CannotBuy("Un article de votre panier n’est plus en vente.")
        product = decode(row)
        product["shown_name"] = product["name"]
        if product["parent_id"]:
            parent = decode(
                db.execute("SELECT * FROM products WHERE id = ?", (product["parent_id"],)).fetchone()
            )
            if parent["status"] != "publish":
                raise CannotBuy("Un article de votre panier n’est plus en vente.")
            options = ", ".join(choice["option"] for choice in product["data"].get("choices", []))
            product["shown_name"] = f"{parent['name']} - {options}" if options else parent["name"]
            product["tax_status"] = parent["tax_status"]
            # A variation sold with its parent's class carries the word « parent » in WordPress; here it is empty.
            product["tax_class"] = product["tax_class"] or parent["tax_class"]
        if price_of(product) == "" or wish.quantity < 1:
            raise CannotBuy(f"« {product['shown_name']} » n’est pas à vendre.")
        return product

    def _rate(self, product: JsonDict) -> tuple[int, Decimal] | None:
        if product["tax_status"] != "taxable" or not self.options.yes("calc_taxes"):
            return None
        return self.options.rate_of(product["tax_class"])

    def _take(self, db: sqlite3.Connection, product: JsonDict, quantity: int) -> None:
        if not product["manage_stock"] or not self.options.yes("manage_stock"):
            if product["stock_status"] == "outofstock":
                raise CannotBuy(f"« {product['shown_name']} » est épuisé.")
            return
        query = "SELECT stock_quantity FROM products WHERE id = ?"  # anew: the cart may hold the item twice
        left = db.execute(query, (product["id"],)).fetchone()["stock_quantity"] or 0
        if left < quantity and product["backorders"] == "no":
            some = f"il n’en reste que {left}" if left > 0 else "il est épuisé"
            raise CannotBuy(f"« {product['shown_name']} » : {some}.")
        change_stock(db, product["id"], -quantity)

    def _insert(
        self, db: sqlite3.Connection, purchase: Purchase, basket: Basket, gateway: JsonDict
    ) -> JsonDict:
        at, key = now(), f"wc_order_{secrets.token_hex(8)}"
        email = purchase.billing.get("email", "")
        row = db.execute(
            """INSERT INTO orders (order_key, status, email, created, modified, stock_reduced, data)
               VALUES (?, ?, ?, ?, ?, 1, '{}')""",
            (key, gateway["status"], email, at, at),
        )
        number = int(row.lastrowid or 0)
        method = self.method(purchase.method)
        data: JsonDict = {
            "currency": self.options.get("currency"),
            "prices_include_tax": self.options.yes("prices_include_tax"),
            "customer_id": purchase.customer,
            "customer_note": purchase.note,
            "billing": purchase.billing,
            "shipping": purchase.shipping or {k: v for k, v in purchase.billing.items() if k != "email"},
            "payment_method": gateway["id"],
            "payment_method_title": gateway["title"],
            "transaction_id": f"demo_{secrets.token_hex(6)}" if gateway["paid"] else "",
            "date_paid": at if gateway["paid"] else None,
            "date_completed": None,
            "created_via": "checkout",
            "line_items": [
                self._line(number * 100 + position, product, wish, line)
                for position, (product, wish, line) in enumerate(
                    zip(basket.products, purchase.wishes, basket.lines, strict=True), start=1
                )
            ],
            "shipping_lines": [
                {
                    "id": number * 100 + 60,
                    "method_title": method["title"],
                    "method_id": method["method_id"],
                    "instance_id": method["instance_id"],
                    **extra_amounts(basket.shipping[0]),
                    "meta_data": [],
                }
            ],
            "fee_lines": [
                {
                    "id": number * 100 + 70 + position,
                    "name": title,
                    "tax_class": tax_class,
                    "tax_status": "taxable",
                    "amount": str(fee.total),
                    **extra_amounts(fee),
                    "meta_data": [],
                }
                for position, (fee, (title, tax_class)) in enumerate(
                    zip(basket.fees, basket.fee_titles, strict=True)
                )
            ],
            "coupon_lines": [],
            "meta": [{"id": number * 100 + n, **meta} for n, meta in enumerate(purchase.meta)],
        }
        if basket.coupon:
            discount, tax = basket.totals.discount_total, basket.totals.discount_tax
            data["coupon_lines"] = [
                {
                    "id": number * 100 + 90,
                    "code": basket.coupon,
                    "discount": format(discount, "f"),
                    "discount_tax": format(tax, "f"),
                    "meta_data": [],
                    "discount_type": "percent",
                    "nominal_amount": float(self.options.get("coupons")[basket.coupon]),
                    "free_shipping": False,
                }
            ]
        order = {"id": number, "order_key": key, "status": gateway["status"], "email": email, "created": at,
                 "modified": at, "stock_reduced": 1, "data": data}  # fmt: skip
        put_totals(order, basket.totals, self.options)
        db.execute("UPDATE orders SET data = ? WHERE id = ?", (dump(data), number))
        return order

    def _line(self, number: int, product: JsonDict, wish: Wish, line: totals.Line) -> JsonDict:
        variation = product["type"] == "variation"
        return {
            "id": number,
            "name": product["shown_name"],
            "product_id": product["parent_id"] if variation else product["id"],
            "variation_id": product["id"] if variation else 0,
            "quantity": wish.quantity,
            "tax_class": product["tax_class"],
            **line_amounts(line),
            "meta_data": [
                {"id": number * 10 + n, "key": choice["name"], "value": choice["option"],
                 "display_key": choice["name"], "display_value": choice["option"]}
                for n, choice in enumerate(product["data"].get("choices", []), start=1)
            ],
            "sku": product["sku"],
            "parent_name": None,
        }  # fmt: skip
