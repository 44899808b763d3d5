"""What a rehearsal says of articles, their variants, kits, stock and families."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core import texts
from raccord.core.channel import ChannelSettings, StockRule
from raccord.core.projection import Projected
from raccord.core.rehearsal.loose import invisible_signs, loose_sku
from raccord.core.rehearsal.subjects import CategoryTree, HeldRecord, Systems
from raccord_connectors.canonical import (
    Category,
    Component,
    DepotStock,
    MediaRef,
    Offer,
    Price,
    PriceSet,
    StockLevels,
    Variant,
)
from raccord_connectors.contract import Problem, Text
from support.rehearsed import article, kinds, product, told, with_variants, world


def held(sentence: Text, **values: object) -> Projected:
    return Projected(None, Problem("rejected", sentence.fill(key="CHAISE", **values)))


def test_nothing_is_said_of_a_sound_article() -> None:
    assert [] == kinds(article())
    assert [] == kinds(article(with_variants("Bleu", "Vert")))


@pytest.mark.parametrize(
    ("projected", "kind"),
    [
        (held(texts.NO_NAME), ("article.no_name", "CHAISE")),
        (held(texts.NO_SKU, item="CHAISE"), ("article.no_sku", "CHAISE")),
        (held(texts.NO_PRICE, category=""), ("price.none", "CHAISE")),
        (held(texts.NO_TAX), ("tax.article", "CHAISE")),
        (held(texts.NO_RATE), ("tax.article", "CHAISE")),
        (held(texts.SAME_SKU_INSIDE, sku="X"), ("sku.same_inside", "CHAISE")),
        (held(texts.BELOW_LOWEST, item="CHAISE", price="1", limit="2"), ("price.too_low", "CHAISE")),
        (held(texts.SAME_OPTIONS_INSIDE, options="Bleu"), ("variant.duplicate", "CHAISE")),
        (held(texts.NO_TAX_CLASS, rate="20"), ("tax.unmapped", "20")),
        (held(texts.RULE_FAILED, target="name", item="CHAISE", reason="x"), ("article.held", "CHAISE")),
    ],
)
def test_what_the_projection_would_hold_is_told_under_its_kind(
    projected: Projected, kind: tuple[str, str]
) -> None:
    assert [kind] == kinds(article(projected=projected))


def test_what_the_projection_leaves_out_is_told_too() -> None:
    warnings = (
        Problem("rejected", texts.WRONG_EAN.fill(key="CHAISE", ean="123", item="CHAISE")),
        Problem("rejected", texts.NO_VARIANT_PRICE.fill(key="CHAISE", item="CHAISE|1", category="")),
        Problem("rejected", Text("projection.other", "autre", "other").fill()),
    )
    found = article(projected=replace(article().projected, warnings=warnings))
    assert ["ean.wrong", "price.variant", "article.warned"] == [kind for kind, _ in kinds(found)]


def test_a_price_whose_tax_mode_is_not_that_of_its_category_is_a_doubt() -> None:
    net = PriceSet(
        key="CHAISE", product="CHAISE", prices=[Price(amount=D(89), tax_included=False, category="1")]
    )
    assert [("price.tax_doubt", "CHAISE")] == kinds(article(prices={"CHAISE": net}))
    (sentence,) = told(article(prices={"CHAISE": net}))
    assert "without tax in the price category “Public TTC”, whose prices are with tax" in sentence


def test_a_category_that_does_not_say_its_mode_and_a_discount_on_the_base_price_are_no_doubt() -> None:
    silent = PriceSet(
        key="CHAISE", product="CHAISE", prices=[Price(amount=D(89), tax_included=False, category="2")]
    )
    discounted = Price(amount=D(89), tax_included=False, category="1", discount_percent=D(8))
    for prices in (silent, replace(silent, prices=[discounted])):
        assert [] == kinds(article(prices={"CHAISE": prices}))


@pytest.mark.parametrize(
    ("sku", "sign"),
    [
        ("CH\u00a0AISE", "no-break space"),
        ("CH\u200bAISE", "zero width space"),
        ("CH\u00adAISE", "soft hyphen"),
    ],
)
def test_a_sign_that_nobody_sees_is_named(sku: str, sign: str) -> None:
    found = article(product(sku=sku))
    assert [("sku.invisible", "CHAISE")] == kinds(found)
    assert sign in told(found)[0]


@pytest.mark.parametrize("name", ["CafetiÃ¨re", "Lâ€™Ã©tÃ©", "Chaise \ufffd", "Carafe Â« bleue Â»"])
def test_a_text_that_was_converted_wrongly_is_found(name: str) -> None:
    assert ("text.damaged", "CHAISE") in kinds(article(product(name=name)))


@pytest.mark.parametrize(
    "name", ["Café à l’été", "Naïve Zoë", "Señor Ñandú", "Größe", "«À table»", "100 % lin"]
)
def test_good_french_and_its_neighbours_are_not_taken_for_damaged(name: str) -> None:
    assert [] == kinds(article(product(name=name)))


def test_a_text_longer_than_the_shops_field_is_told_with_both_lengths() -> None:
    made = article()
    assert made.projected.listing is not None
    long = replace(made.projected.listing, offers=[Offer(key="CHAISE", sku="X" * 101)])
    found = article(projected=Projected(long))
    assert [
        "the reference has 101 characters, the shop takes 100" in sentence for sentence in told(found)
    ] == [True]
    assert [] == kinds(found, world(shop_connector="a_shop_without_known_limits"))


def test_an_article_without_a_picture_is_told_and_a_document_is_none() -> None:
    manual = MediaRef(name="notice.pdf", kind="document")
    assert [("picture.none", "CHAISE")] == kinds(article(product(media=[manual])))


def test_a_picture_is_called_missing_only_when_somebody_looked_for_the_files() -> None:
    there = MediaRef(name="a.jpg", digest="d1")
    found = article(product(media=[there, MediaRef(name="b.jpg")]))
    assert [] == kinds(found)
    assert [("picture.not_found", "CHAISE")] == kinds(found, world(pictures_are_read=True))


def test_variants_with_the_same_values_or_without_one_are_found() -> None:
    assert [("variant.duplicate", "CHAISE")] == kinds(article(with_variants("Bleu", "BLEU ", "Vert")))
    assert [("variant.no_value", "CHAISE")] == kinds(article(with_variants("Bleu", " ")))


def test_a_variant_that_is_asleep_doubles_nothing() -> None:
    made = with_variants("Bleu", "Bleu")
    sleeping = [made.variants[0], replace(made.variants[1], active=False)]
    assert [] == kinds(article(replace(made, variants=sleeping)))


def test_a_kit_is_told_for_each_component_that_is_not_there() -> None:
    kit = product("KIT", stock_policy="kit", components=[Component("CHAISE", D(4)), Component("TABLE", D(1))])
    assert [] == kinds(article(kit, known_parts=frozenset({"CHAISE", "TABLE"})))
    assert [("kit.missing", "KIT")] == kinds(article(kit, known_parts=frozenset({"CHAISE"})))
    assert [("kit.empty", "KIT")] == kinds(article(replace(kit, components=[])))
    itself = replace(kit, components=[Component("KIT", D(1))])
    assert [("kit.itself", "KIT")] == kinds(article(itself))


def test_stock_that_is_not_known_is_not_zero() -> None:
    assert [("stock.unknown", "CHAISE")] == kinds(article(stock={}))
    unknown = StockLevels(key="CHAISE", product="CHAISE", depots=[DepotStock(depot="1")])
    assert [("stock.unknown", "CHAISE")] == kinds(article(stock={"CHAISE": unknown}))
    assert [] == kinds(article(product(stock_policy="untracked"), stock={}))


def test_a_stock_below_zero_is_told_in_the_channels_depots_only() -> None:
    levels = StockLevels(
        key="CHAISE", product="CHAISE",
        depots=[DepotStock(depot="1", real=D(5)), DepotStock(depot="2", real=D(-2))],
    )  # fmt: skip
    found = article(stock={"CHAISE": levels})
    assert [("stock.negative", "CHAISE")] == kinds(found)
    only_one = world(settings=ChannelSettings(stock=StockRule(depots=["1"])))
    assert [] == kinds(found, only_one)


def test_families_that_hang_nowhere_or_in_a_circle_are_found() -> None:
    tree = {
        "A": Category(key="A", name="A"),
        "B": Category(key="B", name="B", parent="GONE"),
        "C": Category(key="C", name="C", parent="D"),
        "D": Category(key="D", name="D", parent="C"),
        "E": Category(key="E", name="E", parent="C"),
        "F": Category(key="F", name="F", parent="GONE", active=False),
    }
    assert [("category.no_parent", "B"), ("category.loop", "C"), ("category.loop", "D")] == kinds(
        CategoryTree(tree)
    )


def test_an_article_in_a_category_that_does_not_exist_is_found() -> None:
    assert [("category.unknown", "CHAISE")] == kinds(article(product(categories=["CL|9"])))


def test_a_record_that_the_connector_refused_keeps_its_own_sentence() -> None:
    problem = Problem("rejected", Text("x", "raison", "reason").fill())
    assert ["reason"] == told(HeldRecord("erp", "products", "X", problem))
    assert [("record.erp", "X")] == kinds(HeldRecord("erp", "customers", "X", problem))
    assert [("record.shop", "9")] == kinds(HeldRecord("shop", "listings", "9", problem))


@given(st.text(max_size=40), st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_no_text_makes_a_check_fail(sku: str, name: str, values: list[str]) -> None:
    """Whatever is typed: a finding perhaps, an exception never."""
    made = with_variants(*values) if values else product()
    made = replace(made, sku=sku, name=name, description=name)
    for one in kinds(article(made)):
        assert one[0]


@given(st.text(max_size=30))
def test_a_loose_reference_has_nothing_left_to_lose(sku: str) -> None:
    once = loose_sku(sku)
    assert not invisible_signs(once)
    assert once == once.casefold() or loose_sku(once) == loose_sku(once.casefold())


def test_systems_and_articles_are_different_subjects() -> None:
    assert [] == kinds(Systems(), world(shop=replace(world().shop, payment_methods=(), carriers=())))
    assert "CHAISE" not in {key for _, key in kinds(Systems())}
    assert isinstance(with_variants("Bleu").variants[0], Variant)
