"""What differs between two versions of a channel: rules, correspondence tables and settings, each once, with its title."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.rules import Mapping as Rules
from raccord.core.rules import Rule
from raccord.core.step_words import describe
from raccord.core.targets import target_of
from raccord.mappings.models import Change, Edit, Part
from raccord_connectors.contract import Message, Text


class Contents(Protocol):
    """A version, a draft or a plan."""

    @property
    def mapping(self) -> Rules: ...

    @property
    def settings(self) -> ChannelSettings: ...


def difference(old: Contents, new: Contents) -> list[Edit]:
    """Rules in the order of the new version, then tables by name, then settings."""
    return [
        *_rules(old.mapping.rules, new.mapping.rules),
        *_tables(old.mapping, new.mapping),
        *_settings(old.settings, new.settings),
    ]


# ---------------------------------------------------------------------------------------------------- rules

SOURCES = Text("edit.sources", "Source", "Source")
STEPS = Text("edit.steps", "Étapes", "Steps")
OWNER = Text("edit.owner", "Qui décide", "Who decides")
WHEN_EMPTY = Text("edit.when_empty", "Si c’est vide", "When it is empty")
OWNERS = {
    "erp": Text("owner.erp", "la gestion, toujours", "the ERP, always"),
    "creation": Text("owner.creation", "la gestion, à la création seulement", "the ERP, at creation only"),
    "shop": Text("owner.shop", "la boutique", "the shop"),
}
EMPTY = {
    "leave": Text("when_empty.leave", "la boutique garde ce qu’elle a", "the shop keeps what it has"),
    "clear": Text("when_empty.clear", "le champ est vidé", "the field is emptied"),
}
NO_STEPS = Text("edit.no_steps", "aucune", "none")


def _rules(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Edit]:
    before, after = {rule.target: rule for rule in old}, {rule.target: rule for rule in new}
    for target in {**after, **before}:
        was, now = before.get(target), after.get(target)
        if was == now:
            continue
        known = target_of(target)
        title = known.title if known is not None else Text("edit.target", target, target)
        yield Edit("rule", _change(was, now), target, title, parts=list(_rule_parts(was, now)))


def _rule_parts(was: Rule | None, now: Rule | None) -> Iterator[Part]:
    for title, told in (
        (SOURCES, lambda rule: _plain(" + ".join(rule.sources))),
        (STEPS, _steps),
        (OWNER, lambda rule: OWNERS[rule.owner].fill()),
        (WHEN_EMPTY, lambda rule: EMPTY[rule.when_empty].fill()),
    ):
        before, after = (told(rule) if rule is not None else None for rule in (was, now))
        if before != after:
            yield Part(title, before, after)


def _steps(rule: Rule) -> Message:
    said = [describe(step) for step in rule.steps]
    if not said:
        return NO_STEPS.fill()
    return Message(STEPS.code, " ; ".join(one.fr for one in said), "; ".join(one.en for one in said))


def _plain(text: str) -> Message | None:
    return Message("", text, text) if text else None


# --------------------------------------------------------------------------------------------------- tables


def _tables(old: Rules, new: Rules) -> Iterator[Edit]:
    for name in sorted({**old.tables, **new.tables}):
        was, now = old.tables.get(name), new.tables.get(name)
        if was == now:
            continue
        before, after = was.entries if was else {}, now.entries if now else {}
        parts = [
            Part(Text("edit.entry", entry, entry), _entry(before, entry), _entry(after, entry))
            for entry in {**after, **before}
            if before.get(entry) != after.get(entry)
        ]
        yield Edit("table", _change(was, now), name, Text("edit.table", name, name), parts=parts)


def _entry(entries: Mapping[str, str], entry: str) -> Message | None:
    return Message("", entries[entry], entries[entry]) if entry in entries else None


# ------------------------------------------------------------------------------------------------- settings

SETTINGS: dict[str, Text] = {
    path: Text(f"setting.{path}", fr, en)
    for path, fr, en in (
        ("stock.depots", "Dépôts vendus", "Depots that are sold"),
        ("stock.nature", "Nature du stock", "Nature of stock"),
        ("stock.terms", "Calcul du stock", "Sum of the stock"),
        ("stock.formula", "Formule du stock", "Stock formula"),
        ("stock.empty_depots", "Dépôts négatifs comptés vides", "Depots below zero count as empty"),
        ("stock.margin", "Marge de sécurité", "Safety margin"),
        ("stock.margin_percent", "Marge de sécurité en %", "Safety margin in %"),
        ("stock.maximum", "Quantité maximale montrée", "Largest quantity shown"),
        ("stock.whole_packs", "Conditionnements entiers", "Whole packagings"),
        ("stock.untracked", "Articles non suivis en stock", "Articles whose stock is not kept"),
        ("stock.kits", "Articles composés", "Kits"),
        ("stock.made_to_order", "Articles en contremarque", "Articles made to order"),
        ("stock.backorders", "Vente sans stock", "Sale without stock"),
        ("prices.category", "Catégorie tarifaire", "Price category"),
        ("prices.categories", "Catégories tarifaires par groupe", "Price categories by group"),
        ("prices.tax_included", "Prix de la boutique taxe comprise", "Shop prices with tax"),
        ("prices.currency", "Devise", "Currency"),
        ("prices.promotions", "Promotions", "Promotions"),
        ("prices.crossed_out", "Prix barré", "Crossed-out price"),
        ("prices.crossed_out_category", "Catégorie du prix barré", "Category of the crossed-out price"),
        ("prices.crossed_out_field", "Champ du prix barré", "Field of the crossed-out price"),
        ("prices.crossed_out_field_with_tax", "Prix barré taxe comprise", "Crossed-out price with tax"),
        ("prices.eco_contribution", "Éco-participation", "Eco-contribution"),
        ("prices.free", "Articles au prix de zéro", "Articles with a price of zero"),
        ("prices.below_cost", "Prix sous le prix d’achat", "Prices below the purchase cost"),
        ("prices.lowest", "Prix le plus bas", "Lowest price"),
        ("publication.flagged_only", "Seulement les articles publiés sur le site", "Only articles flagged for the web"),
        ("publication.asleep", "Articles en sommeil", "Articles that are asleep"),
        ("publication.conditions", "Conditions de publication", "Conditions to be published"),
        ("publication.match", "Conditions : toutes ou une seule", "Conditions: all or any"),
        ("publication.formula", "Formule de publication", "Publication formula"),
        ("publication.leaving", "Article retiré de la vente", "Article taken off sale"),
        ("publication.delete_after_days", "Jours avant la suppression", "Days before the deletion"),
        ("tax_classes", "Classes de taxe", "Tax classes"),
        ("orders.stages", "Commandes à importer", "Orders to import"),
        ("orders.statuses", "États de la boutique à importer", "Shop states to import"),
        ("orders.payment_states", "Paiements demandés", "Payments that are asked for"),
        ("orders.delay_minutes", "Délai avant l’import", "Delay before the import"),
        ("orders.kind", "Document créé", "Document that is made"),
        ("orders.depot", "Dépôt des commandes", "Depot of orders"),
        ("orders.representative", "Représentant", "Representative"),
        ("orders.reference", "Référence du document", "Reference of the document"),
        ("orders.remark", "Remarque du document", "Remark of the document"),
        ("orders.comments", "Lignes de commentaire", "Comment lines"),
        ("orders.dated", "Date du document", "Date of the document"),
        ("orders.price_mode", "Prix du document", "Prices of the document"),
        ("orders.items", "Articles de frais", "Articles for charges"),
        ("orders.packs", "Packs", "Packs"),
        ("orders.unknown_item", "Article inconnu", "Unknown article"),
        ("orders.other_item", "Article divers", "Article for unknown ones"),
        ("orders.residue", "Centimes d’arrondi", "Cents of rounding"),
        ("orders.taxes", "Taxes du document", "Taxes of the document"),
        ("orders.unproven_hours", "Délai avant l’alerte de stock", "Delay before the stock alert"),
        ("orders.customers", "Clients", "Customers"),
        ("orders.payments", "Règlements", "Payments"),
        ("brake_share", "Frein : part du catalogue", "Brake: share of the catalogue"),
        ("brake_count", "Frein : nombre d’articles", "Brake: number of articles"),
    )
}  # fmt: skip


def _settings(old: ChannelSettings, new: ChannelSettings) -> Iterator[Edit]:
    before, after = flat(old), flat(new)
    for path in {**before, **after}:
        was, now = before.get(path), after.get(path)
        if was != now:
            title = SETTINGS.get(path, Text("edit.setting", path, path))
            yield Edit("setting", "changed", path, title, was, now)


def flat(settings: ChannelSettings) -> dict[str, Any]:
    """By path, two deep: `stock.margin`."""
    found: dict[str, Any] = {}
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if isinstance(value, Struct):
            found.update({f"{name}.{part}": getattr(value, part) for part in value.__struct_fields__})
        else:
            found[name] = value
    return found


def _change(was: object, now: object) -> Change:
    if was is None:
        return "added"
    return "removed" if now is None else "changed"
