"""By what a merchant's messages leave: a mail server and a provider of text messages, with their secrets in the vault."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec

from raccord.core.notification_rules import Medium
from raccord.notifications import errors, repository, return_repository
from raccord.notifications.mailbox import ReturnMailbox, ReturnSettings
from raccord.notifications.models import SenderRow
from raccord.notifications.sms import PROVIDERS, SmsProvider, provider
from raccord.notifications.smtp import SmtpConversation, SmtpSettings
from raccord.storage.engine import tenant_transaction
from raccord.tenants.service import note
from raccord.vault import Vault, VaultError
from raccord_connectors.contract import ConfigError, ConnectorError, Problem
from raccord_connectors.kit.settings import Settings, secret_fields

SMTP = "smtp"
RETURNS = "returns"
"""Where the password of the mailbox of returned mails is sealed."""


def settings_type(medium: Medium, name: str) -> type[Settings]:
    """Raises `KeyError` for a provider that nobody knows."""
    if medium == "email":
        return {SMTP: SmtpSettings}[name]
    return PROVIDERS[name].settings


class Senders:
    """One per process. `transport` is for tests: the providers' own addresses are fixed."""

    def __init__(
        self, vault: Vault, *, allow_private: bool, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._vault = vault
        self._allow_private = allow_private
        self._transport = transport

    async def row(self, tenant: UUID, medium: Medium) -> SenderRow | None:
        async with tenant_transaction(tenant):
            found = await repository.sender(medium)
        return found[0] if found else None

    async def save(
        self, tenant: UUID, medium: Medium, name: str, given: Mapping[str, Any], account: UUID | None
    ) -> None:
        """Secrets that are absent or empty stay as they are, as long as the provider stays. Raises `msgspec.ValidationError`."""
        kind = settings_type(medium, name)
        secrets = secret_fields(kind)
        async with tenant_transaction(tenant):
            stored = await repository.sender(medium)
            kept: dict[str, Any] = {}
            if stored is not None and stored[0].provider == name:
                kept = {key: value for key, value in self._opened(tenant, medium, stored[1]).items() if value}
            typed = {
                key: value for key, value in given.items() if not (key in secrets and value in (None, ""))
            }
            whole = {**kept, **typed}
            msgspec.convert(whole, type=kind)
            plain = {key: value for key, value in whole.items() if key not in secrets}
            secret = {key: value for key, value in whole.items() if key in secrets}
            filled = any(secret.values())
            sealed = self._vault.seal(tenant, _place(medium), msgspec.json.encode(secret)) if filled else None
            await repository.save_sender(tenant, medium, name, msgspec.json.encode(plain).decode(), sealed)
            await note(tenant, account, "sender.saved", medium, {"provider": name})

    async def remove(self, tenant: UUID, medium: Medium, account: UUID | None) -> None:
        async with tenant_transaction(tenant):
            await repository.remove_sender(medium)
            await note(tenant, account, "sender.removed", medium)

    async def check(self, tenant: UUID, medium: Medium) -> Problem | None:
        """Signs in and sends nothing. What waited for it goes on when it works."""
        try:
            await asyncio.to_thread(await self._checker(tenant, medium))
            problem = None
        except ConnectorError as error:
            problem = error.problem()
        await self.save_check(tenant, medium, problem)
        return problem

    async def save_check(self, tenant: UUID, medium: Medium, problem: Problem | None) -> None:
        async with tenant_transaction(tenant):
            await repository.save_check(medium, problem)
            if problem is None:
                await repository.rouse(medium)

    async def mail(self, tenant: UUID) -> tuple[SmtpConversation, SmtpSettings] | None:
        """None: the merchant has named no server. Raises `ConfigError`."""
        settings = await self._settings(tenant, "email")
        if settings is None:
            return None
        assert isinstance(settings, SmtpSettings)
        return SmtpConversation(settings, allow_private=self._allow_private), settings

    async def sms(self, tenant: UUID) -> SmsProvider | None:
        async with tenant_transaction(tenant):
            stored = await repository.sender("sms")
        settings = await self._settings(tenant, "sms")
        if stored is None or settings is None:
            return None
        return provider(stored[0].provider, settings, self._transport)

    # ------------------------------------------------------------------------------------- what comes back

    async def save_mailbox(self, tenant: UUID, given: Mapping[str, Any], account: UUID | None) -> None:
        """A password that is absent or empty stays as it is. Raises `msgspec.ValidationError`."""
        async with tenant_transaction(tenant):
            stored = await return_repository.mailbox()
            kept = self._opened(tenant, RETURNS, stored.secrets) if stored is not None else {}
            password = given.get("password") or kept.get("password") or ""
            msgspec.convert({**given, "password": password}, type=ReturnSettings)
            plain = {key: value for key, value in given.items() if key != "password"}
            sealed = self._vault.seal(tenant, _place(RETURNS), msgspec.json.encode({"password": password}))
            await return_repository.save_mailbox(tenant, msgspec.json.encode(plain).decode(), sealed)
            await note(tenant, account, "sender.saved", RETURNS)

    async def remove_mailbox(self, tenant: UUID, account: UUID | None) -> None:
        async with tenant_transaction(tenant):
            await return_repository.remove_mailbox()
            await note(tenant, account, "sender.removed", RETURNS)

    async def return_mailbox(self, tenant: UUID) -> ReturnMailbox | None:
        """None: the merchant has named none. Raises `ConfigError`."""
        async with tenant_transaction(tenant):
            stored = await return_repository.mailbox()
        if stored is None:
            return None
        whole = {**stored.settings, **self._opened(tenant, RETURNS, stored.secrets)}
        try:
            settings = msgspec.convert(whole, type=ReturnSettings)
        except msgspec.ValidationError as error:
            raise ConfigError(errors.SEALED.fill(), detail=type(error).__name__) from None
        return ReturnMailbox(settings, allow_private=self._allow_private)

    async def check_mailbox(self, tenant: UUID) -> Problem | None:
        """Signs in and reads nothing."""
        problem: Problem | None = None
        try:
            mailbox = await self.return_mailbox(tenant)
            if mailbox is not None:
                await asyncio.to_thread(_open_and_close, mailbox)
        except ConnectorError as error:
            problem = error.problem()
        async with tenant_transaction(tenant):
            await return_repository.looked(datetime.now(UTC), problem)
        return problem

    # ------------------------------------------------------------------------------------------------- inside

    async def _checker(self, tenant: UUID, medium: Medium) -> Callable[[], None]:
        if medium == "email":
            mail = await self.mail(tenant)
            if mail is None:
                raise ConfigError(NO_SERVER.fill())
            return lambda: _open_and_close(mail[0])
        sms = await self.sms(tenant)
        if sms is None:
            raise ConfigError(NO_SERVER.fill())

        def ask() -> None:
            with closing(sms):
                sms.check()

        return ask

    async def _settings(self, tenant: UUID, medium: Medium) -> Settings | None:
        async with tenant_transaction(tenant):
            stored = await repository.sender(medium)
        if stored is None:
            return None
        row, secrets = stored
        whole = {**row.settings, **self._opened(tenant, medium, secrets)}
        try:
            return msgspec.convert(whole, type=settings_type(medium, row.provider))
        except (msgspec.ValidationError, KeyError) as error:
            raise ConfigError(errors.SEALED.fill(), detail=type(error).__name__) from None

    def _opened(self, tenant: UUID, medium: str, sealed: bytes | None) -> dict[str, Any]:
        if sealed is None:
            return {}
        try:
            found: dict[str, Any] = msgspec.json.decode(self._vault.open(tenant, _place(medium), sealed))
        except VaultError as error:
            raise ConfigError(errors.SEALED.fill(), detail=str(error)) from error
        return found


NO_SERVER = errors.NO_SERVER


def _open_and_close(conversation: SmtpConversation | ReturnMailbox) -> None:
    try:
        conversation.open()
    finally:
        conversation.close()


def _place(medium: str) -> str:
    return f"sender:{medium}"
