"""Orders after they were placed: their status and what follows from it, changes by the API, refunds, notes."""

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sandbox.shop import totals
from sandbox.shop.database import dump, load, now
from sandbox.shop.options import Options
from sandbox.shop.product_fields import set_meta, stock_status
from sandbox.shop.product_view import decode
from sandbox.shop.refusals import Refusal, invalid_param

JsonDict = dict[str, Any]
PAID = ("processing", "completed")
TAKES_STOCK = ("processing", "on-hold", "completed")
GIVES_STOCK_BACK = ("cancelled", "pending")
RECOMPUTING = ("billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines")
"""TRAP: an update that carries any of these computes taxes and totals anew, with today's rates."""
PLAIN = ("customer_note", "payment_method", "payment_method_title", "transaction_id", "customer_id")


class Orders:
    def __init__(self, options: Options, announce: Callable[[str, int], None]) -> None:
        self.options = options
        self.announce = announce

    @property
    def rules(self) -> totals.Rules:
        return totals.Rules(self.options.yes("prices_include_tax"), self.options.yes("tax_round_at_subtotal"))

    def get(self, db: sqlite3.Connection, number: int, status: int = 404) -> JsonDict:
        row = db.execute("SELECT * FROM orders WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise Refusal("woocommerce_rest_shop_order_invalid_id", "ID non valide.", status)
        return decode(row)

    def update(self, db: sqlite3.Connection, number: int, body: JsonDict) -> JsonDict:
        sent = {name: value for name, value in body.items() if value is not None}
        order = self.get(db, number, 400)
        data = order["data"]
        for name in PLAIN:
            if name in sent:
                data[name] = sent[name]
        for meta in sent.get("meta_data", []):
            set_meta(number, data.setdefault("meta", []), meta)
        for name in ("billing", "shipping"):
            if name in sent:
                data[name] = {**data.get(name, {}), **sent[name]}
        if "billing" in sent:
            order["email"] = data["billing"].get("email", "")
        for name in ("line_items", "shipping_lines", "fee_lines"):
            if name in sent:
                change_items(order, name, sent[name])
        if any(name in sent for name in RECOMPUTING):
            self.recompute(order)
        if sent.get("set_paid"):
            self.set_status(db, order, "processing")
        if "status" in sent:
            if sent["status"] not in (*self.options.get("statuses"), "trash"):
                raise invalid_param("status", f"Statut de commande inconnu : {sent['status']}")
            self.set_status(db, order, sent["status"])
        self.save(db, order)
        self.announce("order.updated", number)
        return order

    def delete(self, db: sqlite3.Connection, number: int, force: bool) -> JsonDict:
        order = self.get(db, number)
        if force:
            db.execute("DELETE FROM orders WHERE id = ?", (number,))
        elif order["status"] == "trash":
            raise Refusal("woocommerce_rest_already_trashed", "L’élément a déjà été supprimé.", 410)
        else:
            order["status"] = "trash"
            self.save(db, order)
        self.announce("order.deleted", number)
        return order

    def set_status(self, db: sqlite3.Connection, order: JsonDict, status: str) -> None:
        before, data = order["status"], order["data"]
        if before == status:
            return
        order["status"] = status
        if status in PAID and not data.get("date_paid"):
            data["date_paid"] = now()
        if status == "completed":
            data["date_completed"] = now()
        if status in TAKES_STOCK and not order["stock_reduced"]:
            self.move_stock(db, order, -1)
        elif status in GIVES_STOCK_BACK and order["stock_reduced"]:
            self.move_stock(db, order, 1)
        names = self.options.get("statuses")
        text = f"Le statut de la commande est passé de {names.get(before, before)} à {names.get(status, status)}."
        self.note(db, order["id"], text)

    def move_stock(self, db: sqlite3.Connection, order: JsonDict, sign: int) -> None:
        """TRAP kept on purpose: stock moved by orders does not touch the product's modification date."""
        for line in order["data"]["line_items"]:
            change_stock(db, line["variation_id"] or line["product_id"], sign * int(line["quantity"]))
        order["stock_reduced"] = int(sign < 0)

    def recompute(self, order: JsonDict) -> None:
        """All taxes from the net amounts at today's rates, then all totals."""
        data, lines = order["data"], []
        for item in data["line_items"]:
            rate = self.options.rate_of(item["tax_class"])
            line = totals.Line(Decimal(0), int(item["quantity"]), rate)
            line.subtotal, line.total = Decimal(item["subtotal"]), Decimal(item["total"])
            if rate is not None:
                line.subtotal_taxes = {rate[0]: (line.subtotal * rate[1] / 100).quantize(totals.STORED)}
                line.taxes = {rate[0]: (line.total * rate[1] / 100).quantize(totals.STORED)}
            line.subtotal_tax = totals.rounded_tax(line.subtotal_taxes, self.rules)
            line.total_tax = totals.rounded_tax(line.taxes, self.rules)
            item.update(line_amounts(line))
            lines.append(line)
        shipping = [
            totals.Extra(Decimal(s["total"]), self.options.shipping_rate()) for s in data["shipping_lines"]
        ]
        fees = [
            totals.Extra(Decimal(f["total"]), self.options.rate_of(f["tax_class"])) for f in data["fee_lines"]
        ]
        totals.compute_extras(lines, shipping, fees)
        for extra, item in zip(
            (*shipping, *fees), (*data["shipping_lines"], *data["fee_lines"]), strict=True
        ):
            item.update(extra_amounts(extra))
        put_totals(order, totals.add_up(lines, shipping, fees, self.rules), self.options)

    def save(self, db: sqlite3.Connection, order: JsonDict) -> None:
        order["modified"] = now()
        db.execute(
            "UPDATE orders SET status = ?, email = ?, modified = ?, stock_reduced = ?, data = ? WHERE id = ?",
            (
                order["status"],
                order["email"],
                order["modified"],
                order["stock_reduced"],
                dump(order["data"]),
                order["id"],
            ),
        )

    # ------------------------------------------------------------------------------------ notes and refunds

    def note(
        self,
        db: sqlite3.Connection,
        order: int,
        text: str,
        *,
        customer: bool = False,
        author: str = "WooCommerce",
    ) -> int:
        row = db.execute(
            "INSERT INTO order_notes (order_id, author, note, customer_note, created) VALUES (?, ?, ?, ?, ?)",
            (order, author, text, int(customer), now()),
        )
        return int(row.lastrowid or 0)

    def refund(self, db: sqlite3.Connection, number: int, body: JsonDict) -> JsonDict:
        """TRAP kept on purpose: `api_refund` and `api_restock` are true unless the request says otherwise."""
        order = self.get(db, number)
        amount = Decimal(str(body.get("amount") or "0"))
        already = sum((Decimal(load(r["data"])["amount"]) for r in refunds_of(db, number)), Decimal(0))
        left = Decimal(order["data"]["total"]) - already
        if not 0 < amount <= left:
            raise Refusal(
                "woocommerce_rest_invalid_order_refund_amount", "Montant de remboursement non valide.", 400
            )
        given_back: dict[str, list[JsonDict]] = {"line_items": [], "shipping_lines": [], "fee_lines": []}
        for asked in body.get("line_items", []):
            kind, line = _line_of(order["data"], int(asked["id"]))
            given_back[kind].append(_given_back(line, asked))
            if kind == "line_items" and body.get("api_restock", True):
                change_stock(db, line["variation_id"] or line["product_id"], int(asked.get("quantity") or 0))
        data = {
            "amount": format(amount, "f"),
            "reason": str(body.get("reason") or ""),
            "refunded_payment": bool(body.get("api_refund", True)),
            **given_back,
        }
        row = db.execute(
            "INSERT INTO refunds (order_id, created, data) VALUES (?, ?, ?)", (number, now(), dump(data))
        )
        if amount == left:
            self.set_status(db, order, "refunded")
        self.save(db, order)
        self.announce("order.updated", number)
        return {"id": int(row.lastrowid or 0), "created": now(), "data": data}


def _line_of(data: JsonDict, number: int) -> tuple[str, JsonDict]:
    for kind in ("line_items", "shipping_lines", "fee_lines"):
        for line in data[kind]:
            if line["id"] == number:
                return kind, line
    raise Refusal("woocommerce_rest_invalid_item_id", "Article de commande non valide.", 400)


def _given_back(line: JsonDict, asked: JsonDict) -> JsonDict:
    """The same line below zero, with the taxes that were asked to be given back."""
    taxes = [
        {
            "id": one["id"],
            "total": f"-{one.get('refund_total') or 0}",
            "subtotal": f"-{one.get('refund_total') or 0}",
        }
        for one in asked.get("refund_tax", [])
    ]
    total_tax = sum((Decimal(one["total"]) for one in taxes), Decimal(0))
    below = {
        "total": f"-{asked.get('refund_total') or 0}",
        "total_tax": format(total_tax, "f"),
        "taxes": taxes,
    }
    quantity = {"quantity": -int(asked.get("quantity") or 0)} if "quantity" in line else {}
    return {**line, **below, **quantity, "of": line["id"]}


def refunds_of(db: sqlite3.Connection, order: int) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM refunds WHERE order_id = ? ORDER BY id", (order,)).fetchall()


def change_stock(db: sqlite3.Connection, number: int, by: int) -> None:
    row = db.execute("SELECT * FROM products WHERE id = ? AND manage_stock = 1", (number,)).fetchone()
    if row is not None:
        product = {**dict(row), "stock_quantity": (row["stock_quantity"] or 0) + by}
        db.execute(
            "UPDATE products SET stock_quantity = ?, stock_status = ? WHERE id = ?",
            (product["stock_quantity"], stock_status(product), number),
        )


def change_items(order: JsonDict, kind: str, sent: list[JsonDict]) -> None:
    """Existing items by id (a null or zero quantity removes a line), others are added as they are given."""
    items = order["data"][kind]
    for asked in sent:
        if not asked.get("id"):
            raise Refusal(
                "woocommerce_rest_required_product_reference", "L’ajout d’articles n’est pas simulé.", 400
            )
        item = next((item for item in items if item["id"] == int(asked["id"])), None)
        if item is None:
            raise Refusal(
                "woocommerce_rest_invalid_item_id",
                "L’article de commande n’appartient pas à la commande.",
                400,
            )
        if kind == "line_items" and "quantity" in asked and not asked["quantity"]:
            items.remove(item)
        else:
            item.update({name: value for name, value in asked.items() if name in item and name != "id"})


def line_amounts(line: totals.Line) -> JsonDict:
    rates = sorted(line.taxes.keys() | line.subtotal_taxes.keys())
    return {
        "subtotal": text(line.subtotal),
        "subtotal_tax": text(line.subtotal_tax),
        "total": text(line.total),
        "total_tax": text(line.total_tax),
        "taxes": [
            {
                "id": r,
                "total": text(line.taxes.get(r, Decimal(0))),
                "subtotal": text(line.subtotal_taxes.get(r, Decimal(0))),
            }
            for r in rates
        ],
    }


def extra_amounts(extra: totals.Extra) -> JsonDict:
    return {
        "total": text(extra.total),
        "total_tax": text(extra.total_tax),
        "taxes": [{"id": rate, "total": text(tax), "subtotal": ""} for rate, tax in extra.taxes.items()],
    }


def put_totals(order: JsonDict, added: totals.Totals, options: Options) -> None:
    rates = {int(rate["id"]): rate for rate in options.get("tax_rates")}
    for name in (
        "discount_total",
        "discount_tax",
        "shipping_total",
        "shipping_tax",
        "cart_tax",
        "total_tax",
        "total",
    ):
        order["data"][name] = text(getattr(added, name))
    order["data"]["tax_lines"] = [
        {
            "id": order["id"] * 100 + 80 + position,
            "rate_code": f"FR-TVA-{position}",
            "rate_id": rate,
            "label": rates[rate]["name"],
            "compound": False,
            "tax_total": text(goods),
            "shipping_tax_total": text(carriage),
            "rate_percent": float(rates[rate]["rate"]),  # a JSON number in WooCommerce too
            "meta_data": [],
        }
        for position, (rate, (goods, carriage)) in enumerate(sorted(added.tax_lines.items()), start=1)
    ]


def text(amount: Decimal) -> str:
    return format(amount.normalize() if amount else Decimal(0), "f")
