"""The shop's SQLite file, its tables made from `schema`; values are kept as the webservice shows them, as text."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.prestashop.schema import RESOURCES, Resource

Values = dict[str, Any]
"""Field → text; text by language id (as text) for translated ones; `associations`: name → list of rows."""
NUMBERS = ("int", "bool")
OTHERS = """
CREATE TABLE IF NOT EXISTS sandbox (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS api_keys (key TEXT PRIMARY KEY, active INTEGER NOT NULL, rights TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS images (id INTEGER PRIMARY KEY AUTOINCREMENT, id_product INTEGER NOT NULL,
  position INTEGER NOT NULL, cover INTEGER NOT NULL, format TEXT NOT NULL, content BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS images_of ON images (id_product);
CREATE TABLE IF NOT EXISTS carts (token TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY AUTOINCREMENT, id_order INTEGER NOT NULL, subject TEXT NOT NULL);
"""
FIRST = {"products": 20, "orders": 1000, "customers": 10}
"""Ids begin where nobody mistakes them for quantities."""


class Database:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "prestashop.db"
        self._local = threading.local()
        self._writer = threading.RLock()
        self._open: list[sqlite3.Connection] = []
        db = self.read()
        for statement in OTHERS.split(";\n"):
            db.execute(statement)
        for resource in RESOURCES.values():
            _make(db, resource)

    def read(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # Only its own thread uses it; closing at the end happens from another one.
            connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # a simulator's data may be lost with the machine
            self._local.connection = connection
            self._open.append(connection)
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction; one inside another shares it."""
        with self._writer:
            db = self.read()
            if db.in_transaction:
                yield db
                return
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def empty(self) -> None:
        """All rows go; the keys stay."""
        with self.write() as db:
            for name in (*RESOURCES, "images", "carts", "mails", "sandbox"):
                db.execute(f'DELETE FROM "{name}"')
            db.execute("DELETE FROM sqlite_sequence")
            for name, first in FIRST.items():
                db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, first))

    def close(self) -> None:
        for connection in self._open:
            connection.close()
        self._open.clear()


def _make(db: sqlite3.Connection, resource: Resource) -> None:
    columns = [
        f'"{field.name}" {"INTEGER" if field.kind in NUMBERS else "TEXT COLLATE NOCASE"} NOT NULL'
        for field in resource.fields
    ]
    db.execute(
        f'CREATE TABLE IF NOT EXISTS "{resource.name}" (id INTEGER PRIMARY KEY AUTOINCREMENT, {", ".join(columns)}, '
        "associations TEXT NOT NULL)"
    )
    for name in resource.indexed:
        db.execute(f'CREATE INDEX IF NOT EXISTS "{resource.name}_{name}" ON "{resource.name}" ("{name}")')
    if (
        resource.name in FIRST
        and not db.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", (resource.name,)).fetchone()
    ):
        first = (resource.name, FIRST[resource.name])
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", first)


def decode(resource: Resource, row: sqlite3.Row) -> Values:
    found: Values = {"id": str(row["id"])}
    for field in resource.fields:
        value = row[field.name]
        found[field.name] = json.loads(value) if field.kind == "lang" else str(value)
    found["associations"] = json.loads(row["associations"])
    return found


def get(db: sqlite3.Connection, resource: Resource, number: int) -> Values | None:
    row = db.execute(f'SELECT * FROM "{resource.name}" WHERE id = ?', (number,)).fetchone()
    return None if row is None else decode(resource, row)


def find(db: sqlite3.Connection, resource: Resource, **wanted: Any) -> list[Values]:
    where = " AND ".join(f'"{name}" = ?' for name in wanted) or "1"
    query = f'SELECT * FROM "{resource.name}" WHERE {where} ORDER BY id'
    return [decode(resource, row) for row in db.execute(query, tuple(wanted.values()))]


def insert(db: sqlite3.Connection, resource: Resource, values: Values) -> int:
    """What is absent takes its default."""
    names = [field.name for field in resource.fields]
    row = [
        _stored(values.get(field.name, field.default or field.empty), field.kind) for field in resource.fields
    ]
    columns = ", ".join(f'"{name}"' for name in [*names, "associations"])
    marks = ", ".join("?" * (len(names) + 1))
    linked = json.dumps(values.get("associations", {}), ensure_ascii=False)
    if "id" in values:
        columns, marks = f"id, {columns}", f"?, {marks}"
        row.insert(0, values["id"])
    cursor = db.execute(f'INSERT INTO "{resource.name}" ({columns}) VALUES ({marks})', (*row, linked))
    return int(cursor.lastrowid or 0)


def update(db: sqlite3.Connection, resource: Resource, number: int, values: Values) -> None:
    """Only the fields named."""
    fields = [field for field in resource.fields if field.name in values]
    row = [_stored(values[field.name], field.kind) for field in fields]
    sets = [f'"{field.name}" = ?' for field in fields]
    if "associations" in values:
        sets.append("associations = ?")
        row.append(json.dumps(values["associations"], ensure_ascii=False))
    if sets:
        db.execute(f'UPDATE "{resource.name}" SET {", ".join(sets)} WHERE id = ?', (*row, number))


def _stored(value: Any, kind: str) -> Any:
    if kind == "lang":
        return json.dumps(value if isinstance(value, dict) else {}, ensure_ascii=False)
    return int(value or 0) if kind in NUMBERS else str(value)
