"""Orders, refunds and notes as the REST API shows them."""

import sqlite3
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.shop.database import site_time
from sandbox.shop.orders import refunds_of
from sandbox.shop.product_view import decode

JsonDict = dict[str, Any]
AMOUNTS = (
    "discount_total",
    "discount_tax",
    "shipping_total",
    "shipping_tax",
    "cart_tax",
    "total",
    "total_tax",
)
ADDRESS = (
    "first_name",
    "last_name",
    "company",
    "address_1",
    "address_2",
    "city",
    "state",
    "postcode",
    "country",
    "phone",
)
ITEM_AMOUNTS = (
    "subtotal",
    "subtotal_tax",
    "total",
    "total_tax",
    "tax_total",
    "shipping_tax_total",
    "discount",
    "discount_tax",
)


def decimals(value: Any, places: int) -> str:
    return format(Decimal(str(value or "0")).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def order(db: sqlite3.Connection, row: JsonDict, places: int) -> JsonDict:
    """`places` is the request's `dp`: without it amounts are cut to cents, and what was stored finer is lost."""
    data = row["data"]
    shown: JsonDict = {
        "id": row["id"],
        "parent_id": 0,
        "number": str(row["id"]),
        "order_key": row["order_key"],
        "created_via": data.get("created_via", "rest-api"),
        "version": "10.4.2",
        "status": row["status"],
        "currency": data["currency"],
        "prices_include_tax": data["prices_include_tax"],
        "customer_id": data["customer_id"],
        "customer_note": data["customer_note"],
        "billing": {
            **{name: data["billing"].get(name, "") for name in ADDRESS},
            "email": data["billing"].get("email", ""),
        },
        "shipping": {name: (data["shipping"] or {}).get(name, "") for name in ADDRESS},
        "payment_method": data["payment_method"],
        "payment_method_title": data["payment_method_title"],
        "transaction_id": data["transaction_id"],
        "currency_symbol": "€",
        "meta_data": data.get("meta", []),
        "line_items": [_line(item, places) for item in data["line_items"]],
        "tax_lines": [_item(item, places) for item in data["tax_lines"]],
        "shipping_lines": [_item(item, places) for item in data["shipping_lines"]],
        "fee_lines": [_item(item, places) for item in data["fee_lines"]],
        "coupon_lines": [_item(item, places) for item in data["coupon_lines"]],
        "refunds": [
            {
                "id": r["id"],
                "reason": r["data"]["reason"],
                "total": f"-{decimals(r['data']['amount'], places)}",
            }
            for r in map(decode, refunds_of(db, row["id"]))
        ],
        "needs_payment": row["status"] in ("pending", "failed"),
    }
    for name in AMOUNTS:
        shown[name] = decimals(data[name], places)
    moments = {"created": row["created"], "modified": row["modified"], "paid": data.get("date_paid"),
               "completed": data.get("date_completed")}  # fmt: skip
    for name, moment in moments.items():
        shown[f"date_{name}"], shown[f"date_{name}_gmt"] = site_time(moment), moment
    return shown


def refund(row: JsonDict, places: int) -> JsonDict:
    data = row["data"]
    return {
        "id": row["id"],
        "date_created": site_time(row["created"]),
        "date_created_gmt": row["created"],
        "amount": decimals(data["amount"], places),
        "reason": data["reason"],
        "refunded_by": 1,
        "refunded_payment": data["refunded_payment"],
        "meta_data": [],
        **{
            kind: [
                {
                    **(_line if "quantity" in item else _item)(
                        {k: v for k, v in item.items() if k != "of"}, places
                    ),
                    "id": row["id"] * 1000 + start + position,
                    "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(item["of"])}],
                }
                for position, item in enumerate(data.get(kind, []))
            ]
            for kind, start in (("line_items", 0), ("shipping_lines", 400), ("fee_lines", 700))
        },
    }


def note(row: sqlite3.Row) -> JsonDict:
    return {
        "id": row["id"],
        "author": row["author"],
        "date_created": site_time(row["created"]),
        "date_created_gmt": row["created"],
        "note": row["note"],
        "customer_note": bool(row["customer_note"]),
    }


def _item(item: JsonDict, places: int) -> JsonDict:
    return {name: decimals(value, places) if name in ITEM_AMOUNTS else value for name, value in item.items()}


def _line(item: JsonDict, places: int) -> JsonDict:
    quantity = Decimal(str(item["quantity"]))
    price = Decimal(item["total"]) / quantity if quantity else Decimal(0)
    return {**_item(item, places), "price": float(round(price, 6)), "image": {"id": 0, "src": ""}}
