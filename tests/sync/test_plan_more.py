"""Plans of the less usual: variants, kits, ways out of the shop, refusals, channels that are paused or cannot begin."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import UNSET

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings, PublicationRule, StockRule
from raccord.core.plan import FieldChange
from raccord.core.steps import Join
from raccord.mappings import service
from raccord.mappings.service import MappingsError
from raccord.settings import Settings
from raccord_connectors.canonical import Component
from support.planning import change_rule, lines, planned, save
from support.publishing import Merchant, play

BRAND_FIRST: dict[str, Any] = {"sources": ["product.brand", "product.name"], "steps": [Join(" ")]}


def test_variants_are_told_one_by_one(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        options = {"TABLE|R": {"1": "Rouge"}, "TABLE|B": {"1": "Bleu"}}
        m.erp.put_product("TABLE", price="100", stock=3, variants=options)
        await m.sync()
        await change_rule(m, "offer.mpn", sources=["item.key"])
        plan = await planned(m)
        (line,) = (await lines(m, plan.id)).values()
        assert {
            FieldChange("offers[TABLE|R].mpn", UNSET, "TABLE|R"),
            FieldChange("offers[TABLE|B].mpn", UNSET, "TABLE|B"),
        } == set(line.changes)
        assert ["offer.mpn"] == line.fields

    play(settings, scenario)


def test_a_kit_follows_its_scarcest_component_in_a_plan(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("PIED", "Pied", price="5", stock=9)
        parts = [Component("PIED", Decimal(4))]
        m.erp.put_product("LOT", "Quatre pieds", price="18", stock_policy="kit", components=parts)
        await m.sync()
        assert Decimal(2) == m.shop.quantity("LOT")
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(2))))
        plan = await planned(m)
        found = await lines(m, plan.id, "stock")
        assert [("LOT", "2", "1"), ("PIED", "9", "7")] == [
            (key, line.changes[0].before, line.changes[0].after) for key, line in sorted(found.items())
        ]
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert [Decimal(1), Decimal(7)] == [m.shop.quantity("LOT"), m.shop.quantity("PIED")]

    play(settings, scenario)


def out(leaving: str, flagged_only: bool = True) -> ChannelSettings:
    rule: Any = {"leaving": leaving, "flagged_only": flagged_only, "delete_after_days": 0}
    return ChannelSettings(publication=PublicationRule(**rule))


@pytest.mark.parametrize("leaving", ["unpublish", "out_of_stock", "delete"])
def test_a_withdrawal_says_why_and_is_what_happens(settings: Settings, leaving: str) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        m.erp.put_product("HORS", price="10", stock=5, published=False)
        await m.sync()
        assert 2 == len(m.shop.all("listings"))
        await save(m, settings=out(leaving))
        plan = await planned(m)
        assert plan.summary is not None
        assert {"withdraw": 1} == plan.summary.actions
        (line,) = (await lines(m, plan.id)).values()
        assert ("HORS", True) == (line.key, line.reason is not None)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert (leaving == "out_of_stock") == m.shown("HORS").published
        assert Decimal(0 if leaving == "out_of_stock" else 5) == m.shop.quantity("HORS")
        await save(m, settings=out(leaving, flagged_only=False))
        back = await planned(m)
        assert back.summary is not None
        assert 1 == back.summary.count("update")
        await service.apply(m.tenant, back.id, m.wake, None)
        await m.settle()
        assert (True, Decimal(5)) == (m.shown("HORS").published, m.shop.quantity("HORS"))

    play(settings, scenario, publication={"flagged_only": False})


def test_what_the_shop_has_refused_is_released_by_something_new_to_try(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", "Chaise", price="10", stock=5, brand="Duval")
        await m.sync()
        await m.rows(
            """UPDATE binding SET held = true, pushed_print = NULL, problem = '{"kind": "rejected",
               "message": {"code": "shop.refused", "fr": "Non", "en": "No"}}' WHERE stream = 'listings' RETURNING key"""
        )
        await change_rule(m, "summary", sources=["product.custom.NIHIL"])
        nothing = await planned(m)
        assert nothing.summary is not None
        assert ({}, 1) == (nothing.summary.actions, nothing.summary.held)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        (line,) = (await lines(m, plan.id)).values()
        assert ("release", ["name"]) == (line.action, line.fields)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert "Duval Chaise" == m.shown("CHAISE").name

    play(settings, scenario)


def test_a_plan_applied_to_a_paused_channel_is_sent_when_it_goes_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", "Chaise", price="10", stock=5, brand="Duval")
        await m.sync()
        await channels.pause(m.tenant, m.channel)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert "Chaise" == m.shown("CHAISE").name
        await channels.resume(m.tenant, m.channel, m.wake)
        await m.settle()
        assert "Duval Chaise" == m.shown("CHAISE").name

    play(settings, scenario)


def test_a_shop_that_was_not_tested_cannot_be_planned_for_the_first_time(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await m.rows("UPDATE connection SET state = 'problem' WHERE side = 'shop' RETURNING id")
        with pytest.raises(MappingsError) as refused:
            await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        assert "mappings.shop_not_ready" == refused.value.message.code

    play(settings, scenario, live=False)


def test_an_article_that_the_shop_does_not_have_any_more_waits_for_a_person(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", "Chaise", price="10", stock=5, brand="Duval")
        await m.sync()
        await m.rows(
            """UPDATE binding SET held = true, problem = '{"kind": "rejected",
               "message": {"code": "drift.gone", "fr": "Disparu", "en": "Gone"}}' WHERE stream = 'listings' RETURNING key"""
        )
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        assert plan.summary is not None
        assert ({}, 1) == (plan.summary.actions, plan.summary.held)

    play(settings, scenario)
