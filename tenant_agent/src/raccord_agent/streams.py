"""What the base remembers of each stream: how far it was read, and what was asked of it out of turn."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from raccord_agent.database import Database


@dataclass(frozen=True)
class StreamState:
    """One row. Times are seconds since 1970. `wish`, `doubts` and `compare` are numbers that grow: who grants a wish
    clears only the one that was there when the work began, not one that came meanwhile."""

    id: int
    name: str
    cursor: str | None
    records: int
    last_scan_at: float | None
    last_complete_at: float | None
    emptied: bool
    unsorted: bool
    wish: int
    wish_complete: bool
    doubts: int
    complete_seen: int
    compare: int
    compared_at: float | None


class Streams:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._scanned_at: dict[str, float] = {}
        """Of this run. A scan that finds nothing writes nothing: the disk of a small server is not to be woken
        every two seconds for a time of day."""

    def state(self, name: str) -> StreamState:
        connection = self._database.connection
        row = connection.execute(_ONE, (name,)).fetchone()
        if row is None:
            connection.execute("INSERT INTO stream (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
            row = connection.execute(_ONE, (name,)).fetchone()
        return self._state(row)

    def all(self) -> list[StreamState]:
        rows = self._database.connection.execute(_ALL)
        return [self._state(row) for row in rows]

    def scanned(
        self,
        before: StreamState,
        *,
        began: float,
        complete: bool,
        seen: int,
        cursor: str | None,
        changed: bool,
    ) -> None:
        """A scan ended well. `before` is the state that it started from; `cursor` None leaves the one there is."""
        self._scanned_at[before.name] = began
        granted = bool(before.wish) and (complete or not before.wish_complete)
        if not (complete or changed or granted):
            return
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE stream SET last_scan_at = ?1, last_complete_at = iif(?2, ?1, last_complete_at), "
                "complete_seen = iif(?2, ?3, complete_seen), cursor = coalesce(?4, cursor) WHERE id = ?5",
                (began, complete, seen, cursor, before.id),
            )
            if granted:
                connection.execute(
                    "UPDATE stream SET wish = 0, wish_complete = 0 WHERE id = ? AND wish = ?",
                    (before.id, before.wish),
                )
            if changed:
                connection.execute(
                    "UPDATE stream SET records = (SELECT count(*) FROM entry "
                    "WHERE entry.stream = stream.id AND fingerprint NOT NULL) WHERE id = ?",
                    (before.id,),
                )

    def set_unsorted(self, id_: int) -> None:
        self._database.connection.execute("UPDATE stream SET unsorted = 1 WHERE id = ?", (id_,))

    def want(self, name: str, *, complete: bool) -> None:
        """A scan of this stream out of turn. It is remembered until a scan of that kind has ended well."""
        state = self.state(name)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE stream SET wish = ?, wish_complete = max(wish_complete, ?) WHERE id = ?",
                (_next_number(connection), complete, state.id),
            )

    def doubt(self, name: str, keys: list[str]) -> None:
        """The platform lacks these records or holds them otherwise: what we believe it has is forgotten, so that
        the next reading sends them again. Keys unknown to us are noted too: a complete pass finds out whether the
        system has them, and tells the platform when it has not."""
        state = self.state(name)
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO entry (stream, key) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET fingerprint = NULL, sketch = NULL",
                [(state.id, key) for key in keys],
            )
            connection.execute(
                "UPDATE stream SET doubts = ? WHERE id = ?", (_next_number(connection), state.id)
            )

    def doubts_settled(self, before: StreamState) -> None:
        self._database.connection.execute(
            "UPDATE stream SET doubts = 0 WHERE id = ? AND doubts = ?", (before.id, before.doubts)
        )

    def want_comparison(self, name: str) -> None:
        """Both sides are to be compared, as soon as nothing of this stream waits to be sent."""
        id_ = self.state(name).id
        with self._database.transaction() as connection:
            connection.execute("UPDATE stream SET compare = ? WHERE id = ?", (_next_number(connection), id_))

    def compared(self, before: StreamState, *, at: float) -> None:
        self._database.connection.execute(
            "UPDATE stream SET compared_at = ?, compare = iif(compare = ?, 0, compare) WHERE id = ?",
            (at, before.compare, before.id),
        )

    def forget_sketches(self) -> None:
        """Every record is read again at the next complete pass, which is due now; only what differs is sent.

        For when the same source rows may give other records: new settings, a new version of the connector.
        """
        with self._database.transaction() as connection:
            connection.execute("UPDATE entry SET sketch = NULL WHERE sketch NOT NULL")
            connection.execute("UPDATE stream SET last_complete_at = NULL, cursor = NULL, unsorted = 0")

    def _state(self, row: tuple[Any, ...]) -> StreamState:
        id_, name, cursor, records, scan, complete, emptied, unsorted, wish, wish_complete, *rest = row
        return StreamState(
            id_, name, cursor, records, self._scanned_at.get(name, scan), complete,
            bool(emptied), bool(unsorted), wish, bool(wish_complete), *rest,
        )  # fmt: skip


_ALL = (
    "SELECT id, name, cursor, records, last_scan_at, last_complete_at, emptied, unsorted, "
    "wish, wish_complete, doubts, complete_seen, compare, compared_at FROM stream"
)
_ONE = _ALL + " WHERE name = ?"


def _next_number(connection: sqlite3.Connection) -> int:
    (highest,) = connection.execute("SELECT max(max(wish), max(doubts), max(compare)) FROM stream").fetchone()
    return int(highest) + 1
