"""What people changed in the shop behind our back is found, told, and put right once."""

from decimal import Decimal

import msgspec

from raccord.channels import service
from raccord.settings import Settings
from raccord.sync.drift import Drift, drift
from raccord_connectors.canonical import OfferPrice
from support.publishing import Merchant, play


async def stocked(m: Merchant) -> None:
    for key in ("A", "B", "C"):
        m.erp.put_product(key, f"Article {key}", price="10", stock=5, description="Un texte\n& demi")
    await m.sync()
    m.shop.log.clear()


async def look(m: Merchant) -> Drift:
    found = await drift(m.ports, m.tenant, m.channel)
    await m.settle()
    return found


def test_an_unchanged_shop_has_no_drift_and_nothing_is_written(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        assert Drift(compared=3) == await look(m)
        assert [] == m.shop.log

    play(settings, scenario)


def test_a_price_changed_in_the_shop_is_put_right_and_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        listing = m.shown("B")
        cheaper = OfferPrice(amount=Decimal(1), tax_included=True, currency="EUR")
        offers = [msgspec.structs.replace(listing.offers[0], price=cheaper)]
        m.shop.edit(listing.key, offers=offers, seo_title="Le B")
        assert Drift(compared=3, differing=1) == await look(m)
        price = m.shown("B").offers[0].price
        assert isinstance(price, OfferPrice)
        assert (Decimal(12), "Le B") == (price.amount, m.shown("B").seo_title)
        assert [("update", "listings", "B")] == m.shop.log
        (row,) = await m.rows("SELECT before, after FROM journal WHERE event = 'drifted'")
        assert {"offers[B].price.amount": "12"} == msgspec.json.decode(row["before"])
        assert {"offers[B].price.amount": "1"} == msgspec.json.decode(row["after"])

    play(settings, scenario)


def test_a_text_that_the_shop_only_dressed_is_no_drift(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.edit(m.shown("A").key, description="<div>Un texte<br>\n&amp; demi</div>")
        assert Drift(compared=3) == await look(m)

    play(settings, scenario)


def test_a_shop_that_insists_is_told_once_and_left_alone(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        for expected in (Drift(compared=3, differing=1), Drift(compared=3, stubborn=1)):
            m.shop.edit(m.shown("A").key, name="ARTICLE A !")
            assert expected == await look(m)
        assert "ARTICLE A !" == m.shown("A").name

    play(settings, scenario)


def test_a_listing_deleted_in_the_shop_waits_for_a_person(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.delete_listing(m.shown("C").key)
        assert Drift(compared=3, gone=1) == await look(m)
        assert (None, "drift.gone") == (m.listing("C"), await m.problem("C"))
        assert 1 == await service.retry(m.tenant, m.channel, "listings", ["C"], m.wake)
        await m.settle()
        assert "Article C" == m.shown("C").name
        assert Decimal(5) == m.shop.quantity("C")

    play(settings, scenario)


def test_a_variant_deleted_in_the_shop_is_made_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("T", price="10", stock=3, variants={"T|R": {"1": "R"}, "T|B": {"1": "B"}})
        await m.sync()
        listing = m.shown("T")
        m.shop.edit(listing.key, offers=[offer for offer in listing.offers if offer.sku != "T|B"])
        m.shop.refs = {ref: key for ref, key in m.shop.refs.items() if not ref[1].endswith("T|B")}
        assert Drift(compared=1, differing=1) == await look(m)
        assert {"T|R", "T|B"} == {offer.sku for offer in m.shown("T").offers}
        assert Decimal(3) == m.shop.quantity("T|B")

    play(settings, scenario)


def test_the_shops_own_sales_are_not_put_right(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.place_order({"A": 2})
        assert Drift(compared=3) == await look(m)
        assert Decimal(3) == m.shop.quantity("A")

    play(settings, scenario)
