"""Deltas that the platform has not acknowledged yet, in order, on the disk.

A delta enters in the transaction that changes the base's entries, and leaves only when it was acknowledged. Only the
oldest is ever sent, under the number after the last one that the platform took: a crash in between sends the same
delta under the same number again, which the platform ignores, and following the platform's number is one assignment.
"""

import sqlite3
from typing import NamedTuple

import zstandard
from msgspec.structs import replace

from raccord_agent.database import Database
from raccord_connectors import wire

STEP = 4_096
"""Between the places of two deltas: room for the halves of a delta that has to be cut again, down to one record."""


class Waiting(NamedTuple):
    deltas: int
    size: int
    """Bytes on the disk."""


class Oldest(NamedTuple):
    place: int
    delta: wire.Delta


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: sqlite3.Connection, delta: wire.Delta) -> None:
        """Inside the caller's transaction. `delta.number` is not looked at: it gets its number when it is sent."""
        (last,) = connection.execute("SELECT coalesce(max(place), 0) FROM outbox").fetchone()
        _insert(connection, last + STEP, delta)

    def oldest(self) -> Oldest | None:
        row = self._database.connection.execute(
            "SELECT place, body FROM outbox ORDER BY place LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        delta = wire.unpack(zstandard.ZstdDecompressor().decompress(row[1]), wire.Delta)
        return Oldest(row[0], replace(delta, number=self.taken() + 1))

    def acknowledged(self, oldest: Oldest) -> None:
        """The platform has this delta and everything before it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM outbox WHERE place = ?", (oldest.place,))
            _set_taken(connection, oldest.delta.number)

    def drop(self, oldest: Oldest) -> None:
        """For a delta that the platform will never take: without it, the others go on."""
        self._database.connection.execute("DELETE FROM outbox WHERE place = ?", (oldest.place,))

    def follow(self, taken: int) -> None:
        """What waits goes on after `taken`, the last number that the platform says it has."""
        _set_taken(self._database.connection, taken)

    def cut(self, oldest: Oldest, first: wire.Delta, second: wire.Delta | None = None) -> None:
        """Puts one or two smaller deltas in the place of the oldest."""
        with self._database.transaction() as connection:
            (next_,) = connection.execute(
                "SELECT coalesce(min(place), ?) FROM outbox WHERE place > ?",
                (oldest.place + STEP, oldest.place),
            ).fetchone()
            connection.execute("DELETE FROM outbox WHERE place = ?", (oldest.place,))
            _insert(connection, oldest.place, first)
            if second is not None:
                _insert(connection, (oldest.place + next_) // 2, second)

    def taken(self) -> int:
        """The last number that we know the platform has."""
        return int(self._database.recall("taken") or 0)

    def waiting(self) -> Waiting:
        query = "SELECT count(*), coalesce(sum(size), 0) FROM outbox"
        return Waiting(*self._database.connection.execute(query).fetchone())

    def holds(self, stream: str) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM outbox WHERE stream = ?)"
        return bool(self._database.connection.execute(query, (stream,)).fetchone()[0])


def _insert(connection: sqlite3.Connection, place: int, delta: wire.Delta) -> None:
    body = zstandard.ZstdCompressor().compress(wire.pack(delta))
    connection.execute(
        "INSERT INTO outbox (place, stream, size, body) VALUES (?, ?, ?, ?)",
        (place, delta.stream, len(body), body),
    )


def _set_taken(connection: sqlite3.Connection, number: int) -> None:
    connection.execute(
        "INSERT INTO meta VALUES ('taken', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(number),),
    )
