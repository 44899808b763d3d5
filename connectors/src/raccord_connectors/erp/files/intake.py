"""Takes in what lies in the drop folder: each file whole or not at all, each row understood or held with its reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from raccord_connectors.canonical import Document
from raccord_connectors.contract import Message, Problem
from raccord_connectors.erp.files import texts
from raccord_connectors.erp.files.settings import FilesDefinition, FileStream
from raccord_connectors.erp.files.store import ANSWERED, Store
from raccord_connectors.kit.definition.assembling import group_field, record_of
from raccord_connectors.kit.definition.fields import field_of, key_field
from raccord_connectors.kit.definition.loading import Place, missing_columns
from raccord_connectors.kit.definition.reading import Cells, RowReader, RowRejected, Spot, matched
from raccord_connectors.kit.definition.values import text
from raccord_connectors.kit.dropfolder.incoming import Incoming, away
from raccord_connectors.kit.dropfolder.register import Register
from raccord_connectors.kit.rowfiles.model import Table, Unreadable
from raccord_connectors.kit.rowfiles.opening import opened

CONFIRM = ".confirmer"
FEW = 20
"""Rows below which the brake of snapshots does not look at parts: one article of five is a fifth."""


class Refused(Exception):
    """The file as a whole, for these reasons."""

    def __init__(self, *reasons: Message) -> None:
        super().__init__(reasons[0].code)
        self.reasons = reasons


class Taken(Struct):
    """What one file said of one stream."""

    rows: int = 0
    nameless: bool = False
    """A row has no readable key: what is missing is then not known."""
    problems: list[Message] = []


class Intake:
    def __init__(
        self, store: Store, root: Path, definition: FilesDefinition, place: Place, now: Callable[[], float]
    ) -> None:
        self._store = store
        self._root = root
        self._definition = definition
        self._place = place
        self._now = now

    def take(self) -> None:
        """All files that are complete, the oldest first. `TransientError` when the folder is away."""
        for folder in dict.fromkeys(stream.folder for stream in self._definition.streams.values()):
            streams = {n: s for n, s in self._definition.streams.items() if s.folder == folder}
            self._take_folder(self._root / folder, streams)

    def _take_folder(self, folder: Path, streams: Mapping[str, FileStream]) -> None:
        for marker in dict.fromkeys(self._definition.marker_of(stream) for stream in streams.values()):
            incoming = Incoming(
                self._store.state, folder, marker=marker, settle=self._definition.settle_seconds
            )
            mine = {n: s for n, s in streams.items() if self._definition.marker_of(s) == marker}
            ready: dict[Path, dict[str, FileStream]] = {}
            for name, stream in mine.items():
                for path in incoming.ready(stream.pattern, self._now()):
                    ready.setdefault(path, {})[name] = stream
            for path in sorted(ready, key=lambda path: (_time_of(path), path.name)):
                self._take_file(incoming, path, ready[path])

    def _take_file(self, incoming: Incoming, path: Path, streams: Mapping[str, FileStream]) -> None:
        """One file may carry several streams: all of them are taken, or none."""
        at = datetime.fromtimestamp(self._now()).astimezone()
        language = self._definition.language
        entered: list[Document] = []
        try:
            with self._store.state.transaction():
                seq = self._store.next()
                taken = [
                    self._take_stream(path, name, stream, seq, entered) for name, stream in streams.items()
                ]
        except FileNotFoundError:
            return
        except OSError as error:
            raise away(incoming.folder, error) from error
        except Refused as refused:
            for name in streams:
                self._store.taken(name, path.name, self._now(), Problem("rejected", refused.reasons[0]))
            incoming.refused(path, at, refused.reasons, language)
            return
        for document in entered:  # a document that repeats our reference acknowledges it
            Register(self._store.state, ANSWERED["documents"]).enter(
                document.reference, document.key, document.net, document.tax, document.gross
            )
        for name in streams:
            self._store.taken(name, path.name, self._now(), None)
        confirm = path.with_name(path.name + CONFIRM)
        moved = incoming.read(path, at)
        confirm.unlink(missing_ok=True)
        problems = [problem for one in taken for problem in one.problems]
        if problems:
            incoming.report(moved, problems, language)

    # ----------------------------------------------------------------------------------------------- one stream

    def _take_stream(
        self, path: Path, name: str, stream: FileStream, seq: int, entered: list[Document]
    ) -> Taken:
        connection = self._store.state.connection
        connection.execute("DELETE FROM incoming")
        try:
            with opened(path, self._definition.form(stream)) as table:
                taken = self._lay_out(path, name, stream, table)
        except Unreadable as error:
            raise Refused(error.message) from None
        if stream.content == "snapshot":
            self._brake(path, name, stream, taken)
        self._apply(name, seq, taken, entered)
        if stream.content == "snapshot":
            if taken.nameless:
                taken.problems.append(texts.KEPT_MISSING.fill(file=path.name))
            else:
                self._drop_missing(name, seq)
        connection.execute("DELETE FROM incoming")
        return taken

    def _lay_out(self, path: Path, name: str, stream: FileStream, table: Table) -> Taken:
        """Each row understood, under the key of its record: rows of one record need not stand together."""
        columns = list(table.columns)
        lacking = missing_columns(
            self._place, name, stream.fields, path.name, columns, matched(stream.fields, columns)
        )
        if stream.action and stream.action not in columns:
            lacking.append(texts.NO_ACTION.fill(file=path.name, column=stream.action))
        if lacking:
            raise Refused(*lacking)
        reader = RowReader(name, stream.fields, columns, self._definition.manners(stream))
        action = columns.index(stream.action) if stream.action else None
        taken, counted = Taken(problems=[]), None
        insert = "INSERT INTO incoming VALUES (?, ?, ?, ?, ?)"
        connection = self._store.state.connection
        for number, row in table.rows:
            if stream.trailer and text(row[0]) == stream.trailer:
                counted = text(row[1]) if len(row) > 1 else ""
                continue
            taken.rows += 1
            removed = action is not None and text(row[action]).upper() in stream.delete
            try:
                cells = reader.read(row, Spot(path.name, number))
            except RowRejected as error:
                if removed and error.key:
                    connection.execute(insert, (error.key, number, None, None, True))
                    continue
                taken.problems.append(error.message)
                taken.nameless = taken.nameless or not error.key
                if error.key:
                    problem = msgspec.json.encode(error.problem())
                    connection.execute(insert, (error.key, number, None, problem, False))
                continue
            key = group_field(name, cells)
            connection.execute(insert, (key, number, _packed(cells), None, removed))
        self._check_trailer(path, stream, counted, taken.rows)
        return taken

    def _check_trailer(self, path: Path, stream: FileStream, counted: str | None, found: int) -> None:
        if not stream.trailer:
            return
        if counted is None:
            raise Refused(texts.NO_TRAILER.fill(file=path.name, trailer=stream.trailer))
        if counted and counted != str(found):
            raise Refused(texts.WRONG_COUNT.fill(file=path.name, told=counted, found=found))

    def _brake(self, path: Path, name: str, stream: FileStream, taken: Taken) -> None:
        known = self._store.count(name)
        if taken.rows == 0 and known:
            raise Refused(texts.EMPTY_SNAPSHOT.fill(file=path.name, known=known))
        if path.with_name(path.name + CONFIRM).exists() or known < FEW:
            return
        missing = len(self._missing(name))
        if missing * 100 > known * stream.brake_percent:
            raise Refused(
                texts.BRAKE.fill(
                    file=path.name, missing=missing, known=known, percent=stream.brake_percent, confirm=path.name + CONFIRM
                )
            )  # fmt: skip

    def _missing(self, name: str) -> list[str]:
        query = "SELECT key FROM record WHERE stream = ? AND origin = 'file' AND key NOT IN (SELECT key FROM incoming)"
        return [row["key"] for row in self._store.state.connection.execute(query, (name,))]

    def _drop_missing(self, name: str, seq: int) -> None:
        for key in self._missing(name):
            self._store.remove(name, key, seq)

    def _apply(self, name: str, seq: int, taken: Taken, entered: list[Document]) -> None:
        for key, rows in groupby(self._laid_out(), key=lambda row: row["key"]):
            found = list(rows)
            good = [_unpacked(name, row) for row in found if row["cells"] is not None and not row["removed"]]
            problem = next((row["problem"] for row in found if row["problem"] is not None), None)
            if problem is not None:
                self._store.hold(name, key, msgspec.json.decode(problem, type=Problem), seq)
            elif not good:
                self._store.remove(name, key, seq)
            else:
                try:
                    record = record_of(name, good)
                except RowRejected as error:
                    taken.problems.append(error.message)
                    self._store.hold(name, key, error.problem(), seq)
                    continue
                self._store.put(name, record, seq)
                if isinstance(record, Document) and record.reference:
                    entered.append(record)

    def _laid_out(self) -> Iterator[Any]:
        """In pieces: writing to a table while a cursor of the same connection is open is fine, forgetting it is not."""
        cursor = self._store.state.connection.execute("SELECT * FROM incoming ORDER BY key, row")
        yield from cursor


def _packed(cells: Cells) -> bytes:
    return msgspec.msgpack.encode((cells.key, cells.spot.source, cells.spot.row, cells.fields))


def _unpacked(stream: str, row: Any) -> Cells:
    key, source, number, fields = msgspec.msgpack.decode(row["cells"])
    return Cells(
        key, {name: _restored(stream, name, value) for name, value in fields.items()}, Spot(source, number)
    )


def _restored(stream: str, name: str, value: Any) -> Any:
    field = field_of(stream, name)
    if field is None or not isinstance(value, str):
        return value
    if field.kind == "number":
        return Decimal(value)
    return date.fromisoformat(value) if field.kind == "date" else value


def _time_of(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def watched(definition: FilesDefinition) -> Sequence[str]:
    """Folders below the drop folder that the definition names."""
    return tuple(dict.fromkeys(stream.folder for stream in definition.streams.values() if stream.folder))


__all__ = ["Intake", "Refused", "key_field", "watched"]
