"""The visitor's cart: kept by the shop under a random token, the cookie holds only that token."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from litestar.datastructures import Cookie

from sandbox.shop.checkout import Wish
from sandbox.shop.database import dump, load, now
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shop import Shop

COOKIE = "panier"
MOST = 999


@dataclass
class Cart:
    token: str
    items: dict[int, int] = field(default_factory=dict)
    """Product or variation id → quantity."""
    coupon: str = ""

    @property
    def count(self) -> int:
        return sum(self.items.values())

    @property
    def wishes(self) -> list[Wish]:
        return [Wish(item, quantity) for item, quantity in self.items.items()]

    def put(self, item: int, quantity: int) -> None:
        """Zero takes the item out."""
        self.items[item] = min(quantity, MOST)
        if quantity <= 0:
            del self.items[item]


def of(request: AnyRequest) -> Cart:
    token = request.cookies.get(COOKIE, "")
    shop: Shop = request.app.state.shop
    row = shop.database.read().execute("SELECT data FROM carts WHERE token = ?", (token,)).fetchone()
    if row is None:
        return Cart(secrets.token_urlsafe(24))
    data = load(row["data"])
    return Cart(token, {int(item): quantity for item, quantity in data["items"].items()}, data["coupon"])


def save(shop: Shop, cart: Cart) -> Cookie:
    data: dict[str, Any] = {"items": cart.items, "coupon": cart.coupon}
    with shop.database.write() as db:
        db.execute("INSERT OR REPLACE INTO carts VALUES (?, ?, ?)", (cart.token, dump(data), now()))
    # SameSite keeps other sites from posting into the cart or the checkout.
    return Cookie(COOKIE, value=cart.token, httponly=True, samesite="lax", max_age=30 * 86_400)
