"""Finding the rows of invoices: lines that stand on a document of type 6, or 7 once it is posted, number by number.

Both types count their numbers together: posting changes the type of an invoice, never its number. That makes its key.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.cursors import Marks, stamped_since
from raccord_connectors.erp.sage100.document_rows import LOOKUP, SALES, WATCHED, DocumentRows
from raccord_connectors.erp.sage100.tables import among
from raccord_connectors.kit.sql import Session

TYPES = (6, 7)


def invoice_key(piece: Any) -> str:
    return f"FA|{values.key(piece)}"


def piece_of(key: str) -> str:
    return key.partition("|")[2]


class InvoiceRows:
    def __init__(self, rows: DocumentRows) -> None:
        self._rows = rows
        self._tables = rows.tables

    def everything(self, session: Session) -> Iterator[Row[Any]]:
        """All lines with their header, invoice by invoice."""
        yield from session.rows(self._lines())

    def of_keys(self, session: Session, keys: Sequence[str]) -> Iterator[Row[Any]]:
        line = self._tables["F_DOCLIGNE"]
        width = self._tables.width("F_DOCLIGNE", "DO_Piece")
        pieces = sorted({piece_of(key) for key in keys if key.startswith("FA|")})
        for start in range(0, len(pieces), LOOKUP):
            named = among(line.c.DO_Piece, width, pieces[start : start + LOOKUP])
            yield from session.all(self._lines(named))

    def changed(self, session: Session, marks: Marks) -> list[str]:
        """Keys of invoices with a line, header, due date or payment stamped since."""
        found: set[str] = set()
        for name in WATCHED:
            table = self._tables[name]
            statement = sa.select(table.c.DO_Piece).where(
                table.c.DO_Domaine == SALES,
                table.c.DO_Type.in_(TYPES),
                stamped_since(session, self._tables, name, marks),
            )
            found.update(invoice_key(row.DO_Piece) for row in session.all(statement.distinct()))
        return sorted(found)

    def _lines(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        line = self._tables["F_DOCLIGNE"]
        return (
            self._rows.lines()
            .where(line.c.DO_Type.in_(TYPES), *where)
            .order_by(line.c.DO_Piece, line.c.DL_Ligne, line.c.DL_No)
        )
