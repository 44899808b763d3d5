"""Webhooks: only the shop itself wakes us, and strangers learn nothing."""

import asyncio
import base64
import hashlib
import hmac
import uuid
from uuid import UUID

import pytest

from raccord.orders.hooks import Hooks
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from support.database import new_tenant, opened

BODY = b'{"id": 1042, "status": "processing"}'


class Collected:
    """A `Wake` that only hears of collecting."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None:
        self.keys.append(key)


async def _shop(tenant: UUID) -> UUID:
    erp, shop = uuid.uuid4(), uuid.uuid4()
    async with tenant_transaction(tenant) as connection:
        for found, side, connector in ((erp, "erp", "memory_erp"), (shop, "shop", "woocommerce")):
            await connection.execute(
                "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, $3, $4, $3)",
                tenant, found, side, connector,
            )  # fmt: skip
        await connection.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, state) VALUES ($1, $2, 'c', $3, $4, 'live')",
            tenant, uuid.uuid4(), erp, shop,
        )  # fmt: skip
    return shop


def _headers(secret: str, body: bytes) -> dict[str, str]:
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {"X-WC-Webhook-Signature": signature, "X-WC-Webhook-Topic": "order.updated"}


@pytest.mark.parametrize(
    ("tampered", "other_tenant", "expected"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_a_delivery_wakes_the_collecting_only_when_the_shop_signed_it(
    settings: Settings, tampered: bool, other_tenant: bool, expected: bool
) -> None:
    async def scenario() -> None:
        async with opened(settings):
            tenant, stranger = await new_tenant(), await new_tenant("Autre")
            shop = await _shop(tenant)
            hooks, wake = Hooks("00" * 32, "https://raccord.example"), Collected()
            headers = _headers(hooks._secret(tenant, shop), BODY)
            body = BODY.replace(b"1042", b"1043") if tampered else BODY
            told = await hooks.received(stranger if other_tenant else tenant, shop, body, headers, wake)  # type: ignore[arg-type]
            assert (expected, ["1042"] if expected else []) == (told, wake.keys)

    asyncio.run(scenario())


def test_a_ping_and_nonsense_that_the_shop_signed_are_taken_and_do_nothing(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            tenant = await new_tenant()
            shop = await _shop(tenant)
            hooks, wake = Hooks("00" * 32, "https://raccord.example"), Collected()
            assert await hooks.received(tenant, shop, b"webhook_id=7", {}, wake)  # type: ignore[arg-type]
            nonsense = b"<html>"
            headers = _headers(hooks._secret(tenant, shop), nonsense)
            assert await hooks.received(tenant, shop, nonsense, headers, wake)  # type: ignore[arg-type]
            assert [] == wake.keys

    asyncio.run(scenario())
