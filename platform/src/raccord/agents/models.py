"""What the agents feature takes and gives, and the schedule that an agent keeps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from raccord.sync.records import READ_STREAMS
from raccord_connectors import wire

SHORTEST, LONGEST = 0.5, 7 * 24 * 3600.0
Seconds = Annotated[float, Meta(ge=SHORTEST, le=LONGEST)]

EVERY = 10.0
COMPLETE_EVERY = 3600.0
RECONCILE_EVERY = 24 * 3600.0
EVERY_OF = {"documents": 5.0, "invoices": 5.0, "customers": 60.0}
ALL = "*"


class NewCode(Struct, frozen=True):
    code: str
    """Shown once: only a hash of it is kept."""
    expires_at: datetime


class Timing(Struct, frozen=True, omit_defaults=True):
    """What a merchant chose for a stream; None keeps the default."""

    every: Seconds | None = None
    """Between two scans for changes."""
    complete_every: Seconds | None = None
    """Between two complete passes, the only ones that find deletions."""


Schedule = dict[str, Timing]
"""By stream, or `*` for all streams that have none of their own."""


class AgentSettings(Struct, frozen=True, omit_defaults=True):
    """The part of `connection.settings` that concerns the agent."""

    schedule: Schedule = {}
    reconcile_every: Seconds = RECONCILE_EVERY
    """Between two comparisons of both sides."""


class Health(wire.Heartbeat, frozen=True, omit_defaults=True):
    """The last heartbeat, and how far the agent's clock was ahead of ours (seconds; negative: behind)."""

    clock_skew: float = 0.0


class AgentCard(Struct, frozen=True):
    """An agent as its page shows it."""

    id: UUID
    connection: UUID
    connection_name: str
    connector: str
    host: str
    system: str
    version: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    health: Health | None
    """None before the first heartbeat."""


def schedules(chosen: Mapping[str, Timing]) -> list[wire.StreamSchedule]:
    """For every stream that an ERP can have; an agent ignores those that its connector lacks."""
    return [
        _schedule(stream, chosen.get(stream, Timing()), chosen.get(ALL, Timing())) for stream in READ_STREAMS
    ]


def _schedule(stream: str, own: Timing, for_all: Timing) -> wire.StreamSchedule:
    return wire.StreamSchedule(
        stream,
        own.every or for_all.every or EVERY_OF.get(stream, EVERY),
        own.complete_every or for_all.complete_every or COMPLETE_EVERY,
    )
