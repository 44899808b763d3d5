"""An order of the shop becomes one document of the ERP, read back, whatever dies in between."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
import pytest

from raccord.orders import deciding, service
from raccord.orders.deciding import Choice
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.contract import Change, Problem
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.database import new_tenant, opened
from support.order_world import OneShop, World, connected, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


def test_a_paid_order_becomes_a_document_with_the_same_total(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 2, "TABLE": 1}, shipping="6.90")
        await w.collect()
        await w.settle()
        found = await w.order()
        (document,) = w.erp.documents_of(str(found["reference"]))
        assert ("integrated", document.key, order.gross) == (
            found["state"],
            found["document"],
            document.gross,
        )

    run(settings, scenario)


def test_the_same_order_collected_twice_and_by_webhook_is_one(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        await asyncio.gather(w.collect(), w.collect([order.key]), w.collect([order.key]))
        await w.settle()
        await w.collect([order.key])
        await w.settle()
        found = await w.order()
        assert 1 == len(w.erp.documents_of(str(found["reference"])))

    run(settings, scenario)


def test_an_agent_that_dies_between_write_and_answer_writes_no_second_document(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        for _ in range(20):
            await w.advance_all()
            leased = await w.commands.lease(w.caller, wire.LeaseRequest(wait=0), connected)
            if not leased:
                break
            for command in leased:  # executed in the ERP, but the answer never leaves
                execute(MemoryErp(MemorySettings(system=w.erp.name)), command)
            await w.expire_leases()
            assert await w.play_agent() >= len(leased)
        found = await w.order()
        assert "integrated" == found["state"]
        assert 1 == len(w.erp.documents_of(str(found["reference"])))
        assert 1 == len(w.erp.all("customers"))

    run(settings, scenario)


@pytest.mark.parametrize("step", range(1, 9))
def test_a_worker_that_dies_at_any_step_loses_and_doubles_nothing(settings: Settings, step: int) -> None:
    """The nth wake-up is lost with the process; the sweep finds the order where it was."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1, "TABLE": 2}, shipping="6.90")
        await w.collect()
        for number in range(1, 30):
            await w.advance_all()
            if number == step:
                w.wake.answers.clear()
                await w.expire_leases()
                continue
            if not await w.play_agent():
                break
        found = await w.order()
        assert "integrated" == found["state"]
        assert 1 == len(w.erp.documents_of(str(found["reference"])))

    run(settings, scenario)


def test_two_orders_of_one_new_customer_make_one_customer(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        for _ in range(2):
            w.shop.place_order({"CHAISE": 1}, email="nouvelle@example.org")
        await w.collect()
        await w.settle()
        assert 1 == len(w.erp.all("customers"))
        assert 2 == len(w.erp.all("documents"))

    run(settings, scenario)


def test_a_known_customer_is_found_and_the_reason_kept(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_customer("LMARTIN", email="Lucie.Martin@example.com")
        await w.ingest("customers")
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        found = await w.order()
        assert ("LMARTIN", "email") == (found["customer"], found["customer_reason"])

    run(settings, scenario)


def test_an_unknown_article_holds_the_order_until_it_is_bound(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        lamp = w.shop.put_listing("Lampe", sku="LAMPE", price="50", quantity=5)
        w.shop.place_order({"LAMPE": 1})
        await w.collect()
        await w.settle()
        found = await w.order()
        problem = msgspec.json.decode(str(found["problem"]), type=Problem)
        assert ("held", "order.unknown_item") == (found["state"], problem.message.code)
        assert [] == w.erp.all("documents")
        assert 0 == await service.release_mended(w.tenant, w.channel, w.wake), "nobody knows it yet"
        w.erp.put_product("LAMPE", price="41.67", stock=5)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "INSERT INTO binding (tenant, channel, stream, key, target) "
                "VALUES ($1, $2, 'availability', 'LAMPE', $3)",
                w.tenant, w.channel, lamp.offers[0].key,
            )  # fmt: skip
        assert 1 == await service.release_mended(w.tenant, w.channel, w.wake)
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario)


def test_an_erp_that_is_down_is_asked_again_and_one_that_refuses_holds(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_customer("LMARTIN", email="lucie.martin@example.com")
        await w.ingest("customers")
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        w.erp.fail_next(2)
        await w.settle()
        found = await w.order()
        assert "integrated" == found["state"]
        assert 1 <= int(str(found["attempts"]))
        assert 1 == len(w.erp.documents_of(str(found["reference"])))

    run(settings, scenario)


def test_orders_held_for_an_erp_that_must_be_set_right_go_on_once_it_is(settings: Settings) -> None:
    """Nobody has to retry them one by one after the licence, or the password, is in order again."""

    async def scenario(w: World) -> None:
        w.erp.token = "changed"
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        found = await w.order()
        assert ("held", "config") == (
            found["state"],
            msgspec.json.decode(str(found["problem"]), type=Problem).kind,
        )
        assert 0 == await service.release_mended(w.tenant, w.channel, w.wake), "not yet time to look again"
        w.erp.token = ""
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE sales_order SET retry_at = now() WHERE retry_at < 'infinity'")
        assert 1 == await service.release_mended(w.tenant, w.channel, w.wake)
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario)


def test_what_is_sold_is_reserved_until_the_erp_stock_proves_it(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        await w.settle()
        assert {"CHAISE": Decimal(3)} == await w.open_reservations(), (
            "the ERP's new stock has not reached us yet"
        )
        await w.ingest("stock")
        async with tenant_transaction(w.tenant):
            assert ["CHAISE"] == await _end(w)
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_a_proof_overtaken_by_other_movements_is_asked_again(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        w.erp.set_stock("CHAISE", 50, reserved=3)
        await w.ingest("stock")
        async with tenant_transaction(w.tenant) as connection:
            assert [] == await _end(w)
            await connection.execute("UPDATE command SET created_at = created_at - interval '1 minute'")
        assert 1 == await service.prove_again(w.tenant, w.caller.connection, w.commands)
        await w.settle()
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_a_proof_whose_answer_was_lost_is_asked_again(settings: Settings) -> None:
    """The worker died between the agent's answer and its use: nothing else would ever look at it again."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        for _ in range(10):
            await w.advance_all()
            if "integrated" == (await w.order())["state"]:
                break
            await w.play_agent()
        leased = await w.commands.lease(w.caller, wire.LeaseRequest(wait=0), connected)
        for command in leased:
            await w.commands.finish(w.caller, execute(MemoryErp(MemorySettings(system=w.erp.name)), command))
        w.wake.answers.clear()
        await w.ingest("stock")
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE command SET created_at = created_at - interval '1 minute'")
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        assert 1 == await service.prove_again(w.tenant, w.caller.connection, w.commands)
        await w.settle()
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_with_real_stock_the_reservation_lasts_until_delivery(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        await w.ingest("stock")
        found = await w.order()
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        w.erp.ship(str(found["document"]))
        for stream in ("stock", "documents"):
            await w.ingest(stream)
        await w.follow_up()
        await w.settle()
        assert {} == await w.open_reservations()

    run(settings, scenario, stock={"nature": "real"})


def test_an_order_cancelled_before_it_was_entered_frees_its_stock(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 3}, paid=False)
        await w.collect()
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        w.shop.cancel_order(order.key)
        await w.collect()
        await w.settle()
        assert {} == await w.open_reservations()
        assert ("cancelled", []) == ((await w.order())["state"], w.erp.all("documents"))

    run(settings, scenario)


def test_an_unpaid_order_waits_and_goes_on_when_paid(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1}, paid=False)
        await w.collect()
        await w.settle()
        assert ("waiting", []) == ((await w.order())["state"], w.erp.all("documents"))
        w.shop.pay(order.key)
        await w.collect()
        await w.settle()
        assert "integrated" == (await w.order())["state"]

    run(settings, scenario)


def test_a_document_that_says_another_amount_is_shown_and_nothing_more_is_written(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        def alter(stream: str, change: Change) -> None:
            if stream == "drafts":
                (document,) = w.erp.documents_of(change.key)
                w.erp.put("documents", msgspec.structs.replace(document, gross=document.gross + 1))

        w.erp.after_write = alter
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        found = await w.order()
        problem = msgspec.json.decode(str(found["problem"]), type=Problem)
        assert ("held", "order.document_differs") == (found["state"], problem.message.code)

    run(settings, scenario)


def test_what_the_erp_ships_becomes_the_desired_state_of_the_order_in_the_shop(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 2})
        await w.collect()
        await w.settle()
        w.erp.ship(str((await w.order())["document"]), tracking="6A123")
        await w.ingest("documents")
        await w.follow_up()
        async with tenant_transaction(w.tenant) as connection:
            desired = await connection.fetchval("SELECT desired FROM binding WHERE stream = 'order_updates'")
        update = msgspec.json.decode(desired)
        assert (order.key, "shipped", "6A123") == (
            update["key"],
            update["state"],
            update["shipments"][0]["tracking"],
        )
        assert {order.lines[0].key: "2"} == update["shipments"][0]["lines"]

    run(settings, scenario)


def test_another_tenant_can_neither_collect_advance_nor_ignore(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        stranger, found = await new_tenant("Autre"), await w.order()
        order = found["id"]
        assert 0 == await service.collect(stranger, w.channel, None, OneShop(w.shop), w.wake)
        await service.advance(stranger, order, w.commands, w.wake)  # type: ignore[arg-type]
        choice = Choice(do="ignored", reason="pas à nous")
        assert not await deciding.decide(stranger, order, choice, stranger, w.wake)  # type: ignore[arg-type]
        assert found == await w.order()

    run(settings, scenario)


async def _end(w: World) -> list[str]:
    from raccord.orders.reservations import end_reflected

    return await end_reflected(w.tenant, w.caller.connection, ["CHAISE", "TABLE"])


def test_an_order_deleted_in_the_shop_frees_its_stock_also_when_no_webhook_told(settings: Settings) -> None:
    """It is in no list of what changed: only asking for it by name tells."""

    async def scenario(w: World) -> None:
        kept = w.shop.place_order({"CHAISE": 1}, stage="pending")
        deleted = w.shop.place_order({"CHAISE": 2}, stage="pending")
        await w.collect()
        assert [("waiting", None), ("waiting", None)] == await states(w, kept.key, deleted.key)
        w.shop.drop("orders", deleted.key)
        await service.recheck(w.tenant, w.channel, OneShop(w.shop), w.wake)
        assert [("waiting", None), ("cancelled", "cancelled")] == await states(w, kept.key, deleted.key)
        w.shop.put("orders", deleted)
        await w.collect([deleted.key])
        assert [("waiting", None), ("waiting", None)] == await states(w, kept.key, deleted.key)

    run(settings, scenario)


async def states(w: World, *keys: str) -> list[tuple[str, str | None]]:
    """(state of the order, why its reservation ended) of each."""
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch(
            "SELECT o.state, r.ended_because FROM sales_order o JOIN reservation r ON r.sales_order = o.id "
            "WHERE o.key = ANY($1) ORDER BY array_position($1::text[], o.key)",
            list(keys),
        )
    return [tuple(row) for row in rows]
