"""The shop's SQLite file: one connection per thread, one writer at a time, and the few moves that need no more."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Europe/Paris")
FIRST_PRODUCT = 100
FIRST_ORDER = 1000
Row = sqlite3.Row


class Database:
    """`read()` gives a connection, `write()` a transaction: all of it or nothing, and nobody writes beside it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "shop.db"
        self._local = threading.local()
        self._writer = threading.RLock()
        self._open: list[sqlite3.Connection] = []
        self.commits = 0
        """Grows with every change, so that what was counted knows whether it still holds."""
        with self.write() as db:
            for statement in _statements((Path(__file__).parent / "schema.sql").read_text("utf-8")):
                db.execute(statement)
            self._begin_numbers(db)

    def empty(self, keep: tuple[str, ...] = ()) -> None:
        with self.write() as db:
            names = [
                row["name"]
                for row in db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'")
            ]
            for name in names:
                if name not in keep and not name.startswith(("sqlite_", "product_search_")):
                    db.execute(f"DELETE FROM {name}")
            db.execute("DELETE FROM product_search")
            db.execute("DELETE FROM sqlite_sequence")
            self._begin_numbers(db)

    def _begin_numbers(self, db: sqlite3.Connection) -> None:
        """Ids begin where nobody mistakes them for quantities."""
        for table, first in (("products", FIRST_PRODUCT), ("orders", FIRST_ORDER)):
            known = db.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            if known is None:
                db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first))

    def read(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Only its own thread uses it; closing at the end happens from another one.
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
            self._open.append(connection)
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        with self._writer:
            db = self.read()
            if db.in_transaction:  # a writer that calls another one shares its transaction
                yield db
                return
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
            self.commits += 1

    def close(self) -> None:
        for connection in self._open:
            connection.close()
        self._open.clear()


@contextmanager
def savepoint(db: sqlite3.Connection) -> Iterator[None]:
    """One item of a batch: its failure undoes what it did, not what its neighbours did."""
    db.execute("SAVEPOINT item")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK TO item")
        db.execute("RELEASE item")
        raise
    db.execute("RELEASE item")


def now() -> str:
    """UTC to the second: WordPress keeps no finer time."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def site_time(utc: str | None) -> str | None:
    """The same moment in the site's own time, as WordPress shows dates beside their `_gmt` twins."""
    if not utc:
        return None
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    return moment.astimezone(SITE_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def utc_of(local: str) -> str | None:
    """The other way: a moment entered in the site's own time, as UTC. None when it is empty or no moment."""
    try:
        moment = datetime.fromisoformat(local[:19])
    except ValueError:
        return None
    return moment.replace(tzinfo=SITE_ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    return json.loads(text)


def _statements(script: str) -> list[str]:
    return [part for part in (piece.strip() for piece in script.split(";\n")) if part]
