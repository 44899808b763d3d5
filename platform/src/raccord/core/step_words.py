"""A step in a few words, with what was filled in: « remplacer « a » par « b » ». For lists of steps and for the trace."""

from raccord.core.source_titles import source_of
from raccord.core.step_catalogue import kind_of
from raccord.core.step_conditions import NEEDS_TO, When
from raccord.core.step_numbers import FormatNumber
from raccord.core.step_parameters import Parameter
from raccord.core.steps import Replace, Step
from raccord_connectors.contract import Message, Text

LONGEST = 60
"""Characters of what was typed that a sentence quotes."""

SAID: dict[str, tuple[str, str]] = {
    "trim": ("ôter les espaces aux bouts", "take off the spaces at both ends"),
    "case": ("majuscules : {to}", "capitals: {to}"),
    "replace": ("remplacer « {find} » par « {by} »", "replace “{find}” by “{by}”"),
    "remove": ("ôter « {find} »", "take out “{find}”"),
    "join": ("assembler avec « {separator} »", "join with “{separator}”"),
    "split": ("découper à chaque « {separator} »", "split at each “{separator}”"),
    "words": ("garder {side} mots : {count}", "keep {side} words: {count}"),
    "cut": ("raccourcir à {length} caractères", "shorten to {length} characters"),
    "html": ("mettre en HTML", "make HTML"),
    "clean_html": ("nettoyer le HTML", "clean the HTML"),
    "strip_html": ("ôter le HTML", "take out the HTML"),
    "slug": ("en faire une adresse de page", "make a page address"),
    "pattern": ("expression régulière « {find} » : {action}", "regular expression “{find}”: {action}"),
    "first": ("prendre le premier non vide", "take the first that is not empty"),
    "default": ("si vide, mettre « {value} »", "where empty, put “{value}”"),
    "lookup": (
        "table « {table} » ; ce qui n’y est pas {otherwise}",
        "table “{table}”; what is not in it {otherwise}",
    ),
    "arithmetic": ("{operation} {number}", "{operation} {number}"),
    "round": ("arrondir à {to}, {way}", "round to {to}, {way}"),
    "tax": ("TVA : {to}", "VAT: {to}"),
    "convert": ("convertir de {from} en {to}", "convert from {from} to {to}"),
    "number": ("écrire le nombre : {example}", "write the number: {example}"),
    "date": ("récrire la date : {write}", "write the date anew: {write}"),
    "formula": ("formule : {expression}", "formula: {expression}"),
}
"""By the step's tag, in French and in English; `{places}` are its parameters."""
WHEN = Text(
    "step.said.when",
    "si {source} {test}, {then} ; sinon, {otherwise}",
    "if {source} {test}, {then}; else, {otherwise}",
)
THE_VALUE = Text("step.said.the_value", "la valeur", "the value")
PUT = Text("step.said.put", "mettre « {put} »", "put “{put}”")


def describe(step: Step) -> Message:
    """What the step does, without a capital at the beginning or a stop at the end."""
    if isinstance(step, When):
        return _condition(step)
    kind = kind_of(step)
    typed = kind.typed(step)
    shown = [
        {one.name: _value(one, typed[one.name], french) for one in kind.parameters}
        for french in (True, False)
    ]
    if isinstance(step, FormatNumber):
        for places in shown:
            places["example"] = _example(step)
    fr, en = SAID["remove" if isinstance(step, Replace) and not step.by else kind.tag]
    return Message(f"step.said.{kind.tag}", fr.format(**shown[0]), en.format(**shown[1]))


def _condition(step: When) -> Message:
    kind = kind_of(step)
    typed, by_name = kind.typed(step), {one.name: one for one in kind.parameters}

    def side(french: bool) -> str:
        def act(name: str, put: str) -> str:
            if typed[name] == "put":
                return (PUT.fr if french else PUT.en).format(put=_short(typed[put]))
            return _value(by_name[name], typed[name], french)

        known = source_of(step.source) if step.source else None
        source = known.title if known is not None else THE_VALUE
        test = _value(by_name["is"], step.is_, french)
        if step.is_ in NEEDS_TO:
            test += f" « {_short(step.to)} »" if french else f" “{_short(step.to)}”"
        return (WHEN.fr if french else WHEN.en).format(
            source=source.fr if french else source.en,
            test=test,
            then=act("then", "put"),
            otherwise=act("otherwise", "put_otherwise"),
        )

    return Message(WHEN.code, side(True), side(False))


def _value(parameter: Parameter, typed: str, french: bool) -> str:
    for choice in parameter.choices:
        if choice.value == typed:
            return choice.title.fr if french else choice.title.en
    if parameter.kind == "number" and french:
        return typed.replace(".", ",")
    return ("espace" if french else "space") if typed.isspace() or not typed else _short(typed)


def _example(step: FormatNumber) -> str:
    whole = f"1{step.thousands}234"
    rest = "5" if step.decimals is None else "567891"[: step.decimals]
    return f"{step.before}{whole}{step.sign + rest if rest else ''}{step.after}"


def _short(typed: str) -> str:
    shown = " ".join(typed.split()) or typed
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
