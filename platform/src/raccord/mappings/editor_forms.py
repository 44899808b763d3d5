"""A rule as it is being typed: what the form holds even where it cannot be used yet, what the buttons make of it, and the rule
that comes of it, or what is wrong by step."""

import re
from collections.abc import Mapping, Sequence

from litestar.datastructures import FormMultiDict
from msgspec import Struct
from msgspec.structs import replace

from raccord.core import rules
from raccord.core.rules import MappingError, Rule
from raccord.core.step_catalogue import kind, kind_of
from raccord.core.steps import Step, StepError
from raccord_connectors.contract import Message, Text

MOST_STEPS, MOST_SOURCES = 20, 10
LONGEST = 4_000
"""Characters of one entry; formulas have a limit of their own below it."""
ENTRY = re.compile(r"step-(\d{1,2})-([a-z_]{1,30})")
BUTTON = re.compile(r"(source|step)-(up|down|off)-(\d{1,2})")

STEP = Text("editor.step", "Étape {number} ({title}) : {why}", "Step {number} ({title}): {why}")


class Wrong(Struct, frozen=True):
    """One sentence, and the entry that it is about."""

    message: Message
    step: int | None = None
    parameter: str = ""


class TypedStep(Struct, frozen=True):
    tag: str
    values: Mapping[str, str]
    """By parameter, as typed."""


class TypedRule(Struct, frozen=True, kw_only=True):
    owner: str = "erp"
    when_empty: str = "leave"
    sources: Sequence[str] = ()
    steps: Sequence[TypedStep] = ()


def of_rule(rule: Rule) -> TypedRule:
    steps = [TypedStep(kind_of(step).tag, kind_of(step).typed(step)) for step in rule.steps]
    return TypedRule(owner=rule.owner, when_empty=rule.when_empty, sources=rule.sources, steps=steps)


def of_form(form: FormMultiDict) -> TypedRule:
    """What is no entry of ours, or of a step that does not exist, is left out."""
    entries: dict[int, dict[str, str]] = {}
    for name, value in form.multi_items():
        found = ENTRY.fullmatch(name)
        if found and isinstance(value, str):
            entries.setdefault(int(found[1]), {})[found[2]] = clean(value)
    steps = []
    for _, typed in sorted(entries.items())[:MOST_STEPS]:
        tag = typed.pop("do", "")
        known = kind(tag)
        if known is not None:
            names = {parameter.name for parameter in known.parameters}
            steps.append(TypedStep(tag, {name: value for name, value in typed.items() if name in names}))
    return TypedRule(
        owner=str(form.get("owner", "erp")),
        when_empty=str(form.get("when_empty", "leave")),
        sources=[clean(str(path)) for path in form.getall("source", [])][:MOST_SOURCES],
        steps=steps,
    )


def clean(typed: str) -> str:
    """Browsers send lines with CR LF; NUL is no character of ours."""
    return typed.replace("\0", "").replace("\r\n", "\n")[:LONGEST]


# ------------------------------------------------------------------------------------------------- buttons


def pressed(typed: TypedRule, do: str, added: str) -> tuple[TypedRule, str]:
    """What a button makes of the rule, and the name of the control that the focus goes to. `added`: the kind of step that was
    chosen. A button that does not exist changes nothing."""
    if do.startswith("source-add:"):
        return _with_source(typed, do.removeprefix("source-add:"))
    if do == "step-add":
        return _with_step(typed, added)
    found = BUTTON.fullmatch(do)
    if found is None:
        return typed, ""
    what, way, number = found[1], found[2], int(found[3])
    pieces = list(typed.sources if what == "source" else typed.steps)
    if number >= len(pieces):
        return typed, ""
    focus = "find" if what == "source" else "step-add"
    if way == "off":
        pieces.pop(number)
    else:
        other = number + (-1 if way == "up" else 1)
        if not 0 <= other < len(pieces):
            return typed, ""
        pieces[number], pieces[other] = pieces[other], pieces[number]
        still = way if 0 < other < len(pieces) - 1 else "down" if other == 0 else "up"
        focus = f"{what}-{other}-{still}"
    return (replace(typed, sources=pieces) if what == "source" else replace(typed, steps=pieces)), focus


def _with_source(typed: TypedRule, path: str) -> tuple[TypedRule, str]:
    """Several are gathered: where nothing does that yet, the first that is not empty is taken."""
    if path in typed.sources or len(typed.sources) >= MOST_SOURCES:
        return typed, "find"
    steps = list(typed.steps)
    first = kind(steps[0].tag) if steps else None
    if typed.sources and not (first is not None and first.gathers):
        steps.insert(0, TypedStep("first", {}))
    return replace(typed, sources=[*typed.sources, path], steps=steps), "find"


def _with_step(typed: TypedRule, tag: str) -> tuple[TypedRule, str]:
    known = kind(tag)
    if known is None or len(typed.steps) >= MOST_STEPS:
        return typed, "step-add"
    steps = [*typed.steps, TypedStep(tag, known.blank())]
    return replace(typed, steps=steps), f"step-{len(steps) - 1}" if known.parameters else "step-add"


# --------------------------------------------------------------------------------------------- usable or not


def rule_of(target: str, typed: TypedRule, mapping: rules.Mapping) -> tuple[Rule | None, list[Wrong]]:
    """The rule, if it can be used in this mapping; else what is wrong with it."""
    wrong: list[Wrong] = []
    steps: list[Step] = []
    for number, one in enumerate(typed.steps):
        known = kind(one.tag)
        assert known is not None, "of_form and of_rule keep no others"
        try:
            steps.append(known.make(one.values))
        except StepError as error:
            why = error.message
            message = Message(
                why.code,
                STEP.fr.format(number=number + 1, title=known.title.fr, why=why.fr),
                STEP.en.format(number=number + 1, title=known.title.en, why=why.en),
            )
            wrong.append(Wrong(message, number, error.parameter))
    if wrong:
        return None, wrong
    rule = Rule(
        target=target,
        sources=list(typed.sources),
        steps=steps,
        owner="creation" if typed.owner == "creation" else "shop" if typed.owner == "shop" else "erp",
        when_empty="clear" if typed.when_empty == "clear" else "leave",
    )
    try:
        rules.compile_rules(with_rule(mapping, target, rule))
    except MappingError as error:
        if error.target == target:
            return None, [Wrong(error.message, error.step)]
        # Another rule is to blame: this one can be saved as soon as that one can be used; the draft's own check says so.
        return None, [Wrong(error.message)]
    return rule, []


def with_rule(mapping: rules.Mapping, target: str, rule: Rule | None) -> rules.Mapping:
    """In its place if there was one, else last. None: without it."""
    found = []
    for one in mapping.rules:
        if one.target != target:
            found.append(one)
        elif rule is not None:
            found.append(rule)
            rule = None
    return replace(mapping, rules=[*found, *([rule] if rule is not None else [])])


def rule_for(mapping: rules.Mapping, target: str) -> Rule | None:
    return next((rule for rule in mapping.rules if rule.target == target), None)
