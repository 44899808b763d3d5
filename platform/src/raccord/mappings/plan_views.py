"""What a plan shows of each record, in the reader's language, and its articles as shares of a whole."""

from collections.abc import Mapping

from msgspec import UNSET, Struct

from raccord.core.plan import Action, FieldChange, Summary
from raccord.core.targets import target_of
from raccord.front.figures import Share, shares
from raccord.journal.fields import Difference, shown, title_of
from raccord.mappings.models import PlanLine
from raccord_connectors.contract import Message, Problem

ACTIONS: tuple[Action, ...] = ("create", "update", "withdraw", "release", "hold", "stock")
TONES = {
    "create": "good",
    "update": "brand",
    "withdraw": "bad",
    "release": "good",
    "hold": "wait",
    "held": "wait",
}
LONGEST_TITLES = 6
"""Fields that a line names before it is opened."""


class LineView(Struct, frozen=True):
    """One record of the plan, in the reader's language."""

    stream: str
    key: str
    name: str
    action: Action
    trying: bool
    problem: Problem | None
    reason: Message | None
    """The sum behind a quantity."""
    titles: list[str]
    differences: list[Difference]
    state: str = ""
    """Of a record on trial: sent, held, or on_its_way."""


def article_shares(summary: Summary) -> list[Share]:
    """Articles only: quantities are no part of them."""
    parts: list[tuple[str, int]] = [
        (action, summary.count(action)) for action in ACTIONS if action != "stock"
    ]
    return shares([*parts, ("unchanged", summary.unchanged), ("held", summary.held)])


def line_view(line: PlanLine, language: str, states: Mapping[tuple[str, str], str]) -> LineView:
    titles = [field_title(target, language) for target in line.fields]
    rest = [f"+ {len(titles) - LONGEST_TITLES}"] if len(titles) > LONGEST_TITLES else []
    return LineView(
        stream=line.stream,
        key=line.key,
        name=line.name,
        action=line.action,
        trying=line.trying,
        problem=line.problem,
        reason=line.reason,
        titles=[*titles[:LONGEST_TITLES], *rest],
        differences=[_difference(change, language) for change in line.changes],
        state=states.get((line.stream, line.key), ""),
    )


def _difference(change: FieldChange, language: str) -> Difference:
    before, after = (
        None if side is UNSET else shown(side, language) for side in (change.before, change.after)
    )
    return Difference(change.path, title_of(change.path, language), before, after)


def field_title(target: str, language: str) -> str:
    """A field of the shop as people call it."""
    known = target_of(target)
    if known is not None:
        return known.title.fr if language == "fr" else known.title.en
    return title_of(target, language)
