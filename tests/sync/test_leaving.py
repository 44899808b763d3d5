"""How an article leaves the shop, as the merchant chose: unpublished, deleted some days later, or shown sold out."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from raccord.channels import service
from raccord.core.channel import ChannelSettings, PublicationRule
from raccord.settings import Settings
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync.project import project
from raccord.sync.sweep import sweep
from raccord.sync.withdrawals import mark_deletions
from raccord_connectors.contract import Change
from support.publishing import Merchant, play

DELETE: dict[str, Any] = {"publication": {"leaving": "delete", "delete_after_days": 30}}
SOLD_OUT: dict[str, Any] = {"publication": {"leaving": "out_of_stock"}}


class Killed(BaseException):
    """The process ends here."""


async def stocked(m: Merchant, *keys: str) -> None:
    for key in keys:
        m.erp.put_product(key, price="10", stock=5)
    await m.sync()


async def later(m: Merchant, days: int) -> None:
    """So many days pass, and the clock's task runs."""
    async with tenant_transaction(m.tenant) as connection:
        await connection.execute("UPDATE binding SET left_at = left_at - $1 * interval '1 day'", days)
        route = await projections.route(m.channel)
        assert route is not None
        await mark_deletions(route)
    await m.wake.project(m.tenant, m.channel, "listings")
    await m.settle()


def listings(m: Merchant) -> list[str]:
    return sorted(listing.name for listing in m.shop.all("listings"))  # type: ignore[attr-defined]


async def events(m: Merchant, key: str) -> list[str]:
    return [event for one, event in await m.events() if one == key]


# ---------------------------------------------------------------------------------------------------- deleted


def test_an_article_is_unpublished_and_deleted_when_its_time_has_come(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A", "B")
        m.erp.delete_product("A")
        await m.sync()
        assert not m.shown("A").published
        await later(m, 29)
        assert m.listing("A") is not None
        m.shop.log.clear()
        await later(m, 1)
        assert [("delete", "listings", "A")] == m.shop.log
        assert ["B"] == listings(m)
        assert ["created", "withdrawn", "deleted"] == await events(m, "A")
        assert (None, None) == (await m.binding("A", "availability"), (await m.binding("A") or {})["target"])
        await later(m, 100)
        assert (["B"], []) == (listings(m), await m.due())

    play(settings, scenario, **DELETE)


def test_an_article_that_comes_back_in_time_is_published_again_and_its_time_begins_anew(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        target = (await m.binding("A") or {})["target"]
        m.erp.sleep("A")
        await m.sync()
        await later(m, 29)
        m.erp.change_product("A", active=True)
        await m.sync()
        assert m.shown("A").published
        await later(m, 5)
        m.erp.sleep("A")
        await m.sync()
        await later(m, 29)
        assert target == (await m.binding("A") or {})["target"]
        assert not m.shown("A").published

    play(settings, scenario, **DELETE)


def test_an_article_that_comes_back_after_its_deletion_is_created_with_its_stock(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()
        await later(m, 30)
        assert [] == listings(m)
        m.erp.change_product("A", active=True, name="De retour")
        await m.sync()
        assert (["De retour"], Decimal(5)) == (listings(m), m.shop.quantity("A"))
        assert ["created", "withdrawn", "deleted", "created"] == await events(m, "A")

    play(settings, scenario, **DELETE)


def test_many_deletions_at_once_wait_for_a_person_who_may_put_them_off(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, *(f"A{n:02}" for n in range(30)))
        for n in range(6):
            m.erp.sleep(f"A{n:02}")
        await m.sync()
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "go", m.wake)
        await m.settle()
        await later(m, 30)
        assert 30 == len(listings(m))
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "dismissed", m.wake)
        await m.settle()
        await later(m, 29)
        assert (30, []) == (len(listings(m)), await service.open_brakes(m.tenant))
        await later(m, 1)
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "go", m.wake)
        await m.settle()
        assert (24, []) == (len(listings(m)), await m.due())

    play(settings, scenario, **DELETE)


def test_what_waits_for_its_deletion_stays_when_the_merchant_changes_his_mind(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, *(f"A{n:02}" for n in range(10)))
        for n in range(6):
            m.erp.sleep(f"A{n:02}")
        await m.sync()
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "go", m.wake)
        await m.settle()
        await later(m, 30)
        await service.change_settings(m.tenant, m.channel, ChannelSettings(), m.wake)
        await m.settle()
        assert (10, []) == (len(listings(m)), await service.open_brakes(m.tenant))
        assert "unpublish" == (await m.binding("A00") or {})["leaving"]

    play(settings, scenario, **DELETE)


@pytest.mark.parametrize("back", [False, True], ids=["stays away", "comes back"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_while_it_deletes_leaves_nothing_half_done(
    settings: Settings, when: str, back: bool
) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()

        def die(stream: str, change: Change) -> None:
            raise Killed

        setattr(m.shop, f"{when}_write", die)
        with pytest.raises(Killed):
            await later(m, 30)
        setattr(m.shop, f"{when}_write", None)
        if back:
            m.erp.change_product("A", active=True)
            await m.ship()
        await m.wake.push(m.tenant, m.shop_connection, "ordinary")
        await m.wake.project(m.tenant, m.channel, "listings")
        await m.settle()
        assert (["A"] if back else [], []) == (listings(m), await m.due())
        if back:
            assert (True, Decimal(5)) == (m.shown("A").published, m.shop.quantity("A"))

    play(settings, scenario, **DELETE)


def test_an_article_that_comes_back_during_the_very_call_is_created_anew(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()
        loop = asyncio.get_running_loop()

        def come_back(stream: str, change: Change) -> None:
            m.shop.after_write = None
            asyncio.run_coroutine_threadsafe(again(), loop).result(10)

        async def again() -> None:
            m.erp.change_product("A", active=True)
            await m.ship()
            await project(m.ports, m.tenant, m.channel, "listings")

        m.shop.after_write = come_back
        await later(m, 30)
        assert (["A"], True, []) == (listings(m), m.shown("A").published, await m.due())

    play(settings, scenario, **DELETE)


def test_a_shop_that_is_down_is_asked_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()
        m.shop.fail_next(1)
        await later(m, 30)
        assert ([], []) == (listings(m), await m.due())

    play(settings, scenario, **DELETE)


# ------------------------------------------------------------------------------------------------- sold out


def test_an_article_that_leaves_stays_visible_with_nothing_to_sell(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A", "B")
        m.erp.delete_product("A")
        await m.sync()
        assert (True, Decimal(0)) == (m.shown("A").published, m.shop.quantity("A"))
        assert ["created", "withdrawn"] == await events(m, "A")
        assert (Decimal(5), []) == (m.shop.quantity("B"), await m.due())
        m.erp.put_product("A", price="12", stock=7)
        await m.sync()
        assert (Decimal(7), []) == (m.shop.quantity("A"), await m.due())

    play(settings, scenario, **SOLD_OUT)


def test_stock_that_comes_in_for_an_article_that_left_is_not_shown(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()
        m.erp.set_stock("A", 40)
        await m.sync()
        assert Decimal(0) == m.shop.quantity("A")
        m.erp.change_product("A", active=True)
        await m.sync()
        assert Decimal(40) == m.shop.quantity("A")

    play(settings, scenario, **SOLD_OUT)


def test_too_many_that_would_be_sold_out_wait_for_a_person(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, *(f"A{n:02}" for n in range(20)))
        m.erp.empty("products")
        await m.sync("products")
        for n in range(6):
            m.erp.put_product(f"A{n:02}", price="10", stock=5, published=False)
        for n in range(6, 20):
            m.erp.put_product(f"A{n:02}", price="10", stock=5)
        await m.sync()
        assert [Decimal(5)] * 20 == [m.shop.quantity(f"A{n:02}") for n in range(20)]
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "go", m.wake)
        await m.settle()
        assert [Decimal(0)] * 6 + [Decimal(5)] * 14 == [m.shop.quantity(f"A{n:02}") for n in range(20)]

    play(settings, scenario, **SOLD_OUT)


def test_dismissed_the_sold_out_ones_are_sold_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, *(f"A{n:02}" for n in range(10)))
        for n in range(6):
            m.erp.sleep(f"A{n:02}")
        await m.sync()
        (waiting,) = await service.open_brakes(m.tenant)
        await service.decide_brake(m.tenant, waiting.id, "dismissed", m.wake)
        m.erp.set_stock("A00", 9)
        await m.sync("stock")
        assert (Decimal(9), None) == (m.shop.quantity("A00"), (await m.binding("A00") or {})["leaving"])

    play(settings, scenario, **SOLD_OUT)


def test_the_way_out_can_be_changed_for_those_that_left(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")
        m.erp.sleep("A")
        await m.sync()
        other = ChannelSettings(publication=PublicationRule(leaving="unpublish"))
        await service.change_settings(m.tenant, m.channel, other, m.wake)
        await m.settle()
        assert not m.shown("A").published
        back = ChannelSettings(publication=PublicationRule(leaving="out_of_stock"))
        await service.change_settings(m.tenant, m.channel, back, m.wake)
        await m.settle()
        assert (True, Decimal(0), []) == (m.shown("A").published, m.shop.quantity("A"), await m.due())

    play(settings, scenario, **SOLD_OUT)


@pytest.mark.parametrize("stream", ["listings", "availability"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_on_the_way_out_sells_nothing_on(settings: Settings, stream: str, when: str) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, "A")

        def die(written: str, change: Change) -> None:
            if written == stream:
                raise Killed

        setattr(m.shop, f"{when}_write", die)
        m.erp.sleep("A")
        with pytest.raises(Killed):
            await m.sync()
        setattr(m.shop, f"{when}_write", None)
        for _ in range(4):
            m.wake.work.clear()
            await sweep(m.wake)
            for work in [work for work in m.wake.work if work[1] != m.tenant]:
                del m.wake.work[work]
            await m.settle()
        assert (True, Decimal(0), []) == (m.shown("A").published, m.shop.quantity("A"), await m.due())

    play(settings, scenario, **SOLD_OUT)
