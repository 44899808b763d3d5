"""Looks at one company, opens and resolves its alerts, and tells its people: grouped, each thing once, its end too.

Alerts are levels like all else: what is wrong now is compared with what is open. A mail is marked as told after the server took
it; a death in between tells the same twice, under the same Message-ID, which is better than not at all.
"""

import asyncio
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from raccord.alerts import mails, repository
from raccord.alerts.models import News, Reader
from raccord.notifications.smtp import SmtpConversation, SmtpSettings, Uncertain
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConnectorError

SETTLING = timedelta(minutes=5)
"""What is wrong for a shorter time is not told: most of it mends itself."""
BETWEEN = timedelta(minutes=30)
"""Between two mails to one person; what comes meanwhile waits for the next one."""
DAILY_HOUR = 8
"""Of the company's day, at which daily mails leave."""

log = structlog.get_logger(__name__)


def platform_mail(settings: Settings) -> SmtpSettings | None:
    """The platform's own mail server, `RACCORD_SMTP_…`; None where the operator named none."""
    if settings.smtp_host is None or settings.smtp_sender is None:
        return None
    return SmtpSettings(
        host=settings.smtp_host, port=settings.smtp_port, security=settings.smtp_security, user=settings.smtp_user or "",
        password=settings.smtp_password or "", sender=settings.smtp_sender, sender_name="Raccord",
    )  # fmt: skip


class Watch:
    def __init__(self, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._mail = platform_mail(settings)
        self._public_url = settings.public_url.rstrip("/")
        self._now = now

    async def look(self, tenant: UUID) -> None:
        """One caller at a time for each tenant."""
        await self.compare(tenant)
        if self._mail is not None:
            await self._tell(tenant, self._mail)

    async def compare(self, tenant: UUID) -> None:
        async with tenant_transaction(tenant):
            wrong = {(seen.kind, seen.object): seen for seen in await repository.observed()}
            known = {(alert.kind, alert.object): alert for alert in await repository.open_alerts()}
            for key, seen in wrong.items():
                if key not in known:
                    await repository.open_one(tenant, seen)
                elif known[key].details != seen.details:
                    await repository.refresh(known[key].id, seen)
            await repository.resolve(tenant, [alert.id for key, alert in known.items() if key not in wrong])

    async def _tell(self, tenant: UUID, server: SmtpSettings) -> None:
        todo: list[tuple[Reader, News]] = []
        async with tenant_transaction(tenant):
            name, zone = await repository.company()
            for reader in await repository.readers():
                if self._is_due(reader, ZoneInfo(zone)):
                    news = await self._news(reader)
                    if news.opened or news.resolved:
                        todo.append((reader, news))
        if todo:
            await self._send(tenant, name, server, todo)

    async def _news(self, reader: Reader) -> News:
        opened, resolved = await repository.unknown_to(reader.account, reader.kinds)
        settled = self._now() - SETTLING
        return News([alert for alert in opened if alert.opened_at <= settled], resolved)

    def _is_due(self, reader: Reader, zone: ZoneInfo) -> bool:
        if reader.pace == "never":
            return False
        now, last = self._now(), reader.last_told_at
        if reader.pace == "at_once":
            return last is None or now - last >= BETWEEN
        local = now.astimezone(zone)
        today = last is not None and last.astimezone(zone).date() == local.date()
        return local.hour >= DAILY_HOUR and not today

    async def _send(
        self, tenant: UUID, company: str, server: SmtpSettings, todo: list[tuple[Reader, News]]
    ) -> None:
        conversation = SmtpConversation(server, allow_private=True)  # the operator's, not a merchant's
        try:
            await asyncio.to_thread(conversation.open)
            for reader, news in todo:
                content = mails.mail(
                    company, reader, news, server, f"{self._public_url}/t/{tenant}", _mark(reader, news)
                )
                await asyncio.to_thread(_hand_over, conversation, reader.email, content)
                async with tenant_transaction(tenant):
                    opened, resolved = [one.id for one in news.opened], [one.id for one in news.resolved]
                    await repository.told(tenant, reader.account, opened, resolved)
        except ConnectorError as error:
            log.warning("alerts were not sent", code=error.message.code, detail=error.detail)
        except Uncertain as error:
            log.warning("alerts were perhaps not sent", detail=str(error))
        finally:
            await asyncio.to_thread(conversation.close)


def _hand_over(conversation: SmtpConversation, recipient: str, content: bytes) -> None:
    conversation.offer(recipient)
    conversation.hand_over(content)


def _mark(reader: Reader, news: News) -> str:
    """The same for the same news to the same person."""
    told = [f"+{one.id}" for one in news.opened] + [f"-{one.id}" for one in news.resolved]
    return uuid.uuid5(reader.account, " ".join(sorted(told))).hex
