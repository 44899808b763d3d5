"""What the orders feature hands around."""

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord_connectors.canonical import Draft, Order
from raccord_connectors.contract import Problem

OrderState = Literal["waiting", "held", "entering", "integrated", "ignored", "cancelled"]


class ChannelRoute(Struct, frozen=True):
    """Where an order comes from and goes to."""

    tenant: UUID
    channel: UUID
    erp: UUID
    shop: UUID
    live: bool
    settings: ChannelSettings
    orders_from: datetime


class StoredOrder(Struct, frozen=True, kw_only=True):
    """One row of `sales_order`, decoded."""

    id: UUID
    route: ChannelRoute
    reference: str
    order: Order
    state: OrderState
    customer: str | None
    draft: Draft | None
    document: str | None
    attempts: int
    entered: Order | None = None
    """The order as its document was asked for; None for one that was entered before this was kept."""
    gone: bool = False
    """The ERP was asked for the document by its key, and has it no more."""


class Stored(Struct, frozen=True):
    """What storing one order of the shop did."""

    id: UUID
    what: Literal["new", "changed", "same", "older"]


class OrderRow(Struct, frozen=True, kw_only=True):
    """One line of the list of orders."""

    id: UUID
    number: str
    state: OrderState
    stage: str
    gross: Decimal
    currency: str
    placed_at: datetime
    customer: str | None
    document_number: str | None
    problem: Problem | None
