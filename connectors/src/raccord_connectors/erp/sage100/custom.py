"""Informations libres: fields that the merchant added. Each is a physical column of its table, named as its title.

Only names that `cbSysLibre` lists *and* the table really has are ever put into a statement, always quoted: "Matière
principale", "Photo 1" and "Réf. [web]" are ordinary names there.
"""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.canonical import Scalar
from raccord_connectors.contract import CustomField
from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

Kind = Literal["text", "number", "date", "boolean", "choice"]
KINDS: dict[int, Kind] = {3: "date", 7: "number", 9: "text", 14: "date", 20: "number", 22: "choice"}
"""CB_Type; 0 is a field that was deleted, of which the column may remain."""

MOST_VALUES = 1_000
"""Values of one list or axis told at most."""


@dataclass(frozen=True)
class LibreField:
    name: str
    kind: Kind
    with_time: bool = False

    def value(self, held: Any) -> Scalar:
        if self.kind == "number":
            found = values.number(held)
            return None if found is None else str(found)
        if self.kind == "date":
            when = values.day(held)
            if when is None:
                return None
            return _moment(held) if self.with_time else when.isoformat()
        return values.text(held) or None


def libre_fields(session: Session, tables: Tables, table: str) -> list[LibreField]:
    """Those of `table`, in the merchant's order."""
    if not tables.has("cbSysLibre"):
        return []
    libre = tables["cbSysLibre"]
    statement = tables.select("cbSysLibre").where(libre.c.CB_File == table).order_by(libre.c.CB_Pos)
    found = []
    for row in session.all(statement):
        name, kind = values.text(row.CB_Name), KINDS.get(values.whole(row.CB_Type))
        if kind is not None and name in tables.found.get(table, {}):
            found.append(LibreField(name, kind, with_time=row.CB_Type == 14))
    return found


def custom_values(
    row: Row[Any], fields: list[LibreField], others: tuple[str, ...] = (), prefix: str = ""
) -> dict[str, Scalar]:
    """Values of the informations libres, and of `others` (statistics columns), without the empty ones."""
    held = row._mapping
    found: dict[str, Scalar] = {field.name: field.value(held[prefix + field.name]) for field in fields}
    found |= {name: values.text(held[prefix + name]) or None for name in others}
    return {name: value for name, value in found.items() if value is not None}


def described(session: Session, tables: Tables, stream: str, table: str) -> list[CustomField]:
    """The informations libres of a table; those that are lists with the values met in it."""
    found = []
    for field in libre_fields(session, tables, table):
        met = values_met(session, tables, table, field.name) if field.kind == "choice" else ()
        found.append(CustomField(stream, field.name, field.name, field.kind, met))
    return found


def values_met(session: Session, tables: Tables, table: str, name: str) -> tuple[str, ...]:
    """Values that a column really holds, in order. Where Sage keeps the lists themselves differs from version to version,
    and an entry that no record has needs no correspondence."""
    column = tables.column(table, name)
    statement = sa.select(column).where(column.is_not(None)).group_by(column).order_by(column)
    rows = session.all(statement.limit(MOST_VALUES))
    return tuple(dict.fromkeys(said for row in rows if (said := values.text(row[0]))))


def _moment(held: Any) -> str:
    said = held if isinstance(held, str) else held.isoformat(sep="T", timespec="seconds")
    return said.strip().replace(" ", "T")
