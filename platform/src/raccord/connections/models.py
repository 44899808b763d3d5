"""What goes in and out of the connections feature."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from raccord_connectors.contract import Discovery, Message, Problem

State = Literal["new", "ready", "problem", "paused"]


class Connection(Struct, frozen=True, kw_only=True):
    """One configured system, without its secrets."""

    id: UUID
    name: str
    connector: str
    side: Literal["erp", "shop"]
    settings: dict[str, Any]
    state: State
    problem: Problem | None
    discovery: Discovery | None
    checked_at: datetime | None


class Checked(Struct, frozen=True):
    """The answer of "test the connection": nothing, or what to do, right by right."""

    problem: Problem | None = None
    findings: tuple[Message, ...] = ()

    @property
    def good(self) -> bool:
        return self.problem is None
