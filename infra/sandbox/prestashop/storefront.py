"""The storefront: look, choose, buy, follow an order. Plain on purpose: it shows what the webservice made of the shop."""

import json
import secrets
from decimal import Decimal
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from sandbox.prestashop import images, shelves
from sandbox.prestashop.buying import Purchase, Refused, Wish, place
from sandbox.prestashop.pages import Asking, Form, page
from sandbox.prestashop.refusals import Refusal
from sandbox.prestashop.shop import Shop

CART = "panier"
VOUCHERS = {"BIENVENUE10": Decimal(10)}
Items = dict[str, int]


@get("/", sync_to_thread=False)
def home(request: Asking, q: FromQuery[str] = "", p: FromQuery[int] = 1) -> Template:
    found = shelves.cards(_shop(request), q, max(1, p))
    return page(request, "home.html", cards=found, searched=q, number=p, more=len(found) == shelves.PER_PAGE)


@get("/produit/{number:int}", sync_to_thread=False)
def product(request: Asking, number: FromPath[int]) -> Template:
    row = shelves.product(_shop(request), number)
    if row is None:
        return page(
            request,
            "message.html",
            404,
            heading="Article introuvable",
            text="Il n’est pas (ou plus) en vente.",
        )
    pictures = [f"/image/{number}/{one['id']}" for one in row["associations"]["images"]]
    return page(
        request, "product.html", product=row, choices=shelves.choices(_shop(request), row), pictures=pictures
    )


@get("/image/{number:int}/{image:int}", sync_to_thread=False)
def picture(request: Asking, number: FromPath[int], image: FromPath[int]) -> Response[bytes]:
    try:
        kind, content = images.content(_shop(request).database.read(), number, image)
    except Refusal:
        return Response(b"", status_code=404)
    return Response(content, media_type=f"image/{'jpeg' if kind == 'jpg' else kind}")


@get("/panier", sync_to_thread=False)
def cart(request: Asking) -> Template:
    return _cart_page(request, "")


@post("/panier", sync_to_thread=False, status_code=303)
def add(request: Asking, data: Form) -> Redirect:
    shop, token = _shop(request), request.cookies.get(CART) or secrets.token_urlsafe(16)
    items = _items(shop, token)
    quantity = int(data.get("quantity") or 1) if (data.get("quantity") or "1").isdigit() else 1
    items[data.get("item", "")] = quantity
    items = {key: count for key, count in items.items() if key and count > 0}
    with shop.database.write() as db:
        db.execute("INSERT OR REPLACE INTO carts VALUES (?, ?)", (token, json.dumps(items)))
    # SameSite keeps other sites from posting into the cart.
    return Redirect(
        "/panier", status_code=303, cookies=[Cookie(CART, value=token, httponly=True, samesite="lax")]
    )


@post("/commande", sync_to_thread=False)
def buy(request: Asking, data: Form) -> Template | Redirect:
    shop, token = _shop(request), request.cookies.get(CART, "")
    names = (
        "firstname",
        "lastname",
        "email",
        "company",
        "vat_number",
        "address1",
        "postcode",
        "city",
        "country",
        "phone",
    )
    told = {name: data.get(name, "").strip() for name in names}
    code = data.get("voucher", "").strip().upper()
    if code and code not in VOUCHERS:
        return _cart_page(request, f"Le bon « {code} » n’existe pas.")
    if not all(told[name] for name in ("firstname", "lastname", "email", "address1", "postcode", "city")):
        return _cart_page(request, "Il manque votre nom, votre adresse ou votre e-mail.")
    wishes = [Wish(*_parts(key), quantity) for key, quantity in _items(shop, token).items()]
    purchase = Purchase(
        wishes, told, gateway=data.get("gateway", "carte_demo"), carrier=int(data.get("carrier") or 2),
        voucher=VOUCHERS.get(code, Decimal(0)), gift_wrap="gift_wrap" in data, message=data.get("message", "").strip(),
    )  # fmt: skip
    try:
        number = place(shop, purchase)
    except Refused as refused:
        return _cart_page(request, str(refused))
    with shop.database.write() as db:
        db.execute("DELETE FROM carts WHERE token = ?", (token,))
    return Redirect(f"/commande/{number}", status_code=303)


@get("/commande/{number:int}", sync_to_thread=False)
def followed(request: Asking, number: FromPath[int]) -> Template:
    """TRAP: anyone may look at any order here. It is a simulator."""
    found = shelves.order(_shop(request), number)
    if found is None:
        return page(request, "message.html", 404, heading="Commande introuvable", text="Vérifiez son numéro.")
    return page(request, "order.html", order=found, staff=False)


def _cart_page(request: Asking, problem: str) -> Template:
    shop = _shop(request)
    lines: list[dict[str, Any]] = []
    for key, quantity in _items(shop, request.cookies.get(CART, "")).items():
        row = shelves.product(shop, int(key.partition("-")[0]))
        choice = next((one for one in shelves.choices(shop, row) if one.key == key), None) if row else None
        if row is not None and choice is not None:
            lines.append(
                {
                    "name": row["name"]["1"],
                    "choice": choice,
                    "quantity": quantity,
                    "sum": choice.price * quantity,
                }
            )
    total = sum((line["sum"] for line in lines), Decimal(0))
    return page(request, "cart.html", 400 if problem else 200, lines=lines, total=total, problem=problem)


def _parts(key: str) -> tuple[int, int]:
    """Product and combination (0: none) of "12" or "12-34"."""
    product_number, _, combination = key.partition("-")
    return int(product_number), int(combination or 0)


def _items(shop: Shop, token: str) -> Items:
    row = shop.database.read().execute("SELECT data FROM carts WHERE token = ?", (token,)).fetchone()
    found: Items = json.loads(row["data"]) if row else {}
    return found


def _shop(request: Asking) -> Shop:
    found: Shop = request.app.state.shop
    return found


ROUTES = [home, product, picture, cart, add, buy, followed]
