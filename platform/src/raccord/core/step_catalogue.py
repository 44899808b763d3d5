"""The steps as an editor offers them: titles, help and parameters in both languages, from which it makes a form without knowing
any of them, and the way from what was typed to a step and back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct

from raccord.core import steps
from raccord.core.step_parameters import PARAMETERS, Parameter
from raccord.core.steps import Step, StepError
from raccord.core.values import number, quoted, text
from raccord_connectors.contract import Message, Text

Group = Literal["texts", "numbers", "choices", "lists", "html", "expert"]
GROUPS: dict[Group, Text] = {
    "texts": Text("steps.texts", "Textes", "Texts"),
    "choices": Text("steps.choices", "Choix et correspondances", "Choices and correspondences"),
    "numbers": Text("steps.numbers", "Nombres, prix, unités et dates", "Numbers, prices, units and dates"),
    "lists": Text("steps.lists", "Plusieurs valeurs", "Several values"),
    "html": Text("steps.html", "HTML et adresses", "HTML and addresses"),
    "expert": Text("steps.expert", "Pour l’expert", "For the expert"),
}
"""In the order in which an editor offers them."""

NEEDED = Text(
    "step.parameter.needed", "« {title} » est vide : remplissez-le", "“{title}” is empty: fill it in"
)
NOT_A_NUMBER = Text(
    "step.parameter.number",
    "« {value} » n’est pas un nombre que « {title} » peut prendre",
    "“{value}” is not a number that “{title}” can take",
)
OUT_OF_BOUNDS = Text(
    "step.parameter.bounds", "« {title} » va de {least} à {most}", "“{title}” goes from {least} to {most}"
)
TOO_LONG = Text(
    "step.parameter.too_long",
    "« {title} » est trop long : {limit} caractères au plus",
    "“{title}” is too long: {limit} characters at most",
)
NO_CHOICE = Text(
    "step.parameter.choice",
    "« {value} » n’est pas un choix de « {title} »",
    "“{value}” is not a choice of “{title}”",
)


class StepKind(Struct, frozen=True):
    """One step that can be added to a rule."""

    tag: str
    """What `do` says in the rule as data."""
    type: type[Struct]
    group: Group
    title: Text
    help: Text
    parameters: tuple[Parameter, ...] = ()
    gathers: bool = False
    """As the first step, it makes one value of several sources."""

    def blank(self) -> dict[str, str]:
        """What the form holds before anything was typed."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def make(self, typed: Mapping[str, str]) -> Step:
        """The step of what was typed, by parameter; what is missing takes its default. Raises `StepError` with the
        parameter that is wrong."""
        values = {**self.blank(), **typed}
        given: dict[str, Any] = {"do": self.tag}
        for parameter in self.parameters:
            if parameter.is_asked(values):
                given[parameter.name] = _read(parameter, values[parameter.name])
        made: Step = msgspec.convert(given, cast(Any, Step))
        return made

    def typed(self, step: Step) -> dict[str, str]:
        """What the form holds for a step."""
        given = msgspec.to_builtins(step)
        return {one.name: text(given.get(one.name, one.default)) for one in self.parameters}


def kind_of(step: Step) -> StepKind:
    return _BY_TYPE[type(step)]


def kind(tag: str) -> StepKind | None:
    return _BY_TAG.get(tag)


def check(step: Step) -> None:
    """Raises `StepError` where a parameter of a step, which came from a file or an older version, is out of bounds."""
    kind_of(step).make(kind_of(step).typed(step))


def _read(parameter: Parameter, typed: str) -> Any:
    if parameter.kind == "choice":
        if typed not in {choice.value for choice in parameter.choices}:
            raise _wrong(NO_CHOICE, parameter, value=quoted(typed))
        return typed
    if parameter.kind not in ("text", "formula", "pattern"):
        typed = typed.strip()
    if not typed:
        if not parameter.optional:
            raise _wrong(NEEDED, parameter)
        return None if parameter.kind in ("number", "whole") else ""
    if parameter.kind in ("number", "whole"):
        return _number(parameter, typed)
    if parameter.most is not None and len(typed) > parameter.most:
        raise _wrong(TOO_LONG, parameter, limit=parameter.most)
    return typed


def _number(parameter: Parameter, typed: str) -> Decimal | int:
    found = number(typed)
    if found is None or (parameter.kind == "whole" and found != int(found)):
        raise _wrong(NOT_A_NUMBER, parameter, value=quoted(typed))
    least, most = parameter.least, parameter.most
    if (least is not None and found < least) or (most is not None and found > most):
        raise _wrong(OUT_OF_BOUNDS, parameter, least=least, most=most)
    return int(found) if parameter.kind == "whole" else found


def _wrong(sentence: Text, parameter: Parameter, **values: object) -> StepError:
    """The parameter has a title of its own in each language."""
    title = parameter.title
    fr, en = sentence.fill(title=title.fr, **values).fr, sentence.fill(title=title.en, **values).en
    return StepError(Message(sentence.code, fr, en), parameter.name)


def _kind(type_: type[Struct], group: Group, fr: str, en: str, gathers: bool = False) -> StepKind:
    tag, title = str(type_.__struct_config__.tag), cast(Text, type_.TITLE)  # type: ignore[attr-defined]
    told = Text(f"{title.code}.help", fr, en)
    return StepKind(tag, type_, group, title, told, PARAMETERS.get(tag, ()), gathers)


CATALOGUE: tuple[StepKind, ...] = (
    _kind(steps.Trim, "texts", "Ôte les espaces aux deux bouts.", "Takes the spaces off both ends."),
    _kind(steps.Case, "texts", "Change les majuscules.", "Changes the capitals."),
    _kind(steps.Replace, "texts", "Remplace un texte partout où il est.", "Replaces a text wherever it is."),
    _kind(steps.Words, "texts", "Garde les premiers ou les derniers mots.", "Keeps the first or the last words."),
    _kind(steps.Cut, "texts", "Raccourcit à un nombre de caractères.", "Shortens to a number of characters."),
    _kind(
        steps.First, "choices", "Prend le premier champ qui n’est pas vide.", "Takes the first field that is not empty.", True
    ),
    _kind(steps.Default, "choices", "Met une valeur là où il n’y a rien.", "Puts a value where there is nothing."),
    _kind(
        steps.Lookup, "choices", "Traduit la valeur selon une table : « ROU » devient « Rouge ».",
        "Translates the value by a table: “ROU” becomes “Red”.",
    ),
    _kind(
        steps.When, "choices", "Selon un champ ou la valeur : continue, met un texte, vide, laisse ou retient.",
        "By a field or the value: goes on, puts a text, empties, leaves or holds.",
    ),
    _kind(steps.Arithmetic, "numbers", "Multiplie, divise, ajoute ou retranche.", "Multiplies, divides, adds or subtracts."),
    _kind(
        steps.Round, "numbers", "Arrondit un nombre ou un prix ; à mettre en dernier.", "Rounds a number or a price; put it last."
    ),
    _kind(
        steps.Tax, "numbers", "Ajoute ou ôte la TVA au taux de l’article.", "Puts in or takes out VAT at the article’s own rate."
    ),
    _kind(steps.Convert, "numbers", "Grammes en kilos, pouces en centimètres…", "Grams to kilos, inches to centimetres…"),
    _kind(steps.FormatNumber, "numbers", "Écrit un nombre en texte : 1 234,50 kg.", "Writes a number as text: 1,234.50 kg."),
    _kind(steps.FormatDate, "numbers", "Récrit une date : 24 novembre 2026.", "Writes a date anew: 24 November 2026."),
    _kind(steps.Join, "lists", "Met plusieurs valeurs bout à bout.", "Puts several values end to end.", True),
    _kind(steps.Split, "lists", "Fait d’un texte plusieurs valeurs.", "Makes several values of a text."),
    _kind(steps.Html, "html", "Fait d’un texte simple des paragraphes HTML.", "Makes HTML paragraphs of a plain text."),
    _kind(
        steps.CleanHtml, "html", "Ôte scripts, styles et classes, garde la mise en forme.",
        "Takes out scripts, styles and classes, keeps the layout.",
    ),
    _kind(steps.StripHtml, "html", "Fait du HTML un texte simple.", "Makes a plain text of HTML."),
    _kind(steps.Slug, "html", "Fait une adresse : « L’été » devient « l-ete ».", "Makes an address: “L’été” becomes “l-ete”."),
    _kind(
        steps.Pattern, "expert", "Remplace ou extrait par une expression régulière.",
        "Replaces or extracts by a regular expression.",
    ),
    _kind(
        steps.Formula, "expert", "Calcule la valeur par une formule CEL, avec tous les champs de l’article.",
        "Works the value out by a CEL formula, with all fields of the article.",
    ),
)  # fmt: skip
"""All steps, in the order in which an editor offers them."""

_BY_TAG = {one.tag: one for one in CATALOGUE}
_BY_TYPE: dict[type, StepKind] = {one.type: one for one in CATALOGUE}
