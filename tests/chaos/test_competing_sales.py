"""Three shops sell the last pieces of the same articles: not one is sold too often because of us, and a naive poller under the
same demand shows what that is worth. What exactly is simulated: `support.competing_shops`.

`RACCORD_CHAOS=full` sells 10,000 pieces (about half an hour); the usual run some.
"""

import asyncio
import os
import random

import pytest

from raccord.settings import Settings
from support.competing_shops import LARGEST, NaivePoller, Want, demand
from support.competing_world import competing_world

FULL = os.environ.get("RACCORD_CHAOS") == "full"
SALES, ARTICLES = (10_000, 60) if FULL else (120, 12)
SEED = int(os.environ.get("RACCORD_CHAOS_SEED", "1"))
POLLS = 300.0
"""Seconds between two passes of the naive poller; most connectors take more."""


@pytest.mark.chaos
def test_no_piece_is_sold_too_often_because_of_us(settings: Settings) -> None:
    dice = random.Random(SEED)
    stocks = [dice.randint(1, LARGEST) for _ in range(ARTICLES)]
    naive, people = NaivePoller(stocks, POLLS, SEED), demand(ARTICLES, SEED)

    def wants() -> Want:
        want = next(people)
        naive.want(want)
        return want

    async def scenario() -> None:
        async with competing_world(settings, stocks, wants, SEED) as w:
            await w.run(SALES)
            ours, theirs = w.score, naive.score
            print(
                f"{ours.sold} pieces sold in {w.clock.now / 3600:.1f} simulated hours, seed {SEED}: {ours.oversold} oversold, of "
                f"which {ours.late} late and {ours.given_back} given back by us; {ours.turned_away} turned away. A naive poller "
                f"every {POLLS:.0f} s: {theirs.sold} sold, {theirs.oversold} oversold, {theirs.turned_away} turned away"
            )
            assert ours.sold == SALES
            assert [] == ours.examples[:5]
            assert 0 == ours.because_of_us
            assert theirs.oversold > ours.oversold
            for shop in w.shops:  # nothing is withheld for ever either
                assert w.left() == w.shown(shop)
            rows = await w.m.rows("SELECT state, count(*) AS n FROM sales_order GROUP BY state")
            assert [{"state": "integrated", "n": SALES}] == rows

    asyncio.run(scenario())


def nobody() -> Want:
    return Want(float("inf"), 0, 0)


def test_a_sale_and_a_delivery_that_make_up_for_each_other_leave_no_shop_short(settings: Settings) -> None:
    """What we pushed last is right again, and the shop that sold has less by its own doing."""

    async def scenario() -> None:
        async with competing_world(settings, [3], nobody, 1) as w:
            w.shops[0].system.place_order({"A000": 1})
            w.m.erp.set_stock("A000", 4)
            await w.m.ship("stock", complete=False)
            await w.collect(w.shops[0])
            assert [3, 3, 3] == [w.shown(shop)["A000"] for shop in w.shops]

    asyncio.run(scenario())


def test_a_sale_called_off_and_a_piece_gone_at_the_counter_put_no_piece_too_many_on_a_shelf(
    settings: Settings,
) -> None:
    async def scenario() -> None:
        async with competing_world(settings, [2], nobody, 1) as w:
            order = w.shops[0].system.place_order({"A000": 1}, paid=False, stage="pending", status="on-hold")
            await w.collect(w.shops[0])
            w.shops[0].system.cancel_order(order.key)
            w.m.erp.set_stock("A000", 1)
            await w.m.ship("stock", complete=False)
            await w.collect(w.shops[0])
            assert [1, 1, 1] == [w.shown(shop)["A000"] for shop in w.shops]

    asyncio.run(scenario())


def test_the_other_shops_are_told_of_a_sale_without_waiting_for_the_clock(settings: Settings) -> None:
    async def scenario() -> None:
        async with competing_world(settings, [3], nobody, 1) as w:
            w.shops[1].system.place_order({"A000": 1})
            await w.collect(w.shops[1])
            assert [2, 2, 2] == [w.shown(shop)["A000"] for shop in w.shops]

    asyncio.run(scenario())
