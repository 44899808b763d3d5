"""The way of one order, step by step, with where it stands. Pure."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from raccord.orders.views import OrderView
from raccord_connectors.canonical import Document

Name = Literal[
    "received",
    "customer",
    "reserved",
    "asked",
    "read_back",
    "paid",
    "followed",
    "told",
    "ignored",
    "cancelled",
]
Tone = Literal["good", "wait", "bad", "off"]
"""Done; under way; waits for a person; not yet."""


class Step(Struct, frozen=True):
    name: Name
    tone: Tone
    at: datetime | None = None


def steps(view: OrderView) -> list[Step]:
    """In the order in which they happen; an order that ended early has no more steps than it took."""
    told = [Step("received", "good", view.received_at), _customer(view), _reserved(view)]
    if view.state == "ignored":
        return [*_taken(told), Step("ignored", "off")]
    if view.state == "cancelled":
        return [*_taken(told), Step("cancelled", "off")]
    return [*told, _asked(view), _read_back(view), *_paid(view), _followed(view), _told(view)]


def _taken(told: list[Step]) -> list[Step]:
    return [step for step in told if step.tone == "good"]


def _customer(view: OrderView) -> Step:
    if view.customer is not None:
        return Step("customer", "good")
    return Step("customer", "bad" if _is_held_for(view, "order.customer") else _pending(view))


def _reserved(view: OrderView) -> Step:
    if view.reserved:
        return Step("reserved", "good", min(one.since for one in view.reserved))
    return Step("reserved", "bad" if _is_held_for(view, "order.unknown_item") else _pending(view))


def _asked(view: OrderView) -> Step:
    if view.state == "integrated":
        return Step("asked", "good", view.asked.done_at if view.asked else view.integrated_at)
    if view.state == "held":
        elsewhere = _is_held_for(view, "order.customer") or _is_held_for(view, "order.unknown_item")
        return Step("asked", "off" if elsewhere else "bad")
    if view.state == "entering":
        return Step("asked", "wait", view.asked.at if view.asked else None)
    return Step("asked", "off")


def _read_back(view: OrderView) -> Step:
    if view.state == "integrated":
        return Step("read_back", "good", view.integrated_at)
    return Step("read_back", "bad" if _is_held_for(view, "order.document_differs") else "off")


def _paid(view: OrderView) -> list[Step]:
    """Only where the ERP keeps payments, and there is one to enter."""
    money = view.money
    if not money.kept or view.state != "integrated":
        return []
    if money.held:
        return [Step("paid", "bad")]
    if not money.complete:
        return [Step("paid", "wait")]
    return [Step("paid", "good", money.last)] if money.last else []


def _followed(view: OrderView) -> Step:
    document = view.document
    if document is None or document.state in ("draft", "confirmed"):
        return Step("followed", "wait" if view.state == "integrated" else "off")
    return Step("followed", "good", _shipped_at(document))


def _told(view: OrderView) -> Step:
    told = view.told
    if told is None:
        return Step("told", "off")
    if told.held:
        return Step("told", "bad")
    return Step("told", "wait" if told.due else "good", told.pushed_at)


def _shipped_at(document: Document) -> datetime | None:
    known = [shipment.shipped_at for shipment in document.shipments if shipment.shipped_at]
    return max(known) if known else None


def _is_held_for(view: OrderView, code: str) -> bool:
    return view.state == "held" and view.problem is not None and view.problem.message.code.startswith(code)


def _pending(view: OrderView) -> Tone:
    return "wait" if view.state in ("waiting", "entering") and view.order.stage == "open" else "off"
