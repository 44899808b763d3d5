"""From an article of the ERP to the listing that a shop shows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings, PriceRules, PublicationRule, StockRule
from raccord.core.ownership import for_update, listing_print, withdrawn
from raccord.core.placing import build_paths
from raccord.core.projection import Projected, is_for_sale
from raccord.core.rules import Mapping, Rule
from raccord_connectors.canonical import (
    Category,
    EcoContribution,
    OfferPrice,
    PriceSet,
    Product,
    Tax,
    encode,
)
from raccord_connectors.contract import Choice, Discovery
from support.catalogue import SHOP, TODAY, priced, prices, product, products, projection, with_variants


def project(article: Product, *known: PriceSet, **options: Any) -> Projected:
    made = projection(**options)
    return made.listing(article, {price.key: price for price in known}, {}, TODAY)


def code_of(projected: Projected) -> str | None:
    return projected.problem.message.code if projected.problem else None


# ---------------------------------------------------------------------------------------------- the ordinary


def test_an_article_becomes_a_listing_in_the_shops_terms() -> None:
    article = product(
        "CHAISE", name=" Chaise Lucie ", description="Hêtre massif\n& assise < 50 cm", ean="3 017620 422003",
        brand="Duval", weight_g=Decimal(4200),
    )  # fmt: skip
    listing = project(article, prices("CHAISE", "49.90")).listing
    assert listing is not None
    (offer,) = listing.offers
    assert ("CHAISE", True, "Chaise Lucie") == (listing.key, listing.published, listing.name)
    assert listing.description == "<p>Hêtre massif<br />&amp; assise &lt; 50 cm</p>"
    assert OfferPrice(amount=Decimal("59.88"), tax_included=True, currency="EUR") == offer.price
    assert ("3017620422003", Decimal(4200)) == (offer.ean, offer.weight_g)
    assert ("", Decimal(20)) == (listing.tax_class, listing.tax_rate)


def test_variants_become_offers_with_named_options() -> None:
    article = with_variants("TABLE", "rouge", "bleu", weight_g=Decimal(9000))
    listing = project(article, prices("TABLE|rouge", "10"), prices("TABLE|bleu", "12")).listing
    assert listing is not None
    assert ["Couleur"] == listing.axes
    assert [{"Couleur": "rouge"}, {"Couleur": "bleu"}] == [offer.options for offer in listing.offers]
    assert [Decimal(9000)] * 2 == [offer.weight_g for offer in listing.offers]


def test_a_field_that_the_erp_lacks_is_left_to_the_shop() -> None:
    listing = project(product(), prices("CHAISE", "1")).listing
    assert listing is not None
    assert [UNSET] * 4 == [listing.description, listing.brand, listing.slug, listing.offers[0].ean]


def test_eco_contribution_is_added_when_the_channel_says_so() -> None:
    article = product(eco_contribution=EcoContribution(code="DEEE", amount=Decimal("1.00")))
    with_eco = project(article, prices("CHAISE", "10")).listing
    without = project(
        article, prices("CHAISE", "10"), settings=ChannelSettings(prices=PriceRules(eco_contribution="apart"))
    ).listing
    assert [Decimal("13.2"), Decimal(12)] == [_amount(with_eco), _amount(without)]


def test_categories_are_paths_of_titles_and_closed_ones_are_nowhere() -> None:
    paths = build_paths(
        [
            Category(key="M", name="Maison"), Category(key="C", name="Cuisine", parent="M"),
            Category(key="F", name="Fermée", active=False), Category(key="S", name="Sous", parent="F"),
            Category(key="X", name="Boucle", parent="Y"), Category(key="Y", name="Boucle", parent="X"),
        ]
    )  # fmt: skip
    assert {"M": ["Maison"], "C": ["Maison", "Cuisine"]} == paths
    made = projection()
    known = {"A": prices("A", "1")}
    listed = made.listing(product("A", categories=["C", "S", "C"]), known, paths, TODAY).listing
    by_family = made.listing(product("A", family="M"), known, paths, TODAY).listing
    assert listed is not None
    assert by_family is not None
    assert ([["Maison", "Cuisine"]], [["Maison"]]) == (listed.categories, by_family.categories)


def test_html_of_the_erp_stays_html() -> None:
    listing = project(product(description="<p>Déjà <b>du HTML</b></p>"), prices("CHAISE", "1")).listing
    assert listing is not None
    assert "<p>Déjà <b>du HTML</b></p>" == listing.description


# --------------------------------------------------------------------------------------------------- the bad


def test_an_article_without_a_price_is_held_and_not_sold_at_zero() -> None:
    for known in ((), (prices("CHAISE", "0"),), (prices("CHAISE", "0.001", tax_included=True),)):
        held = project(product(), *known)
        assert ("projection.no_price", None) == (code_of(held), held.listing)
        assert held.problem is not None
        assert "saisissez-en un" in held.problem.message.fr
        assert held.problem.field == "offer.price"


def test_a_variant_without_a_price_goes_off_sale_and_the_others_stay() -> None:
    projected = project(with_variants("TABLE", "rouge", "bleu"), prices("TABLE|bleu", "12"))
    assert projected.listing is not None
    assert [False, True] == [offer.active for offer in projected.listing.offers]
    assert ["projection.no_variant_price"] == [warning.message.code for warning in projected.warnings]


def test_a_wrong_ean_is_left_out_and_told() -> None:
    projected = project(product(ean="3017620422004"), prices("CHAISE", "1"))
    assert projected.listing is not None
    assert projected.listing.offers[0].ean is UNSET
    assert ["projection.wrong_ean"] == [warning.message.code for warning in projected.warnings]


def test_a_rate_that_the_shop_does_not_have_holds_the_article_until_the_merchant_says_which_class() -> None:
    article = product(tax=Tax(code="V10", rate=Decimal(10)))
    assert "projection.no_tax_class" == code_of(project(article, prices("CHAISE", "1")))
    chosen = project(
        article,
        prices("CHAISE", "1"),
        settings=ChannelSettings(tax_classes={"10,0 %": "reduced-rate"}),
    )
    assert chosen.listing is not None
    assert "reduced-rate" == chosen.listing.tax_class


def test_an_unknown_vat_code_holds_where_the_shop_has_a_choice() -> None:
    article, price = product(tax=None), prices("CHAISE", "1", tax_included=True)
    assert "projection.no_tax" == code_of(project(article, price))
    simple = Discovery(prices_include_tax=True)
    assert project(article, price, shop=simple).listing is not None
    assert "projection.no_rate" == code_of(project(article, prices("CHAISE", "1"), shop=simple))


def test_a_shop_that_tells_no_rate_is_not_asked_for_a_class() -> None:
    shop = Discovery(prices_include_tax=True, tax_classes=(Choice("standard", "Standard"),))
    listing = project(product(), prices("CHAISE", "1"), shop=shop).listing
    assert listing is not None
    assert listing.tax_class is UNSET


@pytest.mark.parametrize(
    ("article", "code"),
    [
        (product(name="  "), "projection.no_name"),
        (product(sku=" "), "projection.no_sku"),
        (with_variants("T", "rouge", "Rou ge"), "projection.same_sku_inside"),
    ],
)
def test_an_article_without_name_or_reference_of_its_own_is_held(article: Product, code: str) -> None:
    assert code == code_of(project(article, *(prices(item, "1") for item in article.items())))


def test_a_rule_that_cannot_handle_a_value_holds_that_article_only() -> None:
    mapping = Mapping(
        [
            Rule(target="name", sources=["product.name"]),
            Rule(target="offer.sku", sources=["item.sku"]),
            Rule(target="offer.price", sources=["price"]),
            Rule(target="offer.weight_g", sources=["product.custom.POIDS"]),
        ]
    )
    held = project(product(custom={"POIDS": "lourd"}), prices("CHAISE", "1"), mapping=mapping)
    assert "projection.rule_failed" == code_of(held)
    assert held.problem is not None
    assert "rule “Weight (g)”" in held.problem.message.en
    assert "offer.weight_g" == held.problem.field
    good = project(product(custom={"POIDS": "12,5"}), prices("CHAISE", "1"), mapping=mapping).listing
    assert good is not None
    assert Decimal("12.5") == good.offers[0].weight_g


# ------------------------------------------------------------------------------------------------- ownership


def creation_mapping() -> Mapping:
    return Mapping(
        [
            Rule(target="name", sources=["product.name"]),
            Rule(target="description", sources=["product.description"], owner="creation"),
            Rule(target="summary", sources=["product.summary"], owner="shop"),
            Rule(target="features.Marque", sources=["product.brand"], owner="creation"),
            Rule(target="offer.sku", sources=["item.sku"]),
            Rule(target="offer.price", sources=["price"]),
            Rule(target="offer.custom.origine", sources=["product.brand"], owner="creation"),
        ]
    )


def test_what_is_sent_at_creation_only_makes_no_update_due() -> None:
    made = projection(mapping=creation_mapping())
    before, after = (
        made.listing(
            product(description=text, summary=text, brand=text), {"CHAISE": prices("CHAISE", "1")}, {}, TODAY
        ).listing
        for text in ("avant", "après")
    )
    assert before is not None
    assert after is not None
    assert before != after
    assert listing_print(before, made.creation) == listing_print(after, made.creation)
    sent = for_update(after, made.creation)
    assert [UNSET] * 3 == [sent.description, sent.features, sent.summary]
    assert {} == sent.offers[0].custom


def test_an_offer_that_the_shop_does_not_have_yet_gets_what_creation_brings() -> None:
    made = projection(mapping=creation_mapping())
    article = with_variants("T", "rouge", "bleu", brand="Duval")
    known = {item: prices(item, "1") for item in article.items()}
    listing = made.listing(article, known, {}, TODAY).listing
    assert listing is not None
    sent = for_update(listing, made.creation, known_offers=["T|rouge"])
    assert [{}, {"origine": "Duval"}] == [offer.custom for offer in sent.offers]


@given(st.data())
def test_the_shops_own_fields_are_never_there_and_creation_never_in_an_update(data: st.DataObject) -> None:
    article = data.draw(products())
    made = projection(mapping=creation_mapping())
    listing = made.listing(article, data.draw(priced(article)), {}, TODAY).listing
    if listing is not None:
        assert listing.summary is UNSET
        sent = for_update(listing, made.creation)
        assert UNSET is sent.description
        assert UNSET is sent.features


@given(st.data())
def test_projecting_is_deterministic_and_changes_nothing_that_it_is_given(data: st.DataObject) -> None:
    article = data.draw(products())
    known = data.draw(priced(article))
    before = (encode(article), {key: encode(price) for key, price in known.items()})
    first, second = (projection().listing(article, known, {}, TODAY) for _ in range(2))
    assert first == second
    assert (encode(article), {key: encode(price) for key, price in known.items()}) == before
    assert (first.listing is None) == (first.problem is not None)
    if first.listing is not None:
        assert encode(first.listing) == encode(second.listing or first.listing)
        assert all(
            not offer.active or (isinstance(offer.price, OfferPrice) and offer.price.amount > 0)
            for offer in first.listing.offers
        )


@given(st.data())
def test_a_withdrawal_changes_only_that(data: st.DataObject) -> None:
    article = data.draw(products())
    listing = projection().listing(article, data.draw(priced(article)), {}, TODAY).listing
    if listing is not None:
        gone = withdrawn(listing)
        assert not gone.published
        assert listing == replace(gone, published=True)


def test_publication_follows_the_erp_and_the_channels_choice() -> None:
    settings, all_of_them = (
        ChannelSettings(),
        ChannelSettings(publication=PublicationRule(flagged_only=False)),
    )
    assert [True, False, False] == [
        is_for_sale(article, settings)
        for article in (product(), product(active=False), product(published=False))
    ]
    assert [False, True] == [
        is_for_sale(article, all_of_them) for article in (product(active=False), product(published=False))
    ]


def _amount(listing: Any) -> Decimal:
    return Decimal(listing.offers[0].price.amount)


def test_the_default_shop_of_these_tests_tells_three_rates() -> None:
    assert ["20", "5.5", "0"] == [choice.details["rate"] for choice in SHOP.tax_classes]


# ------------------------------------------------------------------------------------- the channel's own rules


def code_and_field(projected: Projected) -> tuple[str | None, str | None]:
    return code_of(projected), projected.problem.field if projected.problem else None


def test_an_article_below_its_cost_is_held_and_says_which_item() -> None:
    settings = ChannelSettings(prices=PriceRules(below_cost="hold"))
    article = with_variants("TABLE", "rouge", "bleu")
    good, bad = prices("TABLE|rouge", "10"), replace(prices("TABLE|bleu", "10"), purchase=Decimal(11))
    found = project(article, good, bad, settings=settings)
    assert ("projection.below_cost", "offer.price") == code_and_field(found)
    assert found.problem is not None
    assert "TABLE|bleu (10 HT)" in found.problem.message.fr
    assert None is code_of(project(article, good, bad))


def test_an_article_below_the_lowest_price_is_held() -> None:
    settings = ChannelSettings(prices=PriceRules(lowest=Decimal(5)))
    assert "projection.below_lowest" == code_of(project(product(), prices("CHAISE", "4"), settings=settings))
    assert None is code_of(project(product(), prices("CHAISE", "4.20"), settings=settings))


def test_an_article_at_zero_is_held_unless_the_merchant_gives_things_away() -> None:
    free = ChannelSettings(prices=PriceRules(free="send"))
    assert "projection.no_price" == code_of(project(product(), prices("CHAISE", "0")))
    listing = project(product(), prices("CHAISE", "0"), settings=free).listing
    assert listing is not None
    price = listing.offers[0].price
    assert isinstance(price, OfferPrice)
    assert Decimal(0) == price.amount


def test_a_field_of_the_variant_else_of_the_article_is_crossed_out() -> None:
    article = with_variants("TABLE", "rouge", "bleu", custom={"CONSEILLE": "15,00"})
    dearer = replace(article.variants[1], custom={"CONSEILLE": "18.50"})
    article = replace(article, variants=[article.variants[0], dearer])
    settings = ChannelSettings(prices=PriceRules(crossed_out="field", crossed_out_field="CONSEILLE"))
    listing = project(
        article, prices("TABLE|rouge", "10"), prices("TABLE|bleu", "10"), settings=settings
    ).listing
    assert listing is not None
    crossed = [offer.price.before for offer in listing.offers if isinstance(offer.price, OfferPrice)]
    assert [Decimal(15), Decimal("18.5")] == crossed


@pytest.mark.parametrize(
    ("policy", "rule", "expected"),
    [
        ("tracked", StockRule(), True), ("kit", StockRule(), True), ("untracked", StockRule(), False),
        ("made_to_order", StockRule(), False), ("kit", StockRule(kits="always"), False),
        ("untracked", StockRule(untracked="count"), True), ("made_to_order", StockRule(made_to_order="count"), True),
    ],
)  # fmt: skip
def test_stock_is_tracked_for_what_the_channel_counts(policy: Any, rule: StockRule, expected: bool) -> None:
    article = product(stock_policy=policy)
    listing = project(article, prices("CHAISE", "1"), settings=ChannelSettings(stock=rule)).listing
    assert listing is not None
    assert expected == listing.track_stock
