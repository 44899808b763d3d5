"""What the documents feature hands around."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from msgspec import Struct

from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_model import Missing
from raccord_connectors.canonical import Customer, Invoice
from raccord_connectors.contract import Identity, Problem

PaperState = Literal["due", "waiting", "held", "ready", "changed", "withdrawn"]
SHOWN_TO_CUSTOMERS = ("ready", "changed")


class PaperRoute(Struct, frozen=True, kw_only=True):
    """The channel of a paper, with what making it needs."""

    tenant: UUID
    channel: UUID
    channel_name: str
    erp: UUID
    shop: UUID
    live: bool
    rules: DocumentRules
    identity: Identity
    """As the ERP tells it."""
    shop_name: str = ""
    shop_url: str = ""


class StoredPaper(Struct, frozen=True, kw_only=True):
    """A row of `paper` with the record that it is made from."""

    id: UUID
    key: str
    number: str
    state: PaperState
    print: UUID
    version: int
    attempts: int
    seen_at: datetime
    invoice: Invoice | None
    """None: the ERP has it no more."""
    customer: Customer | None


class PaperRow(Struct, frozen=True, kw_only=True):
    """A line of the merchant's list."""

    id: UUID
    channel: UUID
    channel_name: str
    number: str
    kind: Literal["invoice", "credit", "deposit"]
    dated: date
    customer: str
    customer_name: str
    gross: Decimal
    currency: str
    flow: str | None
    state: PaperState
    version: int
    missing: list[Missing]
    problem: Problem | None
    given_at: datetime | None


class VersionRow(Struct, frozen=True, kw_only=True):
    number: int
    object: str
    sha256: str
    size: int
    source: str
    made_at: datetime
    keep_until: date


class PageRow(Struct, frozen=True, kw_only=True):
    """A customer's page."""

    id: UUID
    channel: UUID
    customer: str
    buyer: str
    serial: int
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None
    visits: int

    def works(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


class PaperTab(StrEnum):
    GIVEN = "given"
    WAITING = "waiting"
    ATTENTION = "attention"
    INCOMPLETE = "incomplete"
