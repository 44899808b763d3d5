"""The table of the mapping editor: each field of the shop, what fills it in words, and its value for one article before and
after the draft."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

from msgspec import Struct

from raccord.core.rules import Rule
from raccord.core.source_titles import source_of
from raccord.core.step_words import describe
from raccord.core.targets import GROUPS, Target
from raccord.front.i18n import Formats
from raccord.front.links import address
from raccord.mappings.bench import Bench
from raccord.mappings.editor_forms import rule_for
from raccord.mappings.preview import Tried, said
from raccord_connectors.contract import Message, Text

MOST_VALUES = 3
"""Of the variants of one article, shown in a row."""


class Wanted(Struct, frozen=True):
    """What the reader asked to see."""

    text: str = ""
    only: str = ""
    find: str = ""
    """Of articles."""


class Row(Struct, frozen=True, kw_only=True):
    id: str
    target: Target
    rule: Rule | None
    sources: Sequence[str]
    steps: Sequence[str]
    before: str | None
    after: str | None
    problem: Message | None
    changed: bool
    """Its rule differs from the version in force."""
    untaken: bool
    """The shop drops it: a rule from elsewhere fills it."""
    link: str


class Rows(Struct, frozen=True):
    title: Text
    rows: Sequence[Row]


def id_of(target: str) -> str:
    """For elements of the page: a target may hold anything."""
    return "f" + hashlib.blake2s(target.encode(), digest_size=5).hexdigest()


def row_of(bench: Bench, target: Target, before: Tried, after: Tried, formats: Formats, link: str) -> Row:
    rule = rule_for(bench.draft.mapping, target.path)
    return Row(
        id=id_of(target.path),
        target=target,
        rule=rule,
        sources=[source_title(path, formats) for path in rule.sources] if rule else [],
        steps=[formats.said(describe(step)) for step in rule.steps] if rule else [],
        before=value_of(before, target.path, formats),
        after=value_of(after, target.path, formats),
        problem=problem_of(after, target.path),
        changed=rule != rule_for(bench.active, target.path),
        untaken=rule is not None and rule.owner != "shop" and not bench.takes(target.path),
        link=link,
    )


def groups_of(
    bench: Bench, before: Tried, after: Tried, formats: Formats, wanted: Wanted, here: str, article: str
) -> list[Rows]:
    rows = [
        row_of(
            bench,
            target,
            before,
            after,
            formats,
            address(f"{here}/rule", target=target.path, article=article),
        )
        for target in bench.targets()
    ]
    shown = [row for row in rows if _is_wanted(row, wanted, formats)]
    groups = [
        Rows(title, [row for row in shown if row.target.group == group]) for group, title in GROUPS.items()
    ]
    return [group for group in groups if group.rows]


def source_title(path: str, formats: Formats) -> str:
    found = source_of(path)
    return formats.said(found.title) if found is not None else path


def value_of(tried: Tried, target: str, formats: Formats) -> str | None:
    """What the shop gets; of variants, those values that differ."""
    if tried.traced is None:
        return None
    values = [
        value for trace in tried.traced.of(target) if (value := said(trace.result, formats)) is not None
    ]
    differing = list(dict.fromkeys(values))
    more = " …" if len(differing) > MOST_VALUES else ""
    return " · ".join(differing[:MOST_VALUES]) + more if differing else None


def problem_of(tried: Tried, target: str) -> Message | None:
    """Why this field holds the article."""
    if tried.traced is None:
        return None
    failed = next((trace.problem for trace in tried.traced.of(target) if trace.problem is not None), None)
    return failed or (tried.problem if tried.field == target else None)


def _is_wanted(row: Row, wanted: Wanted, formats: Formats) -> bool:
    filled = row.rule is not None and row.rule.owner != "shop"
    match wanted.only:
        case "problems" if row.problem is None:
            return False
        case "changed" if not row.changed:
            return False
        case "filled" if not filled:
            return False
        case "shop" if filled:
            return False
    paths = row.rule.sources if row.rule else []
    return matches(
        wanted.text, [formats.said(row.target.title), row.target.path, *row.sources, *row.steps, *paths]
    )


def matches(wanted: str, texts: Iterable[str]) -> bool:
    """Every word that was typed stands somewhere; accents and capitals do not count."""
    whole = folded(" ".join(texts))
    return all(word in whole for word in folded(wanted).split())


def folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
