"""One thing of the shop follows one article of the ERP, whatever the shop answers and whoever binds it."""

import msgspec

from raccord.channels import service
from raccord.settings import Settings
from raccord.storage import bindings
from raccord.storage.bindings import Done
from raccord.storage.engine import tenant_transaction
from raccord.sync.outgoing import failed
from raccord_connectors.contract import Message, Problem
from support.publishing import Merchant, play


async def bound(m: Merchant, target: str) -> list[str]:
    rows = await m.rows(
        "SELECT key FROM binding WHERE stream = 'listings' AND target = $1 ORDER BY key", target
    )
    return [row["key"] for row in rows]


def test_a_creation_that_finds_the_listing_of_another_article_is_held(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        listing = m.shown("A")
        m.erp.sleep("A")
        await m.sync()
        m.shop.refs["listings", "B"] = listing.key  # the shop finds it by its reference
        m.erp.put_product("B", price="12", stock=7)
        m.erp.put_product("C", price="13", stock=7)
        await m.sync()
        assert ["A"] == await bound(m, listing.key)
        row = await m.binding("B")
        assert row is not None
        problem = msgspec.json.decode(row["problem"], type=Problem)
        assert (True, None, "push.target_taken") == (row["held"], row["target"], problem.message.code)
        assert f"Article B: the shop knows it already as its listing {listing.key}" in problem.message.en
        assert None is await m.binding("B", "availability")
        assert ("B", "refused") in await m.events()
        assert m.listing("C") is not None
        runs = await m.rows(
            "SELECT counts FROM run WHERE stream = 'listings' ORDER BY started_at DESC LIMIT 1"
        )
        assert {"created": 1, "refused": 1} == msgspec.json.decode(runs[0]["counts"])
        m.shop.refs.pop(("listings", "B"))  # deleted in the shop, then tried again
        await service.retry(m.tenant, m.channel, "listings", ["B"], m.wake)
        await m.settle()
        assert m.shown("B").key != listing.key

    play(settings, scenario)


def test_two_creations_that_find_the_same_listing_bind_it_once(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        theirs = m.shop.put_listing("Chaise", sku="AUTRE", price="55")
        for key in "AB":
            m.shop.refs["listings", key] = theirs.key
            m.erp.put_product(key, price="10", stock=5)
        await m.sync()
        assert 1 == len(await bound(m, theirs.key))
        assert ["push.target_taken"] == [code for key in "AB" if (code := await m.problem(key)) is not None]

    play(settings, scenario)


def test_a_later_first_match_leaves_what_is_bound_to_its_article(settings: Settings) -> None:
    """The article of the listing sleeps, and another one has its reference now."""

    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        listing = m.shown("A")
        m.erp.sleep("A")
        await m.sync()
        await service.pause(m.tenant, m.channel)
        m.erp.put_product("B", sku="A", price="12", stock=7)
        await m.ship()
        await m.go_live()
        assert ["A"] == await bound(m, listing.key)

    play(settings, scenario)


def test_stock_that_was_sent_to_the_former_listing_is_not_taken_for_the_new_one(settings: Settings) -> None:
    """The catalogue lane creates the item anew while the urgent lane still waits for the answer about the old one."""

    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        m.erp.set_stock("A", 4)
        await m.ship()
        m.wake.work.pop(("push", m.tenant, m.shop_connection, "urgent"), None)
        await m.rows(
            "UPDATE binding SET desired_print = gen_random_uuid() WHERE stream = 'availability' RETURNING key"
        )
        async with tenant_transaction(m.tenant):
            (row,) = await bindings.take(m.shop_connection, "availability", 10)
        async with tenant_transaction(m.tenant):
            await bindings.bind_items(m.tenant, m.channel, {"A": "999-1"})
        done = Done(m.channel, "availability", "A", row.target, "{}", row.desired, row.desired_print)
        refused, _ = failed(
            row, Problem("rejected", Message("x.gone", "n’existe plus", "is gone")), alone=True
        )
        async with tenant_transaction(m.tenant):
            await bindings.save_done([done])
            await bindings.save_failed([refused])
        found = await m.binding("A", "availability")
        assert found is not None
        assert ("999-1", None, None, False) == (
            found["target"], found["pushed"], found["pushed_print"], found["held"],
        )  # fmt: skip

    play(settings, scenario)
