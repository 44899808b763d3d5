"""How a price came about, told step by step, ends at the very price that the shop is given."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import CategoryRule
from raccord.core.price_story import story
from raccord.core.pricing import Article, PriceRule, ordinary_price
from raccord_connectors.canonical import EcoContribution, Price, PriceSet

TODAY = date(2026, 11, 24)
AMOUNTS = st.decimals("0.01", "9999.9999", places=4)
PERCENTS = st.sampled_from([Decimal(0), Decimal(5), Decimal("12.5"), Decimal(-10)])
PRICES = st.builds(
    Price,
    amount=AMOUNTS,
    tax_included=st.booleans(),
    category=st.sampled_from([None, "WEB"]),
    discount_percent=st.sampled_from([None, Decimal(10)]),
    ends=st.sampled_from([None, date(2026, 12, 1)]),
)
RULES = st.builds(
    PriceRule,
    category=st.sampled_from([None, "WEB"]),
    currency=st.just("EUR"),
    tax_included=st.sampled_from([None, True, False]),
    with_eco_contribution=st.booleans(),
    categories=st.dictionaries(
        st.sampled_from(["", "WEB"]),
        st.builds(CategoryRule, tax_included=st.sampled_from([None, True, False]), discount_percent=PERCENTS),
    ),
)
ARTICLES = st.builds(
    Article,
    rate=st.sampled_from([Decimal(20), Decimal("5.5")]),
    eco_contribution=st.one_of(st.none(), st.builds(EcoContribution, code=st.just("D"), amount=AMOUNTS)),
)


@given(st.lists(PRICES, max_size=4), RULES, ARTICLES)
def test_the_story_ends_at_the_price_that_the_shop_is_given(
    prices: list[Price], rule: PriceRule, article: Article
) -> None:
    known = PriceSet(key="A", product="A", prices=prices)
    told, price = story(known, rule, article, TODAY), ordinary_price(known, rule, article, TODAY)
    if price is not None:
        assert (price.amount, price.tax_included) == (told[-1].amount, told[-1].tax_included)


def test_each_step_says_what_it_did() -> None:
    known = PriceSet(
        key="A", product="A", prices=[Price(amount=Decimal("10"), tax_included=False, category="WEB")]
    )
    rule = PriceRule(
        category="WEB", currency="EUR", tax_included=True, with_eco_contribution=True,
        categories={"WEB": CategoryRule(discount_percent=Decimal(5))},
    )  # fmt: skip
    article = Article(Decimal(20), EcoContribution(code="D", amount=Decimal("0.123")))
    assert [
        ("Price of the category “WEB”", Decimal(10)),
        ("Discount of 5 % of this channel", Decimal("9.5")),
        ("VAT 20 % added", Decimal("11.4")),
        ("Eco-contribution of 0.1476", Decimal("11.5476")),
        ("Rounded once, at the end", Decimal("11.55")),
    ] == [(step.what.en, step.amount) for step in story(known, rule, article, TODAY)]
    french = [step.what.fr for step in story(known, rule, article, TODAY, {"WEB": "Internet HT"})]
    assert ("Prix du tarif « Internet HT »", "Éco-participation de 0,1476") == (french[0], french[3])


def test_an_article_without_a_price_has_no_story() -> None:
    rule = PriceRule(category=None, currency="EUR", tax_included=True, with_eco_contribution=True)
    assert [] == story(None, rule, Article(None, None), TODAY)
