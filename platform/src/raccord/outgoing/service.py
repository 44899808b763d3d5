"""What one can do with outgoing webhooks. One object per web process."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import msgspec

from raccord.outgoing import errors, repository, signing
from raccord.outgoing.keeping import Secrets
from raccord.outgoing.models import EVENT_TYPES, TEST, Endpoint, State
from raccord.outgoing.repository import Call
from raccord.outgoing.sending import Sending
from raccord.storage.engine import tenant_transaction
from raccord.tenants.service import note
from raccord.vault import Vault
from raccord_connectors.contract import ConfigError
from raccord_connectors.kit.addresses import is_public

MOST = 20
"""Addresses of one merchant."""
LONGEST_REPLAY = timedelta(days=30)


class Webhooks:
    def __init__(
        self, vault: Vault, *, allow_private: bool, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._secrets = Secrets(vault)
        self._allow_private = allow_private
        self.sending = Sending(self._secrets, allow_private=allow_private, transport=transport)

    async def create(
        self, tenant: UUID, name: str, url: str, events: Sequence[str], account: UUID
    ) -> tuple[UUID, str]:
        """The id and the secret, which is shown once. Raises `ConfigError`, which names the field."""
        name, chosen = self._usable(name, url, events)
        made, secret = uuid4(), signing.new_secret()
        async with tenant_transaction(tenant):
            if len(await repository.endpoints()) >= MOST:
                raise ConfigError(errors.TOO_MANY.fill(most=MOST))
            sealed = self._secrets.seal(tenant, made, secret)
            await repository.insert(tenant, made, name, url, chosen, sealed, account)
            await note(tenant, account, "webhook.created", name, {"url": url})
        return made, secret

    async def change(
        self, tenant: UUID, endpoint: UUID, name: str, url: str, events: Sequence[str], account: UUID
    ) -> bool:
        """False when there is none. Raises `ConfigError`."""
        name, chosen = self._usable(name, url, events)
        async with tenant_transaction(tenant):
            if await repository.endpoint(endpoint) is None:
                return False
            await repository.save(endpoint, name, url, chosen)
            await note(tenant, account, "webhook.changed", name, {"url": url})
        return True

    async def switch(self, tenant: UUID, endpoint: UUID, state: State, account: UUID) -> bool:
        async with tenant_transaction(tenant):
            found = await repository.endpoint(endpoint)
            if found is None:
                return False
            await repository.switch(endpoint, state)
            await note(tenant, account, f"webhook.{state}", found.name)
        return True

    async def change_secret(self, tenant: UUID, endpoint: UUID, account: UUID) -> str | None:
        """The new one, shown once; for a day both sign. None when there is no such endpoint."""
        secret = signing.new_secret()
        async with tenant_transaction(tenant):
            found = await repository.endpoint(endpoint)
            if found is None:
                return None
            await self._secrets.change(tenant, endpoint, secret, datetime.now(UTC))
            await note(tenant, account, "webhook.secret", found.name)
        return secret

    async def delete(self, tenant: UUID, endpoint: UUID, account: UUID) -> bool:
        async with tenant_transaction(tenant):
            found = await repository.endpoint(endpoint)
            if found is None:
                return False
            await repository.delete(endpoint)
            await note(tenant, account, "webhook.deleted", found.name)
        return True

    async def test(self, tenant: UUID, endpoint: UUID) -> Call | None:
        """Sends an event of the type `test` at once. None when there is no such endpoint. Not inside a transaction."""
        event = uuid4()
        data = msgspec.json.encode({"message": "Bonjour de Raccord. Hello from Raccord."}).decode()
        async with tenant_transaction(tenant):
            found = await repository.endpoint(endpoint)
            if found is None:
                return None
            await repository.add_test(tenant, endpoint, event, TEST, data)
        return await self.sending.test(tenant, found, event)

    async def replay(self, tenant: UUID, endpoint: UUID, event: UUID, account: UUID) -> bool:
        async with tenant_transaction(tenant):
            done = await repository.replay(endpoint, event)
            if done:
                await note(tenant, account, "webhook.replayed", str(endpoint), {"event": str(event)})
        return done

    async def replay_failed(self, tenant: UUID, endpoint: UUID, since: datetime, account: UUID) -> int:
        earliest = datetime.now(UTC) - LONGEST_REPLAY
        async with tenant_transaction(tenant):
            many = await repository.replay_failed(endpoint, max(since, earliest))
            if many:
                await note(tenant, account, "webhook.replayed", str(endpoint), {"events": str(many)})
        return many

    async def every(self, tenant: UUID) -> list[Endpoint]:
        async with tenant_transaction(tenant):
            return await repository.endpoints()

    async def one(self, tenant: UUID, endpoint: UUID) -> Endpoint | None:
        async with tenant_transaction(tenant):
            return await repository.endpoint(endpoint)

    def _usable(self, name: str, url: str, events: Sequence[str]) -> tuple[str, list[str]]:
        name = name.replace("\0", "").strip()[:100]
        if not name:
            raise ConfigError(errors.NEEDS_NAME.fill(), field="name")
        chosen: list[str] = [one for one in EVENT_TYPES if one in events]
        if not chosen:
            raise ConfigError(errors.NEEDS_EVENTS.fill(), field="events")
        try:
            found = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise ConfigError(errors.BAD_URL.fill(), field="url") from None
        secure = found.scheme == "https" or (self._allow_private and found.scheme == "http")
        if not secure or not found.host or found.userinfo or len(url) > 1000 or "\0" in url:
            raise ConfigError(errors.BAD_URL.fill(), field="url")
        if not self._allow_private and not _may_be_public(found.host):  # names are looked up at each call
            raise ConfigError(errors.FORBIDDEN.fill(host=found.host), field="url")
        return name, chosen


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        return (
            host != "localhost" and not host.endswith((".localhost", ".local", ".internal")) and "." in host
        )
