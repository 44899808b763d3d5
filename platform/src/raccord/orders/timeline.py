"""One order's story as one line of time: what the shop said, what people decided, what the ERP made of it, money, deliveries and
invoices. Pure: made of what was read."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from raccord.journal.views import EntryRow
from raccord.orders.views import OrderView

Source = Literal["shop", "person", "us", "erp", "money", "delivery", "invoice"]
What = Literal["placed", "paid", "refunded", "shipped", "invoiced", "entry"]
SOURCES: dict[str, Source] = {
    "order_received": "us", "order_changed": "shop", "order_cancelled": "shop", "order_held": "us", "order_entering": "us",
    "order_integrated": "erp", "order_followed": "shop", "customer_matched": "us", "customer_created": "erp",
    "payment_entered": "money", "payment_held": "money", "credit_entered": "money", "credit_held": "money",
    "balance_differs": "money",
}  # fmt: skip
"""By event of the journal; what a person did is the person's."""


class Moment(Struct, frozen=True, kw_only=True):
    what: What
    source: Source
    at: datetime | None
    """None: it happened, and nobody told when."""
    title: str = ""
    amount: Decimal | None = None
    link: str = ""
    lines: dict[str, Decimal] = {}
    """Of a delivery: article → quantity."""
    entry: EntryRow | None = None
    facts: dict[str, str | Decimal] = {}
    """What the entry tells beside its event: the reason, the article, the difference."""
    bad: bool = False


def timeline(view: OrderView, entries: Sequence[EntryRow]) -> list[Moment]:
    """The oldest first; what has no date stands at the end."""
    found = [*_shop(view), *_deliveries(view), *_invoices(view), *(_told(entry) for entry in entries)]
    dated = sorted(
        (one for one in found if one.at is not None), key=lambda one: (one.at, one.what == "entry")
    )
    return [*dated, *(one for one in found if one.at is None)]


def _shop(view: OrderView) -> list[Moment]:
    order = view.order
    told = [
        Moment(what="placed", source="shop", at=order.placed_at, title=view.shop_name, amount=order.gross)
    ]
    told += [
        Moment(what="paid", source="money", at=one.paid_at, title=one.title or one.method, amount=one.amount)
        for one in order.payments
        if one.state == "paid" and one.paid_at is not None
    ]
    told += [
        Moment(what="refunded", source="money", at=one.at, title=one.reason, amount=one.amount)
        for one in order.refunds
        if one.at is not None
    ]
    return told


def _deliveries(view: OrderView) -> list[Moment]:
    return [
        Moment(
            what="shipped", source="delivery", at=one.shipped_at,
            title=" ".join(part for part in (one.key, one.carrier, one.tracking) if part),
            link=one.url if one.url.startswith("https://") else "", lines=one.lines,
        )
        for one in (view.document.shipments if view.document else ())
    ]  # fmt: skip


def _invoices(view: OrderView) -> list[Moment]:
    return [
        Moment(what="invoiced", source="invoice", at=view.invoiced.get(number), title=number)
        for number in (view.document.invoices if view.document else ())
    ]


AMOUNTS = ("gap", "asked", "made")


def _told(entry: EntryRow) -> Moment:
    return Moment(
        what="entry",
        source="person" if entry.person else SOURCES.get(entry.event, "us"),
        at=entry.at,
        entry=entry,
        facts=_facts(entry),
        bad=entry.problem is not None,
    )


def _facts(entry: EntryRow) -> dict[str, str | Decimal]:
    """Small objects of ours, their amounts as numbers; records of the ERP are told by their own page in the journal."""
    told: Any = msgspec.json.decode(entry.after) if entry.after and entry.before is None else {}
    if not isinstance(told, dict):
        return {}
    named = ("reason", "customer", "shop_item", "item", "gap", "document", "asked", "made")
    said: dict[str, str | Decimal] = {name: str(told[name]) for name in named if told.get(name)}
    return {name: Decimal(str(value)) if name in AMOUNTS else value for name, value in said.items()}
