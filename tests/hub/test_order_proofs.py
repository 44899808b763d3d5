"""The proof that the ERP's stock contains a sale: asked often enough, never for ever, and under a mark of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec

from raccord.orders import reservations, service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Change
from support.database import opened
from support.order_world import World, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


async def sql(w: World, statement: str, *values: object) -> None:
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute(statement, *values)


async def until_integrated(w: World) -> None:
    for _ in range(10):
        await w.advance_all()
        if "integrated" == (await w.order())["state"]:
            return
        await w.play_agent()
    raise AssertionError("the order is not integrated")


async def stock_commands(w: World) -> int:
    async with tenant_transaction(w.tenant) as connection:
        count: int = await connection.fetchval("SELECT count(*) FROM command WHERE once LIKE 'stock:%'")
    return count


async def later(w: World, interval: str) -> None:
    await sql(w, f"UPDATE command SET created_at = created_at - interval '{interval}'")


def test_proofs_do_not_pile_up_while_the_agent_is_away(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await until_integrated(w)
        for _ in range(5):
            await later(w, "1 hour")
            await service.prove_again(w.tenant, w.caller.connection, w.commands)
        assert 1 == await stock_commands(w)

    run(settings, scenario)


def test_a_proof_that_does_not_come_is_asked_less_and_less_often(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        for _ in range(6):
            w.erp.set_stock("CHAISE", 50, reserved=3)
            await w.ingest("stock")
            w.erp.set_stock("CHAISE", 51, reserved=3)
            await later(w, "1 hour")
            assert 1 == await service.prove_again(w.tenant, w.caller.connection, w.commands)
            await w.play_agent()
        await later(w, "1 minute")
        assert 0 == await service.prove_again(w.tenant, w.caller.connection, w.commands)
        await later(w, "10 minutes")
        assert 1 == await service.prove_again(w.tenant, w.caller.connection, w.commands)

    run(settings, scenario)


def test_a_proof_is_asked_under_a_new_mark_also_when_old_commands_were_purged(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        w.erp.set_stock("CHAISE", 50, reserved=3)
        await w.ingest("stock")
        for _ in range(2):
            w.erp.set_stock("CHAISE", 51, reserved=3)
            await later(w, "1 hour")
            await service.prove_again(w.tenant, w.caller.connection, w.commands)
            await w.play_agent()
        await sql(w, "DELETE FROM command WHERE once LIKE 'stock:%:0'")
        await later(w, "1 hour")
        await service.prove_again(w.tenant, w.caller.connection, w.commands)
        assert 1 == await w.play_agent()

    run(settings, scenario)


def test_an_article_whose_stock_the_erp_does_not_keep_is_not_reserved_for_ever(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.drop("stock", "CHAISE")
        await sql(w, "DELETE FROM snapshot WHERE stream = 'stock' AND key = 'CHAISE'")
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        assert "integrated" == (await w.order())["state"]
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_a_reservation_made_under_another_rule_of_stock_ends_with_the_delivery(settings: Settings) -> None:
    """The rule changed from real stock to prudent in between: nobody had asked for a proof at the order."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        await sql(w, """UPDATE channel SET settings = settings #- '{stock,nature}'""")
        w.erp.ship(str((await w.order())["document"]))
        for stream in ("stock", "documents"):
            await w.ingest(stream)
        await w.follow_up()
        await w.settle()
        assert {} == await w.open_reservations()

    run(settings, scenario, stock={"nature": "real"})


def test_a_quotation_in_the_erp_proves_nothing_because_it_takes_no_stock(settings: Settings) -> None:
    """Its stock record is the one that we have already: the sale would be counted nowhere until somebody confirms it."""

    async def scenario(w: World) -> None:
        def quotation(stream: str, change: Change) -> None:
            if stream == "drafts":
                (document,) = w.erp.documents_of(change.key)
                w.erp.put("documents", msgspec.structs.replace(document, kind="quotation"))
                w.erp.set_stock("CHAISE", 10)

        w.erp.after_write = quotation
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        assert "integrated" == (await w.order())["state"]
        for stream in ("stock", "documents"):
            await w.ingest(stream)
        await w.follow_up()
        await w.settle()
        async with tenant_transaction(w.tenant):
            assert [] == await reservations.end_reflected(w.tenant, w.caller.connection, ["CHAISE"])
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        (document,) = w.erp.documents_of(str((await w.order())["reference"]))
        w.erp.put("documents", msgspec.structs.replace(document, kind="order"))
        w.erp.set_stock("CHAISE", 10, reserved=3)
        for stream in ("stock", "documents"):
            await w.ingest(stream)
        await w.follow_up()
        await w.settle()
        assert {} == await w.open_reservations()

    run(settings, scenario, kind="quotation")


def test_a_proof_that_a_later_reading_overtook_still_counts(settings: Settings) -> None:
    """The article sells all day: by the time its proof arrives, the snapshot is of a later pass, which contains the sale too."""

    async def scenario(w: World) -> None:
        w.clock = 1_000.0
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await until_integrated(w)
        await w.answer_without_taking()
        w.erp.set_stock("CHAISE", 40, reserved=7)
        await w.ingest("stock")
        await w.hand_over_answers()
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_a_reading_of_before_the_sale_proves_nothing_whenever_it_arrives(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.clock = 1_000.0
        w.erp.set_stock("CHAISE", 12)
        before = w.erp.all("stock")
        moment = w.clock
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await w.settle()
        w.erp.set_stock("CHAISE", 40, reserved=3)
        await w.ingest_as_of("stock", before, moment)
        async with tenant_transaction(w.tenant):
            await reservations.end_reflected(w.tenant, w.caller.connection)
        assert {"CHAISE": Decimal(3)} == await w.open_reservations()
        await w.ingest("stock")
        async with tenant_transaction(w.tenant):
            await reservations.end_reflected(w.tenant, w.caller.connection)
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_an_answer_that_died_with_its_worker_is_taken_without_asking_again(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.clock = 1_000.0
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await until_integrated(w)
        await w.answer_without_taking()
        w.wake.answers.clear()
        await w.ingest("stock")
        await later(w, "1 minute")
        await service.prove_again(w.tenant, w.caller.connection, w.commands)
        assert {} == await w.open_reservations()
        assert 1 == await stock_commands(w)

    run(settings, scenario)


def test_a_sale_that_came_back_is_not_proven_by_what_was_read_of_it_before(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.clock = 1_000.0
        w.shop.place_order({"CHAISE": 3})
        await w.collect()
        await sql(w, "UPDATE reservation SET proven_at = 1001, reflected_print = gen_random_uuid(), "
                     "ended_at = now(), ended_because = 'cancelled'")  # fmt: skip
        await w.advance_all()
        async with tenant_transaction(w.tenant) as connection:
            row = await connection.fetchrow("SELECT proven_at, reflected_print, ended_at FROM reservation")
        assert (None, None, None) == tuple(row)

    run(settings, scenario)
