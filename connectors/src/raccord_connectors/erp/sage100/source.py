"""Reading one kind of thing out of its main table and the tables that hang on it: articles, customers.

Three ways, one code: everything (in the order of `cbMarq`, the cheap one), what changed (a watermark per table), or
some keys. Rows of the hanging tables are fetched for the keys of a batch, so memory stays that of one batch. The
fourth way, digests without records, is in `sketch`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.contract import Problem, Rejection, Text
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.cursors import Marks, changed_since
from raccord_connectors.erp.sage100.tables import COLUMNS, IDENTITY, Tables, among
from raccord_connectors.kit.sql import Session

Condition = Callable[[sa.TableClause], sa.ColumnElement[bool]]
Changed = Callable[[Session, Marks], sa.Select[Any]]


@dataclass(frozen=True)
class Hanging:
    """A table whose rows belong to a thing, which `key` names."""

    table: str
    key: str
    where: Condition | None = None
    order: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def names(self) -> Sequence[str]:
        return self.columns or COLUMNS[self.table].split()


@dataclass
class Batch:
    """Some things: their main rows by key, and the rows that hang on them."""

    rows: dict[str, Row[Any]]
    hanging: dict[str, dict[str, list[Row[Any]]]]
    rejected: list[Rejection] = field(default_factory=list)

    def of(self, table: str, key: str) -> list[Row[Any]]:
        return self.hanging.get(table, {}).get(key, [])


class Source:
    """One kind of thing. `also` are other ways in which one of them may have changed: (table watched, its keys)."""

    def __init__(
        self,
        tables: Tables,
        table: str,
        key: str,
        *,
        names: Sequence[str],
        hanging: Sequence[Hanging] = (),
        where: Condition | None = None,
        also: Sequence[tuple[str, Changed]] = (),
        doubled: Text = texts.DOUBLED_ARTICLE,
    ) -> None:
        self.tables = tables
        self.table = table
        self.key = key
        self.names = names
        self.hanging = [each for each in hanging if tables.has(each.table)]
        self.conditions = [where(tables[table])] if where else []
        self._also = [(watched, changed) for watched, changed in also if tables.has(watched)]
        self._doubled = doubled

    @property
    def watched(self) -> list[str]:
        """Tables that have a watermark in the cursor."""
        names = [self.table, *(each.table for each in self.hanging), *(table for table, _ in self._also)]
        return list(dict.fromkeys(names))

    def batches(self, session: Session, size: int, marks: Marks | None = None) -> Iterator[Batch]:
        """Everything, or with `marks` what has a row stamped since."""
        main = self.tables[self.table]
        doubles = self.doubles(session)
        statement = self._select().order_by(main.c[IDENTITY]).limit(size)
        if marks is not None:
            statement = statement.where(main.c[self.key].in_(self._changed(session, marks)))
        told: set[str] = set()
        last = 0
        while rows := session.all(statement.where(main.c[IDENTITY] > last)):
            last = getattr(rows[-1], IDENTITY)
            batch = self._batch(session, rows, doubles)
            batch.rejected = [rejection for rejection in batch.rejected if rejection.key not in told]
            told.update(rejection.key for rejection in batch.rejected)
            yield batch

    def some(self, session: Session, keys: Sequence[str], size: int) -> Iterator[Batch]:
        main = self.tables[self.table]
        width = self.tables.width(self.table, self.key)
        wanted = list(dict.fromkeys(values.key(key) for key in keys))
        for start in range(0, len(wanted), size):
            named = among(main.c[self.key], width, wanted[start : start + size])
            rows = session.all(self._select().where(named).order_by(main.c[IDENTITY]))
            yield self._batch(session, rows, frozenset())

    def doubles(self, session: Session) -> frozenset[str]:
        """Keys that more than one row has, once case and padding are put aside. Sage's collation forbids them, but
        not every row was made by Sage's own programs; where it holds, the first query finds nothing to look at."""
        column = self.tables[self.table].c[self.key]
        alike = sa.func.upper(sa.func.rtrim(column))
        if session.first(sa.select(column).where(column != alike, *self.conditions).limit(1)) is None:
            return frozenset()
        grouped = sa.select(alike.label("alike")).where(*self.conditions).group_by(alike)
        return frozenset(values.key(row.alike) for row in session.all(grouped.having(sa.func.count() > 1)))

    def _batch(self, session: Session, rows: Sequence[Row[Any]], doubles: frozenset[str]) -> Batch:
        found: dict[str, Row[Any]] = {}
        twice: set[str] = set()
        for row in rows:
            key = values.key(getattr(row, self.key))
            if key in found or key in doubles:
                twice.add(key)
            found[key] = row
        for key in twice:
            del found[key]
        problems = [Problem("rejected", self._doubled.fill(key=key), field="key") for key in sorted(twice)]
        rejected = [Rejection(key, problem) for key, problem in zip(sorted(twice), problems, strict=True)]
        hanging = {each.table: self._hang(session, each, found) for each in self.hanging}
        return Batch(found, hanging, rejected)

    def _hang(self, session: Session, each: Hanging, found: dict[str, Row[Any]]) -> dict[str, list[Row[Any]]]:
        """The rows of one hanging table for these things, by key."""
        grouped: dict[str, list[Row[Any]]] = {}
        if not found:
            return grouped
        table = self.tables[each.table]
        keys = [values.text(getattr(row, self.key)) for row in found.values()]
        width = self.tables.width(each.table, each.key)
        statement = self.tables.select(each.table, each.names).where(among(table.c[each.key], width, keys))
        if each.where is not None:
            statement = statement.where(each.where(table))
        order = [self.tables.column(each.table, name) for name in each.order] or [table.c[IDENTITY]]
        for row in session.all(statement.order_by(*order)):
            grouped.setdefault(values.key(getattr(row, each.key)), []).append(row)
        return grouped

    def _select(self) -> sa.Select[Any]:
        return self.tables.select(self.table, [*self.names, IDENTITY]).where(*self.conditions)

    def _changed(self, session: Session, marks: Marks) -> sa.CompoundSelect[Any]:
        """Keys of things with a row, in any of their tables, that was stamped since."""
        wanted: list[sa.Select[Any]] = [changed_since(session, self.tables, self.table, self.key, marks)]
        for each in self.hanging:
            wanted.append(changed_since(session, self.tables, each.table, each.key, marks))
        wanted += [changed(session, marks) for _, changed in self._also]
        return sa.union(*wanted)
