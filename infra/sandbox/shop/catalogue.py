"""Creating, changing and removing products and variations, each with its events for the webhooks."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.shop.database import dump, now
from sandbox.shop.product_fields import Fields
from sandbox.shop.product_view import decode
from sandbox.shop.refusals import Refusal, trash_not_supported

JsonDict = dict[str, Any]
COLUMNS = ("parent_id", "type", "status", "status_before_trash", "name", "slug", "sku", "global_unique_id", "regular_price",
           "sale_price", "sale_from", "sale_to", "tax_status", "tax_class", "manage_stock", "stock_quantity",
           "backorders", "stock_status", "catalog_visibility", "menu_order", "created", "modified", "data")  # fmt: skip
_UPDATE = f"UPDATE products SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE id = ?"
VARIATION_ROUTE = "Pour manipuler des variations, utilisez /products/<product_id>/variations/<id>."


class Catalogue:
    def __init__(self, fields: Fields, announce: Callable[[str, int], None]) -> None:
        self.fields = fields
        self.announce = announce
        """Called inside the transaction with (topic, id); what it does waits for the commit."""

    # ------------------------------------------------------------------------------------------ products

    def get(self, db: sqlite3.Connection, number: int, status: int = 404) -> JsonDict:
        row = db.execute("SELECT * FROM products WHERE id = ? AND parent_id = 0", (number,)).fetchone()
        if row is None:
            raise Refusal("woocommerce_rest_product_invalid_id", "ID non valide.", status)
        return decode(row)

    def create(self, db: sqlite3.Connection, body: JsonDict) -> JsonDict:
        if body.get("id"):
            raise Refusal("woocommerce_rest_product_exists", "Impossible de créer produit existant.", 400)
        kind = body.get("type") or "simple"
        product = self._blank(
            db, kind if kind in ("simple", "variable", "grouped", "external") else "simple", 0
        )
        return self._save(db, product, body, "product.created")

    def update(self, db: sqlite3.Connection, number: int, body: JsonDict) -> JsonDict:
        row = db.execute("SELECT * FROM products WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise Refusal("woocommerce_rest_product_invalid_id", "ID non valide.", 400)
        product = decode(row)
        if product["type"] == "variation":
            raise Refusal("woocommerce_rest_invalid_product_id", VARIATION_ROUTE, 404)
        if body.get("type") in ("simple", "variable", "grouped", "external"):
            product["type"] = body["type"]
        return self._save(db, product, body, "product.updated")

    def delete(self, db: sqlite3.Connection, number: int, force: bool) -> JsonDict:
        product = self.get(db, number)
        if force:
            for child in db.execute("SELECT id FROM products WHERE parent_id = ?", (number,)).fetchall():
                self._remove(db, child["id"])
            self._remove(db, number)
        elif product["status"] == "trash":
            raise Refusal("woocommerce_rest_already_trashed", "L’élément a déjà été supprimé.", 410)
        else:
            product["status_before_trash"], product["status"] = product["status"], "trash"
            self._store(db, product)
        self.announce("product.deleted", number)
        return product

    # ---------------------------------------------------------------------------------------- variations

    def variation(self, db: sqlite3.Connection, parent: int, number: int) -> JsonDict:
        query = "SELECT * FROM products WHERE id = ? AND parent_id = ?"
        row = db.execute(query, (number, parent)).fetchone() if parent else None
        if row is None:
            raise Refusal("woocommerce_rest_product_variation_invalid_id", "ID non valide.", 404)
        return decode(row)

    def parent(self, db: sqlite3.Connection, number: int) -> JsonDict:
        row = db.execute("SELECT * FROM products WHERE id = ? AND parent_id = 0", (number,)).fetchone()
        if row is None:
            raise Refusal(
                "woocommerce_rest_product_variation_invalid_parent", "Produit parent non valide.", 404
            )
        return decode(row)

    def create_variation(self, db: sqlite3.Connection, parent: int, body: JsonDict) -> JsonDict:
        owner = self.parent(db, parent)
        product = self._blank(db, "variation", parent)
        product["parent_attributes"] = owner["data"].get("attributes", [])
        return self._save(db, product, body, "product.updated")

    def update_variation(self, db: sqlite3.Connection, parent: int, number: int, body: JsonDict) -> JsonDict:
        owner = self.parent(db, parent)
        product = self.variation(db, parent, number)
        product["parent_attributes"] = owner["data"].get("attributes", [])
        return self._save(db, product, body, "product.updated")

    def delete_variation(self, db: sqlite3.Connection, parent: int, number: int, force: bool) -> JsonDict:
        product = self.variation(db, parent, number)
        if not force:
            raise trash_not_supported()
        self._remove(db, number)
        self.announce("product.deleted", number)
        return product

    # --------------------------------------------------------------------------------------------- rows

    def _blank(self, db: sqlite3.Connection, kind: str, parent: int) -> JsonDict:
        at = now()
        row = db.execute(
            "INSERT INTO products (parent_id, type, status, created, modified) VALUES (?, ?, 'publish', ?, ?)",
            (parent, kind, at, at),
        )
        return decode(db.execute("SELECT * FROM products WHERE id = ?", (row.lastrowid,)).fetchone())

    def _save(self, db: sqlite3.Connection, product: JsonDict, body: JsonDict, topic: str) -> JsonDict:
        self.fields.apply(db, product, body)
        product["modified"] = now()  # even when nothing differs: WordPress records the saving itself
        self._store(db, product)
        self.announce(topic, product["id"])
        return product

    def _store(self, db: sqlite3.Connection, product: JsonDict) -> None:
        values = [dump(product["data"]) if name == "data" else product[name] for name in COLUMNS]
        db.execute(_UPDATE, (*values, product["id"]))
        if product["parent_id"] == 0:
            words = (product["id"], product["name"], product["sku"])
            known = db.execute(
                "SELECT name, sku FROM product_search WHERE rowid = ?", (product["id"],)
            ).fetchone()
            if known is None or tuple(known) != words[1:]:
                db.execute("DELETE FROM product_search WHERE rowid = ?", (product["id"],))
                db.execute("INSERT INTO product_search (rowid, name, sku) VALUES (?, ?, ?)", words)

    def _remove(self, db: sqlite3.Connection, number: int) -> None:
        db.execute("DELETE FROM product_terms WHERE product_id = ?", (number,))
        db.execute("DELETE FROM product_search WHERE rowid = ?", (number,))
        db.execute("DELETE FROM products WHERE id = ?", (number,))
