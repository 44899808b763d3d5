"""Webhooks: a shop tells that something happened. They only wake the collecting; what is stored is what the shop answers.

The secret of each connection is derived from the installation's key, so that there is nothing to store or to lose.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from uuid import UUID

import msgspec
import structlog

from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Shops, Wake
from raccord_connectors.registry import webhooks_of

log = structlog.get_logger(__name__)


class Hooks:
    """One per process."""

    def __init__(self, secret_key: str, public_url: str) -> None:
        self._key = bytes.fromhex(secret_key)
        self._public_url = public_url.rstrip("/")

    async def ensure(self, tenant: UUID, shop: UUID, shops: Shops) -> list[str]:
        """Makes what is missing in the shop and switches on what it switched off; the topics that were touched."""
        connector_name = await _connector(tenant, shop)
        module = webhooks_of(connector_name) if connector_name else None
        if module is None:
            return []
        async with shops.open(tenant, shop) as connector:
            touched: list[str] = await asyncio.to_thread(
                module.ensure, connector, self._address(tenant, shop), self._secret(tenant, shop)
            )
        return touched

    async def received(
        self, tenant: UUID, shop: UUID, body: bytes, headers: Mapping[str, str], wake: Wake
    ) -> bool:
        """False when this is not from the shop. Pings and topics that we do not use are true and do nothing."""
        connector_name = await _connector(tenant, shop)
        module = webhooks_of(connector_name) if connector_name else None
        if module is None:
            return False
        if module.is_ping(body, headers):
            return True
        if not module.verify(body, headers, self._secret(tenant, shop)):
            return False
        try:
            delivery = module.parse(body, headers)
        except msgspec.DecodeError:
            log.warning("webhook not understood", tenant=str(tenant), connection=str(shop))
            return True
        if delivery is not None and delivery.stream == "orders":
            for channel in await _channels(tenant, shop):
                await wake.collect(tenant, channel, delivery.key)
        return True

    def _address(self, tenant: UUID, shop: UUID) -> str:
        return f"{self._public_url}/hooks/{tenant}/{shop}"

    def _secret(self, tenant: UUID, shop: UUID) -> str:
        return hmac.new(self._key, b"webhook" + tenant.bytes + shop.bytes, hashlib.sha256).hexdigest()


async def _connector(tenant: UUID, shop: UUID) -> str | None:
    async with tenant_transaction(tenant) as connection:
        found: str | None = await connection.fetchval(
            "SELECT connector FROM connection WHERE id = $1 AND side = 'shop'", shop
        )
    return found


async def _channels(tenant: UUID, shop: UUID) -> list[UUID]:
    async with tenant_transaction(tenant) as connection:
        rows = await connection.fetch("SELECT id FROM channel WHERE shop = $1 AND state = 'live'", shop)
    return [row["id"] for row in rows]
