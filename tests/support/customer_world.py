"""A merchant whose customers and accounts travel both ways: on the world of the orders' tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.customer_owners import CustomerExchange
from raccord.customers import service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.storage.locks import Locks
from raccord.sync.mappings import Mappings
from raccord.sync.ports import Ports
from raccord.sync.push import push
from raccord_connectors.canonical import Address, Customer
from support.database import opened
from support.order_world import OneShop, World, world

HOME = Address(last_name="Durand", line1="3 rue Haute", postal_code="69002", city="Lyon", country="FR")
MOVED = Address(line1="8 quai Saint-Antoine", postal_code="69002", city="Lyon", country="FR")


class CustomerWorld:
    """Deltas, pushes and answers are played by hand, so that a test can stop anywhere between two of them."""

    def __init__(self, found: World, locks: Locks) -> None:
        self.w = found
        self._locks = locks

    def erp(self, code: str = "DURAND") -> Customer:
        found = self.w.erp.find("customers", code)
        assert isinstance(found, Customer)
        return found

    def account(self, key: str = "7") -> Customer:
        found = self.w.shop.find("customers", key)
        assert isinstance(found, Customer)
        return found

    def change_erp(self, code: str = "DURAND", **fields: Any) -> None:
        """A person of the merchant's changes the customer in the ERP."""
        self.w.erp.put("customers", msgspec.structs.replace(self.erp(code), **fields))

    async def scan(self) -> None:
        """A delta brings what the ERP has, and marks what depends on it."""
        await self.w.ingest("customers")
        async with tenant_transaction(self.w.tenant) as connection:
            await connection.execute(
                "INSERT INTO to_project (tenant, channel, stream, key) "
                "SELECT DISTINCT tenant, channel, 'customers', customer FROM customer_account "
                "ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT"
            )

    async def collect(self, *, whole: bool = False) -> int:
        if whole:
            async with tenant_transaction(self.w.tenant) as connection:
                await connection.execute("UPDATE stream_state SET last_complete_at = NULL")
        return await service.collect(self.w.tenant, self.w.channel, None, OneShop(self.w.shop), self.w.wake)

    async def take_up(self) -> None:
        while await service.take_up(self.w.tenant, self.w.channel, self.w.commands, self.w.wake):
            pass

    async def push(self) -> None:
        ports = Ports(
            wake=self.w.wake, shops=OneShop(self.w.shop), orders=_NoOrders(), locks=self._locks, mappings=Mappings()
        )  # fmt: skip
        await push(ports, self.w.tenant, self.w.shop_connection, "ordinary")

    async def hand_over(self) -> None:
        """The workers look at what the agent answered."""
        answers, self.w.wake.answers = self.w.wake.answers, []
        for _, once in answers:
            await service.answered(self.w.tenant, once, self.w.commands, self.w.wake)

    async def settle(self, rounds: int = 12) -> None:
        """Until nothing moves any more."""
        for _ in range(rounds):
            await self.collect()
            await self.scan()
            await self.take_up()
            await self.push()
            if not await self.w.answer_without_taking():
                return
            await self.hand_over()
        raise AssertionError("the customers do not come to rest")

    async def hurry(self) -> None:
        """Time passes: leases run out, and what is to be tried again is due."""
        await self.w.expire_leases()
        async with tenant_transaction(self.w.tenant) as connection:
            await connection.execute("UPDATE customer_account SET retry_at = now()")
            await connection.execute("UPDATE binding SET retry_at = now()")

    async def choose(self, **exchange: Any) -> None:
        chosen = ChannelSettings(customers=msgspec.convert(exchange, type=CustomerExchange))
        async with tenant_transaction(self.w.tenant) as connection:
            await connection.execute(
                "UPDATE channel SET settings = $2 WHERE id = $1",
                self.w.channel,
                msgspec.json.encode(chosen).decode(),
            )
            await service.settings_changed(self.w.tenant, self.w.channel, chosen)

    async def rows(self) -> dict[str, dict[str, Any]]:
        async with tenant_transaction(self.w.tenant) as connection:
            found = await connection.fetch("SELECT * FROM customer_account ORDER BY account")
        return {row["account"]: dict(row) for row in found}

    async def told(self, *events: str) -> list[str]:
        """What the journal says of customers, oldest first."""
        async with tenant_transaction(self.w.tenant) as connection:
            found = await connection.fetch("SELECT event FROM journal WHERE stream = 'customers' ORDER BY id")
        return [row["event"] for row in found if not events or row["event"] in events]

    def writes(self, stream: str) -> int:
        return sum(1 for system in (self.w.erp, self.w.shop) for one in system.log if one[1] == stream)


class _NoOrders:
    async def project_updates(self, references: Any) -> int:
        return 0

    async def end_reflected(self, tenant: Any, erp: Any, items: Any) -> list[str]:
        return []


def run(settings: Settings, scenario: Callable[[CustomerWorld], Awaitable[None]], **exchange: Any) -> None:
    """One customer of the ERP and its account, which its e-mail address tells."""

    async def inside() -> None:
        async with opened(settings), world() as found:
            found.erp.put_customer(
                "DURAND", "DURAND Anne", email="anne@example.org", first_name="Anne", last_name="Durand", phone="0478000000",
                billing=HOME, price_category="1",
            )  # fmt: skip
            found.shop.put_account(
                "7",
                email="anne@example.org",
                first_name="Anne",
                last_name="Durand",
                phone="04 78 00 00 00",
                billing=HOME,
            )
            await found.ingest("customers")
            assert settings.database_url is not None
            locks = Locks(settings.database_url)
            try:
                made = CustomerWorld(found, locks)
                await made.choose(**{"direction": "both", **exchange})
                await made.settle()
                await scenario(made)
            finally:
                await locks.close()

    asyncio.run(inside())
