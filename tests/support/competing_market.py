"""What happens around the platform in the simulation of `competing_shops`: buyers, three shops, one ERP, and how long messages
take. The platform itself stands behind `Platform`: the real one (`competing_real`), or a model of it on the same rules
(`competing_model`), fast enough for very many sales."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

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

POLL, SCAN, PROVE, SWEEP, DELIVER = 30.0, 1.0, 20.0, 30.0, 60.0
"""Seconds between what the product's clock, its agent and the merchant's people do."""
WEBHOOK = (0.1, 2.0)
WEBHOOK_LOST = 0.05
REQUEST = (0.05, 0.4)
"""Seconds that a request of ours to a shop takes; what it does is done at its end."""
AWAY_EVERY, AWAY = 900.0, 120.0
"""Now and then the agent is away: nothing reaches the ERP, and nothing comes from it."""
CALM = 1_800.0
"""Seconds after the last sale: what was sold out is bought in, the agent is back, all proofs are taken."""


class Shelf(Protocol):
    """One shop, as its buyers see it."""

    def sell(self, item: int, buyer: str) -> str | None:
        """The new order's key; None when it shows none left."""

    def shown(self, item: int) -> int: ...


class Erp(Protocol):
    def change(self, item: int, by: int) -> None:
        """Physical stock: bought in, or sold at the counter."""

    def deliver(self) -> None:
        """All orders that wait for it."""


class Platform(Protocol):
    async def collect(self, shop: int, key: str | None) -> None:
        """All that is new in the shop, or this order."""

    async def scan(self) -> None:
        """The agent reads the ERP's stock, and sends what changed."""

    async def enter(self) -> None:
        """Orders go into the ERP, as far as they can at this moment."""

    async def prove(self) -> None: ...

    async def sweep(self) -> None: ...

    async def work(self) -> None:
        """Everything that is due is projected and pushed."""


@dataclass
class Market:
    shelves: list[Shelf]
    erp: Erp
    articles: list[Article]
    wants: Callable[[], Want]
    seed: int
    clock: Clock = field(default_factory=Clock)
    score: Score = field(default_factory=Score)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._next = self.wants()
        self._unknown: list[dict[str, Taken]] = [{} for _ in self.shelves]
        """By shop: orders that we have not heard of."""
        self._untold: list[Taken] = []
        """Sales at the counter that no scan has seen."""
        self._away_until = 0.0
        self._closed = False
        self.platform: Platform

    async def run(self, platform: Platform, sales: int) -> None:
        """Until so many pieces are sold; then until everybody knows everything."""
        self.platform = platform
        for seconds, what in ((SCAN, self._scan), (PROVE, platform.prove), (SWEEP, platform.sweep)):
            self.clock.every(seconds, what)
        self.clock.every(DELIVER, self._deliver)
        self.clock.every(AWAY_EVERY, self._leave)
        for shop in range(len(self.shelves)):
            self.clock.every(POLL, lambda shop=shop: self._poll(shop))  # type: ignore[misc]
        self.clock.after(self._dice.expovariate(AT_THE_COUNTER), self._sell_at_the_counter)
        while self.score.sold < sales:
            if self._next.at <= self.clock.next_at:
                self._buy()
            else:
                await self.clock.step()
        self._next, self._closed = Want(float("inf"), 0, 0), True
        end = self.clock.now + CALM
        while self.clock.next_at <= end:
            await self.clock.step()

    # ------------------------------------------------------------------------------- what the platform tells us

    def heard(self, shop: int) -> None:
        """The platform has asked this shop for all its orders."""
        for sale in self._unknown[shop].values():
            sale.known = self.clock.now
        self._unknown[shop].clear()

    def a_request_takes_its_time(self) -> None:
        """One of ours, into a shop: people go on buying until it is done."""
        until = self.clock.now + self._dice.uniform(*REQUEST)
        while self._next.at <= until:
            self._buy()
        self.clock.now = until

    # ------------------------------------------------------------------------------------------------ buyers

    def _buy(self) -> None:
        want, self._next = self._next, self.wants()
        key = self.shelves[want.shop].sell(want.item, f"{want.at}@example.org")
        if key is None:
            self.score.turned_away += 1
            return
        sale = Taken(want.at, want.shop)
        judge(self.score, self.articles[want.item], sale, f"{want.item} in {SHOPS[want.shop]}")
        self._unknown[want.shop][key] = sale
        self._take(want.item, sale)
        if self._dice.random() >= WEBHOOK_LOST:
            on_its_way = max(want.at + self._dice.uniform(*WEBHOOK) - self.clock.now, 0.0)
            self.clock.after(on_its_way, lambda: self._webhook(want.shop, key))

    def _take(self, item: int, taken: Taken) -> None:
        article = self.articles[item]
        article.taken.append(taken)
        if article.left == 0:
            self.clock.after(self._dice.expovariate(1 / RESTOCKED_AFTER), lambda: self._buy_in(item))

    async def _webhook(self, shop: int, key: str) -> None:
        sale = self._unknown[shop].pop(key, None)
        if sale is not None:
            sale.known = self.clock.now
        await self.platform.collect(shop, key)
        await self.platform.work()

    async def _poll(self, shop: int) -> None:
        self.heard(shop)
        await self.platform.collect(shop, None)
        await self.platform.work()

    # ----------------------------------------------------------------------------------------------- the ERP

    async def _buy_in(self, item: int) -> None:
        article = self.articles[item]
        more = max(self._dice.randint(1, LARGEST) - article.left, 1)
        article.bought_in += more
        self.erp.change(item, more)

    async def _sell_at_the_counter(self) -> None:
        if self._closed:
            return
        self.clock.after(self._dice.expovariate(AT_THE_COUNTER), self._sell_at_the_counter)
        item = self._dice.randrange(len(self.articles))
        if self.articles[item].left > 0:
            sale = Taken(self.clock.now, None)
            self._untold.append(sale)
            self._take(item, sale)
            self.erp.change(item, -1)

    async def _deliver(self) -> None:
        self.erp.deliver()

    async def _leave(self) -> None:
        self._away_until = self.clock.now + AWAY

    async def _scan(self) -> None:
        if self.clock.now < self._away_until:
            return
        for sale in self._untold:
            sale.known = self.clock.now
        self._untold.clear()
        await self.platform.scan()
        await self.platform.enter()
        await self.platform.work()

    # ------------------------------------------------------------------------------------------------ the end

    def left(self) -> list[int]:
        return [max(one.left, 0) for one in self.articles]

    def shown(self, shop: int) -> list[int]:
        return [self.shelves[shop].shown(item) for item in range(len(self.articles))]
