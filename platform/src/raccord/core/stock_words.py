"""The sum behind a quantity, in words: "réel 12 + commandé 5 − réservé 3 = 14", in both languages."""

from decimal import Decimal
from typing import TYPE_CHECKING

from raccord_connectors.canonical import plain
from raccord_connectors.contract import Message, Text

if TYPE_CHECKING:
    from raccord.core.stock_rule import Sellable

FIGURES = {
    text.code: text
    for text in (
        Text("real", "réel", "on hand"),
        Text("ordered", "commandé", "on order"),
        Text("reserved", "réservé", "reserved"),
        Text("preparing", "en préparation", "being prepared"),
        Text("in_control", "en contrôle", "in control"),
        Text("formula", "formule", "formula"),
        Text("empty_depots", "dépôts négatifs comptés vides", "negative depots counted as empty"),
        Text("sold", "vendu en ligne, pas encore dans la gestion", "sold online, not in the ERP yet"),
        Text("margin", "marge de sécurité", "safety margin"),
        Text("maximum", "au-delà du maximum affiché", "above the maximum shown"),
        Text("packs", "conditionnement incomplet", "incomplete pack"),
    )
}
"""The ERP's figures, and the steps between them and what the shop shows."""


def figure_of(name: str) -> Text:
    return FIGURES[name]


def sentence(sellable: "Sellable") -> Message:
    if not sellable.sold_here:
        return Message(
            "stock.not_sold",
            "les articles de cette sorte ne se vendent pas sur ce canal",
            "articles of this kind are not sold in this channel",
        )
    if not sellable.tracked:
        return Message("stock.uncounted", "vendu sans compter le stock", "sold without counting stock")
    if sellable.failure is not None:
        why = sellable.failure
        return Message("stock.failed", f"stock non calculable : {why.fr}", f"no stock worked out: {why.en}")
    if sellable.parts:
        return Message("stock.kit", _parts(sellable, False), _parts(sellable, True))
    if sellable.quantity is None:
        depots = ", ".join(sellable.unknown)
        return Message(
            "stock.unknown",
            "stock inconnu de la gestion" + (f" (dépôt {depots})" if depots else ""),
            "stock not known by the ERP" + (f" (depot {depots})" if depots else ""),
        )
    return Message("stock.rule", _sum(sellable, False), _sum(sellable, True))


def _sum(sellable: "Sellable", english: bool) -> str:
    words = _terms(sellable, english, "")
    total = plain(sum((term.amount for term in sellable.terms), Decimal(0)))
    if total < 0:
        return f"{words} = −{abs(total):f}, " + ("shown as 0" if english else "affiché 0")
    return f"{words} = {total:f}"


def _terms(sellable: "Sellable", english: bool, words: str) -> str:
    for term in sellable.terms:
        title = FIGURES[term.name].en if english else FIGURES[term.name].fr
        if words:
            words += f" {'−' if term.amount < 0 else '+'} {title} {abs(term.amount):f}"
        else:
            words = f"{title} {'−' if term.amount < 0 else ''}{abs(term.amount):f}"
    return words


def _parts(sellable: "Sellable", english: bool) -> str:
    unknown = "unknown" if english else "inconnu"
    shown = [
        f"{part.item} {unknown if part.available is None else f'{part.available:f}'} ÷ {part.per_kit:f}"
        for part in sellable.parts
    ]
    total = "?" if sellable.quantity is None else f"{sellable.quantity:f}"
    return _terms(sellable, english, "min(" + " ; ".join(shown) + ")") + f" = {total}"
