"""What goes in and out of outgoing webhooks."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from raccord_connectors.contract import Problem, Text

EventType = Literal[
    "order.received", "order.held", "order.integrated", "order.followed", "order.cancelled", "order.ignored",
    "payment.entered", "payment.held", "credit.entered", "credit.held", "invoice.available", "record.held", "record.released",
    "stream.emptied", "stream.refilled", "plan.applied", "channel.unhealthy", "channel.recovered", "alert.opened",
    "alert.resolved",
]  # fmt: skip
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
TEST = "test"
"""The type of what the test button sends."""
TITLES: dict[EventType, Text] = {
    "order.received": Text("event.order_received", "Commande reçue", "Order received"),
    "order.held": Text("event.order_held", "Commande retenue", "Order held"),
    "order.integrated": Text("event.order_integrated", "Commande intégrée", "Order integrated"),
    "order.followed": Text(
        "event.order_followed", "Boutique informée du suivi", "Shop told of the follow-up"
    ),
    "order.cancelled": Text("event.order_cancelled", "Commande annulée", "Order cancelled"),
    "order.ignored": Text("event.order_ignored", "Commande ignorée", "Order ignored"),
    "payment.entered": Text("event.payment_entered", "Règlement saisi", "Payment entered"),
    "payment.held": Text("event.payment_held", "Règlement retenu", "Payment held"),
    "credit.entered": Text("event.credit_entered", "Avoir saisi", "Credit note entered"),
    "credit.held": Text("event.credit_held", "Avoir retenu", "Credit note held"),
    "invoice.available": Text("event.invoice_available", "Facture disponible", "Invoice available"),
    "record.held": Text("event.record_held", "Fiche retenue", "Record held"),
    "record.released": Text("event.record_released", "Fiche libérée", "Record released"),
    "stream.emptied": Text("event.stream_emptied", "Lecture vide, frein tiré", "Read as empty, brake on"),
    "stream.refilled": Text("event.stream_refilled", "Les fiches sont revenues", "The records are back"),
    "plan.applied": Text("event.plan_applied", "Plan appliqué", "Plan applied"),
    "channel.unhealthy": Text("event.channel_unhealthy", "Canal en difficulté", "Channel unwell"),
    "channel.recovered": Text("event.channel_recovered", "Canal rétabli", "Channel well again"),
    "alert.opened": Text("event.alert_opened", "Alerte ouverte", "Alert opened"),
    "alert.resolved": Text("event.alert_resolved", "Alerte terminée", "Alert over"),
}
State = Literal["on", "off", "stopped"]


class Endpoint(Struct, frozen=True, kw_only=True):
    """An address that is told of what happens."""

    id: UUID
    name: str
    url: str
    events: list[str]
    state: State
    """off: by a person. stopped: by us, after it failed for days."""
    failing_since: datetime | None
    problem: Problem | None
    due: int
    """Deliveries that are on their way, or wait for another attempt."""
    created_at: datetime


class Attempt(Struct, frozen=True, kw_only=True):
    """One call, and what was answered."""

    id: int
    event: UUID
    """Of it: the header `webhook-id` is `evt_` and its hexadecimal digits."""
    type: str
    at: datetime
    status: int | None
    """None: there was no answer."""
    took_ms: int
    answer: str
    """How it begins."""
    problem: Problem | None
    state: Literal["due", "taken", "failed"]
    """Of the delivery, now."""


class Due(Struct, frozen=True, kw_only=True):
    """What is to be sent."""

    event: UUID
    type: str
    at: datetime
    data: str
    attempts: int
