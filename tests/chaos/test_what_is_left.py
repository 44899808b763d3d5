"""A test that does not come to rest says what it waited for."""

import asyncio

from raccord.settings import Settings
from support.database import opened
from support.order_world import world
from support.what_is_left import what_is_left


def test_an_order_on_its_way_and_what_it_reserves_are_named(settings: Settings) -> None:
    async def scenario() -> str:
        async with opened(settings), world() as w:
            w.shop.place_order({"CHAISE": 2})
            await w.collect()
            await w.advance_all()
            return await what_is_left(w.tenant)

    told = asyncio.run(scenario())
    assert "order: number W" in told
    assert "state waiting" in told
    assert "item CHAISE, quantity 2" in told
    assert "command: verb write, once customer:" in told
    assert "mark: stream availability, key CHAISE" in told
