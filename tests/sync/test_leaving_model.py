"""Whatever happens in whatever order, the shop ends as the rule says: on sale with its stock, or out in the chosen way."""

import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Literal

import pytest

from raccord.channels import service
from raccord.core.channel import ChannelSettings, Leaving, PublicationRule
from raccord.settings import Settings
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync.sweep import sweep
from raccord.sync.withdrawals import mark_deletions
from raccord_connectors.contract import Change
from support.publishing import Merchant, play

FEW, MANY = tuple("ABC"), tuple("ABCDEFGHI")
"""Three never set the brake off; nine do."""
WAYS: tuple[Leaving, ...] = ("unpublish", "delete", "out_of_stock")
STEPS = 25


class Killed(BaseException):
    """The process ends here."""


class Life:
    """A merchant's days at random."""

    def __init__(self, m: Merchant, seed: int, keys: tuple[str, ...]) -> None:
        self.m = m
        self.keys = keys
        self.random = random.Random(seed)
        self.way: Leaving = "unpublish"

    async def live(self) -> None:
        acts: list[Callable[[], Awaitable[None]]] = [
            self.sell, self.sell, self.sleep, self.sleep, self.delete, self.restock, self.choose, self.wait, self.work,
            self.work, self.die,
        ]  # fmt: skip
        if self.keys == MANY:
            acts += [self.sell_all, self.sell_all, self.sleep_all, self.decide, self.decide]
        for _ in range(STEPS):
            await self.random.choice(acts)()
        self.m.shop.before_write = self.m.shop.after_write = None
        await self.work()
        await self.choose(self.way)  # what a person kept on sale is judged by the rule again
        for _ in range(3):
            await self.wait()
            await self.work()
            await self.decide("go")
            await self.work()

    async def sell(self) -> None:
        self.m.erp.put_product(self.key(), price="10", stock=self.random.randint(0, 9))
        await self.m.ship()

    async def sleep(self) -> None:
        key = self.key()
        if self.m.erp.find("products", key) is not None:
            self.m.erp.sleep(key)
            await self.m.ship()

    async def sell_all(self) -> None:
        for key in self.keys:
            self.m.erp.put_product(key, price="10", stock=self.random.randint(0, 9))
        await self.m.ship()

    async def sleep_all(self) -> None:
        for key in self.keys:
            if self.m.erp.find("products", key) is not None:
                self.m.erp.sleep(key)
        await self.m.ship()

    async def decide(self, word: Literal["go", "dismissed"] | None = None) -> None:
        for brake in await service.open_brakes(self.m.tenant):
            said: Literal["go", "dismissed"] = word or ("go" if self.random.random() < 0.5 else "dismissed")
            await service.decide_brake(self.m.tenant, brake.id, said, self.m.wake)

    async def delete(self) -> None:
        key = self.key()
        if self.m.erp.find("products", key) is not None:
            self.m.erp.delete_product(key)
            await self.m.ship()

    async def restock(self) -> None:
        key = self.key()
        if self.m.erp.find("products", key) is not None:
            self.m.erp.set_stock(key, self.random.randint(0, 9))
            await self.m.ship("stock")

    async def choose(self, way: Leaving | None = None) -> None:
        self.way = self.random.choice(WAYS) if way is None else way
        rule = PublicationRule(leaving=self.way, delete_after_days=10)
        await service.change_settings(
            self.m.tenant, self.m.channel, ChannelSettings(publication=rule), self.m.wake
        )

    async def wait(self) -> None:
        async with tenant_transaction(self.m.tenant) as connection:
            await connection.execute("UPDATE binding SET left_at = left_at - interval '10 days'")
            route = await projections.route(self.m.channel)
            assert route is not None
            await mark_deletions(route)

    async def die(self) -> None:
        """At one of the next writes, before or after it."""
        left = self.random.randint(0, 2)

        def stop(stream: str, change: Change) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self.m.shop.before_write = self.m.shop.after_write = None
                raise Killed

        if self.random.random() < 0.5:
            self.m.shop.before_write = stop
        else:
            self.m.shop.after_write = stop

    async def work(self) -> None:
        """Workers that were told nothing, and find what there is."""
        for _ in range(5):
            self.m.wake.work.clear()
            await sweep(self.m.wake)
            for other in [work for work in self.m.wake.work if work[1] != self.m.tenant]:
                del self.m.wake.work[other]
            try:
                await self.m.settle()
            except Killed:
                continue

    def key(self) -> str:
        return self.random.choice(self.keys)


@pytest.mark.parametrize("keys", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize("seed", range(6))
def test_the_shop_ends_as_the_rule_says(settings: Settings, seed: int, keys: tuple[str, ...]) -> None:
    async def scenario(m: Merchant) -> None:
        life = Life(m, seed, keys)
        await life.live()
        assert ([], []) == (await m.due(), await service.open_brakes(m.tenant))
        for key in keys:
            await judge(m, key, life.way)
        codes = [listing.offers[0].sku for listing in m.shop.all("listings")]  # type: ignore[attr-defined]
        assert sorted(set(codes)) == sorted(codes), "nothing is there twice"

    play(settings, scenario, publication={"leaving": "unpublish", "delete_after_days": 10})


async def judge(m: Merchant, key: str, way: Leaving) -> None:
    product: Any = m.erp.find("products", key)
    listing, row = m.listing(key), await m.binding(key)
    if product is not None and product.active:
        assert listing is not None
        assert listing.published, key
        assert m.erp.stock_of(key).real == m.shop.quantity(key), key
        assert row is not None
        assert (None, None) == (row["leaving"], row["left_at"])
    elif way == "delete":
        assert listing is None, key
    elif listing is not None:
        assert (way == "out_of_stock") == listing.published, key
        if listing.published:
            assert Decimal(0) == m.shop.quantity(key), key
