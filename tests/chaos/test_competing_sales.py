"""Three shops sell the last pieces of the same articles: not one is sold too often because of us, and a naive poller under the
same demand shows what that is worth. What exactly is simulated: `support.competing_shops`.

10,000 sales go through a model of the platform on the real stock rule; the real platform, on its database, is held beside it with
fewer (`RACCORD_CHAOS=full`: with 1,000). `RACCORD_CHAOS_SEED` chooses another course of events.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable

from raccord.settings import Settings
from support.competing_market import Market
from support.competing_model import ModelErp, ModelPlatform, ModelShelf
from support.competing_real import RealPlatform, real_market, real_platform
from support.competing_shops import LARGEST, SHOPS, Article, NaivePoller, Score, Want, demand

FULL = os.environ.get("RACCORD_CHAOS") == "full"
SALES = 10_000
SALES_OF_THE_REAL_ONE = 1_000 if FULL else 60
SEED = int(os.environ.get("RACCORD_CHAOS_SEED", "1"))
GIVEN_BACK = 1_000
"""Pieces sold, of which one may be given back by a figure that was on its way."""
POLLS = 300.0
"""Seconds between two passes of the naive poller; most connectors take more."""


class Crowd:
    """The same people for the platform and for the naive poller."""

    def __init__(self, articles: int) -> None:
        dice = random.Random(SEED)
        self.stocks = [dice.randint(1, LARGEST) for _ in range(articles)]
        self.naive = NaivePoller(self.stocks, POLLS, SEED)
        self._people = demand(articles, SEED)

    def wants(self) -> Want:
        want = next(self._people)
        self.naive.want(want)
        return want


def assert_nothing_oversold_because_of_us(market: Market, naive: Score, sales: int) -> None:
    ours = market.score
    print(
        f"{ours.sold} pieces sold in {market.clock.now / 3600:.1f} simulated hours, seed {SEED}: {ours.oversold} oversold, of "
        f"which {ours.because_of_us} because of us and {ours.given_back} given back; {ours.turned_away} turned away. "
        f"A naive poller every {POLLS:.0f} s: {naive.sold} sold, {naive.oversold} oversold, {naive.turned_away} turned away"
    )
    assert sales == ours.sold
    assert ([], 0) == (ours.examples[:5], ours.because_of_us)
    assert ours.given_back <= sales / GIVEN_BACK
    assert naive.oversold > 2 * ours.oversold
    for shop in range(len(SHOPS)):  # nothing is withheld for ever either
        assert market.left() == market.shown(shop)


def test_of_ten_thousand_pieces_none_is_sold_too_often_because_of_us() -> None:
    crowd = Crowd(60)
    shelves = [ModelShelf(list(crowd.stocks)) for _ in SHOPS]
    erp = ModelErp(list(crowd.stocks), [0] * len(crowd.stocks))
    market = Market(list(shelves), erp, [Article(stock) for stock in crowd.stocks], crowd.wants, SEED)
    asyncio.run(market.run(ModelPlatform(market, shelves, erp, market.clock), SALES))
    assert_nothing_oversold_because_of_us(market, crowd.naive.score, SALES)


def test_the_real_platform_sells_no_piece_too_often_either(settings: Settings) -> None:
    crowd = Crowd(12)

    async def scenario(platform: RealPlatform) -> None:
        market = real_market(platform, crowd.stocks, crowd.wants, SEED)
        await market.run(platform, SALES_OF_THE_REAL_ONE)
        assert_nothing_oversold_because_of_us(market, crowd.naive.score, SALES_OF_THE_REAL_ONE)
        rows = await platform.m.rows("SELECT state, count(*) AS n FROM sales_order GROUP BY state")
        assert [{"state": "integrated", "n": SALES_OF_THE_REAL_ONE}] == rows

    play(settings, crowd.stocks, scenario)


def play(settings: Settings, stocks: list[int], scenario: Callable[[RealPlatform], Awaitable[None]]) -> None:
    async def run() -> None:
        async with real_platform(settings, stocks) as platform:
            await scenario(platform)

    asyncio.run(run())


async def shown(platform: RealPlatform) -> list[int]:
    await platform.work()
    return [shelf.shown(0) for shelf in platform.shelves]


def test_a_sale_and_a_delivery_that_make_up_for_each_other_leave_no_shop_short(settings: Settings) -> None:
    """What we pushed last is right again, and the shop that sold has less by its own doing."""

    async def scenario(platform: RealPlatform) -> None:
        assert platform.shelves[0].sell(0, "anne@example.org")
        platform.m.erp.set_stock("A000", 4)
        await platform.scan()
        await platform.collect(0, None)
        assert [3, 3, 3] == await shown(platform)

    play(settings, [3], scenario)


def test_a_sale_called_off_and_a_piece_gone_at_the_counter_put_no_piece_too_many_on_a_shelf(
    settings: Settings,
) -> None:
    async def scenario(platform: RealPlatform) -> None:
        shop = platform.shelves[0].system
        order = shop.place_order({"A000": 1}, paid=False, stage="pending", status="on-hold")
        await platform.collect(0, None)
        assert [1, 1, 1] == await shown(platform)
        shop.cancel_order(order.key)
        platform.m.erp.set_stock("A000", 1)
        await platform.scan()
        await platform.collect(0, None)
        assert [1, 1, 1] == await shown(platform)

    play(settings, [2], scenario)


def test_the_other_shops_are_told_of_a_sale_without_waiting_for_the_clock(settings: Settings) -> None:
    async def scenario(platform: RealPlatform) -> None:
        assert platform.shelves[1].sell(0, "anne@example.org")
        await platform.collect(1, None)
        assert [2, 2, 2] == await shown(platform)

    play(settings, [3], scenario)
