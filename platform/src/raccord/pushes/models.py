"""What is pushed, and what is answered."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from raccord_connectors.canonical import CustomerDraft, Document, Draft
from raccord_connectors.contract import Message

MOST_ROWS = 1000
"""Of a batch."""
MOST_BYTES = 8 * 1024 * 1024
BatchId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[!-~]+$")]


class Batch(Struct, frozen=True, kw_only=True):
    """Some records of one stream. A record is whole: fields that are absent have their default, not their former value."""

    batch: BatchId
    """Chosen by you: the same id again gets the same answer, and takes nothing twice."""
    records: Annotated[list[dict[str, Any]], Meta(max_length=MOST_ROWS)]
    session: UUID | None = None
    """Of a snapshot; without it the batch brings changes, and nothing is ever concluded to be gone."""
    extracted_at: datetime | None = None
    """When they were read from the ERP; without it, now. A sale leaves our reservation once stock of a later extraction came."""


class RawBatch(Struct, frozen=True, kw_only=True):
    """The same, its records not yet looked into: one that is wrong stops none of the others."""

    batch: BatchId
    records: list[msgspec.Raw]
    session: UUID | None = None
    extracted_at: datetime | None = None


class RowError(Struct, frozen=True, kw_only=True):
    row: int
    """Counted from 1 in the batch."""
    key: str | None
    field: str | None
    message: Message


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a batch. Refused rows are held for a person; the others are taken."""

    batch: str
    rows: int
    taken: int
    refused: list[RowError]
    warnings: list[RowError] = []


class Session(Struct, frozen=True, kw_only=True):
    """A snapshot: all records of a stream, in as many batches as it takes. What it lacks at its commit is gone."""

    session: UUID
    stream: str
    state: Literal["open", "committed", "abandoned"]
    rows: int
    begun_at: datetime


class Committed(Struct, frozen=True, kw_only=True):
    session: UUID
    rows: int
    gone: int
    """Records that the session lacked. Leaving a shop, they pass the brake like any others."""
    concluded: bool
    """False: nothing was concluded to be gone; `message` says why."""
    message: Message | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """Of one stream."""

    stream: str
    records: int
    last_change_at: datetime | None
    last_complete_at: datetime | None
    session: Session | None
    held: int


class Task(Struct, frozen=True, kw_only=True):
    """Something to be entered in the ERP. The same task comes until it is acknowledged or refused: enter it once, by its
    `reference`."""

    task: UUID
    kind: Literal["customer", "order"]
    reference: str
    """To be kept in the ERP."""
    since: datetime
    customer: CustomerDraft | None = None
    order: Draft | None = None


class Acknowledged(Struct, frozen=True, kw_only=True):
    """As read back from the ERP, not as it was asked."""

    customer: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    """Of a customer: its key in the ERP."""
    document: Document | None = None
    """Of an order: the document that the ERP has now, with its own number and totals."""


class Refusal(Struct, frozen=True, kw_only=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    """For a person, in the language of whoever reads it: the order is held with it."""
    field: Annotated[str, Meta(max_length=100)] | None = None
