"""Variants that a shop cannot tell apart."""

from collections import defaultdict
from collections.abc import Iterator

from raccord.core import texts
from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.contract import Text

NO_VALUE = Kind(
    code="variant.no_value", severity="held", place="erp", stream="products",
    title=Text("rehearsal.variant.no_value", "Variantes sans valeur de gamme", "Variants without an axis value"),
    remedy=Text(
        "rehearsal.variant.no_value.remedy",
        "Dans la gestion, donnez à la variante une valeur sur chaque gamme (taille, couleur…).",
        "In the ERP, give the variant a value on each axis (size, colour…).",
    ),
    says=Text(
        "rehearsal.variant.no_value.says",
        "Article {key} : la variante {item} n’a pas de valeur pour « {axis} ».",
        "Article {key}: the variant {item} has no value for “{axis}”.",
    ),
)  # fmt: skip
SAME = Kind(
    code="variant.duplicate", severity="held", place="erp", stream="products",
    title=Text("rehearsal.variant.duplicate", "Variantes en double", "Duplicate variants"),
    remedy=Text(
        "rehearsal.variant.duplicate.remedy",
        "Dans la gestion, renommez l’une des valeurs de gamme, ou mettez une des variantes en sommeil.",
        "In the ERP, rename one of the axis values, or put one of the variants to sleep.",
    ),
    says=Text(
        "rehearsal.variant.duplicate.says",
        "Article {key} : les variantes {items} ont les mêmes valeurs ({values}). La boutique ne peut pas les distinguer.",
        "Article {key}: the variants {items} have the same values ({values}). The shop cannot tell them apart.",
    ),
)  # fmt: skip


def find(article: Article, _: World) -> Iterator[Finding]:
    product = article.product
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for variant in product.variants:
        if not variant.active:
            continue
        values = [variant.options.get(axis.key, "").strip() for axis in product.axes]
        missing = [axis.title for axis, value in zip(product.axes, values, strict=True) if not value]
        for axis in missing:
            yield NO_VALUE.of(
                product.key, part=f"{variant.key}/{axis}", item=variant.sku or variant.key, axis=axis
            )
        if not missing:
            same[tuple(" ".join(value.casefold().split()) for value in values)].append(
                variant.sku or variant.key
            )
    problem = article.projected.problem
    if problem is not None and problem.message.code == texts.SAME_OPTIONS_INSIDE.code:
        return  # the projection says it already
    for told, items in same.items():
        if len(items) > 1:
            yield SAME.of(
                product.key,
                part="/".join(told),
                items=", ".join(items),
                values=" / ".join(told),
            )


CHECK = Check(Article, (NO_VALUE, SAME), find)
