"""The worker that tells customers what is due: each message once.

Before a message is handed over its row says `sending`; what dies after that is uncertain, and is not repeated without a person
(decision 0021). Everything before it (the connection, the sign-in, the address) may be repeated as often as one likes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from raccord.core.notification_events import Happening, event_of, is_overtaken, taken_back
from raccord.core.notification_rules import Medium
from raccord.core.notification_times import quiet_until, waits_for_tracking
from raccord.core.notification_words import language_of, shipment_of
from raccord.notifications import address_repository as addresses
from raccord.notifications import composing, repository, stopping
from raccord.notifications import template_repository as texts
from raccord.notifications.ending import Ending
from raccord.notifications.models import Attachment, Due, Later, Mail, Skip, Sms
from raccord.notifications.senders import Senders
from raccord.notifications.sms import SmsProvider
from raccord.notifications.smtp import SmtpConversation, SmtpSettings, Uncertain
from raccord.orders import repository as orders
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import PaperLink
from raccord_connectors.contract import ConfigError, ConnectorError, RecordRejected, TransientError

Papers = Callable[[UUID, str], Awaitable[Sequence[PaperLink]]]
"""Where the customer of an order (tenant, our reference) finds its invoices; called inside the tenant's transaction."""
PaperFile = Callable[[UUID, str, str], Awaitable[tuple[str, bytes] | None]]
"""Name and content of the file of one of them (tenant, our reference, number); None: a mail takes none. Outside a transaction."""
PAPER_TIME = timedelta(minutes=15)
"""An invoice is told with its link; the ERP has numbered it some seconds before its paper is made."""
AT_ONCE = 20
"""Messages of one slice; the next one is asked for when there are more."""
SURELY_DEAD = 90.0
"""Seconds after which a worker that hands a message over has died: no task lasts that long."""
LONGEST = 25.0
"""Seconds after which a slice begins no further message."""

log = structlog.get_logger(__name__)


class Telling:
    """Sends what is due for one tenant. `public_url`: what links in messages begin with."""

    def __init__(
        self,
        senders: Senders,
        links: stopping.Links,
        papers: Papers,
        file: PaperFile,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._senders = senders
        self._links = links
        self._papers = papers
        self._file = file
        self._ending = Ending(now)
        self._now = now

    async def tell(self, tenant: UUID) -> bool:
        """One slice; True: there is more. One caller at a time for each tenant."""
        until = time.monotonic() + LONGEST
        await self._clear(tenant)
        async with tenant_transaction(tenant):
            found = await repository.due(AT_ONCE)
        todo: dict[Medium, list[tuple[Due, str]]] = {"email": [], "sms": []}
        for id_ in found:
            due = await self._examined(tenant, id_)
            if due is not None:
                todo[due[0].medium].append(due)
        if todo["email"]:
            await self._mails(tenant, todo["email"], until)
        if todo["sms"]:
            await self._texts(tenant, todo["sms"], until)
        return len(found) == AT_ONCE

    # ---------------------------------------------------------------------------------------- is it (still) news

    async def _examined(self, tenant: UUID, id_: UUID) -> tuple[Due, str] | None:
        """The message and its recipient, when it is to be sent now."""
        async with tenant_transaction(tenant):
            due = await repository.one(id_)
            if due is None or due.state != "due":
                return None
            verdict = await self._verdict(due)
            if isinstance(verdict, Skip):
                await repository.end(id_, "skipped", reason=verdict.reason)
                return None
            if isinstance(verdict, Later):
                await repository.postpone(id_, verdict.at)
                return None
        return due, verdict

    async def _verdict(self, due: Due) -> Skip | Later | str:
        now, rules = self._now(), due.settings.notifications
        event, subject = event_of(due.event)
        rule = rules.rule(event)
        if not rule.wants(due.medium):
            return Skip("shop" if rule.teller == "shop" else "off")
        every = [Happening(event=event_of(key)[0], subject=event_of(key)[1]) for key in due.others]
        if is_overtaken(Happening(event=event, subject=subject), every) or taken_back(
            event, subject, due.document
        ):
            return Skip("overtaken")
        if now - due.seen_at > timedelta(days=rules.oldest_days):
            return Skip("old")
        recipient = composing.recipient_of(due.order, due.medium)
        if not recipient:
            return Skip("no_address")
        if event not in composing.BOUND and await addresses.is_unsubscribed(recipient):
            return Skip("unsubscribed")
        if await addresses.is_undeliverable(recipient):
            return Skip("undeliverable")
        if event == "shipped":
            parcel = shipment_of(due.document, subject)
            wait = waits_for_tracking(rules, parcel.tracking if parcel else "", due.seen_at, now)
            if wait is not None:
                # A number may come at any moment: it is looked at again long before the wait is over.
                return Later(min(wait, now + timedelta(seconds=30)))
        if event == "invoiced" and await self._paper_is_coming(due, subject):
            return Later(now + timedelta(seconds=20))
        quiet = quiet_until(rules, due.medium, now, ZoneInfo(due.timezone))
        return recipient if quiet is None else Later(quiet)

    async def _paper_is_coming(self, due: Due, number: str) -> bool:
        rules = due.settings.documents
        if not (rules.active and rules.in_shop) or self._now() - due.seen_at > PAPER_TIME:
            return False
        return number not in await self._addresses(due)

    async def _addresses(self, due: Due) -> dict[str, str]:
        """Number of an invoice → where its customer finds it."""
        if event_of(due.event)[0] != "invoiced":
            return {}
        return {one.number: one.url for one in await self._papers(due.tenant, due.reference)}

    # ------------------------------------------------------------------------------------------------- e-mail

    async def _mails(self, tenant: UUID, todo: list[tuple[Due, str]], until: float) -> None:
        try:
            found = await self._senders.mail(tenant)
            if found is None:
                await self._ending.without_server(tenant, todo)
                return
            conversation, settings = found
            await asyncio.to_thread(conversation.open)
        except (ConfigError, TransientError) as error:
            await self._ending.server_away(tenant, "email", error)
            return
        try:
            for due, recipient in todo:
                mail = await self._written(due, recipient, settings)
                if time.monotonic() > until or not await self._mail(conversation, due, mail):
                    return
            await self._ending.works(tenant, "email")
        finally:
            await asyncio.to_thread(conversation.close)

    async def _mail(self, conversation: SmtpConversation, due: Due, mail: Mail) -> bool:
        """False: the conversation is over."""
        try:
            await asyncio.to_thread(conversation.offer, mail.recipient)
        except RecordRejected as error:
            await self._ending.failed(due, mail.recipient, error)
            return True
        except ConfigError as error:
            await self._ending.server_away(due.tenant, "email", error)
            return False
        except TransientError as error:
            await self._ending.later(due, error)
            return False
        if not await self._ending.begun(due, mail):
            await asyncio.to_thread(conversation.forget)
            return True
        try:
            answer = await asyncio.to_thread(conversation.hand_over, mail.content)
        except Uncertain as error:
            await self._ending.uncertain(due, str(error))
            return False
        except RecordRejected as error:
            await self._ending.failed(due, mail.recipient, error)
            return True
        except TransientError as error:
            await self._ending.later(due, error)
            return True
        await self._ending.sent(due, mail, answer)
        return True

    async def _written(self, due: Due, recipient: str, settings: SmtpSettings) -> Mail:
        language = language_of(due.order, due.settings.notifications)
        async with tenant_transaction(due.tenant):
            template = await texts.template(due.channel, event_of(due.event)[0], "email", language)
            items = await orders.items_of(due.channel, (line.item for line in due.order.lines))
            papers = await self._addresses(due)
        stop = self._links.stop(due.tenant, recipient)
        return composing.mail_of(
            due, recipient, language, template, settings, items=items, papers=papers, stop=stop,
            attached=await self._attached(due),
        )  # fmt: skip

    async def _attached(self, due: Due) -> Attachment | None:
        event, number = event_of(due.event)
        if event != "invoiced" or not due.settings.notifications.rule(event).attach:
            return None
        found = await self._file(due.tenant, due.reference, number)
        return None if found is None else Attachment(name=found[0], content=found[1])

    # ------------------------------------------------------------------------------------------- text messages

    async def _texts(self, tenant: UUID, todo: list[tuple[Due, str]], until: float) -> None:
        try:
            provider = await self._senders.sms(tenant)
        except ConfigError as error:
            await self._ending.server_away(tenant, "sms", error)
            return
        if provider is None:
            await self._ending.without_server(tenant, todo)
            return
        with closing(provider):
            for due, recipient in todo:
                if time.monotonic() > until or not await self._text(provider, due, recipient):
                    return
        await self._ending.works(tenant, "sms")

    async def _text(self, provider: SmsProvider, due: Due, recipient: str) -> bool:
        language = language_of(due.order, due.settings.notifications)
        async with tenant_transaction(due.tenant):
            template = await texts.template(due.channel, event_of(due.event)[0], "sms", language)
            items = await orders.items_of(due.channel, (line.item for line in due.order.lines))
            papers = await self._addresses(due)
        sms = composing.sms_of(due, recipient, language, template, items, papers)
        if not await self._ending.begun(due, sms):
            return True
        try:
            answer = await asyncio.to_thread(provider.send, sms.recipient, sms.text, sms.mark)
        except Uncertain as error:
            await self._ending.uncertain(due, str(error))
            return False
        except RecordRejected as error:
            await self._ending.failed(due, recipient, error)
            return True
        except (ConfigError, TransientError) as error:
            await self._ending.later(due, error)
            await self._ending.server_away(due.tenant, "sms", error)
            return False
        await self._ending.sent(due, sms, answer)
        return True

    async def _clear(self, tenant: UUID) -> None:
        """What a worker that died left half said. A provider that can look it up decides; else a person does."""
        async with tenant_transaction(tenant):
            left = [await repository.one(id_) for id_ in await repository.left_in_between(SURELY_DEAD)]
        for due in left:
            if due is None:
                continue
            answer = await self._looked_up(due) if due.medium == "sms" else None
            if answer is None:
                await self._ending.uncertain(due, "a worker died")
                continue
            recipient = composing.recipient_of(due.order, "sms")
            language = language_of(due.order, due.settings.notifications)
            await self._ending.sent(
                due, Sms(recipient=recipient, language=language, text="", mark=""), answer
            )

    async def _looked_up(self, due: Due) -> str | None:
        try:
            provider = await self._senders.sms(due.tenant)
            if provider is None:
                return None
            with closing(provider):
                mark = composing.mark_of(due.tenant, due.sales_order, due.event, "sms")[:20]
                recipient = composing.recipient_of(due.order, "sms")
                return await asyncio.to_thread(provider.find, recipient, mark)
        except ConnectorError as error:
            log.warning("a message could not be looked up", code=error.message.code, detail=error.detail)
            return None
