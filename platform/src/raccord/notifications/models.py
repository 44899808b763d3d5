"""What the notifications feature hands around."""

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord.core.notification_events import Reason
from raccord.core.notification_rules import Language, Medium
from raccord_connectors.canonical import Document, Order
from raccord_connectors.contract import Message, Problem

State = Literal["due", "sending", "sent", "uncertain", "failed", "skipped"]
"""due: sent as soon as it may. sending: being handed over. uncertain: perhaps sent, a person decides. skipped: not wanted."""
STATES: tuple[State, ...] = get_args(State)


class Due(Struct, frozen=True, kw_only=True):
    """One message to be sent, with all that it is made of."""

    tenant: UUID
    id: UUID
    sales_order: UUID
    event: str
    """`core.notification_events.Happening.key`."""
    medium: Medium
    state: State
    seen_at: datetime
    attempts: int
    channel: UUID
    channel_name: str
    erp: UUID
    shop: UUID
    reference: str
    """Our own, kept in the ERP's document."""
    live: bool
    settings: ChannelSettings
    order: Order
    document: Document | None
    gone: bool
    """The ERP has deleted the document."""
    others: tuple[str, ...]
    """Keys of all events that are recorded of this order."""
    timezone: str


class SenderRow(Struct, frozen=True, kw_only=True):
    """By what a merchant's messages leave, without its secrets."""

    medium: Medium
    provider: str
    settings: dict[str, object]
    has_secrets: bool
    state: Literal["new", "ready", "problem"]
    problem: Problem | None
    checked_at: datetime | None


class Told(Struct, frozen=True, kw_only=True):
    """One line of the page of messages, or of an order's page."""

    id: UUID
    sales_order: UUID
    number: str
    event: str
    medium: Medium
    state: State
    reason: Reason | None
    recipient: str
    language: Language | None
    seen_at: datetime
    sent_at: datetime | None
    retry_at: datetime
    attempts: int
    answer: str
    problem: Problem | None
    receipt: Literal["awaited", "delivered", "refused", "unknown"] | None
    erp: UUID


class Skip(Struct, frozen=True):
    """It is not sent, for good."""

    reason: Reason


class Later(Struct, frozen=True):
    at: datetime


class Failed(Struct, frozen=True):
    message: Message


class Attachment(Struct, frozen=True, kw_only=True):
    """A PDF."""

    name: str
    content: bytes


class Mail(Struct, frozen=True, kw_only=True):
    """Ready to be handed over."""

    recipient: str
    language: Language
    content: bytes
    mark: str


class Sms(Struct, frozen=True, kw_only=True):
    recipient: str
    language: Language
    text: str
    mark: str
