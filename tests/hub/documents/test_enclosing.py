"""Shops that keep invoices themselves get the file with the order's update: the newest paper that they take, as it was given."""

import asyncio
from datetime import date
from typing import Any

from raccord.documents.enclosing import Enclosing
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import OrderUpdate, PaperLink
from raccord_connectors.contract import Change, PaperNeeds
from support.database import opened
from support.paper_world import PaperWorld, paper_world

NEEDS = PaperNeeds()


def test_the_newest_invoice_goes_with_the_update_and_nothing_else_does(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        w.orders.shop.place_order({"CHAISE": 1}, email="a@exemple.fr")
        await w.orders.collect()
        await w.orders.settle()
        order = await w.orders.order()
        w.customer(str(order["customer"]))
        for number in ("FA1", "FA2"):
            w.invoice(number, references=[str(order["reference"])], customer=str(order["customer"]))
        await w.ingest()
        await w.work()
        async with tenant_transaction(w.tenant):
            links = await w.pages.links_of(w.tenant, str(order["reference"]))
        update = OrderUpdate(key=str(order["key"]), state="invoiced", papers=links)
        change, shop = Change("update", update.key, update), order["connection"]
        enclosing = Enclosing(w.objects)

        async def sent(
            needs: PaperNeeds, change: Change = change, shop: Any = shop
        ) -> dict[str, bytes | None]:
            (found,) = await enclosing.enclosed(w.tenant, shop, needs, [change])
            assert isinstance(found.record, OrderUpdate)
            return {paper.number: paper.content for paper in found.record.papers}

        files = await sent(NEEDS)
        assert (None, True) == (files["FA1"], (files["FA2"] or b"").startswith(b"%PDF"))
        assert [None, None] == [paper.content for paper in update.papers], (
            "what was desired stays without content"
        )
        assert {None} == set((await sent(PaperNeeds(largest_bytes=10))).values()), "too large: the link alone"
        assert {None} == set((await sent(PaperNeeds(kinds=("credit",)))).values())
        assert {None} == set((await sent(NEEDS, shop=w.orders.caller.connection)).values()), (
            "another shop's order"
        )
        stranger = PaperLink(number="FA9", dated=date(2026, 5, 4), url="https://x.example")
        other = Change("update", "404", OrderUpdate(key="404", state="invoiced", papers=[stranger]))
        assert {"FA9": None} == await sent(NEEDS, other)

    async def inside() -> None:
        async with opened(settings), paper_world(settings) as found:
            await scenario(found)

    asyncio.run(inside())
