"""The fields of records by the names that people give them, for the differences that pages show. Pure.

A path is `core.difference`'s: `offers[TABLE].price.amount`. Where a part has a name of its own it is said in brackets: "Price
(TABLE)". Fields without a name here (a merchant's own) are shown as they are.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct

from raccord.core.difference import difference
from raccord_connectors.contract import Text

NAMES: dict[str, Text] = {
    path: Text(f"field.{path}", fr, en)
    for path, fr, en in (
        ("key", "Clé", "Key"),
        ("name", "Désignation", "Name"),
        ("names", "Désignation par langue", "Name by language"),
        ("sku", "Référence", "Reference"),
        ("ean", "Code-barres", "Bar code"),
        ("mpn", "Référence du fabricant", "Manufacturer’s reference"),
        ("description", "Description", "Description"),
        ("descriptions", "Description par langue", "Description by language"),
        ("summary", "Résumé", "Summary"),
        ("brand", "Marque", "Brand"),
        ("family", "Famille", "Family"),
        ("categories", "Catégories", "Categories"),
        ("category", "Catégorie", "Category"),
        ("parent", "Catégorie parente", "Parent category"),
        ("unit", "Unité", "Unit"),
        ("weight_g", "Poids (g)", "Weight (g)"),
        ("dimensions_mm", "Dimensions (mm)", "Dimensions (mm)"),
        ("tax.rate", "Taux de TVA", "VAT rate"),
        ("tax.code", "Code de taxe", "Tax code"),
        ("tax_rate", "Taux de TVA", "VAT rate"),
        ("tax_class", "Classe de taxe", "Tax class"),
        ("tax.class", "Classe de taxe", "Tax class"),
        ("eco_contribution.amount", "Éco-participation", "Eco-contribution"),
        ("origin_country", "Pays d’origine", "Country of origin"),
        ("customs_code", "Code douanier", "Customs code"),
        ("active", "Actif", "Active"),
        ("published", "En vente", "On sale"),
        ("stock_policy", "Suivi du stock", "Stock tracking"),
        ("track_stock", "Suivi du stock", "Stock tracking"),
        ("axes", "Axes de variantes", "Variant axes"),
        ("variants", "Variantes", "Variants"),
        ("options", "Options", "Options"),
        ("media", "Médias", "Media"),
        ("pictures", "Photos", "Pictures"),
        ("related", "Articles liés", "Related articles"),
        ("slug", "Adresse de la fiche", "Address of the sheet"),
        ("seo_title", "Titre de référencement", "SEO title"),
        ("seo_description", "Description de référencement", "SEO description"),
        ("tags", "Étiquettes", "Tags"),
        ("features", "Caractéristiques", "Features"),
        ("custom", "Champ libre", "Custom field"),
        ("price", "Prix", "Price"),
        ("price.amount", "Prix", "Price"),
        ("price.before", "Prix barré", "Crossed-out price"),
        ("price.tax_included", "Prix taxe comprise", "Price with tax"),
        ("price.currency", "Devise", "Currency"),
        ("price.starts", "Prix à partir du", "Price from"),
        ("price.ends", "Prix jusqu’au", "Price until"),
        ("tiers", "Prix par quantité", "Quantity prices"),
        ("prices", "Tarifs", "Prices"),
        ("prices.amount", "Tarif", "Price"),
        ("purchase", "Prix d’achat", "Purchase price"),
        ("quantity", "Stock", "Stock"),
        ("depots", "Stock par dépôt", "Stock by depot"),
        ("product", "Article", "Article"),
        ("backorders", "Vente sans stock", "Sale without stock"),
        ("state", "État", "State"),
        ("status", "État dans la boutique", "Status in the shop"),
        ("stage", "Étape", "Stage"),
        ("shipments", "Expéditions", "Shipments"),
        ("erp_document", "Document de la gestion", "ERP document"),
        ("document", "Document", "Document"),
        ("invoice_number", "Numéro de facture", "Invoice number"),
        ("invoices", "Factures", "Invoices"),
        ("number", "Numéro", "Number"),
        ("reference", "Référence", "Reference"),
        ("customer", "Client", "Customer"),
        ("account_title", "Intitulé du compte", "Account title"),
        ("email", "Adresse e-mail", "E-mail address"),
        ("phone", "Téléphone", "Telephone"),
        ("billing", "Adresse de facturation", "Billing address"),
        ("delivery", "Adresse de livraison", "Delivery address"),
        ("lines", "Lignes", "Lines"),
        ("charges", "Frais", "Charges"),
        ("discounts", "Remises", "Discounts"),
        ("payments", "Paiements", "Payments"),
        ("net", "Total hors taxe", "Total without tax"),
        ("tax", "Taxe", "Tax"),
        ("gross", "Total taxe comprise", "Total with tax"),
        ("note", "Note", "Note"),
        ("known", "Connus auparavant", "Known before"),
        ("missing", "Manquants", "Missing"),
        ("different", "Différents", "Different"),
        ("alone", "En trop", "Too many"),
        ("gone", "Retirés", "Gone"),
        ("decision", "Décision", "Decision"),
        ("reason", "Raison", "Reason"),
        ("target", "Clé dans la boutique", "Key in the shop"),
    )
}
YES, NO = Text("value.yes", "oui", "yes"), Text("value.no", "non", "no")

_PART = re.compile(r"\[([^\]]*)\]")
_LONGEST_LISTED = 20


class Difference(Struct, frozen=True):
    """One field. None: that side does not have it."""

    path: str
    title: str
    before: str | None
    after: str | None


def title_of(path: str, language: str) -> str:
    parts = _PART.findall(path)
    plain = _PART.sub("", path).removeprefix("offer.").removeprefix("item.").removeprefix("product.")
    pieces = plain.split(".")
    for start in range(len(pieces)):
        found = NAMES.get(".".join(pieces[start:]))
        if found is not None:
            return _named(found.fr if language == "fr" else found.en, parts)
    head = NAMES.get(pieces[0])  # a name that the merchant chose, below a field that we know
    if head is None or len(pieces) == 1:
        return path
    return _named(head.fr if language == "fr" else head.en, [".".join(pieces[1:]), *parts])


def differences(before: str | None, after: str | None, language: str) -> list[Difference]:
    """Field by field, from two JSON objects; those of a record that came or went are all its fields."""
    old, new = (_fields(side) for side in difference(before, after))
    return [
        Difference(path, title_of(path, language), _side(old, path, language), _side(new, path, language))
        for path in {**old, **new}
    ]


def shown(value: Any, language: str) -> str:
    """A value of a record as a person reads it."""
    match value:
        case None:
            return "–"
        case bool():
            word = YES if value else NO
            return word.fr if language == "fr" else word.en
        case str():
            return value
        case list():
            listed = " › ".join if value and all(isinstance(part, str) for part in value) else ", ".join
            more = " …" if len(value) > _LONGEST_LISTED else ""
            return listed(shown(part, language) for part in value[:_LONGEST_LISTED]) + more
        case {"digest": str(digest)}:  # a picture: its words, else the beginning of its content's hash
            return str(value.get("alt") or digest[:12])
        case dict():
            return ", ".join(f"{name}: {shown(inner, language)}" for name, inner in value.items())
        case _:
            return str(value)


def _side(fields: dict[str, Any], path: str, language: str) -> str | None:
    return shown(fields[path], language) if path in fields else None


def _fields(side: bytes | None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(side) if side is not None else {}
    return {path: value for path, value in found.items() if path}


def _named(name: str, parts: list[str]) -> str:
    return f"{name} ({', '.join(parts)})" if parts else name
