"""The pages after the purchase: confirmation, and the follow-up of an order."""

from typing import Any

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from sandbox.shop import order_view
from sandbox.shop.database import load, site_time
from sandbox.shop.pages import Context, Form, not_found, number_of, page
from sandbox.shop.product_view import decode
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shop import Shop
from sandbox.shop.threads import threaded


@get("/commande/recue/{number:int}")
@threaded
def received(request: AnyRequest, number: FromPath[int], cle: FromQuery[str] = "") -> Template:
    db = request.app.state.shop.database.read()
    row = db.execute("SELECT * FROM orders WHERE id = ? AND order_key = ?", (number, cle)).fetchone()
    return page(request, "received.html", **_order(request, row)) if row else not_found(request)


@get("/mon-compte")
@threaded
def account(request: AnyRequest) -> Template:
    return page(request, "account.html", order=None, problem="", typed={})


@post("/mon-compte", status_code=200)
@threaded
def follow(request: AnyRequest, data: Form) -> Template:
    """An order by its number and the e-mail it was placed with: both, so that nobody reads another's."""
    db = request.app.state.shop.database.read()
    query = "SELECT * FROM orders WHERE id = ? AND lower(email) = ? AND status <> 'trash'"
    asked = (number_of(data.get("number", "").lstrip("#"), 0), data.get("email", "").strip().lower())
    row = db.execute(query, asked).fetchone()
    if row is None:
        problem = "Aucune commande ne correspond à ce numéro et à cet e-mail."
        return page(request, "account.html", status_code=404, order=None, problem=problem, typed=data)
    return page(request, "account.html", problem="", typed=data, **_order(request, row))


def _order(request: AnyRequest, row: Any) -> Context:
    shop: Shop = request.app.state.shop
    db, found = shop.database.read(), decode(row)
    shown = order_view.order(db, found, 6)
    notes = db.execute(
        "SELECT * FROM order_notes WHERE order_id = ? AND customer_note = 1 ORDER BY id DESC", (row["id"],)
    )
    trackings = [
        load(r["data"]) for r in db.execute("SELECT data FROM trackings WHERE order_id = ?", (row["id"],))
    ]
    meta = {entry["key"]: entry["value"] for entry in found["data"].get("meta", [])}
    return {
        "order": shown,
        "placed": site_time(row["created"]),
        "status": shop.options.get("statuses").get(row["status"], row["status"]),
        "notes": [order_view.note(note) for note in notes],
        "trackings": trackings,
        "meta": meta,
    }


ROUTES: list[HTTPRouteHandler] = [received, account, follow]
