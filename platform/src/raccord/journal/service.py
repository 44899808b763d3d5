"""Writing the journal. Reading it belongs to its pages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from raccord.journal import repository
from raccord.journal.models import Entry, Event
from raccord.storage import outgoing
from raccord.storage.outgoing import Happening

TOLD_OUTSIDE: dict[Event, str] = {
    Event.HELD: "record.held", Event.REFUSED: "record.held", Event.RELEASED: "record.released",
    Event.EMPTIED: "stream.emptied", Event.REFILLED: "stream.refilled", Event.APPLIED: "plan.applied",
    Event.ORDER_RECEIVED: "order.received", Event.ORDER_HELD: "order.held", Event.ORDER_INTEGRATED: "order.integrated",
    Event.ORDER_IGNORED: "order.ignored", Event.ORDER_CANCELLED: "order.cancelled", Event.ORDER_FOLLOWED: "order.followed",
    Event.PAYMENT_ENTERED: "payment.entered", Event.PAYMENT_HELD: "payment.held", Event.CREDIT_ENTERED: "credit.entered",
    Event.CREDIT_HELD: "credit.held",
}  # fmt: skip
"""What the merchant's own programs can be told of, by the names that they know. Names never change their meaning."""
WITH_FACTS = {Event.APPLIED, Event.EMPTIED, Event.ORDER_INTEGRATED}
"""Whose `after` is a small object of our own, not a record."""


async def write_entries(tenant: UUID, entries: Sequence[Entry]) -> None:
    """Inside the tenant's transaction of what they tell; nothing when there are none."""
    if entries:
        await repository.insert(tenant, entries)
        await outgoing.announce(
            tenant, [_happening(entry) for entry in entries if entry.event in TOLD_OUTSIDE]
        )


def _happening(entry: Entry) -> Happening:
    """Ids and the reason, no record: what is in it may be nobody's business on the way; the API tells it."""
    data: dict[str, Any] = {
        "stream": entry.stream, "key": entry.key, "channel": entry.channel, "connection": entry.connection,
    }  # fmt: skip
    if entry.problem is not None:
        data["problem"] = {"message": entry.problem.message, "field": entry.problem.field}
    if entry.after is not None and entry.event in WITH_FACTS:
        data["facts"] = msgspec.Raw(entry.after)
    of_order = entry.stream in ("orders", "order_updates")
    return Happening(
        TOLD_OUTSIDE[entry.event],
        msgspec.json.encode(data).decode(),
        entry.channel,
        entry.key if of_order else None,
    )
