"""One rule as the editor shows it: its form with samples of the chosen article, and what comes of it step by step."""

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from raccord.core.formula_text import FormulaError
from raccord.core.formulas import Formula, Formulas
from raccord.core.rules import Rule
from raccord.core.source_titles import SourceInfo, source_of
from raccord.core.step_catalogue import kind
from raccord.core.step_parameters import Parameter
from raccord.core.targets import Target, target_of
from raccord.core.tracing import Trace
from raccord.front.i18n import Formats
from raccord.mappings import formula_help
from raccord.mappings.bench import Bench
from raccord.mappings.editor_forms import TypedRule, TypedStep, Wrong
from raccord.mappings.editor_rows import matches
from raccord.mappings.preview import Tried, said
from raccord_connectors.contract import Message, Text

OFFERED = 30
"""Fields of the ERP shown at once; the search narrows them."""
MOST_PARTS = 4
"""Items of an article that a rule is told of step by step."""
VALUE_SO_FAR = Text(
    "editor.value_so_far", "La valeur que les étapes précédentes ont faite", "What the steps before made"
)
SOURCE_ITSELF = Text("editor.value_itself", "la valeur en cours", "the value so far")
NO_TABLE = Text("editor.no_table", "— choisissez une table —", "— choose a table —")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class SourceView(Struct, frozen=True):
    path: str
    title: Text
    sample: str | None


class Entry(Struct, frozen=True, kw_only=True):
    """One thing to fill in of a step."""

    name: str
    kind: str
    label: Text
    help: Text | None
    value: str
    choices: Sequence[tuple[str, str]] = ()
    wrong: bool = False
    only_if: str = ""
    """`then=put`: asked only then."""


class StepView(Struct, frozen=True):
    tag: str
    title: Text
    help: Text
    entries: Sequence[Entry]
    wrong: bool


class Stage(Struct, frozen=True):
    title: Message
    after: str | None


class PartView(Struct, frozen=True, kw_only=True):
    """The rule at work on the listing, or on one item of it."""

    title: str
    """The item, where there are several."""
    reads: Sequence[SourceView]
    stages: Sequence[Stage]
    before: str | None
    """What the version in force makes."""
    after: str | None
    left: bool
    problem: Message | None


class Checked(Struct, frozen=True, kw_only=True):
    """A formula as typed: the sentence and the place of what is wrong, else what it gives."""

    problem: Message | None = None
    place: int | None = None
    before: str = ""
    at: str = ""
    rest: str = ""
    empty: bool = False
    tried: bool = False
    value: str | None = None


class Word(Struct, frozen=True):
    word: str
    title: Text
    sample: str | None


class Vocabulary(Struct, frozen=True):
    fields: Sequence[Word]
    functions: Sequence[formula_help.FunctionHelp]
    examples: Sequence[tuple[str, Text]]


# ---------------------------------------------------------------------------------------------- the form


def is_of_offer(target: Target) -> bool:
    return target.path.startswith("offer.")


def chosen_sources(typed: TypedRule, samples: Tried, formats: Formats) -> list[SourceView]:
    return [_source(path, samples, formats) for path in typed.sources]


def offered_sources(
    infos: Sequence[SourceInfo], typed: TypedRule, samples: Tried, formats: Formats, find: str
) -> tuple[list[SourceView], int]:
    """Those that the rule does not read yet, and how many more there are. `infos`: those that it can read."""
    views = [
        SourceView(one.path, one.title, said(samples.samples.get(one.path), formats))
        for one in infos
        if one.path not in typed.sources
    ]
    found = [one for one in views if matches(find, [formats.said(one.title), one.path, one.sample or ""])]
    return found[:OFFERED], max(len(found) - OFFERED, 0)


def step_views(
    bench: Bench, typed: TypedRule, wrong: Sequence[Wrong], infos: Sequence[SourceInfo], formats: Formats
) -> list[StepView]:
    views = []
    for number, step in enumerate(typed.steps):
        known = kind(step.tag)
        assert known is not None, "the form keeps no others"
        blamed = {one.parameter for one in wrong if one.step == number}
        entries = [_entry(bench, step, one, infos, formats, one.name in blamed) for one in known.parameters]
        views.append(StepView(step.tag, known.title, known.help, entries, bool(blamed)))
    return views


def _entry(
    bench: Bench,
    step: TypedStep,
    parameter: Parameter,
    infos: Sequence[SourceInfo],
    formats: Formats,
    wrong: bool,
) -> Entry:
    value = step.values.get(parameter.name, parameter.default)
    choices = [(one.value, formats.said(one.title)) for one in parameter.choices]
    if parameter.kind == "source":
        choices = [("", formats.said(SOURCE_ITSELF)), *((one.path, formats.said(one.title)) for one in infos)]
    elif parameter.kind == "table":
        choices = [("", formats.said(NO_TABLE)), *((name, name) for name in bench.draft.mapping.tables)]
    if choices and value not in dict(choices):
        choices.append((value, value))
    return Entry(
        name=parameter.name,
        kind=parameter.kind,
        label=parameter.title,
        help=parameter.help,
        value=value,
        choices=choices,
        wrong=wrong,
        only_if=f"{parameter.only_if[0]}={','.join(parameter.only_if[1])}" if parameter.only_if else "",
    )


def vocabulary(infos: Sequence[SourceInfo], target: Target, samples: Tried, formats: Formats) -> Vocabulary:
    fields = [
        Word(_word(one.path), one.title, said(samples.samples.get(one.path), formats))
        for one in infos
        if one.kind != "other"
    ]
    examples = [
        (text, says)
        for text, says in formula_help.EXAMPLES
        if check(text, is_of_offer(target)).problem is None
    ]
    return Vocabulary([Word("value", VALUE_SO_FAR, None), *fields], formula_help.FUNCTIONS, examples)


def _word(path: str) -> str:
    """As a formula names it: custom fields shorter, names that are none in quotes."""
    head, custom, name = path.partition("custom.")
    if not custom or head not in ("product.", "item."):
        return path
    short = "custom" if head == "product." else "item.custom"
    return (
        f"{short}.{name}" if IDENTIFIER.fullmatch(name) else f"{short}[{msgspec.json.encode(name).decode()}]"
    )


# ---------------------------------------------------------------------------------------------- the answer


def parts_of(
    target: str, before: Tried, after: Tried, names: dict[str, str], formats: Formats
) -> tuple[list[PartView], int]:
    """Of some items, those with a problem first, and of how many more it is not told. `names`: what to call them, by key."""
    if after.traced is None:
        return [], 0
    old = {trace.item: trace for trace in before.traced.of(target)} if before.traced is not None else {}
    traces = sorted(after.traced.of(target), key=lambda trace: trace.problem is None)
    several = names if len(traces) > 1 else {}
    shown = [_part(trace, old.get(trace.item), several, formats) for trace in traces[:MOST_PARTS]]
    return shown, len(traces) - len(shown)


def _part(trace: Trace, old: Trace | None, names: dict[str, str], formats: Formats) -> PartView:
    reads = []
    for one in trace.sources:
        info = source_of(one.path)
        title = info.title if info is not None else Text(one.path, one.path, one.path)
        reads.append(SourceView(one.path, title, said(one.value, formats)))
    return PartView(
        title=names.get(trace.item or "", ""),
        reads=reads,
        stages=[Stage(one.title, said(one.after, formats)) for one in trace.steps],
        before=said(old.result, formats) if old is not None else None,
        after=said(trace.result, formats),
        left=trace.left,
        problem=trace.problem,
    )


def check(expression: str, of_offer: bool) -> Checked:
    """Whether a formula can be used, and where it is wrong."""
    if not expression.strip():
        return Checked(empty=True)
    try:
        Formulas(of_offer).add(Formula(expression))
    except FormulaError as error:
        at = min(max(error.place - 1, 0), len(expression))
        return Checked(
            problem=error.message,
            place=error.place,
            before=expression[:at],
            at=expression[at : at + 1],
            rest=expression[at + 1 :],
        )
    return Checked()


def packed(rule: Rule | None) -> str:
    """What a form remembers of the rule that it began with."""
    return msgspec.json.encode(rule).decode() if rule is not None else ""


def _source(path: str, samples: Tried, formats: Formats) -> SourceView:
    info = source_of(path)
    title = info.title if info is not None else Text(path, path, path)
    return SourceView(path, title, said(samples.samples.get(path), formats))


def reason_title(field: str, formats: Formats) -> str:
    """The shop's field that a problem is about; a rule of offers names its field without saying that it is an offer's."""
    found = target_of(field) or target_of(f"offer.{field}") if field else None
    return formats.said(found.title) if found is not None else ""
