"""One stream of a definition as a statement: its rows, those of some keys, those changed since, in the order of their keys."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from raccord_connectors.contract import Message
from raccord_connectors.erp.sql import texts
from raccord_connectors.erp.sql.marks import Mark, following
from raccord_connectors.erp.sql.safe_select import objection, stands_inside
from raccord_connectors.erp.sql.settings import SqlStream
from raccord_connectors.kit.definition.fields import key_field
from raccord_connectors.kit.definition.loading import Place, missing_columns
from raccord_connectors.kit.definition.model import columns_of, rule_of
from raccord_connectors.kit.definition.reading import matched
from raccord_connectors.kit.sql import Session

ROWS = "raccord_rows"
AT_ONCE = 400
"""Keys of one statement: SQL Server takes 2,100 parameters, older SQLite 999."""


def text_of(stream: SqlStream) -> str:
    if stream.query:
        return stream.query.strip().rstrip(";")
    return f"SELECT * FROM {stream.view}" + (f" WHERE {stream.filter}" if stream.filter else "")  # noqa: S608  # checked below


def objections(place: Place, name: str, stream: SqlStream, kind: str) -> list[Message]:
    """Before anything of it is executed: one SELECT, a key that is a column."""
    path = ["streams", name]
    if bool(stream.view) == bool(stream.query):
        return [place.message(texts.NO_SOURCE, path, stream=name)]
    own = [*path, "query" if stream.query else "filter" if stream.filter else "view"]
    reason = objection(text_of(stream), kind)
    if reason is not None:
        return [place.message(texts.NOT_ONE_SELECT, own, stream=name, reason=reason)]
    if not stands_inside(text_of(stream), kind):
        return [place.message(texts.TOO_CLEVER, own, stream=name)]
    key = key_field(name)
    rule = rule_of(stream.fields[key]) if key in stream.fields else None
    if rule is not None and (rule.column is None or rule.values or rule.pad):
        return [place.message(texts.KEY_AS_IT_IS, [*path, "fields", key], stream=name)]
    return []


class Shape:
    """What the database says of the source: its columns. `lacking` tells fields whose column is not there."""

    def __init__(self, session: Session, place: Place, name: str, stream: SqlStream) -> None:
        probe = sa.text(f"SELECT * FROM ({_escaped(text_of(stream))}) {ROWS} WHERE 1 = 0")  # noqa: S608
        self.columns = session.columns_of(probe)
        self._there = matched(stream.fields, self.columns)
        label = stream.view or name
        self.lacking = missing_columns(place, name, stream.fields, label, self.columns, self._there)
        modified = matched({"modified": stream.modified}, self.columns) if stream.modified else {}
        if stream.modified and not modified:
            path = {"modified": stream.modified}
            self.lacking += missing_columns(place, name, path, label, self.columns, {})
        self.modified = modified.get(stream.modified)
        key = rule_of(stream.fields[key_field(name)]).column
        self.key = self._there.get(key or "")
        parent = columns_of(stream.fields).get("parent") if name == "products" else None
        self.parent = self._there.get(parent) if parent else None
        named = [*self._there.values(), *filter(None, [self.modified])]
        self.used = list(dict.fromkeys(named))
        """Only what the definition names is ever read."""


class Source:
    def __init__(
        self, session: Session, name: str, stream: SqlStream, shape: Shape, overlap: timedelta
    ) -> None:
        if shape.key is None:
            raise AssertionError("a source without a key was not refused")
        self._session = session
        self._overlap = overlap
        self.shape = shape
        columns: list[sa.ColumnClause[Any]] = [sa.column(quoted_name(one, True)) for one in shape.columns]
        self._rows = sa.text(_escaped(text_of(stream))).columns(*columns).subquery(ROWS)
        self._key = self._rows.c[shape.key]
        self._group = self._grouped(self._rows)

    def all(self) -> Iterator[Sequence[Any]]:
        return self._run(None)

    def since(self, mark: Mark) -> Iterator[Sequence[Any]]:
        """All rows of the records of which one changed: a price that changed comes with its neighbours. Rows without a stamp
        always count: nobody knows when they were changed."""
        assert self.shape.modified is not None
        inner = self._rows.alias("raccord_changed")
        stamp = inner.c[self.shape.modified]
        changed = stamp > mark.value if mark.settled else stamp >= mark.lower(self._overlap)
        same = sa.select(self._grouped(inner)).where(sa.or_(changed, stamp.is_(None)))
        return self._run(self._group.in_(same))

    def some(self, keys: Sequence[str], numeric: bool) -> Iterator[Sequence[Any]]:
        """By the column as it is; the keys that were not found so, by its trimmed text."""
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            if self.shape.parent is None:
                typed: list[Any] = [int(key) for key in part if _is_whole(key)] if numeric else list(part)
                yield from self._run(self._key.in_(typed))
            else:
                yield from self._run(self._group.in_(part))

    def loosely(self, keys: Sequence[str]) -> Iterator[Sequence[Any]]:
        trimmed = sa.func.rtrim(sa.func.ltrim(sa.cast(self._group, sa.String(255))))
        for start in range(0, len(keys), AT_ONCE):
            yield from self._run(trimmed.in_(keys[start : start + AT_ONCE]))

    def key_of(self, column: str, value: str) -> Any:
        """The key of the first row whose column holds this text."""
        held = sa.func.rtrim(sa.func.ltrim(sa.cast(self._rows.c[column], sa.String(255))))
        row = self._session.first(sa.select(self._key).where(held == value).order_by(self._key).limit(1))
        return None if row is None else row[0]

    def is_numeric(self) -> bool:
        row = self._session.first(sa.select(self._key).where(self._key.is_not(None)).limit(1))
        return row is not None and isinstance(row[0], int | Decimal) and not isinstance(row[0], bool)

    def latest(self) -> Any:
        """The latest stamp there is; None where there is no such column, or nothing in it."""
        if self.shape.modified is None:
            return None
        row = self._session.first(sa.select(sa.func.max(self._rows.c[self.shape.modified])))
        return None if row is None else row[0]

    def next_mark(self, known: Mark | None, now: float) -> Mark | None:
        """Taken before anything is read."""
        latest = self.latest()
        return None if latest is None else following(known, latest, now, self._overlap)

    def _grouped(self, rows: Any) -> sa.ColumnElement[Any]:
        key: sa.ColumnElement[Any] = rows.c[self.shape.key]
        if self.shape.parent is None:
            return key
        parent = sa.cast(rows.c[self.shape.parent], sa.String(255))
        return sa.func.coalesce(sa.func.nullif(parent, ""), sa.cast(key, sa.String(255)))

    def _run(self, where: sa.ColumnElement[bool] | None) -> Iterator[Sequence[Any]]:
        statement = sa.select(*(self._rows.c[one] for one in self.shape.used)).order_by(
            self._group, self._key
        )
        if where is not None:
            statement = statement.where(where)
        yield from self._session.rows(statement)


def _is_whole(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 19


def _escaped(sql: str) -> str:
    """SQLAlchemy takes « :name » for a parameter, and the definition has none."""
    return sql.replace(":", "\\:")
