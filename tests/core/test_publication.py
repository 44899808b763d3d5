"""Which articles are in a shop, and the reason that the others are given."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import (
    ChannelSettings,
    FieldIs,
    HasPicture,
    HasPrice,
    HasText,
    InCategories,
    InStock,
    PriceRules,
    PublicationRule,
    StockRule,
)
from raccord.core.conditions import Known, PublicationError
from raccord.core.formula_text import FormulaError
from raccord.core.placing import build_lines, build_paths
from raccord.core.publication import Publication, Verdict
from raccord.core.stock_rule import NOT_SOLD, UNCOUNTED, Sellable
from raccord_connectors.canonical import Category, MediaRef, Product
from support.catalogue import TODAY, prices, product, stock, with_variants

TREE = [
    Category(key="MAISON", name="Maison"),
    Category(key="CUISINE", name="Cuisine", parent="MAISON", active=False),
    Category(key="JARDIN", name="Jardin"),
]
WHERE = {"lines": build_lines(TREE), "paths": build_paths(TREE)}


def judge(article: Product, *conditions: Any, known: Known | None = None, **chosen: Any) -> Verdict:
    settings = ChannelSettings(
        publication=PublicationRule(conditions=list(conditions), **{"match": "all", **chosen})
    )
    return Publication(settings).verdict(article, known or Known(today=TODAY, **WHERE))  # type: ignore[arg-type]


def codes(verdict: Verdict) -> list[str]:
    return [reason.code.removeprefix("publication.") for reason in verdict.reasons]


def test_without_conditions_all_awake_and_flagged_articles_are_in() -> None:
    assert [[], ["asleep"], ["unflagged"]] == [
        codes(judge(article)) for article in (product(), product(active=False), product(published=False))
    ]
    assert [[], []] == [
        codes(judge(article, asleep=True, flagged_only=False))
        for article in (product(active=False), product(published=False))
    ]


@pytest.mark.parametrize("policy", ["untracked", "kit", "made_to_order"])
def test_a_kind_of_article_that_the_stock_rule_does_not_sell_is_out(policy: Any) -> None:
    rule = StockRule(untracked="never", kits="never", made_to_order="never")
    publication = Publication(ChannelSettings(stock=rule))
    assert [f"{policy}_not_sold"] == codes(publication.verdict(product(stock_policy=policy), Known()))
    assert not publication.is_candidate(product(stock_policy=policy))
    assert publication.is_candidate(product())


@pytest.mark.parametrize(
    ("fields", "inside", "expected"),
    [
        ({"family": "MAISON"}, True, True), ({"family": "CUISINE"}, True, True), ({"family": "JARDIN"}, True, False),
        ({"categories": ["JARDIN", "CUISINE"]}, True, True), ({}, True, False), ({"family": "INCONNUE"}, True, False),
        ({"family": "CUISINE"}, False, False), ({"family": "JARDIN"}, False, True), ({}, False, True),
    ],
)  # fmt: skip
def test_families_count_with_all_that_is_below_them(
    fields: dict[str, Any], inside: bool, expected: bool
) -> None:
    verdict = judge(product(**fields), InCategories(categories=["MAISON"], inside=inside))
    assert expected == verdict.is_in


def test_the_reason_names_the_family() -> None:
    verdict = judge(product(family="JARDIN"), InCategories(categories=["MAISON"]))
    assert ["Il est dans « Jardin », et le canal n’a que « Maison »."] == [one.fr for one in verdict.reasons]
    assert ["It stands in “Jardin”, and the channel has only “Maison”."] == [
        one.en for one in verdict.reasons
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (FieldIs(field="custom.CANAL", values=["web", "Web B2B"]), True),
        (FieldIs(field="product.custom.CANAL", values=["magasin"]), False),
        (FieldIs(field="custom.CANAL", test="different", values=["magasin"]), True),
        (FieldIs(field="custom.CANAL", test="different", values=["WEB b2b"]), False),
        (FieldIs(field="custom.CANAL", test="filled"), True),
        (FieldIs(field="custom.RIEN", test="filled"), False),
        (FieldIs(field="custom.RIEN", test="empty"), True),
        (FieldIs(field="custom.BLANC", test="empty"), True),
        (FieldIs(field="custom.NOTE", test="at_least", values=["12,5"]), True),
        (FieldIs(field="custom.NOTE", test="at_most", values=["12.4"]), False),
        (FieldIs(field="custom.RIEN", test="at_most", values=["12.4"]), False),
        (FieldIs(field="product.categories", values=["B"]), True),
        (FieldIs(field="tax.rate", values=["20"]), True),
    ],
)
def test_a_field_is_compared_without_capitals_and_blanks(condition: FieldIs, expected: bool) -> None:
    custom = {"CANAL": " Web  B2B ", "BLANC": "  ", "NOTE": "12,50"}
    verdict = judge(product(custom=custom, categories=["A", "B"]), condition)
    assert expected == verdict.is_in


@pytest.mark.parametrize(
    "condition",
    [
        FieldIs(field="product.rien", test="filled"), FieldIs(field="price", test="filled"),
        FieldIs(field="custom.A"), FieldIs(field="custom.A", test="at_least", values=["beaucoup"]),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_meant_is_refused_with_its_place(condition: FieldIs) -> None:
    with pytest.raises(PublicationError) as caught:
        judge(product(), HasPrice(), condition)
    assert 1 == caught.value.place


@pytest.mark.parametrize(
    ("sellable", "expected", "unsure"),
    [
        (Sellable(Decimal(3)), True, False), (Sellable(Decimal(2)), False, False), (UNCOUNTED, True, False),
        (NOT_SOLD, False, False), (Sellable(None), False, True), (None, False, True),
    ],
)  # fmt: skip
def test_in_stock_is_not_asked_of_what_is_unknown(
    sellable: Sellable | None, expected: bool, unsure: bool
) -> None:
    known = Known(sellable={"CHAISE": sellable} if sellable else {})
    verdict = judge(product("CHAISE"), InStock(least=Decimal(3)), known=known)
    assert (expected, unsure) == (verdict.is_in, verdict.unsure)


def test_one_variant_in_stock_is_enough_and_one_unknown_leaves_it_open() -> None:
    article = with_variants("TABLE", "rouge", "bleu")
    full, empty = Sellable(Decimal(1)), Sellable(Decimal(0))
    found = [
        judge(article, InStock(), known=Known(sellable=dict(zip(article.items(), both, strict=False))))
        for both in ((empty, full), (empty, empty), (empty,))
    ]
    assert [(True, False), (False, False), (False, True)] == [(one.is_in, one.unsure) for one in found]


def test_a_price_of_the_channel_is_asked_for() -> None:
    category = Publication(
        ChannelSettings(
            prices=PriceRules(category="WEB"), publication=PublicationRule(conditions=[HasPrice()])
        )
    )
    found = [
        category.verdict(product(), Known(prices={"CHAISE": one}, today=TODAY)).is_in
        for one in (
            prices("CHAISE", "5"), prices("CHAISE", "5", category="WEB"), prices("CHAISE", "5", category="PRO"),
            prices("CHAISE", "0"), prices("CHAISE", "5", customer="C1"),
        )
    ]  # fmt: skip
    assert [True, True, False, False, False] == found


def test_pictures_and_texts_are_counted() -> None:
    article = product(
        description="<p>Assise &amp; dossier</p>",
        media=[MediaRef(name="a.jpg"), MediaRef(name="a.pdf", kind="document")],
    )
    assert judge(article, HasPicture(), HasText(least=16)).is_in
    assert ["no_picture", "no_description", "no_summary"] == codes(
        judge(article, HasPicture(least=2), HasText(least=17), HasText(field="summary"))
    )


def test_any_of_the_conditions_is_enough_where_the_merchant_says_so() -> None:
    conditions = (FieldIs(field="custom.CANAL", values=["web"]), HasPicture())
    assert judge(product(custom={"CANAL": "web"}), *conditions, match="any").is_in
    verdict = judge(product(custom={"CANAL": "x"}), *conditions, match="any")
    assert [
        "Aucune des conditions du canal n’est remplie : son champ « custom.CANAL » vaut « x » ; le canal demande « web » ; "
        "il n’a pas assez d’images : 0, et le canal en demande 1. Ajoutez-en dans la gestion."
    ] == [reason.fr for reason in verdict.reasons]


def test_something_unknown_decides_nothing_that_is_decided_anyway() -> None:
    known = Known()
    assert not judge(product(), InStock(), HasPicture(), known=known).unsure
    assert judge(product(), InStock(), HasPicture(), known=known, match="any").unsure
    assert judge(
        product(media=[MediaRef(name="a.jpg")]), InStock(), HasPicture(), known=known, match="any"
    ).is_in


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('product.brand == "Duval" && tax.rate >= 20.0', True),
        ("custom.CANAL.contains('b2b')", False),
        ("price.amount > 5.0 && stock.real >= 2.0", True),
        ("stock.real >= 3.0", False),
    ],
)
def test_a_formula_decides_beside_the_conditions(formula: str, expected: bool) -> None:
    article = product(brand="Duval", custom={"CANAL": "web"})
    known = Known(
        prices={"CHAISE": prices("CHAISE", "10")}, stock={"CHAISE": stock("CHAISE", "2")}, today=TODAY
    )
    assert expected == judge(article, formula=formula, known=known).is_in


def test_a_formula_on_items_is_true_of_one_of_them() -> None:
    article = with_variants("TABLE", "rouge", "bleu")
    known = Known(stock={"TABLE|bleu": stock("TABLE|bleu", "4")})
    assert judge(article, formula="stock.real != null && stock.real > 3.0", known=known).is_in


def test_a_formula_that_fails_on_an_article_leaves_it_where_it_is() -> None:
    verdict = judge(product(), formula="product.weight_g > 5.0")
    assert (["formula_failed"], True) == (codes(verdict), verdict.unsure)


@pytest.mark.parametrize("formula", ["product.brand", "product.rien == 1", "1 +", '"oui"'])
def test_a_formula_that_answers_neither_yes_nor_no_is_refused_when_it_is_typed(formula: str) -> None:
    with pytest.raises((PublicationError, FormulaError)):
        judge(product(), formula=formula)


def test_a_rule_knows_whether_stock_matters_to_it() -> None:
    def reads(**rule: Any) -> bool:
        return Publication(ChannelSettings(publication=PublicationRule(**rule))).reads_stock

    assert [False, True, True, False] == [
        reads(), reads(conditions=[InStock()]), reads(formula="stock.real > 0.0"), reads(formula='product.brand == "A"'),
    ]  # fmt: skip


CONDITIONS = st.lists(
    st.sampled_from(
        [
            HasPrice(), HasPicture(), HasText(), InStock(), InCategories(categories=["MAISON"]),
            FieldIs(field="product.brand", test="filled"),
        ]
    ),
    max_size=4,
)  # fmt: skip


@given(CONDITIONS, st.sampled_from(["all", "any"]), st.booleans(), st.sampled_from([None, "A"]))
def test_whoever_is_out_is_told_why_in_both_languages(
    conditions: list[Any], match: Any, active: bool, brand: str | None
) -> None:
    verdict = judge(product(active=active, brand=brand), *conditions, match=match)
    assert verdict.is_in == (not verdict.reasons)
    for reason in verdict.reasons:
        assert reason.fr.endswith(".")
        assert reason.en.endswith(".")
        assert reason.fr != reason.en
