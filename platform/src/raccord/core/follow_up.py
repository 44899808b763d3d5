"""From what the ERP did with an order to what the shop is told: an absolute state, so that repetition is harmless."""

from decimal import Decimal
from typing import Literal

from raccord_connectors.canonical import Document, Order, OrderUpdate, Shipment

State = Literal["accepted", "preparing", "partly_shipped", "shipped", "invoiced", "cancelled"]

STATES: dict[str, State] = {
    "draft": "accepted",
    "confirmed": "accepted",
    "preparing": "preparing",
    "partly_delivered": "partly_shipped",
    "delivered": "shipped",
    "invoiced": "invoiced",
    "cancelled": "cancelled",
}


def update_of(order: Order, document: Document, items: dict[str, str]) -> OrderUpdate:
    """`items`: the shop's item key → the ERP's, as when the order was entered."""
    return OrderUpdate(
        key=order.key,
        state=STATES[document.state],
        shipments=[_shipment(order, shipment, items) for shipment in document.shipments],
        erp_document=document.number,
        invoice_number=document.invoices[0] if document.invoices else None,
    )


def _shipment(order: Order, shipment: Shipment, items: dict[str, str]) -> Shipment:
    """Quantities by ERP item → by order line: an item ordered on two lines fills the first line first."""
    lines: dict[str, Decimal] = {}
    left = dict(shipment.lines)
    for line in order.lines:
        item = items.get(line.item, "")
        taken = min(left.get(item, Decimal(0)), line.quantity)
        if taken > 0:
            lines[line.key] = taken
            left[item] -= taken
    return Shipment(
        key=shipment.key,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        url=shipment.url,
        lines=lines,
        shipped_at=shipment.shipped_at,
    )
