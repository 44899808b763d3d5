"""What the rules can fill: the shop's fields, grouped as a person looks for them, with a title in both languages."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from raccord_connectors.contract import Discovery, Message, StreamSpec, Text

Group = Literal["general", "organisation", "prices", "seo", "variants", "characteristics", "custom"]
Kind = Literal["text", "html", "number", "list", "categories", "languages", "price", "tiers", "dimensions"]
Owner = Literal["erp", "creation", "shop"]

GROUPS: dict[Group, Text] = {
    "general": Text("group.general", "Général", "General"),
    "organisation": Text("group.organisation", "Classement", "Organisation"),
    "prices": Text("group.prices", "Prix et taxe", "Prices and tax"),
    "seo": Text("group.seo", "Référencement", "Search engines"),
    "variants": Text("group.variants", "Article et variantes", "Article and variants"),
    "characteristics": Text("group.characteristics", "Caractéristiques", "Characteristics"),
    "custom": Text("group.custom", "Champs libres de la boutique", "Custom fields of the shop"),
}
"""In the order in which an editor shows them."""


class Target(Struct, frozen=True):
    """A field of the shop. `path` is what `Rule.target` says."""

    path: str
    group: Group
    title: Text
    kind: Kind
    owner_default: Owner = "erp"
    help: Text | None = None
    required: bool = False


class Opening(Struct, frozen=True):
    """A place for fields whose names the merchant chooses: `prefix` + name is a target."""

    prefix: str
    group: Group
    title: Text
    kind: Kind
    help: Text


def _target(
    path: str, group: Group, kind: Kind, fr: str, en: str, owner: Owner = "erp",
    help_fr: str = "", help_en: str = "", required: bool = False,
) -> Target:  # fmt: skip
    told = Text(f"target.{path}.help", help_fr, help_en) if help_fr else None
    return Target(path, group, Text(f"target.{path}", fr, en), kind, owner, told, required)


STANDARD: tuple[Target, ...] = (
    _target("name", "general", "text", "Nom", "Name", required=True),
    _target("summary", "general", "html", "Résumé", "Summary"),
    _target("description", "general", "html", "Description", "Description"),
    _target("names", "general", "languages", "Nom par langue", "Name by language"),
    _target("descriptions", "general", "languages", "Description par langue", "Description by language"),
    _target(
        "categories", "organisation", "categories", "Catégories", "Categories",
        help_fr="Un chemin par catégorie, du plus général au plus précis : Maison > Cuisine.",
        help_en="One path for each category, from the widest to the narrowest: Home > Kitchen.",
    ),
    _target("brand", "organisation", "text", "Marque", "Brand"),
    _target("tags", "organisation", "list", "Étiquettes", "Tags", "shop"),
    _target("related", "organisation", "list", "Articles liés", "Related articles", "shop"),
    _target(
        "offer.price", "prices", "price", "Prix", "Price", required=True,
        help_fr="Le prix du canal, déjà converti HT/TTC. Une règle peut le changer : arrondir à 0,05, ajouter 2 %…",
        help_en="The channel’s price, with or without tax as the shop wants it. A rule can change it: round to 0.05, add 2 %…",
    ),
    _target("offer.tiers", "prices", "tiers", "Prix par quantité", "Quantity prices"),
    _target("tax_class", "prices", "text", "Classe de taxe", "Tax class"),
    _target("tax_rate", "prices", "number", "Taux de TVA", "VAT rate"),
    _target("slug", "seo", "text", "Adresse de la fiche", "Address of the page", "shop"),
    _target("seo_title", "seo", "text", "Titre de référencement", "SEO title", "shop"),
    _target("seo_description", "seo", "text", "Description de référencement", "SEO description", "shop"),
    _target("offer.sku", "variants", "text", "Référence", "Reference (SKU)", required=True),
    _target("offer.ean", "variants", "text", "Code-barres (EAN, UPC)", "Bar code (EAN, UPC)"),
    _target("offer.mpn", "variants", "text", "Référence du fabricant", "Manufacturer’s reference (MPN)"),
    _target("offer.weight_g", "variants", "number", "Poids (g)", "Weight (g)"),
    _target(
        "offer.dimensions_mm", "variants", "dimensions", "Dimensions (mm)", "Dimensions (mm)",
        help_fr="Longueur, largeur et hauteur : 120 x 80 x 45.", help_en="Length, width and height: 120 x 80 x 45.",
    ),
)  # fmt: skip

OPENINGS: tuple[Opening, ...] = (
    Opening(
        "features.", "characteristics", Text("opening.features", "Caractéristique", "Characteristic"), "list",
        Text(
            "opening.features.help",
            "Sert aux filtres de la boutique : Couleur, Matière… Plusieurs valeurs sont permises.",
            "Feeds the shop’s filters: Colour, Material… It may have several values.",
        ),
    ),
    Opening(
        "names.", "general", Text("opening.names", "Nom dans une langue", "Name in a language"), "text",
        Text("opening.names.help", "Le code de la langue : fr, en, de…", "The language’s code: fr, en, de…"),
    ),
    Opening(
        "descriptions.", "general", Text("opening.descriptions", "Description dans une langue", "Description in a language"),
        "html", Text("opening.descriptions.help", "Le code de la langue : fr, en, de…", "The language’s code: fr, en, de…"),
    ),
    Opening(
        "offer.options.", "variants", Text("opening.options", "Valeur d’un axe de variante", "Value of a variant’s axis"), "text",
        Text(
            "opening.options.help",
            "Le titre de l’axe, par exemple Couleur : la règle fait la valeur que la boutique montre.",
            "The axis’ title, for example Colour: the rule makes the value that the shop shows.",
        ),
    ),
    Opening(
        "custom.", "custom", Text("opening.custom", "Champ libre de la fiche", "Custom field of the page"), "text",
        Text("opening.custom.help", "Le nom du champ dans la boutique.", "The field’s name in the shop."),
    ),
    Opening(
        "offer.custom.", "custom", Text("opening.offer_custom", "Champ libre de la variante", "Custom field of the variant"),
        "text", Text("opening.custom.help", "Le nom du champ dans la boutique.", "The field’s name in the shop."),
    ),
)  # fmt: skip

OPEN_TARGETS = ("custom", "features", "names", "descriptions")
"""Fields that are mappings of names to values, each of which may have an owner: `custom.MARQUE`, `features.Couleur`."""
_KNOWN = {target.path: target for target in STANDARD}
_PREFIXES = frozenset(opening.prefix for opening in OPENINGS)


def targets_of(stream: StreamSpec | None, discovery: Discovery, used: Collection[str] = ()) -> list[Target]:
    """What this shop takes, in the order of `GROUPS`. `stream`: what its connector declares of its listings (None:
    everything). `discovery`: the shop's own custom fields and characteristics, and what this installation lacks. `used`:
    targets of the rules that exist already, which are shown even where nothing declares them."""
    found = {target.path: target for target in STANDARD if is_taken(stream, discovery, target.path)}
    for feature in discovery.features:
        _add(found, f"features.{feature.title}", feature.title, "list")
    for field in discovery.custom_fields:
        path = _custom_path(field.stream, field.name)
        if path is not None and is_taken(stream, discovery, path):
            _add(found, path, field.title or field.name, "number" if field.type == "number" else "text")
    for path in used:
        target = target_of(path)
        if target is not None:
            found.setdefault(path, target)
    order = list(GROUPS)
    return sorted(found.values(), key=lambda target: order.index(target.group))


def openings_of(stream: StreamSpec | None, discovery: Discovery) -> list[Opening]:
    """The places where a merchant may name fields of this shop."""
    return [opening for opening in OPENINGS if is_taken(stream, discovery, f"{opening.prefix}x")]


def is_taken(stream: StreamSpec | None, discovery: Discovery, path: str) -> bool:
    """Whether this shop can hold the field. The values of variants' axes are part of every variant."""
    if path.startswith("offer.options."):
        return True
    whole, _, name = path.rpartition(".")
    if path in discovery.missing_fields or (name and whole in discovery.missing_fields):
        return False
    return stream is None or stream.takes(path)


def target_of(path: str) -> Target | None:
    """A target by its path, one inside an opening included. None: there is no such field."""
    if path in _KNOWN:
        return _KNOWN[path]
    for opening in OPENINGS:
        name = path.removeprefix(opening.prefix)
        if name and name != path:
            return _inside(opening, name, name)
    return None


def named(sentence: Text, path: str, **values: object) -> Message:
    """A sentence about a target, whose `{target}` is the title that people know it by. Values that differ by language are
    given as a `Text` or `Message`."""
    target = target_of(path)
    told = {**values, "target": target.title if target is not None else path}
    fr = {name: value.fr if isinstance(value, Text | Message) else value for name, value in told.items()}
    en = {name: value.en if isinstance(value, Text | Message) else value for name, value in told.items()}
    return Message(sentence.code, sentence.fill(**fr).fr, sentence.fill(**en).en)


def parse(path: str) -> tuple[bool, str, str | None] | None:
    """(is it a field of an offer, the field, the name inside an open mapping); None: there is no such field."""
    of_offer = path.startswith("offer.")
    field, dot, name = path.removeprefix("offer.").partition(".")
    if path in _KNOWN:
        return of_offer, field, None
    if not name or f"{'offer.' if of_offer else ''}{field}{dot}" not in _PREFIXES:
        return None
    return of_offer, field, name


def _custom_path(stream: str, name: str) -> str | None:
    """Where a custom field of the shop stands: connectors put `offers.` before the names of those of variants."""
    if stream in ("listings", "products"):
        return (
            f"offer.custom.{name.removeprefix('offers.')}" if name.startswith("offers.") else f"custom.{name}"
        )
    return f"offer.custom.{name}" if stream in ("offers", "variants") else None


def _add(found: dict[str, Target], path: str, title: str, kind: Kind) -> None:
    opening = next(one for one in OPENINGS if path.startswith(one.prefix))
    named = _inside(opening, path.removeprefix(opening.prefix), title)
    found.setdefault(path, Target(path, named.group, named.title, kind))


def _inside(opening: Opening, name: str, title: str) -> Target:
    """A characteristic or custom field goes by its own name; the others say what they are."""
    fr, en = opening.title.fr, opening.title.en
    alone = opening.group in ("characteristics", "custom")
    told = Text(
        opening.title.code, title if alone else f"{fr} : {title}", title if alone else f"{en}: {title}"
    )
    return Target(opening.prefix + name, opening.group, told, opening.kind)
