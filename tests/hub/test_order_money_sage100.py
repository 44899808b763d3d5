"""The money of a shop's order in Sage, through the real connector and its bridge: from the deposit to the last refund, the ledger
balanced at each step."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Document
from support.database import opened
from support.gescom import sql
from support.sage_world import SageWorld, sage_world

D = Decimal
INVOICE = 6


def run(settings: Settings, folder: Path, scenario: Callable[[SageWorld], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with opened(settings), sage_world(folder / "gescom", items={"refund": "REMB"}) as found:
            found.gescom.add_article("REMB", "Remboursement", family="ASSIETTES", price=D(1), stock=D(0))
            await scenario(found)

    asyncio.run(inside())


async def comes_to_rest(w: SageWorld, rounds: int = 20) -> None:
    for _ in range(rounds):
        await w.collect()
        for stream in ("documents", "stock"):
            await w.ingest(stream)
        await w.advance_all()
        await w.follow_up()
        if not await w.play_agent():
            return
    raise AssertionError("the money does not come to rest")


def left(w: SageWorld) -> Decimal:
    """What the buyer owes on all documents that came from the shop, as read from Sage."""
    found = [record for page in w.connector.read("documents") for record in page.records]
    return sum((one.gross - one.paid for one in found if isinstance(one, Document) and one.reference), D(0))


def stock(w: SageWorld) -> Decimal:
    (row,) = sql(w.gescom, "select AS_QteSto from F_ARTSTOCK where AR_Ref = 'CHAISE' and DE_No = 1")
    return D(str(row["AS_QteSto"]))


async def balance(w: SageWorld) -> tuple[Decimal, str | None]:
    """What was credited, and what is wrong with the accounts."""
    async with tenant_transaction(w.tenant) as connection:
        row = await connection.fetchrow(
            "SELECT balance ->> 'credited' AS credited, problem #>> '{message,fr}' AS said FROM order_balance "
            "WHERE checked_at IS NOT NULL"
        )
    assert row is not None
    return D(row["credited"] or 0), row["said"]


def test_paid_delivered_in_parts_invoiced_and_given_back_each_step_is_balanced(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: SageWorld) -> None:
        order = w.shop.place_order({"CHAISE": 2, "TABLE": 1})
        await comes_to_rest(w)
        document = str((await w.order())["document"])
        piece = document.partition("|")[2]
        (deposit,) = sql(
            w.gescom, "select DR_Montant from F_DOCREGL where DR_TypeRegl = 0 and DO_Piece = ?", piece
        )
        assert (order.gross, D(0)) == (D(str(deposit["DR_Montant"])), left(w)), (
            "the deposit stands on the order"
        )

        w.gescom.invoice(w.gescom.deliver(piece, {w.lines(piece)["CHAISE"]: D(1)}))
        await comes_to_rest(w)
        assert D(0) == left(w), "the first invoice takes its part of the deposit"
        w.gescom.invoice(w.gescom.deliver(piece))
        await comes_to_rest(w)
        assert (D(0), (D(0), None)) == (left(w), await balance(w)), "the final invoice takes the rest"

        before = stock(w)
        w.shop.refund(order.key, "120", lines={order.lines[0].key: D(1)}, restocked=True, reason="Rendue")
        await comes_to_rest(w)
        (back,) = sql(
            w.gescom, "select DO_Piece, DO_TotalTTC from F_DOCENTETE where DO_Domaine = 0 and DO_Type = 4"
        )
        assert (D(120), before + 1) == (D(str(back["DO_TotalTTC"])), stock(w))
        assert (D(0), (D(120), None)) == (left(w), await balance(w)), "the money is paid out on the return"

        w.shop.refund(order.key, "5", reason="Geste commercial")
        await comes_to_rest(w)
        (credit,) = sql(
            w.gescom, "select DO_Piece, DO_TotalTTC from F_DOCENTETE where DO_Domaine = 0 and DO_Type = 5"
        )
        assert (D(5), D(0), (D(125), None)) == (D(str(credit["DO_TotalTTC"])), left(w), await balance(w))

        w.gescom.transform(str(back["DO_Piece"]), INVOICE)
        await comes_to_rest(w)
        assert (D(0), (D(125), None)) == (left(w), await balance(w)), "its invoice changes nothing"
        async with tenant_transaction(w.tenant) as connection:
            rows = await connection.fetch("SELECT state, problem FROM order_credit")
        assert [("entered", None)] * 2 == [(row["state"], row["problem"]) for row in rows]

    run(settings, tmp_path, scenario)
