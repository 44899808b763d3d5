"""What was handed over, what became of it, and the documents that the ERP has acknowledged."""

import sqlite3
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Customer,
    CustomerDraft,
    Document,
    DocumentLine,
    Draft,
    Record,
    decode,
    plain,
)
from raccord_connectors.kit.dropfolder.state import State

LetterState = Literal["asked", "sent", "done", "refused"]
TYPES: dict[str, type[Record]] = {"drafts": Draft, "customer_drafts": CustomerDraft}
READ_IN = {"drafts": "documents", "customer_drafts": "customers"}


class Letter(Struct, frozen=True, kw_only=True):
    stream: str
    key: str
    state: LetterState
    file: str
    record: bytes
    asked_at: float
    number: str | None = None
    net: str | None = None
    tax: str | None = None
    gross: str | None = None
    reason: str | None = None
    field: str | None = None
    told: bool = False

    def entered(self) -> Record:
        """The document or the customer as the ERP acknowledged it: what we sent, under its number, with its totals where the
        acknowledgement tells them."""
        assert self.number is not None
        match decode(self.record, TYPES[self.stream]):
            case Draft() as draft:
                return self._document(draft, self.number)
            case CustomerDraft() as draft:
                return _customer(draft.customer, self.number)
        raise AssertionError(self.stream)

    def _document(self, draft: Draft, number: str) -> Document:
        net, tax, gross = self._totals(draft)
        return Document(
            key=number,
            number=number,
            kind=draft.kind,
            dated=draft.dated,
            reference=draft.key,
            customer=draft.customer,
            state="confirmed",
            lines=[
                DocumentLine(
                    key=str(position),
                    item=line.item,
                    title=line.title,
                    quantity=plain(line.quantity),
                    net=plain(line.net),
                    rate=None if line.rate is None else plain(line.rate),
                )
                for position, line in enumerate(draft.lines, start=1)
            ],
            currency=draft.currency,
            net=net,
            tax=tax,
            gross=gross,
        )

    def _totals(self, draft: Draft) -> tuple[Decimal, Decimal, Decimal]:
        """What the acknowledgement leaves out follows from the rest; one that tells no total confirms ours."""
        net = Decimal(self.net) if self.net is not None else None
        tax = Decimal(self.tax) if self.tax is not None else None
        gross = Decimal(self.gross) if self.gross is not None else draft.gross
        if net is None:
            net = gross - tax if tax is not None else gross - draft.tax
        return plain(net), plain(gross - net), plain(gross)


def _customer(known: Customer, number: str) -> Customer:
    return replace(known, key=number)


class Register:
    """Of one stream. Every change is on the disk when the call returns."""

    def __init__(self, state: State, stream: str) -> None:
        self._state = state
        self._stream = stream

    def letter(self, key: str) -> Letter | None:
        return self._one("key = ?", key)

    def by_number(self, number: str) -> Letter | None:
        return self._one("number = ?", number)

    def done(self) -> list[Letter]:
        query = "SELECT * FROM letter WHERE stream = ? AND state = 'done' ORDER BY number"
        return [_letter(row) for row in self._state.connection.execute(query, (self._stream,))]

    def unread(self) -> list[Letter]:
        """Acknowledged, and not yet among what is read (`note`)."""
        query = "SELECT * FROM letter WHERE stream = ? AND state = 'done' AND NOT told ORDER BY number"
        return [_letter(row) for row in self._state.connection.execute(query, (self._stream,))]

    def note(self, connection: sqlite3.Connection, letter: Letter) -> None:
        """It is among what is read; in the transaction that put it there."""
        connection.execute(
            "UPDATE letter SET told = 1 WHERE stream = ? AND key = ?", (self._stream, letter.key)
        )

    def ask(self, key: str, file: str, record: bytes, at: float) -> None:
        """Before it is sent; replaces one that was refused."""
        with self._state.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO letter (stream, key, state, file, record, asked_at) VALUES (?, ?, 'asked', ?, ?, ?)",
                (self._stream, key, file, record, at),
            )

    def forget(self, key: str) -> None:
        """One that was certainly not sent."""
        with self._state.transaction() as connection:
            connection.execute("DELETE FROM letter WHERE stream = ? AND key = ?", (self._stream, key))

    def sent(self, key: str) -> None:
        self._set("state = 'sent'", "state = 'asked'", key)

    def enter(
        self, key: str, number: str, net: Decimal | None, tax: Decimal | None, gross: Decimal | None
    ) -> bool:
        """False where nothing was sent under this key. A number, once given, stays."""
        amounts = [None if one is None else str(one) for one in (net, tax, gross)]
        self._set(
            "state = 'done', number = ?, net = ?, tax = ?, gross = ?, reason = NULL, field = NULL, told = 0",
            "state <> 'done'",
            key,
            number,
            *amounts,
        )
        return self.letter(key) is not None

    def refuse(self, key: str, reason: str, field: str) -> bool:
        self._set("state = 'refused', reason = ?, field = ?, told = 0", "state <> 'done'", key, reason, field)
        return self.letter(key) is not None

    def tell(self, key: str) -> None:
        self._set("told = 1", "true", key)

    def _set(self, what: str, where: str, key: str, *values: str | None) -> None:
        with self._state.transaction() as connection:
            connection.execute(
                f"UPDATE letter SET {what} WHERE stream = ? AND key = ? AND {where}",  # noqa: S608  # our own words
                (*values, self._stream, key),
            )

    def _one(self, where: str, value: str) -> Letter | None:
        query = f"SELECT * FROM letter WHERE stream = ? AND {where}"  # noqa: S608  # our own words
        row = self._state.connection.execute(query, (self._stream, value)).fetchone()
        return None if row is None else _letter(row)


def _letter(row: sqlite3.Row) -> Letter:
    return msgspec.convert(dict(row), type=Letter, strict=False)
