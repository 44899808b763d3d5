"""A sale that the ERP has and whose stock does not show it goes on lowering what the shops show: it is told, not dropped, and a
person may end it."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec

from raccord.orders import service, unproven
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Problem
from support.database import opened
from support.order_world import OneShop, World, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


async def sold_and_not_shown(w: World) -> None:
    """The ERP has the order and has answered what its stock is; our snapshot has not come to it."""
    w.shop.place_order({"CHAISE": 2, "TABLE": 1})
    await w.collect()
    await w.settle()
    assert {"CHAISE": Decimal(2), "TABLE": Decimal(1)} == await w.open_reservations()


async def hours_pass(w: World, hours: int) -> None:
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute("UPDATE reservation SET asked_at = asked_at - $1 * interval '1 hour'", hours)
    await service.tell_unproven(w.tenant, w.caller.connection)


async def told(w: World) -> list[str]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT problem FROM journal WHERE event = 'sale_unproven' ORDER BY id")
    return [msgspec.json.decode(row["problem"], type=Problem).message.en for row in rows]


def test_it_is_told_once_after_the_hours_that_the_merchant_chose(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await sold_and_not_shown(w)
        await hours_pass(w, 5)
        assert [] == await told(w)
        await hours_pass(w, 2)
        await hours_pass(w, 2)
        (said,) = await told(w)
        assert "2 × CHAISE, 1 × TABLE" in said
        assert {"CHAISE": Decimal(2), "TABLE": Decimal(1)} == await w.open_reservations()

    run(settings, scenario, unproven_hours=6)


def test_while_the_agent_is_away_nobody_is_told_of_stock_that_it_could_not_read(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await sold_and_not_shown(w)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "UPDATE command SET state = 'waiting', result = NULL WHERE verb = 'read'"
            )
        await hours_pass(w, 100)
        assert [] == await told(w)

    run(settings, scenario)


def test_what_is_shown_by_the_stock_meanwhile_is_not_told(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await sold_and_not_shown(w)
        await w.ingest("stock")
        (found,) = await _orders(w)
        await hours_pass(w, 100)
        assert ([], {}) == (await told(w), await w.open_reservations())
        assert not await service.end_unproven(w.tenant, found, uuid.uuid4(), w.wake)

    run(settings, scenario)


def test_a_person_ends_it_and_the_stock_is_shown_again_in_every_shop(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await sold_and_not_shown(w)
        (order,) = await _orders(w)
        assert not await service.end_unproven(w.tenant, order, uuid.uuid4(), w.wake), "nothing was told yet"
        await hours_pass(w, 25)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("DELETE FROM to_project")
            assert ["CHAISE", "TABLE"] == [one.item for one in await unproven.of_order(order)]
        person = uuid.uuid4()
        assert await service.end_unproven(w.tenant, order, person, w.wake)
        assert not await service.end_unproven(w.tenant, order, person, w.wake)
        assert {} == await w.open_reservations()
        async with tenant_transaction(w.tenant) as connection:
            marks = await connection.fetch(
                "SELECT key FROM to_project WHERE stream = 'availability' ORDER BY key"
            )
            events = await connection.fetch("SELECT account FROM journal WHERE event = 'reservation_ended'")
        assert (["CHAISE", "TABLE"], [person]) == (
            [row["key"] for row in marks],
            [row["account"] for row in events],
        )
        await service.collect(w.tenant, w.channel, None, _shops(w), w.wake)
        assert {} == await w.open_reservations(), "it does not come back"

    run(settings, scenario)


async def _orders(w: World) -> list[uuid.UUID]:
    async with tenant_transaction(w.tenant) as connection:
        return [row["id"] for row in await connection.fetch("SELECT id FROM sales_order")]


def _shops(w: World) -> OneShop:
    return OneShop(w.shop)
