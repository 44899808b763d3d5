"""What becomes of a message: each end is written once, and in the journal; what must wait says why and until when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from raccord.core.notification_rules import Medium
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.notifications import errors, repository
from raccord.notifications.models import Due, Mail, Sms
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConnectorError, Problem, TransientError

WAITS = (60, 300, 900, 3600)
"""Seconds before the next attempt; the last one again and again."""


class Ending:
    """Each call is a transaction of its own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def begun(self, due: Due, message: Mail | Sms) -> bool:
        async with tenant_transaction(due.tenant):
            return await repository.begin(due.id, message.recipient, message.language, message.mark)

    async def sent(self, due: Due, message: Mail | Sms, answer: str) -> None:
        told = {
            "event": due.event,
            "medium": due.medium,
            "to": message.recipient,
            "language": message.language,
        }
        async with tenant_transaction(due.tenant):
            if await repository.end(due.id, "sent", answer=answer):
                await note(due, Event.CUSTOMER_TOLD, told)

    async def failed(self, due: Due, recipient: str, error: ConnectorError) -> None:
        told = {"event": due.event, "medium": due.medium, "to": recipient}
        async with tenant_transaction(due.tenant):
            if await repository.end(due.id, "failed", problem=error.problem()):
                await note(due, Event.CUSTOMER_NOT_TOLD, told, error.problem())

    async def uncertain(self, due: Due, detail: str) -> None:
        problem = Problem("rejected", errors.UNCERTAIN.fill(number=due.order.number), detail=detail)
        async with tenant_transaction(due.tenant):
            if await repository.end(due.id, "uncertain", problem=problem):
                told = {"event": due.event, "medium": due.medium}
                await note(due, Event.CUSTOMER_NOT_TOLD, told, problem)

    async def later(self, due: Due, error: ConnectorError) -> None:
        wait = WAITS[min(due.attempts, len(WAITS) - 1)]
        async with tenant_transaction(due.tenant):
            at = self._now() + timedelta(seconds=wait)
            await repository.postpone(due.id, at, error.problem(), counted=True)

    async def server_away(self, tenant: UUID, medium: Medium, error: ConnectorError) -> None:
        """Nothing leaves by it: all of it waits, and the server's own page says why."""
        wait = WAITS[0] if isinstance(error, TransientError) else WAITS[2]
        async with tenant_transaction(tenant):
            await repository.save_check(medium, error.problem())
            at = self._now() + timedelta(seconds=wait)
            await repository.postpone_medium(medium, at, error.problem())

    async def without_server(self, tenant: UUID, todo: list[tuple[Due, str]]) -> None:
        async with tenant_transaction(tenant):
            for due, _ in todo:
                await repository.end(due.id, "skipped", reason="no_sender")

    async def works(self, tenant: UUID, medium: Medium) -> None:
        async with tenant_transaction(tenant):
            stored = await repository.sender(medium)
            if stored is not None and stored[0].state != "ready":
                await repository.save_check(medium, None)


async def note(due: Due, event: Event, told: dict[str, str], problem: Problem | None = None) -> None:
    entry = Entry(
        stream="orders", key=due.order.key, event=event, connection=due.shop, channel=due.channel,
        after=msgspec.json.encode(told), problem=problem,
    )  # fmt: skip
    await write_entries(due.tenant, [entry])
