"""The pages: storefront with one product and its purchase, the customer's area, the merchant's back office."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from anyio import to_thread
from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from sandbox.oxatis import shelves
from sandbox.oxatis.checkout import BUYER, EMAIL, Purchase
from sandbox.oxatis.replies import Refused
from sandbox.oxatis.shop import USUAL_CALLS, OxatisShop
from sandbox.shop import formats

HERE = Path(__file__).parent
AnyRequest = Request[Any, Any, Any]
T = TypeVar("T")


def _prepare(engine: JinjaTemplateEngine) -> None:
    engine.engine.filters.update(
        euros=lambda value: formats.money(Decimal(value or "0")), safe_html=formats.safe_html
    )


TEMPLATES = TemplateConfig(directory=HERE / "templates", engine=JinjaTemplateEngine, engine_callback=_prepare)


@get("/")
async def home(request: AnyRequest, q: FromQuery[str] = "", rayon: FromQuery[str] = "") -> Template:
    found, menu = await _with(lambda: (shelves.cards(_shop(request), q, rayon), shelves.menu(_shop(request))))
    return Template("home.html", context={"cards": found, "menu": menu, "q": q, "rayon": rayon})


@get("/produit/{number:int}")
async def product(request: AnyRequest, number: FromPath[int], probleme: FromQuery[str] = "") -> Template:
    found = await _with(lambda: shelves.card(_shop(request), number))
    if found is None:
        raise NotFoundException
    return Template(
        "product.html", context={"card": found, "buyer": BUYER, "email": EMAIL, "problem": probleme}
    )


@post("/acheter")
async def buy(request: AnyRequest) -> Redirect | Template:
    form = {name: str(value) for name, value in (await request.form()).items()}
    number = int(form.get("product") or 0)
    billing = {name: form.get(name, usual) for name, usual in BUYER.items()}
    waits = form.get("payment") == "Chèque"
    pieces = form.get("quantity", "1")
    purchase = Purchase(
        {number: int(pieces) if pieces.isdigit() else 1}, coupon=form.get("coupon", ""), email=form.get("email", EMAIL),
        billing=billing, payment=form.get("payment", "Carte bancaire"), status="20" if waits else "40",
    )  # fmt: skip
    try:
        made = await _with(lambda: _shop(request).checkout.place(purchase))
    except Refused as refused:
        found = await _with(lambda: shelves.card(_shop(request), int(form.get("listing") or number)))
        return Template(
            "product.html", status_code=422,
            context={"card": found, "buyer": billing, "email": purchase.email, "problem": refused.reason},
        )  # fmt: skip
    return Redirect(f"/client?email={purchase.email}&commande={made}", status_code=303)


@get("/client")
async def customer(request: AnyRequest, email: FromQuery[str] = "", commande: FromQuery[int] = 0) -> Template:
    orders = await _with(lambda: shelves.orders(_shop(request), email))
    return Template("customer.html", context={"orders": orders, "email": email, "new": commande})


@get("/client/facture/{number:int}")
async def invoice(request: AnyRequest, number: FromPath[int]) -> Response[bytes]:
    found = await _with(lambda: _shop(request).orders.paper(number))
    if found is None:
        raise NotFoundException
    return Response(found, media_type="application/pdf")


@get("/image/{name:str}")
async def image(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    found = await _with(lambda: _shop(request).gallery.content(name))
    if found is None:
        raise NotFoundException
    return Response(found[0], media_type=found[1])


@get("/admin")
async def back_office(request: AnyRequest) -> Template:
    shop = _shop(request)

    def look() -> dict[str, Any]:
        return {
            "orders": shelves.orders(shop), "told": shop.store.every("told")[-20:][::-1], "calls": shop.calls_today(),
            "most": int(shop.store.option("daily_calls", str(USUAL_CALLS))), "log": shop.journal.summary(25)["entries"][::-1],
            "cards": shelves.cards(shop, "", "")[:60], "users": shop.store.every("user")[-30:],
        }  # fmt: skip

    return Template("back_office.html", context=await _with(look))


@post("/admin/paiement/{number:int}")
async def payment(request: AnyRequest, number: FromPath[int]) -> Redirect:
    """The merchant confirms a cheque, or cancels."""
    status = "40" if (await request.form()).get("status") == "40" else "0"
    await _with(lambda: _shop(request).orders.set_payment(number, status))
    return Redirect("/admin", status_code=303)


@post("/admin/quota")
async def quota(request: AnyRequest) -> Redirect:
    given = str((await request.form()).get("calls", ""))
    if given.isdigit():
        await _with(lambda: _shop(request).store.set_option("daily_calls", given))
    return Redirect("/admin", status_code=303)


def _shop(request: AnyRequest) -> OxatisShop:
    found: OxatisShop = request.app.state.shop
    return found


async def _with(work: Callable[[], T]) -> T:
    """SQLite blocks."""
    return await to_thread.run_sync(work)


ROUTES: list[HTTPRouteHandler] = [home, product, buy, customer, invoice, image, back_office, payment, quota]
