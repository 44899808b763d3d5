"""Decisions of people, carried out: what they answered is in the ERP's document, and is remembered."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal as D
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from raccord.core.order_difference import gaps
from raccord.orders import deciding, service
from raccord.orders.deciding import Choice
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Document, Draft, decode
from raccord_connectors.contract import Change, Problem
from support.database import opened
from support.order_world import World, world

ITEMS = {"shipping": "PORT", "rounding": "ARRONDI"}


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]], **chosen: object) -> None:
    async def inside() -> None:
        async with opened(settings), world(**chosen) as found:
            await scenario(found)

    asyncio.run(inside())


async def decide(w: World, order: UUID, **choice: str) -> None:
    assert await deciding.decide(w.tenant, order, Choice(**choice), w.tenant, w.wake)  # type: ignore[arg-type]


async def states(w: World) -> dict[str, str]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT number, state FROM sales_order")
    return {row["number"]: row["state"] for row in rows}


def code_of(found: dict[str, object]) -> str:
    return msgspec.json.decode(str(found["problem"]), type=Problem).message.code


def test_a_mapped_article_lets_this_order_and_the_next_ones_in(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        lamp = w.shop.put_listing("Lampe", sku="LAMPE", price="50", quantity=5)
        for _ in range(2):
            w.shop.place_order({"LAMPE": 1})
        await w.collect()
        await w.settle()
        assert {"held"} == set((await states(w)).values())
        await w.ingest("products")
        async with tenant_transaction(w.tenant) as connection:
            order = await connection.fetchval("SELECT id FROM sales_order ORDER BY number LIMIT 1")
        await decide(w, order, do="article", shop_item=lamp.offers[0].key, item="CHAISE")
        await w.settle()
        await service.release_mended(w.tenant, w.channel, w.wake)
        await w.settle()
        w.shop.place_order({"LAMPE": 1})
        await w.collect()
        await w.settle()
        assert ["integrated"] * 3 == list((await states(w)).values())
        documents = [one for one in w.erp.all("documents") if isinstance(one, Document)]
        assert [{"CHAISE"}] * 3 == [{line.item for line in one.lines} for one in documents]

    run(settings, scenario)


def test_a_difference_let_go_is_a_line_of_the_document_that_comes_to_what_was_paid(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        w.erp.put_product("ARRONDI", "Arrondi", price="0")
        order = w.shop.place_order({"CHAISE": 1})
        w.shop.put("orders", msgspec.structs.replace(order, gross=order.gross + D("0.30")))
        await w.collect()
        await w.settle()
        found = await w.order()
        assert ("held", "order.totals_disagree") == (found["state"], code_of(found))
        await decide(w, found["id"], do="anyway", reason="arrondi du salon")  # type: ignore[arg-type]
        await w.settle()
        found = await w.order()
        (document,) = w.erp.documents_of(str(found["reference"]))
        assert ("integrated", order.gross + D("0.30")) == (found["state"], document.gross)
        assert [D("0.30")] == [line.net for line in document.lines if line.item == "ARRONDI"]
        assert any("arrondi du salon" in line.title for line in document.lines)

    run(settings, scenario, items=ITEMS)


def test_what_was_let_go_counts_for_those_amounts_only(settings: Settings) -> None:
    """The shop changes the order between the decision and the entry: a person is asked again."""

    async def scenario(w: World) -> None:
        w.erp.put_product("ARRONDI", "Arrondi", price="0")
        order = w.shop.place_order({"CHAISE": 1})
        w.shop.put("orders", msgspec.structs.replace(order, gross=order.gross + D("0.30")))
        await w.collect()
        await w.settle()
        found = await w.order()
        await decide(w, found["id"], do="anyway", reason="arrondi du salon")  # type: ignore[arg-type]
        w.shop.put("orders", msgspec.structs.replace(order, gross=order.gross + D("0.45")))
        await w.collect([order.key])
        await w.settle()
        found = await w.order()
        assert ("held", "order.totals_disagree") == (found["state"], code_of(found))
        assert [] == w.erp.all("documents")

    run(settings, scenario, items=ITEMS)


def test_two_hands_on_one_button_decide_once(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.put_listing("Lampe", sku="LAMPE", price="50", quantity=5)
        w.shop.place_order({"LAMPE": 1, "CHAISE": 1})
        await w.collect()
        await w.settle()
        order = UUID(str((await w.order())["id"]))
        choice = Choice(do="ignored", once="one form", reason="doublon")
        await asyncio.gather(*(deciding.decide(w.tenant, order, choice, w.tenant, w.wake) for _ in range(4)))
        async with tenant_transaction(w.tenant) as connection:
            told = await connection.fetchval("SELECT count(*) FROM journal WHERE event = 'order_ignored'")
            kept = await connection.fetchval("SELECT count(*) FROM order_decision")
        assert ("ignored", 1, 1) == ((await w.order())["state"], told, kept)
        assert {} == await w.open_reservations()

    run(settings, scenario)


def test_how_long_it_does_not_get_on_is_counted_from_the_first_wall(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.shop.put_listing("Lampe", sku="LAMPE", price="50", quantity=5)
        w.shop.place_order({"LAMPE": 1})
        await w.collect()
        await w.settle()
        first = await w.order()
        await decide(w, first["id"], do="retry")  # type: ignore[arg-type]
        await w.settle()
        again = await w.order()
        assert again["attempts"] > first["attempts"]  # type: ignore[operator]
        assert first["stuck_since"] is not None
        assert first["stuck_since"] == again["stuck_since"]
        await decide(w, first["id"], do="ignored", reason="doublon")  # type: ignore[arg-type]
        assert (await w.order())["stuck_since"] is None

    run(settings, scenario)


def off_by(w: World, cents: str) -> Callable[[str, Change], None]:
    """The ERP makes each document dearer by so much, and finds it as it is when it is asked for it again."""
    seen: set[str] = set()

    def alter(stream: str, change: Change) -> None:
        if stream == "drafts" and change.key not in seen:
            seen.add(change.key)
            (document,) = w.erp.documents_of(change.key)
            made = replace(document, net=document.net + D(cents), gross=document.gross + D(cents), taxes=[])
            w.erp.put("documents", made)

    return alter


def test_a_document_that_is_cents_off_is_accepted_as_it_is_and_is_what_the_order_is_measured_against(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        w.erp.after_write = off_by(w, "0.02")
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        held = await w.order()
        assert "order.document_differs" == code_of(held)
        await decide(w, held["id"], do="anyway", reason="deux centimes")  # type: ignore[arg-type]
        await w.settle()
        found = await w.order()
        assert ("integrated", 1) == (found["state"], len(w.erp.all("documents")))
        draft = decode(str(found["draft"]), Draft)
        (document,) = w.erp.all("documents")
        assert isinstance(document, Document)
        assert [] == gaps(draft, document)
        async with tenant_transaction(w.tenant) as connection:
            entry = await connection.fetchval("SELECT after FROM journal WHERE event = 'order_rounded'")
            audited = await connection.fetchrow("SELECT act, object, details FROM audit")
        told = msgspec.json.decode(entry)
        assert ("0.02", "deux centimes", document.number) == (told["gap"], told["reason"], told["document"])
        assert D("0.02") == D(told["made"]) - D(told["asked"])
        assert ("order.difference_accepted", str(found["id"])) == (audited["act"], audited["object"])
        assert "deux centimes" in audited["details"]

    run(settings, scenario, tolerance="0.05")


def test_another_difference_than_the_accepted_one_holds_the_order_again(settings: Settings) -> None:
    """Somebody changes the document between the decision and the second reading."""

    async def scenario(w: World) -> None:
        w.erp.after_write = off_by(w, "0.02")
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        held = await w.order()
        (document,) = w.erp.all("documents")
        assert isinstance(document, Document)
        w.erp.put("documents", replace(document, net=document.net + 1, gross=document.gross + 1))
        await decide(w, held["id"], do="anyway", reason="deux centimes")  # type: ignore[arg-type]
        await w.settle()
        found = await w.order()
        assert ("held", "order.document_differs") == (found["state"], code_of(found))

    run(settings, scenario, tolerance="0.05")


def test_more_than_the_channel_lets_pass_is_not_accepted(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        w.erp.after_write = off_by(w, "0.06")
        w.shop.place_order({"CHAISE": 1})
        await w.collect()
        await w.settle()
        held = await w.order()
        with pytest.raises(deciding.Refused, match=r"order\.accept_too_much"):
            await decide(w, held["id"], do="anyway", reason="six centimes")  # type: ignore[arg-type]
        assert "held" == (await w.order())["state"]

    run(settings, scenario, tolerance="0.05")
