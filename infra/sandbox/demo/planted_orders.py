"""The last orders of the demonstration shop: most as they should be, some as plug-ins and people leave them."""

import json
from decimal import Decimal
from typing import Any

from sandbox.demo.planted_gescom import Fault
from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.shop import Shop

BUYER = {
    "first_name": "Maud", "last_name": "Kerjean", "company": "", "address_1": "4 rue des Halles", "address_2": "",
    "postcode": "29000", "city": "Quimper", "country": "FR", "state": "", "email": "maud.kerjean@essai.example",
    "phone": "0298000000",
}  # fmt: skip


def plant(shop: Shop) -> list[Fault]:
    faults: list[Fault] = []
    for ref in ("ASS001", "VER001", "CAS002", "EPI001", "PLA001", "LIV002", "REV002", "COU001"):
        _buy(shop, {ref: 2}, gift_wrap=ref == "VER001", coupon="bienvenue10" if ref == "CAS002" else "")
    faults += _articles(shop)
    faults += _totals(shop)
    faults += _buyers(shop)
    faults += _means(shop)
    return faults


def _articles(shop: Shop) -> list[Fault]:
    """Sold, and unknown to the ERP."""
    _buy(shop, {"ANCIEN-1": 1})
    _buy(shop, {"ASS001": 1, "ANCIEN-2": 3})
    return [("order.item_unknown", str(_id(shop, sku))) for sku in ("ANCIEN-1", "ANCIEN-2")]


def _totals(shop: Shop) -> list[Fault]:
    """A discount that a plug-in took off the total and of no line; a total that somebody typed over."""
    faults: list[Fault] = []
    for lost in ("5.00", "0.37"):
        number = _buy(shop, {"ASS001": 2})
        _edit(
            shop,
            number,
            lambda data, lost=lost: data.update(total=str(Decimal(data["total"]) - Decimal(lost))),
        )
        faults.append(("order.totals", number))
    return faults


def _buyers(shop: Shop) -> list[Fault]:
    faults: list[Fault] = []
    for changes, kind in (
        ({"email": "double@essai.example"}, "order.customer"),
        ({"email": "dort@essai.example"}, "order.customer"),
        ({"country": "XX"}, "country.unknown"),
        ({"country": ""}, "country.unknown"),
        ({"city": "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"}, "buyer.cut"),
        ({"last_name": "de la Rochefoucauld-Montmorency-Luxembourg"}, "buyer.cut"),
        ({"phone": "02 98 00 00 00 ou le soir au 06 12 34 56 78"}, "buyer.refused"),
        ({"postcode": "29000 CEDEX 9 BP"}, "buyer.refused"),
        ({"last_name": "Łukaszewicz"}, "buyer.letters"),
        ({"city": "Győr", "country": "HU"}, "buyer.letters"),
    ):
        faults.append((kind, _buy(shop, {"ASS001": 1}, billing=changes)))
    return faults


def _means(shop: Shop) -> list[Fault]:
    """What the shop's lists no longer have, or never had."""
    paid = _buy(shop, {"ASS001": 1})
    _edit(
        shop,
        paid,
        lambda data: data.update(payment_method="paypal_express", payment_method_title="PayPal Express"),
    )
    sent = _buy(shop, {"ASS001": 1})

    def by_carrier(data: dict[str, Any]) -> None:
        data["shipping_lines"][0].update(
            method_id="chrono_relais", instance_id="9", method_title="Chrono Relais"
        )

    _edit(shop, sent, by_carrier)
    abroad = _buy(shop, {"ASS001": 1})
    _edit(shop, abroad, lambda data: data.update(currency="CHF"))
    return [
        ("payment.unmapped", "paypal_express"),
        ("carrier.unmapped", "chrono_relais:9"),
        ("currency.order", "CHF"),
    ]


def _buy(
    shop: Shop,
    wishes: dict[str, int],
    *,
    gift_wrap: bool = False,
    coupon: str = "",
    billing: dict[str, str] | None = None,
) -> str:
    """The order's number."""
    wanted = [Wish(_id(shop, sku), quantity) for sku, quantity in wishes.items()]
    order = shop.buy(
        Purchase(wanted, billing={**BUYER, **(billing or {})}, gift_wrap=gift_wrap, coupon=coupon)
    )
    return str(order["id"])


def _edit(shop: Shop, number: str, change: Any) -> None:
    """As plug-ins do, behind the shop's back."""
    with shop.database.write() as db:
        data = json.loads(
            db.execute("SELECT data FROM orders WHERE id = ?", (int(number),)).fetchone()["data"]
        )
        change(data)
        db.execute("UPDATE orders SET data = ? WHERE id = ?", (json.dumps(data), int(number)))


def _id(shop: Shop, sku: str) -> int:
    return int(shop.database.read().execute("SELECT id FROM products WHERE sku = ?", (sku,)).fetchone()["id"])
