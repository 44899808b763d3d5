"""Orders after their entry: what the ERP does with their lines reaches the shop, what changes in the shop reaches a person."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord.core.order_holds import Decision, Kind
from raccord.orders import hold_answers, holds, progress_rows, service
from raccord.orders.following import FollowUp
from raccord.orders.holds import HoldRow
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.changes import Changes
from raccord_connectors.canonical import Document, Order, OrderUpdate, decode
from support.database import opened
from support.order_world import World, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **after: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(after=after) as found:
            await scenario(found)

    asyncio.run(inside())


async def bought(w: World, items: dict[str, int] | None = None) -> str:
    """One order with its document in the snapshot; the document's key."""
    w.shop.place_order(items or {"CHAISE": 3, "TABLE": 1})
    await w.collect()
    await w.settle()
    await look(w)
    return str((await w.order())["document"])


async def look(w: World) -> None:
    """A scan, and what follows from it; twice, as whatever may be repeated is."""
    await w.ingest("documents")
    for _ in range(2):
        await w.follow_up()


async def complete_pass(w: World) -> None:
    """Over all documents, without the one that is sought."""
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute(
            "INSERT INTO stream_state (tenant, connection, stream, last_complete_at) "
            "VALUES ($1, $2, 'documents', clock_timestamp()) ON CONFLICT (tenant, connection, stream) "
            "DO UPDATE SET last_complete_at = clock_timestamp()",
            w.tenant, w.caller.connection,
        )  # fmt: skip


async def told(w: World) -> OrderUpdate:
    async with tenant_transaction(w.tenant) as connection:
        data = await connection.fetchval("SELECT desired FROM binding WHERE stream = 'order_updates'")
    return decode(data, OrderUpdate)


async def kinds(w: World) -> set[str]:
    return {str(kind) for kind in await asked(w)}


async def asked(w: World) -> dict[Kind, HoldRow]:
    """What waits for a person."""
    order = await w.order()
    async with tenant_transaction(w.tenant):
        rows = await holds.of(order["id"])  # type: ignore[arg-type]
    return {kind: row for kind, row in rows.items() if row.state == "open"}


async def answer(w: World, kind: Kind, decision: Decision) -> bool:
    order, row = await w.order(), (await asked(w))[kind]
    done = await hold_answers.answer(
        w.tenant, order["id"], kind, decision, row.seen, w.tenant, w.wake  # type: ignore[arg-type]
    )  # fmt: skip
    await w.follow_up()
    return done


async def lines(w: World) -> list[tuple[Decimal, Decimal, Decimal, Decimal]]:
    """ordered, delivered, invoiced, given up; line by line."""
    order = await w.order()
    async with tenant_transaction(w.tenant):
        rows = await progress_rows.lines_of(order["id"])  # type: ignore[arg-type]
    return [(one.ordered, one.delivered, one.invoiced, one.cancelled) for one in rows]


def pieces(*counts: tuple[int, int, int, int]) -> list[tuple[Decimal, ...]]:
    return [tuple(map(Decimal, one)) for one in counts]


def sale(w: World) -> Order:
    """The one order, as the shop has it."""
    (order,) = w.shop.all("orders")
    assert isinstance(order, Order)
    return order


def line_of(w: World, at: int) -> str:
    return sale(w).lines[at].key


def test_an_order_delivered_and_invoiced_in_parts_is_told_line_by_line(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        w.erp.ship(document, {"CHAISE": 2}, carrier="Colissimo", tracking="6A1")
        w.erp.invoice(document, {"CHAISE": 2})
        await look(w)
        first, second = line_of(w, 0), line_of(w, 1)
        update = await told(w)
        assert ("partly_shipped", {first: Decimal(2)}) == (update.state, update.shipments[0].lines)
        assert Decimal(2) == update.lines[first].delivered == update.lines[first].invoiced
        assert Decimal(0) == update.lines[second].delivered
        assert pieces((3, 2, 2, 0), (1, 0, 0, 0)) == await lines(w)
        w.erp.ship(document, tracking="6A2")
        w.erp.invoice(document)
        await look(w)
        update = await told(w)
        assert ("invoiced", ["6A1", "6A2"]) == (update.state, [one.tracking for one in update.shipments])
        assert {first: Decimal(1), second: Decimal(1)} == {
            key: count for key, count in update.shipments[1].lines.items() if key in (first, second)
        }
        assert 2 == len(update.invoice_numbers)
        assert {} == await asked(w)

    run(settings, scenario)


def test_a_part_given_up_in_the_erp_waits_for_a_person_and_no_money_moves_by_itself(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        w.erp.change_line(document, "CHAISE", 2)
        await look(w)
        row = (await asked(w))["part_cancelled"]
        assert ({line_of(w, 0): Decimal(1)}, Decimal(120)) == (row.facts.lines, row.facts.amount)
        assert ([], {}) == ((await told(w)).refunds, (await told(w)).lines)
        assert await answer(w, "part_cancelled", "refund")
        update = await told(w)
        assert Decimal(1) == update.lines[line_of(w, 0)].cancelled
        (wish,) = update.refunds
        assert (Decimal(120), {line_of(w, 0): Decimal(1)}) == (wish.amount, wish.lines)
        await look(w)
        assert [wish] == (await told(w)).refunds
        assert {} == await asked(w)

    run(settings, scenario)


def test_a_part_given_up_and_put_back_asks_nothing_any_more(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        w.erp.change_line(document, "CHAISE", 2)
        await look(w)
        seen = (await asked(w))["part_cancelled"].seen
        w.erp.change_line(document, "CHAISE", 3)
        await look(w)
        order = await w.order()
        late = hold_answers.answer(
            w.tenant, order["id"], "part_cancelled", "refund", seen, w.tenant, w.wake  # type: ignore[arg-type]
        )  # fmt: skip
        assert ({}, False) == (await asked(w), await late)
        assert [] == (await told(w)).refunds

    run(settings, scenario)


def test_more_given_up_after_an_answer_is_asked_anew_and_refunded_once(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        w.erp.change_line(document, "CHAISE", 2)
        await look(w)
        await answer(w, "part_cancelled", "refund")
        w.erp.change_line(document, "CHAISE", 1)
        await look(w)
        await answer(w, "part_cancelled", "refund")
        update = await told(w)
        assert Decimal(2) == update.lines[line_of(w, 0)].cancelled
        assert [Decimal(120)] * 2 == [one.amount for one in update.refunds]
        assert 2 == len({one.key for one in update.refunds})

    run(settings, scenario)


def test_a_rule_tells_what_was_given_up_once_nothing_is_left_to_deliver(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w, {"CHAISE": 3})
        w.erp.change_line(document, "CHAISE", 2)
        await look(w)
        assert ({}, {}) == ((await told(w)).lines, await asked(w))
        w.erp.ship(document)
        await look(w)
        update = await told(w)
        assert ("shipped", Decimal(1)) == (update.state, update.lines[line_of(w, 0)].cancelled)
        assert [Decimal(120)] == [one.amount for one in update.refunds]

    run(settings, scenario, cancelled_parts="refund")


def test_an_exchange_is_never_given_back_by_the_rule(settings: Settings) -> None:
    """It may be the same article under another name."""

    async def scenario(w: World) -> None:
        document = await bought(w, {"CHAISE": 3})
        w.erp.change_line(document, "CHAISE", 2)
        w.erp.change_line(document, "TABLE", 1, net=100)
        w.erp.ship(document)
        await look(w)
        assert {"part_cancelled", "added"} == await kinds(w)
        assert [] == (await told(w)).refunds

    run(settings, scenario, cancelled_parts="refund")


def test_a_line_added_in_the_erp_is_told_to_a_person(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w, {"CHAISE": 1})
        w.erp.change_line(document, "TABLE", 2, net=200)
        await look(w)
        row = (await asked(w))["added"]
        assert ({"TABLE": Decimal(2)}, Decimal(200)) == (row.facts.lines, row.facts.amount)
        assert "2 × “Table”" in row.problem.message.en
        assert await answer(w, "added", "seen")
        await look(w)
        assert {} == await asked(w)

    run(settings, scenario)


def test_an_order_changed_in_the_shop_is_never_silent_and_ends_when_the_erp_says_the_same(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w, {"CHAISE": 3})
        order = sale(w)
        (one,) = order.lines
        w.shop.put("orders", replace(order, lines=[replace(one, quantity=Decimal(5))]))
        await w.collect()
        await w.follow_up()
        row = (await asked(w))["edited"]
        assert ["quantity"] == [edit.field for edit in row.facts.edits]
        assert "5 instead of 3" in row.problem.message.en
        w.erp.change_line(document, "CHAISE", 5)
        await look(w)
        assert {} == await asked(w)

    run(settings, scenario)


def test_another_delivery_address_waits_until_a_person_says_that_it_is_done(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await bought(w)
        order = sale(w)
        w.shop.put("orders", replace(order, delivery=replace(order.billing, line1="9 quai Neuf")))
        await w.collect()
        await w.follow_up()
        (edit,) = (await asked(w))["edited"].facts.edits
        assert ("delivery", True) == (edit.field, "9 quai Neuf" in edit.now)
        assert await answer(w, "edited", "seen")
        await look(w)
        assert {} == await asked(w)
        w.shop.put("orders", replace(order, delivery=replace(order.billing, line1="10 quai Neuf")))
        await w.collect()
        await w.follow_up()
        assert {"edited"} == await kinds(w)

    run(settings, scenario)


def test_an_order_cancelled_in_the_shop_after_its_entry_waits_until_the_erp_cancels_it(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        order = sale(w)
        w.shop.put("orders", replace(order, status="cancelled", stage="cancelled"))
        await w.collect()
        await w.follow_up()
        assert {"cancelled_in_shop"} == await kinds(w)
        w.erp.cancel(document)
        await look(w)
        assert {"part_cancelled"} == await kinds(w)  # what was paid is still to be given back

    run(settings, scenario)


def test_a_document_created_and_deleted_between_two_scans_cancels_its_order(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        w.erp.delete(str((await w.order())["document"]))
        assert 0 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        await complete_pass(w)
        assert 1 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        assert 0 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        await w.play_agent()
        await w.follow_up()
        assert ("cancelled", {}) == ((await told(w)).state, await w.open_reservations())

    run(settings, scenario)


def test_a_document_that_is_only_late_is_asked_for_and_cancels_nothing(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        await complete_pass(w)
        assert 1 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        await w.play_agent()
        await look(w)
        assert "accepted" == (await told(w)).state
        assert (True, None) == ((await w.order())["document_seen"], (await w.order())["document_gone_at"])

    run(settings, scenario)


def test_a_deleted_document_waits_for_a_person_where_the_rule_says_so(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w, {"CHAISE": 1})
        w.erp.delete(document)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE snapshot SET deleted_at = now() WHERE stream = 'documents'")
        await w.follow_up()
        assert "accepted" == (await told(w)).state
        assert {"document_deleted"} == await kinds(w)
        assert await answer(w, "document_deleted", "cancel")
        assert "cancelled" == (await told(w)).state
        row = (await asked(w))["part_cancelled"]
        assert sale(w).gross == row.facts.amount

    run(settings, scenario, deleted_document="ask")


def test_a_document_gathered_with_another_is_followed_by_its_key_though_it_carries_the_others_reference(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        await bought(w)
        order = await w.order()
        (document,) = w.erp.all("documents")
        assert isinstance(document, Document)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("DELETE FROM to_project")
            changes = Changes(w.tenant, w.caller.connection, "documents")
            await changes.begin()
            changes.concerns(document, replace(document, reference="another's"))
            await changes.save()
            marked = await connection.fetch("SELECT key FROM to_project WHERE stream = 'order_updates'")
            await connection.execute("DELETE FROM to_project")
            late = Changes(w.tenant, w.caller.connection, "documents")
            await late.begin()
            late.concerns(None, replace(document, reference="another's"))
            await late.save()
            found = await connection.fetch("SELECT key FROM to_project WHERE stream = 'order_updates'")
        assert order["reference"] in [row["key"] for row in marked]
        assert {order["reference"], "another's"} == {row["key"] for row in found}

    run(settings, scenario)


class Killed(Exception):
    """The worker died."""


async def follow_up_until_killed(w: World, reference: str) -> None:
    """Everything is written, and then it does not come to the commit."""
    async with tenant_transaction(w.tenant):
        await FollowUp(w.commands).project_updates([reference])
        raise Killed


def test_a_worker_that_dies_before_its_commit_leaves_nothing_half_told(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        document = await bought(w)
        w.erp.change_line(document, "CHAISE", 2)
        w.erp.ship(document, {"TABLE": 1}, tracking="6A1")
        await w.ingest("documents")
        before = await lines(w)
        with pytest.raises(Killed):
            await follow_up_until_killed(w, str((await w.order())["reference"]))
        assert (before, {}, "accepted") == (await lines(w), await asked(w), (await told(w)).state)
        await w.follow_up()
        assert "partly_shipped" == (await told(w)).state
        assert {"part_cancelled"} == await kinds(w)

    run(settings, scenario)


def test_an_answer_that_nobody_took_is_asked_for_again(settings: Settings) -> None:
    """The worker died with the ERP's word that the document is gone."""

    async def scenario(w: World) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        w.erp.delete(str((await w.order())["document"]))
        await complete_pass(w)
        assert 1 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        await w.answer_without_taking()
        w.wake.answers.clear()
        await w.follow_up()
        assert "accepted" == (await told(w)).state
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE command SET created_at = created_at - interval '2 hours'")
        assert 1 == await service.miss_documents(w.tenant, w.caller.connection, w.commands)
        await w.play_agent()
        await w.follow_up()
        assert "cancelled" == (await told(w)).state

    run(settings, scenario)
