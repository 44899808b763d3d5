"""A merchant whose ERP is of his own making: what its files say is in the shop, and the shop's orders become its documents."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from raccord.settings import Settings
from raccord_connectors.canonical import Listing, OfferPrice
from raccord_connectors.contract import Problem
from support.database import opened
from support.folder_world import FolderWorld, ThroughFiles, drop_folder, folder_erp, folder_world
from support.publishing import Merchant, play
from support.sql_world import sql_world


def run(settings: Settings, folder: Path, scenario: Callable[[FolderWorld], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with opened(settings), folder_world(folder) as found:
            await scenario(found)

    asyncio.run(inside())


def problem_of(order: dict[str, object]) -> Problem:
    return msgspec.json.decode(str(order["problem"]), type=Problem)


def price_of(listing: Listing) -> str:
    (offer,) = listing.offers
    assert isinstance(offer.price, OfferPrice)
    return f"{offer.price.amount:.2f}"


def test_what_lies_in_the_folder_is_in_the_shop_and_follows_it(settings: Settings, tmp_path: Path) -> None:
    async def scenario(m: Merchant) -> None:
        books: Any = folder_erp(tmp_path)
        files: Any = ThroughFiles(drop_folder(books))
        m.erp = files
        await m.sync()
        shown = m.shown("008")
        assert ("Verre à pied « Brume »", "9.00") == (shown.name, price_of(shown))
        books.change("articles", "008", DESIGNATION="Verre d’été", PRIX_HT="8,50")
        books.work()
        await m.sync()
        assert ("Verre d’été", "10.20") == (m.shown("008").name, price_of(m.shown("008")))
        books.drop_row("articles", "041")
        books.work()
        await m.sync()
        gone = m.listing("041")
        assert gone is None or not gone.published, "what the complete file no longer holds has left the shop"
        assert m.shown("040").published

    play(settings, scenario)


def test_an_order_is_sent_and_not_confirmed_until_the_erp_acknowledges_it(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: FolderWorld) -> None:
        await w.collect()
        order = w.shop.place_order({"CHAISE": 2, "TABLE": 1})
        await w.collect()
        w.working = False
        for _ in range(3):
            await w.advance_all()
            await w.play_agent()
        waiting = await w.order()
        assert "entering" == waiting["state"], "known to the ERP's people by no acknowledgement"
        assert "order.sent_not_confirmed" == problem_of(waiting).message.code
        assert 1 == len(list((w.books.drop / "commandes").glob("*.json")))
        w.working = True
        w.books.work()
        await w.settle()
        found = await w.order()
        assert ("integrated", "CC0003") == (found["state"], found["document"])
        told = w.books.order("CC0003")
        assert (str(found["reference"]), order.gross) == (told["reference"], Decimal(told["gross"]))
        assert {"CHAISE", "TABLE"} == {line["item"] for line in told["lines"]}

    run(settings, tmp_path, scenario)


def test_an_agent_killed_between_the_file_and_its_acknowledgement_makes_one_order(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: FolderWorld) -> None:
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.advance_all()
        await w.lease_and_die()
        assert 1 == len(list((w.books.drop / "commandes").glob("*.json"))), (
            "it was laid down before the death"
        )
        w.books.work()  # the ERP takes it and acknowledges, with nobody there to see it
        await w.settle()
        found = await w.order()
        assert ("integrated", "CC0003") == (found["state"], found["document"])
        assert {str(found["reference"]): "CC0003"} == w.books.orders()
        assert ["CC0003.json"] == sorted(path.name for path in w.books.received.glob("CC*.json"))

    run(settings, tmp_path, scenario)


def test_a_new_buyer_becomes_a_customer_of_the_erp_and_a_refusal_is_told(
    settings: Settings, tmp_path: Path
) -> None:
    async def scenario(w: FolderWorld) -> None:
        w.shop.place_order({"CHAISE": 1}, email="nouvelle@example.org")
        await w.collect()
        await w.settle()
        found = await w.order()
        assert ("integrated", "C0003") == (found["state"], found["customer"])
        assert "nouvelle@example.org" == w.books.rows("clients")[-1]["EMAIL"]

    run(settings, tmp_path, scenario)


def test_what_the_erp_refuses_waits_for_a_person_with_its_words(settings: Settings, tmp_path: Path) -> None:
    async def scenario(w: FolderWorld) -> None:
        w.books.drop_row("articles", "CHAISE")  # after the platform has seen it
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        held = await w.order()
        assert "held" == held["state"]
        assert "l’article CHAISE n’existe pas" in problem_of(held).message.fr

    run(settings, tmp_path, scenario)


def test_an_order_goes_through_the_merchants_own_procedure_and_is_read_back(
    settings: Settings, tmp_path: Path
) -> None:
    async def inside() -> None:
        async with opened(settings), sql_world(tmp_path) as w:
            order = w.shop.place_order({"CHAISE": 2, "TABLE": 1})
            await w.collect()
            await w.settle()
            found = await w.order()
            assert ("integrated", "CC0003", "C0002") == (found["state"], found["document"], found["customer"])
            (row,) = w.books.rows("SELECT * FROM COMMANDE WHERE NUMERO = 'CC0003'")
            assert (found["reference"], order.gross) == (row["REF_WEB"], Decimal(str(row["TOTAL_TTC"])))
            await w.settle()
            assert 3 == len(w.books.sales()), "once"

    asyncio.run(inside())
