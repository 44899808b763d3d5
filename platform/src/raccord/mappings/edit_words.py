"""What differs between two versions, in plain words and in one language, as the pages of plans and versions show it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from raccord.core.channel import (
    CategoryRule,
    Condition,
    FieldIs,
    HasPicture,
    HasPrice,
    HasText,
    InCategories,
    InStock,
)
from raccord.core.source_titles import source_of
from raccord.core.stock_words import FIGURES
from raccord.journal.fields import Difference, shown
from raccord.mappings.differences import Contents, difference
from raccord.mappings.models import Edit
from raccord_connectors.contract import Text

OF_THE_CATALOGUE = ("stock", "prices", "publication", "tax_classes")
"""Settings that versions are about; those of orders and the brake apply at once and are in none."""
LONGEST_TABLE = 30
"""Entries of a correspondence table that are told one by one."""


class EditView(Struct, frozen=True):
    """One rule, table or setting that differs."""

    kind: str
    """rule, table or setting."""
    change: str
    """added, removed or changed."""
    title: str
    path: str
    differences: list[Difference]
    more: int = 0
    """Entries of a table that are not told."""


def edits(old: Contents, new: Contents) -> list[Edit]:
    """Of the catalogue's rules, tables and settings."""
    return [
        one
        for one in difference(old, new)
        if one.kind != "setting" or one.path.partition(".")[0] in OF_THE_CATALOGUE
    ]


def edit_views(old: Contents, new: Contents, language: str) -> list[EditView]:
    return [_view(one, language) for one in edits(old, new)]


def _view(edit: Edit, language: str) -> EditView:
    def said(text: Any) -> str | None:
        return None if text is None else str(text.fr if language == "fr" else text.en)

    title = said(edit.title) or edit.path
    if edit.kind == "setting":
        before, after = (_value(edit.path, side, language) for side in (edit.before, edit.after))
        return EditView("setting", edit.change, title, edit.path, [Difference(title, title, before, after)])
    parts = list(edit.parts)
    told = [
        Difference(said(part.title) or "", said(part.title) or "", said(part.before), said(part.after))
        for part in parts[:LONGEST_TABLE]
    ]
    return EditView(edit.kind, edit.change, title, edit.path, told, max(0, len(parts) - LONGEST_TABLE))


# -------------------------------------------------------------------------------------------------- values


def _words(**pairs: tuple[str, str]) -> dict[str, Text]:
    return {code: Text(f"value.{code}", fr, en) for code, (fr, en) in pairs.items()}


COUNTINGS = _words(
    count=("comptés", "counted"),
    always=("toujours en vente", "always for sale"),
    never=("pas vendus ici", "not sold here"),
)
HELD = _words(hold=("retenus", "held"), send=("envoyés", "sent"))
CODES: dict[str, dict[str, Text]] = {
    "stock.nature": _words(
        real=("réel", "on hand"),
        available=("disponible", "available"),
        forward=("à terme", "forward"),
        prudent=("prudent", "prudent"),
        terms=("calcul propre", "own sum"),
        formula=("formule", "formula"),
    ),
    "stock.untracked": COUNTINGS,
    "stock.kits": COUNTINGS,
    "stock.made_to_order": COUNTINGS,
    "prices.crossed_out": _words(
        promotion=("pendant une promotion", "during a promotion"),
        category=("un autre tarif", "another price category"),
        field=("un champ de la gestion", "a field of the ERP"),
        none=("aucun", "none"),
    ),
    "prices.eco_contribution": _words(
        added=("ajoutée au prix", "added to the price"), apart=("à part", "apart")
    ),
    "prices.free": HELD,
    "prices.below_cost": HELD,
    "publication.match": _words(all=("toutes", "all"), any=("une seule suffit", "any of them")),
    "publication.leaving": _words(
        unpublish=("dépublié", "unpublished"),
        delete=("dépublié, puis supprimé", "unpublished, then deleted"),
        out_of_stock=("visible, rien à vendre", "visible, nothing to sell"),
    ),
}
TESTS = _words(
    equal=("est", "is"),
    different=("n’est pas", "is not"),
    filled=("est renseigné", "is filled in"),
    empty=("est vide", "is empty"),
    at_least=("vaut au moins", "is at least"),
    at_most=("vaut au plus", "is at most"),
)
INSIDE = Text("value.inside", "famille ou catégorie parmi {wanted}", "family or category among {wanted}")
OUTSIDE = Text(
    "value.outside", "famille ou catégorie hors de {wanted}", "family or category not among {wanted}"
)
IN_STOCK = Text("value.in_stock", "vendable : au moins {least}", "can be sold: at least {least}")
HAS_PRICE = Text("value.has_price", "il a un prix", "it has a price")
HAS_PICTURE = Text("value.has_picture", "images : au moins {least}", "pictures: at least {least}")
HAS_TEXT = {
    "description": Text(
        "value.has_description",
        "description : au moins {least} caractères",
        "description: at least {least} characters",
    ),
    "summary": Text(
        "value.has_summary", "résumé : au moins {least} caractères", "summary: at least {least} characters"
    ),
}
GROUP = Text("value.group", "groupe {group}", "group {group}")
DISCOUNT = Text("value.discount", "remise {percent} %", "discount {percent} %")
TYPED = {
    True: Text("value.with_tax", "saisi TTC", "typed with tax"),
    False: Text("value.without_tax", "saisi HT", "typed without tax"),
}
BASE = Text("value.base_price", "prix de base", "base price")


def _value(path: str, value: Any, language: str) -> str | None:
    """None where there is nothing."""

    def said(text: Text, **filled: object) -> str:
        message = text.fill(**filled)
        return message.fr if language == "fr" else message.en

    if path == "prices.category" and value is None:
        return said(BASE)
    if value is None or value == "" or value == [] or value == {}:
        return None
    if path in CODES and value in CODES[path]:
        return said(CODES[path][value])
    if path == "stock.terms":
        return " ".join(
            f"{'+' if sign == 'plus' else '−'} {said(FIGURES[name])}" for name, sign in value.items()
        )
    if path == "prices.categories":
        return "; ".join(f"{key or said(BASE)}: {_category(rule, said)}" for key, rule in value.items())
    if path == "publication.conditions":
        return "; ".join(_condition(one, said, language) for one in value)
    if path == "tax_classes":
        return ", ".join(f"{rate} % → {key}" for rate, key in value.items())
    if isinstance(value, Decimal):
        return f"{value:f}"
    return shown(msgspec.to_builtins(value), language)


def _category(rule: CategoryRule, said: Callable[..., str]) -> str:
    parts = [said(GROUP, group=rule.group)] if rule.group else []
    if rule.tax_included is not None:
        parts.append(said(TYPED[rule.tax_included]))
    if rule.discount_percent:
        parts.append(said(DISCOUNT, percent=f"{rule.discount_percent:f}"))
    return ", ".join(parts)


def _condition(one: Condition, said: Callable[..., str], language: str) -> str:
    match one:
        case InCategories():
            return said(INSIDE if one.inside else OUTSIDE, wanted=", ".join(one.categories))
        case FieldIs():
            known = source_of(one.field)
            name = (known.title.fr if language == "fr" else known.title.en) if known else one.field
            return " ".join([name, said(TESTS[one.test]), ", ".join(one.values)]).strip()
        case InStock():
            return said(IN_STOCK, least=f"{one.least:f}")
        case HasPrice():
            return said(HAS_PRICE)
        case HasPicture():
            return said(HAS_PICTURE, least=one.least)
        case HasText():
            return said(HAS_TEXT[one.field], least=one.least)
