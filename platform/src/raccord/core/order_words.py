"""Reference, remark and comment lines of a document: the merchant's templates, filled with the order's own words."""

import re

from raccord_connectors.canonical import Order

NAMES = (
    "number", "key", "status", "note", "gift_message", "customer", "email", "carrier", "payment", "transaction",
    "total", "currency", "placed",
)  # fmt: skip
"""What a template may name."""
PLACE = re.compile(r"\{([a-z_]+)\}")
LONGEST = 2000


def filled(template: str, order: Order) -> str:
    """Names that nobody knows stay as they are written, so that they are seen."""
    known = _words(order)
    return PLACE.sub(lambda found: known.get(found[1], found[0]), template).strip()[:LONGEST]


def unknown_names(template: str) -> list[str]:
    return [name for name in PLACE.findall(template) if name not in NAMES]


def _words(order: Order) -> dict[str, str]:
    buyer, payments = order.buyer, order.payments
    person = " ".join(part for part in (buyer.first_name, buyer.last_name) if part)
    return {
        "number": order.number,
        "key": order.key,
        "status": order.status,
        "note": order.note,
        "gift_message": order.gift_message,
        "customer": buyer.company or person,
        "email": buyer.email,
        "carrier": carrier_of(order) or "",
        "payment": ", ".join(dict.fromkeys(payment.title or payment.method for payment in payments)),
        "transaction": ", ".join(payment.transaction for payment in payments if payment.transaction),
        "total": str(order.gross),
        "currency": order.currency,
        "placed": f"{order.placed_at:%d/%m/%Y}",
    }


def carrier_of(order: Order) -> str | None:
    return next(
        (charge.method or charge.title for charge in order.charges if charge.kind == "shipping"), None
    )
