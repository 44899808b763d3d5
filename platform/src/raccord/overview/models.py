"""What the overview and the waiting list show."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord_connectors.contract import Problem


class Frame(Struct, frozen=True):
    """Around every page of a merchant."""

    waiting: int
    """Things that wait for a person."""
    timezone: str
    alerts: int = 0
    """That are open."""


class Figures(Struct, frozen=True):
    """The last 24 hours, unless said otherwise."""

    on_sale: int
    """Listings that the shops show, all time."""
    to_push: int
    changes: int
    orders: int
    latency_ms: int | None
    """Median from the ERP's change to the shop's answer."""
    latency_p95_ms: int | None
    last_change_at: datetime | None


class ChannelHealth(Struct, frozen=True):
    id: UUID
    name: str
    erp_name: str
    shop_name: str
    state: str
    agent_seen_at: datetime | None
    shop_state: str
    due: int
    waiting: int


class Hour(Struct, frozen=True):
    """One bar of the chart."""

    start: datetime
    done: int
    failed: int


class Waiting(Struct, frozen=True):
    """One thing that waits for a person."""

    kind: Literal["order", "record", "source", "brake", "connection", "paper"]
    id: str
    title: str
    problem: Problem | None
    since: datetime
    place: str
    """Where it is looked at and decided on: an address within the tenant."""
    details: dict[str, int] = {}
