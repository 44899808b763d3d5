"""`payments`: the deposits and payments that we entered, told by the key that their title begins with.

A deposit is a row of F_DOCREGL (`DR_TypeRegl` 0) on the order; it follows the goods, so a partial delivery splits it into rows
of the same title. A payment of an invoice is a row of F_CREGLEMENT, allocated to due dates by F_REGLECH. What was given back
is the same, below zero.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from msgspec.structs import replace

from raccord_connectors.canonical import PaymentEntry, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.currencies import OWN, currencies
from raccord_connectors.erp.sage100.document_rows import LOOKUP, SALES, DocumentRows, root_of
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables, among
from raccord_connectors.kit.sql import Session

DEPOSIT = 0
OURS = re.compile(r"\S+-\S*/[^\s/]+")
"""First word of a title of ours: see `canonical.payment_key`."""
LIVING = (0, 1, 2, 3, 6, 7)
"""Sales documents on which an order's money is entered."""
INVOICED = (6, 7)
CREDITS = (4, 5, 6, 7)
"""Returns and credits, and the invoices that they become: what they give back is paid out on them."""

HEAD = ("DO_Type", "DO_Piece", "DO_NoWeb", "DO_Provenance")
Where = tuple[int, str]


def label_of_payment(key: str, transaction: str, width: int) -> str:
    """The title: our key, then as much of the transaction as fits."""
    return f"{key} {values.storable(transaction)}".strip()[:width].rstrip()


class Payments:
    """Reads them."""

    def __init__(self, session: Session, tables: Tables) -> None:
        self._session = session
        self._tables = tables
        self._rows = DocumentRows(tables, [], None)
        self._currencies = currencies(session, tables)

    def records(self, keys: Sequence[str] | None = None) -> Iterator[PaymentEntry]:
        """All of ours, or those of these keys."""
        found: dict[str, list[_Part]] = {}
        for part in [*self._deposits(keys), *self._payments(keys)]:
            if keys is None or part.key in keys:
                found.setdefault(part.key, []).append(part)
        places = {part.where for parts in found.values() for part in parts}
        roots, credits_ = self._roots(places), self._credits(places)
        back = [key for key, parts in found.items() if any(part.where in credits_ for part in parts)]
        orders = self._orders({key.partition("/")[0] for key in back})
        for key, parts in found.items():
            root = next((roots[part.where] for part in parts if part.where in roots), None)
            if key in back:
                order = orders.get(key.partition("/")[0])
                if order is not None:
                    yield _entry(key, parts, order, self._currency(parts), root)
            elif root is not None:
                yield _entry(key, parts, root, self._currency(parts))

    def _currency(self, parts: "Sequence[_Part]") -> str:
        return self.currency_at(parts[0].where) if parts[0].foreign else OWN

    def pieces(self, document: str, kinds: Sequence[int] = LIVING) -> list[Where]:
        """Where the lines of this order (or credit) are now, the furthest last; none when it is gone."""
        rows = self._rows.of_keys(self._session, [document])
        places = {(values.whole(row.DO_Type), values.text(row.DO_Piece)) for row in rows}
        return sorted(place for place in places if place[0] in kinds)

    def _deposits(self, keys: Sequence[str] | None) -> Iterator["_Part"]:
        table = self._tables["F_DOCREGL"]
        mine = self._tables.select("F_DOCREGL").where(
            table.c.DO_Domaine == SALES, table.c.DR_TypeRegl == DEPOSIT, _titled(table.c.DR_Libelle, keys)
        )
        for row in self._session.all(mine.order_by(table.c.DR_No)):
            where, foreign = (
                (values.whole(row.DO_Type), values.key(row.DO_Piece)),
                values.amount(row.DR_MontantDev),
            )
            part = _part(
                row.DR_Libelle, foreign or row.DR_Montant, row.DR_Date, row.N_Reglement, "deposit", where
            )
            yield from (replace(one, foreign=bool(foreign)) for one in part)

    def _payments(self, keys: Sequence[str] | None) -> Iterator["_Part"]:
        paid, shared = self._tables["F_CREGLEMENT"], self._tables["F_REGLECH"]
        names = ("RG_Libelle", "RG_Montant", "RG_Date", "N_Reglement", "RG_No")
        statement = (
            sa.select(*(paid.c[name] for name in names), shared.c.DO_Type, shared.c.DO_Piece)
            .select_from(paid.join(shared, shared.c.RG_No == paid.c.RG_No))
            .where(shared.c.DO_Domaine == SALES, _titled(paid.c.RG_Libelle, keys))
        )
        told: set[int] = set()
        for row in self._session.all(statement.order_by(paid.c.RG_No)):
            if row.RG_No not in told:  # allocated to several due dates, it is still one payment
                told.add(row.RG_No)
                where = (values.whole(row.DO_Type), values.key(row.DO_Piece))
                yield from _part(
                    row.RG_Libelle, row.RG_Montant, row.RG_Date, row.N_Reglement, "settlement", where
                )

    def currency_at(self, where: Where) -> str:
        """Of the document with that number."""
        row = self._headers({where}, (*LIVING, *CREDITS)).get(where)
        found = self._currencies.get(values.whole(row.DO_Devise)) if row is not None else None
        return found.code if found is not None else OWN

    def _credits(self, places: set[Where]) -> set[Where]:
        """Those of these documents that give something back."""
        return {where for where, row in self._headers(places).items() if _gives_back(row)}

    def _orders(self, references: set[str]) -> dict[str, str]:
        """Reference of an order → its key in `documents`."""
        header = self._tables["F_DOCENTETE"]
        width = self._tables.width("F_DOCENTETE", "DO_NoWeb")
        found: dict[Where, str] = {}
        told = sorted(references)
        for start in range(0, len(told), LOOKUP):
            part = told[start : start + LOOKUP]
            mine = self._tables.select("F_DOCENTETE", HEAD).where(
                header.c.DO_Domaine == SALES, among(header.c.DO_NoWeb, width, part)
            )
            for row in self._session.all(mine):
                if not _gives_back(row):
                    where = (values.whole(row.DO_Type), values.key(row.DO_Piece))
                    found[where] = values.text(row.DO_NoWeb)
        roots = self._roots(set(found))
        return {reference: roots[where] for where, reference in found.items() if where in roots}

    def _headers(self, places: set[Where], kinds: Sequence[int] = CREDITS) -> dict[Where, Any]:
        found: dict[Where, Any] = {}
        pieces = sorted({piece for kind, piece in places if kind in kinds})
        for start in range(0, len(pieces), LOOKUP):
            for row in self._session.all(self._rows.of_pieces("F_DOCENTETE", pieces[start : start + LOOKUP])):
                found[values.whole(row.DO_Type), values.key(row.DO_Piece)] = row
        return {where: row for where, row in found.items() if where in places}

    def _roots(self, places: set[Where]) -> dict[Where, str]:
        roots: dict[Where, str] = {}
        pieces = sorted({piece for _, piece in places})
        line = self._tables["F_DOCLIGNE"]
        for start in range(0, len(pieces), LOOKUP):
            statement = self._rows.of_pieces("F_DOCLIGNE", pieces[start : start + LOOKUP])
            for row in self._session.all(statement.order_by(line.c.DL_Ligne, line.c.DL_No)):
                roots.setdefault((values.whole(row.DO_Type), values.key(row.DO_Piece)), root_of(row))
        return roots


class _Part(Struct, frozen=True):
    """One row of money: a part of an entry."""

    key: str
    transaction: str
    amount: Decimal
    dated: date
    method: str
    kind: str
    where: Where
    foreign: bool = False
    """Its amount is in the currency of its document, which is not the company's."""


def _part(label: Any, amount: Any, day: Any, method: Any, kind: str, where: Where) -> Iterator[_Part]:
    key, _, transaction = values.text(label).partition(" ")
    dated = values.day(day)
    if OURS.fullmatch(key) and dated is not None:
        yield _Part(key, transaction, values.amount(amount), dated, str(values.whole(method)), kind, where)


def _gives_back(row: Any) -> bool:
    return row.DO_Type in (4, 5) or values.whole(row.DO_Provenance) != 0


def _entry(
    key: str, parts: Sequence[_Part], root: str, currency: str, credit: str | None = None
) -> PaymentEntry:
    total = sum((part.amount for part in parts), values.ZERO)
    first = parts[0]
    return PaymentEntry(
        key=key,
        document=root,
        kind="refund" if total < 0 else "settlement" if first.kind == "settlement" else "deposit",
        amount=plain(abs(total)),
        currency=currency,
        method=first.method,
        dated=min(part.dated for part in parts),
        transaction=first.transaction,
        credit=credit,
    )


def _titled(column: sa.ColumnElement[Any], keys: Sequence[str] | None) -> sa.ColumnElement[bool]:
    """Rows whose title may be one of ours; the rest is looked at here."""
    if keys is None:
        return column.contains("/", autoescape=True)
    named = [sa.or_(column == key, column.startswith(f"{key} ", autoescape=True)) for key in keys]
    return sa.or_(sa.false(), *named)


def payment_form(
    entry: PaymentEntry,
    session: Session,
    tables: Tables,
    settings: Sage100Settings,
    methods: dict[str, int],
) -> protocol.NewPayment:
    """What the bridge is asked to enter. Raises `RecordRejected` for what Sage could not hold."""
    if entry.kind == "deposit_invoice":
        raise RecordRejected(texts.NO_DEPOSIT_INVOICE.fill(key=entry.key), field="kind")
    if entry.amount <= 0:
        raise RecordRejected(texts.NO_AMOUNT.fill(key=entry.key, amount=entry.amount), field="amount")
    payments = Payments(session, tables)
    pieces = payments.pieces(entry.document)
    if not pieces:
        message = texts.UNKNOWN_DOCUMENT.fill(key=entry.key, document=entry.document)
        raise RecordRejected(message, field="document")
    currency = payments.currency_at(pieces[-1])
    if currency != entry.currency:
        message = texts.CURRENCY_OF_PAYMENT.fill(key=entry.key, currency=entry.currency, known=currency)
        raise RecordRejected(message, field="currency")
    if currency != OWN and (entry.credit is not None or any(kind in INVOICED for kind, _ in pieces)):
        raise RecordRejected(
            texts.FOREIGN_SETTLEMENT.fill(key=entry.key, currency=currency), field="currency"
        )
    paid_out: list[Where] = []
    if entry.credit is not None:
        paid_out = payments.pieces(entry.credit, CREDITS)
        if not paid_out:
            message = texts.UNKNOWN_CREDIT.fill(key=entry.key, document=entry.credit)
            raise RecordRejected(message, field="credit")
    width = tables.width("F_DOCREGL", "DR_Libelle") or 35
    return protocol.NewPayment(
        key=entry.key,
        label=label_of_payment(entry.key, entry.transaction, width),
        kind=entry.kind,
        pieces=pieces,
        amount=entry.amount,
        method=_method(entry, settings, methods),
        dated=entry.dated.isoformat(),
        reference=values.storable(entry.transaction)[: tables.width("F_CREGLEMENT", "RG_Reference") or 17],
        journal=entry.journal or "",
        credit=paid_out,
        currency=currency if currency != OWN else "",
    )


def demand_storable(key: str, width: int) -> None:
    """As it is or not at all: two keys cut to the same text would be taken for one payment."""
    if len(key) > width or values.storable(key) != key or not OURS.fullmatch(key):
        raise RecordRejected(texts.TOO_LONG.fill(value=key, column="DR_Libelle", width=width), field="key")


def _method(entry: PaymentEntry, settings: Sage100Settings, methods: dict[str, int]) -> int:
    """By the merchant's table, else by its name in Sage, else by the shop's name of it, else the default one."""
    named = settings.payment_methods.get(entry.method, entry.method)
    found = methods.get(named.upper()) or methods.get(entry.title.upper())
    found = found or methods.get(settings.default_payment_method.upper())
    if found is None:
        message = texts.UNKNOWN_PAYMENT_MODE.fill(key=entry.key, method=entry.method)
        raise RecordRejected(message, field="method")
    return found
