"""Who is in the shop when stock, prices, families and texts move, and that no more is projected than can change."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from raccord.channels import service
from raccord.core.channel import ChannelSettings, HasPicture, InStock, PublicationRule
from raccord.core.plan import FieldChange
from raccord.core.rules import Mapping, Rule
from raccord.mappings import service as mappings
from raccord.settings import Settings
from raccord.sync.project import project
from raccord_connectors.canonical import Component, MediaRef, Packaging
from support.planning import lines, planned, save
from support.publishing import Merchant, play, reserve


def rule(*conditions: Any, **chosen: Any) -> dict[str, Any]:
    made = PublicationRule(conditions=list(conditions), **chosen)
    return {"publication": msgspec.to_builtins(made)}


def published(m: Merchant) -> list[str]:
    """Articles that the shop shows."""
    keys = []
    for listing in m.shop.all("listings"):
        if listing.published:  # type: ignore[attr-defined]
            keys.append(listing.offers[0].sku)  # type: ignore[attr-defined]
    return sorted(keys)


async def marks(m: Merchant) -> list[str]:
    rows = await m.rows("SELECT key FROM to_project WHERE stream = 'listings' ORDER BY key")
    return [row["key"] for row in rows]


async def project_stock(m: Merchant) -> None:
    """The first piece of work that a movement of stock wakes, and no more."""
    m.wake.work.clear()
    await project(m.ports, m.tenant, m.channel, "availability")


IN_STOCK = rule(InStock())


def test_articles_come_and_go_with_their_stock(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        m.erp.put_product("B", price="10", stock=0)
        await m.sync()
        assert ["A"] == published(m)
        m.erp.set_stock("A", 0)
        m.erp.set_stock("B", 2)
        await m.sync()
        assert ["B"] == published(m)
        m.erp.set_stock("A", 1)
        await m.sync()
        assert (["A", "B"], Decimal(1)) == (published(m), m.shop.quantity("A"))

    play(settings, scenario, **IN_STOCK)


def test_the_last_piece_sold_online_takes_the_article_out_of_the_shop(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=3)
        await m.sync()
        await reserve(m, "A", 3)
        await m.wake.project(m.tenant, m.channel, "availability")
        await m.settle()
        assert [] == published(m)

    play(settings, scenario, **IN_STOCK)


def test_a_kit_leaves_with_its_last_component(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=9, published=False)
        m.erp.put_product(
            "SALON", price="10", stock_policy="kit", components=[Component("CHAISE", Decimal(4))]
        )
        await m.sync()
        assert ["SALON"] == published(m)
        m.erp.set_stock("CHAISE", 3)
        await m.sync("stock")
        assert [] == published(m)

    play(settings, scenario, **IN_STOCK)


def test_only_what_crosses_the_threshold_is_projected_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        for n in range(20):
            m.erp.put_product(f"A{n:02}", price="10", stock=100)
        await m.sync()
        for n in range(20):
            m.erp.set_stock(f"A{n:02}", 90 - n)
        m.erp.set_stock("A07", 4)
        m.erp.set_stock("A08", 5)
        await m.ship("stock")
        await project_stock(m)
        assert ["A07"] == await marks(m)
        await m.wake.project(m.tenant, m.channel, "listings")
        await m.settle()
        assert 19 == len(published(m))

    play(settings, scenario, **rule(InStock(least=Decimal(5))))


def test_a_channel_that_reads_no_stock_projects_no_listing_when_it_moves(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        m.erp.set_stock("A", 0)
        await m.ship("stock")
        await project_stock(m)
        assert [] == await marks(m)
        await m.settle()
        assert ["A"] == published(m)

    play(settings, scenario)


def test_too_many_out_of_stock_at_once_wait_for_a_person(settings: Settings) -> None:
    """An empty stock table is more often a mistake than an empty warehouse."""

    async def scenario(m: Merchant) -> None:
        for n in range(30):
            m.erp.put_product(f"A{n:02}", price="10", stock=5)
        await m.sync()
        for n in range(30):
            m.erp.set_stock(f"A{n:02}", 0)
        await m.sync()
        (waiting,) = await service.open_brakes(m.tenant)
        assert (30, 30) == (len(published(m)), waiting.concerned)

    play(settings, scenario, **IN_STOCK)


def test_an_article_whose_stock_becomes_unknown_stays_where_it_is(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        m.erp.put_product("B", price="10")
        await m.sync()
        assert ["A"] == published(m)
        m.erp.set_stock("A", None)
        m.erp.change_product("A", name="Renommé")
        await m.sync()
        assert (["A"], "Renommé") == (published(m), m.shown("A").name)

    play(settings, scenario, **IN_STOCK)


def test_what_is_sold_without_counting_is_always_in_stock(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("SERVICE", price="10", stock_policy="untracked")
        await m.sync()
        assert ["SERVICE"] == published(m)

    play(settings, scenario, **IN_STOCK)


def test_an_article_enters_once_it_meets_the_conditions(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        assert [] == m.shop.all("listings")
        m.erp.change_product("A", media=[MediaRef(name="a.jpg")])
        await m.sync()
        assert ["A"] == published(m)
        m.erp.change_product("A", media=[])
        await m.sync()
        assert ([], 1) == (published(m), len(m.shop.all("listings")))

    play(settings, scenario, **rule(HasPicture()))


def test_a_formula_that_reads_stock_is_asked_at_each_movement(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        await m.sync()
        assert ["A"] == published(m)
        m.erp.set_stock("A", 3)
        await m.sync("stock")
        assert [] == published(m)

    play(settings, scenario, **rule(formula="stock.real > 4.0"))


def test_kits_and_packs_are_shown_as_the_channel_counts_them(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product(
            "VIS", price="1", stock=47, packagings=[Packaging(key="B", title="Boîte", quantity=Decimal(10))]
        )
        m.erp.put_product("LOT", price="9", stock_policy="kit", components=[Component("VIS", Decimal(4))])
        await m.sync()
        assert (Decimal(30), Decimal(11)) == (m.shop.quantity("VIS"), m.shop.quantity("LOT"))

    play(settings, scenario, stock={"whole_packs": True, "maximum": "30"})


def test_kits_are_sold_without_counting_or_not_at_all_where_the_merchant_says_so(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("VIS", price="1", stock=47)
        m.erp.put_product("LOT", price="9", stock_policy="kit", components=[Component("VIS", Decimal(4))])
        m.erp.put_product("SERVICE", price="9", stock_policy="untracked")
        await m.sync()
        assert (["LOT", "VIS"], False) == (published(m), m.shown("LOT").track_stock)
        await service.change_settings(m.tenant, m.channel, ChannelSettings(), m.wake)
        await m.settle()
        assert (["LOT", "SERVICE", "VIS"], True) == (published(m), m.shown("LOT").track_stock)
        assert Decimal(11) == m.shop.quantity("LOT")

    play(settings, scenario, stock={"kits": "always", "untracked": "never"})


def test_the_shop_is_told_that_it_may_sell_on_at_zero(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="1", stock=0)
        await m.sync()
        row = await m.binding("A", "availability")
        assert row is not None
        assert '{"key":"A","quantity":"0","product":"A","backorders":true}' == row["pushed"]

    play(settings, scenario, stock={"backorders": True})


def test_a_plan_says_why_an_article_would_leave(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5, media=[MediaRef(name="a.jpg")])
        m.erp.put_product("B", price="10", stock=5)
        await m.sync()
        await save(m, settings=ChannelSettings(publication=PublicationRule(conditions=[HasPicture()])))
        plan = await planned(m)
        (line,) = (await lines(m, plan.id, "withdraw")).values()
        assert line.reason is not None
        assert ("B", "publication.no_picture") == (line.key, line.reason.code)
        assert ["A", "B"] == published(m)
        await mappings.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["A"] == published(m)

    play(settings, scenario)


def test_a_plan_tells_what_would_be_shown_sold_out(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10", stock=5)
        m.erp.put_product("B", price="10", stock=5, media=[MediaRef(name="b.jpg")])
        await m.sync()
        changed = PublicationRule(conditions=[HasPicture()], leaving="out_of_stock")
        await save(m, settings=ChannelSettings(publication=changed))
        plan = await planned(m)
        (line,) = (await lines(m, plan.id, "withdraw")).values()
        assert ("A", [FieldChange("quantity", UNSET, "0")]) == (line.key, list(line.changes))
        await mappings.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert (["A", "B"], Decimal(0)) == (published(m), m.shop.quantity("A"))
        other = replace(changed, delete_after_days=31)
        await save(m, settings=ChannelSettings(publication=other))
        again = await planned(m)
        assert again.summary is not None
        assert {} == again.summary.actions

    play(settings, scenario)


def test_a_rule_that_reads_stock_follows_it(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("A", price="10")
        m.erp.put_product("B", price="10", stock=1)
        m.erp.set_stock("A", 5, ordered=20)
        await m.sync()
        rule = Rule(target="offer.custom.arrivage", sources=["stock.ordered"])
        draft = await mappings.draft(m.tenant, m.channel)
        await save(m, mapping=Mapping([*draft.mapping.rules, rule]))
        await mappings.apply(m.tenant, (await planned(m)).id, m.wake, None)
        await m.settle()
        assert {"arrivage": "20"} == m.shown("A").offers[0].custom
        m.erp.set_stock("A", 5, ordered=12)
        await m.ship("stock")
        await project_stock(m)
        assert ["A"] == await marks(m)
        await m.wake.project(m.tenant, m.channel, "listings")
        await m.settle()
        assert {"arrivage": "12"} == m.shown("A").offers[0].custom

    play(settings, scenario)
