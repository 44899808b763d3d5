"""Pushing when things go wrong: refusals, busy shops, wrong keys, bugs, and deaths at every step."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import msgspec
import pytest

from raccord.channels import service
from raccord.channels.errors import ChannelError
from raccord.core.pace import restore
from raccord.settings import Settings
from raccord.storage.locks import Locks
from raccord.sync.project import project
from raccord.sync.push import push
from raccord.sync.sweep import sweep
from raccord_connectors.canonical import Listing, OfferPrice
from raccord_connectors.contract import Change
from support.database import new_tenant
from support.publishing import Merchant, play


class Killed(BaseException):
    """Nothing that any code of ours catches: what follows it is what a dead process leaves behind."""


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def sleep(self, seconds: float) -> None:
        self.pass_(seconds=seconds)


async def pass_time(m: Merchant) -> None:
    """Retries come due."""
    await m.rows("UPDATE binding SET retry_at = now() WHERE retry_at > now() RETURNING key")


async def stocked(m: Merchant, *keys: str) -> None:
    for key in keys:
        m.erp.put_product(key, price="10", stock=5)
    await m.ship()


# --------------------------------------------------------------------------------------------------- refusals


def test_a_refused_article_is_held_and_the_others_go_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.shop.refuse("B", field="name", reason="trop fleuri")
        await stocked(m, "A", "B", "C")
        await m.settle()
        assert [True, False, True] == [m.listing(key) is not None for key in "ABC"]
        row = await m.binding("B")
        assert row is not None
        problem = msgspec.json.decode(row["problem"])
        assert (True, "name") == (row["held"], problem["field"])
        assert "trop fleuri" in problem["message"]["fr"]
        assert ("B", "refused") in await m.events()
        (run,) = await m.rows("SELECT state, counts FROM run WHERE stream = 'listings'")
        assert ("partial", {"created": 2, "refused": 1}) == (run["state"], msgspec.json.decode(run["counts"]))

    play(settings, scenario)


def test_a_refused_article_is_tried_again_when_it_changes_or_a_person_says_so(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.shop.refuse("A")
        await stocked(m, "A")
        await m.settle()
        m.shop.accept("A")
        await m.settle()
        assert None is m.listing("A")
        assert 1 == await service.retry(m.tenant, m.channel, "listings", ["A"], m.wake)
        await m.settle()
        assert m.shown("A").published
        m.shop.refuse("A")
        m.erp.set_price("A", "11")
        await m.sync()
        m.shop.accept("A")
        m.erp.set_price("A", "12")
        await m.sync()
        assert Decimal("14.4") == _price(m, "A")

    play(settings, scenario)


# ------------------------------------------------------------------------------------------------- busy shops


def test_a_busy_shop_is_left_alone_for_as_long_as_it_asked(settings: Settings) -> None:
    clock = Clock()

    async def scenario(m: Merchant) -> None:
        m.shop.fail_next(1, retry_after=90)
        await stocked(m, "A")
        await m.settle()
        requests = m.shop.requests
        await pass_time(m)
        assert not await push(m.ports, m.tenant, m.shop_connection, "ordinary")
        assert requests == m.shop.requests
        clock.pass_(seconds=91)
        await push(m.ports, m.tenant, m.shop_connection, "ordinary")
        await m.settle()
        assert m.shown("A").published
        assert [0] == [
            row["attempts"] for row in await m.rows("SELECT attempts FROM binding WHERE key = 'A'")
        ][:1]

    play(settings, scenario, now=clock)


def test_the_pace_halves_and_recovers_and_outlives_the_worker(settings: Settings) -> None:
    clock = Clock()

    async def scenario(m: Merchant) -> None:
        m.shop.fail_next(1, retry_after=30)
        await stocked(m, "A")
        await m.settle()
        assert (0.5, 1) == (await pace(m))
        clock.pass_(seconds=31)
        await pass_time(m)
        await push(m.ports, m.tenant, m.shop_connection, "ordinary")
        share, failures = await pace(m)
        assert (0.5 < share < 1.0, 0) == (True, failures)

    async def pace(m: Merchant) -> tuple[float, int]:
        (row,) = await m.rows("SELECT pace FROM connection WHERE id = $1", m.shop_connection)
        found = restore(row["pace"])
        return found.share, found.failures

    play(settings, scenario, now=clock)


def test_a_wrong_key_stops_the_shop_until_it_is_tested_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.shop.token = "revoked"
        await stocked(m, "A")
        await m.settle()
        (row,) = await m.rows("SELECT state, problem FROM connection WHERE id = $1", m.shop_connection)
        assert "problem" == row["state"]
        assert msgspec.json.decode(row["problem"])["message"]["fr"]
        await sweep(m.wake)
        assert not [work for work in m.wake.work if work[0] == "push" and work[1] == m.tenant]
        assert not (await m.connections.check(m.tenant, m.shop_connection, m.wake)).good
        m.shop.token = ""
        assert (await m.connections.check(m.tenant, m.shop_connection, m.wake)).good
        await m.settle()
        assert m.shown("A").published

    play(settings, scenario)


# ------------------------------------------------------------------------------------------------------- bugs


def test_an_error_of_ours_in_one_record_is_isolated_and_told_with_an_apology(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        def break_on_b(stream: str, change: Change) -> None:
            if change.key == "B" and stream == "listings":
                raise ZeroDivisionError

        m.shop.before_write = break_on_b
        await stocked(m, "A", "B", "C", "D")
        for _ in range(4):
            await push(m.ports, m.tenant, m.shop_connection, "ordinary")
            await m.settle()
            await pass_time(m)
        assert [True, False, True, True] == [m.listing(key) is not None for key in "ABCD"]
        row = await m.binding("B")
        assert row is not None
        problem = msgspec.json.decode(row["problem"])
        assert (True, "bug", "push.our_fault") == (row["held"], problem["kind"], problem["message"]["code"])
        assert "ZeroDivisionError" in problem["detail"]
        assert [] == await m.due()

    play(settings, scenario)


# ----------------------------------------------------------------------------------------------------- deaths


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_any_write_nothing_is_lost_and_nothing_doubled(
    settings: Settings, step: int, when: str
) -> None:
    async def scenario(m: Merchant) -> None:
        _die(m, when, step)
        await stocked(m, "A", "B", "C")
        with pytest.raises(Killed):
            await m.settle()
        m.shop.before_write = m.shop.after_write = None
        await _as_after_a_restart(m)
        assert ["A", "B", "C"] == sorted(listing.name for listing in _listings(m))
        assert [Decimal(5)] * 3 == [m.shop.quantity(key) for key in "ABC"]
        assert [] == await m.due()
        states = {row["state"] for row in await m.rows("SELECT state FROM run WHERE direction = 'publish'")}
        assert "running" not in states

    play(settings, scenario)


def test_killed_between_the_shops_write_and_our_commit_the_same_is_asked_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A", "B")
        await project_all(m)
        owner = await asyncpg.connect(settings.database_owner_url)
        try:
            # The commit of the outcome is what fails: the shop has both, we know of none.
            await owner.execute(
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the machine is gone'; END $$;"
                "CREATE TRIGGER die BEFORE UPDATE OF pushed_at ON binding FOR EACH ROW EXECUTE FUNCTION die()"
            )
            with pytest.raises(asyncpg.RaiseError):
                await push(m.ports, m.tenant, m.shop_connection, "ordinary")
        finally:
            await owner.execute("DROP TRIGGER IF EXISTS die ON binding; DROP FUNCTION IF EXISTS die")
            await owner.close()
        assert 2 == len(_listings(m))
        assert ["listings:A", "listings:B"] == await m.due()
        await _as_after_a_restart(m)
        assert 2 == len(_listings(m))
        assert [] == await m.due()

    play(settings, scenario)


def test_a_change_taken_back_after_a_death_is_taken_back_in_the_shop_too(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        await m.settle()
        _die(m, "after", 0)
        m.erp.set_price("A", "99")
        with pytest.raises(Killed):
            await m.sync()
        m.shop.after_write = None
        assert Decimal("118.8") == _price(m, "A")
        m.erp.set_price("A", "10")
        await m.ship()
        await _as_after_a_restart(m)
        assert Decimal(12) == _price(m, "A")

    play(settings, scenario)


def test_an_article_put_to_sleep_after_its_creation_died_is_not_left_on_sale(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        _die(m, "after", 0)
        await stocked(m, "A")
        with pytest.raises(Killed):
            await m.settle()
        m.shop.after_write = None
        assert m.shown("A").published
        m.erp.sleep("A")
        await m.ship()
        await _as_after_a_restart(m)
        assert not m.shown("A").published

    play(settings, scenario)


def test_what_changed_after_a_death_reaches_the_thing_that_was_there(settings: Settings) -> None:
    """The second creation finds its thing and changes nothing: that is not taken for what was asked."""

    async def scenario(m: Merchant) -> None:
        _die(m, "after", 0)
        await stocked(m, "A")
        with pytest.raises(Killed):
            await m.settle()
        m.shop.after_write = None
        m.erp.set_price("A", "20")
        await m.ship()
        await _as_after_a_restart(m)
        assert (1, Decimal(24)) == (len(_listings(m)), _price(m, "A"))

    play(settings, scenario)


def test_what_was_desired_during_the_call_stays_due(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        await m.settle()
        loop = asyncio.get_running_loop()

        def change_meanwhile(stream: str, change: Change) -> None:
            m.shop.after_write = None
            asyncio.run_coroutine_threadsafe(later(), loop).result(10)

        async def later() -> None:
            m.erp.set_price("A", "20")
            await m.ship()
            await project_all(m)

        m.shop.after_write = change_meanwhile
        m.erp.set_price("A", "11")
        await m.sync()
        assert Decimal(24) == _price(m, "A")

    play(settings, scenario)


def test_withdrawn_during_its_own_creation_it_is_taken_off_sale_afterwards(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        loop = asyncio.get_running_loop()

        def sleep_meanwhile(stream: str, change: Change) -> None:
            m.shop.after_write = None
            asyncio.run_coroutine_threadsafe(later(), loop).result(10)

        async def later() -> None:
            m.erp.sleep("A")
            await m.ship()
            await project_all(m)

        m.shop.after_write = sleep_meanwhile
        await stocked(m, "A")
        await m.settle()
        assert not m.shown("A").published

    play(settings, scenario)


def test_losing_every_wake_up_loses_nothing(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A", "B")
        for _ in range(10):
            m.wake.work.clear()
            await sweep(m.wake)
            mine = [work for work in m.wake.work if work[1] == m.tenant]
            m.wake.work.clear()
            for work in mine:
                m.wake.work = {work: None}
                await _play_one(m)
        assert [Decimal(5)] * 2 == [m.shop.quantity(key) for key in "AB"]
        assert [] == await m.due()

    play(settings, scenario)


async def _play_one(m: Merchant) -> None:
    """One wake-up heard, those that follow from it lost."""
    kind, tenant, place, what = next(iter(m.wake.work))
    if kind == "project":
        await project(m.ports, tenant, place, what)
    else:
        await push(m.ports, tenant, place, what)  # type: ignore[arg-type]
    m.wake.work.clear()


# ---------------------------------------------------------------------------------------------- one drainer


def test_a_second_drainer_leaves_at_once(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        await project_all(m)
        elsewhere = Locks(m.url)
        async with elsewhere.try_hold("push", m.tenant, m.shop_connection, "ordinary") as lock:
            assert lock is not None
            assert not await push(m.ports, m.tenant, m.shop_connection, "ordinary")
            assert None is m.listing("A")
        await elsewhere.close()
        await push(m.ports, m.tenant, m.shop_connection, "ordinary")
        assert m.shown("A").published

    play(settings, scenario)


def test_a_message_with_another_tenants_ids_does_nothing(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        stranger = await new_tenant("Autre")
        for stream in ("listings", "availability", "order_updates"):
            assert not await project(m.ports, stranger, m.channel, stream)
        assert None is await m.binding("A")
        await project_all(m)
        assert not await push(m.ports, stranger, m.shop_connection, "ordinary")
        assert None is m.listing("A")
        with pytest.raises(ChannelError):
            await service.pause(stranger, m.channel)

    play(settings, scenario)


def test_a_lock_dies_with_its_process_and_its_holder_is_told(settings: Settings) -> None:
    async def run() -> None:
        assert settings.database_url
        one, other = Locks(settings.database_url), Locks(settings.database_url)
        async with one.try_hold("x", 1) as lock:
            assert lock is not None
            async with one.try_hold("x", 1) as again, other.try_hold("x", 1) as theirs:
                assert (None, None) == (again, theirs)
            async with other.try_hold("x", 2) as another:
                assert another is not None
            lock.connection.terminate()
            await asyncio.sleep(0)
            assert lock.lost
            for _ in range(100):  # until the server has noticed
                async with other.try_hold("x", 1) as theirs:
                    if theirs is not None:
                        break
                await asyncio.sleep(0.02)
            assert theirs is not None
        async with one.try_hold("x", 1) as anew:
            assert anew is not None
        await one.close()
        await other.close()

    asyncio.run(run())


def test_two_drainers_of_two_processes_never_write_the_same_twice(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, *(f"A{n:03}" for n in range(150)))
        await project_all(m)
        elsewhere = Locks(m.url)
        others = replace(m.ports, locks=elsewhere)
        drainers = [m.ports, others, m.ports, others]
        await asyncio.gather(*(push(ports, m.tenant, m.shop_connection, "ordinary") for ports in drainers))
        await elsewhere.close()
        assert 150 == len([entry for entry in m.shop.log if entry[1] == "listings"])

    play(settings, scenario)


# ------------------------------------------------------------------------------------------ the shop converges


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_shop_ends_as_projected(settings: Settings, seed: int) -> None:
    """Random changes, failures, deaths and lost wake-ups; at the end the shop is what the projection says, once."""
    dice = random.Random(seed)
    clock = Clock()

    async def scenario(m: Merchant) -> None:
        keys = [f"A{n}" for n in range(12)]
        await stocked(m, *keys)
        for _ in range(40):
            await _shake(m, dice, keys)
        m.shop.before_write = m.shop.after_write = None
        m.shop.stopped = False
        m.shop.fail_next(0)
        for key in keys:
            m.shop.accept(key)
        await m.connections.check(m.tenant, m.shop_connection, m.wake)
        await m.ship()
        await service.retry(m.tenant, m.channel, "listings", None, m.wake)
        await service.retry(m.tenant, m.channel, "availability", None, m.wake)
        for _ in range(6):
            await pass_time(m)
            await _as_after_a_restart(m)
        await _assert_as_projected(m)

    play(settings, scenario, brake_share=Decimal(1), now=clock, sleep=clock.sleep)


async def _shake(m: Merchant, dice: random.Random, keys: list[str]) -> None:
    key = dice.choice(keys)
    match dice.randrange(10):
        case 0 | 1:
            m.erp.set_price(key, dice.randrange(0, 50))
        case 2 | 3:
            m.erp.set_stock(key, dice.randrange(-2, 20))
        case 4:
            m.erp.change_product(key, active=dice.random() < 0.6)
        case 5:
            m.shop.fail_next(1, retry_after=0)
        case 6:
            _die(m, dice.choice(["before", "after"]), dice.randrange(3))
        case 7:
            m.shop.refuse(key) if dice.random() < 0.5 else m.shop.accept(key)
        case 8:
            m.wake.work.clear()
        case 9:
            await pass_time(m)
    await m.ship()
    if dice.random() < 0.6:
        try:
            await m.settle()
        except Killed:
            m.shop.before_write = m.shop.after_write = None
            m.wake.work.clear()


async def _assert_as_projected(m: Merchant) -> None:
    assert [] == await m.due()
    rows = await m.rows("SELECT key, desired, target, targets, held FROM binding WHERE stream = 'listings'")
    assert len(rows) == len({row["target"] for row in rows})
    listings = {listing.key: listing for listing in _listings(m)}
    assert len(listings) == len([row for row in rows if row["target"]])
    for row in rows:
        if row["target"] is None or row["held"]:
            continue
        desired = msgspec.json.decode(row["desired"], type=Listing)
        shown = listings[row["target"]]
        assert (desired.published, desired.name) == (shown.published, shown.name)
        assert [offer.price for offer in desired.offers] == [offer.price for offer in shown.offers]
    for row in await m.rows("SELECT key, desired FROM binding WHERE stream = 'availability' AND NOT held"):
        if row["desired"] is not None:
            assert Decimal(msgspec.json.decode(row["desired"])["quantity"]) == m.shop.quantity(row["key"])


# ------------------------------------------------------------------------------------------------------ inside


def _die(m: Merchant, when: str, step: int) -> None:
    """At the write number `step` (from 0) from now on."""
    left = step

    def die(stream: str, change: Change) -> None:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1

    hook: Callable[[str, Change], None] = die
    if when == "before":
        m.shop.before_write = hook
    else:
        m.shop.after_write = hook


async def _as_after_a_restart(m: Merchant) -> None:
    """New workers, who know of no wake-up: the sweep of each round finds what there is."""
    for _ in range(6):
        m.wake.work.clear()
        await sweep(m.wake)
        for work in [work for work in m.wake.work if work[1] != m.tenant]:
            del m.wake.work[work]
        await m.settle()


async def project_all(m: Merchant) -> None:
    for stream in ("listings", "availability"):
        while await project(m.ports, m.tenant, m.channel, stream):
            pass


def _listings(m: Merchant) -> list[Listing]:
    return [listing for listing in m.shop.all("listings") if isinstance(listing, Listing)]


def _price(m: Merchant, key: str) -> Decimal:
    price = m.shown(key).offers[0].price
    assert isinstance(price, OfferPrice)
    return price.amount
