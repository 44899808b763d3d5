"""Kits that cannot be made up."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

MISSING = Kind(
    code="kit.missing", severity="held", place="erp", stream="products",
    title=Text("rehearsal.kit.missing", "Kits dont un composant manque", "Kits with a missing component"),
    remedy=Text(
        "rehearsal.kit.missing.remedy",
        "Dans la gestion, corrigez la nomenclature : le stock du kit ne peut pas être calculé sans ce composant.",
        "In the ERP, correct the bill of components: the kit’s stock cannot be computed without this one.",
    ),
    says=Text(
        "rehearsal.kit.missing.says",
        "Kit {key} : son composant {component} n’existe pas (ou plus) dans la gestion.",
        "Kit {key}: its component {component} does not exist in the ERP, or no longer.",
    ),
)  # fmt: skip
EMPTY = Kind(
    code="kit.empty", severity="held", place="erp", stream="products",
    title=Text("rehearsal.kit.empty", "Kits sans composant", "Kits without components"),
    remedy=Text(
        "rehearsal.kit.empty.remedy",
        "Dans la gestion, saisissez la nomenclature du kit, ou dites que l’article n’en est pas un.",
        "In the ERP, enter the kit’s components, or say that the article is none.",
    ),
    says=Text(
        "rehearsal.kit.empty.says",
        "Kit {key} : il n’a aucun composant, son stock est donc inconnu.",
        "Kit {key}: it has no component, so its stock is not known.",
    ),
)  # fmt: skip
ITSELF = Kind(
    code="kit.itself", severity="held", place="erp", stream="products",
    title=Text("rehearsal.kit.itself", "Kits qui se contiennent eux-mêmes", "Kits that contain themselves"),
    remedy=Text(
        "rehearsal.kit.itself.remedy",
        "Dans la gestion, ôtez l’article de sa propre nomenclature.",
        "In the ERP, take the article out of its own components.",
    ),
    says=Text(
        "rehearsal.kit.itself.says",
        "Kit {key} : il est son propre composant.",
        "Kit {key}: it is a component of itself.",
    ),
)  # fmt: skip


def find(article: Article, _: World) -> Iterator[Finding]:
    product = article.product
    if product.stock_policy != "kit":
        return
    if not product.components:
        yield EMPTY.of(product.key)
    for item in dict.fromkeys(component.item for component in product.components):
        if item == product.key:
            yield ITSELF.of(product.key)
        elif item not in article.known_parts:
            yield MISSING.of(product.key, part=item, component=item)


CHECK = Check(Article, (MISSING, EMPTY, ITSELF), find)
