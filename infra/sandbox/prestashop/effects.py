"""What saving a row does beside the row itself: stock rows that come and go, states that change, stamps, mails."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping

from sandbox.prestashop.database import Values, find, get, insert, update
from sandbox.prestashop.refusals import Refusal, invalid
from sandbox.prestashop.schema import COMBINATIONS, ORDERS, PRODUCTS, RESOURCES, STOCK, Resource
from sandbox.prestashop.shop import Shop

PARENTS: Mapping[str, tuple[str, str]] = {
    "combinations": ("id_product", "products"),
    "product_feature_values": ("id_feature", "product_features"),
    "product_option_values": ("id_attribute_group", "product_options"),
    "order_histories": ("id_order", "orders"),
    "order_carriers": ("id_order", "orders"),
    "customer_messages": ("id_customer_thread", "customer_threads"),
    "specific_prices": ("id_product", "products"),
}


def prepare(
    shop: Shop, db: sqlite3.Connection, resource: Resource, values: Values, before: Values | None
) -> None:
    """Before the checks: what PrestaShop fills in by itself, and what it refuses outright."""
    now = shop.now()
    if resource.field("date_add") is not None and before is None:
        values["date_add"] = now
    if resource.stamped:
        values["date_upd"] = now
    parent = PARENTS.get(resource.name)
    if parent is not None and get(db, RESOURCES[parent[1]], int(values[parent[0]] or 0)) is None:
        raise invalid(parent[0], "no such thing")
    if resource is PRODUCTS:
        _prepare_product(shop, values)
    elif resource is STOCK and values["depends_on_stock"] == "1":
        raise Refusal(500, 133, "Stock is managed by the advanced stock management: quantity cannot be set")
    elif resource is COMBINATIONS and not values["associations"].get("product_option_values"):
        raise Refusal(400, 86, 'association "product_option_values" is missing')


def _prepare_product(shop: Shop, values: Values) -> None:
    if not any(text for text in values["link_rewrite"].values()):
        values["link_rewrite"] = {number: rewritten(name) for number, name in values["name"].items()}
    for name in shop.languages:
        if not values["name"].get(name, "").strip() and values["name"].get(shop.language, "").strip():
            # A language without a name takes that of the default one; so it is saved, and PUT empties the others.
            values["name"][name] = values["name"][shop.language]


def after(
    shop: Shop,
    db: sqlite3.Connection,
    resource: Resource,
    number: int,
    values: Values,
    before: Values | None,
    *,
    mail: bool,
) -> None:
    match resource.name:
        case "products" if before is None:
            _stock_row(db, number, 0)
        case "combinations":
            if before is None:
                _stock_row(db, int(values["id_product"]), number)
            if str(values["default_on"]) == "1":
                db.execute(
                    "UPDATE combinations SET default_on = 0 WHERE id_product = ? AND id <> ?",
                    (values["id_product"], number),
                )
            summed(db, int(values["id_product"]))
        case "stock_availables" if str(values["id_product_attribute"]) != "0":
            summed(db, int(values["id_product"]))
        case "order_histories" if before is None:
            change_state(shop, db, int(values["id_order"]), int(values["id_order_state"]), mail=mail)
        case "order_carriers" if before is not None and mail and values["tracking_number"]:
            _tell_tracking(db, values)
        case "orders" if before is not None and before["current_state"] != values["current_state"]:
            # TRAP of the real one: each save with another state adds a line to its history.
            insert(
                db,
                RESOURCES["order_histories"],
                {"id_order": number, "id_order_state": values["current_state"], "date_add": shop.now()},
            )


def deleted(shop: Shop, db: sqlite3.Connection, resource: Resource, number: int) -> None:
    if resource is PRODUCTS:
        for name in ("combinations", "stock_availables", "specific_prices", "images"):
            db.execute(f'DELETE FROM "{name}" WHERE id_product = ?', (number,))
    elif resource is COMBINATIONS:
        (row,) = db.execute("SELECT id_product FROM combinations WHERE id = ?", (number,)).fetchall()
        for name in ("stock_availables", "specific_prices"):
            db.execute(f'DELETE FROM "{name}" WHERE id_product_attribute = ?', (number,))
        summed(db, row["id_product"], but=number)


def summed(db: sqlite3.Connection, product: int, but: int = 0) -> None:
    """The product's own row is the sum of its combinations', where it has any."""
    rows = db.execute(
        "SELECT quantity FROM stock_availables WHERE id_product = ? AND id_product_attribute NOT IN (0, ?)",
        (product, but),
    ).fetchall()
    if rows:
        db.execute(
            "UPDATE stock_availables SET quantity = ? WHERE id_product = ? AND id_product_attribute = 0",
            (sum(row["quantity"] for row in rows), product),
        )


def move_stock(db: sqlite3.Connection, product: int, combination: int, by: int) -> None:
    db.execute(
        "UPDATE stock_availables SET quantity = quantity + ? WHERE id_product = ? AND id_product_attribute = ?",
        (by, product, combination),
    )
    if combination:
        summed(db, product)


def change_state(shop: Shop, db: sqlite3.Connection, order: int, state: int, *, mail: bool) -> None:
    """As a new line of the history does it: flags, invoice, payment, stock, mail."""
    found = get(db, RESOURCES["order_states"], state)
    row = get(db, ORDERS, order)
    if found is None or row is None:
        raise invalid("id_order_state", "no such state")
    changed: Values = {"current_state": str(state), "valid": found["logable"], "date_upd": shop.now()}
    if found["invoice"] == "1" and row["invoice_number"] == "0" and shop.configured("PS_INVOICE") == "1":
        (last,) = db.execute("SELECT max(invoice_number) AS last FROM orders").fetchall()
        changed |= {"invoice_number": str(last["last"] + 1), "invoice_date": shop.now()}
        _pay(shop, db, row)
    void = {shop.configured("PS_OS_CANCELED"), shop.configured("PS_OS_ERROR")}
    was_void, is_void = row["current_state"] in void, str(state) in void
    if was_void != is_void and row["current_state"] != "0":
        for line in find(db, RESOURCES["order_details"], id_order=order):
            by = int(line["product_quantity"]) * (1 if is_void else -1)
            move_stock(db, int(line["product_id"]), int(line["product_attribute_id"]), by)
    update(db, ORDERS, order, changed)
    if mail and found["send_email"] == "1":
        _mail(db, order, found["name"].get("1", ""))


def _pay(shop: Shop, db: sqlite3.Connection, order: Values) -> None:
    """TRAP of the real one: without shop invoices no payment is written when an order is accepted."""
    if find(db, RESOURCES["order_payments"], order_reference=order["reference"]):
        return
    insert(
        db,
        RESOURCES["order_payments"],
        {
            "order_reference": order["reference"],
            "id_currency": order["id_currency"],
            "amount": order["total_paid_tax_incl"],
            "payment_method": order["payment"],
            "conversion_rate": order["conversion_rate"],
            "transaction_id": f"TR{order['id']}",
            "date_add": shop.now(),
        },
    )
    update(db, ORDERS, int(order["id"]), {"total_paid_real": order["total_paid_tax_incl"]})


def _stock_row(db: sqlite3.Connection, product: int, combination: int) -> None:
    values = {"id_product": product, "id_product_attribute": combination, "id_shop": 1, "out_of_stock": 2}
    insert(db, STOCK, values)


def _tell_tracking(db: sqlite3.Connection, values: Values) -> None:
    carrier = get(db, RESOURCES["carriers"], int(values["id_carrier"]))
    if carrier is not None and carrier["url"]:
        address = carrier["url"].replace("@", values["tracking_number"])
        _mail(db, int(values["id_order"]), f"Votre colis est en route : {address}")


def _mail(db: sqlite3.Connection, order: int, subject: str) -> None:
    db.execute("INSERT INTO mails (id_order, subject) VALUES (?, ?)", (order, subject))


def rewritten(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE")).encode(
        "ascii", "ignore"
    )
    return re.sub(r"[^a-z0-9]+", "-", letters.decode().lower()).strip("-")[:128]
