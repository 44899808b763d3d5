"""What goes in and out of the rehearsals feature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.rehearsal.findings import Kind, Severity
from raccord_connectors.contract import Message, Problem

State = Literal["running", "done", "failed", "ended"]


class Rehearsal(Struct, frozen=True, kw_only=True):
    """One rehearsal: where it stands, and what it has counted so far."""

    id: UUID
    channel: UUID
    state: State
    of_draft: bool
    """Of the draft, not of what is in force."""
    step: str
    """`sync.rehearsing.STEPS`."""
    done: int
    of: int
    """Records of the step; 0 where nobody knows before."""
    counts: Mapping[str, int]
    """Kind → findings."""
    figures: Mapping[str, int]
    """articles, selling, listings, matched, ambiguous, only_erp, only_shop, unsold, customers, orders, orders_good; those of
    later steps are absent."""
    problem: Problem | None
    """Why it failed, or what it waits for."""
    account: UUID | None
    started_at: datetime
    ended_at: datetime | None


class Example(Struct, frozen=True):
    """One finding."""

    kind: str
    stream: str
    key: str
    part: str
    message: Message
    many: int


class Group(Struct, frozen=True):
    """All findings of one kind: how many, and the first of them."""

    kind: Kind
    count: int
    examples: list[Example]


class Report(Struct, frozen=True):
    """What a rehearsal found, the gravest first."""

    rehearsal: Rehearsal
    groups: Mapping[Severity, list[Group]]

    def total(self, severity: Severity) -> int:
        return sum(group.count for group in self.groups[severity])
