"""Connections to the GesCom's file: many may read while one writes, and amounts never become floats on the way in."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = "gescom.sqlite"
WAIT = 10.0
"""Seconds that a writer waits for another one."""


def connect(path: str | Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    return connection


@contextmanager
def reading(path: str | Path) -> Iterator[sqlite3.Connection]:
    connection = connect(path)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def writing(path: str | Path) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it, or nothing."""
    connection = connect(path)
    try:
        connection.execute("begin immediate")
        yield connection
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    finally:
        connection.close()


def insert(connection: sqlite3.Connection, table: str, **values: Any) -> int:
    """Adds a row and gives its cbMarq. Column names with spaces come in quotes by `quoted`."""
    names = ", ".join(quoted(name) for name in values)
    marks = ", ".join("?" * len(values))
    statement = f"insert into {table} ({names}) values ({marks})"
    return int(connection.execute(statement, [plain(value) for value in values.values()]).lastrowid or 0)


def update(
    connection: sqlite3.Connection, table: str, where: str, key: tuple[Any, ...], **values: Any
) -> int:
    """Changes the rows that `where` finds; gives how many."""
    sets = ", ".join(f"{quoted(name)} = ?" for name in values)
    found = connection.execute(
        f"update {table} set {sets} where {where}", [*(plain(value) for value in values.values()), *key]
    )
    return found.rowcount


def now() -> datetime:
    """The wall clock of the machine, as Sage uses it."""
    return datetime.now().astimezone()


def today() -> str:
    return now().date().isoformat()


def number(value: Any) -> Decimal:
    """A stored number: SQLite keeps floats, whose shortest text is what was written."""
    if value is None:
        return Decimal(0)
    return Decimal(repr(value) if isinstance(value, float) else str(value))


def plain(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
