"""What can be filled in of each step: names, kinds, bounds, choices and titles, as data."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from raccord.core.step_conditions import NEEDS_TO
from raccord.core.step_patterns import LONGEST_PATTERN
from raccord_connectors.contract import Text

Kind = Literal["text", "number", "whole", "choice", "source", "table", "formula", "pattern"]
"""number: a decimal one. source: a path of `source_titles`. table: a name of `Mapping.tables`. formula: several lines of CEL."""


class Choice(Struct, frozen=True):
    value: str
    title: Text


class Parameter(Struct, frozen=True, kw_only=True):
    """`name` is that of the step's field in the rule as data."""

    name: str
    kind: Kind
    title: Text
    help: Text | None = None
    choices: tuple[Choice, ...] = ()
    default: str = ""
    optional: bool = False
    """It may be left empty."""
    least: int | None = None
    most: int | None = None
    """Bounds of numbers; of texts, the most characters."""
    only_if: tuple[str, tuple[str, ...]] | None = None
    """It is asked only while the parameter of this name has one of these values."""

    def is_asked(self, typed: Mapping[str, str]) -> bool:
        """Whether it counts beside what else the form holds."""
        return self.only_if is None or typed.get(self.only_if[0]) in self.only_if[1]


def _text(code: str, fr: str, en: str) -> Text:
    return Text(f"step.parameter.{code}", fr, en)


def _choices(code: str, *told: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, _text(f"{code}.{value}", fr, en)) for value, fr, en in told)


UNITS = _choices(
    "unit",
    ("mg", "milligramme (mg)", "milligram (mg)"), ("g", "gramme (g)", "gram (g)"),
    ("kg", "kilogramme (kg)", "kilogram (kg)"), ("t", "tonne (t)", "tonne (t)"), ("oz", "once (oz)", "ounce (oz)"),
    ("lb", "livre (lb)", "pound (lb)"), ("mm", "millimètre (mm)", "millimetre (mm)"),
    ("cm", "centimètre (cm)", "centimetre (cm)"), ("m", "mètre (m)", "metre (m)"), ("in", "pouce (in)", "inch (in)"),
    ("ft", "pied (ft)", "foot (ft)"), ("ml", "millilitre (ml)", "millilitre (ml)"),
    ("cl", "centilitre (cl)", "centilitre (cl)"), ("l", "litre (l)", "litre (l)"),
    ("m3", "mètre cube (m³)", "cubic metre (m³)"), ("mm2", "millimètre carré (mm²)", "square millimetre (mm²)"),
    ("cm2", "centimètre carré (cm²)", "square centimetre (cm²)"), ("m2", "mètre carré (m²)", "square metre (m²)"),
)  # fmt: skip
_LAYOUTS = tuple(
    (layout, fr, en)
    for layout, fr, en in (
        ("YYYY-MM-DD", "2026-11-24", "2026-11-24"), ("DD/MM/YYYY", "24/11/2026", "24/11/2026"),
        ("DD.MM.YYYY", "24.11.2026", "24.11.2026"), ("DD-MM-YYYY", "24-11-2026", "24-11-2026"),
        ("MM/DD/YYYY", "11/24/2026 (mois d’abord)", "11/24/2026 (month first)"), ("YYYYMMDD", "20261124", "20261124"),
    )
)  # fmt: skip
_ACTS = (
    ("go_on", "continuer avec la valeur", "go on with the value"),
    ("put", "mettre un texte à la place", "put a text in its place"),
    ("nothing", "vider la valeur", "empty the value"),
    ("skip", "ne pas toucher au champ de la boutique", "leave the shop’s field alone"),
    ("hold", "retenir l’article", "hold the article"),
)
_SEPARATOR_HELP = _text("separator.help", "Laissez vide pour une espace.", "Leave empty for a space.")

PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "case": (
        Parameter(
            name="to", kind="choice", title=_text("case.to", "Écrire", "Write"), default="sentence",
            choices=_choices(
                "case.to", ("upper", "EN MAJUSCULES", "IN CAPITALS"), ("lower", "en minuscules", "in small letters"),
                ("sentence", "Une majuscule au début", "A capital at the beginning"),
                ("words", "Une Majuscule À Chaque Mot", "A Capital For Each Word"),
            ),
        ),
    ),
    "replace": (
        Parameter(name="find", kind="text", title=_text("replace.find", "Chercher", "Find"), most=200),
        Parameter(
            name="by", kind="text", title=_text("replace.by", "Remplacer par", "Replace by"), optional=True, most=2000,
            help=_text("replace.by.help", "Laissez vide pour l’ôter.", "Leave empty to take it out."),
        ),
    ),
    "join": (
        Parameter(
            name="separator", kind="text", title=_text("join.separator", "Entre les valeurs", "Between the values"),
            default=" ", optional=True, most=50,
        ),
    ),
    "split": (
        Parameter(
            name="separator", kind="text", title=_text("split.separator", "Couper à chaque", "Cut at each"), default=",",
            optional=True, most=50, help=_SEPARATOR_HELP,
        ),
    ),
    "words": (
        Parameter(
            name="count", kind="whole", title=_text("words.count", "Nombre de mots", "Number of words"), default="3", least=1,
            most=1000,
        ),
        Parameter(
            name="side", kind="choice", title=_text("words.side", "Lesquels", "Which ones"), default="first",
            choices=_choices("words.side", ("first", "les premiers", "the first"), ("last", "les derniers", "the last")),
        ),
    ),
    "cut": (
        Parameter(
            name="length", kind="whole", title=_text("cut.length", "Caractères au plus", "Characters at most"), default="60",
            least=2, most=100_000,
            help=_text("cut.length.help", "Coupé entre deux mots, avec « … ».", "Cut between two words, with “…”."),
        ),
    ),
    "default": (
        Parameter(name="value", kind="text", title=_text("default.value", "Valeur si vide", "Value where empty"), most=2000),
    ),
    "when": (
        Parameter(
            name="source", kind="source", title=_text("when.source", "Si", "If"), optional=True,
            help=_text("when.source.help", "Laissez vide pour la valeur en cours.", "Leave empty for the value so far."),
        ),
        Parameter(
            name="is", kind="choice", title=_text("when.is", "est", "is"), default="not_empty",
            choices=_choices(
                "when.is", ("not_empty", "n’est pas vide", "is not empty"), ("empty", "est vide", "is empty"),
                ("equals", "est égal à", "equals"), ("differs", "est différent de", "differs from"),
                ("contains", "contient", "contains"), ("lacks", "ne contient pas", "does not contain"),
                ("begins", "commence par", "begins with"), ("greater", "est plus grand que", "is greater than"),
                ("less", "est plus petit que", "is less than"),
            ),
        ),
        Parameter(
            name="to", kind="text", title=_text("when.to", "Comparer à", "Compare with"), only_if=("is", NEEDS_TO), most=500,
            help=_text("when.to.help", "Sans tenir compte des majuscules.", "Capitals do not count."),
        ),
        Parameter(
            name="then", kind="choice", title=_text("when.then", "alors", "then"), default="go_on",
            choices=_choices("when.act", *_ACTS),
        ),
        Parameter(
            name="put", kind="text", title=_text("when.put", "Texte", "Text"), only_if=("then", ("put",)), most=2000,
        ),
        Parameter(
            name="otherwise", kind="choice", title=_text("when.otherwise", "sinon", "else"), default="nothing",
            choices=_choices("when.act", *_ACTS),
        ),
        Parameter(
            name="put_otherwise", kind="text", title=_text("when.put", "Texte", "Text"), only_if=("otherwise", ("put",)),
            most=2000,
        ),
    ),
    "lookup": (
        Parameter(name="table", kind="table", title=_text("lookup.table", "Table", "Table")),
        Parameter(
            name="otherwise", kind="choice", title=_text("lookup.otherwise", "Ce qui n’y est pas", "What is not in it"),
            default="hold",
            choices=_choices(
                "lookup.otherwise", ("hold", "retient l’article", "holds the article"),
                ("keep", "reste tel quel", "stays as it is"), ("default", "devient une valeur fixe", "becomes a fixed value"),
                ("nothing", "donne un vide", "gives nothing"),
                ("skip", "laisse le champ de la boutique", "leaves the shop’s field alone"),
            ),
        ),
        Parameter(
            name="default", kind="text", title=_text("lookup.default", "Valeur fixe", "Fixed value"),
            only_if=("otherwise", ("default",)), most=2000,
        ),
    ),
    "arithmetic": (
        Parameter(
            name="operation", kind="choice", title=_text("arithmetic.operation", "Opération", "Operation"), default="multiply",
            choices=_choices(
                "arithmetic", ("multiply", "multiplier par", "multiply by"), ("divide", "diviser par", "divide by"),
                ("add", "ajouter", "add"), ("subtract", "retrancher", "subtract"),
            ),
        ),
        Parameter(
            name="number", kind="number", title=_text("arithmetic.number", "Nombre", "Number"), least=-(10**9), most=10**9,
            help=_text("arithmetic.number.help", "1,02 pour augmenter de 2 %.", "1.02 to raise by 2 %."),
        ),
    ),
    "round": (
        Parameter(
            name="to", kind="choice", title=_text("round.to", "Arrondir à", "Round to"), default="0.01",
            choices=_choices(
                "round.to", ("0.01", "0,01 (au centime)", "0.01 (to the cent)"), ("0.05", "0,05", "0.05"),
                ("0.10", "0,10", "0.10"), ("1", "1 (à l’unité)", "1 (to the unit)"),
                ("x.99", "un prix en ,99", "a price ending in .99"),
            ),
        ),
        Parameter(
            name="way", kind="choice", title=_text("round.way", "Sens", "Direction"), default="nearest",
            choices=_choices(
                "round.way", ("nearest", "au plus proche", "to the nearest"), ("up", "vers le haut", "up"),
                ("down", "vers le bas", "down"),
            ),
        ),
    ),
    "tax": (
        Parameter(
            name="to", kind="choice", title=_text("tax.to", "Passer", "Change"), default="with",
            choices=_choices(
                "tax.to", ("with", "de HT à TTC", "from without tax to with tax"),
                ("without", "de TTC à HT", "from with tax to without tax"),
            ),
        ),
    ),
    "convert": (
        Parameter(name="from", kind="choice", title=_text("convert.from", "De", "From"), default="g", choices=UNITS),
        Parameter(name="to", kind="choice", title=_text("convert.to", "En", "To"), default="kg", choices=UNITS),
    ),
    "number": (
        Parameter(
            name="decimals", kind="whole", title=_text("number.decimals", "Décimales", "Decimals"), optional=True, least=0,
            most=6, help=_text("number.decimals.help", "Vide : celles qu’il faut.", "Empty: as many as it needs."),
        ),
        Parameter(
            name="sign", kind="choice", title=_text("number.sign", "Signe décimal", "Decimal sign"), default=",",
            choices=_choices("number.sign", (",", "virgule : 12,5", "comma: 12,5"), (".", "point : 12.5", "point: 12.5")),
        ),
        Parameter(
            name="thousands", kind="choice", title=_text("number.thousands", "Milliers", "Thousands"), default="",
            choices=_choices(
                "number.thousands", ("", "sans séparateur : 1234", "no separator: 1234"),
                ("\u202f", "espace fine : 1 234", "thin space: 1 234"), (" ", "espace : 1 234", "space: 1 234"),
                (".", "point : 1.234", "point: 1.234"), (",", "virgule : 1,234", "comma: 1,234"),
            ),
        ),
        Parameter(name="before", kind="text", title=_text("number.before", "Devant", "Before"), optional=True, most=50),
        Parameter(
            name="after", kind="text", title=_text("number.after", "Derrière", "After"), optional=True, most=50,
            help=_text("number.after.help", "Par exemple « kg », avec son espace.", "For example “ kg”, with its space."),
        ),
    ),
    "date": (
        Parameter(
            name="read", kind="choice", title=_text("date.read", "La gestion l’écrit", "The ERP writes it"),
            default="YYYY-MM-DD", choices=_choices("date.layout", *_LAYOUTS),
        ),
        Parameter(
            name="write", kind="choice", title=_text("date.write", "La boutique la montre", "The shop shows it"),
            default="DD/MM/YYYY",
            choices=_choices("date.layout", *_LAYOUTS, ("long", "24 novembre 2026", "24 November 2026")),
        ),
        Parameter(
            name="language", kind="choice", title=_text("date.language", "Langue du mois", "Language of the month"),
            default="fr", only_if=("write", ("long",)),
            choices=_choices("date.language", ("fr", "français", "French"), ("en", "anglais", "English")),
        ),
    ),
    "pattern": (
        Parameter(
            name="find", kind="pattern", title=_text("pattern.find", "Expression", "Expression"), most=LONGEST_PATTERN,
            help=_text("pattern.find.help", "Syntaxe RE2 : ^REF-(\\d+)$", "RE2 syntax: ^REF-(\\d+)$"),
        ),
        Parameter(
            name="action", kind="choice", title=_text("pattern.action", "Action", "Action"), default="replace",
            choices=_choices(
                "pattern.action", ("replace", "remplacer chaque passage", "replace each place"),
                ("extract", "garder le premier passage (ou son groupe)", "keep the first place (or its group)"),
                ("keep", "garder le texte s’il convient, sinon rien", "keep the text where it fits, else nothing"),
            ),
        ),
        Parameter(
            name="by", kind="text", title=_text("pattern.by", "Remplacer par", "Replace by"), optional=True, most=2000,
            only_if=("action", ("replace",)),
            help=_text("pattern.by.help", "\\1 reprend le premier groupe.", "\\1 is the first group."),
        ),
    ),
    "formula": (
        Parameter(
            name="expression", kind="formula", title=_text("formula.expression", "Formule", "Formula"), most=2000,
            help=_text(
                "formula.expression.help", "En CEL. value est la valeur en cours.", "In CEL. value is the value so far."
            ),
        ),
    ),
}  # fmt: skip
"""By the step's tag; a step that is not here has none."""
