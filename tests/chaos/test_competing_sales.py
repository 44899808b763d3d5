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
