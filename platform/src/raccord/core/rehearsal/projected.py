"""Articles that the projection holds, or sends without what is wrong: as the push would meet them."""

from collections.abc import Iterable, Iterator

from raccord.core import texts
from raccord.core.rehearsal import variants
from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

NO_NAME = Kind(
    code="article.no_name", severity="held", place="erp", stream="products",
    title=Text("rehearsal.article.no_name", "Articles sans désignation", "Articles without a name"),
    remedy=Text(
        "rehearsal.article.no_name.remedy",
        "Dans la gestion, saisissez la désignation de l’article. Il part dès la lecture suivante.",
        "In the ERP, enter the article’s name. It leaves with the next reading.",
    ),
)  # fmt: skip
NO_SKU = Kind(
    code="article.no_sku", severity="held", place="erp", stream="products",
    title=Text("rehearsal.article.no_sku", "Articles ou variantes sans référence", "Articles or variants without a reference"),
    remedy=Text(
        "rehearsal.article.no_sku.remedy",
        "Dans la gestion, donnez une référence à l’article ou à la variante : c’est elle que la boutique retient.",
        "In the ERP, give the article or variant a reference: it is what the shop remembers.",
    ),
)  # fmt: skip
SAME_INSIDE = Kind(
    code="sku.same_inside", severity="held", place="erp", stream="products",
    title=Text("rehearsal.sku.same_inside", "Variantes de même référence", "Variants with the same reference"),
    remedy=Text(
        "rehearsal.sku.same_inside.remedy",
        "Dans la gestion, donnez à chaque variante de l’article une référence à elle.",
        "In the ERP, give each variant of the article a reference of its own.",
    ),
)  # fmt: skip
NO_PRICE = Kind(
    code="price.none", severity="held", place="erp", stream="products",
    title=Text("rehearsal.price.none", "Articles sans prix, ou à 0", "Articles without a price, or at 0"),
    remedy=Text(
        "rehearsal.price.none.remedy",
        "Dans la gestion, saisissez un prix dans la catégorie tarifaire du canal, ou le prix de base. Un article n’est jamais "
        "vendu à 0 par accident.",
        "In the ERP, enter a price in the channel’s price category, or the base price. No article is sold at 0 by accident.",
    ),
)  # fmt: skip
TOO_LOW = Kind(
    code="price.too_low", severity="held", place="erp", stream="products",
    title=Text("rehearsal.price.too_low", "Prix trop bas", "Prices that are too low"),
    remedy=Text(
        "rehearsal.price.too_low.remedy",
        "Dans la gestion, corrigez le prix ou le coût d’achat ; ou changez, dans les prix du canal, ce qui est trop bas.",
        "In the ERP, correct the price or the purchase cost; or change, in the channel’s prices, what is too low.",
    ),
)  # fmt: skip
NO_VARIANT_PRICE = Kind(
    code="price.variant", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.price.variant", "Variantes sans prix", "Variants without a price"),
    remedy=Text(
        "rehearsal.price.variant.remedy",
        "Dans la gestion, saisissez le prix de la variante. Jusque-là elle n’est pas en vente ; les autres le sont.",
        "In the ERP, enter the variant’s price. Until then it is not on sale; the others are.",
    ),
)  # fmt: skip
NO_TAX = Kind(
    code="tax.article", severity="held", place="erp", stream="products",
    title=Text("rehearsal.tax.article", "Articles sans taux de TVA", "Articles without a VAT rate"),
    remedy=Text(
        "rehearsal.tax.article.remedy",
        "Dans la gestion, vérifiez le code de taxe de l’article, ou celui de sa famille, pour la catégorie comptable de la "
        "boutique.",
        "In the ERP, check the tax code of the article, or that of its family, for the shop’s accounting category.",
    ),
)  # fmt: skip
NO_TAX_CLASS = Kind(
    code="tax.unmapped", severity="held", place="shop", stream="tax_classes",
    title=Text("rehearsal.tax.unmapped", "Taux de TVA sans classe dans la boutique", "VAT rates without a class in the shop"),
    remedy=Text(
        "rehearsal.tax.unmapped.remedy",
        "Créez la classe de taxe dans la boutique, puis testez sa connexion ; ou choisissez, dans les réglages du canal, la "
        "classe qui vaut pour ce taux.",
        "Create the tax class in the shop, then test its connection; or choose, in the channel’s settings, the class that "
        "stands for this rate.",
    ),
    says=Text(
        "rehearsal.tax.unmapped.says",
        "TVA à {rate} % : la boutique n’a pas de classe de taxe à ce taux. Les articles concernés ne partent pas.",
        "VAT at {rate}%: the shop has no tax class with this rate. The articles concerned are not sent.",
    ),
)  # fmt: skip
WRONG_EAN = Kind(
    code="ean.wrong", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.ean.wrong", "Codes-barres faux", "Wrong bar codes"),
    remedy=Text(
        "rehearsal.ean.wrong.remedy",
        "Dans la gestion, corrigez le code-barres (8, 12, 13 ou 14 chiffres, dernier chiffre de contrôle). Jusque-là "
        "l’article part sans lui.",
        "In the ERP, correct the bar code (8, 12, 13 or 14 digits, the last one being the check digit). Until then the article "
        "is sent without it.",
    ),
)  # fmt: skip
OTHER = Kind(
    code="article.held", severity="held", place="channel", stream="products",
    title=Text("rehearsal.article.held", "Articles que les règles retiennent", "Articles that the rules hold"),
    remedy=Text(
        "rehearsal.article.held.remedy",
        "Lisez la raison : corrigez la valeur dans la gestion, ou la règle dans les réglages du canal.",
        "Read the reason: correct the value in the ERP, or the rule in the channel’s settings.",
    ),
)  # fmt: skip
WARNED = Kind(
    code="article.warned", severity="advice", place="channel", stream="products",
    title=Text("rehearsal.article.warned", "Articles envoyés avec une réserve", "Articles sent with a reservation"),
    remedy=Text(
        "rehearsal.article.warned.remedy",
        "L’article part sans ce qui est faux. Lisez la raison, et corrigez dans la gestion ou dans les réglages du canal.",
        "The article is sent without what is wrong. Read the reason, and correct it in the ERP or in the channel’s settings.",
    ),
)  # fmt: skip

KINDS = {
    texts.NO_NAME.code: NO_NAME,
    texts.NO_SKU.code: NO_SKU,
    texts.SAME_SKU_INSIDE.code: SAME_INSIDE,
    texts.NO_PRICE.code: NO_PRICE,
    texts.NO_VARIANT_PRICE.code: NO_VARIANT_PRICE,
    texts.BELOW_COST.code: TOO_LOW,
    texts.BELOW_LOWEST.code: TOO_LOW,
    texts.SAME_OPTIONS_INSIDE.code: variants.SAME,
    texts.NO_RATE.code: NO_TAX,
    texts.NO_TAX.code: NO_TAX,
    texts.WRONG_EAN.code: WRONG_EAN,
}


def find(article: Article, _: World) -> Iterator[Finding]:
    projected, product = article.projected, article.product
    if projected.problem is not None:
        message = projected.problem.message
        if message.code == texts.NO_TAX_CLASS.code and product.tax is not None:
            rate = f"{product.tax.rate.normalize():f}"
            yield NO_TAX_CLASS.of(rate, rate=rate)
        else:
            yield KINDS.get(message.code, OTHER).telling(product.key, message)
    yield from _warnings(article)


def _warnings(article: Article) -> Iterable[Finding]:
    for number, warning in enumerate(article.projected.warnings):
        kind = KINDS.get(warning.message.code, WARNED)
        yield kind.telling(article.product.key, warning.message, part=str(number) if number else "")


CHECK = Check(
    Article,
    (
        NO_NAME,
        NO_SKU,
        SAME_INSIDE,
        NO_PRICE,
        TOO_LOW,
        NO_VARIANT_PRICE,
        NO_TAX,
        NO_TAX_CLASS,
        WRONG_EAN,
        OTHER,
        WARNED,
    ),
    find,
)
