"""The SQLite file under the base: its form, its transactions, one connection for each thread.

Several threads use it, each through its own connection; SQLite puts their transactions in a row. A commit is on
the disk when it returns (`synchronous=FULL`): what the platform or the ERP is told depends on it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA_VERSION = 1
BUSY_SECONDS = 60.0
CACHE_KIB = 8_192
"""Of each connection. Small on purpose: the whole agent stays under 150 MB with a million articles."""
JOURNAL_BYTES = 64 * 1024 * 1024
"""What the write-ahead log is cut back to after a large pass."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  cursor TEXT,
  records INTEGER NOT NULL DEFAULT 0,
  last_scan_at REAL,
  last_complete_at REAL,
  emptied INTEGER NOT NULL DEFAULT 0,   -- 1: the platform was told that a complete pass saw nothing
  unsorted INTEGER NOT NULL DEFAULT 0,  -- 1: this system does not give its sketch in key order
  wish INTEGER NOT NULL DEFAULT 0,      -- number of the newest wish for a scan out of turn; 0: none
  wish_complete INTEGER NOT NULL DEFAULT 0,
  doubts INTEGER NOT NULL DEFAULT 0,    -- number of the newest request to send some keys again; 0: none
  complete_seen INTEGER NOT NULL DEFAULT 0, -- rows that the last complete pass saw
  compare INTEGER NOT NULL DEFAULT 0,   -- number of the newest request to compare both sides; 0: none
  compared_at REAL
);

CREATE TABLE entry (
  stream INTEGER NOT NULL,
  key TEXT NOT NULL,
  fingerprint BLOB,                     -- of the record that the platform was sent; NULL: none, or in doubt
  sketch BLOB,                          -- the system's digest of its source rows when the record was read
  held BLOB,                            -- digest of the problem when the record cannot be expressed
  PRIMARY KEY (stream, key)
) WITHOUT ROWID;

CREATE TABLE outbox (
  place INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  size INTEGER NOT NULL,
  body BLOB NOT NULL                    -- wire.Delta, packed and compressed; numbered when it is sent
);

CREATE TABLE executed (
  command TEXT PRIMARY KEY,
  result BLOB NOT NULL,                 -- wire.CommandResult, packed
  asked INTEGER NOT NULL DEFAULT 1,     -- how often the platform gave this command
  posted INTEGER NOT NULL DEFAULT 0,    -- up to which of these times the result was acknowledged
  at REAL NOT NULL
) WITHOUT ROWID;
"""


class Database:
    """Opens the file (made if missing) and gives each thread its connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.local()
        with self.transaction() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _statements(SCHEMA):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version > SCHEMA_VERSION:
                raise NewerBase(version)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection. It is closed when the thread ends."""
        found: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA synchronous = FULL")
            found.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
            found.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._threads.connection = found
        return found

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. Writers wait for each other; nothing slow belongs inside."""
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise BaseTrouble(str(error)) from error
            raise

    def close(self) -> None:
        """Closes this thread's connection."""
        found: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if found is not None:
            found.close()
            self._threads.connection = None

    def remember(self, name: str, value: str) -> None:
        self.connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def recall(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])


class BaseTrouble(Exception):
    """The base cannot be written: disk full, no rights, a damaged file."""


class NewerBase(Exception):
    """The base was written by a newer agent, which changed its form: going back would misread it."""

    def __init__(self, version: int) -> None:
        super().__init__(f"form {version} of the base, this agent knows {SCHEMA_VERSION}")


def _statements(script: str) -> list[str]:
    """One by one, because `executescript` commits first and would leave a half-made base after a crash."""
    return [statement for statement in script.split(";\n") if statement.strip()]
