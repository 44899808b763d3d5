"""The pages where one buys: cart and checkout."""

from decimal import Decimal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Template

from sandbox.shop import cart as carts
from sandbox.shop.checkout import CannotBuy, Purchase
from sandbox.shop.pages import Context, Form, number_of, page, shelves_of
from sandbox.shop.product_view import decode
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shop import Shop
from sandbox.shop.threads import threaded

REQUIRED = {
    "first_name": "votre prénom",
    "last_name": "votre nom",
    "address_1": "votre adresse",
    "postcode": "votre code postal",
    "city": "votre ville",
    "email": "votre e-mail",
}
FIELDS = (*REQUIRED, "company", "address_2", "phone")


@post("/panier/ajouter")
@threaded
def add_to_cart(request: AnyRequest, data: Form) -> Redirect:
    shop: Shop = request.app.state.shop
    cart, item, wanted = carts.of(request), int(data["item"]), max(1, number_of(data.get("quantity"), 1))
    slug, choice = data.get("slug", ""), f"choix={item}"
    left = _left(shop, item)
    if left is not None and cart.items.get(item, 0) + wanted > left:
        return Redirect(f"/produit/{slug}?{choice}&probleme=stock", status_code=303)
    cart.put(item, cart.items.get(item, 0) + wanted)
    return Redirect(f"/produit/{slug}?{choice}&ajoute=1", status_code=303, cookies=[carts.save(shop, cart)])


@post("/panier/changer")
@threaded
def change_cart(request: AnyRequest, data: Form) -> Redirect:
    cart = carts.of(request)
    for name, value in data.items():
        if name.startswith("quantity_") and int(name[9:]) in cart.items:
            cart.put(int(name[9:]), number_of(value, 1))
    if data.get("remove"):
        cart.put(int(data["remove"]), 0)
    problem = ""
    if "coupon" in data:
        cart.coupon = data["coupon"].strip()
        known = request.app.state.shop.options.get("coupons")
        if cart.coupon and cart.coupon.lower() not in known:
            cart.coupon, problem = "", "?probleme=coupon"
    return Redirect(f"/panier{problem}", status_code=303, cookies=[carts.save(request.app.state.shop, cart)])


@get("/panier")
@threaded
def show_cart(request: AnyRequest) -> Template:
    cart = carts.of(request)
    context = _basket(request, cart, "2")  # before the address is known, no shipping is counted
    refused = "Ce code promo n’existe pas." if request.query_params.get("probleme") == "coupon" else ""
    return page(request, "cart.html", cart=cart, **{**context, "problem": refused or context["problem"]})


def _basket(request: AnyRequest, cart: carts.Cart, method: str, gift_wrap: bool = False) -> Context:
    """The cart priced: lines with their product, totals; or the sentence why it cannot be."""
    shelves = shelves_of(request)
    shop, db = shelves.shop, shelves.shop.database.read()
    if not cart.items:
        return {"lines": [], "basket": None, "problem": ""}
    try:
        priced = shop.checkout.price(
            db, Purchase(cart.wishes, method=method, coupon=cart.coupon, gift_wrap=gift_wrap)
        )
    except CannotBuy as refused:
        for item in list(cart.items):  # what is no longer for sale leaves the cart
            row = db.execute("SELECT status FROM products WHERE id = ?", (item,)).fetchone()
            if row is None or row["status"] != "publish":
                cart.put(item, 0)
        carts.save(shop, cart)
        return {"lines": [], "basket": None, "problem": str(refused)}
    lines = []
    for found, line in zip(priced.products, priced.lines, strict=True):
        owner = (
            found
            if not found["parent_id"]
            else decode(db.execute("SELECT * FROM products WHERE id = ?", (found["parent_id"],)).fetchone())
        )
        pictures = shelves.pictures(db, found) or shelves.pictures(db, owner)
        lines.append(
            {
                "item": found["id"],
                "name": found["shown_name"],
                "slug": owner["slug"],
                "kind": shelves.kind(db, owner),
                "picture": pictures[0] if pictures else None,
                "quantity": line.quantity,
                "gross": line.subtotal + sum(line.subtotal_taxes.values()),
                "left": found["stock_quantity"]
                if found["manage_stock"] and found["backorders"] == "no"
                else None,
            }
        )
    added = priced.totals
    return {
        "lines": lines,
        "problem": "",
        "basket": {
            "goods": sum(line["gross"] for line in lines),
            "discount": added.discount_total + added.discount_tax,
            "coupon": priced.coupon.upper(),
            "fees": [
                (title, fee.total + fee.total_tax)
                for (title, _), fee in zip(priced.fee_titles, priced.fees, strict=True)
            ],
            "shipping": added.shipping_total + added.shipping_tax,
            "tax": added.total_tax,
            "total": added.total,
        },
    }


@get("/commande")
@threaded
def checkout(request: AnyRequest) -> Template | Redirect:
    cart = carts.of(request)
    if not cart.items:
        return Redirect("/panier", status_code=303)
    return _checkout(request, cart, {"method": "1", "gateway": "carte_demo"}, "")


def _checkout(
    request: AnyRequest, cart: carts.Cart, typed: dict[str, str], problem: str, status: int = 200
) -> Template:
    options = request.app.state.shop.options
    context = _basket(request, cart, typed.get("method") or "1", typed.get("gift_wrap") == "on")
    rate = options.shipping_rate()
    methods = [
        {**m, "shown": Decimal(m["cost"]) * (100 + (rate[1] if rate else 0)) / 100}
        for m in options.get("shipping_methods")
    ]
    return page(
        request, "checkout.html", status_code=status, cart=cart, typed=typed, methods=methods, gateways=options.get("gateways"),
        **{**context, "problem": problem or context["problem"]},
    )  # fmt: skip


@post("/commande")
@threaded
def place_order(request: AnyRequest, data: Form) -> Template | Redirect:
    shop: Shop = request.app.state.shop
    cart = carts.of(request)
    if data.get("refresh"):  # the totals with another shipping, without placing anything
        return _checkout(request, cart, data, "")
    missing = [what for name, what in REQUIRED.items() if not data.get(name, "").strip()]
    if missing:
        return _checkout(request, cart, data, f"Il manque {', '.join(missing)}.", 422)
    if "@" not in data["email"]:
        return _checkout(request, cart, data, "L’adresse e-mail n’est pas complète.", 422)
    billing = {name: data.get(name, "").strip() for name in FIELDS} | {"country": "FR", "state": ""}
    purchase = Purchase(
        cart.wishes, billing, method=data.get("method", "1"), gateway=data.get("gateway", ""), coupon=cart.coupon,
        gift_wrap=data.get("gift_wrap") == "on", note=data.get("note", "").strip(),
    )  # fmt: skip
    try:
        order = shop.checkout.place(purchase)
    except CannotBuy as refused:
        return _checkout(request, cart, data, str(refused), 422)
    cart.items, cart.coupon = {}, ""
    address = f"/commande/recue/{order['id']}?cle={order['order_key']}"
    return Redirect(address, status_code=303, cookies=[carts.save(shop, cart)])


def _left(shop: Shop, item: int) -> int | None:
    """Pieces that can still be bought; None when there is no limit."""
    row = shop.database.read().execute("SELECT * FROM products WHERE id = ?", (item,)).fetchone()
    if row is None:
        return 0
    limited = row["manage_stock"] and row["backorders"] == "no"
    return max(0, row["stock_quantity"] or 0) if limited else None


ROUTES: list[HTTPRouteHandler] = [add_to_cart, change_cart, show_cart, checkout, place_order]
