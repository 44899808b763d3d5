"""What goes in and out of the mappings feature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.plan import Action, FieldChange, Summary
from raccord.core.rules import Mapping
from raccord_connectors.contract import Message, Problem, Text


class Draft(Struct, frozen=True, kw_only=True):
    """The next version of a channel; without one, the version in force as somebody would begin to change it."""

    channel: UUID
    mapping: Mapping
    settings: ChannelSettings
    revision: int
    """0: nothing is saved."""
    based_on: int
    """The version that was in force when it was begun."""
    changed: bool
    """It differs from the version in force."""
    changed_by: str | None = None
    """Name of who saved it last."""
    changed_at: datetime | None = None


class Version(Struct, frozen=True, kw_only=True):
    """Rules, correspondence tables and settings that were in force, or are."""

    number: int
    author: str | None
    """Name of the person; None for the first version of a channel made without one."""
    made_at: datetime
    active: bool
    note: str
    mapping: Mapping
    settings: ChannelSettings


PlanState = Literal["making", "ready", "failed", "applied", "superseded"]
Stage = Literal["matching", "listings", "references", "availability", "counting"]


class Plan(Struct, frozen=True, kw_only=True):
    """What applying a draft would do."""

    id: UUID
    channel: UUID
    state: PlanState
    stage: Stage
    """Where the making is: reading the shop (first connection only), articles, shared references, stock, counting."""
    done: int
    of: int
    """Articles, and items of stock; 0 until they are counted."""
    summary: Summary | None
    """When it is ready."""
    problem: Problem | None
    """Why it could not be made."""
    based_on: int
    revision: int
    """Of the draft that it was made from: when the draft has another one, it says something else by now."""
    stale: bool
    """Another version is in force than when it was made: it can no longer be applied."""
    first: bool
    """The channel is not on air yet: applying the plan puts it there."""
    trying: int
    """Articles that follow this plan already, on trial."""
    author: str | None
    note: str
    created_at: datetime
    ended_at: datetime | None
    applied_at: datetime | None
    applied_by: str | None
    version: int | None
    """What it became when it was applied."""
    mapping: Mapping
    settings: ChannelSettings


class PlanLine(Struct, frozen=True, kw_only=True):
    """One record that would change."""

    stream: str
    """`listings`: an article. `availability`: the quantity of an item."""
    key: str
    name: str
    """The article's name in the ERP; empty where it has none, or is an item of stock."""
    action: Action
    fields: Sequence[str]
    """Targets that change: `name`, `offer.price`."""
    changes: Sequence[FieldChange]
    problem: Problem | None
    """Why it would be held."""
    reason: Message | None = None
    """The sum behind a quantity: "réel 12 − réservé 3 = 9". Of a withdrawal: why the article is not for this shop."""
    trying: bool = False
    """On trial."""

    @property
    def cursor(self) -> str:
        """For `after` of the next page."""
        return f"{self.stream}:{self.key}"


Change = Literal["added", "removed", "changed"]


class Part(Struct, frozen=True):
    """Inside a rule (its sources, steps, owner) or a table (an entry, whose title it is). None: that side has none."""

    title: Text
    before: Message | None
    after: Message | None


class Edit(Struct, frozen=True):
    """One thing that differs between two versions."""

    kind: Literal["rule", "table", "setting"]
    change: Change
    path: str
    """A rule's target, a table's name, or a setting's path (`stock.margin`)."""
    title: Text
    before: Any = None
    """Of a setting: its value."""
    after: Any = None
    parts: Sequence[Part] = ()
    """Of a rule or a table."""
