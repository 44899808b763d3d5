"""A merchant for the tests of orders: an in-memory ERP and shop, a real database, and an agent that can die anywhere."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.order_rules import OrderRules
from raccord.orders import service
from raccord.orders.following import FollowUp
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import Caller
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import Record, encode, fingerprint
from raccord_connectors.contract import Connector
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.memory_shop import MemoryShop
from raccord_connectors.sample.shop_system import ShopSystem
from support.database import new_tenant


@dataclass
class RecordedWake:
    """Remembers what was woken; the world plays it."""

    entering: list[UUID] = field(default_factory=list)
    answers: list[tuple[UUID, str]] = field(default_factory=list)

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None: ...

    async def push(self, tenant: UUID, shop: UUID, lane: str) -> None: ...

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None: ...

    async def hooks(self, tenant: UUID, channel: UUID) -> None: ...

    async def plan(self, tenant: UUID, plan: UUID) -> None: ...

    async def enter(self, tenant: UUID, order: UUID) -> None:
        self.entering.append(order)

    async def drift(self, tenant: UUID, channel: UUID) -> None: ...

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None: ...

    async def media(self, tenant: UUID) -> None: ...

    async def document(self, tenant: UUID, paper: UUID) -> None: ...

    async def notify(self, tenant: UUID) -> None: ...

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        if once is not None:
            self.answers.append((command, once))


class OneShop:
    """`sync.ports.Shops` with the one shop of the world."""

    def __init__(self, shop: ShopSystem) -> None:
        self._shop = shop

    @asynccontextmanager
    async def open(self, tenant: UUID, connection: UUID) -> AsyncIterator[Connector]:
        yield MemoryShop(MemorySettings(system=self._shop.name))


async def connected() -> bool:
    """The agent's line holds."""
    return True


@dataclass
class World:
    tenant: UUID
    channel: UUID
    caller: Caller
    shop_connection: UUID
    erp: ErpSystem
    shop: ShopSystem
    wake: RecordedWake
    commands: Commands
    clock: float = 0.0
    """The agent's, by which it tells when it read. 0: an agent that does not tell."""

    def _moment(self) -> float:
        if self.clock:
            self.clock += 1
        return self.clock

    async def collect(self, keys: Sequence[str] | None = None) -> int:
        return await service.collect(self.tenant, self.channel, keys, OneShop(self.shop), self.wake)

    async def advance_all(self) -> None:
        """What the sweep does: every order that is not settled goes a step."""
        async with tenant_transaction(self.tenant) as connection:
            rows = await connection.fetch("SELECT id FROM sales_order WHERE state IN ('waiting', 'entering')")
        for row in rows:
            await service.advance(self.tenant, row["id"], self.commands, self.wake)

    async def play_agent(self) -> int:
        """Leases, executes, answers, as the agent does; returns how many commands were done."""
        done = await self.answer_without_taking()
        await self.hand_over_answers()
        return done

    async def answer_without_taking(self) -> int:
        """The agent has answered; no worker has looked at it yet."""
        leased = await self.commands.lease(self.caller, wire.LeaseRequest(wait=0), connected)
        for command in leased:
            moment = self._moment()
            result = execute(MemoryErp(MemorySettings(system=self.erp.name)), command)
            await self.commands.finish(self.caller, replace(result, read_at=moment))
        return len(leased)

    async def hand_over_answers(self) -> None:
        for command_id, once in self.wake.answers:
            await self._hand_over(command_id, once)
        self.wake.answers.clear()

    async def _hand_over(self, command: UUID, once: str) -> None:
        async with tenant_transaction(self.tenant):
            answer = await self.commands.answer(self.caller.connection, once)
        assert answer is not None
        assert answer.result is not None
        await service.answered(
            self.tenant, self.caller.connection, once, answer.result, self.commands, self.wake
        )

    async def settle(self, rounds: int = 30) -> None:
        """Until nothing moves any more."""
        for _ in range(rounds):
            await self.advance_all()
            if not await self.play_agent():
                return
        raise AssertionError("the orders do not come to rest")

    async def expire_leases(self) -> None:
        """An agent died with its commands: their lease runs out."""
        async with tenant_transaction(self.tenant) as connection:
            await connection.execute(
                "UPDATE command SET leased_until = now() - interval '1 second' WHERE state = 'leased'"
            )

    async def ingest(self, stream: str) -> None:
        """What deltas bring: the ERP's records of this stream into the snapshot."""
        await self.ingest_as_of(stream, self.erp.all(stream), self._moment())

    async def ingest_as_of(self, stream: str, records: list[Record], moment: float) -> None:
        """They were read at that moment of the agent's clock."""
        async with tenant_transaction(self.tenant) as connection:
            for record in records:
                data = encode(record)
                await connection.execute(
                    "INSERT INTO snapshot AS s (tenant, connection, stream, key, fingerprint, data, read_at) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7) "
                    "ON CONFLICT (tenant, connection, stream, key) DO UPDATE "
                    "SET fingerprint = excluded.fingerprint, data = excluded.data, read_at = excluded.read_at "
                    "WHERE s.fingerprint <> excluded.fingerprint",
                    self.tenant, self.caller.connection, stream, record.key, UUID(bytes=fingerprint(data)), data.decode(),
                    moment,
                )  # fmt: skip

    async def follow_up(self) -> None:
        async with tenant_transaction(self.tenant) as connection:
            rows = await connection.fetch("SELECT reference FROM sales_order")
            await FollowUp(self.commands).project_updates([row["reference"] for row in rows])

    async def order(self) -> dict[str, object]:
        """The one order of the test."""
        async with tenant_transaction(self.tenant) as connection:
            (row,) = await connection.fetch("SELECT * FROM sales_order")
        return dict(row)

    async def open_reservations(self) -> dict[str, object]:
        async with tenant_transaction(self.tenant) as connection:
            rows = await connection.fetch("SELECT item, quantity FROM reservation WHERE ended_at IS NULL")
        return {row["item"]: row["quantity"] for row in rows}


@asynccontextmanager
async def world(**settings: object) -> AsyncIterator[World]:
    """Two articles, on sale, in both systems; inside `opened(...)`."""
    tenant = await new_tenant()
    erp, shop = ErpSystem(f"erp-{uuid.uuid4().hex}"), ShopSystem(f"shop-{uuid.uuid4().hex}")
    erp_id, shop_id, channel, agent = (uuid.uuid4() for _ in range(4))
    rules = {"items": {"shipping": "PORT"}, **settings}
    chosen = ChannelSettings(orders=msgspec.convert(rules, type=OrderRules))
    erp.put_product("PORT", "Frais de port", price="5.75")
    async with tenant_transaction(tenant) as connection:
        for found, side, connector in ((erp_id, "erp", "memory_erp"), (shop_id, "shop", "memory_shop")):
            await connection.execute(
                "INSERT INTO connection (tenant, id, name, connector, side, state) VALUES ($1, $2, $3, $4, $3, 'ready')",
                tenant, found, side, connector,
            )  # fmt: skip
        await connection.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, state, settings, orders_from) "
            "VALUES ($1, $2, 'c', $3, $4, 'live', $5, 'epoch')",
            tenant, channel, erp_id, shop_id, msgspec.json.encode(chosen).decode(),
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO agent (tenant, id, connection, public_key) VALUES ($1, $2, $3, $4)",
            tenant,
            agent,
            erp_id,
            b"k" * 32,
        )
        for item in ("CHAISE", "TABLE"):
            erp.put_product(item, item.capitalize(), price="100", stock="10")
            listing = shop.put_listing(item.capitalize(), sku=item, price="120", quantity="10")
            await connection.execute(
                "INSERT INTO binding (tenant, channel, stream, key, target) VALUES ($1, $2, 'availability', $3, $4)",
                tenant, channel, item, listing.offers[0].key,
            )  # fmt: skip
    wake = RecordedWake()
    made = World(tenant, channel, Caller(tenant, agent, erp_id), shop_id, erp, shop, wake, Commands(wake))
    for stream in ("products", "stock", "customers"):
        await made.ingest(stream)
    yield made
    erp.forget()
    shop.forget()
