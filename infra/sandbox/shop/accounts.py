"""The customers' accounts of the shop, with WooCommerce's rules: one address each for billing and shipping, and whatever plug-ins
need in custom values."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.shop import queries
from sandbox.shop.database import dump, now, site_time
from sandbox.shop.order_view import ADDRESS
from sandbox.shop.product_fields import set_meta
from sandbox.shop.product_view import decode
from sandbox.shop.refusals import Refusal, invalid_param, trash_not_supported

JsonDict = dict[str, Any]
ORDERS = {"id": "id", "include": "id", "name": "username", "registered_date": "created"}
ROLES = ("all", "customer", "subscriber", "administrator", "shop_manager")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Accounts:
    def __init__(self, announce: Callable[[str, int], None]) -> None:
        self.announce = announce

    def get(self, db: sqlite3.Connection, number: int) -> JsonDict:
        row = db.execute("SELECT * FROM customers WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise Refusal("woocommerce_rest_invalid_id", "ID de ressource non valide.", 404)
        return decode(row)

    def create(self, db: sqlite3.Connection, body: JsonDict) -> JsonDict:
        email = self._email(str(body.get("email") or ""))
        if db.execute("SELECT 1 FROM customers WHERE email = ?", (email,)).fetchone():
            raise Refusal(
                "registration-error-email-exists", "Un compte existe déjà avec cette adresse e-mail.", 400
            )
        at, name = now(), str(body.get("username") or email.partition("@")[0])
        made = db.execute(
            "INSERT INTO customers (email, username, role, created, modified, data) VALUES (?, ?, ?, ?, ?, '{}')",
            (email, name, str(body.get("role") or "customer"), at, at),
        )
        number = int(made.lastrowid or 0)
        self._fill(db, number, {}, body)
        self.announce("customer.created", number)
        return self.get(db, number)

    def update(self, db: sqlite3.Connection, number: int, body: JsonDict) -> JsonDict:
        """What is absent stays, inside an address too."""
        found = self.get(db, number)
        email = found["email"]
        if "email" in body:
            email = self._email(str(body["email"]))
            query = "SELECT 1 FROM customers WHERE email = ? AND id <> ?"
            if db.execute(query, (email, number)).fetchone():
                raise Refusal(
                    "woocommerce_rest_customer_invalid_email", "L’adresse e-mail n’est pas valide.", 400
                )
        db.execute("UPDATE customers SET email = ?, modified = ? WHERE id = ?", (email, now(), number))
        self._fill(db, number, found["data"], body)
        self.announce("customer.updated", number)
        return self.get(db, number)

    def delete(self, db: sqlite3.Connection, number: int, force: bool) -> JsonDict:
        found = self.get(db, number)
        if not force:
            raise trash_not_supported()
        db.execute("DELETE FROM customers WHERE id = ?", (number,))
        self.announce("customer.deleted", number)
        return found

    def _fill(self, db: sqlite3.Connection, number: int, data: JsonDict, body: Mapping[str, Any]) -> None:
        for name in ("first_name", "last_name"):
            data[name] = str(body.get(name, data.get(name, "")))
        for kind, names in (("billing", (*ADDRESS, "email")), ("shipping", ADDRESS)):
            there = data.setdefault(kind, {})
            sent = body.get(kind) or {}
            if kind == "billing" and sent.get("email"):
                self._email(str(sent["email"]))
            there |= {name: str(sent[name]) for name in names if name in sent}
        for meta in body.get("meta_data") or []:
            set_meta(number, data.setdefault("meta", []), meta)
        db.execute("UPDATE customers SET data = ? WHERE id = ?", (dump(data), number))

    def _email(self, said: str) -> str:
        if not EMAIL.fullmatch(said):
            raise Refusal("customer_invalid_email", "Adresse e-mail non valide", 400)
        return said


def wanted(query: Mapping[str, str]) -> queries.Wanted:
    """There is no filter by date of change, and a list shows customers only unless all roles are asked for."""
    order, direction, role = (
        query.get("orderby", "name"),
        query.get("order", "asc"),
        query.get("role", "customer"),
    )
    if order not in ORDERS:
        raise invalid_param("orderby", f"orderby n’est pas l’un de {', '.join(ORDERS)}.")
    if role not in ROLES:
        raise invalid_param("role", f"role n’est pas l’un de {', '.join(ROLES)}.")
    dates = ("after", "before", "modified_after", "modified_before", "orderby")
    found = queries.wanted({name: value for name, value in query.items() if name not in dates})
    found.order = f"{ORDERS[order]} {direction}, id {direction}"
    if role != "all":
        found.demand("role = ?", role)
    if query.get("email"):
        found.demand("email = ?", query["email"])
    if query.get("search"):
        found.demand("(email LIKE ? OR username LIKE ?)", *[f"%{query['search']}%"] * 2)
    return found


def show(row: JsonDict) -> JsonDict:
    data = row["data"]
    return {
        "id": row["id"],
        "date_created": site_time(row["created"]),
        "date_created_gmt": row["created"],
        "date_modified": site_time(row["modified"]),
        "date_modified_gmt": row["modified"],
        "email": row["email"],
        "first_name": data.get("first_name", ""),
        "last_name": data.get("last_name", ""),
        "role": row["role"],
        "username": row["username"],
        "billing": {name: data.get("billing", {}).get(name, "") for name in (*ADDRESS, "email")},
        "shipping": {name: data.get("shipping", {}).get(name, "") for name in ADDRESS},
        "is_paying_customer": False,
        "avatar_url": "",
        "meta_data": data.get("meta", []),
    }
