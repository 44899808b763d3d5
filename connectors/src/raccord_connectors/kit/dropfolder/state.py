"""What a custom ERP's connector remembers beside its definition, in one SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, since REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS letter (
  stream TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('asked', 'sent', 'done', 'refused')),
  file TEXT NOT NULL, record BLOB NOT NULL, asked_at REAL NOT NULL, number TEXT, net TEXT, tax TEXT, gross TEXT,
  reason TEXT, field TEXT, told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (stream, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS letter_number ON letter (stream, number);
"""
TIMEOUT = 30.0


class State:
    """Every transaction is on the disk before the next step: what was sent is never forgotten."""

    def __init__(self, path: Path, *, schema: str = "") -> None:
        self.path = path
        self.connection = sqlite3.connect(
            path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.executescript(SCHEMA + schema)

    @classmethod
    def beside(cls, definition: Path, *, schema: str = "") -> "State":
        return cls(definition.with_suffix(".state.sqlite"), schema=schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()
