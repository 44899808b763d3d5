"""All that the files have said so far: one row per record, so that streams can be read at any time although files come and go."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from raccord_connectors.canonical import STREAMS, Document, Record, decode, encode, fingerprint
from raccord_connectors.contract import Problem
from raccord_connectors.kit.dropfolder.register import Register
from raccord_connectors.kit.dropfolder.state import State

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  stream TEXT NOT NULL, key TEXT NOT NULL, data BLOB, problem BLOB, print BLOB NOT NULL, seq INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('file', 'answer')), PRIMARY KEY (stream, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_seq ON record (stream, seq);
CREATE TABLE IF NOT EXISTS gone (stream TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (stream, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
INSERT OR IGNORE INTO counter VALUES (1, 0);
CREATE TABLE IF NOT EXISTS taken (stream TEXT PRIMARY KEY, file TEXT NOT NULL, at REAL NOT NULL, reason BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS incoming (key TEXT NOT NULL, row INTEGER NOT NULL, cells BLOB, problem BLOB, removed INTEGER NOT NULL);
"""
ANSWERED = {"documents": "drafts", "customers": "customer_drafts"}
"""Streams in which an acknowledgement makes a record, until a file tells it."""


class Stored(Struct, frozen=True):
    """A record, or why it cannot be expressed; its fingerprint."""

    key: str
    record: Record | None
    problem: Problem | None
    print: bytes


class Store:
    def __init__(self, state: State) -> None:
        self.state = state
        self._registers = {stream: Register(state, letters) for stream, letters in ANSWERED.items()}

    # ------------------------------------------------------------------------------------------- what is there

    def position(self) -> int:
        """Grows with every change: what has a higher `seq` came later."""
        return int(self.state.connection.execute("SELECT seq FROM counter").fetchone()[0])

    def records(self, stream: str, size: int, *, since: int | None = None) -> Iterator[list[Stored]]:
        """In key order, `size` at a time; each page is a reading of its own, so that files may be taken in between."""
        last = ""
        if since is not None and not self._is_newer(stream, since):
            return  # what nearly all readings find, without walking through all keys
        while True:
            rows = self.state.connection.execute(
                "SELECT * FROM record WHERE stream = ? AND key > ? AND seq > ? ORDER BY key LIMIT ?",
                (stream, last, -1 if since is None else since, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1]["key"]
            yield [self._stored(stream, row) for row in rows]

    def some(self, stream: str, keys: Sequence[str]) -> Iterator[Stored]:
        for key in dict.fromkeys(keys):
            row = self._row(stream, key)
            if row is not None:
                yield self._stored(stream, row)

    def prints(self, stream: str, size: int) -> Iterator[Mapping[str, bytes]]:
        last = ""
        while True:
            rows = self.state.connection.execute(
                "SELECT key, print FROM record WHERE stream = ? AND key > ? ORDER BY key LIMIT ?",
                (stream, last, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1]["key"]
            yield {row["key"]: bytes(row["print"]) for row in rows}

    def gone(self, stream: str, since: int) -> list[str]:
        query = "SELECT key FROM gone WHERE stream = ? AND seq > ?"
        return [row["key"] for row in self.state.connection.execute(query, (stream, since))]

    def count(self, stream: str) -> int:
        query = "SELECT count(*) FROM record WHERE stream = ? AND origin = 'file'"
        return int(self.state.connection.execute(query, (stream,)).fetchone()[0])

    def choices(self, stream: str, list_: str, field: str) -> list[str]:
        """Distinct values of a field in a list of these records: depots of stock, categories of prices."""
        query = (
            "SELECT DISTINCT json_extract(one.value, ?) AS found FROM record, json_each(CAST(data AS TEXT), ?) one "
            "WHERE stream = ? AND data IS NOT NULL AND found IS NOT NULL ORDER BY found LIMIT 500"
        )
        rows = self.state.connection.execute(query, (f"$.{field}", f"$.{list_}", stream))
        return [str(row["found"]) for row in rows]

    def taxes(self) -> list[tuple[str, str]]:
        query = (
            "SELECT DISTINCT json_extract(CAST(data AS TEXT), '$.tax.code') AS code, "
            "json_extract(CAST(data AS TEXT), '$.tax.rate') AS rate FROM record "
            "WHERE stream = 'products' AND code IS NOT NULL ORDER BY code"
        )
        return list(
            {row["code"]: (row["code"], row["rate"]) for row in self.state.connection.execute(query)}.values()
        )

    # ---------------------------------------------------------------------------------------------- what changes

    def next(self) -> int:
        """Inside a transaction: the position of what it changes."""
        self.state.connection.execute("UPDATE counter SET seq = seq + 1")
        return self.position()

    def put(self, stream: str, record: Record, seq: int, *, origin: str = "file") -> None:
        """What did not change keeps its position."""
        data = encode(self._completed(stream, record))
        self._put(stream, record.key, data, None, fingerprint(data), seq, origin)

    def hold(self, stream: str, key: str, problem: Problem, seq: int) -> None:
        """It is there and cannot be expressed; what was known of it stays."""
        told = msgspec.json.encode(problem)
        known = self._row(stream, key)
        data = known["data"] if known is not None else None
        self._put(stream, key, data, told, blake2b(told, digest_size=16).digest(), seq, "file")

    def remove(self, stream: str, key: str, seq: int) -> None:
        connection = self.state.connection
        done = connection.execute("DELETE FROM record WHERE stream = ? AND key = ?", (stream, key))
        if done.rowcount:
            connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?)", (stream, key, seq))

    def take_answers(self) -> None:
        """What was acknowledged since is there to be read."""
        for stream, register in self._registers.items():
            fresh = register.unread()
            if fresh:
                with self.state.transaction() as connection:
                    seq = self.next()
                    for letter in fresh:
                        if letter.number and self._row(stream, letter.number) is None:
                            self.put(stream, letter.entered(), seq, origin="answer")
                        register.note(connection, letter)

    def taken(self, stream: str, file: str, at: float, reason: Problem | None) -> None:
        told = None if reason is None else msgspec.json.encode(reason)
        self.state.connection.execute(
            "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?)", (stream, file, at, told)
        )

    def last_refused(self) -> list[tuple[str, float, Problem]]:
        rows = self.state.connection.execute("SELECT * FROM taken WHERE reason IS NOT NULL ORDER BY stream")
        return [(row["stream"], row["at"], msgspec.json.decode(row["reason"], type=Problem)) for row in rows]

    # ------------------------------------------------------------------------------------------------ inside

    def _completed(self, stream: str, record: Record) -> Record:
        """A file of documents need not repeat our reference: the acknowledgement told the number."""
        if not isinstance(record, Document) or record.reference:
            return record
        letter = self._registers[stream].by_number(record.key)
        return record if letter is None else replace(record, reference=letter.key)

    def _is_newer(self, stream: str, since: int) -> bool:
        query = "SELECT 1 FROM record INDEXED BY record_seq WHERE stream = ? AND seq > ? LIMIT 1"
        return self.state.connection.execute(query, (stream, since)).fetchone() is not None

    def _put(
        self,
        stream: str,
        key: str,
        data: bytes | None,
        problem: bytes | None,
        print_: bytes,
        seq: int,
        origin: str,
    ) -> None:
        connection = self.state.connection
        connection.execute(
            "INSERT INTO record (stream, key, data, problem, print, seq, origin) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (stream, key) DO UPDATE SET data = excluded.data, problem = excluded.problem, "
            "seq = iif(print = excluded.print, seq, excluded.seq), print = excluded.print, origin = excluded.origin",
            (stream, key, data, problem, print_, seq, origin),
        )
        connection.execute("DELETE FROM gone WHERE stream = ? AND key = ?", (stream, key))

    def _row(self, stream: str, key: str) -> sqlite3.Row | None:
        query = "SELECT * FROM record WHERE stream = ? AND key = ?"
        found: sqlite3.Row | None = self.state.connection.execute(query, (stream, key)).fetchone()
        return found

    def _stored(self, stream: str, row: sqlite3.Row) -> Stored:
        told = row["problem"]
        problem = None if told is None else msgspec.json.decode(told, type=Problem)
        record = None if problem is not None else decode(row["data"], STREAMS[stream])
        return Stored(row["key"], record, problem, bytes(row["print"]))
