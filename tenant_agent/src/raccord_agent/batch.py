"""Changes of one stream on their way into the base and the outbox: one batch, one delta, one transaction."""

import hashlib

import msgspec

from raccord_agent.base import Base
from raccord_agent.entries import Entry, Known
from raccord_agent.streams import StreamState
from raccord_agent.texts import TOO_LARGE
from raccord_connectors import wire
from raccord_connectors.canonical import Record, encode, fingerprint
from raccord_connectors.contract import Problem, Rejection
from raccord_connectors.kit.executor import bug

BATCH_BYTES = 4 * 1024 * 1024
"""Of record data; a batch may exceed it by one record."""
LARGEST_RECORD = wire.MAX_BODY // 2
UNKNOWN = Known(None, None, None)


class Batch:
    """Collects what differs, then puts it into base and outbox at once. A record that cannot travel is held, so
    that one bad record never stops the good ones."""

    def __init__(self, base: Base, stream: StreamState, *, read_at: float) -> None:
        self._base = base
        self._stream = stream
        self._read_at = read_at
        self._cursor: str | None = None
        self._complete = False
        self._seen = 0
        self._shelf = base.shelf if stream.name == "products" else None
        self._start()
        self.upserts = self.deletions = self.held = 0
        """Over all that was flushed or is waiting: for the report."""
        self.changed = False
        """Something was written: what is known of the stream is not what it was."""

    def _start(self) -> None:
        self._upserts: list[wire.Upsert] = []
        self._deletions: list[str] = []
        self._held: list[wire.Held] = []
        self._entries: dict[str, Entry] = {}
        self._bytes = 0

    @property
    def full(self) -> bool:
        most = max(len(self._upserts), len(self._deletions), len(self._held), len(self._entries) // 2)
        return most >= wire.MAX_DELTA_RECORDS or self._bytes >= BATCH_BYTES

    def take(self, connector: str, record: Record, known: Known, sketch: bytes | None) -> None:
        """A record that was read. `sketch` None keeps the one there is."""
        if self._shelf is not None:
            self._shelf.note(record)
        try:
            data = encode(record)
        except Exception as error:  # a connector put something into the record that its type does not allow
            self.hold(Rejection(record.key, bug(connector, error)), known)
            return
        if len(data) > LARGEST_RECORD:
            message = TOO_LARGE.fill(key=record.key, size=len(data) // 1_000_000)
            self.hold(Rejection(record.key, Problem("rejected", message)), known)
            return
        print_ = fingerprint(data)
        if known.held is not None or known.fingerprint != print_:
            self._upserts.append(wire.Upsert(record.key, print_, data))
            self._bytes += len(data)
            self.upserts += 1
        entry = Entry(record.key, print_, sketch or known.sketch, None)
        if entry[1:] != known:
            self._entries[record.key] = entry

    def hold(self, rejection: Rejection, known: Known) -> None:
        """A record that exists but cannot be expressed. It is told once, until its problem changes; the platform
        forgets the hold when the record arrives, or is deleted."""
        digest = hashlib.blake2b(msgspec.msgpack.encode(rejection.problem), digest_size=16).digest()
        if digest != known.held:
            self._held.append(wire.Held(rejection.key, rejection.problem))
            self.held += 1
        # No sketch: the reason may lie outside the record's own rows, so it is read again at every complete pass.
        entry = Entry(rejection.key, known.fingerprint, None, digest)
        if entry[1:] != known:
            self._entries[rejection.key] = entry

    def delete(self, key: str) -> None:
        if self._shelf is not None:
            self._shelf.forget(key)
        self._deletions.append(key)
        self.deletions += 1

    def reached(self, cursor: str | None) -> None:
        """All that was taken up to here belongs to this cursor."""
        if cursor is not None and cursor != self._stream.cursor:
            self._cursor = cursor

    def concludes(self, seen: int) -> None:
        """From here on deletions come from a complete pass that saw so many rows."""
        self._complete = True
        self._seen = seen

    def flush(self, *, emptied: int = 0, recovered: bool = False) -> bool:
        """Everything into the base and the outbox, in one transaction; True when there is something to send.
        An empty batch writes nothing."""
        if self._shelf is not None:
            self._shelf.keep()  # first: what the base knows of an article, the shelf knows too
        delta = wire.Delta(
            1,
            self._stream.name,
            upserts=self._upserts,
            deletions=self._deletions,
            held=self._held,
            complete=self._complete,
            seen=self._seen,
            emptied=emptied,
            read_at=self._read_at,
        )
        to_send = bool(self._upserts or self._deletions or self._held or emptied or recovered)
        if not (to_send or self._entries or self._cursor):
            return False
        self.changed = True
        with self._base.transaction() as connection:
            stream = self._stream.id
            connection.executemany(
                "INSERT OR REPLACE INTO entry (stream, key, fingerprint, sketch, held) VALUES (?, ?, ?, ?, ?)",
                [(stream, *entry) for entry in self._entries.values()],
            )
            connection.executemany(
                "DELETE FROM entry WHERE stream = ? AND key = ?", [(stream, key) for key in self._deletions]
            )
            if self._cursor is not None:
                connection.execute("UPDATE stream SET cursor = ? WHERE id = ?", (self._cursor, stream))
            if emptied or recovered:
                connection.execute("UPDATE stream SET emptied = ? WHERE id = ?", (emptied > 0, stream))
            if to_send:
                self._base.outbox.add(connection, delta)
                self._base.moments.sent(self._read_at)
        self._cursor = None
        self._start()
        return to_send
