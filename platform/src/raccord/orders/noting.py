"""Writes what happened to an order into the journal."""

from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.orders.models import StoredOrder
from raccord_connectors.contract import Problem


async def note(
    found: StoredOrder, event: Event, *, after: bytes | None = None, problem: Problem | None = None
) -> None:
    route = found.route
    await write_entries(
        route.tenant,
        [
            Entry(
                stream="orders", key=found.order.key, event=event, connection=route.shop, channel=route.channel,
                after=after, problem=problem,
            )
        ],
    )  # fmt: skip
