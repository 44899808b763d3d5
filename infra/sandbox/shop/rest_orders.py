"""REST routes of orders: reading, changing, notes, refunds, tracking."""

import secrets
from decimal import Decimal
from typing import Any

from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler

from sandbox.shop import batch, order_view, queries
from sandbox.shop.checkout import CannotBuy, Purchase, Wish
from sandbox.shop.database import dump, load, now
from sandbox.shop.orders import refunds_of
from sandbox.shop.product_view import decode
from sandbox.shop.refusals import Refusal, no_route, trash_not_supported
from sandbox.shop.rest import EDITING, Call, endpoint

JsonDict = dict[str, Any]
TRACKING = "/wp-json/wc-shipment-tracking/v3/orders/{order:int}/shipment-trackings"


@endpoint("/orders")
def list_orders(call: Call) -> Any:
    db = call.shop.database.read()
    wanted = queries.orders(call.query, call.shop.options.get("statuses"))
    rows, total = wanted.rows(db, "orders")
    shown = [order_view.order(db, decode(row), call.places) for row in rows]
    return call.page(shown, total, wanted.per_page, wanted.page)


@endpoint("/orders", [HttpMethod.POST])
def create_order(call: Call) -> Any:
    """Goods at today's prices; enough for tests that need orders which no checkout makes (odd fees, no address)."""
    body = call.body
    purchase = Purchase(
        wishes=[
            Wish(int(line.get("variation_id") or line["product_id"]), int(line.get("quantity") or 1))
            for line in body.get("line_items") or []
        ],
        billing=body.get("billing") or {},
        shipping=body.get("shipping"),
        gateway="carte_demo" if body.get("set_paid") else "bacs",
        fees=[
            (str(fee["name"]), Decimal(str(fee["total"])), str(fee.get("tax_class") or ""))
            for fee in body.get("fee_lines") or []
        ],
        note=str(body.get("customer_note") or ""),
        meta=body.get("meta_data") or [],
        customer=int(body.get("customer_id") or 0),
    )
    try:
        order = call.shop.checkout.place(purchase)
    except CannotBuy as refused:
        raise Refusal("woocommerce_rest_cannot_create", str(refused), 400) from refused
    call.wrote()
    return order_view.order(call.shop.database.read(), order, call.places), 201


@endpoint("/orders/{number:int}")
def get_order(call: Call) -> Any:
    db = call.shop.database.read()
    return order_view.order(db, call.shop.orders.get(db, call.id()), call.places)


@endpoint("/orders/{number:int}", [*EDITING, HttpMethod.DELETE])
def edit_order(call: Call) -> Any:
    with call.shop.database.write() as db:
        if call.method == "DELETE":
            found = call.shop.orders.delete(db, call.id(), call.force)
        else:
            found = call.shop.orders.update(db, call.id(), call.body)
        call.wrote()
        return order_view.order(db, found, call.places)


@endpoint("/orders/batch", EDITING)
def batch_orders(call: Call) -> Any:
    orders, places = call.shop.orders, call.places

    def refuse(*_: Any) -> JsonDict:
        raise Refusal("woocommerce_rest_cannot_create", "La création par lot n’est pas simulée.", 400)

    return batch.run(
        call,
        create=refuse,
        update=lambda db, number, body: order_view.order(db, orders.update(db, number, body), places),
        delete=lambda db, number: order_view.order(db, orders.delete(db, number, True), places),
    )


# --------------------------------------------------------------------------------------------------- notes


@endpoint("/orders/{order:int}/notes")
def list_notes(call: Call) -> Any:
    db = call.shop.database.read()
    call.shop.orders.get(db, call.id("order"))
    condition = {"customer": " AND customer_note = 1", "internal": " AND customer_note = 0"}.get(
        call.query.get("type", ""), ""
    )
    query = f"SELECT * FROM order_notes WHERE order_id = ?{condition} ORDER BY id DESC"
    return [order_view.note(row) for row in db.execute(query, (call.id("order"),))]


@endpoint("/orders/{order:int}/notes", [HttpMethod.POST])
def create_note(call: Call) -> Any:
    text = str(call.body.get("note") or "")
    if not text:
        raise Refusal("rest_missing_callback_param", "Paramètre(s) manquant(s) : note", 400, params=["note"])
    with call.shop.database.write() as db:
        call.shop.orders.get(db, call.id("order"))
        customer = call.body.get("customer_note") in (True, "true", "1")
        number = call.shop.orders.note(db, call.id("order"), text, customer=customer, author="API")
        call.wrote()
        return order_view.note(
            db.execute("SELECT * FROM order_notes WHERE id = ?", (number,)).fetchone()
        ), 201


@endpoint("/orders/{order:int}/notes/{number:int}", [HttpMethod.DELETE])
def delete_note(call: Call) -> Any:
    if not call.force:
        raise trash_not_supported()
    with call.shop.database.write() as db:
        query = "SELECT * FROM order_notes WHERE id = ? AND order_id = ?"
        row = db.execute(query, (call.id(), call.id("order"))).fetchone()
        if row is None:
            raise Refusal("woocommerce_rest_invalid_id", "ID non valide.", 404)
        db.execute("DELETE FROM order_notes WHERE id = ?", (call.id(),))
        call.wrote()
        return order_view.note(row)


# ------------------------------------------------------------------------------------------------- refunds


@endpoint("/orders/{order:int}/refunds")
def list_refunds(call: Call) -> Any:
    db = call.shop.database.read()
    call.shop.orders.get(db, call.id("order"))
    return [order_view.refund(decode(row), call.places) for row in reversed(refunds_of(db, call.id("order")))]


@endpoint("/orders/{order:int}/refunds", [HttpMethod.POST])
def create_refund(call: Call) -> Any:
    with call.shop.database.write() as db:
        made = call.shop.orders.refund(db, call.id("order"), call.body)
        call.wrote()
        return order_view.refund(made, call.places), 201


# ------------------------------------------------------------------------- the Shipment Tracking extension


@endpoint(TRACKING)
def list_trackings(call: Call) -> Any:
    _demand_tracking(call)
    rows = call.shop.database.read().execute(
        "SELECT data FROM trackings WHERE order_id = ?", (call.id("order"),)
    )
    return [load(row["data"]) for row in rows]


@endpoint(TRACKING, [HttpMethod.POST])
def create_tracking(call: Call) -> Any:
    _demand_tracking(call)
    sent = call.body
    if not sent.get("tracking_number") or not (
        sent.get("tracking_provider") or sent.get("custom_tracking_provider")
    ):
        raise Refusal("rest_missing_callback_param", "Paramètre(s) manquant(s) : tracking_number", 400)
    made = {
        "tracking_id": secrets.token_hex(16),
        "tracking_provider": sent.get("tracking_provider") or sent.get("custom_tracking_provider"),
        "tracking_link": sent.get("custom_tracking_link") or "",
        "tracking_number": sent["tracking_number"],
        "date_shipped": sent.get("date_shipped") or now()[:10],
    }
    with call.shop.database.write() as db:
        call.shop.orders.get(db, call.id("order"))
        db.execute(
            "INSERT INTO trackings VALUES (?, ?, ?)", (made["tracking_id"], call.id("order"), dump(made))
        )
        call.wrote()
    return made, 201


def _demand_tracking(call: Call) -> None:
    if not call.shop.options.has("shipment_tracking"):
        raise no_route()


ROUTES: list[HTTPRouteHandler] = [
    list_orders, create_order, get_order, edit_order, batch_orders, list_notes, create_note, delete_note,
    list_refunds, create_refund, list_trackings, create_tracking,
]  # fmt: skip
