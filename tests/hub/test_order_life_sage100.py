"""What users do in Sage with the orders of a shop, through the real connector and its bridge, told to the shop line by line."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from raccord.orders import holds
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Order, OrderUpdate, decode
from support.database import opened
from support.sage_world import SageWorld, sage_world

ORDER, DELIVERY, INVOICE = 1, 3, 6


def run(
    settings: Settings, folder: Path, scenario: Callable[[SageWorld], Awaitable[None]], **after: object
) -> None:
    async def inside() -> None:
        async with opened(settings), sage_world(folder / "gescom", after=after) as found:
            await scenario(found)

    asyncio.run(inside())


async def bought(w: SageWorld, *orders: dict[str, int]) -> list[str]:
    """Orders of one buyer, entered; their numbers in Sage."""
    for items in orders:
        w.shop.place_order(items, email="lea@example.org")
    await w.collect()
    await w.settle()
    await look(w)
    return w.pieces(ORDER)


async def look(w: SageWorld) -> None:
    await w.ingest("documents")
    for _ in range(2):
        await w.follow_up()


async def told(w: SageWorld) -> list[OrderUpdate]:
    """What the shop is told of each order, the oldest first."""
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch(
            "SELECT b.desired FROM binding b JOIN sales_order o ON o.key = b.key WHERE b.stream = 'order_updates' "
            "ORDER BY o.number"
        )
    return [decode(row["desired"], OrderUpdate) for row in rows]


async def asked(w: SageWorld) -> set[str]:
    async with tenant_transaction(w.tenant) as connection:
        ids = await connection.fetch("SELECT id FROM sales_order")
        rows = [row for one in ids for row in (await holds.of(one["id"])).values()]
    return {row.kind for row in rows if row.state == "open"}


def keys(w: SageWorld, at: int = 0) -> list[str]:
    orders = sorted(w.shop.all("orders"), key=lambda one: one.key)
    order = orders[at]
    assert isinstance(order, Order)
    return [line.key for line in order.lines]


def test_a_partial_delivery_with_its_remainder_and_two_invoices(settings: Settings, tmp_path: Path) -> None:
    async def scenario(w: SageWorld) -> None:
        (piece,) = await bought(w, {"CHAISE": 3, "TABLE": 1})
        chair, table = keys(w)
        first = w.gescom.deliver(piece, {w.lines(piece)["CHAISE"]: Decimal(2)}, parcel="6A1")
        w.gescom.invoice(first)
        await look(w)
        (update,) = await told(w)
        assert ("partly_shipped", ["6A1"]) == (update.state, [one.tracking for one in update.shipments])
        assert {chair: Decimal(2)} == update.shipments[0].lines
        assert (Decimal(2), Decimal(2)) == (update.lines[chair].delivered, update.lines[chair].invoiced)
        second = w.gescom.deliver(piece, parcel="6A2")
        w.gescom.invoice(second)
        await look(w)
        (update,) = await told(w)
        assert ("invoiced", w.pieces(INVOICE)) == (update.state, update.invoice_numbers)
        assert {chair: Decimal(1), table: Decimal(1)} == update.shipments[1].lines
        assert set() == await asked(w)

    run(settings, tmp_path, scenario)


def test_two_orders_on_one_delivery_note_and_one_invoice_are_each_told_their_own_lines(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: SageWorld) -> None:
        pieces = await bought(w, {"CHAISE": 2}, {"CHAISE": 1, "TABLE": 1})
        assert 2 == len(pieces)
        note = w.gescom.gather(pieces, parcel="6A9")
        invoice = w.gescom.invoice(note)
        await look(w)
        updates = await told(w)
        assert [("invoiced", invoice)] * 2 == [(one.state, one.invoice_number) for one in updates]
        assert [note] * 2 == [one.shipments[0].key for one in updates]
        assert {keys(w, 0)[0]: Decimal(2)} == updates[0].shipments[0].lines
        assert dict.fromkeys(keys(w, 1), Decimal(1)) == updates[1].shipments[0].lines

    run(settings, tmp_path, scenario)


def test_a_line_that_was_reduced_and_the_rest_delivered_is_given_back_by_the_rule_once(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: SageWorld) -> None:
        (piece,) = await bought(w, {"CHAISE": 3})
        w.gescom.amend(piece, {w.lines(piece)["CHAISE"]: Decimal(2)})
        w.gescom.deliver(piece)
        for _ in range(2):
            await look(w)
        (update,) = await told(w)
        (chair,) = keys(w)
        assert ("shipped", Decimal(1)) == (update.state, update.lines[chair].cancelled)
        assert [(Decimal(120), {chair: Decimal(1)})] == [(one.amount, one.lines) for one in update.refunds]

    run(settings, tmp_path, scenario, cancelled_parts="refund")


def test_a_line_added_in_sage_and_one_removed_are_told_to_a_person(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: SageWorld) -> None:
        (piece,) = await bought(w, {"CHAISE": 1, "TABLE": 1})
        w.gescom.amend(piece, {w.lines(piece)["TABLE"]: Decimal(0)})
        w.gescom.add_line(piece, "LAMPE", Decimal(2))
        await look(w)
        assert {"part_cancelled", "added"} == await asked(w)

    run(settings, tmp_path, scenario)


def test_an_order_cancelled_in_sage_between_two_scans_is_cancelled_in_the_shop(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: SageWorld) -> None:
        (piece,) = await bought(w, {"CHAISE": 1})
        w.gescom.cancel(piece)
        await look(w)
        (update,) = await told(w)
        assert ("cancelled", {"part_cancelled"}) == (update.state, await asked(w))
        assert {} == await w.open_reservations()

    run(settings, tmp_path, scenario)
