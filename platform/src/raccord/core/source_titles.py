"""The ERP's fields as a person picks them: every source that rules and formulas read, with its title in both languages."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from raccord.core.sources import FOR_ALL, FOR_ITEMS, Kind, find
from raccord_connectors.contract import CustomField, Discovery, Text

Level = Literal["product", "item"]
Group = Literal["article", "item", "prices", "stock", "custom"]

GROUPS: dict[Group, Text] = {
    "article": Text("sources.article", "Article", "Article"),
    "item": Text(
        "sources.item", "Variante (ou article sans variantes)", "Variant (or article without variants)"
    ),
    "prices": Text("sources.prices", "Prix et taxe", "Prices and tax"),
    "stock": Text("sources.stock", "Stock, dans les dépôts du canal", "Stock, in the channel’s depots"),
    "custom": Text("sources.custom", "Champs libres de la gestion", "Custom fields of the ERP"),
}


class SourceInfo(Struct, frozen=True):
    """`level` item: only fields of offers can be made from it. `kind` other: not for formulas."""

    path: str
    title: Text
    kind: Kind
    level: Level
    group: Group


TITLES: dict[str, tuple[str, str]] = {
    "product.key": ("Clé de l’article dans la gestion", "Key of the article in the ERP"),
    "product.sku": ("Référence de l’article", "Reference of the article"),
    "product.name": ("Désignation", "Name"),
    "product.names": ("Désignation par langue", "Name by language"),
    "product.description": ("Description", "Description"),
    "product.descriptions": ("Description par langue", "Description by language"),
    "product.summary": ("Résumé", "Summary"),
    "product.family": ("Famille (code)", "Family (code)"),
    "product.categories": ("Codes de catalogue", "Codes of the catalogue"),
    "product.brand": ("Marque", "Brand"),
    "product.ean": ("Code-barres de l’article, tel quel", "Bar code of the article, as it is"),
    "product.mpn": ("Référence du fabricant (article)", "Manufacturer’s reference (article)"),
    "product.unit": ("Unité de vente", "Sales unit"),
    "product.weight_g": ("Poids de l’article (g)", "Weight of the article (g)"),
    "product.dimensions_mm": ("Dimensions (mm)", "Dimensions (mm)"),
    "product.dimensions_mm.length": ("Longueur (mm)", "Length (mm)"),
    "product.dimensions_mm.width": ("Largeur (mm)", "Width (mm)"),
    "product.dimensions_mm.height": ("Hauteur (mm)", "Height (mm)"),
    "product.tax.code": ("Code de taxe", "Tax code"),
    "product.eco_contribution.code": ("Éco-participation, code", "Eco-contribution, code"),
    "product.eco_contribution.amount": ("Éco-participation, montant", "Eco-contribution, amount"),
    "product.origin_country": ("Pays d’origine", "Country of origin"),
    "product.customs_code": ("Code douanier", "Customs code"),
    "product.active": ("Actif (pas en sommeil)", "Active (not asleep)"),
    "product.published": ("Publié sur le site", "Published on the site"),
    "product.stock_policy": ("Suivi du stock", "Stock tracking"),
    "product.related": ("Articles liés", "Related articles"),
    "product.replaced_by": ("Article de remplacement", "Replacement article"),
    "product.packaging.title": ("Conditionnement principal", "Main packaging"),
    "product.packaging.quantity": ("Conditionnement : quantité", "Packaging: quantity"),
    "product.packaging.ean": ("Conditionnement : code-barres", "Packaging: bar code"),
    "product.documents": ("Documents (noms des fichiers)", "Documents (file names)"),
    "categories": ("Catégories (chemins)", "Categories (paths)"),
    "tax.class": ("Classe de taxe de la boutique", "Tax class of the shop"),
    "tax.rate": ("Taux de TVA (%)", "VAT rate (%)"),
    "item.key": ("Clé de la variante dans la gestion", "Key of the variant in the ERP"),
    "item.sku": ("Référence", "Reference"),
    "item.ean": ("Code-barres, tel quel", "Bar code, as it is"),
    "item.mpn": ("Référence du fabricant", "Manufacturer’s reference"),
    "item.weight_g": ("Poids (g)", "Weight (g)"),
    "item.active": ("Variante active", "Variant is active"),
    "ean": ("Code-barres vérifié", "Bar code, checked"),
    "price": ("Prix du canal", "Price of the channel"),
    "price.amount": ("Prix : montant", "Price: amount"),
    "price.before": ("Prix barré", "Crossed-out price"),
    "price.tax_included": ("Prix TTC", "Price includes tax"),
    "price.currency": ("Devise", "Currency"),
    "tiers": ("Prix par quantité", "Quantity prices"),
    "stock.real": ("Stock réel", "Stock on hand"),
    "stock.reserved": ("Stock réservé", "Reserved stock"),
    "stock.ordered": ("Stock commandé", "Stock on order"),
    "stock.preparing": ("Stock en préparation", "Stock being prepared"),
    "stock.in_control": ("Stock en contrôle", "Stock in control"),
}


def sources_of(discovery: Discovery, used: Collection[str] = ()) -> list[SourceInfo]:
    """What this ERP (its own discovery) offers to rules, in the order of `GROUPS`. `used`: sources of the rules that exist
    already, which are shown even where nothing declares them."""
    found = {path: _standard(path) for path in (*FOR_ALL, *FOR_ITEMS)}
    for field in discovery.custom_fields:
        for one in _custom(field):
            found.setdefault(one.path, one)
    for path in used:
        known = source_of(path)
        if known is not None:
            found.setdefault(path, known)
    order = list(GROUPS)
    return sorted(found.values(), key=lambda one: order.index(one.group))


def source_of(path: str) -> SourceInfo | None:
    """One source by its path. None: rules cannot read that."""
    if path in FOR_ALL or path in FOR_ITEMS:
        return _standard(path)
    known = find(path, of_offer=True)
    if known is None:
        return None
    level: Level = "item" if path.startswith("item.") else "product"
    group: Group = "item" if ".options." in path else "custom"
    name = path.partition("options." if group == "item" else "custom.")[2]
    return SourceInfo(path, Text(f"source.{path}", name, name), known.kind, level, group)


def _standard(path: str) -> SourceInfo:
    fr, en = TITLES[path]
    level: Level = "product" if path in FOR_ALL else "item"
    head = path.partition(".")[0]
    group: Group = "article"
    if head in ("price", "tiers", "tax"):
        group = "prices"
    elif head in ("stock", "item"):
        group = "stock" if head == "stock" else "item"
    elif path == "ean":
        group = "item"
    known = FOR_ALL.get(path) or FOR_ITEMS[path]
    return SourceInfo(path, Text(f"source.{path}", fr, en), known.kind, level, group)


def _custom(field: CustomField) -> list[SourceInfo]:
    if field.stream not in ("products", "variants"):
        return []
    whose: tuple[Level, ...] = ("item",) if field.stream == "variants" else ("product",)
    title = Text(f"source.custom.{field.name}", field.title or field.name, field.title or field.name)
    return [SourceInfo(f"{one}.custom.{field.name}", title, "text", one, "custom") for one in whose]
