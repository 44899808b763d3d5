"""Finding the rows of sales documents, in the order of the business that they belong to.

Sage transforms documents *in place*: when an order becomes a delivery note or an invoice, the same line rows get a new
type and number, the past stays in DL_PieceBC / PL / BL / DE, and the order's header disappears once it is empty. So
we follow lines. A line's **root** is the first document that it was on: quotation, else order, else preparation, else
delivery note, else the document where it is now. All lines of one root are one record, keyed by it: "BC|BC00042".
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.cursors import Marks, stamped_since
from raccord_connectors.erp.sage100.custom import LibreField
from raccord_connectors.erp.sage100.tables import COLUMNS, Tables, among
from raccord_connectors.kit.sql import Session

SALES = 0
TYPES = (0, 1, 2, 3, 4, 5, 6, 7)
"""Sales documents that live: 8 is the archive."""
FAMILIES = {0: "DE", 1: "BC", 2: "PL", 3: "BL", 4: "BL", 5: "BL", 6: "FA", 7: "FA"}
"""DO_Type → first half of a key. Returns and financial credits go with delivery notes: once invoiced, DL_PieceBL is
where their number stays."""
PASTS = ("DE", "BC", "PL", "BL")
WATCHED = ("F_DOCLIGNE", "F_DOCENTETE", "F_DOCREGL", "F_REGLECH")
HEADER = "H_"
"""Prefix of header columns in a row."""
LOOKUP = 200
"""Roots looked for by one statement."""


def document_key(kind: int, piece: str) -> str:
    """The key of the document that has this number: DO_Piece alone is unique only together with the type."""
    return f"{FAMILIES[kind]}|{values.key(piece)}"


def root_of(row: Row[Any]) -> str:
    for past in PASTS:
        piece = values.key(getattr(row, f"DL_Piece{past}"))
        if piece:
            return f"{past}|{piece}"
    return document_key(row.DO_Type, row.DO_Piece)


class DocumentRows:
    """`start`: the day from which documents are followed, as the database compares dates; None follows all."""

    def __init__(self, tables: Tables, libre: Sequence[LibreField], start: Any | None) -> None:
        self.tables = tables
        self.libre = libre
        self._start = start

    def everything(self, session: Session) -> Iterator[Row[Any]]:
        """All lines with their header, root by root: one sort by the server, constant memory here."""
        yield from session.rows(self.lines().order_by(*self._order()))

    def of_keys(self, session: Session, keys: Sequence[str]) -> Iterator[Row[Any]]:
        line = self.tables["F_DOCLIGNE"]
        wanted = set(keys)
        pieces = sorted({key.partition("|")[2] for key in wanted if "|" in key})
        columns = [line.c.DO_Piece, *(line.c[f"DL_Piece{past}"] for past in PASTS)]
        for start in range(0, len(pieces), LOOKUP):
            part = pieces[start : start + LOOKUP]
            width = self.tables.width("F_DOCLIGNE", "DO_Piece")
            named = sa.or_(*(among(column, width, part) for column in columns))
            statement = self.lines().where(named).order_by(*self._order())
            yield from (row for row in session.all(statement) if root_of(row) in wanted)

    def changed(self, session: Session, marks: Marks) -> list[str]:
        """Keys of documents with a line, header, due date or payment stamped since."""
        line, header = self.tables["F_DOCLIGNE"], self.tables["F_DOCENTETE"]
        stamped = [
            stamped_since(session, self.tables, "F_DOCLIGNE", marks),
            stamped_since(session, self.tables, "F_DOCENTETE", marks),
        ]
        for name in ("F_DOCREGL", "F_REGLECH"):
            table = self.tables[name]
            same = sa.and_(
                table.c.DO_Domaine == line.c.DO_Domaine,
                table.c.DO_Type == line.c.DO_Type,
                table.c.DO_Piece == line.c.DO_Piece,
            )
            touched = sa.select(sa.literal(1)).where(same, stamped_since(session, self.tables, name, marks))
            stamped.append(touched.correlate(line).exists())
        names = ["DO_Type", "DO_Piece", *(f"DL_Piece{past}" for past in PASTS)]
        statement = sa.select(*(line.c[name] for name in names)).distinct()
        joined = line.outerjoin(header, self._same_header(line, header))
        rows = session.all(statement.select_from(joined).where(*self._sales(line), sa.or_(*stamped)))
        bare = self.bare_headers(session, marks)
        return sorted(
            {root_of(row) for row in rows} | {document_key(row.DO_Type, row.DO_Piece) for row in bare}
        )

    def bare_headers(
        self, session: Session, marks: Marks | None = None, keys: Sequence[str] | None = None
    ) -> list[Row[Any]]:
        """Headers that have no line: orders just begun, or emptied."""
        line, header = self.tables["F_DOCLIGNE"], self.tables["F_DOCENTETE"]
        has_line = sa.select(sa.literal(1)).where(self._same_header(line, header)).correlate(header).exists()
        names = [*COLUMNS["F_DOCENTETE"].split(), *(field.name for field in self.libre)]
        statement = self.tables.select("F_DOCENTETE", names).where(*self._sales(header), ~has_line)
        if self._start is not None:
            statement = statement.where(header.c.DO_Date >= self._start)
        if marks is not None:
            statement = statement.where(stamped_since(session, self.tables, "F_DOCENTETE", marks))
        if keys is not None:
            pieces = [key.partition("|")[2] for key in keys if "|" in key]
            width = self.tables.width("F_DOCENTETE", "DO_Piece")
            statement = statement.where(among(header.c.DO_Piece, width, pieces[:LOOKUP]))
        rows = session.all(statement.order_by(header.c.cbMarq))
        return [row for row in rows if keys is None or document_key(row.DO_Type, row.DO_Piece) in keys]

    def money(self, session: Session, pieces: Sequence[str]) -> "Money":
        """What is known per document: its whole total, what was paid, when the rest is due."""
        money = Money()
        for start in range(0, len(pieces), LOOKUP):
            money.add(self, session, pieces[start : start + LOOKUP])
        return money

    def of_pieces(self, table: str, pieces: Sequence[str]) -> sa.Select[Any]:
        found = self.tables[table]
        width = self.tables.width(table, "DO_Piece")
        return self.tables.select(table).where(
            found.c.DO_Domaine == SALES, among(found.c.DO_Piece, width, pieces)
        )

    def lines(self) -> sa.Select[Any]:
        """Lines of sales documents with their header's columns, in no order."""
        line, header = self.tables["F_DOCLIGNE"], self.tables["F_DOCENTETE"]
        names = [*COLUMNS["F_DOCENTETE"].split(), *(field.name for field in self.libre)]
        head = [self.tables.column("F_DOCENTETE", name).label(HEADER + name) for name in names]
        joined = line.outerjoin(header, self._same_header(line, header))
        return (
            sa.select(*self.tables.columns("F_DOCLIGNE"), *head)
            .select_from(joined)
            .where(*self._sales(line), *self._recent(line))
        )

    def _recent(self, line: sa.TableClause) -> list[sa.ColumnElement[bool]]:
        """By the day of the root: the set of documents must not shrink by itself as time passes."""
        if self._start is None:
            return []
        days = [(_said(line.c[f"DL_Piece{past}"]), line.c[f"DL_Date{past}"]) for past in PASTS]
        origin = sa.case(*days, else_=line.c.DO_Date)
        return [origin >= self._start]

    def _order(self) -> list[sa.ColumnElement[Any]]:
        """Roots together, and within one the lines as people see them."""
        line = self.tables["F_DOCLIGNE"]
        pieces = [(_said(line.c[f"DL_Piece{past}"]), line.c[f"DL_Piece{past}"]) for past in PASTS]
        families = [(_said(line.c[f"DL_Piece{past}"]), sa.literal(past)) for past in PASTS]
        now = sa.case(*((line.c.DO_Type == kind, sa.literal(name)) for kind, name in FAMILIES.items()))
        return [
            sa.case(*pieces, else_=line.c.DO_Piece),
            sa.case(*families, else_=now),
            line.c.DL_Ligne,
            line.c.DL_No,
        ]

    def _sales(self, table: sa.TableClause) -> list[sa.ColumnElement[bool]]:
        return [table.c.DO_Domaine == SALES, table.c.DO_Type.in_(TYPES)]

    def _same_header(self, line: sa.TableClause, header: sa.TableClause) -> sa.ColumnElement[bool]:
        return sa.and_(
            header.c.DO_Domaine == line.c.DO_Domaine,
            header.c.DO_Type == line.c.DO_Type,
            header.c.DO_Piece == line.c.DO_Piece,
        )


class Money:
    """Amounts per document, by (type, number)."""

    def __init__(self) -> None:
        self.totals: dict[tuple[int, str], Any] = {}
        self.paid: dict[tuple[int, str], Any] = {}
        self.deposits: dict[tuple[int, str], Any] = {}
        """The part of `paid` that came before the invoice."""
        self.foreign: dict[tuple[int, str], Any] = {}
        """The deposits again, in the document's own currency; zero where it is the company's."""
        self.due: dict[tuple[int, str], Any] = {}

    def add(self, rows: DocumentRows, session: Session, pieces: Sequence[str]) -> None:
        """DR_TypeRegl 0 is a deposit, already money; 2 is a due date, which F_REGLECH says how far it was paid."""
        for line in session.all(rows.of_pieces("F_DOCLIGNE", pieces)):
            _sum(self.totals, line, values.amount(line.DL_MontantTTC))
        deposits = set()
        for part in session.all(rows.of_pieces("F_DOCREGL", pieces)):
            if values.whole(part.DR_TypeRegl) == 0:
                deposits.add(part.DR_No)
                _sum(self.paid, part, values.amount(part.DR_Montant))
                _sum(self.deposits, part, values.amount(part.DR_Montant))
                _sum(self.foreign, part, values.amount(part.DR_MontantDev))
            elif (day := values.day(part.DR_Date)) is not None:
                key = (part.DO_Type, values.key(part.DO_Piece))
                self.due[key] = min(day, self.due.get(key, day))
        for part in session.all(rows.of_pieces("F_REGLECH", pieces)):
            if part.DR_No not in deposits:
                _sum(self.paid, part, values.amount(part.RC_Montant))


def _sum(into: dict[tuple[int, str], Any], row: Row[Any], amount: Any) -> None:
    key = (row.DO_Type, values.key(row.DO_Piece))
    into[key] = into.get(key, values.ZERO) + amount


def _said(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(column.is_not(None), column != "")
