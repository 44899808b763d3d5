"""A plain back office: the orders with their states, which can be changed as the shop's people do, and the last requests."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from sandbox.prestashop import effects, shelves
from sandbox.prestashop.buying import refund
from sandbox.prestashop.database import find, insert
from sandbox.prestashop.pages import Asking, Form, page
from sandbox.prestashop.schema import RESOURCES


@get("/bo", sync_to_thread=False)
def office(request: Asking) -> Template:
    shop = request.app.state.shop
    counts = {
        name: shop.database.read().execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in ("products", "combinations", "customers", "orders")
    }
    return page(
        request,
        "office.html",
        orders=shelves.orders(shop),
        counts=counts,
        journal=shop.journal.summary(25),
        key=shop.key,
    )


@get("/bo/commande/{number:int}", sync_to_thread=False)
def order(request: Asking, number: FromPath[int]) -> Template:
    shop = request.app.state.shop
    found = shelves.order(shop, number)
    if found is None:
        return page(request, "message.html", 404, heading="Commande introuvable", text="Vérifiez son numéro.")
    return page(
        request,
        "order.html",
        order=found,
        staff=True,
        states=find(shop.database.read(), RESOURCES["order_states"]),
    )


@post("/bo/commande/{number:int}", sync_to_thread=False)
def change(request: Asking, number: FromPath[int], data: Form) -> Redirect:
    shop = request.app.state.shop
    if "refund" in data:
        lines = find(shop.database.read(), RESOURCES["order_details"], id_order=number)
        refund(shop, number, {int(one["id"]): int(one["product_quantity"]) for one in lines})
    elif data.get("state", "").isdigit():
        with shop.database.write() as db:
            values = {
                "id_order": number,
                "id_order_state": data["state"],
                "id_employee": 1,
                "date_add": shop.now(),
            }
            insert(db, RESOURCES["order_histories"], values)
            effects.change_state(shop, db, number, int(data["state"]), mail=True)
    return Redirect(f"/bo/commande/{number}", status_code=303)


ROUTES = [office, order, change]
