"""Categories, tags, brands and the values of global attributes: all are WordPress terms."""

import sqlite3
from typing import Any

from sandbox.shop.database import Row
from sandbox.shop.refusals import Refusal, trash_not_supported
from sandbox.shop.wordpress import slugify, term_name, unique_slug

ROUTES = {"categories": "product_cat", "tags": "product_tag", "brands": "product_brand"}
LONGEST_NAME = 200
TAKEN = "SELECT 1 FROM terms WHERE slug = ? AND taxonomy = ?"


def create(db: sqlite3.Connection, taxonomy: str, body: dict[str, Any]) -> Row:
    name = term_name(str(body.get("name") or ""))
    parent = int(body.get("parent") or 0)
    _check(db, taxonomy, name, parent)
    existing = find(db, taxonomy, name, parent)
    if existing is not None:
        raise Refusal(
            "term_exists", "Un terme avec ce nom et ce parent existe déjà.", 400, resource_id=existing["id"]
        )
    wanted = slugify(str(body.get("slug") or name)) or "terme"
    slug = unique_slug(db, TAKEN, wanted, taxonomy)
    row = db.execute(
        "INSERT INTO terms (taxonomy, name, slug, parent, description, menu_order) VALUES (?, ?, ?, ?, ?, ?)",
        (taxonomy, name, slug, parent, str(body.get("description") or ""), int(body.get("menu_order") or 0)),
    )
    return get(db, taxonomy, int(row.lastrowid or 0))


def update(db: sqlite3.Connection, taxonomy: str, number: int, body: dict[str, Any]) -> Row:
    row = get(db, taxonomy, number, status=404)
    name = term_name(str(body["name"])) if body.get("name") is not None else row["name"]
    parent = int(body["parent"]) if body.get("parent") is not None else row["parent"]
    _check(db, taxonomy, name, parent)
    description = str(body["description"]) if body.get("description") is not None else row["description"]
    order = int(body["menu_order"]) if body.get("menu_order") is not None else row["menu_order"]
    db.execute(
        "UPDATE terms SET name = ?, parent = ?, description = ?, menu_order = ? WHERE id = ?",
        (name, parent, description, order, number),
    )
    return get(db, taxonomy, number)


def delete(db: sqlite3.Connection, taxonomy: str, number: int, force: bool) -> Row:
    row = get(db, taxonomy, number)
    if not force:
        raise trash_not_supported()
    db.execute("DELETE FROM product_terms WHERE term_id = ?", (number,))
    db.execute(
        "UPDATE terms SET parent = ? WHERE parent = ? AND taxonomy = ?", (row["parent"], number, taxonomy)
    )
    db.execute("DELETE FROM terms WHERE id = ?", (number,))
    return row


def get(db: sqlite3.Connection, taxonomy: str, number: int, status: int = 404) -> Row:
    row: Row | None = db.execute(
        "SELECT * FROM terms WHERE id = ? AND taxonomy = ?", (number, taxonomy)
    ).fetchone()
    if row is None:
        raise Refusal("woocommerce_rest_term_invalid", "La ressource n’existe pas.", status)
    return row


def find(db: sqlite3.Connection, taxonomy: str, name: str, parent: int | None = None) -> Row | None:
    """By name, without regard to case, as MySQL's usual collation compares."""
    rows = db.execute(
        "SELECT * FROM terms WHERE taxonomy = ? AND (? IS NULL OR parent = ?) AND slug LIKE ? || '%' ORDER BY id",
        (taxonomy, parent, parent, slugify(name)[:20]),
    )
    return next((row for row in rows if row["name"].casefold() == name.casefold()), None)


def ensure(db: sqlite3.Connection, taxonomy: str, name: str) -> Row:
    """The term of that name, made when missing: options of a global attribute, tags sent by name."""
    return find(db, taxonomy, term_name(name)) or create(db, taxonomy, {"name": name})


def count(db: sqlite3.Connection, number: int) -> int:
    query = """SELECT count(*) FROM product_terms t JOIN products p ON p.id = t.product_id
               WHERE t.term_id = ? AND p.status = 'publish'"""
    return int(db.execute(query, (number,)).fetchone()[0])


def show(db: sqlite3.Connection, row: Row) -> dict[str, Any]:
    shown = {key: row[key] for key in ("id", "name", "slug", "description")} | {"count": count(db, row["id"])}
    if row["taxonomy"] in ("product_cat", "product_brand"):
        shown |= {
            "parent": row["parent"],
            "display": "default",
            "image": None,
            "menu_order": row["menu_order"],
        }
    elif row["taxonomy"] != "product_tag":
        shown |= {"menu_order": row["menu_order"]}
    return shown


def of_product(db: sqlite3.Connection, number: int, taxonomy: str) -> list[dict[str, Any]]:
    query = """SELECT t.id, t.name, t.slug FROM terms t JOIN product_terms p ON p.term_id = t.id
               WHERE p.product_id = ? AND p.taxonomy = ? ORDER BY t.name"""
    return [dict(row) for row in db.execute(query, (number, taxonomy))]


def assign(db: sqlite3.Connection, product: int, taxonomy: str, numbers: list[int]) -> None:
    """Replaces the product's terms of this taxonomy; ids of no term are ignored, as WordPress does."""
    db.execute("DELETE FROM product_terms WHERE product_id = ? AND taxonomy = ?", (product, taxonomy))
    db.executemany(
        """INSERT OR IGNORE INTO product_terms (product_id, term_id, taxonomy)
           SELECT ?, id, taxonomy FROM terms WHERE id = ? AND taxonomy = ?""",
        [(product, number, taxonomy) for number in numbers],
    )


def _check(db: sqlite3.Connection, taxonomy: str, name: str, parent: int) -> None:
    if not name:
        raise Refusal("empty_term_name", "Un nom est nécessaire pour ce terme.", 400)
    if len(name) > LONGEST_NAME:
        raise Refusal("db_insert_error", "Impossible d’insérer le terme dans la base de données.", 500)
    if (
        parent
        and db.execute("SELECT 1 FROM terms WHERE id = ? AND taxonomy = ?", (parent, taxonomy)).fetchone()
        is None
    ):
        raise Refusal("woocommerce_rest_term_invalid", "Le terme parent n’existe pas.", 400)
