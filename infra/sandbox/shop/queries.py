"""Lists of products, variations and orders: WooCommerce's filters, as SQL."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.shop.database import SITE_ZONE
from sandbox.shop.refusals import Refusal, invalid_param

LARGEST_PAGE = 100
ORDERABLE = {
    "date": "created",
    "id": "id",
    "title": "name",
    "slug": "slug",
    "modified": "modified",
    "include": "id",
}


@dataclass
class Wanted:
    """The common parameters of lists, checked."""

    page: int
    per_page: int
    offset: int
    order: str
    where: list[str] = field(default_factory=lambda: ["1 = 1"])
    arguments: list[Any] = field(default_factory=list)

    def demand(self, condition: str, *arguments: Any) -> None:
        self.where.append(condition)
        self.arguments += arguments

    def among(self, column: str, values: list[Any]) -> None:
        self.demand(f"{column} IN ({', '.join('?' * len(values)) or 'NULL'})", *values)

    def rows(self, db: sqlite3.Connection, table: str) -> tuple[list[sqlite3.Row], int]:
        """The rows of the page, and how many there are in all."""
        where = " AND ".join(self.where)
        total = int(db.execute(f"SELECT count(*) FROM {table} WHERE {where}", self.arguments).fetchone()[0])
        query = f"SELECT * FROM {table} WHERE {where} ORDER BY {self.order} LIMIT ? OFFSET ?"
        return db.execute(query, (*self.arguments, self.per_page, self.offset)).fetchall(), total


def wanted(query: Mapping[str, str], *, gmt_default: bool = False) -> Wanted:
    """Paging, order, dates and ids. Refuses what WordPress refuses, above all pages of more than 100."""
    per_page = _number(query, "per_page", 10, 1, LARGEST_PAGE)
    page = _number(query, "page", 1, 1, None)
    offset = _number(query, "offset", (page - 1) * per_page, 0, None)
    column, direction = query.get("orderby", "date"), query.get("order", "desc")
    if column not in ORDERABLE:
        raise invalid_param("orderby", f"orderby n’est pas l’un de {', '.join(ORDERABLE)}.")
    if direction not in ("asc", "desc"):
        raise invalid_param("order", "order n’est pas l’un de asc, desc.")
    ordered = f"{ORDERABLE[column]} {direction}, id {direction}" if column != "id" else f"id {direction}"
    found = Wanted(page, per_page, offset, ordered)
    gmt = query.get("dates_are_gmt", str(gmt_default)).lower() in ("true", "1")
    for name, condition in (
        ("after", "created > ?"),
        ("before", "created < ?"),
        ("modified_after", "modified > ?"),
        ("modified_before", "modified < ?"),
    ):
        if query.get(name):
            found.demand(condition, _date(name, query[name], gmt))
    if query.get("include"):
        found.among("id", _numbers(query["include"]))
    if query.get("exclude"):
        exclude = _numbers(query["exclude"])
        found.demand(f"id NOT IN ({', '.join('?' * len(exclude))})", *exclude)
    return found


def products(query: Mapping[str, str]) -> Wanted:
    found = wanted(query)
    look_up = any(query.get(name) for name in ("sku", "search_sku", "global_unique_id"))
    if not look_up:  # look-ups by key return variations too
        found.demand("parent_id = 0")
    if query.get("sku"):
        skus = query["sku"].split(",")
        found.among("sku", [*skus, query["sku"]] if len(skus) > 1 else skus)
        found.demand("sku <> ''")
    elif query.get("search_sku"):
        found.demand("sku LIKE ?", f"%{query['search_sku']}%")
    if query.get("global_unique_id"):
        found.among("global_unique_id", [part.strip() for part in query["global_unique_id"].split(",")])
        found.demand("global_unique_id <> ''")
    status = query.get("status", "any")
    if status == "any":  # « any » leaves the trash out
        found.demand("status NOT IN ('trash', 'auto-draft')")
    else:
        found.demand("status = ?", status)
    for name in ("type", "slug", "stock_status"):
        if query.get(name):
            found.demand(f"{name} = ?", query[name])
    for name in ("category", "tag", "brand"):
        if query.get(name):
            marks = _numbers(query[name])
            inner = f"SELECT product_id FROM product_terms WHERE term_id IN ({', '.join('?' * len(marks))})"
            found.demand(f"id IN ({inner})", *marks)
    if query.get("search"):
        found.demand(
            "id IN (SELECT rowid FROM product_search WHERE product_search MATCH ?)", match(query["search"])
        )
    return found


def variations(query: Mapping[str, str], parent: int | None) -> Wanted:
    """Of one product, or of all (`/variations`, WooCommerce 10.3 and later)."""
    found = wanted(query)
    if parent is None:
        found.demand("parent_id > 0")
    else:
        found.demand("parent_id = ?", parent)
    if query.get("sku"):
        found.among("sku", query["sku"].split(","))
    if query.get("status", "any") != "any":
        found.demand("status = ?", query["status"])
    return found


def orders(query: Mapping[str, str], known: Mapping[str, str]) -> Wanted:
    found = wanted(query)
    statuses = [part.strip() for part in query.get("status", "any").split(",")]
    if "any" in statuses:
        found.demand("status NOT IN ('trash', 'checkout-draft')")
    else:
        unknown = [status for status in statuses if status not in known and status != "trash"]
        if unknown:
            raise invalid_param("status", f"status[0] n’est pas l’un de any, trash, {', '.join(known)}.")
        found.among("status", statuses)
    if query.get("search"):
        found.demand("(email LIKE ? OR id = ?)", f"%{query['search']}%", query["search"])
    return found


def match(text: str) -> str:
    """Words of a search as an FTS5 expression: each must begin some word of the product."""
    words = re.findall(r"\w+", text)
    return " ".join(f'"{word}"*' for word in words) or '""'


def _number(query: Mapping[str, str], name: str, default: int, least: int, most: int | None) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"-?\d+", text):
        raise invalid_param(name, f"{name} n’est pas du type integer.")
    number = int(text)
    if number < least or (most is not None and number > most):
        raise invalid_param(name, f"{name} doit être compris entre {least} (inclus) et {most} (inclus)")
    return number


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def _date(name: str, text: str, gmt: bool) -> str:
    """As the tables keep it: UTC. Without `dates_are_gmt` the site's own time is meant."""
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(
            "rest_invalid_param",
            f"Paramètre(s) non valide(s) : {name}",
            400,
            params={name: "Date non valide."},
        ) from None
    zone = parsed.tzinfo or (UTC if gmt else SITE_ZONE)
    return parsed.replace(tzinfo=zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
