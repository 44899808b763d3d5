"""Whoever has a customer's link sees that customer's papers, and nobody else's; a link that ended tells nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from litestar.testing import TestClient
from msgspec.structs import replace

from raccord.documents import customer_repository as repository
from raccord.documents.links import PageLinks
from raccord.documents.models import PageRow
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.web.app import create_app
from raccord_connectors.canonical import OrderUpdate, decode, encode
from support.database import new_tenant, opened
from support.paper_world import PaperWorld, paper_world
from support.web import FakeWake


def run(settings: Settings, scenario: Callable[[PaperWorld], Awaitable[None]], **rules: Any) -> None:
    async def inside() -> None:
        async with opened(settings), paper_world(settings, **rules) as found:
            await scenario(found)

    asyncio.run(inside())


async def page_for(w: PaperWorld, buyer: str = "", customer: str = "CLI1", days: int = 10) -> PageRow:
    async with tenant_transaction(w.tenant):
        until = datetime.now(UTC) + timedelta(days=days)
        return await repository.ensure(w.tenant, w.channel, customer, buyer, until)


def token(w: PaperWorld, page: PageRow) -> str:
    return w.pages.address(w.tenant, page).rpartition("/")[2]


async def numbers(w: PaperWorld, page: PageRow) -> list[str] | None:
    opened_page = await w.pages.open(token(w, page))
    return None if opened_page is None else [row.number for row in opened_page.papers]


async def furnished(w: PaperWorld) -> None:
    w.customer()
    w.customer("CLI2", account_title="Paul Autre")
    w.invoice("FA1")
    w.invoice("FA2", customer="CLI2")
    await w.ingest()
    await w.work()


def test_a_page_shows_the_papers_of_its_customer_alone_and_gives_their_files(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await furnished(w)
        page = await page_for(w)
        assert ["FA1"] == await numbers(w, page)
        mine, theirs = sorted(await w.rows("paper"), key=lambda row: row["number"])
        assert await w.pages.download(token(w, page), mine["id"])
        assert None is await w.pages.download(token(w, page), theirs["id"])

    run(settings, scenario)


def test_a_link_ends_by_time_by_hand_and_by_a_new_one(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await furnished(w)
        assert None is await numbers(w, await page_for(w, customer="CLI2", days=-1))
        page = await page_for(w)
        async with tenant_transaction(w.tenant):
            await repository.renew(page.id, datetime.now(UTC) + timedelta(days=1))
            renewed = await repository.page(page.id)
        assert renewed is not None
        assert (None, ["FA1"]) == (await numbers(w, page), await numbers(w, renewed))
        async with tenant_transaction(w.tenant):
            await repository.revoke(page.id)
        assert None is await numbers(w, renewed)
        assert page.id == (await page_for(w)).id, "one that was ended is not made anew by itself"
        assert None is await numbers(w, await page_for(w))

    run(settings, scenario)


def test_no_link_can_be_made_from_another(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        await furnished(w)
        page = await page_for(w)
        good = token(w, page)
        links = PageLinks(settings.secret_key or "", "http://x")
        others = PageLinks("1" * 64, "http://x")
        other = await new_tenant("Autre")
        for bad in (
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            good[:-4],
            "",
            "é" * 64,
            others.token(w.tenant, page.id, page.serial),
            links.token(other, page.id, page.serial),
            links.token(w.tenant, uuid4(), 1),
        ):
            assert await w.pages.open(bad) is None, bad

    run(settings, scenario)


def test_buyers_who_share_an_account_see_their_own_papers_only(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        w.customer()
        for email in ("a@exemple.fr", "b@exemple.fr"):
            w.orders.shop.place_order({"CHAISE": 1}, email=email)
        await w.orders.collect()
        await w.orders.settle()
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute("UPDATE sales_order SET customer = 'CLI1'")
            rows = await connection.fetch(
                "SELECT reference, data #>> '{buyer,email}' AS email FROM sales_order"
            )
        for row in rows:
            w.invoice(f"FA-{row['email'][0]}", references=[row["reference"]])
        w.invoice("TYPED")
        await w.ingest()
        await w.work()
        assert ["FA-a"] == await numbers(w, await page_for(w, "a@exemple.fr"))
        assert {"FA-a", "FA-b", "TYPED"} == set(await numbers(w, await page_for(w)) or [])
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "DELETE FROM sales_order WHERE data #>> '{buyer,email}' = 'b@exemple.fr'"
            )
        alone = set(await numbers(w, await page_for(w, "a@exemple.fr")) or [])
        assert {"FA-a", "FA-b", "TYPED"} == alone, "an account of his own shows what was typed for it as well"

    run(settings, scenario)


def test_the_shops_order_is_told_the_number_the_date_and_a_link_that_stays_the_same(
    settings: Settings,
) -> None:
    async def scenario(w: PaperWorld) -> None:
        w.orders.shop.place_order({"CHAISE": 1}, email="a@exemple.fr")
        await w.orders.collect()
        await w.orders.settle()
        order = await w.orders.order()
        reference = str(order["reference"])
        w.customer(str(order["customer"]))
        made = w.invoice(references=[reference], customer=str(order["customer"]))
        await w.ingest()
        await w.work()
        async with tenant_transaction(w.tenant):
            first = await w.pages.links_of(w.tenant, reference)
            again = await w.pages.links_of(w.tenant, reference)
        assert [("FA1", made.dated)] == [(one.number, one.dated) for one in first]
        assert first == again
        update = OrderUpdate(key="1", state="invoiced", papers=first)
        assert update == decode(encode(update), OrderUpdate)
        assert await w.pages.open(first[0].url.rpartition("/")[2])

    run(settings, scenario)


def test_the_page_itself_hides_from_search_engines_and_wears_the_shops_colour(settings: Settings) -> None:
    told: dict[str, str] = {}

    async def scenario(w: PaperWorld) -> None:
        await furnished(w)
        told["token"] = token(w, await page_for(w))
        told["paper"] = str(next(row["id"] for row in await w.rows("paper") if row["number"] == "FA1"))
        await w.rules(colour="#ffe08a")

    run(settings, scenario)
    with TestClient(
        create_app(replace(settings, public_url="http://testserver.local"), FakeWake())
    ) as client:
        page = client.get(f"/d/{told['token']}", headers={"accept-language": "fr"})
        assert (200, "noindex, nofollow, noarchive") == (page.status_code, page.headers["x-robots-tag"])
        assert "no-referrer" == page.headers["referrer-policy"]
        assert ("FA1" in page.text, "FA2" in page.text, "Vos documents" in page.text) == (True, False, True)
        assert "--shop: #ffe08a; --on-shop: #111111" in client.get(f"/d/{told['token']}/look.css").text
        file = client.get(f"/d/{told['token']}/{told['paper']}", follow_redirects=False)
        assert 303 == file.status_code
        place = file.headers["location"].partition("/objects/")[2]
        assert client.get(f"/objects/{place}").content.startswith(b"%PDF-")
        over = [client.get("/d/" + "A" * 64).status_code for _ in range(25)]
        assert (404, 429) == (over[0], over[-1])


def test_a_credit_note_that_we_had_entered_is_its_orders_and_names_the_invoice(settings: Settings) -> None:
    async def scenario(w: PaperWorld) -> None:
        w.orders.shop.place_order({"CHAISE": 1}, email="a@exemple.fr")
        await w.orders.collect()
        await w.orders.settle()
        order = await w.orders.order()
        customer, reference = str(order["customer"]), str(order["reference"])
        w.customer(customer)
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "INSERT INTO order_credit (tenant, sales_order, refund, state, key) VALUES ($1, $2, 'r1', 'entered', 'CREDIT-1')",
                w.tenant, order["id"],
            )  # fmt: skip
        w.invoice("FA1", references=[reference], customer=customer)
        await w.ingest()
        await w.work()
        w.invoice("AV1", kind="credit", references=["CREDIT-1"], customer=customer)
        await w.ingest("AV1")
        await w.work()
        async with tenant_transaction(w.tenant):
            links = await w.pages.links_of(w.tenant, reference)
        assert [("FA1", "invoice"), ("AV1", "credit")] == [(one.number, one.kind) for one in links]
        credit = next(row for row in await w.rows("paper") if row["number"] == "AV1")
        assert "corrects" not in str(credit["missing"])

    run(settings, scenario)
