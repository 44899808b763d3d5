"""A merchant for the tests of publishing: an in-memory ERP whose deltas are taken by the real ingest, a real database, an
in-memory shop; wake-ups are remembered and played, so that a test decides which of them are lost."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from raccord.channels import service as channels
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings
from raccord.orders.following import FollowUp
from raccord.orders.reservations import mark_items
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.storage.locks import Locks
from raccord.sync import ingest
from raccord.sync.caller import Caller
from raccord.sync.commands import Commands
from raccord.sync.first_match import Matched
from raccord.sync.mappings import Mappings
from raccord.sync.planning import make as make_plan
from raccord.sync.ports import Lane, Ports
from raccord.sync.project import project
from raccord.sync.push import push
from raccord.vault import Vault
from raccord_connectors import wire
from raccord_connectors.canonical import Listing, encode, fingerprint
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.shop_system import ShopSystem
from support.database import new_tenant, opened

PUBLISHED = ("categories", "products", "prices", "stock")


@dataclass
class PlayedWake:
    """Remembers each piece of work once, in the order in which it was first asked."""

    work: dict[tuple[str, UUID, UUID, str], None] = field(default_factory=dict)

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None:
        self.work["project", tenant, channel, stream] = None

    async def push(self, tenant: UUID, shop: UUID, lane: Lane) -> None:
        self.work["push", tenant, shop, lane] = None

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None: ...

    async def hooks(self, tenant: UUID, channel: UUID) -> None: ...

    async def plan(self, tenant: UUID, plan: UUID) -> None:
        self.work["plan", tenant, plan, ""] = None

    async def enter(self, tenant: UUID, order: UUID) -> None: ...

    async def drift(self, tenant: UUID, channel: UUID) -> None: ...

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None: ...

    async def media(self, tenant: UUID) -> None: ...

    async def document(self, tenant: UUID, paper: UUID) -> None: ...

    async def notify(self, tenant: UUID) -> None: ...

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None: ...


@dataclass
class Merchant:
    tenant: UUID
    caller: Caller
    shop_connection: UUID
    channel: UUID
    erp: ErpSystem
    shop: ShopSystem
    wake: PlayedWake
    ports: Ports
    connections: Connections
    url: str
    number: int = 0
    sent: dict[str, dict[str, bytes]] = field(default_factory=dict)

    # ----------------------------------------------------------------------------------------- the ERP's side

    async def ship(self, *streams: str, complete: bool = True) -> int:
        """What the agent does: sends what changed, and what is gone when the pass was complete. Returns records sent."""
        total = 0
        for stream in streams or PUBLISHED:
            known = self.sent.setdefault(stream, {})
            now = {record.key: encode(record) for record in self.erp.all(stream)}
            changed = [key for key, data in now.items() if known.get(key) != data]
            gone = [key for key in known if key not in now] if complete else []
            for start in range(0, max(len(changed), 1), wire.MAX_DELTA_RECORDS):
                part = changed[start : start + wire.MAX_DELTA_RECORDS]
                deletions = gone if start == 0 else []
                if part or deletions:
                    await self._send(stream, [(key, now[key]) for key in part], deletions, len(now))
            self.sent[stream] = now
            total += len(changed)
        return total

    async def _send(
        self, stream: str, upserts: Iterable[tuple[str, bytes]], deletions: list[str], seen: int
    ) -> None:
        self.number += 1
        rows = [wire.Upsert(key, fingerprint(data), data) for key, data in upserts]
        delta = wire.Delta(
            self.number, stream, rows, deletions, complete=bool(deletions), seen=max(seen, 1), read_at=0.0
        )
        await ingest.take(self.caller, delta, self.wake)

    # --------------------------------------------------------------------------------------------- the workers

    async def settle(self, rounds: int = 200) -> None:
        """Plays the wake-ups until there are none."""
        for _ in range(rounds):
            if not self.wake.work:
                return
            kind, tenant, place, what = next(iter(self.wake.work))
            del self.wake.work[kind, tenant, place, what]
            if kind == "plan":
                if await make_plan(self.ports, tenant, place):
                    await self.wake.plan(tenant, place)
            elif kind == "project":
                again = await project(self.ports, tenant, place, what)
                if again:
                    await self.wake.project(tenant, place, what)
            else:
                again = await push(self.ports, tenant, place, what)  # type: ignore[arg-type]
                if again:
                    await self.wake.push(tenant, place, what)  # type: ignore[arg-type]
        raise AssertionError(f"the work does not come to rest: {list(self.wake.work)}")

    async def sync(self, *streams: str) -> None:
        await self.ship(*streams)
        await self.settle()

    async def go_live(self) -> Matched:
        matched = await channels.go_live(self.tenant, self.channel, self.connections, self.wake)
        await self.settle()
        return matched

    # ------------------------------------------------------------------------------------------------ looking

    def listing(self, key: str) -> Listing | None:
        """What the shop shows of the ERP's article."""
        return self.shop.listing_of(key)

    def shown(self, key: str) -> Listing:
        found = self.shop.listing_of(key)
        assert found is not None, f"{key} is not in the shop"
        return found

    async def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        async with tenant_transaction(self.tenant) as connection:
            return [dict(row) for row in await connection.fetch(statement, *values)]

    async def binding(self, key: str, stream: str = "listings") -> dict[str, Any] | None:
        rows = await self.rows("SELECT * FROM binding WHERE stream = $1 AND key = $2", stream, key)
        return rows[0] if rows else None

    async def problem(self, key: str, stream: str = "listings") -> str | None:
        """Code of the problem of a binding."""
        row = await self.binding(key, stream)
        if row is None or row["problem"] is None:
            return None
        code: str = msgspec.json.decode(row["problem"])["message"]["code"]
        return code

    async def due(self) -> list[str]:
        rows = await self.rows(
            "SELECT stream, key FROM binding WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held "
            "AND brake IS NULL AND desired_print IS NOT NULL ORDER BY stream, key"
        )
        return [f"{row['stream']}:{row['key']}" for row in rows]

    async def events(self, stream: str = "listings") -> list[tuple[str, str]]:
        rows = await self.rows(
            "SELECT key, event FROM journal WHERE stream = $1 AND channel IS NOT NULL ORDER BY id", stream
        )
        return [(row["key"], row["event"]) for row in rows]


@asynccontextmanager
async def merchant(
    settings: Settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    stopping: Callable[[], bool] = lambda: False,
    live: bool = True,
    patience: float = 0,
    shop_connector: tuple[str, dict[str, Any]] | None = None,
    **channel: object,
) -> AsyncIterator[Merchant]:
    """An ERP with nothing in it: fill `erp`, then `ship`. The database is opened here. `shop_connector`: another shop than
    the one in memory, as (name, settings)."""
    assert settings.database_url
    assert settings.secret_key
    async with opened(settings):
        tenant = await new_tenant()
        erp, shop = ErpSystem(f"erp-{uuid.uuid4().hex}"), ShopSystem(f"shop-{uuid.uuid4().hex}")
        connections = Connections(Vault(settings.secret_key), allow_private_addresses=True, now=now)
        wake = PlayedWake()
        commands = Commands(wake)
        locks = Locks(settings.database_url)
        ports = Ports(
            wake=wake,
            shops=connections,
            orders=FollowUp(commands),
            locks=locks,
            mappings=Mappings(),
            patience=timedelta(seconds=patience),
            now=now,
            sleep=sleep,
            stopping=stopping,
        )
        erp_id = await connections.create_erp(tenant, "Gestion", "memory_erp")
        connector, chosen_shop = shop_connector or ("memory_shop", {"system": shop.name})
        shop_id = await connections.create_shop(tenant, "Boutique", connector, chosen_shop)
        assert (await connections.check(tenant, shop_id, wake)).good
        chosen = msgspec.convert(channel, type=ChannelSettings)
        channel_id = await channels.create(tenant, "Site", erp_id, shop_id, chosen)
        agent = uuid.uuid4()
        async with tenant_transaction(tenant) as connection:
            await connection.execute(
                "INSERT INTO agent (tenant, id, connection, public_key) VALUES ($1, $2, $3, $4)",
                tenant,
                agent,
                erp_id,
                b"k" * 32,
            )
        made = Merchant(
            tenant,
            Caller(tenant, agent, erp_id),
            shop_id,
            channel_id,
            erp,
            shop,
            wake,
            ports,
            connections,
            settings.database_url,
        )
        try:
            if live:
                await made.go_live()
            yield made
        finally:
            await locks.close()
            erp.forget()
            shop.forget()


Scenario = Callable[[Merchant], Awaitable[None]]


def play(settings: Settings, scenario: Scenario, **options: Any) -> None:
    """Runs the scenario with a merchant of its own."""

    async def run() -> None:
        async with merchant(settings, **options) as made:
            await scenario(made)

    asyncio.run(run())


async def reserve(m: Merchant, item: str, quantity: int) -> None:
    """A sale that the ERP has not recorded, as the orders feature keeps it."""
    async with tenant_transaction(m.tenant) as connection:
        order = uuid.uuid4()
        await connection.execute(
            "INSERT INTO sales_order (tenant, id, channel, connection, key, number, reference, data, fingerprint, stage, "
            "state, gross, currency, placed_at) "
            "VALUES ($1, $2, $3, $4, $5, $5, $5, '{}', $2, 'open', 'waiting', 1, 'EUR', now())",
            m.tenant,
            order,
            m.channel,
            m.shop_connection,
            order.hex,
        )
        await connection.execute(
            "INSERT INTO reservation (tenant, connection, sales_order, line, item, quantity) "
            "VALUES ($1, $2, $3, '1', $4, $5)",
            m.tenant,
            m.caller.connection,
            order,
            item,
            Decimal(quantity),
        )
        await mark_items(m.tenant, m.caller.connection, [item])
    await m.wake.project(m.tenant, m.channel, "availability")
    await m.settle()
