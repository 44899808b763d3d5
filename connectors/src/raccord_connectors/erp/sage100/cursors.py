"""Cursors: one watermark per table, because a change of price, stock or variant does not touch its article's stamp.

A watermark is the database's own clock, taken before the rows were read. Sage's stamps are rounded to the minute
(`smalldatetime`), so we look back over two more; what is read twice is harmless.
"""

from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from raccord_connectors.erp.sage100.tables import STAMP, Tables
from raccord_connectors.kit.sql import Session

OVERLAP = timedelta(minutes=2)
SUMMER_TIME = timedelta(hours=1)
NEVER = datetime(1901, 1, 1)  # noqa: DTZ001  # stamps are wall-clock time without a zone

Marks = dict[str, datetime]
"""Table → its watermark. A table that is not in it (a newer version of us reads more) is read whole once."""


def to_cursor(marks: Marks) -> str:
    return msgspec.json.encode(
        {table: at.isoformat(timespec="seconds") for table, at in marks.items()}
    ).decode()


def from_cursor(cursor: str) -> Marks:
    """A cursor that we cannot read means everything: reading too much is harmless."""
    try:
        return msgspec.json.decode(cursor, type=dict[str, datetime])
    except msgspec.DecodeError:
        return {}


def lower_bound(mark: datetime, now: datetime) -> datetime:
    """Where to look from. When the clock went back (end of summer time) what was written since the mark carries
    stamps of up to an hour before it."""
    start = mark if now >= mark else now - SUMMER_TIME
    return (start - OVERLAP).replace(second=0, microsecond=0)


def stamped_since(session: Session, tables: Tables, table: str, marks: Marks) -> sa.ColumnElement[bool]:
    """Rows of `table` stamped since its mark. Rows without a stamp always count: a script wrote them, and nobody
    knows when."""
    mark = marks.get(table)
    if mark is None or STAMP not in tables.found.get(table, {}):
        return sa.true()
    stamp = tables[table].c[STAMP]
    bound = session.stamp(lower_bound(mark, session.now()))
    return sa.or_(stamp >= bound, stamp.is_(None), stamp < session.stamp(NEVER))


def changed_since(
    session: Session, tables: Tables, table: str, key: str, marks: Marks
) -> sa.Select[tuple[str]]:
    """The keys that have such a row in `table`."""
    return sa.select(tables[table].c[key]).where(stamped_since(session, tables, table, marks))
