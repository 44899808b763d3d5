"""A rehearsal reads both sides, writes on neither, finds what is wrong, and goes on where it was cut."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from raccord.mappings import service as mappings
from raccord.rehearsals import service
from raccord.rehearsals.errors import RehearsalError
from raccord.rehearsals.models import Report
from raccord.settings import Settings
from raccord.storage import rehearsals, system
from raccord.storage.engine import tenant_transaction
from raccord.sync import rehearsing, rehearsing_erp
from raccord.sync.commands import Commands
from raccord.sync.rehearsal_pass import Pass
from raccord_connectors.canonical import Customer, Listing
from raccord_connectors.contract import Can
from raccord_connectors.sample.memory_shop import MemoryShop
from support.publishing import Merchant, Scenario, play


class Clock:
    """Waiting costs no time."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def rehearsed(settings: Settings, scenario: Scenario) -> None:
    clock = Clock()
    play(
        settings,
        scenario,
        now=clock.now,
        sleep=clock.sleep,
        live=False,
        orders={"items": {"shipping": "PORT"}},
    )


async def start(m: Merchant) -> UUID:
    return await service.start(m.tenant, m.channel, m.wake)


async def one_slice(m: Merchant, rehearsal: UUID) -> bool:
    return await rehearsing.rehearse(m.ports, Commands(m.wake), m.tenant, rehearsal, reachable=True)


async def report(m: Merchant) -> Report:
    rehearsal = await start(m)
    while await one_slice(m, rehearsal):
        pass
    found = await service.report(m.tenant, rehearsal)
    assert found is not None
    return found


def records(found: Report) -> set[tuple[str, str]]:
    """(kind, key), the agent's silence apart: nobody answers for the ERP in these tests."""
    return {
        (group.kind.code, one.key)
        for groups in found.groups.values()
        for group in groups
        for one in group.examples
        if not group.kind.code.startswith("side.")
    }


async def a_shop_that_agrees(m: Merchant) -> None:
    for key in ("A", "B", "C"):
        m.erp.put_product(key, f"Article {key}", price="10", stock=5)
        m.shop.put_listing(f"Article {key}", sku=key.lower(), price="12", quantity=5)
    m.erp.put_product("PORT", "Port", price="5", stock=1, published=False)
    await m.ship("categories", "products", "prices", "stock", "customers")


def test_where_both_sides_agree_nothing_is_found(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        found = await report(m)
        assert "done" == found.rehearsal.state
        assert {("picture.none", key) for key in "ABC"} == records(found)
        assert 3 == found.rehearsal.figures["matched"]

    rehearsed(settings, scenario)


def test_nothing_is_written_in_the_shop(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        m.shop.place_order({"a": 2}, shipping="5.90")
        m.shop.log.clear()
        before, writes = m.shop.all("listings"), m.shop.writes
        await report(m)
        assert [] == m.shop.log
        assert (before, writes) == (m.shop.all("listings"), m.shop.writes)

    rehearsed(settings, scenario)


def test_only_questions_go_to_the_erp(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        m.shop.place_order({"a": 2}, shipping="5.90")
        await report(m)
        asked = await m.rows("SELECT verb FROM command ORDER BY verb")
        assert ["check", "discover"] == [row["verb"] for row in asked]
        for table in ("binding", "sales_order", "reservation", "journal", "item_code"):
            assert [] == await m.rows(f"SELECT 1 FROM {table}")

    rehearsed(settings, scenario)


def test_an_agent_that_does_not_answer_blocks_and_the_rest_is_told_all_the_same(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        found = await report(m)
        assert "side.silent" in {group.kind.code for group in found.groups["blocks"]}
        assert 3 == found.rehearsal.figures["selling"]

    rehearsed(settings, scenario)


def test_faults_of_both_sides_are_found_by_record(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        m.erp.put_product("FREE", "Sans prix", stock=1)
        m.shop.put_listing("Sans prix", sku="FREE", price="1")
        m.shop.put_listing("Orpheline", sku="ORPHAN", price="1", quantity=5)
        m.shop.put_listing("Copie de A", sku=" A ", price="1")
        m.erp.put("customers", Customer(key="C1", account_title="UN", email="x@y.example"))
        m.erp.put("customers", Customer(key="C2", account_title="DEUX", email="X@y.example "))
        m.erp.put("customers", Customer(key="C3", account_title="TROIS", email="x@y.example", active=False))
        await m.ship("products", "prices", "stock", "customers")
        m.shop.place_order({"ORPHAN": 1}, email="x@y.example")
        found = await report(m)
        told = records(found)
        orphan = next(
            one.key
            for one in m.shop.all("listings")
            if isinstance(one, Listing) and one.offers[0].sku == "ORPHAN"
        )
        assert ("price.none", "FREE") in told
        assert ("match.ambiguous", "A") in told
        assert ("match.only_shop", orphan) in told
        assert ("customer.same_email", "C1") in told
        assert {"order.item_unknown", "order.customer"} <= {kind for kind, _ in told}
        same = next(g for g in found.groups["held"] if g.kind.code == "customer.same_email")
        assert "C1, C2." == same.examples[0].message.en[-7:]

    rehearsed(settings, scenario)


def test_a_rehearsal_that_is_cut_goes_on_where_it_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after each page, it counts nothing twice and ends with the same report."""

    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        for number in range(7):
            m.erp.put_product(f"P{number}", f"Sans prix {number}", stock=1)
        await m.ship("products", "prices", "stock")
        whole = await report(m)
        monkeypatch.setattr(rehearsing_erp, "PAGE", 2)
        rehearsal = await start(m)
        slices = 0
        monkeypatch.setattr(rehearsing, "SLICE", timedelta(seconds=-1))
        while await one_slice(m, rehearsal):
            slices += 1
        again = await service.report(m.tenant, rehearsal)
        assert again is not None
        assert slices > 4
        assert records(whole) == records(again)
        assert dict(whole.rehearsal.counts) == dict(again.rehearsal.counts)
        assert dict(whole.rehearsal.figures) == dict(again.rehearsal.figures)

    rehearsed(settings, scenario)


@pytest.mark.parametrize("seed", [1, 2])
def test_workers_that_die_after_a_commit_have_nothing_counted_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)

    class Death(Exception):
        pass

    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        for number in range(7):
            m.erp.put_product(f"P{number}", f"Sans prix {number}", stock=1)
        await m.ship("products", "prices", "stock")
        whole = await report(m)
        saved = Pass.save

        async def save_and_die(made: Pass, *findings: Any, **kept: Any) -> None:
            await saved(made, *findings, **kept)
            if chance.random() < 0.5:
                raise Death

        monkeypatch.setattr(rehearsing_erp, "PAGE", 2)
        monkeypatch.setattr(Pass, "save", save_and_die)
        rehearsal, deaths = await start(m), 0
        again = await service.report(m.tenant, rehearsal)
        while again is not None and again.rehearsal.state == "running":
            try:
                await one_slice(m, rehearsal)
            except Death:
                deaths += 1
            again = await service.report(m.tenant, rehearsal)
        assert again is not None
        assert deaths > 3
        assert records(whole) == records(again)
        assert dict(whole.rehearsal.counts) == dict(again.rehearsal.counts)
        assert dict(whole.rehearsal.figures) == dict(again.rehearsal.figures)

    rehearsed(settings, scenario)


def test_a_shop_that_is_away_is_tried_again_and_its_reason_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        rehearsal = await start(m)
        m.shop.stopped = True
        assert await one_slice(m, rehearsal) is False
        waiting = await service.latest(m.tenant, m.channel)
        assert waiting is not None
        assert waiting.problem is not None
        assert ("running", "transient") == (waiting.state, waiting.problem.kind)
        m.shop.stopped = False
        while await one_slice(m, rehearsal):
            pass
        done = await service.latest(m.tenant, m.channel)
        assert done is not None
        assert ("done", None) == (done.state, done.problem)

    rehearsed(settings, scenario)


def test_one_at_a_time_and_it_can_be_stopped(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        rehearsal = await start(m)
        with pytest.raises(RehearsalError, match="under_way"):
            await start(m)
        assert await service.end(m.tenant, rehearsal)
        assert await one_slice(m, rehearsal) is False
        latest = await service.latest(m.tenant, m.channel)
        assert latest is not None
        assert "ended" == latest.state
        assert [] == await m.rows("SELECT 1 FROM rehearsal_code")

    rehearsed(settings, scenario)


def test_of_a_kind_a_hundred_examples_are_kept_and_all_are_counted(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        for number in range(130):
            m.erp.put_product(f"P{number:03}", f"Sans prix {number}", stock=1)
        await m.ship("products", "prices", "stock")
        found = await report(m)
        group = next(one for one in found.groups["held"] if one.kind.code == "price.none")
        assert (130, 100) == (group.count, len(group.examples))
        assert [] == await m.rows("SELECT 1 FROM rehearsal_code")

    rehearsed(settings, scenario)


def test_a_shop_that_refuses_the_key_blocks_and_the_erp_is_rehearsed_all_the_same(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        m.shop.token = "another"
        found = await report(m)
        assert "done" == found.rehearsal.state
        assert "side.shop" in {group.kind.code for group in found.groups["blocks"]}
        assert {("picture.none", key) for key in "ABC"} == records(found)
        assert "matched" not in found.rehearsal.figures, "what was not read is not counted"

    rehearsed(settings, scenario)


def test_it_is_the_draft_that_is_rehearsed_and_nothing_of_it_is_applied(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        draft = await mappings.draft(m.tenant, m.channel)
        prices = replace(draft.settings.prices, currency="CHF")
        await mappings.save_draft(
            m.tenant,
            m.channel,
            settings=replace(draft.settings, prices=prices),
            revision=draft.revision,
            account=None,
        )
        found = await report(m)
        assert found.rehearsal.of_draft
        assert ("currency.differs", "currency") in records(found)
        (row,) = await m.rows("SELECT settings FROM channel")
        assert "CHF" not in row["settings"]

    rehearsed(settings, scenario)


def test_what_the_channel_follows_already_is_matched_whatever_its_reference(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        await m.go_live()
        listing = m.shown("A")
        m.shop.edit(listing.key, offers=[replace(listing.offers[0], sku="TYPED-OVER")])
        found = await report(m)
        assert 3 == found.rehearsal.figures["matched"]
        assert not {kind for kind, _ in records(found) if kind.startswith("match.")}

    rehearsed(settings, scenario)


def test_the_sweep_finds_a_rehearsal_whose_wake_up_was_lost(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        rehearsal = await start(m)
        due = [(one.kind, one.object) for one in await system.due_work()]
        assert ("rehearse", rehearsal) in due

    rehearsed(settings, scenario)


def test_one_that_always_dies_at_the_same_place_is_given_up(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        rehearsal = await start(m)
        async with tenant_transaction(m.tenant):
            for _ in range(rehearsing.MOST_ATTEMPTS):
                await rehearsals.try_once_more(rehearsal)
        assert await one_slice(m, rehearsal) is False
        latest = await service.latest(m.tenant, m.channel)
        assert latest is not None
        assert latest.problem is not None
        assert ("failed", "rehearsal.stuck") == (latest.state, latest.problem.message.code)

    rehearsed(settings, scenario)


def test_records_of_the_shop_that_cannot_be_read_are_named_and_the_others_go_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        listing = m.shop.put_listing("Cassée", sku="BROKEN", price="1")
        order = m.shop.place_order({"a": 1}, shipping="5.90")
        m.shop.place_order({"b": 1}, shipping="5.90")
        m.shop.make_unreadable("listings", listing.key)
        m.shop.make_unreadable("orders", order.key)
        found = await report(m)
        assert {("record.shop", listing.key), ("record.shop", order.key)} <= records(found)
        assert 1 == found.rehearsal.figures["orders"]

    rehearsed(settings, scenario)


@pytest.mark.parametrize("tells_its_last_orders", [True, False])
def test_the_last_fifty_orders_are_tried_and_no_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tells_its_last_orders: bool
) -> None:
    if not tells_its_last_orders:
        streams = [replace(one, can=one.can - {Can.READ_LATEST}) for one in MemoryShop.spec.streams]
        monkeypatch.setattr(MemoryShop, "spec", replace(MemoryShop.spec, streams=tuple(streams)))

    async def scenario(m: Merchant) -> None:
        await a_shop_that_agrees(m)
        old = m.shop.put_listing("Vieux", sku="OLD", price="1", quantity=500)
        moments = iter(datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=n) for n in range(100))
        m.shop.now = lambda: next(moments)
        for _ in range(10):
            m.shop.place_order({"OLD": 1}, shipping="5.90")
        plenty = m.shop.put_listing("Beaucoup", sku="PLENTY", price="12", quantity=500)
        assert plenty.key != old.key
        for _ in range(50):
            m.shop.place_order({"PLENTY": 1}, shipping="5.90")
        found = await report(m)
        assert 50 == found.rehearsal.figures["orders"]
        assert ("order.item_unknown", f"{old.key}-1") not in records(found)

    rehearsed(settings, scenario)
