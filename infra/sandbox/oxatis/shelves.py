"""What the pages show: products with what may be bought of them, orders with their states."""

from decimal import Decimal
from typing import Any

from sandbox.oxatis.catalogue import CHILD, PARENT
from sandbox.oxatis.checkout import shown_price
from sandbox.oxatis.shop import OxatisShop
from sandbox.oxatis.trees import Tree, many, text, truth

Card = dict[str, Any]
WYSIWYG = "<!--#WYSIWYG#-->"
PAYMENTS = {
    "0": "annulé",
    "10": "erreur technique",
    "14": "banque contactée",
    "20": "en attente",
    "30": "refusé",
    "40": "confirmé",
}
LEVELS = ("Price", *(f"Price{n}" for n in range(1, 10)))


def cards(shop: OxatisShop, searched: str, shelf: str) -> list[Card]:
    products = shop.store.every("product")
    children: dict[str, list[Tree]] = {}
    for one in products:
        if text(one, "ProductType") == CHILD:
            children.setdefault(text(one, "ParentItemID/OxID"), []).append(one)
    found = [
        _card(one, children.get(one["OxID"], []))
        for one in products
        if text(one, "ProductType") != CHILD and _shown(one)
    ]
    wanted = searched.lower()
    return [
        card
        for card in found
        if (not wanted or wanted in card["name"].lower() or wanted in card["sku"].lower())
        and (not shelf or any(path.split("\\")[0] == shelf for path in card["categories"]))
    ]


def card(shop: OxatisShop, number: int) -> Card | None:
    found = shop.store.get("product", number)
    if found is None:
        return None
    if text(found, "ProductType") == CHILD:
        return card(shop, int(text(found, "ParentItemID/OxID")))
    return _card(found, shop.catalogue.children(found))


def menu(shop: OxatisShop) -> list[str]:
    names = {text(one, "Name").split("\\")[0] for one in shop.store.every("category")}
    return sorted(names)[:9]


def orders(shop: OxatisShop, email: str | None = None) -> list[Card]:
    states = {one["OxID"]: text(one, "NameFR") for one in shop.store.every("state")}
    found = shop.store.every("order")[::-1]
    return [
        {
            "number": one["OxID"], "date": text(one, "Date").replace("T", " ")[:16], "due": text(one, "NetAmountDue"),
            "payment": PAYMENTS.get(text(one, "PaymentStatusCode"), "?"), "waits": text(one, "PaymentStatusCode") == "20",
            "state": states.get(text(one, "ProgressStateID"), ""), "email": text(one, "UserEmail"),
            "invoice": text(one, "InvoiceID"), "invoice_url": text(one, "InvoiceURL"), "tracking": text(one, "TrackingNumber"),
            "carrier": text(one, "TransportName"), "lines": many(one, "OrderItems/Item"),
            "method": text(one, "PaymentMethodName"),
        }
        for one in found
        if email is None or (email and text(one, "UserEmail").lower() == email.lower())
    ][:100]  # fmt: skip


def _card(product: Tree, children: list[Tree]) -> Card:
    offers = [_offer(one) for one in (children or [product]) if _shown(one)]
    images = [text(one, "ImgFileName") for one in many(product, "ImagesList/ImageList")]
    prices = [offer["price"] for offer in offers if offer["price"]]
    return {
        "id": int(product["OxID"]), "sku": text(product, "ItemSKU"), "name": text(product, "Name"), "offers": offers,
        "images": images, "price": min(prices, default=Decimal(0)), "from": len(set(prices)) > 1,
        "stock": sum(offer["stock"] for offer in offers), "brand": text(product, "Brand/Name"),
        "summary": text(product, "Description").removeprefix(WYSIWYG),
        "description": text(product, "LongDescription").removeprefix(WYSIWYG),
        "categories": [path for n in range(1, 11) if (path := text(product, f"Category{n}/Name"))],
        "features": [(text(one, "Name"), [str(v) for v in many(one, "Value")]) for one in many(product, "Characteristics/One")],
        "packagings": many(product, "Packagings/Item"), "parent": text(product, "ProductType") == PARENT,
    }  # fmt: skip


def _offer(product: Tree) -> Card:
    rate = Decimal(text(product, "TaxRate") or "20")
    values = [value for n in (1, 2, 3) if (value := text(product, f"OptionValues{n}/Name"))]
    levels = [
        (n, text(product, f"{name}/Value"))
        for n, name in enumerate(LEVELS, start=1)
        if text(product, f"{name}/Value")
    ]
    stock = int(text(product, "QuantityInStock/Value") or 0)
    before = shown_price({"Price": product.get("StrikethroughPrice") or {}}, rate)
    return {
        "id": int(product["OxID"]), "sku": text(product, "ItemSKU"), "title": " · ".join(values),
        "price": shown_price(product, rate),
        "before": before, "stock": stock, "levels": levels[1:], "can_buy": stock > 0 or truth(text(product, "SaleIfOutOfStock")),
        "grids": [rule for rule in many(product, "DiscountRules/Rule") if truth(text(rule, "Active"))],
    }  # fmt: skip


def _shown(product: Tree) -> bool:
    return truth(text(product, "Visible")) and text(product, "State") != "3"
