"""What can be wrong for long enough that somebody should know without looking, and how each person wants to know it."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

Kind = Literal[
    "shop_stopped",
    "erp_unread",
    "agent_silent",
    "brake",
    "orders_waiting",
    "orders_late",
    "payments_held",
    "sales_unproven",
    "mail_stopped",
    "messages_failed",
    "webhook_stopped",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Each of one object (a connection, a channel), however many records it concerns: never one mail per record."""
Pace = Literal["at_once", "daily", "never"]
PACES: tuple[Pace, ...] = get_args(Pace)

OF_ORDERS: tuple[Kind, ...] = (
    "orders_waiting", "orders_late", "payments_held", "sales_unproven", "messages_failed"
)  # fmt: skip
"""What those hear of who work with orders."""
UNWELL: tuple[Kind, ...] = ("shop_stopped", "erp_unread", "agent_silent", "brake", "orders_late")
"""What stops a channel, or a part of it: the merchant's programs hear of it as a channel that is unwell."""
USUAL: dict[str, Pace] = {
    "owner": "at_once",
    "manager": "at_once",
    "seller": "daily",
    "reader": "never",
    "partner": "never",
}
"""By role, as long as the person has chosen nothing. A partner's staff look after many companies: they choose each by itself."""


class Seen(Struct, frozen=True):
    """Something that is wrong now."""

    kind: Kind
    object: str
    details: dict[str, str | int]
    """For its sentence: `name`, and `count` where it concerns several."""


class Alert(Struct, frozen=True, kw_only=True):
    id: UUID
    kind: Kind
    object: str
    details: dict[str, str | int]
    opened_at: datetime
    resolved_at: datetime | None


class Reader(Struct, frozen=True, kw_only=True):
    """A person of the company, or of a partner whom it lets in, and how they are told."""

    account: UUID
    email: str
    name: str
    language: str
    pace: Pace
    kinds: tuple[Kind, ...]
    last_told_at: datetime | None
    partner: bool = False


class News(Struct, frozen=True):
    """What one person does not know yet."""

    opened: list[Alert]
    resolved: list[Alert]
