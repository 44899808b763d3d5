"""What goes in and out of the channels feature."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord_connectors.contract import Message


class Channel(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    erp: UUID
    shop: UUID
    state: Literal["draft", "live", "paused"]
    settings: ChannelSettings
    orders_from: datetime


class BrakeRow(Struct, frozen=True, kw_only=True):
    """A brake on withdrawals that waits for a person."""

    id: UUID
    channel: UUID
    concerned: int
    known: int
    raised_at: datetime


class StockStory(Struct, frozen=True):
    """Why a shop shows this quantity: "réel 12 + commandé 5 − réservé 3 = 14"."""

    item: str
    quantity: str | None
    why: Message
