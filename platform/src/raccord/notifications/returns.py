"""What becomes of messages after they were taken: reports of mail servers, read in the merchant's own mailbox, and receipts of
text messages, asked of the provider. What was not delivered is failed, in the journal too; an address at which nothing arrives is
marked, and nobody writes to it any more until a person says so."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from raccord.journal.models import Event
from raccord.notifications import address_repository as addresses
from raccord.notifications import composing, errors, repository, return_repository
from raccord.notifications.ending import note
from raccord.notifications.mailbox import Place, ReturnMailbox
from raccord.notifications.models import Due
from raccord.notifications.reports import Report, read_report
from raccord.notifications.senders import Senders
from raccord.notifications.sms import Receipt
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConnectorError, Message, Problem

EVERY, AFTER_TROUBLE = timedelta(minutes=5), timedelta(minutes=30)
"""Between two looks into a mailbox."""
AT_ONCE = 20
LONGEST = 15.0
"""Seconds for a mailbox; what is left is read at the next look."""
WAITS = tuple(timedelta(minutes=one) for one in (2, 10, 60, 360, 1_440))
"""Before the next question about one text message."""
OVER = timedelta(days=3)
"""OVHcloud and Brevo give a message up after two days; who says nothing for longer will never say anything."""
log = structlog.get_logger(__name__)


class Returns:
    def __init__(self, senders: Senders, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._senders = senders
        self._now = now

    async def look(self, tenant: UUID) -> bool:
        """One slice. True: there is more. One caller at a time for each tenant."""
        await self._mailbox(tenant)
        return await self._receipts(tenant)

    # ------------------------------------------------------------------------------------------------- e-mail

    async def _mailbox(self, tenant: UUID) -> None:
        async with tenant_transaction(tenant):
            stored = await return_repository.mailbox()
        if stored is None or stored.look_at > self._now():
            return
        problem: Problem | None = None
        try:
            opened = await self._senders.return_mailbox(tenant)
            if opened is not None:
                await self._read(tenant, opened, stored.place)
        except ConnectorError as error:
            problem = error.problem()
            log.info("return mailbox not read", code=error.message.code, detail=error.detail)
        async with tenant_transaction(tenant):
            pause = AFTER_TROUBLE if problem else EVERY
            await return_repository.looked(self._now() + pause, problem)

    async def _read(self, tenant: UUID, mailbox: ReturnMailbox, since: Place) -> None:
        await asyncio.to_thread(mailbox.open)
        found, until = mailbox.reports(since), time.monotonic() + LONGEST
        try:
            while (
                time.monotonic() < until and (one := await asyncio.to_thread(next, found, None)) is not None
            ):
                place, content = one
                report = read_report(content) if content else None
                if report is not None:
                    await self._reported(tenant, report)
                async with tenant_transaction(tenant):
                    await return_repository.reached(place)
        finally:
            await asyncio.to_thread(mailbox.close)

    async def _reported(self, tenant: UUID, report: Report) -> None:
        async with tenant_transaction(tenant):
            id_ = await return_repository.marked(report.mark)
            due = await repository.one(id_) if id_ is not None else None
            if due is None or due.medium != "email":
                return
            recipient = await return_repository.recipient(due.id)
            if report.outcome == "delivered":
                await return_repository.receipt(due.id, "delivered", self._now())
                return
            said = errors.RETURNED.fill(number=due.order.number, recipient=recipient, said=report.said)
            await self._came_back(due, recipient, said, gone=report.gone)

    # ------------------------------------------------------------------------------------------- text messages

    async def _receipts(self, tenant: UUID) -> bool:
        async with tenant_transaction(tenant):
            found = await return_repository.receipts_due(self._now(), AT_ONCE)
        if not found:
            return False
        try:
            provider = await self._senders.sms(tenant)
        except ConnectorError:
            provider = None  # its own page says what is wrong
        if provider is None:
            async with tenant_transaction(tenant):
                for id_ in found:
                    await return_repository.receipt(id_, "awaited", self._now() + WAITS[2])
            return False
        with closing(provider):
            for id_ in found:
                async with tenant_transaction(tenant):
                    due = await repository.one(id_)
                    recipient = await return_repository.recipient(id_)
                if due is None:
                    continue
                mark = composing.mark_of(due.tenant, due.sales_order, due.event, "sms")[:20]
                try:
                    receipt = await asyncio.to_thread(provider.receipt, recipient, mark)
                except ConnectorError as error:
                    log.info("no receipt", code=error.message.code, detail=error.detail)
                    receipt = Receipt("awaited")
                await self._received(due, recipient, receipt)
        return len(found) == AT_ONCE

    async def _received(self, due: Due, recipient: str, receipt: Receipt) -> None:
        now = self._now()
        async with tenant_transaction(due.tenant):
            sent_at = await return_repository.sent_at(due.id)
            if receipt.state == "refused":
                said = errors.SMS_RETURNED.fill(
                    number=due.order.number, recipient=recipient, said=receipt.said or "–"
                )
                await self._came_back(due, recipient, said, gone=receipt.gone)
            elif receipt.state == "delivered" or now - sent_at > OVER:
                delivered = receipt.state == "delivered"
                await return_repository.receipt(due.id, "delivered" if delivered else "unknown", now)
            else:
                # As long again as it has been waited for already, whoever restarts in between.
                pause = next((one for one in WAITS if one > now - sent_at), WAITS[-1])
                await return_repository.receipt(due.id, "awaited", now + pause)

    # ------------------------------------------------------------------------------------------------- inside

    async def _came_back(self, due: Due, recipient: str, said: Message, *, gone: bool) -> None:
        """Inside the tenant's transaction. A report that comes twice changes nothing."""
        problem = Problem("rejected", said, field="recipient")
        if not await return_repository.returned(due.id, problem, self._now()):
            return
        if gone and recipient:
            await addresses.mark_undeliverable(due.tenant, recipient, problem)
        told = {"event": due.event, "medium": due.medium, "to": recipient}
        await note(due, Event.CUSTOMER_NOT_TOLD, told, problem)
