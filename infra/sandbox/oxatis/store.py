"""The shop's SQLite file: one table of things, each a tree, by kind. Ids grow over all kinds, as Oxatis's do."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.oxatis.trees import Tree

SCHEMA = """
CREATE TABLE IF NOT EXISTS thing (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, natural TEXT NOT NULL, data TEXT NOT NULL,
  changed REAL NOT NULL, made REAL NOT NULL);
CREATE INDEX IF NOT EXISTS thing_natural ON thing (kind, natural);
CREATE TABLE IF NOT EXISTS option (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS called (day TEXT PRIMARY KEY, calls INTEGER NOT NULL);
"""
FIRST = 1000


class Store:
    """One connection, one user at a time. `write()` is a transaction: all of it or nothing."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self.lock = threading.RLock()
        self._db = sqlite3.connect(folder / "oxatis.db", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        self._begin()

    def _begin(self) -> None:
        self._db.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT 'thing', ? WHERE NOT EXISTS "
            "(SELECT 1 FROM sqlite_sequence WHERE name = 'thing')",
            (FIRST,),
        )

    @contextmanager
    def write(self) -> Iterator[None]:
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # ----------------------------------------------------------------------------------------------- things

    def add(self, kind: str, natural: str, data: Tree) -> int:
        now = self._clock()
        with self.write():
            made = self._db.execute(
                "INSERT INTO thing (kind, natural, data, changed, made) VALUES (?, ?, ?, ?, ?)",
                (kind, natural, json.dumps(data), now, now),
            )
        return int(made.lastrowid or 0)

    def save(self, number: int, natural: str, data: Tree) -> None:
        with self.write():
            self._db.execute(
                "UPDATE thing SET natural = ?, data = ?, changed = ? WHERE id = ?",
                (natural, json.dumps(data), self._clock(), number),
            )

    def delete(self, number: int) -> None:
        with self.write():
            self._db.execute("DELETE FROM thing WHERE id = ?", (number,))

    def get(self, kind: str, number: int) -> Tree | None:
        return self._one("SELECT id, data FROM thing WHERE kind = ? AND id = ?", kind, number)

    def by_natural(self, kind: str, natural: str) -> Tree | None:
        """The first of several."""
        return self._one(
            "SELECT id, data FROM thing WHERE kind = ? AND natural = ? ORDER BY id LIMIT 1", kind, natural
        )

    def every(self, kind: str, since: float = 0.0) -> list[Tree]:
        with self.lock:
            rows = self._db.execute(
                "SELECT id, data FROM thing WHERE kind = ? AND changed >= ? ORDER BY id", (kind, since)
            ).fetchall()
        return [_tree(row) for row in rows]

    def ids(self, kind: str, since: float = 0.0) -> list[int]:
        with self.lock:
            rows = self._db.execute(
                "SELECT id FROM thing WHERE kind = ? AND changed >= ? ORDER BY id", (kind, since)
            ).fetchall()
        return [int(row["id"]) for row in rows]

    def _one(self, statement: str, *values: Any) -> Tree | None:
        with self.lock:
            row = self._db.execute(statement, values).fetchone()
        return None if row is None else _tree(row)

    # --------------------------------------------------------------------------------------- options, calls

    def option(self, name: str, otherwise: str = "") -> str:
        with self.lock:
            row = self._db.execute("SELECT value FROM option WHERE name = ?", (name,)).fetchone()
        return otherwise if row is None else str(row["value"])

    def set_option(self, name: str, value: str) -> None:
        with self.write():
            self._db.execute("INSERT OR REPLACE INTO option VALUES (?, ?)", (name, value))

    def count_call(self, day: str) -> int:
        """The calls of this day, this one included."""
        with self.write():
            self._db.execute(
                "INSERT INTO called VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET calls = calls + 1", (day,)
            )
            return self.calls(day)

    def calls(self, day: str) -> int:
        with self.lock:
            row = self._db.execute("SELECT calls FROM called WHERE day = ?", (day,)).fetchone()
        return 0 if row is None else int(row["calls"])

    def empty(self) -> None:
        """All but the options."""
        with self.write():
            for table in ("thing", "called", "sqlite_sequence"):
                self._db.execute(f"DELETE FROM {table}")
            self._begin()

    def close(self) -> None:
        with self.lock:
            self._db.close()


def _tree(row: sqlite3.Row) -> Tree:
    data: Tree = json.loads(row["data"])
    return {"OxID": str(row["id"]), **data}
