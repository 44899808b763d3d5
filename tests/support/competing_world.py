"""The platform in the simulation of `competing_shops`: one ERP and three shops in memory, everything between them real."""

import random
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
from raccord_connectors.canonical import Document, Order
from raccord_connectors.contract import Change
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from raccord_connectors.sample.shop_system import OutOfStock, ShopSystem
from support.competing_shops import (
    AT_THE_COUNTER,
    LARGEST,
    RESTOCKED_AFTER,
    SHOPS,
    Article,
    Clock,
    Score,
    Taken,
    Want,
    judge,
)
from support.order_world import connected
from support.publishing import Merchant, PlayedWake, merchant

POLL, SCAN, PROVE, SWEEP, DELIVER = 30.0, 1.0, 20.0, 30.0, 60.0
"""Seconds between what the product's clock, its agent and the merchant's people do."""
WEBHOOK_LOST = 0.05
AWAY_EVERY, AWAY = 900.0, 120.0
"""Now and then the agent is away: nothing reaches the ERP, and nothing comes from it."""
CALM = 1_800.0
"""Seconds after the last sale: what was sold out is bought in, the agent is back, all proofs are taken."""
ACCOUNT = "WEB"


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


@dataclass
class Shop:
    number: int
    system: ShopSystem
    connection: UUID
    channel: UUID
    unknown: dict[str, Taken] = field(default_factory=dict)
    """Its orders that we have not heard of, by key."""
    requests: int = 0


class CompetingWorld:
    def __init__(
        self, m: Merchant, shops: list[Shop], stocks: list[int], wants: Callable[[], Want], seed: int
    ) -> None:
        self.m = m
        self.shops = shops
        self.clock = Clock()
        self.score = Score()
        self.articles = [Article(stock) for stock in stocks]
        self.wake = SimulatedWake()
        self.commands = Commands(self.wake)
        self.refused = 0
        self._wants = wants
        self._next = wants()
        self._dice = random.Random(seed)
        self._away_until = 0.0
        self._dirty = True
        self._closed = False
        for shop in shops:
            shop.system.before_write = self._customers_go_on

    async def run(self, sales: int) -> None:
        """Until so many pieces are sold; then until everybody knows everything."""
        plan = {
            SCAN: self._scan, PROVE: self._prove, SWEEP: self._sweep, DELIVER: self._deliver, AWAY_EVERY: self._leave,
        }  # fmt: skip
        for seconds, what in plan.items():
            self.clock.every(seconds, what)
        for shop in self.shops:
            self.clock.every(POLL, lambda shop=shop: self.collect(shop))  # type: ignore[misc]
        self.clock.after(self._dice.expovariate(AT_THE_COUNTER), self._sell_at_the_counter)
        while self.score.sold < sales:
            if self._next.at <= self.clock.next_at:
                self._buy()
            else:
                await self.clock.step()
        self._next = Want(float("inf"), 0, 0)
        self._closed = True
        end = self.clock.now + CALM
        while self.clock.next_at <= end:
            await self.clock.step()

    # ------------------------------------------------------------------------------------------------ buyers

    def _buy(self) -> None:
        want, self._next = self._next, self._wants()
        at = max(self.clock.now, want.at)
        shop, name = self.shops[want.shop], item_name(want.item)
        try:
            order = shop.system.place_order({name: 1}, email=f"{want.at}@example.org")
        except OutOfStock:
            self.score.turned_away += 1
            return
        sale = Taken(want.at, want.shop)
        judge(self.score, self.articles[want.item], sale, f"{name} in {SHOPS[want.shop]}")
        shop.unknown[order.key] = sale
        self._take(want.item, sale)
        if self._dice.random() >= WEBHOOK_LOST:
            delay = want.at - at + self._dice.uniform(0.1, 2.0)
            self.clock.after(delay, lambda: self._webhook(shop, order))

    def _take(self, item: int, taken: Taken) -> None:
        article = self.articles[item]
        article.taken.append(taken)
        if article.left == 0:
            self.clock.after(self._dice.expovariate(1 / RESTOCKED_AFTER), lambda: self._buy_in(item))

    def _customers_go_on(self, stream: str, change: Change) -> None:
        """A request of ours is under way: it is done at its end."""
        until = self.clock.now + self._dice.uniform(0.05, 0.4)
        while self._next.at <= until:
            self._buy()
        self.clock.now = until

    # ----------------------------------------------------------------------------------------------- the ERP

    async def _buy_in(self, item: int) -> None:
        article = self.articles[item]
        more = max(self._dice.randint(1, LARGEST) - article.left, 1)
        article.bought_in += more
        self._change_stock(item, more)

    async def _sell_at_the_counter(self) -> None:
        if self._closed:
            return
        self.clock.after(self._dice.expovariate(AT_THE_COUNTER), self._sell_at_the_counter)
        item = self._dice.randrange(len(self.articles))
        if self.articles[item].left > 0:
            self._take(item, Taken(self.clock.now, None))
            self._change_stock(item, -1)

    def _change_stock(self, item: int, by: int) -> None:
        depot = self.m.erp.stock_of(item_name(item))
        self.m.erp.set_stock(item_name(item), (depot.real or Decimal(0)) + by)
        self._dirty = True

    async def _deliver(self) -> None:
        for document in self.m.erp.all("documents"):
            if isinstance(document, Document) and document.state == "confirmed":
                self.m.erp.ship(document.key)
                self._dirty = True

    async def _leave(self) -> None:
        self._away_until = self.clock.now + AWAY

    # ------------------------------------------------------------------------------------------- the platform

    async def _webhook(self, shop: Shop, order: Order) -> None:
        sale = shop.unknown.pop(order.key, None)
        if sale is not None:
            sale.known = self.clock.now
        await service.collect(self.m.tenant, shop.channel, [order.key], self.m.connections, self.wake)
        await self.work()

    async def collect(self, shop: Shop) -> None:
        for sale in shop.unknown.values():
            sale.known = self.clock.now
        shop.unknown.clear()
        await service.collect(self.m.tenant, shop.channel, None, self.m.connections, self.wake)
        await self.work()

    async def _scan(self) -> None:
        if self.clock.now < self._away_until:
            return
        if self._dirty:
            self._dirty = False
            for article in self.articles:
                for one in article.taken[-2 * LARGEST :]:
                    if one.shop is None:
                        one.known = min(one.known, self.clock.now)
            await self.m.ship("stock", complete=False)
        await self._enter()
        await self.work()

    async def _enter(self) -> None:
        """Orders go a step, the agent does what it is asked, its answers are taken."""
        orders = list(self.wake.entering)
        self.wake.entering.clear()
        for order in orders:
            await service.advance(self.m.tenant, order, self.commands, self.wake)
        while leased := await self.commands.lease(self.m.caller, wire.LeaseRequest(wait=0), connected):
            for command in leased:
                result = execute(MemoryErp(MemorySettings(system=self.m.erp.name)), command)
                await self.commands.finish(self.m.caller, result)
            self._dirty = True
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

    async def _prove(self) -> None:
        """The waits between two proofs of one sale are those of another clock: they are not waited for here."""
        async with tenant_transaction(self.m.tenant) as connection:
            rows = await connection.fetch(
                "SELECT DISTINCT r.sales_order FROM reservation r JOIN sales_order o ON o.id = r.sales_order "
                "WHERE r.ended_at IS NULL AND o.state = 'integrated'"
            )
            for found in await repository.by_id([row["sales_order"] for row in rows]):
                await reservations.ask_for_proof(found, self.commands)

    async def _sweep(self) -> None:
        async with tenant_transaction(self.m.tenant) as connection:
            rows = await connection.fetch("SELECT id FROM sales_order WHERE state IN ('waiting', 'entering')")
        self.wake.entering.update(dict.fromkeys(row["id"] for row in rows))

    async def work(self) -> None:
        """What the workers do when they are woken: before stock goes into a shop, the shop is asked for its orders, as
        `raccord.worker.work.push` does."""
        for source in (self.m.wake, self.wake):
            self.wake.work.update(dict.fromkeys(source.work))
        self.m.wake.work.clear()
        while self.wake.work:
            kind, tenant, place, what = next(iter(self.wake.work))
            del self.wake.work[kind, tenant, place, what]
            if kind == "project":
                while await project(self.m.ports, tenant, place, what):
                    pass
            elif kind == "push":
                if what == "urgent":
                    (shop,) = [one for one in self.shops if one.connection == place]
                    await self._learn(shop)
                while await push(self.m.ports, tenant, place, what):  # type: ignore[arg-type]
                    pass
            self.wake.work.update(self.m.wake.work)
            self.m.wake.work.clear()

    async def _learn(self, shop: Shop) -> None:
        for sale in shop.unknown.values():
            sale.known = self.clock.now
        shop.unknown.clear()
        sold = await service.collect(self.m.tenant, shop.channel, None, self.m.connections, self.wake)
        while sold and await project(self.m.ports, self.m.tenant, shop.channel, "availability"):
            pass

    # ------------------------------------------------------------------------------------------------ the end

    def left(self) -> dict[str, int]:
        return {item_name(number): max(one.left, 0) for number, one in enumerate(self.articles)}

    def shown(self, shop: Shop) -> dict[str, int]:
        return {
            item_name(number): int(shop.system.quantity(item_name(number)))
            for number in range(len(self.articles))
        }


def item_name(number: int) -> str:
    return f"A{number:03}"


@asynccontextmanager
async def competing_world(
    settings: Settings, stocks: list[int], wants: Callable[[], Want], seed: int
) -> AsyncIterator[CompetingWorld]:
    """On air, with every article in every shop."""
    rules = OrderRules(
        items={"shipping": "PORT"}, customers=CustomerRules(everyone="collective", collective_account=ACCOUNT)
    )
    async with merchant(settings, live=False) as m:
        m.erp.put_product("PORT", "Frais de port", price="5.75")
        m.erp.put_customer(ACCOUNT, "Ventes web")
        for number, stock in enumerate(stocks):
            m.erp.put_product(item_name(number), price="100", stock=stock)
        shops = [await _shop(m, number, stocks, rules) for number in range(len(SHOPS))]
        await m.ship("categories", "products", "prices", "stock", "customers")
        for shop in shops:
            await channels.go_live(m.tenant, shop.channel, m.connections, m.wake)
        await m.settle()
        try:
            yield CompetingWorld(m, shops, stocks, wants, seed)
        finally:
            for shop in shops:
                shop.system.forget()


async def _shop(m: Merchant, number: int, stocks: list[int], rules: OrderRules) -> Shop:
    system = ShopSystem(f"shop-{uuid.uuid4().hex}")
    for item, stock in enumerate(stocks):
        system.put_listing(item_name(item), sku=item_name(item), price="120", quantity=stock)
    connection = await m.connections.create_shop(
        m.tenant, SHOPS[number], "memory_shop", {"system": system.name}
    )
    assert (await m.connections.check(m.tenant, connection, m.wake)).good
    channel = await channels.create(
        m.tenant, SHOPS[number], m.caller.connection, connection, ChannelSettings(orders=rules)
    )
    return Shop(number, system, connection, channel)
