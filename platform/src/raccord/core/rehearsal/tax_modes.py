"""Prices of which it is not sure whether they contain the tax: the commonest reason for wrong prices in a shop."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.canonical import Price
from raccord_connectors.contract import Text

DOUBT = Kind(
    code="price.tax_doubt", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.price.tax_doubt", "Prix HT ou TTC ? Un doute", "With or without tax? A doubt"),
    remedy=Text(
        "rehearsal.price.tax_doubt.remedy",
        "Comparez le prix de l’article à l’étiquette. S’il est faux, corrigez sa case « TTC » dans la gestion ; s’il est juste, "
        "il n’y a rien à faire.",
        "Compare the article’s price with its label. If it is wrong, correct its box “with tax” in the ERP; if it is right, "
        "there is nothing to do.",
    ),
    says=Text(
        "rehearsal.price.tax_doubt.says",
        "Article {key} : {item} est à {amount} {mine} dans la catégorie tarifaire « {category} », dont les prix sont {theirs}.",
        "Article {key}: {item} is at {amount} {mine_en} in the price category “{category}”, whose prices are {theirs_en}.",
    ),
)  # fmt: skip
FRENCH, ENGLISH = ("hors taxes", "TTC"), ("without tax", "with tax")


def find(article: Article, world: World) -> Iterator[Finding]:
    category = world.settings.prices.category
    mode = category_mode(world, category)
    if category is None or mode is None:
        return
    title = next((one.title for one in world.erp.price_categories if one.key == category), category)
    for item, known in article.prices.items():
        price = _ordinary(known.prices, category)
        if price is not None and price.tax_included != mode:
            yield DOUBT.of(
                article.product.key,
                part=item if item != article.product.key else "",
                item=item,
                amount=f"{price.amount:f}",
                category=title,
                mine=FRENCH[price.tax_included],
                theirs=FRENCH[mode],
                mine_en=ENGLISH[price.tax_included],
                theirs_en=ENGLISH[mode],
            )


def category_mode(world: World, category: str | None) -> bool | None:
    """Whether the ERP says that the prices of this category contain the tax; None when it does not say."""
    for one in world.erp.price_categories:
        if one.key == category and "tax_included" in one.details:
            return one.details["tax_included"] == "true"
    return None


def _ordinary(prices: list[Price], category: str) -> Price | None:
    """A category's own price. One that is a discount on the base price has the base price's mode, and no doubt."""
    return next(
        (
            price
            for price in prices
            if price.category == category
            and price.customer is None
            and price.packaging is None
            and price.minimum <= 1
            and price.amount > 0
            and price.discount_percent is None
        ),
        None,
    )


CHECK = Check(Article, (DOUBT,), find)
