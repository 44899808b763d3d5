"""Global attributes, and the attributes that a product carries: the array sent replaces everything."""

import sqlite3
from typing import Any

from sandbox.shop import terms
from sandbox.shop.database import Row
from sandbox.shop.refusals import Refusal, trash_not_supported
from sandbox.shop.wordpress import clean, slugify

LONGEST_SLUG = 28


def taxonomy_of(row: Row) -> str:
    return f"pa_{row['slug']}"


def get(db: sqlite3.Connection, number: int) -> Row:
    row: Row | None = db.execute("SELECT * FROM attributes WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise Refusal("woocommerce_rest_taxonomy_invalid", "La ressource n’existe pas.", 404)
    return row


def create(db: sqlite3.Connection, body: dict[str, Any]) -> Row:
    name = clean(str(body.get("name") or ""))
    slug = slugify(str(body.get("slug") or name).removeprefix("pa_"))
    if not name or not slug:
        raise Refusal("missing_attribute_name", "Veuillez renseigner un nom d’attribut.", 400)
    if len(slug) > LONGEST_SLUG:
        raise Refusal(
            "invalid_product_attribute_slug_too_long",
            f"Le slug « {slug} » est trop long (28 caractères max).",
            400,
        )
    if db.execute("SELECT 1 FROM attributes WHERE slug = ?", (slug,)).fetchone() is not None:
        raise Refusal(
            "invalid_product_attribute_slug_already_exists", f"Le slug « {slug} » est déjà utilisé.", 400
        )
    row = db.execute("INSERT INTO attributes (name, slug) VALUES (?, ?)", (name, slug))
    return get(db, int(row.lastrowid or 0))


def delete(db: sqlite3.Connection, number: int, force: bool) -> Row:
    row = get(db, number)
    if not force:
        raise trash_not_supported()
    db.execute("DELETE FROM attributes WHERE id = ?", (number,))
    return row


def show(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "slug": taxonomy_of(row),
        "type": row["type"],
        "order_by": row["order_by"],
        "has_archives": bool(row["has_archives"]),
    }


def of_request(db: sqlite3.Connection, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a product will carry: {id, name, position, visible, variation, options}. A global attribute whose options
    are empty is dropped; the options of a global one are names of terms, made when missing; an option of a custom
    one that holds a « | » is cut there, because that is how they are stored."""
    kept = []
    for attribute in sent:
        number = int(attribute.get("id") or 0)
        options = attribute.get("options")
        values = [
            str(option)
            for option in (options if isinstance(options, list) else str(options or "").split("|"))
        ]
        common = {
            "position": int(attribute.get("position") or 0),
            "visible": bool(attribute.get("visible")),
            "variation": bool(attribute.get("variation")),
        }
        if number:
            row = get(db, number)
            names = [terms.ensure(db, taxonomy_of(row), value)["name"] for value in values if value.strip()]
            if names:
                kept.append({"id": number, "name": row["name"], **common, "options": names})
        elif attribute.get("name") and options is not None:
            cut = [part.strip() for value in values for part in value.split("|") if part.strip()]
            kept.append({"id": 0, "name": clean(str(attribute["name"])), **common, "options": cut})
    return kept


def of_variation(parent: list[dict[str, Any]], sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The choices of a variation: those that its parent does not list with `variation: true` are ignored, silently."""
    kept = []
    for choice in sent:
        for attribute in parent:
            same = (
                attribute["id"] == int(choice["id"])
                if choice.get("id")
                else slugify(attribute["name"]) == slugify(str(choice.get("name") or ""))
            )
            if same and attribute["variation"]:
                option = clean(str(choice.get("option") or ""))
                known = next((o for o in attribute["options"] if slugify(o) == slugify(option)), option)
                value = known if attribute["id"] else option
                kept.append({"id": attribute["id"], "name": attribute["name"], "option": value})
    return kept
