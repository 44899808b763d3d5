"""A file for one pass: keys that were seen, that differ, that are gone. Thrown away afterwards, so never synced."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

CHUNK = 5_000


class Spool:
    """Use as a context: the file is made anew and removed at the end. One thread, one pass at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection

    def __enter__(self) -> "Spool":
        self._remove()
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA cache_size = -16384")
        self.clear()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._remove()

    def clear(self) -> None:
        for table in ("seen", "changed", "gone"):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
            self._connection.execute(
                f"CREATE TABLE {table} (key TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID"
            )

    def add_seen(self, some: Iterable[tuple[str, bytes]]) -> None:
        self._add("seen", some)

    def add_changed(self, some: Iterable[tuple[str, bytes]]) -> None:
        self._add("changed", some)

    def add_gone(self, keys: Iterable[str]) -> None:
        self._add("gone", ((key, b"") for key in keys))

    def drop_gone(self, keys: Iterable[str]) -> None:
        self._connection.executemany("DELETE FROM gone WHERE key = ?", ((key,) for key in keys))

    def seen(self) -> Iterator[tuple[str, bytes]]:
        """In ascending key order: this is where an unsorted reading gets sorted."""
        return self._walk("seen")

    def changed(self) -> Iterator[tuple[str, bytes]]:
        return self._walk("changed")

    def gone(self) -> Iterator[str]:
        return (key for key, _ in self._walk("gone"))

    def count_changed(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM changed").fetchone()[0])

    def changed_digests(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Digests of those of `keys` that differ; at most a page of keys at a time."""
        found: dict[str, bytes] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            marks = ",".join("?" * len(some))
            found.update(
                self._connection.execute(f"SELECT key, digest FROM changed WHERE key IN ({marks})", some)  # noqa: S608
            )
        return found

    def _add(self, table: str, rows: Iterable[tuple[str, bytes]]) -> None:
        self._connection.execute("BEGIN")
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", rows)  # noqa: S608
        self._connection.execute("COMMIT")

    def _walk(self, table: str) -> Iterator[tuple[str, bytes]]:
        query = f"SELECT key, digest FROM {table} WHERE key > ? ORDER BY key LIMIT {CHUNK}"  # noqa: S608
        after = ""
        while rows := self._connection.execute(query, (after,)).fetchall():
            yield from rows
            after = rows[-1][0]

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
