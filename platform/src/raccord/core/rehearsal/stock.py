"""Stock that the ERP does not know, or that is below zero."""

from collections.abc import Iterator
from decimal import Decimal

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

UNKNOWN = Kind(
    code="stock.unknown", severity="held", place="erp", stream="products",
    title=Text("rehearsal.stock.unknown", "Articles au stock inconnu", "Articles whose stock is not known"),
    remedy=Text(
        "rehearsal.stock.unknown.remedy",
        "Dans la gestion, saisissez un stock (un inventaire à 0 suffit), ou vérifiez les dépôts du canal. Inconnu ne vaut pas "
        "zéro : la boutique garde la quantité qu’elle a.",
        "In the ERP, enter a stock (a count of 0 will do), or check the channel’s depots. Unknown is not zero: the shop keeps "
        "the quantity that it has.",
    ),
    says=Text(
        "rehearsal.stock.unknown.says",
        "Article {key} : la gestion suit son stock, mais n’en dit rien pour {item}{depots}.",
        "Article {key}: the ERP keeps its stock, but tells nothing of it for {item}{depots_en}.",
    ),
)  # fmt: skip
NEGATIVE = Kind(
    code="stock.negative", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.stock.negative", "Stocks négatifs", "Stock below zero"),
    remedy=Text(
        "rehearsal.stock.negative.remedy",
        "Dans la gestion, vérifiez les entrées et sorties. La boutique montrera 0 tant que la somme est négative.",
        "In the ERP, check the goods receipts and issues. The shop shows 0 as long as the sum is below zero.",
    ),
    says=Text(
        "rehearsal.stock.negative.says",
        "Article {key} : {item} a un stock de {quantity} dans le dépôt {depot}.",
        "Article {key}: {item} has a stock of {quantity} in the depot {depot}.",
    ),
)  # fmt: skip


def find(article: Article, world: World) -> Iterator[Finding]:
    product, rule = article.product, world.settings.stock
    if product.stock_policy != "tracked":
        return
    for item in product.items():
        part = item if item != product.key else ""
        levels = article.stock.get(item)
        depots = [
            depot
            for depot in (levels.depots if levels else ())
            if not rule.depots or depot.depot in rule.depots
        ]
        unknown = [depot.depot for depot in depots if depot.real is None]
        if levels is None or not levels.depots or unknown:
            fr = f" (dépôt {', '.join(unknown)})" if unknown else ""
            en = f" (depot {', '.join(unknown)})" if unknown else ""
            yield UNKNOWN.of(product.key, part=part, item=item, depots=fr, depots_en=en)
        for depot in depots:
            if depot.real is not None and depot.real < Decimal(0):
                yield NEGATIVE.of(
                    product.key,
                    part=f"{part}/{depot.depot}",
                    item=item,
                    quantity=f"{depot.real:f}",
                    depot=depot.depot,
                )


CHECK = Check(Article, (UNKNOWN, NEGATIVE), find)
