"""From what the ERP did with an order to what the shop is told: an absolute state, so that repetition is harmless."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from raccord.core.order_progress import LineProgress, Progress
from raccord_connectors.canonical import Document, LineUpdate, Order, OrderUpdate, RefundWish, Shipment

State = Literal["accepted", "preparing", "partly_shipped", "shipped", "invoiced", "cancelled"]
ZERO = Decimal(0)

STATES: dict[str, State] = {
    "draft": "accepted",
    "confirmed": "accepted",
    "preparing": "preparing",
    "partly_delivered": "partly_shipped",
    "delivered": "shipped",
    "invoiced": "invoiced",
    "cancelled": "cancelled",
}


def update_of(
    order: Order,
    document: Document,
    found: Progress,
    *,
    cancelled: Mapping[str, Decimal] | None = None,
    refunds: Sequence[RefundWish] = (),
) -> OrderUpdate:
    """`cancelled`: what of each order line the shop is to give up, as a person or a rule decided; never more than the ERP has
    given up. `refunds`: the money that was decided to go back."""
    given_up = {
        line: min(quantity, found.cancelled[line])
        for line, quantity in (cancelled or {}).items()
        if line in found.cancelled
    }
    state = STATES[document.state]
    if found.nothing_left and {one.line for one in found.lines} == given_up.keys():
        state = "cancelled"
    told = state == "partly_shipped" or any(given_up.values())
    return OrderUpdate(
        key=order.key,
        state=state,
        shipments=[_shipment(found, shipment) for shipment in document.shipments],
        erp_document=document.number,
        invoice_number=document.invoices[0] if document.invoices else None,
        invoice_numbers=document.invoices if len(document.invoices) > 1 else [],
        lines={one.line: _line(one, given_up.get(one.line, ZERO)) for one in found.lines} if told else {},
        refunds=list(refunds),
    )


def _line(one: LineProgress, cancelled: Decimal) -> LineUpdate:
    return LineUpdate(
        ordered=one.ordered, delivered=one.delivered, invoiced=one.invoiced, cancelled=cancelled
    )


def _shipment(found: Progress, shipment: Shipment) -> Shipment:
    """Quantities by ERP item → by order line."""
    return Shipment(
        key=shipment.key,
        carrier=shipment.carrier,
        tracking=shipment.tracking,
        url=shipment.url,
        lines={one.line: one.shipments[shipment.key] for one in found.lines if shipment.key in one.shipments},
        shipped_at=shipment.shipped_at,
    )
