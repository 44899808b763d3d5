"""Updates that say nothing are not sent, and what is kept as pushed is what the shop really has."""

import json

from raccord.core.rules import Mapping, Rule
from raccord.mappings import service
from raccord.settings import Settings
from support.planning import change_rule, planned, save, without_rule
from support.publishing import Merchant, play


async def furnish(m: Merchant) -> None:
    for n in range(3):
        m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, brand="Duval", mpn="M")
    await m.sync()
    m.shop.log.clear()


async def apply(m: Merchant) -> None:
    plan = await planned(m)
    await service.apply(m.tenant, plan.id, m.wake, None)
    await m.settle()


async def updates(m: Merchant, key: str) -> list[dict[str, object]]:
    rows = await m.rows(
        "SELECT after FROM journal WHERE stream = 'listings' AND event = 'updated' AND key = $1 ORDER BY id",
        key,
    )
    return [json.loads(row["after"]) for row in rows]


def test_a_field_that_is_left_to_the_shop_is_not_sent_and_not_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        await without_rule(m, "brand")
        await apply(m)
        assert ([], []) == (m.shop.log, await m.due())
        assert ([], "Duval") == (await updates(m, "A0"), m.shown("A0").brand)
        m.erp.change_product("A0", name="Renommé", brand="Martin")
        await m.sync()
        assert [{"name": "Renommé"}] == await updates(m, "A0")
        assert "Duval" == m.shown("A0").brand

    play(settings, scenario)


def test_what_becomes_the_shops_after_creation_stays_as_it_was_and_can_come_back(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        await change_rule(m, "brand", sources=["product.name"], owner="creation")
        await apply(m)
        assert ([], "Duval") == (m.shop.log, m.shown("A0").brand)
        m.erp.change_product("A0", name="Renommé")
        await m.sync()
        assert [{"name": "Renommé"}] == await updates(m, "A0")
        await change_rule(m, "brand", sources=["product.name"])
        await apply(m)
        assert ["Renommé", "Article 1"] == [m.shown("A0").brand, m.shown("A1").brand]
        assert {"brand": "Renommé"} == (await updates(m, "A0"))[-1]

    play(settings, scenario)


def test_a_withdrawn_article_is_not_told_again_that_it_is(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        m.erp.sleep("A0")
        await m.sync()
        m.shop.log.clear()
        await change_rule(m, "summary", sources=["product.name"], owner="creation")
        await apply(m)
        assert ([], []) == (m.shop.log, await m.due())
        m.erp.change_product("A0", active=True)
        await m.sync()
        assert m.shown("A0").published

    play(settings, scenario)


def test_a_rule_of_an_open_field_that_goes_leaves_its_name_to_the_shop(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        draft = await service.draft(m.tenant, m.channel)
        own = [Rule(target=f"custom.{name}", sources=["product.mpn"]) for name in ("UN", "DEUX")]
        await save(m, Mapping([*draft.mapping.rules, *own]))
        await apply(m)
        assert {"UN": "M", "DEUX": "M"} == m.shown("A0").custom
        m.shop.log.clear()
        await without_rule(m, "custom.UN")
        await apply(m)
        assert ([], {"UN": "M", "DEUX": "M"}) == (m.shop.log, m.shown("A0").custom)
        m.erp.change_product("A0", mpn="N")
        await m.sync()
        assert {"UN": "M", "DEUX": "N"} == m.shown("A0").custom

    play(settings, scenario)
