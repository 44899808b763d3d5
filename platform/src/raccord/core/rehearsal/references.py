"""References and bar codes that stand for two things."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.loose import loose_sku
from raccord.core.rehearsal.subjects import Codes, ShopListing, Shown, World
from raccord_connectors.contract import Text

DUPLICATE = Kind(
    code="sku.duplicate", severity="held", place="erp", stream="products",
    title=Text("rehearsal.sku.duplicate", "Références en double", "Duplicate references"),
    remedy=Text(
        "rehearsal.sku.duplicate.remedy",
        "Dans la gestion, donnez une autre référence à l’un des deux. Un seul part dans la boutique, l’autre attend.",
        "In the ERP, give one of the two another reference. Only one is sent to the shop, the other waits.",
    ),
    says=Text(
        "rehearsal.sku.duplicate.says",
        "Référence « {sku} » : elle est à {items} à la fois (sans compter les majuscules et les espaces).",
        "Reference “{sku}”: it belongs to {items} at once (capitals and spaces aside).",
    ),
)  # fmt: skip
LOOKALIKE = Kind(
    code="sku.lookalike", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.sku.lookalike", "Références presque identiques", "References that are nearly the same"),
    remedy=Text(
        "rehearsal.sku.lookalike.remedy",
        "Dans la gestion, distinguez-les autrement que par un accent ou un caractère invisible : bien des boutiques les tiennent "
        "pour la même, et refusent la seconde.",
        "In the ERP, tell them apart by more than an accent or an invisible character: many shops take them for the same one, "
        "and refuse the second.",
    ),
    says=Text(
        "rehearsal.sku.lookalike.says",
        "Les références {skus} ne diffèrent que par un accent ou un caractère invisible ({items}).",
        "The references {skus} differ by an accent or an invisible character only ({items}).",
    ),
)  # fmt: skip
SAME_EAN = Kind(
    code="ean.duplicate", severity="advice", place="erp", stream="products",
    title=Text("rehearsal.ean.duplicate", "Codes-barres en double", "Duplicate bar codes"),
    remedy=Text(
        "rehearsal.ean.duplicate.remedy",
        "Dans la gestion, laissez ce code-barres à l’article qu’il désigne et videz-le chez l’autre. Les places de marché et les "
        "comparateurs refusent un code porté par deux articles.",
        "In the ERP, leave this bar code to the article that it names and empty it in the other. Marketplaces and price "
        "comparison sites refuse a code that two articles have.",
    ),
    says=Text(
        "rehearsal.ean.duplicate.says",
        "Code-barres {ean} : il est à {items} à la fois.",
        "Bar code {ean}: it belongs to {items} at once.",
    ),
)  # fmt: skip
SAME_IN_SHOP = Kind(
    code="shop.sku_duplicate", severity="held", place="shop", stream="listings",
    title=Text("rehearsal.shop.sku_duplicate", "Références en double dans la boutique", "Duplicate references in the shop"),
    remedy=Text(
        "rehearsal.shop.sku_duplicate.remedy",
        "Dans la boutique, supprimez la fiche de trop, ou corrigez sa référence : l’article ne peut pas être rattaché tant qu’il "
        "y en a deux.",
        "In the shop, delete the listing that is one too many, or correct its reference: the article cannot be bound as long as "
        "there are two.",
    ),
    says=Text(
        "rehearsal.shop.sku_duplicate.says",
        "Référence « {sku} » : la boutique l’a deux fois ou plus ({items}).",
        "Reference “{sku}”: the shop has it twice or more ({items}).",
    ),
)  # fmt: skip
NO_SKU_IN_SHOP = Kind(
    code="shop.no_sku", severity="advice", place="shop", stream="listings",
    title=Text("rehearsal.shop.no_sku", "Fiches de la boutique sans référence", "Listings of the shop without a reference"),
    remedy=Text(
        "rehearsal.shop.no_sku.remedy",
        "Dans la boutique, donnez à la fiche la référence de la gestion, sinon elle sera créée une seconde fois.",
        "In the shop, give the listing the ERP’s reference, otherwise it is created a second time.",
    ),
    says=Text(
        "rehearsal.shop.no_sku.says",
        "Fiche {key} « {name} » : {item} n’a ni référence ni code-barres.",
        "Listing {key} “{name}”: {item} has neither reference nor bar code.",
    ),
)  # fmt: skip


def find(codes: Codes, _: World) -> Iterator[Finding]:
    if codes.side == "shop":
        for sku, same in _grouped((one.code.sku, one) for one in codes.codes):
            yield SAME_IN_SHOP.of(same[0].code.owner, part=sku, sku=same[0].sku.strip(), items=_listed(same))
        return
    exact: set[str] = set()
    for sku, same in _grouped((one.code.sku, one) for one in codes.codes):
        if len({one.code.owner for one in same}) > 1:  # within one article the projection says it
            exact.add(sku)
            yield DUPLICATE.of(same[0].code.owner, part=sku, sku=same[0].sku.strip(), items=_listed(same))
    for loose, same in _grouped((loose_sku(one.sku), one) for one in codes.codes):
        spellings = list(dict.fromkeys(one.code.sku for one in same))
        if len(spellings) > 1:
            shown = ", ".join(f"« {one.sku.strip()} »" for one in same)
            yield LOOKALIKE.of(same[0].code.owner, part=loose, skus=shown, items=_listed(same))
    for ean, same in _grouped((one.code.ean or "", one) for one in codes.codes):
        yield SAME_EAN.of(same[0].code.owner, part=ean, ean=same[0].ean or ean, items=_listed(same))


def find_in_listing(shown: ShopListing, _: World) -> Iterator[Finding]:
    listing = shown.listing
    for offer in listing.offers:
        ean = offer.ean if isinstance(offer.ean, str) else ""
        if not offer.sku.strip() and not ean.strip():
            yield NO_SKU_IN_SHOP.of(
                listing.key,
                part=offer.key if offer.key != listing.key else "",
                name=listing.name,
                item=offer.key,
            )


def _grouped(codes: Iterable[tuple[str, Shown]]) -> list[tuple[str, list[Shown]]]:
    """Those that share a code, by their items' keys; in the order of the codes."""
    groups: dict[str, list[Shown]] = defaultdict(list)
    for value, one in codes:
        if value:
            groups[value].append(one)
    same = [(value, sorted(group, key=lambda one: one.code.key)) for value, group in groups.items()]
    return sorted(((value, group) for value, group in same if len(group) > 1), key=lambda one: one[0])


def _listed(same: list[Shown], most: int = 5) -> str:
    names = [one.code.key for one in same[:most]]
    return ", ".join(names) + (f" … (+{len(same) - most})" if len(same) > most else "")


OF_CODES = Check(Codes, (DUPLICATE, LOOKALIKE, SAME_EAN, SAME_IN_SHOP), find)
OF_LISTING = Check(ShopListing, (NO_SKU_IN_SHOP,), find_in_listing)
