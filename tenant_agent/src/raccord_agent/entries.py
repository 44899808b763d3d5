"""What the agent knows of each record: 16 bytes of what the platform was sent, 16 of the rows it was read from."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from raccord_agent.database import Database

CHUNK = 500
"""Keys in one look-up."""
STRIDE = 5_000
"""Rows in memory at a time when walking through a stream. The walk goes by ranges of keys: a long open SELECT would
keep SQLite from trimming its log."""


class Known(NamedTuple):
    fingerprint: bytes | None
    sketch: bytes | None
    held: bytes | None


class Entry(NamedTuple):
    """What is to be known of a key from now on."""

    key: str
    fingerprint: bytes | None
    sketch: bytes | None
    held: bytes | None


class Entries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, stream: int, keys: Sequence[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            marks = ",".join("?" * len(some))
            rows = self._database.connection.execute(
                f"SELECT key, fingerprint, sketch, held FROM entry WHERE stream = ? AND key IN ({marks})",  # noqa: S608
                (stream, *some),
            )
            found.update((key, Known(fingerprint, sketch, held)) for key, fingerprint, sketch, held in rows)
        return found

    def sketches(self, stream: int) -> Iterator[tuple[str, bytes | None]]:
        """All keys in ascending order, each with its sketch."""
        return self._walk(stream, "sketch", "")

    def keys(self, stream: int) -> Iterator[tuple[str, bytes | None]]:
        """All keys in ascending order, each with an empty digest."""
        return self._walk(stream, "x''", "")

    def fingerprints(self, stream: int) -> Iterator[tuple[str, bytes]]:
        """What the platform should hold of this stream, in ascending key order."""
        for key, fingerprint in self._walk(stream, "fingerprint", "AND fingerprint NOT NULL"):
            assert fingerprint is not None
            yield key, fingerprint

    def doubted(self, stream: int) -> Iterator[list[str]]:
        """Keys whose state on the platform is unknown, in lists of a look-up's size."""
        some: list[str] = []
        for key, _ in self._walk(stream, "x''", "AND fingerprint IS NULL AND held IS NULL"):
            some.append(key)
            if len(some) == CHUNK:
                yield some
                some = []
        if some:
            yield some

    def count(self, stream: int) -> int:
        """Of all keys, those held and in doubt included."""
        query = "SELECT count(*) FROM entry WHERE stream = ?"
        return int(self._database.connection.execute(query, (stream,)).fetchone()[0])

    def _walk(self, stream: int, column: str, condition: str) -> Iterator[tuple[str, bytes | None]]:
        return chain.from_iterable(self._strides(stream, column, condition))

    def _strides(self, stream: int, column: str, condition: str) -> Iterator[list[tuple[str, bytes | None]]]:
        """`column` and `condition` are ours, never data."""
        query = (
            f"SELECT key, {column} FROM entry WHERE stream = ? AND key > ? {condition} "  # noqa: S608
            f"ORDER BY key LIMIT {STRIDE}"
        )
        after = ""
        while rows := self._database.connection.execute(query, (stream, after)).fetchall():
            yield rows
            after = rows[-1][0]
