"""How each field came about: told as it happens, also of articles that are held."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping, Rule, Table
from raccord.core.steps import Case, Cut, First, Formula, Join, Lookup, Round, Trim, When
from raccord.core.tracing import Traced, Tracer
from raccord_connectors.canonical import OfferPrice, Product, Tax
from support.catalogue import SHOP, TODAY, priced, prices, product, products, projection, stock, with_variants

RULES = [
    Rule(target="name", sources=["product.brand", "product.name"], steps=[Join(" – "), Trim(), Cut(12)]),
    Rule(target="brand", sources=["product.custom.M"], steps=[Lookup("Marques", "hold")]),
    Rule(
        target="summary",
        sources=["product.summary"],
        steps=[When(is_="not_empty", otherwise="skip"), Case("upper")],
    ),
    Rule(target="slug", owner="shop"),
    Rule(target="offer.sku", sources=["item.sku"]),
    Rule(target="offer.price", sources=["price"], steps=[Round("1")]),
    Rule(target="offer.custom.dispo", steps=[Formula('stock.real > 0 ? "oui" : "non"')], owner="creation"),
]
MAPPING = Mapping(RULES, {"Marques": Table({"DUV": "Duval"})})


def traced(article: Product, mapping: Mapping = MAPPING, **known: Any) -> Traced:
    items = {item: prices(item, "10.30") for item in article.items()}
    levels = {item: stock(item, "3") for item in article.items()}
    return Tracer(mapping, ChannelSettings(), SHOP).trace(
        article, known.get("prices", items), {}, TODAY, levels
    )


def test_each_step_is_told_with_the_value_before_and_after_it() -> None:
    told = traced(product(name=" Chaise haute ", brand="Duval", custom={"M": "duv"}))
    (name,) = told.of("name")
    assert [("product.brand", "Duval"), ("product.name", " Chaise haute ")] == [
        (r.path, r.value) for r in name.sources
    ]
    assert [
        ("assembler avec « – »", ["Duval", " Chaise haute "], "Duval –  Chaise haute "),
        ("ôter les espaces aux bouts", "Duval –  Chaise haute ", "Duval –  Chaise haute"),
        ("raccourcir à 12 caractères", "Duval –  Chaise haute", "Duval –…"),
    ] == [(stage.title.fr, stage.before, stage.after) for stage in name.steps]
    assert ("Duval –…", None, False, None) == (name.result, name.item, name.left, name.problem)
    assert told.projected.listing is not None
    assert ("Duval –…", "Duval") == (told.projected.listing.name, told.projected.listing.brand)


def test_what_is_left_to_the_shop_is_told_too() -> None:
    told = traced(product(custom={"M": "DUV"}))
    (summary,), (slug,), (stocked,) = told.of("summary"), told.of("slug"), told.of("offer.custom.dispo")
    assert (True, None, 1) == (summary.left, summary.result, len(summary.steps))
    assert (True, "shop") == (slug.left, slug.owner)
    assert ("oui", "creation", "CHAISE") == (stocked.result, stocked.owner, stocked.item)
    assert [("stock.real", Decimal(3))] == [(one.path, one.value) for one in stocked.sources]


def test_prices_taxes_and_categories_that_the_projection_works_out_are_told() -> None:
    told = traced(product(custom={"M": "DUV"}))
    assert {"categories": [], "tax.class": "", "tax.rate": Decimal(20)} == {
        r.path: r.value for r in told.computed
    }
    before = OfferPrice(amount=Decimal("12.36"), tax_included=True, currency="EUR")
    assert (("CHAISE", before, ()),) == told.prices
    (price,) = told.of("offer.price")
    assert Decimal(12) == price.result.amount


def test_the_rules_of_each_variant_are_told() -> None:
    told = traced(with_variants("T", "rouge", "bleu", custom={"M": "DUV"}))
    assert ["T|rouge", "T|bleu"] == [one.item for one in told.of("offer.sku")]
    assert ["T-rouge", "T-bleu"] == [one.result for one in told.of("offer.sku")]


@pytest.mark.parametrize(
    ("article", "code"),
    [
        (product(custom={"M": "XYZ"}), "projection.rule_failed"),
        (product(tax=None, custom={"M": "DUV"}), "projection.no_tax"),
        (product(tax=Tax(code="V10", rate=Decimal(10)), custom={"M": "DUV"}), "projection.no_tax_class"),
        (product(name=" ", custom={"M": "DUV"}), "projection.no_name"),
        (with_variants("T", "a", "A", custom={"M": "DUV"}), "projection.same_sku_inside"),
    ],
)
def test_of_an_article_that_is_held_every_rule_is_told_all_the_same(article: Product, code: str) -> None:
    told = traced(article)
    assert told.projected.problem is not None
    assert code == told.projected.problem.message.code
    assert {rule.target for rule in RULES} == {one.target for one in told.traces}
    assert set(article.items()) == {one.item for one in told.traces if one.item is not None}


def test_a_rule_that_holds_says_why_at_its_step() -> None:
    (brand,) = traced(product(custom={"M": "XYZ"})).of("brand")
    assert brand.problem is not None
    assert "step.not_in_table" == brand.problem.code
    assert ("XYZ", None) == (brand.steps[-1].before, brand.steps[-1].after)
    assert brand.result is None


def test_the_first_step_that_gathers_is_told_even_alone() -> None:
    rule = Rule(target="brand", sources=["product.custom.A", "product.brand"], steps=[First()])
    mapping = Mapping([*(one for one in RULES if one.target != "brand"), rule])
    (brand,) = traced(product(brand="Duval"), mapping).of("brand")
    assert [([None, "Duval"], "Duval")] == [(stage.before, stage.after) for stage in brand.steps]


@given(st.data())
def test_what_is_told_is_what_is_projected(data: st.DataObject) -> None:
    article = data.draw(products())
    known = data.draw(priced(article))
    mapping = default_mapping("memory_erp", "memory_shop")
    told = Tracer(mapping, ChannelSettings(), SHOP).trace(article, known, {}, TODAY)
    assert projection(mapping=mapping).listing(article, known, {}, TODAY) == told.projected
    listing = told.projected.listing
    if listing is not None:
        for one in told.traces:
            if not one.left and one.target in ("name", "description", "brand", "tax_class", "tax_rate"):
                assert getattr(listing, one.target) == one.result
        by_item = {offer.key: offer for offer in listing.offers}
        for one in told.of("offer.sku"):
            assert by_item[one.item or ""].sku == one.result


def test_tracing_twice_tells_the_same() -> None:
    article = product(custom={"M": "XYZ"})
    assert traced(article) == traced(article)
