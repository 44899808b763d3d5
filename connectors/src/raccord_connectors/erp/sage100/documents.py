"""`documents`: the business of a sale, from quotation or order to invoice, as one record that keeps its key."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.engine import Row

from raccord_connectors.canonical import Document, Scalar
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.currencies import Exchanges
from raccord_connectors.erp.sage100.cursors import Marks
from raccord_connectors.erp.sage100.custom import custom_values, libre_fields
from raccord_connectors.erp.sage100.document_record import Titles, bare_document, document_of
from raccord_connectors.erp.sage100.document_rows import HEADER, DocumentRows, document_key, root_of
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.sketch import digest_rows
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Database, Session

TOGETHER = 100
"""Documents whose payments are looked up by one statement."""
Made = Document | tuple[str, RecordRejected]


class Documents:
    def __init__(
        self, database: Database, session: Session, tables: Tables, settings: Sage100Settings
    ) -> None:
        self._database = database
        self.libre = libre_fields(session, tables, "F_DOCENTETE")
        told = settings.documents_from
        start = session.stamp(datetime.fromisoformat(told)) if told else None
        self.rows = DocumentRows(tables, self.libre, start)
        carriers = {
            row.cbIndice: values.text(row.E_Intitule) for row in session.all(tables.select("P_EXPEDITION"))
        }
        self._titles = Titles(
            carriers, settings.tracking_field, Exchanges.of(session, tables, settings), self._custom
        )

    def records(self, session: Session) -> Iterator[Made]:
        yield from self._made(self.rows.everything(session))
        yield from map(_bare, self.rows.bare_headers(session))

    def changed(self, session: Session, marks: Marks) -> Iterator[Made]:
        yield from self.some(session, self.rows.changed(session, marks))

    def some(self, session: Session, keys: Sequence[str]) -> Iterator[Made]:
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), TOGETHER):
            part = wanted[start : start + TOGETHER]
            yield from self._made(self.rows.of_keys(session, part))
            yield from map(_bare, self.rows.bare_headers(session, keys=part))

    def sketch(self, session: Session, size: int) -> Iterator[Mapping[str, bytes]]:
        ready: dict[str, bytes] = {}
        for key, rows, money in self._groups(self.rows.everything(session)):
            pieces = sorted({(row.DO_Type, values.key(row.DO_Piece)) for row in rows})
            paid = [
                (
                    money.paid.get(piece),
                    money.totals.get(piece),
                    money.due.get(piece),
                    money.foreign.get(piece),
                )
                for piece in pieces
            ]
            ready[key] = digest_rows([[tuple(row) for row in rows], paid, self._titles.carriers])
            if len(ready) >= size:
                yield ready
                ready = {}
        for row in self.rows.bare_headers(session):
            ready[document_key(row.DO_Type, row.DO_Piece)] = digest_rows(tuple(row))
        if ready:
            yield ready

    def _made(self, rows: Iterator[Row[Any]]) -> Iterator[Made]:
        for key, lines, money in self._groups(rows):
            try:
                yield document_of(key, lines, money, self._titles)
            except RecordRejected as refusal:
                yield key, refusal

    def _groups(self, rows: Iterator[Row[Any]]) -> Iterator[tuple[str, list[Row[Any]], Any]]:
        """(key, lines, money) of each root. Money is looked up over a connection of its own, because the first one
        may still be streaming."""
        waiting: list[tuple[str, list[Row[Any]]]] = []
        for key, lines in groupby(rows, root_of):
            waiting.append((key, list(lines)))
            if len(waiting) >= TOGETHER:
                yield from self._with_money(waiting)
                waiting = []
        yield from self._with_money(waiting)

    def _with_money(
        self, groups: list[tuple[str, list[Row[Any]]]]
    ) -> Iterator[tuple[str, list[Row[Any]], Any]]:
        if not groups:
            return
        pieces = sorted({values.text(row.DO_Piece) for _, rows in groups for row in rows})
        with self._database.session() as session:
            money = self.rows.money(session, pieces)
        for key, rows in groups:
            yield key, rows, money

    def _custom(self, row: Row[Any]) -> dict[str, Scalar]:
        return custom_values(row, self.libre, prefix=HEADER)


def _bare(row: Row[Any]) -> Made:
    try:
        return bare_document(row)
    except RecordRejected as refusal:
        return document_key(row.DO_Type, row.DO_Piece), refusal
