"""Money of an order reaches the ERP whenever it comes, each payment once, whatever dies in between."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from raccord.core.order_rules import PaymentRule
from raccord.orders import payments, repository, service
from raccord.settings import Settings
from raccord.storage import system
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.canonical import Order, Payment
from raccord_connectors.contract import Change
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.database import opened
from support.order_world import World, connected, world

D = Decimal


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


def pays(w: World, order: Order, *told: Payment, **fields: Any) -> None:
    """The shop tells these payments of the order from now on."""
    w.shop.put("orders", replace(order, payments=list(told), **fields))


def half(key: str, state: Any = "paid", method: str = "card") -> Payment:
    return Payment(key=key, method=method, title="Carte", amount=D(60), state=state, transaction=f"ch_{key}")


async def comes_to_rest(w: World, rounds: int = 20) -> None:
    """The shop is asked, the ERP's changes are seen, the agent works: until nothing moves."""
    for _ in range(rounds):
        await w.collect()
        for stream in ("documents", "stock"):
            await w.ingest(stream)
        await w.advance_all()
        await w.follow_up()
        if not await w.play_agent():
            return
    raise AssertionError("the payments do not come to rest")


async def entries(w: World) -> list[tuple[str, str, Decimal]]:
    found = await w.order()
    told = w.erp.payments_of(str(found["document"]))
    return sorted((one.key.partition("/")[2], one.kind, one.amount) for one in told)


async def states(w: World) -> dict[str, str]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT key, state FROM order_payment")
    return {row["key"].partition("/")[2]: row["state"] for row in rows}


async def now(w: World) -> None:
    """What is to be tried again later is due."""
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute("UPDATE order_payment SET retry_at = now() WHERE state <> 'entered'")


async def paid(w: World) -> Decimal:
    (document,) = w.erp.documents_of(str((await w.order())["reference"]))
    return document.paid


async def events(w: World) -> list[str]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT event FROM journal WHERE event LIKE 'payment%' ORDER BY id")
    return [row["event"] for row in rows]


def test_what_is_paid_with_the_order_is_entered_once_and_read_back(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        await comes_to_rest(w)
        (payment,) = order.payments
        assert [(payment.key, "deposit", payment.amount)] == await entries(w)
        assert ({payment.key: "entered"}, order.gross) == (await states(w), await paid(w))
        assert ["payment_entered"] == await events(w)

    run(settings, scenario)


def test_payments_validated_later_arrive_in_parts_and_after_the_invoice(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a"), half("b", "pending", "cheque"))
        await comes_to_rest(w)
        assert [("a", "deposit", D(60))] == await entries(w)
        w.erp.invoice(str((await w.order())["document"]))
        await comes_to_rest(w)
        pays(w, order, half("a"), half("b", "paid", "cheque"))
        await comes_to_rest(w)
        await comes_to_rest(w)
        assert [("a", "deposit", D(60)), ("b", "settlement", D(60))] == await entries(w)
        assert D(120) == await paid(w)

    run(settings, scenario)


def test_a_settlement_waits_for_the_invoice_and_then_goes(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", method="cod"))
        await comes_to_rest(w)
        assert ([], {}) == (await entries(w), await states(w))
        w.erp.ship(str((await w.order())["document"]))
        w.erp.invoice(str((await w.order())["document"]))
        await comes_to_rest(w)
        assert [("a", "settlement", D(60))] == await entries(w)

    run(settings, scenario, payments={"cod": PaymentRule(entry="settlement")})


def test_a_refund_follows_the_payment_that_it_gives_back(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        w.shop.refund(order.key, "20")
        await comes_to_rest(w)
        kinds = [(kind, amount) for _, kind, amount in await entries(w)]
        assert [("deposit", order.gross), ("refund", D(20))] == sorted(kinds)
        assert order.gross - 20 == await paid(w)

    run(settings, scenario)


def test_a_method_without_a_rule_is_held_and_goes_once_there_is_one(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", method="alma"))
        await comes_to_rest(w)
        await comes_to_rest(w)
        assert ({"a": "held"}, ["payment_held"]) == (await states(w), await events(w))
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "UPDATE channel SET settings = jsonb_set(settings, '{orders,payments}', '{\"alma\": {}}')"
            )
        await now(w)
        assert [(await w.order())["id"]] == [
            due.object for due in await system.due_work() if due.kind == "enter"
        ]
        await comes_to_rest(w)
        assert ([("a", "deposit", D(60))], {"a": "entered"}) == (await entries(w), await states(w))

    run(settings, scenario, payments={"card": PaymentRule()})


def test_what_the_erp_refuses_is_held_once_and_tried_again(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"))
        await comes_to_rest(w)
        key = f"{(await w.order())['reference']}/a"
        w.erp.refuse(key, field="dated", reason="période clôturée")
        pays(w, order, half("a"))
        for _ in range(3):
            await comes_to_rest(w)
            await now(w)
        assert ({"a": "held"}, ["payment_held"], D(0)) == (await states(w), await events(w), await paid(w))
        w.erp.accept(key)
        await comes_to_rest(w)
        assert ({"a": "entered"}, D(60)) == (await states(w), await paid(w))

    run(settings, scenario)


def test_an_erp_that_is_away_is_waited_for(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"))
        await comes_to_rest(w)
        pays(w, order, half("a"))
        await w.collect()
        await w.follow_up()
        w.erp.stopped = True
        await w.play_agent()
        assert {"a": "waiting"} == await states(w)
        w.erp.stopped = False
        await now(w)
        await comes_to_rest(w)
        assert [("a", "deposit", D(60))] == await entries(w)
        assert ["payment_entered"] == await events(w)

    run(settings, scenario)


class Killed(Exception):
    """The agent's process dies."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_an_agent_that_dies_around_the_write_enters_one_payment(settings: Settings, moment: str) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"))
        await comes_to_rest(w)
        pays(w, order, half("a"))
        await w.collect()
        await w.follow_up()
        (command,) = await w.commands.lease(w.caller, wire.LeaseRequest(wait=0), connected)

        def dies(stream: str, change: Change) -> None:
            raise Killed

        setattr(w.erp, moment, dies)
        execute(MemoryErp(MemorySettings(system=w.erp.name)), command)  # its answer is never sent
        setattr(w.erp, moment, None)
        await w.expire_leases()
        await comes_to_rest(w)
        assert [("a", "deposit", D(60))] == await entries(w)
        assert ({"a": "entered"}, D(60)) == (await states(w), await paid(w))

    run(settings, scenario)


@pytest.mark.parametrize("step", range(6))
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(settings: Settings, step: int) -> None:
    """Its transaction is undone at the step; what wakes the order afterwards is what the database remembers."""

    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"), half("b"))
        await comes_to_rest(w)
        pays(w, order, half("a"), half("b"))
        await w.collect()
        for number in range(6):
            if number == step:
                with pytest.raises(Killed):
                    await _settled_and_killed(w)
            await w.follow_up()
            await w.play_agent()
        await comes_to_rest(w)
        assert [("a", "deposit", D(60)), ("b", "deposit", D(60))] == await entries(w)
        assert (D(120), ["payment_entered"] * 2) == (await paid(w), await events(w))

    run(settings, scenario)


async def _settled_and_killed(w: World) -> None:
    order = (await w.order())["id"]
    async with tenant_transaction(w.tenant):
        for found in await repository.by_id([order]):  # type: ignore[list-item]
            await payments.settle(found, w.commands)
        raise Killed


def test_an_answer_wakes_its_order_by_itself(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"))
        await comes_to_rest(w)
        pays(w, order, half("a"))
        await w.collect()
        await service.advance(w.tenant, (await w.order())["id"], w.commands, w.wake)  # type: ignore[arg-type]
        while await w.play_agent():
            pass
        assert {"a": "entered"} == await states(w)

    run(settings, scenario)


def test_a_changed_order_is_marked_in_the_transaction_that_stores_it(settings: Settings) -> None:
    """Whatever dies right after: the sweep projects what is marked, and that settles the payments."""

    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        pays(w, order, half("a", "pending"))
        await comes_to_rest(w)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("DELETE FROM to_project")
        pays(w, order, half("a"))
        await w.collect()
        async with tenant_transaction(w.tenant) as connection:
            marked = await connection.fetch("SELECT stream, key FROM to_project")
        reference = (await w.order())["reference"]
        assert ("order_updates", reference) in [(row["stream"], row["key"]) for row in marked]

    run(settings, scenario)


def test_an_order_of_before_keeps_its_payments_by_hand(settings: Settings) -> None:
    """Its deposits carry other titles: asked for again they would be there twice."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE sales_order SET payments_by_hand = true")
        await comes_to_rest(w)
        assert ("integrated", {}) == ((await w.order())["state"], await states(w))

    run(settings, scenario)
