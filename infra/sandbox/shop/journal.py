"""What was asked of the shop: one row per request, so that tests and benchmarks can count requests and writes."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

SCHEMA = """CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL,
  items INTEGER NOT NULL, writes INTEGER NOT NULL, milliseconds REAL NOT NULL)"""


class Journal:
    """In a file of its own: counting never waits for the shop's writers."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(folder / "requests.db", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # a lost count after a power cut harms nobody
        self._db.execute(SCHEMA)

    def add(self, method: str, path: str, status: int, items: int, writes: int, seconds: float) -> None:
        with self._lock:
            self._db.execute(
                "INSERT INTO requests (at, method, path, status, items, writes, milliseconds) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (time.time(), method, path, status, items, writes, round(seconds * 1000, 2)),
            )

    def reset(self) -> None:
        with self._lock:
            self._db.execute("DELETE FROM requests")

    def summary(self, last: int = 200) -> dict[str, Any]:
        """`requests` in all, `write_requests` that were not readings, `writes` (items really saved), and the last rows."""
        with self._lock:
            totals = self._db.execute(
                """SELECT count(*) AS requests, coalesce(sum(method NOT IN ('GET', 'HEAD', 'OPTIONS')), 0) AS write_requests,
                          coalesce(sum(items), 0) AS items, coalesce(sum(writes), 0) AS writes,
                          coalesce(sum(status >= 400), 0) AS refused FROM requests"""
            ).fetchone()
            rows = self._db.execute("SELECT * FROM requests ORDER BY id DESC LIMIT ?", (last,)).fetchall()
        return {**dict(totals), "entries": [dict(row) for row in reversed(rows)]}

    def close(self) -> None:
        with self._lock:
            self._db.close()
