"""From a delta of the ERP to the shop, over a real database: what arrives, what is left alone, what is never doubled."""

from decimal import Decimal

import msgspec

from raccord.channels import service
from raccord.core.channel import ChannelSettings, PriceRules, StockRule
from raccord.settings import Settings
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import Component, OfferPrice
from support.publishing import Merchant, play, reserve


def price_of(m: Merchant, key: str) -> Decimal:
    price = m.shown(key).offers[0].price
    assert isinstance(price, OfferPrice)
    return price.amount


def test_an_article_arrives_in_the_shop_with_its_price_and_stock(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_category("M", "Meubles")
        m.erp.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12, family="M")
        await m.sync()
        listing = m.shown("CHAISE")
        assert (True, "Chaise Lucie", [["Meubles"]]) == (listing.published, listing.name, listing.categories)
        assert Decimal("59.88") == price_of(m, "CHAISE")
        assert Decimal(12) == m.shop.quantity("CHAISE")
        assert [] == await m.due()
        assert [("CHAISE", "created")] == await m.events()

    play(settings, scenario)


def test_variants_arrive_each_with_its_own_stock(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        options = {"TABLE|R": {"1": "Rouge"}, "TABLE|B": {"1": "Bleu"}}
        m.erp.put_product("TABLE", price="100", stock=3, variants=options)
        m.erp.set_stock("TABLE|B", 7)
        await m.sync()
        assert {"TABLE|R", "TABLE|B"} == {offer.sku for offer in m.shown("TABLE").offers}
        assert [Decimal(3), Decimal(7)] == [m.shop.quantity("TABLE|R"), m.shop.quantity("TABLE|B")]

    play(settings, scenario)


def test_only_what_differs_is_sent_and_a_second_pass_writes_nothing(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        for n in range(30):
            m.erp.put_product(f"A{n:02}", price="10", stock=5)
        await m.sync()
        m.shop.log.clear()
        m.erp.set_price("A07", "11")
        m.erp.set_stock("A08", 4)
        await m.sync()
        assert [("update", "availability", "A08"), ("update", "listings", "A07")] == sorted(m.shop.log)
        m.shop.log.clear()
        assert 0 == await m.ship()
        async with tenant_transaction(m.tenant):
            await projections.mark_everything(m.tenant, m.channel, m.caller.connection)
        await m.wake.project(m.tenant, m.channel, "listings")
        await m.wake.project(m.tenant, m.channel, "availability")
        await m.settle()
        assert [] == m.shop.log
        assert [] == await m.rows("SELECT key FROM to_project")

    play(settings, scenario)


def test_several_changes_coalesce_into_the_latest(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        m.shop.log.clear()
        for price in ("11", "12", "13"):
            m.erp.set_price("CHAISE", price)
            await m.ship()
        await m.settle()
        assert [("update", "listings", "CHAISE")] == m.shop.log
        assert Decimal("15.6") == price_of(m, "CHAISE")

    play(settings, scenario)


def test_what_the_shops_people_change_elsewhere_is_not_overwritten(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        m.shop.edit(m.shown("CHAISE").key, seo_title="La chaise", description="Écrite en boutique")
        m.erp.set_price("CHAISE", "11")
        await m.sync()
        listing = m.shown("CHAISE")
        assert ("La chaise", "Écrite en boutique") == (listing.seo_title, listing.description)

    play(settings, scenario)


def test_a_journal_entry_tells_before_and_after_and_how_long_it_took(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        m.erp.set_price("CHAISE", "11")
        await m.sync()
        rows = await m.rows("SELECT * FROM journal WHERE event = 'updated' AND stream = 'listings'")
        (row,) = rows
        assert {"offers[CHAISE].price.amount": "12"} == msgspec.json.decode(row["before"])
        assert {"offers[CHAISE].price.amount": "13.2"} == msgspec.json.decode(row["after"])
        assert row["took_ms"] is not None
        assert m.shop_connection == row["connection"]
        (run,) = await m.rows("SELECT * FROM run WHERE id = $1", row["run"])
        assert ("publish", "complete", {"updated": 1}) == (
            run["direction"],
            run["state"],
            msgspec.json.decode(run["counts"]),
        )

    play(settings, scenario)


def test_an_article_without_a_price_is_held_with_its_reason_and_the_others_go_on(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("SANSPRIX", stock=5)
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        assert None is m.listing("SANSPRIX")
        assert "projection.no_price" == await m.problem("SANSPRIX")
        assert m.shown("CHAISE").published
        m.erp.set_price("SANSPRIX", "8")
        await m.sync()
        assert Decimal("9.6") == price_of(m, "SANSPRIX")
        assert None is await m.problem("SANSPRIX")
        assert Decimal(5) == m.shop.quantity("SANSPRIX")
        assert ["refused", "released", "created"] == [e for key, e in await m.events() if key == "SANSPRIX"]

    play(settings, scenario)


def test_a_new_article_waits_a_little_for_its_price(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", stock=5)
        m.erp.put_product("OUBLI", stock=5)
        await m.sync()
        assert (None, None) == (await m.binding("CHAISE"), await m.binding("OUBLI"))
        m.erp.set_price("CHAISE", "10")
        await m.sync()
        assert m.shown("CHAISE").published
        assert [("CHAISE", "created")] == await m.events()
        await m.rows(
            "UPDATE to_project SET since = since - interval '1 hour', not_before = NULL RETURNING key"
        )
        await m.wake.project(m.tenant, m.channel, "listings")
        await m.settle()
        assert "projection.no_price" == await m.problem("OUBLI")
        assert ("OUBLI", "refused") in await m.events()

    play(settings, scenario, patience=30)


def test_a_price_that_disappears_holds_the_article_and_the_shop_keeps_what_it_has(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        m.erp.set_price("CHAISE", "0")
        await m.sync()
        assert Decimal(12) == price_of(m, "CHAISE")
        assert "projection.no_price" == await m.problem("CHAISE")

    play(settings, scenario)


def test_two_articles_with_one_reference_are_not_both_sent(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("B", sku="REF 1", price="10", stock=5)
        await m.sync()
        m.erp.put_product("A", sku="ref1", price="10", stock=5)
        await m.sync()
        assert m.shown("B").published
        assert "projection.same_sku" == await m.problem("A")
        m.erp.change_product("B", sku="REF 2")
        await m.sync()
        assert None is await m.problem("A")
        assert ["ref1", "REF 2"] == [m.shown(key).offers[0].sku for key in ("A", "B")]

    play(settings, scenario)


def test_of_two_new_articles_with_one_reference_the_first_is_sent(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("B", sku="x", price="10")
        m.erp.put_product("A", sku="X", price="10")
        await m.sync()
        assert m.shown("A").published
        assert None is m.listing("B")
        m.erp.delete_product("A")
        await m.sync()
        assert not m.shown("A").published
        assert None is await m.problem("B")

    play(settings, scenario)


def test_unknown_stock_is_not_pushed_and_is_not_zero(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        m.erp.set_stock("CHAISE", None)
        await m.sync()
        assert Decimal(5) == m.shop.quantity("CHAISE")
        assert "projection.unknown_stock" == await m.problem("CHAISE", "availability")
        m.erp.set_stock("CHAISE", "-2")
        await m.sync()
        assert Decimal(0) == m.shop.quantity("CHAISE")
        assert None is await m.problem("CHAISE", "availability")

    play(settings, scenario)


def test_kits_follow_their_scarcest_component(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=9)
        m.erp.put_product("PIED", price="1", stock=100, published=False)
        parts = [Component("CHAISE", Decimal(4)), Component("PIED", Decimal(1))]
        m.erp.put_product("SALON", price="50", stock_policy="kit", components=parts)
        await m.sync()
        assert Decimal(2) == m.shop.quantity("SALON")
        m.erp.set_stock("CHAISE", 13)
        await m.sync("stock")
        assert [Decimal(3), Decimal(13)] == [m.shop.quantity("SALON"), m.shop.quantity("CHAISE")]
        m.erp.set_stock("PIED", 1)
        await m.sync("stock")
        assert Decimal(1) == m.shop.quantity("SALON")
        m.erp.change_product("SALON", components=[Component("CHAISE", Decimal(2))])
        await m.sync("products")
        assert Decimal(6) == m.shop.quantity("SALON")

    play(settings, scenario)


def test_selling_a_kit_lowers_what_its_components_show(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=9)
        m.erp.put_product(
            "SALON", price="50", stock_policy="kit", components=[Component("CHAISE", Decimal(4))]
        )
        await m.sync()
        await reserve(m, "SALON", 1)
        assert [Decimal(1), Decimal(5)] == [m.shop.quantity("SALON"), m.shop.quantity("CHAISE")]
        await reserve(m, "CHAISE", 2)
        assert [Decimal(0), Decimal(3)] == [m.shop.quantity("SALON"), m.shop.quantity("CHAISE")]

    play(settings, scenario)


def test_an_article_sold_without_counting_has_no_quantity(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("POSE", price="10", stock=9, stock_policy="untracked")
        await m.sync()
        assert not m.shown("POSE").track_stock
        assert [] == [entry for entry in m.shop.log if entry[1] == "availability"]

    play(settings, scenario)


def test_a_new_variant_is_added_and_a_dropped_one_goes(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        options = {"T|R": {"1": "Rouge"}, "T|B": {"1": "Bleu"}}
        m.erp.put_product("T", price="100", stock=3, variants=options)
        await m.sync()
        m.erp.put_product("T", price="100", stock=4, variants={"T|B": {"1": "Bleu"}, "T|V": {"1": "Vert"}})
        await m.sync()
        assert {"T|B", "T|V"} == {offer.sku for offer in m.shown("T").offers}
        assert Decimal(4) == m.shop.quantity("T|V")
        assert None is await m.binding("T|R", "availability")

    play(settings, scenario)


def test_a_closed_category_and_its_return_move_the_articles(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_category("M", "Meubles")
        m.erp.put_product("CHAISE", price="10", stock=5, family="M")
        await m.sync()
        m.erp.put_category("M", "Mobilier")
        await m.sync()
        assert [["Mobilier"]] == m.shown("CHAISE").categories

    play(settings, scenario)


def test_a_change_of_settings_projects_everything_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("CHAISE", price="10", stock=5)
        await m.sync()
        changed = ChannelSettings(stock=StockRule(margin=Decimal(2)), prices=PriceRules(tax_included=False))
        await service.change_settings(m.tenant, m.channel, changed, m.wake)
        await m.settle()
        assert [Decimal(3), Decimal(10)] == [m.shop.quantity("CHAISE"), price_of(m, "CHAISE")]
        story = await service.explain_stock(m.tenant, m.channel, "CHAISE", m.ports.orders)
        assert ("3", "réel 5 − marge de sécurité 2 = 3") == (story.quantity, story.why.fr)

    play(settings, scenario)
