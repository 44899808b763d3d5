"""Reading a stream: rows in the order of their keys, the rows of one key as one record, what is wrong held with its reason."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from typing import Any

import msgspec

from raccord_connectors.canonical import Record
from raccord_connectors.contract import Page, Problem, RecordRejected, Rejection, Selection
from raccord_connectors.erp.sql import texts
from raccord_connectors.erp.sql.marks import Mark, packed, unpacked
from raccord_connectors.erp.sql.settings import SqlDefinition, SqlStream
from raccord_connectors.erp.sql.source import Source
from raccord_connectors.kit.definition.assembling import group_field, record_of
from raccord_connectors.kit.definition.fields import key_field
from raccord_connectors.kit.definition.model import rule_of
from raccord_connectors.kit.definition.reading import Cells, RowReader, RowRejected, Spot
from raccord_connectors.kit.definition.values import text

SKETCH_PAGE = 5_000
NAMELESS = "(?)"
"""The key under which rows without a key are held together: one entry, with their number."""

_encode = msgspec.msgpack.Encoder(decimal_format="string", enc_hook=str).encode


class Reading:
    """Of one stream, on one connection."""

    def __init__(
        self,
        source: Source,
        name: str,
        stream: SqlStream,
        definition: SqlDefinition,
        now: float,
        marks: dict[str, Mark],
    ) -> None:
        """`marks`: stream → the last mark of this process, so that a complete pass, which has no cursor, need not begin to
        wait anew."""
        self._source = source
        self._marks = marks
        self._now = now
        self._name = name
        self._label = stream.view or name
        used = source.shape.used
        self._reader = RowReader(name, stream.fields, used, definition.manners)
        self._key_at = used.index(source.shape.key or "")
        self._parent_at = used.index(source.shape.parent) if source.shape.parent else None
        self._key_column = rule_of(stream.fields[key_field(name)]).column or ""
        self._nameless = 0

    def pages(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            yield from self._some(list(dict.fromkeys(wanted.keys)), size)
            return
        known = unpacked(wanted.since)
        before = known or self._marks.get(self._name)
        mark = self._source.next_mark(before, self._now)  # before anything is read
        if mark is not None:
            self._marks[self._name] = mark
        if wanted.sketch:
            yield from self._sketch()
        else:
            rows = self._source.all() if known is None or mark is None else self._source.since(known)
            yield from _in_pages(self._made(rows), size)
        yield Page(cursor=packed(mark), rejected=self._told_nameless())

    # ------------------------------------------------------------------------------------------------ inside

    def _some(self, keys: list[str], size: int) -> Iterator[Page]:
        found: set[str] = set()
        for rows in (
            self._source.some(keys, self._source.is_numeric()) if keys else iter(()),
            self._left_over(keys, found),
        ):
            for page in _in_pages(self._made(rows, only=set(keys) - found), size):
                found |= {record.key for record in page.records} | {one.key for one in page.rejected}
                yield page
        missing = set(keys) - found
        if missing:
            yield Page(deleted=sorted(missing))

    def _left_over(self, keys: list[str], found: set[str]) -> Iterator[Sequence[Any]]:
        """A generator, so that it looks at `found` only once the first way is done."""
        left = [key for key in keys if key not in found and "\x00" not in key]
        if left:
            yield from self._source.loosely(left)

    def _made(
        self, rows: Iterator[Sequence[Any]], only: set[str] | None = None
    ) -> Iterator[Record | Rejection]:
        """Rows come in the order of their keys, so those of one record stand together."""
        for key, same in groupby(rows, key=self._group_of):
            together = list(same)
            if not key:
                self._nameless += len(together)
            elif only is None or key in only:
                yield self._record(key, together)

    def _record(self, key: str, rows: Sequence[Sequence[Any]]) -> Record | Rejection:
        spot = Spot(self._label)
        try:
            cells: list[Cells] = [self._reader.read(row, spot) for row in rows]
            record = record_of(self._name, cells)
            assert group_field(self._name, cells[0]) == record.key
            return record
        except RowRejected as error:
            return Rejection(key, error.problem())

    def _group_of(self, row: Sequence[Any]) -> str:
        parent = text(row[self._parent_at]) if self._parent_at is not None else ""
        return parent or text(row[self._key_at])

    def _sketch(self) -> Iterator[Page]:
        digests: dict[str, bytes] = {}
        for key, same in groupby(self._source.all(), key=self._group_of):
            together = [tuple(row) for row in same]
            if not key:
                self._nameless += len(together)
                continue
            digests[key] = blake2b(_encode(together), digest_size=16).digest()
            if len(digests) == SKETCH_PAGE:
                yield Page(digests=digests)
                digests = {}
        if digests:
            yield Page(digests=digests)

    def _told_nameless(self) -> Sequence[Rejection]:
        if not self._nameless:
            return ()
        told = texts.NAMELESS.fill(
            stream=self._name, count=self._nameless, source=self._label, column=self._key_column
        )
        return (Rejection(NAMELESS, RecordRejected(told, field=key_field(self._name)).problem()),)

    def sample(self, count: int) -> tuple[int, Problem | None]:
        """How many of the first records there are, and the first reason when none of them can be read."""
        seen, reason = 0, None
        made = self._made(self._source.all())
        for one in made:
            seen += 1
            if not isinstance(one, Rejection):
                made.close()  # type: ignore[attr-defined]  # a generator
                return seen, None
            reason = reason or one.problem
            if seen == count:
                break
        return seen, reason


def _in_pages(made: Iterator[Record | Rejection], size: int) -> Iterator[Page]:
    records: list[Record] = []
    rejected: list[Rejection] = []
    for one in made:
        if isinstance(one, Rejection):
            rejected.append(one)
        else:
            records.append(one)
        if len(records) == size or len(rejected) == size:
            yield Page(records=records, rejected=rejected)
            records, rejected = [], []
    if records or rejected:
        yield Page(records=records, rejected=rejected)
