"""The real platform in the simulation of `competing_shops`: collecting, reservations, projecting, pushing, entering, ingest and
proof on a real database, between an ERP and three shops in memory."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings
from raccord.core.order_rules import CustomerRules, OrderRules
from raccord.orders import repository, reservations, service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord.sync.project import project
from raccord.sync.push import push
from raccord_connectors import wire
from raccord_connectors.canonical import Document
from raccord_connectors.contract import Change
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.erp_system import ErpSystem
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.shop_system import OutOfStock, ShopSystem
from support.competing_market import Market
from support.competing_shops import SHOPS, Article, Want
from support.order_world import connected
from support.publishing import Merchant, PlayedWake, merchant

ACCOUNT = "WEB"


def name_of(item: int) -> str:
    return f"A{item:03}"


@dataclass
class RealShelf:
    system: ShopSystem
    connection: UUID
    channel: UUID

    def sell(self, item: int, buyer: str) -> str | None:
        try:
            return self.system.place_order({name_of(item): 1}, email=buyer).key
        except OutOfStock:
            return None

    def shown(self, item: int) -> int:
        return int(self.system.quantity(name_of(item)))


@dataclass
class RealErp:
    system: ErpSystem

    def change(self, item: int, by: int) -> None:
        real = self.system.stock_of(name_of(item)).real
        self.system.set_stock(name_of(item), (real or Decimal(0)) + by)

    def deliver(self) -> None:
        for document in self.system.all("documents"):
            if isinstance(document, Document) and document.state == "confirmed":
                self.system.ship(document.key)


@dataclass
class SimulatedWake(PlayedWake):
    """Remembers what else was woken: orders to be advanced, answers to be taken."""

    entering: dict[UUID, None] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)

    async def enter(self, tenant: UUID, order: UUID) -> None:
        self.entering[order] = None

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        if once is not None:
            self.answers.append(once)


class OncePerRequest:
    """A hook of the shop's that is called for each change, of which a request holds many."""

    def __init__(self, system: ShopSystem, market: Market) -> None:
        self._system, self._market = system, market
        self._requests = 0

    def __call__(self, stream: str, change: Change) -> None:
        if self._system.requests != self._requests:
            self._requests = self._system.requests
            self._market.a_request_takes_its_time()


class RealPlatform:
    def __init__(self, m: Merchant, shelves: list[RealShelf]) -> None:
        self.m = m
        self.shelves = shelves
        self.wake = SimulatedWake()
        self.commands = Commands(self.wake)
        self.heard: Callable[[int], None] = lambda shop: None
        """Told before a shop is asked for all its orders."""

    def belongs_to(self, market: Market) -> None:
        self.heard = market.heard
        for shelf in self.shelves:
            shelf.system.before_write = OncePerRequest(shelf.system, market)

    async def collect(self, shop: int, key: str | None) -> None:
        await self._collect(self.shelves[shop], key)

    async def _collect(self, shelf: RealShelf, key: str | None) -> int:
        keys = [key] if key else None
        return await service.collect(self.m.tenant, shelf.channel, keys, self.m.connections, self.wake)

    async def scan(self) -> None:
        await self.m.ship("stock", complete=False)

    async def enter(self) -> None:
        """Orders go a step, the agent does what it is asked, its answers are taken."""
        orders = list(self.wake.entering)
        self.wake.entering.clear()
        for order in orders:
            await service.advance(self.m.tenant, order, self.commands, self.wake)
        while leased := await self.commands.lease(self.m.caller, wire.LeaseRequest(wait=0), connected):
            for command in leased:
                result = execute(MemoryErp(MemorySettings(system=self.m.erp.name)), command)
                await self.commands.finish(self.m.caller, result)
            answers, self.wake.answers = self.wake.answers, []
            for once in answers:
                await self._take_answer(once)

    async def _take_answer(self, once: str) -> None:
        tenant, erp = self.m.tenant, self.m.caller.connection
        async with tenant_transaction(tenant):
            answer = await self.commands.answer(erp, once)
        assert answer is not None
        assert answer.result is not None
        await service.answered(tenant, erp, once, answer.result, self.commands, self.wake)

    async def prove(self) -> None:
        """The waits between two proofs of one sale are those of another clock: they are not waited for here."""
        async with tenant_transaction(self.m.tenant) as connection:
            rows = await connection.fetch(
                "SELECT DISTINCT r.sales_order FROM reservation r JOIN sales_order o ON o.id = r.sales_order "
                "WHERE r.ended_at IS NULL AND o.state = 'integrated'"
            )
            for found in await repository.by_id([row["sales_order"] for row in rows]):
                await reservations.ask_for_proof(found, self.commands)

    async def sweep(self) -> None:
        async with tenant_transaction(self.m.tenant) as connection:
            rows = await connection.fetch("SELECT id FROM sales_order WHERE state IN ('waiting', 'entering')")
        self.wake.entering.update(dict.fromkeys(row["id"] for row in rows))

    async def work(self) -> None:
        """What the workers do when they are woken."""
        self._gather()
        while self.wake.work:
            kind, tenant, place, what = next(iter(self.wake.work))
            del self.wake.work[kind, tenant, place, what]
            if kind == "project":
                while await project(self.m.ports, tenant, place, what):
                    pass
            elif kind == "push":
                if what == "urgent":
                    await self._learn(place)
                while await push(self.m.ports, tenant, place, what):  # type: ignore[arg-type]
                    pass
            self._gather()

    def _gather(self) -> None:
        self.wake.work.update(self.m.wake.work)
        self.m.wake.work.clear()

    async def _learn(self, connection: UUID) -> None:
        """Before stock goes into a shop, the shop is asked for its orders, as `raccord.worker.work.push` does."""
        (shop,) = [number for number, one in enumerate(self.shelves) if one.connection == connection]
        self.heard(shop)
        sold = await self._collect(self.shelves[shop], None)
        while sold and await project(self.m.ports, self.m.tenant, self.shelves[shop].channel, "availability"):
            pass


@asynccontextmanager
async def real_platform(settings: Settings, stocks: list[int]) -> AsyncIterator[RealPlatform]:
    """On air, with every article in every shop."""
    rules = OrderRules(
        items={"shipping": "PORT"}, customers=CustomerRules(everyone="collective", collective_account=ACCOUNT)
    )
    async with merchant(settings, live=False) as m:
        m.erp.put_product("PORT", "Frais de port", price="5.75")
        m.erp.put_customer(ACCOUNT, "Ventes web")
        for item, stock in enumerate(stocks):
            m.erp.put_product(name_of(item), price="100", stock=stock)
        shelves = [await _shelf(m, number, stocks, rules) for number in range(len(SHOPS))]
        await m.ship("categories", "products", "prices", "stock", "customers")
        for shelf in shelves:
            await channels.go_live(m.tenant, shelf.channel, m.connections, m.wake)
        await m.settle()
        try:
            yield RealPlatform(m, shelves)
        finally:
            for shelf in shelves:
                shelf.system.forget()


async def _shelf(m: Merchant, number: int, stocks: list[int], rules: OrderRules) -> RealShelf:
    system = ShopSystem(f"shop-{uuid.uuid4().hex}")
    for item, stock in enumerate(stocks):
        system.put_listing(name_of(item), sku=name_of(item), price="120", quantity=stock)
    connection = await m.connections.create_shop(
        m.tenant, SHOPS[number], "memory_shop", {"system": system.name}
    )
    assert (await m.connections.check(m.tenant, connection, m.wake)).good
    chosen = ChannelSettings(orders=rules)
    channel = await channels.create(m.tenant, SHOPS[number], m.caller.connection, connection, chosen)
    return RealShelf(system, connection, channel)


def real_market(platform: RealPlatform, stocks: list[int], wants: Callable[[], Want], seed: int) -> Market:
    articles = [Article(stock) for stock in stocks]
    market = Market(list(platform.shelves), RealErp(platform.m.erp), articles, wants, seed)
    platform.belongs_to(market)
    return market
