"""What the storefront shows of the catalogue: cards, categories, product pages, with prices as the customer pays them."""

import html
import sqlite3
import time
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.shop import media, queries, terms
from sandbox.shop.database import now
from sandbox.shop.product_view import decode, on_sale, price_of
from sandbox.shop.shop import Shop

PER_PAGE = 24
_PUBLISHED = "p.parent_id = 0 AND p.status = 'publish' AND p.catalog_visibility IN ('visible', '{where}')"
SHOWN, FOUND = _PUBLISHED.format(where="catalog"), _PUBLISHED.format(where="search")
JsonDict = dict[str, Any]


@dataclass
class Card:
    number: int
    name: str
    slug: str
    kind: str
    """Name of its category: colours the drawing."""
    price: Decimal | None
    before: Decimal | None
    from_price: bool
    stock: str
    available: bool
    picture: JsonDict | None


@dataclass
class Shelf:
    id: int
    name: str
    slug: str
    parent: int
    count: int


class Shelves:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._shelves: list[Shelf] = []
        self._counted = -1
        """`Database.commits` when they were counted."""
        self._fresh_until = 0.0

    # ------------------------------------------------------------------------------------------- categories

    def categories(self) -> list[Shelf]:
        """Those that hold something for sale, with how much. Counted anew after a change; while a large catalogue is
        being written, at most a tenth of the time goes into counting."""
        begun = time.monotonic()
        if self.shop.database.commits != self._counted and begun > self._fresh_until:
            self._counted = self.shop.database.commits
            query = f"""SELECT t.id, t.name, t.slug, t.parent, count(p.id) FROM terms t
                        LEFT JOIN product_terms x ON x.term_id = t.id LEFT JOIN products p ON p.id = x.product_id AND {SHOWN}
                        WHERE t.taxonomy = 'product_cat' GROUP BY t.id ORDER BY t.menu_order, t.name"""
            found = [
                Shelf(r[0], html.unescape(r[1]), r[2], r[3], r[4])
                for r in self.shop.database.read().execute(query)
            ]
            by_id = {shelf.id: shelf for shelf in found}
            own = {shelf.id: shelf.count for shelf in found}
            for shelf in found:  # a parent counts what its children hold
                above, seen = by_id.get(shelf.parent), {shelf.id}
                while above is not None and above.id not in seen:
                    seen.add(above.id)
                    above.count += own[shelf.id]
                    above = by_id.get(above.parent)
            self._shelves = [shelf for shelf in found if shelf.count]
            self._fresh_until = time.monotonic() + 10 * (time.monotonic() - begun)
        return self._shelves

    def below(self, shelf: Shelf) -> list[int]:
        """The ids of a category and of all under it."""
        ids, found = [shelf.id], {shelf.id}
        for number in ids:
            fresh = [s.id for s in self.categories() if s.parent == number and s.id not in found]
            ids += fresh
            found.update(fresh)
        return ids

    # ------------------------------------------------------------------------------------------------ cards

    def newest(self, limit: int) -> list[Card]:
        return self._cards(f"SELECT p.* FROM products p WHERE {SHOWN} ORDER BY p.id DESC LIMIT ?", (limit,))

    def of_category(self, shelf: Shelf, page: int) -> tuple[list[Card], int]:
        ids = self.below(shelf)
        inner = (
            f"p.id IN (SELECT product_id FROM product_terms WHERE term_id IN ({', '.join('?' * len(ids))}))"
        )
        return self._page(f"{SHOWN} AND {inner}", tuple(ids), page)

    def search(self, text: str, page: int) -> tuple[list[Card], int]:
        inner = "p.id IN (SELECT rowid FROM product_search WHERE product_search MATCH ?)"
        return self._page(f"{FOUND} AND {inner}", (queries.match(text),), page)

    def all(self, page: int) -> tuple[list[Card], int]:
        return self._page(SHOWN, (), page)

    def _page(self, where: str, arguments: tuple[Any, ...], page: int) -> tuple[list[Card], int]:
        db = self.shop.database.read()
        total = db.execute(f"SELECT count(*) FROM products p WHERE {where}", arguments).fetchone()[0]
        query = (
            f"SELECT p.* FROM products p WHERE {where} ORDER BY p.menu_order, p.name, p.id LIMIT ? OFFSET ?"
        )
        return self._cards(query, (*arguments, PER_PAGE, (page - 1) * PER_PAGE)), total

    def _cards(self, query: str, arguments: tuple[Any, ...]) -> list[Card]:
        db = self.shop.database.read()
        return [self.card(db, decode(row)) for row in db.execute(query, arguments).fetchall()]

    def card(self, db: sqlite3.Connection, product: JsonDict) -> Card:
        offers = self.offers(db, product)
        prices = [offer["shown"] for offer in offers if offer["shown"] is not None]
        best = min(prices, default=None)
        cheapest = next((offer for offer in offers if offer["shown"] == best), None)
        pictures = self.pictures(db, product)
        return Card(
            number=product["id"],
            name=html.unescape(product["name"]),
            slug=product["slug"],
            kind=self.kind(db, product),
            price=best,
            before=cheapest["before"] if cheapest else None,
            from_price=len(set(prices)) > 1,
            stock=stock_of(offers),
            available=any(offer["available"] for offer in offers),
            picture=pictures[0] if pictures else None,
        )

    # ---------------------------------------------------------------------------------------- product pages

    def by_slug(self, slug: str) -> JsonDict | None:
        query = "SELECT p.* FROM products p WHERE p.slug = ? AND p.parent_id = 0 AND p.status = 'publish'"
        row = self.shop.database.read().execute(query, (slug,)).fetchone()
        return None if row is None else decode(row)

    def offers(self, db: sqlite3.Connection, product: JsonDict) -> list[JsonDict]:
        """What can be bought: the product itself or its variations, with `shown` (price with VAT), `before`, `stock`,
        `available` and `choices` (axis → value)."""
        rows = [product]
        if product["type"] == "variable":
            query = (
                "SELECT * FROM products WHERE parent_id = ? AND status = 'publish' ORDER BY menu_order, id"
            )
            rows = [decode(row) for row in db.execute(query, (product["id"],))]
        for row in rows:
            rate = self.rate(row, product)
            asked = price_of(row)
            row["shown"] = self.with_tax(asked, rate)
            row["before"] = self.with_tax(row["regular_price"], rate) if on_sale(row, now()) else None
            row["rate"] = rate
            row["stock"], row["available"] = stock_text(row)
            row["available"] = row["available"] and row["shown"] is not None
            row["choices"] = {
                choice["name"]: html.unescape(choice["option"]) for choice in row["data"].get("choices", [])
            }
        return rows

    def axes(self, product: JsonDict, offers: list[JsonDict]) -> dict[str, list[str]]:
        """Axis → values on offer, in the order of the parent's list."""
        found = {}
        for attribute in product["data"].get("attributes", []):
            if attribute["variation"]:
                there = {offer["choices"].get(attribute["name"]) for offer in offers}
                options = [html.unescape(option) for option in attribute["options"]]
                found[attribute["name"]] = [option for option in options if option in there]
        return found

    def features(self, product: JsonDict) -> list[tuple[str, str]]:
        return [
            (attribute["name"], ", ".join(html.unescape(option) for option in attribute["options"]))
            for attribute in product["data"].get("attributes", [])
            if attribute["visible"] and not attribute["variation"]
        ]

    def words(self, db: sqlite3.Connection, product: JsonDict, taxonomy: str) -> list[str]:
        return [html.unescape(term["name"]) for term in terms.of_product(db, product["id"], taxonomy)]

    def related(self, db: sqlite3.Connection, product: JsonDict) -> list[Card]:
        """What the product's page proposes beside it."""
        numbers = product["data"].get("upsell_ids", [])[:4]
        query = f"SELECT p.* FROM products p WHERE {SHOWN} AND p.id IN ({', '.join('?' * len(numbers))})"
        return self._cards(query, tuple(numbers)) if numbers else []

    def pictures(self, db: sqlite3.Connection, product: JsonDict) -> list[JsonDict]:
        found = (media.show(db, number, "") for number in product["data"].get("images", []))
        return [picture for picture in found if picture]

    def kind(self, db: sqlite3.Connection, product: JsonDict) -> str:
        categories = terms.of_product(db, product["id"], "product_cat")
        return html.unescape(categories[0]["name"]) if categories else ""

    def rate(self, offer: JsonDict, product: JsonDict) -> Decimal:
        if product["tax_status"] != "taxable":
            return Decimal(0)
        found = self.shop.options.rate_of(offer["tax_class"] or product["tax_class"])
        return found[1] if found else Decimal(0)

    def with_tax(self, price: str, rate: Decimal) -> Decimal | None:
        if not price:
            return None
        amount = Decimal(price)
        if not self.shop.options.yes("prices_include_tax"):
            amount = amount * (100 + rate) / 100
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def dimensions(offer: JsonDict, product: JsonDict) -> str:
    """« 25 × 12,5 × 5 »; empty unless all three are there."""
    held = offer["data"].get("dimensions") or product["data"].get("dimensions") or {}
    sides = [str(held.get(name) or "").replace(".", ",") for name in ("length", "width", "height")]
    return " × ".join(sides) if all(sides) else ""


def for_search_engines(product: JsonDict) -> tuple[str, str]:
    """Title and description, as Yoast SEO puts them into the page's head."""
    held = {entry["key"]: str(entry["value"]) for entry in product["data"].get("meta", [])}
    return held.get("_yoast_wpseo_title", ""), held.get("_yoast_wpseo_metadesc", "")


def stock_text(row: JsonDict) -> tuple[str, bool]:
    """What the customer reads, and whether it can be bought."""
    if not row["manage_stock"]:
        gone = row["stock_status"] == "outofstock"
        return ("Épuisé", False) if gone else ("En stock", True)
    quantity = row["stock_quantity"] or 0
    if quantity > 0:
        return f"{quantity} en stock", True
    return ("Épuisé", False) if row["backorders"] == "no" else ("Sur commande", True)


def stock_of(offers: list[JsonDict]) -> str:
    """For a card: the sum over its variations."""
    if all(offer["manage_stock"] for offer in offers) and offers:
        whole = sum(max(0, offer["stock_quantity"] or 0) for offer in offers)
        if whole:
            return f"{whole} en stock"
    return next((offer["stock"] for offer in offers if offer["available"]), "Épuisé")
