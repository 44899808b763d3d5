"""One rule on its way to the page: everything that its form and its result show."""

from collections.abc import Sequence
from typing import Any

from litestar.exceptions import NotFoundException
from msgspec import Struct

from raccord.core.rules import Rule
from raccord.core.step_catalogue import CATALOGUE, GROUPS, StepKind
from raccord.core.targets import Target
from raccord.mappings.editor_forms import TypedRule, Wrong, rule_for, with_rule
from raccord.mappings.editor_frame import CountView, Frame
from raccord.mappings.editor_rows import id_of
from raccord.mappings.editor_rule import (
    PartView,
    SourceView,
    StepView,
    chosen_sources,
    is_of_offer,
    offered_sources,
    packed,
    parts_of,
    step_views,
    vocabulary,
)
from raccord_connectors.contract import Message, Text


class Done(Struct, frozen=True):
    """What became of what the person did."""

    rule: Rule | None = None
    """As it can be used; None while it cannot."""
    usable: bool = True
    wrong: Sequence[Wrong] = ()
    saved: bool = False
    conflict: Message | None = None
    focus: str = ""
    find: str | None = None


class Edited(Struct, frozen=True, kw_only=True):
    id: str
    target: Target
    typed: TypedRule
    article: str
    article_name: str
    article_problem: Message | None
    alone: bool
    """A page of its own, without the table around."""
    back: str
    was: str
    """The rule of the draft that the form began with, to notice that somebody else has changed it."""
    focus: str
    saved: bool
    wrong: Sequence[Wrong]
    conflict: Message | None
    changed: bool
    has_default: bool
    sources: Sequence[SourceView]
    steps: Sequence[StepView]
    find: str | None
    offered: Sequence[SourceView]
    more: int
    parts: Sequence[PartView]
    more_parts: int
    counted: CountView | None


class StepGroup(Struct, frozen=True):
    title: Text
    kinds: Sequence[StepKind]


STEP_KINDS = [
    StepGroup(title, [one for one in CATALOGUE if one.group == group]) for group, title in GROUPS.items()
]


def target_asked(frame: Frame, path: str) -> Target:
    """404 for what this shop does not have."""
    target = frame.bench.target(path)
    if target is None:
        raise NotFoundException
    return target


def edited_of(frame: Frame, target: Target, typed: TypedRule, done: Done, *, alone: bool) -> dict[str, Any]:
    """What the templates of one rule need."""
    bench, formats, path = frame.bench, frame.formats, target.path
    infos = [one for one in frame.infos() if is_of_offer(target) or one.level == "product"]
    now = rule_for(bench.draft.mapping, path)
    mapping = with_rule(bench.draft.mapping, path, done.rule) if done.usable else bench.draft.mapping
    tried = frame.tried(mapping, sampled=infos)
    offered, more = offered_sources(infos, typed, tried, formats, done.find or "")
    told = done.usable and done.rule is not None and done.rule.owner != "shop"
    parts, more_parts = parts_of(path, frame.before(), tried, frame.item_names(), formats)
    edited = Edited(
        id=id_of(path),
        target=target,
        typed=typed,
        article=frame.key,
        article_name=(frame.article.name or frame.key) if frame.article is not None else "",
        article_problem=tried.problem if told else None,
        alone=alone,
        back=frame.link(),
        was=packed(now),
        focus=done.focus,
        saved=done.saved,
        wrong=done.wrong,
        conflict=done.conflict,
        changed=now != rule_for(bench.active, path),
        has_default=_default_differs(frame, path, now),
        sources=chosen_sources(typed, tried, formats),
        steps=step_views(bench, typed, done.wrong, infos, formats),
        find=done.find,
        offered=offered,
        more=more,
        parts=parts if told else [],
        more_parts=more_parts,
        counted=frame.first_count(path) if told and now == done.rule else None,
    )
    return {
        "edited": edited,
        "step_kinds": STEP_KINDS,
        "vocabulary": vocabulary(infos, target, tried, formats) if _has_formula(typed) else None,
    }


def _default_differs(frame: Frame, path: str, now: Rule | None) -> bool:
    usual = rule_for(frame.bench.usual, path)
    return usual is not None and usual != now


def _has_formula(typed: TypedRule) -> bool:
    return any(step.tag == "formula" for step in typed.steps)
