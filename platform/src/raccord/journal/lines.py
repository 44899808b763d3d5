"""Entries as the lines of a list, wherever a list of them stands. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from raccord.journal.fields import Difference, differences
from raccord.journal.views import EntryRow

TOLD = 3
"""Fields whose change is told in the list."""


class Line(Struct, frozen=True):
    """One entry in the list, with the first of its changes."""

    entry: EntryRow
    changes: list[Difference]
    more: int


def lines_of(found: Sequence[EntryRow], language: str) -> list[Line]:
    made = []
    for entry in found:
        changes = differences(entry.before, entry.after, language) if entry.before and entry.after else []
        made.append(Line(entry, changes[:TOLD], max(len(changes) - TOLD, 0)))
    return made
