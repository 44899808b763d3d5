"""What leaves the ERP leaves the shop, and never by accident."""

from decimal import Decimal

import msgspec

from raccord.channels import service
from raccord.core.channel import ChannelSettings
from raccord.settings import Settings
from raccord.sync.project import project
from raccord.sync.push import push
from support.publishing import Merchant, play


async def stocked(m: Merchant, count: int) -> None:
    for n in range(count):
        m.erp.put_product(f"A{n:03}", price="10", stock=5)
    await m.sync()


async def brake(m: Merchant) -> dict[str, object]:
    (row,) = await m.rows("SELECT * FROM brake WHERE kind = 'withdrawals'")
    return row


def shown(m: Merchant) -> int:
    return sum(listing.published for listing in m.shop.all("listings"))  # type: ignore[attr-defined]


def test_an_article_put_to_sleep_leaves_the_shop_and_comes_back(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 3)
        m.shop.log.clear()
        m.erp.sleep("A001")
        await m.sync()
        assert not m.shown("A001").published
        assert [("update", "listings", "A001")] == m.shop.log
        m.erp.change_product("A001", active=True, name="De retour")
        await m.sync()
        assert (True, "De retour") == (m.shown("A001").published, m.shown("A001").name)
        assert ["created", "withdrawn", "updated"] == [e for key, e in await m.events() if key == "A001"]

    play(settings, scenario)


def test_a_deleted_article_is_withdrawn_and_not_deleted(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 3)
        m.erp.delete_product("A001")
        await m.sync()
        assert not m.shown("A001").published
        assert "A001" == m.shown("A001").name.upper()

    play(settings, scenario)


def test_an_article_without_a_price_can_still_be_withdrawn(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 1)
        m.erp.set_price("A000", "0")
        await m.sync()
        assert "projection.no_price" == await m.problem("A000")
        m.erp.sleep("A000")
        await m.sync()
        assert not m.shown("A000").published
        assert None is await m.problem("A000")

    play(settings, scenario)


def test_an_article_that_the_shop_never_had_is_forgotten(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("X", price="10", stock=1, published=False)
        m.erp.put_product("SANSPRIX", stock=1)
        await m.sync()
        assert None is await m.binding("X")
        assert "projection.no_price" == await m.problem("SANSPRIX")
        m.erp.sleep("SANSPRIX")
        await m.sync()
        assert ([], None) == (m.shop.all("listings"), await m.problem("SANSPRIX"))

    play(settings, scenario)


def test_a_pass_that_would_withdraw_too_much_waits_for_a_person(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 60)
        for n in range(6):
            m.erp.sleep(f"A{n:03}")
        await m.sync()
        assert 60 == shown(m)
        row = await brake(m)
        assert (6, 60, None) == (row["concerned"], row["known"], row["decided_at"])
        m.erp.sleep("A010")
        m.erp.set_price("A020", "20")
        await m.sync()
        assert (60, 7) == (shown(m), (await brake(m))["concerned"])
        assert [] == await m.due()
        assert [("", "braked")] == [event for event in await m.events() if event[1] == "braked"]
        (waiting,) = await service.open_brakes(m.tenant)
        assert await service.decide_brake(m.tenant, waiting.id, "go", m.wake)
        await m.settle()
        assert (53, "go") == (shown(m), (await brake(m))["decision"])
        assert not await service.decide_brake(m.tenant, waiting.id, "go", m.wake)

    play(settings, scenario)


def test_a_person_may_keep_everything_on_sale(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 60)
        for n in range(10):
            m.erp.sleep(f"A{n:03}")
        await m.sync()
        await service.decide_brake(m.tenant, (await brake(m))["id"], "dismissed", m.wake)  # type: ignore[arg-type]
        await m.settle()
        assert (60, []) == (shown(m), await m.due())
        m.erp.change_product("A003", name="Changée")
        await m.sync()
        assert not m.shown("A003").published
        assert 59 == shown(m)

    play(settings, scenario)


def test_records_that_come_back_release_the_brake_by_themselves(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 60)
        for n in range(10):
            m.erp.sleep(f"A{n:03}")
        await m.sync()
        m.shop.log.clear()
        for n in range(10):
            m.erp.change_product(f"A{n:03}", active=True)
        await m.sync()
        assert ("gone", 60, []) == ((await brake(m))["decision"], shown(m), m.shop.log)

    play(settings, scenario)


def test_when_all_but_a_few_come_back_the_few_are_an_ordinary_days_work(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 60)
        for n in range(10):
            m.erp.sleep(f"A{n:03}")
        await m.sync()
        for n in range(7):
            m.erp.change_product(f"A{n:03}", active=True)
        await m.sync()
        assert ("gone", 57) == ((await brake(m))["decision"], shown(m))

    play(settings, scenario)


def test_a_pass_over_several_batches_is_counted_as_one(settings: Settings) -> None:
    """Each batch alone would stay under the limit, and the workers push between two of them."""

    async def scenario(m: Merchant) -> None:
        await stocked(m, 560)
        m.shop.log.clear()
        for n in range(0, 560, 9):
            m.erp.change_product(f"A{n:03}", published=False)
        for n in range(560):
            m.erp.change_product(f"A{n:03}", brand="Duval")
        await m.ship()
        batches = 0
        while await project(m.ports, m.tenant, m.channel, "listings", seconds=0.001):
            await push(m.ports, m.tenant, m.shop_connection, "ordinary")
            batches += 1
        assert batches >= 2
        await m.settle()
        assert 560 == shown(m)
        assert 63 == (await brake(m))["concerned"]

    play(settings, scenario, brake_share=Decimal(1), brake_count=50)


def test_unflagging_by_a_setting_is_braked_too(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        for n in range(30):
            m.erp.put_product(f"A{n:03}", price="10", stock=5, published=n % 2 == 0)
        await m.sync()
        assert 30 == shown(m)
        await service.change_settings(m.tenant, m.channel, ChannelSettings(), m.wake)
        await m.settle()
        assert (30, 15) == (shown(m), (await brake(m))["concerned"])

    play(settings, scenario, publication={"flagged_only": False})


def test_emptying_the_articles_by_mistake_deletes_nothing(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 20)
        m.erp.empty("products")
        await m.sync("products")
        assert 20 == shown(m)
        events = await m.rows("SELECT DISTINCT event FROM journal WHERE event IN ('withdrawn', 'braked')")
        assert [{"event": "braked"}] == events

    play(settings, scenario)


def test_the_journal_tells_of_what_was_decided(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m, 20)
        for n in range(6):
            m.erp.sleep(f"A{n:03}")
        await m.sync()
        await service.decide_brake(m.tenant, (await brake(m))["id"], "go", m.wake)  # type: ignore[arg-type]
        (row,) = await m.rows("SELECT after FROM journal WHERE event = 'decided'")
        told = msgspec.json.decode(row["after"])
        assert ("go", 6) == (told["decision"], told["concerned"])

    play(settings, scenario)
