"""A shop that has articles already: bound, not doubled; the doubtful ones wait for a person."""

from decimal import Decimal

import msgspec
import pytest

from raccord.channels import service
from raccord.channels.errors import ChannelError
from raccord.core.channel import ChannelSettings, StockRule
from raccord.settings import Settings
from raccord_connectors.canonical import Offer, OfferPrice
from support.publishing import Merchant, play


async def ready(m: Merchant) -> None:
    """The ERP's first load, the channel still a draft."""
    await m.ship()
    m.wake.work.clear()


def test_articles_that_the_shop_has_are_updated_and_not_doubled(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        theirs = m.shop.put_listing("Chaise (boutique)", sku="chaise ", price="55", quantity=3)
        own = m.shop.put_listing("Cadeau maison", sku="CADEAU", price="5")
        m.erp.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12)
        m.erp.put_product("TABLE", price="100", stock=2)
        await ready(m)
        matched = await m.go_live()
        assert (1, 0, 0, 2) == (matched.by_sku, matched.by_ean, matched.doubtful, matched.known)
        listing = m.shown("CHAISE")
        assert (theirs.key, "Chaise Lucie") == (listing.key, listing.name)
        price = listing.offers[0].price
        assert isinstance(price, OfferPrice)
        assert (Decimal("59.88"), Decimal(12)) == (price.amount, m.shop.quantity(listing.offers[0].key))
        assert 3 == len(m.shop.all("listings"))
        assert own == m.shop.find("listings", own.key)
        assert ("CHAISE", "matched") in await m.events()

    play(settings, scenario, live=False)


def test_the_first_push_sends_only_what_differs(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", "Chaise Lucie", price="50", stock=12)
        await ready(m)
        await m.go_live()
        target = m.shown("CHAISE").key
        m.shop.edit(target, seo_title="Écrit par la boutique")
        await m.rows("DELETE FROM binding RETURNING key")
        m.shop.refs.clear()
        m.shop.log.clear()
        m.erp.set_price("CHAISE", "60")
        await m.ship()
        matched = await m.go_live()
        assert 1 == matched.by_sku
        assert [("update", "availability", "CHAISE"), ("update", "listings", "CHAISE")] == sorted(m.shop.log)
        (row,) = await m.rows("SELECT before FROM journal WHERE event = 'updated' AND stream = 'listings'")
        assert {"offers[CHAISE].price.amount": "60"} == msgspec.json.decode(row["before"])
        assert "Écrit par la boutique" == m.shown("CHAISE").seo_title

    play(settings, scenario, live=False)


def test_a_bar_code_tells_where_the_reference_does_not(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        theirs = m.shop.put_listing("Pâte à tartiner", sku="autre", price="4")
        m.shop.edit(theirs.key, offers=[msgspec.structs.replace(theirs.offers[0], ean="3017620422003")])
        m.erp.put_product("PATE", price="3", stock=1, ean="3017620422003")
        await ready(m)
        assert 1 == (await m.go_live()).by_ean
        assert theirs.key == m.shown("PATE").key

    play(settings, scenario, live=False)


def test_a_doubtful_article_is_not_created_until_a_person_has_chosen(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        one = m.shop.put_listing("Chaise A", sku="A1", price="5")
        other = m.shop.put_listing("Chaise B", sku="B1", price="5")
        for listing in (one, other):
            m.shop.edit(listing.key, offers=[msgspec.structs.replace(listing.offers[0], ean="3017620422003")])
        m.erp.put_product("CHAISE", "Chaise", price="3", stock=1, ean="3017620422003")
        await ready(m)
        assert 1 == (await m.go_live()).doubtful
        assert (2, "match.ambiguous") == (len(m.shop.all("listings")), await m.problem("CHAISE"))
        m.erp.set_price("CHAISE", "4")
        await m.sync()
        assert 0 == await service.retry(m.tenant, m.channel, "listings", None, m.wake)
        await m.settle()
        assert (2, "match.ambiguous") == (len(m.shop.all("listings")), await m.problem("CHAISE"))
        assert await service.resolve(m.tenant, m.channel, "CHAISE", other.key, m.connections, m.wake)
        await m.settle()
        assert (other.key, "Chaise", 2) == (
            m.shown("CHAISE").key,
            m.shown("CHAISE").name,
            len(m.shop.all("listings")),
        )
        assert not await service.resolve(m.tenant, m.channel, "CHAISE", None, m.connections, m.wake)

    play(settings, scenario, live=False)


def test_none_of_them_means_create_it(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        one = m.shop.put_listing("Chaise A", sku="A1", price="5")
        offers = [Offer(key=f"{one.key}-{n}", sku=f"x{n}", ean="3017620422003") for n in (1, 2)]
        m.shop.edit(one.key, offers=offers)
        m.erp.put_product("CHAISE", "Chaise", price="3", stock=1, ean="3017620422003")
        await ready(m)
        assert 1 == (await m.go_live()).doubtful
        assert await service.resolve(m.tenant, m.channel, "CHAISE", None, m.connections, m.wake)
        await m.settle()
        assert one.key != m.shown("CHAISE").key

    play(settings, scenario, live=False)


def test_a_sleeping_article_that_the_shop_has_is_not_touched(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.shop.put_listing("Chaise", sku="CHAISE", price="5")
        m.erp.put_product("CHAISE", price="3", stock=1, active=False)
        await ready(m)
        assert 0 == (await m.go_live()).known
        assert [] == m.shop.log

    play(settings, scenario, live=False)


def test_a_channel_goes_live_only_with_a_shop_that_was_tested(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.shop.token = "other"
        await m.connections.check(m.tenant, m.shop_connection, m.wake)
        with pytest.raises(ChannelError) as refused:
            await m.go_live()
        assert "channel.shop_not_ready" == refused.value.message.code

    play(settings, scenario, live=False)


def test_a_channel_joins_an_erp_to_a_shop_and_knows_its_depots(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        erp, shop = m.caller.connection, m.shop_connection
        with pytest.raises(ChannelError):
            await service.create(m.tenant, "À l’envers", shop, erp, ChannelSettings())
        with pytest.raises(ChannelError) as refused:
            await service.create(m.tenant, "Site 2", erp, shop, ChannelSettings())
        assert ("channel.shop_taken", "shop") == (refused.value.message.code, refused.value.field)
        assert "Site" in refused.value.message.fr, "the one that the shop has"
        shop = await m.connections.create_shop(m.tenant, "Boutique 2", "memory_shop", {"system": m.shop.name})
        await m.rows(
            "UPDATE connection SET discovery = $2 WHERE id = $1 RETURNING id",
            erp,
            '{"depots": [{"key": "1", "title": "Magasin"}]}',
        )
        with pytest.raises(ChannelError) as refused:
            await service.create(
                m.tenant, "Site 2", erp, shop, ChannelSettings(stock=StockRule(depots=["9"]))
            )
        assert ("channel.unknown_depot", "depots") == (refused.value.message.code, refused.value.field)
        assert await service.create(
            m.tenant, "Site 2", erp, shop, ChannelSettings(stock=StockRule(depots=["1"]))
        )

    play(settings, scenario, live=False)


def test_a_paused_channel_sends_nothing_and_catches_up(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        await service.pause(m.tenant, m.channel)
        m.shop.log.clear()
        m.erp.set_stock("CHAISE", 4)
        await m.sync()
        assert [] == m.shop.log
        await service.resume(m.tenant, m.channel, m.wake)
        await m.settle()
        assert Decimal(4) == m.shop.quantity("CHAISE")

    play(settings, scenario)
