"""Applying a plan, trying it on a few articles first, the first connection, and going back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec import UNSET

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings, PublicationRule, StockRule
from raccord.core.plan import FieldChange
from raccord.core.steps import Join
from raccord.mappings import applying, repository, service
from raccord.mappings.service import MappingsError
from raccord.settings import Settings
from raccord.storage import brakes, projections, trials
from raccord.sync.project import project
from raccord.sync.sweep import sweep
from raccord_connectors.canonical import Listing, encode
from support.planning import change_rule, lines, planned, save
from support.publishing import Merchant, play

BRAND_FIRST: dict[str, Any] = {"sources": ["product.brand", "product.name"], "steps": [Join(" ")]}


async def furnish(m: Merchant, count: int = 6) -> None:
    for n in range(count):
        m.erp.put_product(f"A{n}", f"Article {n}", price="10", stock=5, brand="Duval")
    await m.sync()
    m.shop.log.clear()


def names(m: Merchant) -> dict[str, str]:
    """Of what the shop shows, by reference."""
    return {
        listing.offers[0].sku: listing.name
        for listing in m.shop.all("listings")
        if isinstance(listing, Listing) and listing.published
    }


def everything(m: Merchant) -> list[bytes]:
    """All that the shop has of articles and stock, byte for byte."""
    return [encode(record) for stream in ("listings", "availability") for record in m.shop.all(stream)]


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(MappingsError) as error:
        await work
    return error.value.message.code


def test_an_applied_plan_becomes_the_version_in_force_and_sends_what_it_said(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m)
        m.erp.put_product("B1", "Sans marque", price="10", stock=1)
        await m.sync()
        m.shop.log.clear()
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        assert 2 == await service.apply(m.tenant, plan.id, m.wake, None, note="La marque devant")
        await m.settle()
        told = await lines(m, plan.id)
        assert sorted(("update", "listings", key) for key in told) == sorted(m.shop.log)
        assert "Duval Article 0" == m.shown("A0").name
        new, old = await service.versions(m.tenant, m.channel)
        assert ((2, True, "La marque devant"), (1, False, "")) == (
            (new.number, new.active, new.note), (old.number, old.active, old.note),
        )  # fmt: skip
        draft = await service.draft(m.tenant, m.channel)
        assert (0, False, 2) == (draft.revision, draft.changed, draft.based_on)
        done = await service.plan(m.tenant, plan.id)
        assert ("applied", 2, False) == (done.state, done.version, done.stale)
        (entry,) = await m.rows("SELECT after FROM journal WHERE event = 'applied'")
        assert {"plan": str(plan.id), "version": 2, "update": 6} == json.loads(entry["after"])
        assert [] == await m.due()

    play(settings, scenario)


def test_a_plan_is_applied_once(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None)
        assert "mappings.done_already" == await refused(service.apply(m.tenant, plan.id, m.wake, None))
        assert 2 == len(await service.versions(m.tenant, m.channel))

    play(settings, scenario)


def test_a_plan_that_is_being_made_waits(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await service.start_plan(m.tenant, m.channel, m.connections, m.wake, None)
        assert "mappings.not_ready" == await refused(service.apply(m.tenant, plan, m.wake, None))

    play(settings, scenario)


def test_a_plan_of_another_day_is_refused_with_a_clear_sentence(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        other = ChannelSettings(stock=StockRule(margin=Decimal(1)))
        await channels.change_settings(m.tenant, m.channel, other, m.wake)
        assert (await service.plan(m.tenant, plan.id)).stale
        assert "mappings.stale" == await refused(service.apply(m.tenant, plan.id, m.wake, None))
        assert "Article 0" == m.shown("A0").name

    play(settings, scenario)


def test_the_draft_that_went_on_since_its_plan_stays(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        await change_rule(m, "summary", sources=["product.brand"])
        await service.apply(m.tenant, plan.id, m.wake, None)
        draft = await service.draft(m.tenant, m.channel)
        assert (True, 2) == (draft.changed, draft.based_on)
        edits = service.difference(await service.version(m.tenant, m.channel, 2), draft)
        assert [("rule", "changed", "summary")] == [(one.kind, one.change, one.path) for one in edits]

    play(settings, scenario)


def test_the_plan_of_a_draft_that_was_discarded_cannot_be_applied(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 1)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        await service.discard_draft(m.tenant, m.channel, None)
        assert "mappings.done_already" == await refused(service.apply(m.tenant, plan.id, m.wake, None))
        assert "superseded" == (await service.plan(m.tenant, plan.id)).state

    play(settings, scenario)


# ---------------------------------------------------------------------------------------------- withdrawals


def sleepers(count: int) -> Callable[[Merchant], Awaitable[None]]:
    async def put(m: Merchant) -> None:
        for n in range(count):
            m.erp.put_product(f"W{n:03}", f"Hors site {n}", price="10", stock=5, published=False)
        await m.sync()

    return put


OFF_SITE_TOO = ChannelSettings(publication=PublicationRule(flagged_only=False))


async def show_all(m: Merchant, count: int) -> None:
    await furnish(m, 3)
    await sleepers(count)(m)
    await save(m, settings=OFF_SITE_TOO)
    plan = await planned(m)
    await service.apply(m.tenant, plan.id, m.wake, None)
    await m.settle()
    assert count + 3 == len(names(m))


def test_what_a_plan_said_it_would_withdraw_is_not_asked_about_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await show_all(m, 30)
        await save(m, settings=ChannelSettings())
        plan = await planned(m)
        assert plan.summary is not None
        assert {"withdraw": 30} == plan.summary.actions
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["A0", "A1", "A2"] == sorted(names(m))
        assert [] == await channels.open_brakes(m.tenant)
        assert [] == await m.rows("SELECT key FROM decided_withdrawal")

    play(settings, scenario)


def test_more_than_the_plan_said_is_asked_about(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await show_all(m, 10)
        for n in range(20):
            m.erp.put_product(f"X{n:03}", f"Reste {n}", price="10", stock=5)
        await m.sync()
        await save(m, settings=ChannelSettings())
        plan = await planned(m)
        for n in range(20):
            m.erp.change_product(f"X{n:03}", published=False)
        await m.ship()
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["A0", "A1", "A2"] + [f"X{n:03}" for n in range(20)] == sorted(names(m))
        (brake,) = await channels.open_brakes(m.tenant)
        assert 20 == brake.concerned

    play(settings, scenario)


def test_a_decision_is_good_for_its_plan_only(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await show_all(m, 20)
        await save(m, settings=ChannelSettings())
        plan = await planned(m)
        for n in range(20):
            m.erp.change_product(f"W{n:03}", published=True)
        await m.ship()
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert 23 == len(names(m))
        for n in range(20):
            m.erp.change_product(f"W{n:03}", published=False)
        await m.sync()
        assert 23 == len(names(m))
        assert 1 == len(await channels.open_brakes(m.tenant))

    play(settings, scenario)


# ------------------------------------------------------------------------------------------------ going back


def test_after_a_roll_back_the_shop_is_exactly_as_before(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 5)
        before = everything(m)
        await change_rule(m, "name", **BRAND_FIRST)
        await change_rule(m, "brand", sources=["product.name"])
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(2))))
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert before != everything(m)
        draft = await service.back_to(m.tenant, m.channel, 1, None)
        assert draft.changed
        back = await planned(m)
        assert back.summary is not None
        assert {"update": 5, "stock": 5} == back.summary.actions
        await service.apply(m.tenant, back.id, m.wake, None)
        await m.settle()
        assert before == everything(m)
        one, three = [await service.version(m.tenant, m.channel, number) for number in (1, 3)]
        assert (one.mapping, one.settings) == (three.mapping, three.settings)
        assert [] == service.difference(one, three)

    play(settings, scenario)


def test_a_roll_back_takes_out_the_characteristic_that_was_new(settings: Settings) -> None:
    """Going back to no rule at all would leave it in the shop, as if it were the shop's own."""

    def made_of(m: Merchant) -> list[list[str]]:
        found = [one.features for one in m.shop.all("listings") if isinstance(one, Listing)]
        return [one.get("Maison", []) if isinstance(one, dict) else [] for one in found]

    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        await change_rule(m, "features.Maison", sources=["product.brand"])
        await service.apply(m.tenant, (await planned(m)).id, m.wake, None)
        await m.settle()
        assert [["Duval"]] * 3 == made_of(m)
        await service.back_to(m.tenant, m.channel, 1, None)
        back = await planned(m)
        assert back.summary is not None
        assert {"update": 3} == back.summary.actions
        await service.apply(m.tenant, back.id, m.wake, None)
        await m.settle()
        assert [[]] * 3 == made_of(m)

    play(settings, scenario)


# ----------------------------------------------------------------------------------------------------- trial


def test_a_trial_sends_its_articles_only_until_the_plan_is_applied(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 5)
        await change_rule(m, "name", **BRAND_FIRST)
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(2))))
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None, sample=2)
        await m.settle()
        assert [("update", "availability", "A0"), ("update", "availability", "A1")] == [
            one for one in sorted(m.shop.log) if one[1] == "availability"
        ]
        assert ["Duval Article 0", "Duval Article 1", "Article 2"] == [
            m.shown(f"A{n}").name for n in range(3)
        ]
        assert [Decimal(3), Decimal(5)] == [m.shop.quantity("A0"), m.shop.quantity("A2")]
        found = await service.plan(m.tenant, plan.id)
        assert (2, "ready") == (found.trying, found.state)
        assert {"A0", "A1"} == (await lines(m, plan.id, "trying")).keys()
        m.erp.change_product("A0", name="Renommé")
        m.erp.set_stock("A0", 9)
        await m.sync()
        assert ("Duval Renommé", Decimal(7)) == (m.shown("A0").name, m.shop.quantity("A0"))
        m.shop.log.clear()
        await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ["A2", "A3", "A4"] == sorted(key for _, stream, key in m.shop.log if stream == "listings")
        assert [] == await m.rows("SELECT key FROM trial")

    play(settings, scenario)


def test_an_undone_trial_leaves_the_shop_as_it_was(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 4)
        m.erp.put_product("HORS", "Hors site", price="5", stock=1, published=False)
        await m.sync()
        before = names(m)
        await change_rule(m, "name", **BRAND_FIRST)
        await save(m, settings=OFF_SITE_TOO)
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None, keys=["A3", "HORS"])
        await m.settle()
        assert {**before, "A3": "Duval Article 3", "HORS": "Hors site"} == names(m)
        assert 2 == await service.undo_sample(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert before == names(m)
        assert "ready" == (await service.plan(m.tenant, plan.id)).state
        assert "mappings.no_trial" == await refused(service.undo_sample(m.tenant, plan.id, m.wake, None))
        assert [] == await channels.open_brakes(m.tenant)

    play(settings, scenario)


def test_a_trial_obeys_what_the_plan_sends_at_creation_only(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 2)
        await change_rule(m, "brand", sources=["product.name"], owner="creation")
        await change_rule(m, "summary", sources=["product.name"])
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None, sample=1)
        await m.settle()
        assert ("Duval", "Article 0") == (m.shown("A0").brand, m.shown("A0").summary)
        m.erp.change_product("A0", name="Renommé")
        m.erp.change_product("A1", brand="Martin")
        await m.sync()
        assert ("Duval", "Renommé") == (m.shown("A0").brand, m.shown("A0").summary)
        assert "Martin" == m.shown("A1").brand

    play(settings, scenario)


def test_what_cannot_be_tried_is_said(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        attempt = applying.MOST_TRIED + 1
        for code, asked in (
            ("mappings.nothing_to_try", {"keys": ["UNKNOWN"]}),
            ("mappings.nothing_to_try", {"sample": 0}),
            ("mappings.too_many_to_try", {"sample": attempt}),
        ):
            assert code == await refused(service.apply(m.tenant, plan.id, m.wake, None, **asked))
        await service.apply(m.tenant, plan.id, m.wake, None, sample=1)
        await change_rule(m, "summary", sources=["product.brand"])
        other = await planned(m)
        assert "ready" == (await service.plan(m.tenant, plan.id)).state
        assert "mappings.other_trial" == await refused(
            service.apply(m.tenant, other.id, m.wake, None, sample=1)
        )
        await channels.pause(m.tenant, m.channel)
        assert "mappings.paused" == await refused(service.apply(m.tenant, plan.id, m.wake, None, sample=1))

    play(settings, scenario)


def test_a_trial_that_is_taken_back_while_its_articles_are_projected_leaves_none_of_them_behind(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await furnish(m, 4)
        await change_rule(m, "name", **BRAND_FIRST)
        await save(m, settings=ChannelSettings(stock=StockRule(margin=Decimal(2))))
        plan = await planned(m)
        for _ in range(6):
            await service.apply(m.tenant, plan.id, m.wake, None, sample=4)
            working = [
                project(m.ports, m.tenant, m.channel, stream) for stream in ("listings", "availability")
            ]
            await asyncio.gather(*working, service.undo_sample(m.tenant, plan.id, m.wake, None))
            assert [] == await m.rows("SELECT stream, key FROM trial")
            await m.settle()
            assert [f"Article {n}" for n in range(4)] == sorted(names(m).values())
            assert [Decimal(5)] * 4 == [m.shop.quantity(f"A{n}") for n in range(4)]

    play(settings, scenario)


# ------------------------------------------------------------------------------------------ first connection


async def meeting(m: Merchant) -> None:
    """A shop that has articles already, and an ERP that was read; the channel is not on air."""
    m.shop.put_listing("Chaise (boutique)", sku="chaise", price="55", quantity=3)
    m.shop.put_listing("Cadeau maison", sku="CADEAU", price="5")
    for copy in ("Doublon 1", "Doublon 2"):
        m.shop.put_listing(copy, sku="DOUBLE", price="7")
    m.erp.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12)
    m.erp.put_product("TABLE", "Table Lucie", price="100", stock=2)
    m.erp.put_product("DOUBLE", "En double", price="7", stock=2)
    m.erp.put_product("SANSPRIX", "Sans prix", stock=2)
    await m.ship()
    m.wake.work.clear()
    m.shop.log.clear()


def test_a_first_connection_is_planned_and_applied(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await meeting(m)
        before = everything(m)
        plan = await planned(m)
        assert (True, "ready", 0) == (plan.first, plan.state, plan.revision)
        assert plan.summary is not None
        assert {"by_sku": 1, "by_ean": 0, "doubtful": 1} == plan.summary.matched
        assert {"create": 1, "update": 1, "hold": 2, "stock": 1} == plan.summary.actions
        found = {line.cursor: line for line in await service.plan_lines(m.tenant, plan.id)}
        told = {change.path: (change.before, change.after) for change in found["listings:CHAISE"].changes}
        assert ("Chaise (boutique)", "Chaise Lucie") == told["name"]
        assert [FieldChange("quantity", UNSET, "12")] == list(found["availability:CHAISE"].changes)
        assert before == everything(m)
        assert ([], []) == (m.shop.log, await m.due())
        assert 1 == await service.apply(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert ("Chaise Lucie", Decimal(12)) == (
            m.shown("CHAISE").name,
            m.shop.quantity(m.shown("CHAISE").offers[0].key),
        )
        assert ["CADEAU", "CHAISE", "DOUBLE", "DOUBLE", "TABLE"] == sorted(
            listing.offers[0].sku for listing in m.shop.all("listings") if isinstance(listing, Listing)
        )
        channel = await channels.by_id(m.tenant, m.channel)
        assert channel is not None
        assert "live" == channel.state

    play(settings, scenario, live=False)


def test_a_plan_made_again_before_going_on_air_knows_the_shops_fields_of_its_own_rules(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await meeting(m)
        await planned(m)
        m.shop.edit(m.shop.all("listings")[0].key, summary="De la boutique")
        await change_rule(m, "summary", sources=["product.name"])
        plan = await planned(m)
        found = await service.plan_lines(m.tenant, plan.id, action="update")
        told = {change.path: (change.before, change.after) for line in found for change in line.changes}
        assert ("De la boutique", "Chaise Lucie") == told["summary"]

    play(settings, scenario, live=False)


def test_a_trial_before_going_on_air_sends_nothing_else_and_is_undone_to_what_the_shop_had(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await meeting(m)
        before = names(m)
        plan = await planned(m)
        await service.apply(m.tenant, plan.id, m.wake, None, keys=["CHAISE", "TABLE"])
        await m.settle()
        assert ("Chaise Lucie", "Table Lucie") == (m.shown("CHAISE").name, m.shown("TABLE").name)
        assert Decimal(2) == m.shop.quantity(m.shown("TABLE").offers[0].key)
        channel = await channels.by_id(m.tenant, m.channel)
        assert channel is not None
        assert "draft" == channel.state
        m.erp.set_stock("TABLE", 1)
        m.erp.put_product("NEUF", "Tout neuf", price="3", stock=1)
        await m.sync()
        assert Decimal(1) == m.shop.quantity(m.shown("TABLE").offers[0].key)
        assert None is m.listing("NEUF")
        await service.undo_sample(m.tenant, plan.id, m.wake, None)
        await m.settle()
        assert before == names(m)
        assert [] == await m.due()
        again = await planned(m)
        await service.apply(m.tenant, again.id, m.wake, None)
        await m.settle()
        assert "Table Lucie" in names(m).values()
        assert "Tout neuf" in names(m).values()
        assert 6 == len(m.shop.all("listings"))

    play(settings, scenario, live=False)


def test_a_shop_that_does_not_answer_leaves_a_plan_with_its_reason(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await meeting(m)
        m.shop.fail_next(10)
        plan = await planned(m)
        assert plan.problem is not None
        assert "failed" == plan.state

    play(settings, scenario, live=False)


# ------------------------------------------------------------------------------------------------- crashes


def test_a_process_that_dies_while_it_applies_has_applied_nothing_or_all(settings: Settings) -> None:
    class Killed(BaseException):
        """As if the process had ended here."""

    async def scenario(m: Merchant) -> None:
        await furnish(m, 3)
        await change_rule(m, "name", **BRAND_FIRST)
        plan = await planned(m)
        for place, step in (
            (repository, "activate"),
            (trials, "applied"),
            (repository, "rebase_draft"),
            (brakes, "decide_beforehand"),
            (projections, "mark_everything"),
            (applying, "_journal"),
        ):
            real = getattr(place, step)

            async def dies(*given: object, real: Any = real, **named: object) -> None:
                await real(*given, **named)
                raise Killed

            setattr(place, step, dies)
            try:
                with pytest.raises(Killed):
                    await service.apply(m.tenant, plan.id, m.wake, None)
            finally:
                setattr(place, step, real)
            assert 1 == len(await service.versions(m.tenant, m.channel)), step
            assert "ready" == (await service.plan(m.tenant, plan.id)).state
            assert [] == await m.rows("SELECT key FROM to_project")
        await service.apply(m.tenant, plan.id, m.wake, None)
        m.wake.work.clear()  # it died before anybody was woken
        assert await sweep(m.wake) > 0
        await m.settle()
        assert ["Duval Article 0", "Duval Article 1", "Duval Article 2"] == sorted(names(m).values())

    play(settings, scenario)
