"""A plan says what applying a draft would do, to the last field, and moves nothing."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from raccord.core.channel import ChannelSettings, PublicationRule, StockRule
from raccord.core.plan import FieldChange
from raccord.core.rules import Mapping, Rule, Table
from raccord.core.steps import Join, Lookup
from raccord.mappings import service
from raccord.settings import Settings
from raccord.storage import plans
from raccord.storage.engine import tenant_transaction
from raccord.sync import planning
from raccord.sync.sweep import sweep
from support.planning import change_rule, lines, planned, save, without_rule
from support.publishing import Merchant, play

BRAND_FIRST: dict[str, Any] = {"sources": ["product.brand", "product.name"], "steps": [Join(" ")]}


async def furnish(m: Merchant, count: int = 6) -> None:
    for n in range(count):
        m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, brand="Duval")
    await m.sync()
    m.shop.log.clear()


def test_a_changed_rule_is_planned_field_by_field_and_nothing_moves(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        assert ("ready", 6, 6, False, False) == (plan.state, plan.done, plan.of, plan.stale, plan.first)
        assert plan.summary is not None
        assert {"update": 6} == plan.summary.actions
        assert [("name", 6)] == [(one.target, one.records) for one in plan.summary.fields]
        found = await lines(m, plan.id)
        assert [FieldChange("name", "Article 0", "Duval Article 0")] == list(found["A0"].changes)
        assert "Article 0" == found["A0"].name
        assert [] == m.shop.log
        assert [] == await m.due()

    play(settings, scenario)


def test_only_what_would_change_has_a_line(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        m.erp.put_product("B1", "Sans marque", price="10", stock=1)
        await m.sync()
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        assert plan.summary is not None
        assert (6, 1) == (plan.summary.count("update"), plan.summary.unchanged)
        assert "B1" not in await lines(m, plan.id)

    play(settings, scenario)


def test_articles_that_come_and_go_are_creations_and_withdrawals(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        m.erp.put_product("HORS", "Hors du site", price="20", stock=1, published=False)
        await m.sync()
        publication = PublicationRule(flagged_only=False)
        await save(m, settings=ChannelSettings(publication=publication))
        plan = await planned(m)
        assert plan.summary is not None
        assert {"create": 1} == plan.summary.actions
        (line,) = (await lines(m, plan.id, "create")).values()
        assert [
            FieldChange("name", UNSET, "Hors du site"), FieldChange("offers[HORS].price.amount", UNSET, "24")
        ] == list(line.changes)  # fmt: skip
        assert [("listings", 1, 1), ("availability", 1, 1)] == [
            (one.stream, one.changes, one.requests) for one in plan.summary.requests
        ]
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        await save(m, settings=ChannelSettings())
        back = await planned(m)
        assert back.summary is not None
        assert {"withdraw": 1} == back.summary.actions
        assert ["HORS"] == list(await lines(m, back.id, "withdraw"))

    play(settings, scenario)


def test_a_hold_says_why_and_what_it_would_release(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        table = {"Matières": Table({"01": "Hêtre"})}
        rule = Rule(
            target="brand", sources=["product.brand"], steps=[Lookup(table="Matières", otherwise="hold")]
        )
        draft = await service.draft(m.tenant, m.channel)
        others = [one for one in draft.mapping.rules if one.target != "brand"]
        await save(m, mapping=Mapping([*others, rule], table))
        plan = await planned(m)
        assert plan.summary is not None
        assert {"hold": 3} == plan.summary.actions
        (reason,) = plan.summary.reasons
        assert (3, True) == (reason.records, "Duval" in reason.example.fr)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert "Duval" == m.shown("A0").brand
        again = Mapping([*others, rule], {"Matières": Table({"Duval": "Duval & fils"})})
        await save(m, mapping=again)
        back = await planned(m)
        assert back.summary is not None
        assert {"release": 3} == back.summary.actions
        assert [("brand", 3)] == [(one.target, one.records) for one in back.summary.fields]
        await service.apply(m.tenant, back.id, m.wake, None)
        await m.settle()
        assert "Duval & fils" == m.shown("A0").brand

    play(settings, scenario)


def test_what_is_held_already_stays_held_and_is_counted_apart(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        m.erp.put_product("SANSPRIX", stock=5)
        await m.sync()
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        assert plan.summary is not None
        assert ({"update": 2}, 1, 0) == (plan.summary.actions, plan.summary.held, plan.summary.unchanged)

    play(settings, scenario)


def test_a_reference_that_several_articles_would_share_is_told_before(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        for n in range(4):
            m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, mpn="M1" if n < 3 else "M3")
        await m.sync()
        m.shop.log.clear()
        await change_rule(m, "offer.sku", sources=["product.mpn"])
        plan = await planned(m)
        assert plan.summary is not None
        assert {"update": 2, "hold": 2} == plan.summary.actions
        held = await lines(m, plan.id, "hold")
        assert ["A1", "A2"] == list(held)
        assert held["A1"].problem is not None
        assert "projection.same_sku" == held["A1"].problem.message.code
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["projection.same_sku"] * 2 == [await m.problem("A1"), await m.problem("A2")]
        assert [("update", "listings", "A0"), ("update", "listings", "A3")] == sorted(m.shop.log)
        await change_rule(m, "name", sources=["product.name"], steps=[])
        again = await planned(m)
        assert again.summary is not None
        assert ({}, 2, 2) == (again.summary.actions, again.summary.held, again.summary.unchanged)

    play(settings, scenario)


def test_a_stock_rule_is_planned_with_the_sum_behind_each_quantity(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        m.erp.set_stock("A1", 1)
        await m.sync()
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(2))))
        plan = await planned(m)
        assert plan.summary is not None
        assert {"stock": 3} == plan.summary.actions
        found = await lines(m, plan.id, "stock")
        assert [FieldChange("quantity", "5", "3")] == list(found["A0"].changes)
        assert [FieldChange("quantity", "1", "0")] == list(found["A1"].changes)
        assert found["A0"].reason is not None
        assert "réel 5 − marge de sécurité 2 = 3" == found["A0"].reason.fr
        assert Decimal(5) == m.shop.quantity("A0")

    play(settings, scenario)


def test_a_field_at_creation_is_never_in_a_planned_update(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await change_rule(m, "brand", sources=["product.name"], owner="creation")
        plan = await planned(m)
        assert plan.summary is not None
        assert ({}, 2) == (plan.summary.actions, plan.summary.unchanged)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert "Duval" == m.shown("A0").brand

    play(settings, scenario)


def test_a_field_left_to_the_shop_is_no_update(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await without_rule(m, "brand")
        plan = await planned(m)
        assert plan.summary is not None
        assert {} == plan.summary.actions
        assert [("brand", 2)] == [(one.target, one.records) for one in plan.summary.left]
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert "Duval" == m.shown("A0").brand

    play(settings, scenario)


def test_lines_come_page_by_page_and_by_field_and_text(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 5)
        await change_rule(m, "name", **BRAND_FIRST)
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(1))))
        plan = await planned(m)
        keys: list[str] = []
        after = None
        while page := await service.plan_lines(m.tenant, plan.id, after=after, limit=3):
            keys += [line.cursor for line in page]
            after = page[-1].cursor
        assert [f"{s}:A{n}" for s in ("listings", "availability") for n in range(5)] == keys
        assert 5 == len(await service.plan_lines(m.tenant, plan.id, field="name"))
        assert ["A3", "A3"] == [
            line.key for line in await service.plan_lines(m.tenant, plan.id, text="cle 3")
        ]
        assert [] == await service.plan_lines(m.tenant, plan.id, action="trying")

    play(settings, scenario)


def test_an_article_that_changed_in_the_erp_since_does_not_make_a_plan_stale(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        m.erp.change_product("A0", name="Tout neuf")
        await m.sync()
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["Duval Tout neuf", "Duval Article 1"] == [m.shown("A0").name, m.shown("A1").name]

    play(settings, scenario)


def test_a_newer_plan_takes_the_place_of_one_that_is_being_made(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await change_rule(m, "name", **BRAND_FIRST)
        old = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        new = await planned(m)
        assert "superseded" == (await service.plan(m.tenant, old)).state
        assert new.id == await service.newest_plan(m.tenant, m.channel)
        assert {} == await lines(m, old)

    play(settings, scenario)


def test_a_plan_that_the_rules_no_longer_allow_fails_with_their_sentence(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        bad = msgspec.json.encode(Mapping([Rule(target="no.such")])).decode()
        async with tenant_transaction(m.tenant) as connection:
            await connection.execute("UPDATE plan SET rules = $2 WHERE id = $1", plan, bad)
        await m.settle()
        found = await service.plan(m.tenant, plan)
        assert found.problem is not None
        assert ("failed", "mapping.unknown_target") == (found.state, found.problem.message.code)

    play(settings, scenario)


def test_a_plan_whose_worker_died_is_found_by_the_sweep_and_doubles_nothing(settings: Settings) -> None:
    class Killed(BaseException):
        """As if the process had ended here."""

    async def scenario(m: Merchant) -> None:
        for n in range(7):
            m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, mpn=f"M{n}", brand="Duval")
        await m.sync()
        await change_rule(m, "name", **BRAND_FIRST)
        await change_rule(m, "offer.sku", sources=["product.mpn"])
        steps = (
            "articles",
            "save_lines",
            "save_codes",
            "advance",
            "claims",
            "actions",
            "finish",
            "set_total",
            "begin",
        )
        for step in steps:
            plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
            m.wake.work.clear()
            real = getattr(plans, step)

            async def dies(*_: object, real=real, **__: object) -> None:  # type: ignore[no-untyped-def]
                await real(*_, **__)
                raise Killed

            setattr(plans, step, dies)
            small, planning.BATCH = planning.BATCH, 3
            try:
                with pytest.raises(Killed):
                    await planning.make(m.ports, m.tenant, plan)
                setattr(plans, step, real)
                assert await sweep(m.wake) > 0
                await m.settle()
            finally:
                setattr(plans, step, real)
                planning.BATCH = small
            made = await service.plan(m.tenant, plan)
            assert made.summary is not None
            assert ("ready", 7, {"update": 7}) == (made.state, made.done, made.summary.actions), step

    play(settings, scenario)


def test_a_plan_that_ends_its_workers_again_and_again_is_given_up(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        for _ in range(planning.MOST_ATTEMPTS):
            async with tenant_transaction(m.tenant):
                await plans.begin(plan)
        await m.settle()
        found = await service.plan(m.tenant, plan)
        assert found.problem is not None
        assert ("failed", "plan.too_often") == (found.state, found.problem.message.code)

    play(settings, scenario)


def test_no_plan_is_made_of_a_draft_that_changes_nothing(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        draft = await service.draft(m.tenant, m.channel)
        with pytest.raises(service.MappingsError) as refused:
            await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        assert "mappings.no_draft" == refused.value.message.code
        assert (False, 0) == (draft.changed, draft.revision)
        assert draft == await service.draft(m.tenant, m.channel)

    play(settings, scenario)
