"""The secrets that events are signed with, in the vault. After a change the former one signs as well for a day."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.outgoing import errors, repository
from raccord.storage.engine import tenant_transaction
from raccord.vault import Vault, VaultError
from raccord_connectors.contract import ConfigError

BOTH_FOR = timedelta(days=1)


class _Kept(Struct, frozen=True):
    current: str
    former: str = ""
    former_until: datetime | None = None


class Secrets:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, tenant: UUID, endpoint: UUID, secret: str) -> bytes:
        return self._sealed(tenant, endpoint, _Kept(secret))

    async def of(self, tenant: UUID, endpoint: UUID, now: datetime) -> list[str]:
        """The one in force first. Raises `ConfigError`."""
        async with tenant_transaction(tenant):
            kept = self._opened(tenant, endpoint, await repository.secret(endpoint))
        both = kept.former and kept.former_until is not None and now < kept.former_until
        return [kept.current, kept.former] if both else [kept.current]

    async def change(self, tenant: UUID, endpoint: UUID, secret: str, now: datetime) -> None:
        """Inside the tenant's transaction."""
        kept = self._opened(tenant, endpoint, await repository.secret(endpoint))
        sealed = self._sealed(tenant, endpoint, _Kept(secret, kept.current, now + BOTH_FOR))
        await repository.save_secret(endpoint, sealed)

    def _sealed(self, tenant: UUID, endpoint: UUID, kept: _Kept) -> bytes:
        return self._vault.seal(tenant, _place(endpoint), msgspec.json.encode(kept))

    def _opened(self, tenant: UUID, endpoint: UUID, sealed: bytes | None) -> _Kept:
        try:
            return msgspec.json.decode(self._vault.open(tenant, _place(endpoint), sealed or b""), type=_Kept)
        except VaultError as error:
            raise ConfigError(errors.SEALED.fill(), detail=str(error)) from error


def _place(endpoint: UUID) -> str:
    return f"endpoint:{endpoint}"
