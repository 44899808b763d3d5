"""What the customers feature hands around."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import ChannelSettings
from raccord_connectors.canonical import Customer, CustomerDraft
from raccord_connectors.contract import Problem

STREAM = "customers"
"""Of marks (keys of the ERP), bindings and the snapshot (keys of the shop)."""
State = Literal["settled", "asked", "waiting", "held"]
"""asked: the ERP was asked and has not answered. waiting: it is asked again at its time. held: a person, or a change on one of
the two sides, moves it on."""


class CustomerRoute(Struct, frozen=True, kw_only=True):
    """A channel, as bringing customers over needs it."""

    tenant: UUID
    channel: UUID
    erp: UUID
    shop: UUID
    live: bool
    settings: ChannelSettings
    shop_connector: str
    takes: tuple[str, ...] | None
    """Fields that the shop can hold as it is set up; None: nobody knows, everything that its connector takes."""


class Linked(Struct, frozen=True, kw_only=True):
    """One row of `customer_account`, decoded, with both sides as they were last read."""

    account: str
    customer: str
    reason: str
    further: bool
    mine: Customer | None
    """The ERP's record; None while no scan has brought it, or after it was deleted."""
    theirs: Customer | None
    """The shop's account, or what an order says of the buyer."""
    told: Customer | None
    entered: Customer | None
    before: Customer | None
    trying: Customer | None
    wanted: CustomerDraft | None
    state: State
    problem: Problem | None
    attempts: int
    due: bool
    in_shop: bool
    """The shop was read and has this account."""


class AccountRow(Struct, frozen=True, kw_only=True):
    """One line of the list of customers: one of the ERP, with its account in one channel's shop where there is one."""

    customer: str
    title: str
    email: str
    account: str | None
    channel: UUID | None
    channel_name: str
    reason: str
    further: bool
    state: State
    to_shop: bool
    """Something for the shop is on its way."""
    problem: Problem | None
    changed_at: datetime | None
