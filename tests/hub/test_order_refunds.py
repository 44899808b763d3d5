"""Refunds of an order reach the ERP as credit notes, each once and to the cent, whatever dies in between."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from raccord.core.order_rules import PaymentRule
from raccord.orders import decisions, listing, payments, repository
from raccord.settings import Settings
from raccord.storage import system
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.canonical import Document, Order, PaymentEntry
from raccord_connectors.contract import Change
from raccord_connectors.kit.executor import execute
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_erp import MemoryErp
from support.database import opened
from support.order_world import World, connected, world

D = Decimal
ITEMS = {"shipping": "PORT", "refund": "PORT"}


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**{"items": ITEMS, **chosen}) as found:
            await scenario(found)

    asyncio.run(inside())


async def comes_to_rest(w: World, rounds: int = 30) -> None:
    """The shop is asked, the ERP's changes are seen, the agent works: until nothing moves."""
    for _ in range(rounds):
        await w.collect()
        for stream in ("documents", "stock"):
            await w.ingest(stream)
        await w.advance_all()
        await w.follow_up()
        if not await w.play_agent():
            return
    raise AssertionError("the refunds do not come to rest")


async def invoiced(w: World, shipping: str = "6.90") -> Order:
    """An order of two chairs and a table, delivered and invoiced."""
    order = w.shop.place_order({"CHAISE": 2, "TABLE": 1}, shipping=shipping)
    await comes_to_rest(w)
    document = str((await w.order())["document"])
    w.erp.ship(document)
    w.erp.invoice(document)
    await comes_to_rest(w)
    return order


def credits_of(w: World) -> list[Document]:
    found = [one for one in w.erp.all("documents") if isinstance(one, Document) and one.kind == "credit"]
    return sorted(found, key=lambda one: one.key)


def refunds_of(w: World) -> list[PaymentEntry]:
    found = [one for one in w.erp.all("payments") if isinstance(one, PaymentEntry) and one.kind == "refund"]
    return sorted(found, key=lambda one: one.amount)


async def rows(w: World) -> list[tuple[str, str | None]]:
    async with tenant_transaction(w.tenant) as connection:
        found = await connection.fetch(
            "SELECT state, problem #>> '{message,code}' AS code FROM order_credit ORDER BY refund"
        )
    return [(row["state"], row["code"]) for row in found]


async def balance(w: World) -> tuple[bool, str | None] | None:
    """Whether it was compared, and what it found."""
    async with tenant_transaction(w.tenant) as connection:
        row = await connection.fetchrow(
            "SELECT checked_at, problem #>> '{message,fr}' AS said FROM order_balance"
        )
    return None if row is None else (row["checked_at"] is not None, row["said"])


async def events(w: World) -> list[str]:
    async with tenant_transaction(w.tenant) as connection:
        found = await connection.fetch(
            "SELECT event FROM journal WHERE event LIKE 'credit%' OR event LIKE 'balance%' ORDER BY id"
        )
    return [row["event"] for row in found]


def test_a_refund_of_an_invoiced_order_becomes_a_credit_note_that_it_is_paid_out_on(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        line = order.lines[0]
        w.shop.refund(order.key, "120", lines={line.key: D(1)}, restocked=True)
        stock = w.erp.stock_of("CHAISE").real
        await comes_to_rest(w)
        (credit,) = credits_of(w)
        (refund,) = refunds_of(w)
        document = str((await w.order())["document"])
        assert (D(-100), D(-20), D(-120), D(-120)) == (credit.net, credit.tax, credit.gross, credit.paid)
        assert (document, credit.key, D(120)) == (refund.document, refund.credit, refund.amount)
        assert (stock or D(0)) + 1 == w.erp.stock_of("CHAISE").real
        assert ([("entered", None)], ["credit_entered"]) == (await rows(w), await events(w))
        assert (True, None) == await balance(w)

    run(settings, scenario)


def test_several_refunds_of_lines_of_shipping_and_of_a_gesture_are_each_a_credit_note(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        w.shop.refund(order.key, "126.90", lines={order.lines[0].key: D(1)})
        w.shop.refund(order.key, "5", reason="Geste commercial")
        await comes_to_rest(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        await comes_to_rest(w)
        assert [D("-126.90"), D(-120), D(-5)] == sorted(one.gross for one in credits_of(w))
        assert [D(5), D(120), D("126.90")] == [one.amount for one in refunds_of(w)]
        assert (True, None) == await balance(w)
        assert ["credit_entered"] * 3 == await events(w)

    run(settings, scenario)


def test_a_refund_before_the_invoice_gives_the_deposit_back_and_waits_with_its_credit_note(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 2}, shipping="6.90")
        await comes_to_rest(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        await comes_to_rest(w)
        assert ([], [(None, D(120))]) == (credits_of(w), [(one.credit, one.amount) for one in refunds_of(w)])
        document = str((await w.order())["document"])
        w.erp.ship(document)
        w.erp.invoice(document)
        await comes_to_rest(w)
        assert [(D(-120), D(0))] == [(one.gross, one.paid) for one in credits_of(w)]
        assert (True, None) == await balance(w)

    run(settings, scenario)


def test_an_order_that_was_reduced_in_the_erp_by_as_much_needs_no_credit_note(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 2}, shipping="6.90")
        await comes_to_rest(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        document = w.erp.documents_of(str((await w.order())["reference"]))[0]
        lines = [
            replace(line, quantity=D(1), net=D(100), gross=D(120)) if line.item == "CHAISE" else line
            for line in document.lines
        ]
        w.erp.put(
            "documents",
            replace(
                document,
                lines=lines,
                net=document.net - 100,
                tax=document.tax - 20,
                gross=document.gross - 120,
            ),
        )
        await comes_to_rest(w)
        w.erp.ship(document.key)
        w.erp.invoice(document.key)
        await comes_to_rest(w)
        assert ([], []) == (credits_of(w), await rows(w))
        assert (True, None) == await balance(w)

    run(settings, scenario)


def test_an_invoice_of_another_total_is_told_with_what_is_left_to_pay(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await invoiced(w)
        assert (True, None) == await balance(w)
        (document,) = w.erp.documents_of(str((await w.order())["reference"]))
        w.erp.put(
            "documents",
            replace(document, gross=document.gross + 12, net=document.net + 10, tax=document.tax + 2),
        )
        await comes_to_rest(w)
        checked, said = await balance(w) or (False, None)
        assert checked
        assert said is not None
        assert all(
            word in said for word in ("378,90 au lieu de 366,90", "reste à payer : 12,00 au lieu de 0,00")
        )
        assert ["balance_differs"] == await events(w)
        w.erp.put("documents", document)
        await comes_to_rest(w)
        assert (True, None) == await balance(w)

    run(settings, scenario)


def test_without_an_article_for_refunds_a_gesture_waits_and_goes_once_there_is_one(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w, shipping="0")
        w.shop.refund(order.key, "5")
        for _ in range(2):
            await comes_to_rest(w)
        assert ([("held", "order.no_refund_item")], ["credit_held"]) == (await rows(w), await events(w))
        assert [] == refunds_of(w), "the money waits for its credit note"
        id_ = UUID(str((await w.order())["id"]))
        async with tenant_transaction(w.tenant) as connection:
            waiting = await connection.fetch(
                f"SELECT {listing.PROBLEM} FROM sales_order o WHERE {listing.WAITING}"
            )
            assert 1 == len(waiting), "the list of those who wait has it"
            assert "order.no_refund_item" in waiting[0][0]
            await connection.execute(
                "UPDATE channel SET settings = jsonb_set(settings, '{orders,items}', '{\"refund\": \"PORT\"}')"
            )
            assert await decisions.hurry_payments(id_, f"{order.key}-R1")
        assert [(await w.order())["id"]] == [
            due.object for due in await system.due_work() if due.kind == "enter"
        ]
        await comes_to_rest(w)
        assert ([("entered", None)], [D(-5)]) == (await rows(w), [one.gross for one in credits_of(w)])

    run(settings, scenario, items={})


def test_a_credit_note_that_is_not_what_was_asked_is_held_until_it_is_corrected(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})

        def spoils(stream: str, change: Change) -> None:
            for one in credits_of(w):
                w.erp.put("documents", replace(one, tax=one.tax + 1, gross=one.gross + 1))
            w.erp.after_write = None

        await w.collect()
        await w.ingest("documents")
        await w.follow_up()
        w.erp.after_write = spoils
        await comes_to_rest(w)
        assert ([("entered", "order.credit_differs")], D(-119)) == (await rows(w), credits_of(w)[0].gross)
        (credit,) = credits_of(w)
        w.erp.put("documents", replace(credit, tax=credit.tax - 1, gross=credit.gross - 1))
        await comes_to_rest(w)
        await comes_to_rest(w)
        assert ([("entered", None)], (True, None)) == (await rows(w), await balance(w))

    run(settings, scenario)


def test_what_the_accountant_credits_is_left_to_him(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        await comes_to_rest(w)
        assert ([], [(None, D(120))]) == (credits_of(w), [(one.credit, one.amount) for one in refunds_of(w)])
        assert (True, None) == await balance(w), "it may be there or not"

    run(settings, scenario, credits="by_hand")


def test_refunds_of_an_order_of_before_are_left_to_the_hands_that_credited_them(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE sales_order SET credits_by_hand = true")
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        await comes_to_rest(w)
        assert ([], [D(120)]) == (credits_of(w), [one.amount for one in refunds_of(w)])

    run(settings, scenario)


def test_a_deposit_invoice_has_the_orders_vat_and_is_taken_off_the_final_one(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        await invoiced(w)
        (entry,) = w.erp.payments_of(str((await w.order())["document"]))
        taxes = [(tax.rate, tax.base, tax.tax) for tax in entry.taxes]
        assert ("deposit_invoice", [(D(20), D("305.75"), D("61.15"))]) == (entry.kind, taxes)
        assert entry.invoice.startswith("FAC")
        assert (True, None) == await balance(w)

    run(settings, scenario, payments={"": PaymentRule(entry="deposit_invoice")})


@pytest.mark.parametrize(("kind", "entered"), [("delivery", "deposit"), ("invoice", "settlement")])
def test_an_order_that_becomes_a_delivery_note_or_an_invoice_is_paid_and_its_stock_leaves_once(
    settings: Settings, kind: str, entered: str
) -> None:
    async def scenario(w: World) -> None:
        before = w.erp.stock_of("CHAISE").real or D(0)
        w.shop.place_order({"CHAISE": 2}, shipping="6.90")
        await comes_to_rest(w)
        (document,) = w.erp.documents_of(str((await w.order())["reference"]))
        (entry,) = w.erp.payments_of(document.key)
        assert (kind, entered, document.gross) == (document.kind, entry.kind, document.paid)
        assert (before - 2, {}) == (w.erp.stock_of("CHAISE").real, await w.open_reservations())
        assert (None if kind == "delivery" else (True, None)) == await balance(w)

    run(settings, scenario, kind=kind)


class Killed(Exception):
    """A process dies."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_an_agent_that_dies_around_the_write_makes_one_credit_note(settings: Settings, moment: str) -> None:
    async def scenario(w: World) -> None:
        order = await invoiced(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
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
        assert ([D(-120)], [D(120)]) == (
            [one.gross for one in credits_of(w)],
            [one.amount for one in refunds_of(w)],
        )
        assert (True, None) == await balance(w)

    run(settings, scenario)


@pytest.mark.parametrize("step", [0, 1, 2, 4])
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(settings: Settings, step: int) -> None:
    """Its transaction is undone at the step; what wakes the order afterwards is what the database remembers."""

    async def scenario(w: World) -> None:
        order = await invoiced(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)})
        w.shop.refund(order.key, "5")
        await w.collect()
        for number in range(8):
            if number == step:
                with pytest.raises(Killed):
                    await _settled_and_killed(w)
            await w.follow_up()
            await w.play_agent()
        await comes_to_rest(w)
        assert [D(-120), D(-5)] == sorted(one.gross for one in credits_of(w))
        assert [D(5), D(120)] == [one.amount for one in refunds_of(w)]
        assert (["credit_entered"] * 2, (True, None)) == (await events(w), await balance(w))

    run(settings, scenario)


async def _settled_and_killed(w: World) -> None:
    order = (await w.order())["id"]
    async with tenant_transaction(w.tenant):
        for found in await repository.by_id([order]):  # type: ignore[list-item]
            await payments.settle(found, w.commands)
        raise Killed
