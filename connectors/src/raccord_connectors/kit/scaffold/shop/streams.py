"""The canonical records in the Acme shop's own form, and back. Pure: no call is made here."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from raccord_connectors.canonical import (
    Address,
    Availability,
    Buyer,
    Charge,
    Listing,
    Offer,
    OfferPrice,
    Order,
    OrderLine,
    OrderUpdate,
    Payment,
    plain,
)
from raccord_connectors.contract import RecordRejected
from raccord_connectors.kit.changes import differences

from . import texts
from .client import Row

STAGES: dict[str, Any] = {"unpaid": "pending", "new": "open", "shipped": "closed", "cancelled": "cancelled"}
STATUSES = {
    "accepted": "new",
    "preparing": "new",
    "partly_shipped": "new",
    "shipped": "shipped",
    "invoiced": "shipped",
    "cancelled": "cancelled",
}


def listing(row: Row) -> Listing:
    """A product of this shop has no variants: its one offer has the product's own number."""
    price = None
    if row["price"] is not None:
        price = OfferPrice(amount=amount(row["price"]), tax_included=True, currency=row["currency"])
    return Listing(
        key=row["id"],
        published=row["published"],
        name=row["name"],
        description=row["description"],
        offers=[Offer(key=row["id"], sku=row["sku"], price=price)],
    )


def listing_body(record: Listing, previous: Listing | None) -> Row:
    """What has to be sent: only what differs, and nothing that belongs to the shop (`UNSET`)."""
    if len(record.offers) != 1:
        raise RecordRejected(texts.NO_VARIANTS.fill(key=record.key), field="offers")
    (offer,) = record.offers
    known = next((old for old in previous.offers if old.key == offer.key), None) if previous else None
    changed = {**differences(record, previous), **differences(offer, known)}
    body: Row = {
        name: changed[name] for name in ("name", "description", "published", "sku") if name in changed
    }
    if "price" in changed:
        price = changed["price"]
        body["price"] = None if price is None else price.amount
    return body


def availability_body(record: Availability) -> Row:
    return {"quantity": record.quantity}


def order_update_body(record: OrderUpdate) -> Row:
    """The state is absolute: repeating it changes nothing."""
    body: Row = {"status": STATUSES[record.state]}
    if record.shipments:
        body["tracking"] = record.shipments[-1].tracking
    return body


def order(row: Row) -> Order:
    """Amounts are the shop's own, never computed here."""
    address = Address(**row["address"])
    charges = []
    if row["shipping"] is not None:
        net, tax = amount(row["shipping"]["net"]), amount(row["shipping"]["tax"])
        charges = [Charge(kind="shipping", title=row["shipping"]["title"], net=net, tax=tax)]
    return Order(
        key=row["id"],
        number=row["number"],
        placed_at=datetime.fromisoformat(row["placed_at"]),
        status=row["status"],
        stage=STAGES[row["status"]],
        currency=row["currency"],
        prices_include_tax=True,
        buyer=Buyer(email=row["email"], first_name=address.first_name, last_name=address.last_name),
        billing=address,
        lines=[order_line(line) for line in row["lines"]],
        charges=charges,
        payments=[payment(paid) for paid in row["payments"]],
        net=amount(row["net"]),
        tax=amount(row["tax"]),
        gross=amount(row["gross"]),
    )


def order_line(row: Row) -> OrderLine:
    return OrderLine(
        key=row["id"],
        item=row["product"],
        sku=row["sku"],
        name=row["name"],
        quantity=amount(row["quantity"]),
        net=amount(row["net"]),
        tax=amount(row["tax"]),
        rate=amount(row["rate"]),
    )


def payment(row: Row) -> Payment:
    return Payment(key=row["id"], method=row["method"], amount=amount(row["amount"]), state="paid")


def amount(value: str | int | Decimal) -> Decimal:
    """`plain`, so that equal amounts have equal fingerprints: "12.50" and "12.5" are one price."""
    return plain(Decimal(value))
