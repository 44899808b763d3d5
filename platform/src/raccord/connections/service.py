"""What one can do with connections. One object per process; it satisfies `sync.ports.Shops`."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from raccord.connections import errors, repository
from raccord.connections.idle import IdleConnectors
from raccord.connections.models import Checked, Connection
from raccord.log import trace
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync.daily import SharedAllowance, counts_days
from raccord.sync.ports import Wake
from raccord.tenants.service import note
from raccord.vault import Vault, VaultError
from raccord_connectors.contract import (
    ConfigError,
    Connector,
    ConnectorError,
    Discovery,
    Problem,
    Side,
    Text,
)
from raccord_connectors.kit.executor import place
from raccord_connectors.kit.settings import secret_fields
from raccord_connectors.registry import build, connector_class

PLATFORMS_OWN = "allow_private_address"
"""A setting of some connectors that the installation decides, never the merchant: may loopback be called? (DESIGN §6.13)"""
log = structlog.get_logger(__name__)


class Connections:
    def __init__(
        self,
        vault: Vault,
        *,
        allow_private_addresses: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now`: by which days are counted, of shops that grant so many requests a day."""
        self._vault = vault
        self._now = now
        self._allow_private = allow_private_addresses
        self._idle = IdleConnectors()

    # ------------------------------------------------------------------------------------------ by a person

    async def create_shop(
        self,
        tenant: UUID,
        name: str,
        connector: str,
        settings: Mapping[str, Any],
        account: UUID | None = None,
    ) -> UUID:
        """`settings` with the secret ones among them. Raises `ConfigError`, which names the setting."""
        self._demand_side(connector, Side.SHOP, errors.NOT_A_SHOP)
        plain, secret = self._parted(connector, settings)
        connection = uuid.uuid4()
        async with tenant_transaction(tenant):
            sealed = self._vault.seal(tenant, _place(connection), msgspec.json.encode(secret))
            packed = msgspec.json.encode(plain).decode()
            await repository.insert(tenant, connection, name.strip(), connector, "shop", packed, sealed)
            await note(tenant, account, "connection.created", str(connection), {"connector": connector})
        return connection

    async def create_erp(self, tenant: UUID, name: str, connector: str, account: UUID | None = None) -> UUID:
        """An ERP that an agent will speak for: its settings and secrets never come here."""
        self._demand_side(connector, Side.ERP, errors.NOT_AN_ERP)
        connection = uuid.uuid4()
        async with tenant_transaction(tenant):
            await repository.insert(tenant, connection, name.strip(), connector, "erp", "{}", None)
            await note(tenant, account, "connection.created", str(connection), {"connector": connector})
        return connection

    async def change_settings(
        self, tenant: UUID, connection: UUID, settings: Mapping[str, Any], account: UUID | None = None
    ) -> None:
        """Of a shop. Secrets that are absent or empty stay as they are. To be tested again before anything is sent."""
        async with tenant_transaction(tenant):
            stored = await self._stored(connection)
            kept = {name: value for name, value in self._secrets(tenant, connection, stored).items() if value}
            secrets = secret_fields(connector_class(stored.connector).spec.settings)
            given = {k: v for k, v in settings.items() if not (k in secrets and v in (None, ""))}
            plain, secret = self._parted(stored.connector, {**kept, **given})
            sealed = self._vault.seal(tenant, _place(connection), msgspec.json.encode(secret))
            await repository.save_settings(connection, msgspec.json.encode(plain).decode(), sealed)
            await note(tenant, account, "connection.changed", str(connection))

    async def by_id(self, tenant: UUID, connection: UUID) -> Connection | None:
        async with tenant_transaction(tenant):
            return await repository.by_id(connection)

    async def every(self, tenant: UUID) -> list[Connection]:
        async with tenant_transaction(tenant):
            return await repository.every()

    async def check(self, tenant: UUID, connection: UUID, wake: Wake) -> Checked:
        """Tests a shop and learns what it has. A good test starts what had stopped; what the shop tells anew (tax classes,
        prices with or without tax) has its channels projected again."""
        checked, discovery = await self._ask(tenant, connection)
        async with tenant_transaction(tenant):
            changed = await repository.save_check(connection, checked, discovery)
            channels = await repository.channels_of(connection)
            if changed:
                for channel, erp in channels:
                    await projections.mark_everything(tenant, channel, erp)
        if changed:
            for channel, _ in channels:
                await wake.project(tenant, channel, "listings")
                await wake.project(tenant, channel, "availability")
        if checked.good:
            await wake.push(tenant, connection, "urgent")
            await wake.push(tenant, connection, "ordinary")
        return checked

    async def _ask(self, tenant: UUID, connection: UUID) -> tuple[Checked, Discovery | None]:
        def ask(opener: Callable[[], Connector]) -> Discovery:
            with closing(opener()) as connector:
                connector.check()
                return connector.discover()

        try:
            async with tenant_transaction(tenant):
                stored = await self._stored(connection)
            return Checked(), await asyncio.to_thread(ask, self._opener(tenant, connection, stored))
        except ConfigError as error:
            return Checked(error.problem(), error.findings), None
        except ConnectorError as error:
            return Checked(error.problem()), None
        except Exception as error:  # a bug of a connector is not the merchant's affair, nor an error page
            log.error("check failed", connection=str(connection), trace=trace(error))
            return Checked(Problem("bug", errors.FAILED.fill(), detail=place(error))), None

    # --------------------------------------------------------------------------------------------- connectors

    def _opener(self, tenant: UUID, connection: UUID, stored: repository.Stored) -> Callable[[], Connector]:
        if stored.side != "shop":
            raise ConfigError(errors.NOT_A_SHOP.fill(name=stored.connector))
        secrets = self._secrets(tenant, connection, stored)
        settings = {**msgspec.json.decode(stored.settings), **secrets}
        return self._counted(tenant, connection, stored.connector, settings)

    def _counted(
        self, tenant: UUID, connection: UUID, name: str, settings: Mapping[str, Any]
    ) -> Callable[[], Connector]:
        """Makes the connector; one whose shop grants so many requests a day asks before each of them."""
        spec = connector_class(name).spec
        limit = spec.limits.of_day(settings) if counts_days(spec.limits) else None
        if limit is None:
            return lambda: self._build(name, settings)
        allowance = SharedAllowance(tenant, connection, spec, limit, self._now)

        def made() -> Connector:
            metered: Any = self._build(name, settings)
            metered.allowance = allowance
            connector: Connector = metered
            return connector

        return made

    @asynccontextmanager
    async def open(self, tenant: UUID, connection: UUID) -> AsyncIterator[Connector]:
        """The shop's connector, for calls in threads, one at a time. Raises `ConfigError`. One that was used a moment ago
        with the same settings is used again; one that met an error is not."""
        async with tenant_transaction(tenant):
            stored = await self._stored(connection)
        key = (tenant, connection, *stored)
        kept = self._idle.take(key)
        if kept is None:
            opener = self._opener(tenant, connection, stored)
            kept = await asyncio.to_thread(opener), self._idle.now()
        connector, made = kept
        try:
            yield connector
        except BaseException:
            await asyncio.shield(asyncio.to_thread(connector.close))
            raise
        await asyncio.to_thread(self._idle.give, key, connector, made)

    def close(self) -> None:
        """At the end of the process."""
        self._idle.close()

    # ------------------------------------------------------------------------------------------------- inside

    def _build(self, connector: str, settings: Mapping[str, Any]) -> Connector:
        given = {name: value for name, value in settings.items() if name != PLATFORMS_OWN}
        if PLATFORMS_OWN in connector_class(connector).spec.settings.__struct_fields__:
            given[PLATFORMS_OWN] = self._allow_private
        return build(connector, given)

    def _parted(self, connector: str, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Settings to be kept in the open, and secret ones; all of them checked to be usable."""
        self._build(connector, settings).close()
        secrets = secret_fields(connector_class(connector).spec.settings)
        given = {name: value for name, value in settings.items() if name != PLATFORMS_OWN}
        return (
            {name: value for name, value in given.items() if name not in secrets},
            {name: value for name, value in given.items() if name in secrets},
        )

    def _secrets(self, tenant: UUID, connection: UUID, stored: repository.Stored) -> dict[str, Any]:
        if stored.secrets is None:
            return {}
        try:
            opened = self._vault.open(tenant, _place(connection), stored.secrets)
        except VaultError as error:
            raise ConfigError(errors.SEALED.fill(), detail=str(error)) from error
        secrets: dict[str, Any] = msgspec.json.decode(opened)
        return secrets

    async def _stored(self, connection: UUID) -> repository.Stored:
        stored = await repository.stored(connection)
        if stored is None:
            raise ConfigError(errors.UNKNOWN.fill())
        return stored

    def _demand_side(self, connector: str, side: Side, otherwise: Text) -> None:
        if connector_class(connector).spec.side is not side:
            raise ConfigError(otherwise.fill(name=connector), field="connector")


def _place(connection: UUID) -> str:
    return f"connection:{connection}"
