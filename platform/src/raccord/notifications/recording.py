"""Remembers what has happened to an order, once; whether its customer is told is decided in the same moment, and again when it
is sent. Called wherever the order's state in the shop is worked out, inside that transaction."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from raccord.core.notification_events import Circumstances, happenings, silence
from raccord.core.notification_rules import MEDIA
from raccord.notifications import repository
from raccord_connectors.canonical import Document

if TYPE_CHECKING:
    from raccord.orders.models import StoredOrder


async def record_events(found: "StoredOrder", document: Document | None, *, cancelled: bool = False) -> int:
    """Returns how many are to be told. `document` is None before the ERP's records have told of it. `cancelled`: the ERP has
    given the order up, whatever its document says. Our own writes come back from the shop as changes of the order: what they
    name is recorded already, under the same keys."""
    every = happenings(found.order, document, cancelled=cancelled)
    known = await repository.recorded(found.id)
    fresh = [(one, medium) for one in every for medium in MEDIA if (one.key, medium) not in known]
    if not fresh:
        return 0
    rules = found.route.settings.notifications
    placed_at, received_at, integrated_at, channel_since = await repository.times_of(found.id)
    about = Circumstances(
        now=datetime.now(UTC), placed_at=placed_at, received_at=received_at, channel_since=channel_since,
        integrated_at=integrated_at, oldest=timedelta(days=rules.oldest_days), told={key for key, _ in known},
    )  # fmt: skip
    due = 0
    for one, medium in fresh:
        reason = silence(one, every, found.order, rules.rule(one.event), medium, about)
        await repository.record(found.route.tenant, found.id, one.key, medium, reason)
        due += reason is None
    return due
