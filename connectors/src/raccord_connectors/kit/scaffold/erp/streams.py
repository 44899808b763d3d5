"""The Acme ERP's rows as canonical records, and back. Pure: no call is made here."""

from datetime import date
from decimal import Decimal
from typing import Any

from raccord_connectors.canonical import (
    Address,
    Customer,
    CustomerDraft,
    DepotStock,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Price,
    PriceSet,
    Product,
    StockLevels,
    Tax,
    plain,
)
from raccord_connectors.contract import RecordRejected

from . import texts
from .client import Row

STATES: dict[str, tuple[Any, Any]] = {
    "entered": ("order", "confirmed"),
    "delivered": ("delivery", "delivered"),
    "invoiced": ("invoice", "invoiced"),
    "cancelled": ("order", "cancelled"),
}
"""The ERP's status → how far the document went, and its state."""


def product(row: Row) -> Product:
    return Product(
        key=row["id"],
        sku=row["id"],
        name=row["label"],
        description=row["text"],
        family=row["family"] or None,
        ean=row["ean"] or None,
        tax=Tax(code=row["vat_code"], rate=amount(row["vat_rate"])),
        active=not row["asleep"],
    )


def prices(row: Row) -> PriceSet:
    """Each price says whether tax is in it; an article without price has an empty list, not a price of zero."""
    found = []
    if row["price"] is not None:
        found = [Price(amount=amount(row["price"]), tax_included=row["price_with_tax"])]
    return PriceSet(key=row["id"], product=row["id"], prices=found)


def stock(row: Row) -> StockLevels:
    """The ERP says null for an article that it does not count: unknown is not zero."""
    depots = [
        DepotStock(depot=depot, real=None if real is None else amount(real))
        for depot, real in sorted(row["stock"].items())
    ]
    return StockLevels(key=row["id"], product=row["id"], depots=depots)


def customer(row: Row) -> Customer:
    billing = Address(**row["address"]) if row["address"] else None
    return Customer(
        key=row["id"], account_title=row["title"], last_name=row["name"], email=row["email"], billing=billing
    )


def customer_body(draft: CustomerDraft) -> Row:
    known = draft.customer
    title = known.account_title or known.company or f"{known.first_name} {known.last_name}".strip()
    address = known.billing
    return {
        "title": title,
        "name": known.last_name,
        "email": known.email,
        "address": {} if address is None else {"line1": address.line1, "city": address.city},
    }


def document(row: Row) -> Document:
    """Raises `RecordRejected` for a row that cannot be expressed: it is held, the others are read."""
    kind, state = STATES[row["status"]]
    try:
        dated = date.fromisoformat(row["date"])
    except ValueError:
        message = texts.BAD_DATE.fill(key=row["id"], value=row["date"])
        raise RecordRejected(message, field="dated") from None
    return Document(
        key=row["id"],
        number=row["id"],
        kind=kind,
        dated=dated,
        reference=row["reference"],
        customer=row["customer"],
        state=state,
        lines=[document_line(position, line, kind) for position, line in enumerate(row["lines"], start=1)],
        net=amount(row["net"]),
        tax=amount(row["tax"]),
        gross=amount(row["gross"]),
    )


def document_line(position: int, row: Row, kind: Any) -> DocumentLine:
    quantity = amount(row["quantity"])
    return DocumentLine(
        key=str(position),
        item=row["article"],
        title=row["label"],
        quantity=quantity,
        net=amount(row["net"]),
        stage=kind,
        delivered=Decimal(0) if kind == "order" else quantity,
    )


def document_body(draft: Draft, depot: str) -> Row:
    return {
        "customer": draft.customer,
        "date": draft.dated,
        "depot": draft.depot or depot,
        "lines": [line_body(line) for line in draft.lines],
        "net": draft.net,
        "tax": draft.tax,
        "gross": draft.gross,
    }


def line_body(line: DraftLine) -> Row:
    return {
        "article": line.item,
        "label": line.title,
        "quantity": line.quantity,
        "net": line.net,
        "tax": line.tax,
    }


def amount(value: str | int | Decimal) -> Decimal:
    """`plain`, so that equal amounts have equal fingerprints: "12.50" and "12.5" are one price."""
    return plain(Decimal(value))
