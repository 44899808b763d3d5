"""Orders that would wait for ever: each of these once had no way on, and nobody was told."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings
from raccord.core.order_rules import OrderRules
from raccord.orders import deciding
from raccord.orders.deciding import Choice
from raccord.settings import Settings
from raccord.storage import system
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.contract import Problem
from support.database import opened
from support.order_world import World, connected, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


def problem_of(order: dict[str, object]) -> str:
    return msgspec.json.decode(str(order["problem"]), type=Problem).message.code


async def sql(w: World, statement: str, *values: object) -> None:
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute(statement, *values)


async def until_entering(w: World) -> None:
    for _ in range(10):
        await w.advance_all()
        if "entering" == (await w.order())["state"]:
            return
        await w.play_agent()
    raise AssertionError("the order does not get as far as its document")


@pytest.mark.parametrize("status", ["closed", "cancelled"])
def test_an_order_that_changes_in_the_shop_while_it_is_written_is_still_found_by_the_sweep(
    settings: Settings, status: str
) -> None:
    """The shop completes or cancels it while the ERP is at work, and the wake-up of the answer is lost."""

    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await until_entering(w)
        w.shop.put("orders", msgspec.structs.replace(order, status=status, stage=status))
        await w.collect([order.key])
        await sql(w, "UPDATE sales_order SET retry_at = retry_at - interval '1 minute'")
        due = [
            one.object for one in await system.due_work() if one.kind == "enter" and one.tenant == w.tenant
        ]
        assert [(await w.order())["id"]] == due

    run(settings, scenario)


def test_a_refused_order_that_was_corrected_in_the_shop_is_asked_anew(settings: Settings) -> None:
    """It used to be held again by the ERP's answer to what it had been before."""

    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        w.erp.drop("products", "CHAISE")
        await w.collect()
        await w.settle()
        assert "held" == (await w.order())["state"]
        w.erp.put_product("CHAISE", "Chaise", price="100", stock="10")
        w.shop.put("orders", msgspec.structs.replace(order, note="Bonjour"))
        await w.collect([order.key])
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario)


def test_an_order_that_the_shop_cancelled_for_want_of_payment_and_then_got_paid_is_entered(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 3}, paid=False)
        await w.collect()
        w.shop.put("orders", msgspec.structs.replace(order, status="cancelled", stage="cancelled"))
        await w.collect([order.key])
        assert ("cancelled", {}) == ((await w.order())["state"], await w.open_reservations())
        w.shop.put("orders", order)
        w.shop.pay(order.key)
        await w.collect([order.key])
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario)


def test_an_order_completed_in_the_shop_before_it_was_entered_is_shown_to_a_person(
    settings: Settings,
) -> None:
    """It kept its stock reserved for ever, and nothing said so."""

    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 3}, paid=False)
        await w.collect()
        w.shop.put("orders", msgspec.structs.replace(order, status="completed", stage="closed"))
        await w.collect([order.key])
        await w.settle()
        found = await w.order()
        assert ("held", "order.closed_before_entry") == (found["state"], problem_of(found))
        choice = Choice(do="ignored", reason="livrée de la main à la main")
        assert await deciding.decide(w.tenant, UUID(str(found["id"])), choice, w.tenant, w.wake)
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_an_order_on_which_our_own_code_fails_is_held_and_told(settings: Settings) -> None:
    """An agent answers a write without any outcome: the sweep used to try that every five seconds, for ever."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await until_entering(w)
        for command in await w.commands.lease(w.caller, wire.LeaseRequest(wait=0), connected):
            await w.commands.finish(w.caller, wire.CommandResult(command.id))
        w.wake.answers.clear()
        await w.advance_all()
        found = await w.order()
        assert ("held", "order.our_fault") == (found["state"], problem_of(found))

    run(settings, scenario)


def test_an_erp_that_is_down_for_a_night_needs_nobody_to_click_in_the_morning(settings: Settings) -> None:
    """Backups and updates of an ERP take longer than eight attempts: it is told once, and goes on."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        w.erp.fail_next(12)
        await w.settle(60)
        assert "integrated" == (await w.order())["state"]
        async with tenant_transaction(w.tenant) as connection:
            told = await connection.fetch("SELECT event FROM journal WHERE event = 'order_held'")
        assert 1 == len(told)

    run(settings, scenario)


def test_an_order_that_cannot_be_stored_does_not_keep_the_others_from_being_collected(
    settings: Settings,
) -> None:
    """PostgreSQL takes no NUL in a text: the whole page used to be read again, and to fail again, for ever."""

    async def scenario(w: World) -> None:
        broken = w.shop.place_order({"CHAISE": 1})
        w.shop.put("orders", msgspec.structs.replace(broken, number="12\0"))
        good = w.shop.place_order({"CHAISE": 1})
        assert 1 == await w.collect()
        assert good.key == (await w.order())["key"]
        async with tenant_transaction(w.tenant) as connection:
            (row,) = await connection.fetch("SELECT key, problem FROM journal WHERE problem IS NOT NULL")
        assert (broken.key, "order.not_stored") == (row["key"], problem_of(dict(row)))

    run(settings, scenario)


def test_orders_of_a_stage_that_the_settings_now_import_go_on(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1}, paid=False)
        await w.collect()
        await w.settle()
        chosen = ChannelSettings(orders=OrderRules(items={"shipping": "PORT"}, stages=("open", "pending")))
        await channels.change_settings(w.tenant, w.channel, chosen, w.wake)
        due = [
            one.object for one in await system.due_work() if one.kind == "enter" and one.tenant == w.tenant
        ]
        assert [(await w.order())["id"]] == due

    run(settings, scenario)
