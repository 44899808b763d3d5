"""A purchase: customer, addresses, order with its lines, charges and voucher, payment, stock; to the cent as PrestaShop
comes to it with this shop's settings of rounding."""

import secrets
import sqlite3
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from sandbox.prestashop import effects
from sandbox.prestashop.database import Values, find, get, insert, update
from sandbox.prestashop.prices import Price, price_of, tax_of, with_tax
from sandbox.prestashop.rounding import cents, whole_line
from sandbox.prestashop.schema import (
    ADDRESSES,
    COMBINATIONS,
    CUSTOMERS,
    ORDER_DETAILS,
    ORDERS,
    PRODUCTS,
    RESOURCES,
)
from sandbox.prestashop.shop import Shop

CARRIER_PRICES = {1: Decimal(0), 2: Decimal("4.92")}
"""Without tax."""
GATEWAYS = {
    "ps_wirepayment": ("Virement bancaire", "PS_OS_BANKWIRE"),
    "ps_checkpayment": ("Chèque", "PS_OS_CHEQUE"),
    "ps_cashondelivery": ("Paiement comptant à la livraison", "PS_OS_COD_VALIDATION"),
    "carte_demo": ("Carte bancaire", "PS_OS_PAYMENT"),
}


class Refused(Exception):
    """A sentence for the visitor."""


class Wish(NamedTuple):
    product: int
    combination: int
    quantity: int


@dataclass
class Purchase:
    wishes: Sequence[Wish]
    customer: Mapping[str, str]
    """Fields of the customer and of the address: firstname, lastname, email, company, siret, vat_number, address1…"""
    gateway: str = "carte_demo"
    carrier: int = 2
    voucher: Decimal = Decimal(0)
    """Percent off the goods."""
    gift_wrap: bool = False
    gift_message: str = ""
    message: str = ""
    guest: bool = False
    group: int = 3
    reference: str = ""
    """Of an order that was split; empty: a new one."""
    delivery: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Sold:
    wish: Wish
    price: Price
    product: Values
    combination: Values | None
    net: Decimal
    gross: Decimal


def place(shop: Shop, purchase: Purchase) -> int:
    """The order's id. Raises `Refused`."""
    with shop.database.write() as db:
        sold = [_sold(shop, db, wish, purchase.group) for wish in purchase.wishes]
        if not sold:
            raise Refused("Votre panier est vide.")
        customer = _customer(shop, db, purchase)
        invoice = _address(shop, db, customer, purchase.customer)
        delivery = _address(shop, db, customer, purchase.delivery) if purchase.delivery else invoice
        totals = _totals(shop, db, purchase, sold)
        label, state = GATEWAYS[purchase.gateway]
        now = shop.now()
        order = insert(db, ORDERS, {
            "id_address_delivery": delivery, "id_address_invoice": invoice, "id_currency": 1, "id_lang": 1,
            "id_customer": customer, "id_carrier": purchase.carrier, "current_state": 0, "id_shop": 1,
            "module": purchase.gateway, "payment": label, "date_add": now, "date_upd": now,
            "reference": purchase.reference or _reference(), "gift": int(purchase.gift_wrap),
            "gift_message": purchase.gift_message, "conversion_rate": "1.000000",
            "round_mode": shop.configured("PS_PRICE_ROUND_MODE"), "round_type": shop.configured("PS_ROUND_TYPE"),
            **{name: f"{amount:.6f}" for name, amount in totals.items()},
        })  # fmt: skip
        for one in sold:
            _detail(db, order, one)
            effects.move_stock(db, one.wish.product, one.wish.combination, -one.wish.quantity)
        _others(shop, db, order, purchase, totals)
        history = {"id_order": order, "id_order_state": shop.configured(state), "date_add": now}
        insert(db, RESOURCES["order_histories"], history)
        effects.change_state(shop, db, order, int(shop.configured(state)), mail=True)
        if purchase.message:
            _message(shop, db, order, customer, purchase)
    return order


def refund(
    shop: Shop, order: int, lines: Mapping[int, int], *, shipping: bool = False, state: bool = False
) -> int:
    """A credit slip of the shop: order line → pieces. Returns its id."""
    with shop.database.write() as db:
        row = get(db, ORDERS, order)
        if row is None:
            raise LookupError(f"no order {order}")
        mode = int(row["round_mode"])
        details, net, gross = [], Decimal(0), Decimal(0)
        for line, quantity in lines.items():
            sold = get(db, ORDER_DETAILS, line)
            assert sold is not None
            share = Decimal(quantity) / int(sold["product_quantity"])
            part_net = cents(Decimal(sold["total_price_tax_excl"]) * share, mode)
            part_gross = cents(Decimal(sold["total_price_tax_incl"]) * share, mode)
            net, gross = net + part_net, gross + part_gross
            details.append({
                "id_order_detail": str(line), "product_quantity": str(quantity),
                "amount_tax_excl": f"{part_net:.6f}", "amount_tax_incl": f"{part_gross:.6f}",
            })  # fmt: skip
            update(db, ORDER_DETAILS, line, {"product_quantity_refunded": quantity})
        ship = [
            Decimal(row[f"total_shipping_tax_{kind}"]) if shipping else Decimal(0)
            for kind in ("excl", "incl")
        ]
        now = shop.now()
        number = insert(db, RESOURCES["order_slip"], {
            "id_customer": row["id_customer"], "id_order": order, "conversion_rate": "1.000000", "partial": 1,
            "total_products_tax_excl": f"{net:.6f}", "total_products_tax_incl": f"{gross:.6f}",
            "total_shipping_tax_excl": f"{ship[0]:.6f}", "total_shipping_tax_incl": f"{ship[1]:.6f}",
            "amount": f"{gross:.6f}", "shipping_cost": int(shipping), "shipping_cost_amount": f"{ship[1]:.6f}",
            "date_add": now, "date_upd": now, "associations": {"order_slip_details": details},
        })  # fmt: skip
        update(db, ORDERS, order, {"date_upd": now})
        return number


def _sold(shop: Shop, db: sqlite3.Connection, wish: Wish, group: int) -> _Sold:
    product = get(db, PRODUCTS, wish.product)
    combination = get(db, COMBINATIONS, wish.combination) if wish.combination else None
    if product is None or product["active"] != "1" or product["available_for_order"] != "1":
        raise Refused("Cet article n’est plus en vente.")
    name = product["name"].get("1", "")
    least = int((combination or product)["minimal_quantity"] or 1)
    if wish.quantity < least:
        raise Refused(f"« {name} » : la quantité minimale est {least}.")
    stock = find(
        db, RESOURCES["stock_availables"], id_product=wish.product, id_product_attribute=wish.combination
    )[0]
    allowed = stock["out_of_stock"] == "1" or (
        stock["out_of_stock"] == "2" and shop.configured("PS_ORDER_OUT_OF_STOCK") == "1"
    )
    if int(stock["quantity"]) < wish.quantity and not allowed:
        raise Refused(f"« {name} » : il n’en reste que {max(0, int(stock['quantity']))}.")
    price = price_of(shop, db, wish.product, wish.combination, wish.quantity, group)
    where, mode = int(shop.configured("PS_ROUND_TYPE")), int(shop.configured("PS_PRICE_ROUND_MODE"))
    net = whole_line(price.net, wish.quantity, where, mode)
    return _Sold(wish, price, product, combination, net, whole_line(price.gross, wish.quantity, where, mode))


def _totals(
    shop: Shop, db: sqlite3.Connection, purchase: Purchase, sold: Sequence[_Sold]
) -> dict[str, Decimal]:
    mode = int(shop.configured("PS_PRICE_ROUND_MODE"))
    goods = cents(sum((one.net for one in sold), Decimal(0)), mode)
    goods_wt = cents(sum((one.gross for one in sold), Decimal(0)), mode)
    off = [cents(amount * purchase.voucher / 100, mode) for amount in (goods, goods_wt)]
    _, rate = tax_of(db, 1)
    ship = CARRIER_PRICES[purchase.carrier]
    ship_wt = cents(with_tax(ship, rate), mode)
    wrap = Decimal(shop.configured("PS_GIFT_WRAPPING_PRICE")) if purchase.gift_wrap else Decimal(0)
    wrap_wt = cents(with_tax(wrap, rate), mode)
    paid, paid_wt = goods - off[0] + ship + wrap, goods_wt - off[1] + ship_wt + wrap_wt
    return {
        "total_products": goods, "total_products_wt": goods_wt,
        "total_discounts": off[1], "total_discounts_tax_incl": off[1], "total_discounts_tax_excl": off[0],
        "total_shipping": ship_wt, "total_shipping_tax_incl": ship_wt, "total_shipping_tax_excl": ship,
        "carrier_tax_rate": rate if ship else Decimal(0),
        "total_wrapping": wrap_wt, "total_wrapping_tax_incl": wrap_wt, "total_wrapping_tax_excl": wrap,
        "total_paid": paid_wt, "total_paid_tax_incl": paid_wt, "total_paid_tax_excl": paid,
    }  # fmt: skip


def _detail(db: sqlite3.Connection, order: int, one: _Sold) -> None:
    coded = one.combination or one.product
    name = one.product["name"].get("1", "")
    if one.combination is not None:
        name = f"{name} ({', '.join(option_titles(db, one.combination))})"
    insert(db, ORDER_DETAILS, {
        "id_order": order, "product_id": one.wish.product, "product_attribute_id": one.wish.combination,
        "product_name": name, "product_quantity": one.wish.quantity, "product_reference": coded["reference"],
        "product_ean13": coded["ean13"], "product_mpn": coded["mpn"],
        "id_tax_rules_group": one.product["id_tax_rules_group"],
        "product_price": f"{one.price.before:.6f}", "original_product_price": f"{one.price.before:.6f}",
        "unit_price_tax_excl": f"{one.price.net:.6f}", "unit_price_tax_incl": f"{one.price.gross:.6f}",
        "total_price_tax_excl": f"{one.net:.6f}", "total_price_tax_incl": f"{one.gross:.6f}",
        "associations": {"taxes": [{"id": str(one.price.tax)}] if one.price.tax else []},
    })  # fmt: skip


def _others(
    shop: Shop, db: sqlite3.Connection, order: int, purchase: Purchase, totals: Mapping[str, Decimal]
) -> None:
    insert(db, RESOURCES["order_carriers"], {
        "id_order": order, "id_carrier": purchase.carrier, "date_add": shop.now(),
        "shipping_cost_tax_excl": f"{totals['total_shipping_tax_excl']:.6f}",
        "shipping_cost_tax_incl": f"{totals['total_shipping_tax_incl']:.6f}",
    })  # fmt: skip
    if totals["total_discounts"]:
        insert(db, RESOURCES["order_cart_rules"], {
            "id_order": order, "id_cart_rule": 1, "name": f"Bienvenue {purchase.voucher} %",
            "value": f"{totals['total_discounts_tax_incl']:.6f}",
            "value_tax_excl": f"{totals['total_discounts_tax_excl']:.6f}",
        })  # fmt: skip


def option_titles(db: sqlite3.Connection, combination: Values) -> list[str]:
    """ "Taille : M" """
    found = []
    for link in combination["associations"].get("product_option_values", []):
        value = get(db, RESOURCES["product_option_values"], int(link["id"]))
        if value is not None:
            group = get(db, RESOURCES["product_options"], int(value["id_attribute_group"]))
            assert group is not None
            found.append(f"{group['name'].get('1', '')} : {value['name'].get('1', '')}")
    return found


def _customer(shop: Shop, db: sqlite3.Connection, purchase: Purchase) -> int:
    told = purchase.customer
    if not purchase.guest:
        known = find(db, CUSTOMERS, email=told["email"], is_guest=0)
        if known:
            return int(known[0]["id"])
    group = 2 if purchase.guest else purchase.group
    names = ("firstname", "lastname", "email", "company", "siret", "ape")
    values: Values = {name: told[name] for name in names if told.get(name)}
    return insert(db, CUSTOMERS, {
        **values, "id_lang": 1, "id_default_group": group, "is_guest": int(purchase.guest), "active": 1,
        "date_add": shop.now(), "date_upd": shop.now(), "associations": {"groups": [{"id": str(group)}]},
    })  # fmt: skip


def _address(shop: Shop, db: sqlite3.Connection, customer: int, told: Mapping[str, str]) -> int:
    countries = {row["iso_code"]: row["id"] for row in find(db, RESOURCES["countries"])}
    names = (
        "firstname",
        "lastname",
        "company",
        "vat_number",
        "address1",
        "address2",
        "postcode",
        "city",
        "phone",
    )
    values: Values = {name: told[name] for name in names if told.get(name)}
    values |= {
        "id_customer": customer,
        "id_country": countries[told.get("country") or "FR"],
        "alias": "Mon adresse",
    }
    for row in find(db, ADDRESSES, id_customer=customer, deleted=0):
        if all(row[name] == str(value) for name, value in values.items()):
            return int(row["id"])
    return insert(db, ADDRESSES, {**values, "date_add": shop.now(), "date_upd": shop.now()})


def _message(shop: Shop, db: sqlite3.Connection, order: int, customer: int, purchase: Purchase) -> None:
    stamps = {"date_add": shop.now(), "date_upd": shop.now()}
    thread = insert(db, RESOURCES["customer_threads"], {
        "id_lang": 1, "id_shop": 1, "id_customer": customer, "id_order": order, "id_contact": 0,
        "email": purchase.customer["email"], "token": secrets.token_hex(6), "status": "open", **stamps,
    })  # fmt: skip
    message = {"id_customer_thread": thread, "message": purchase.message, **stamps}
    insert(db, RESOURCES["customer_messages"], message)


def _reference() -> str:
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(9))
