"""What the in-memory ERP and the in-memory shop share: a named system that outlives its connectors, with rows that
carry a stamp, a counter of what was asked, and levers to make it fail as real systems do.

A system is shared by name within one process, so that a new connector sees what an earlier one wrote.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeVar

from msgspec import Struct

from raccord_connectors.canonical import Record, encode, fingerprint
from raccord_connectors.contract import (
    EVERYTHING,
    OPEN_FIELDS,
    Change,
    ConfigError,
    ConnectorSpec,
    Outcome,
    Page,
    RecordRejected,
    Rejection,
    Selection,
    TransientError,
    label,
)
from raccord_connectors.kit.settings import Settings
from raccord_connectors.sample import texts

R = TypeVar("R", bound=Record)


class MemorySettings(Settings, kw_only=True, frozen=True):
    system: Annotated[str, label("Nom du système de démonstration", "Name of the demonstration system")]
    token: Annotated[str, label("Jeton d’accès", "Access token", secret=True)] = ""


@dataclass
class Table:
    """The rows of one stream: key → (stamp, record)."""

    rows: dict[str, tuple[int, Record]] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, Rejection] = field(default_factory=dict)


class MemorySystem:
    """Use `ErpSystem` or `ShopSystem`. Everything a test wants to see or to break is an attribute:

    `requests` and `writes` count what was asked; `sent` holds what was sent; `log` holds (operation, stream, key) of
    each write done; `stopped` makes every call transient; `token` is the only one accepted; `before_write` and
    `after_write` are called around each write with (stream, change), and what they raise falls out of `write`: a death
    between the write and its acknowledgement.
    """

    systems: ClassVar[dict[str, "MemorySystem"]]

    def __init__(self, name: str, *, token: str = "") -> None:
        self.name = name
        self.token = token
        self.lock = threading.RLock()
        self.clock = 1
        self.tables: dict[str, Table] = {}
        self.refs: dict[tuple[str, str], str] = {}
        """(stream, idempotency key) → the key of what was made of it: kept in the system, like a vendor's own field."""
        self.requests = 0
        self.writes = 0
        self.log: list[tuple[str, str, str]] = []
        self.stopped = False
        self.sent: deque[bytes] = deque(maxlen=1000)
        """What its connectors sent of the last records written, as it was on the wire."""
        self.before_write: Callable[[str, Change], None] | None = None
        self.after_write: Callable[[str, Change], None] | None = None
        self._failures: list[float | None] = []
        self._refused: dict[str, tuple[str, str]] = {}
        self._numbers = 0
        self.systems[name] = self

    def forget(self) -> None:
        """The name is free again."""
        self.systems.pop(self.name, None)

    # ------------------------------------------------------------------------------------------- levers

    def fail_next(self, times: int = 1, *, retry_after: float | None = None) -> None:
        """The next requests get a `TransientError`."""
        self._failures = [retry_after] * times

    def refuse(self, key: str, *, field: str = "name", reason: str = "valeur interdite") -> None:
        """Every write of this key is rejected from now on."""
        self._refused[key] = (field, reason)

    def accept(self, key: str) -> None:
        self._refused.pop(key, None)

    def make_unreadable(self, stream: str, key: str, *, reason: str = "date 1753-01-01") -> None:
        """The record exists and cannot be expressed: reading yields a rejection in its place."""
        problem = RecordRejected(texts.UNREADABLE.fill(key=key, reason=reason), field="dated").problem()
        with self.lock:
            self.table(stream).unreadable[key] = Rejection(key, problem)

    def make_readable(self, stream: str, key: str) -> None:
        with self.lock:
            self.table(stream).unreadable.pop(key, None)
            row = self.table(stream).rows.get(key)
            if row is not None:
                self.put(stream, row[1])

    def empty(self, stream: str) -> None:
        """All rows vanish, as after a wrong import."""
        for key in list(self.table(stream).rows):
            self.drop(stream, key)

    # --------------------------------------------------------------------------------------------- rows

    def table(self, stream: str) -> Table:
        return self.tables.setdefault(stream, Table())

    def put(self, stream: str, record: Record) -> None:
        with self.lock:
            self.clock += 1
            table = self.table(stream)
            table.rows[record.key] = (self.clock, record)
            table.gone.pop(record.key, None)

    def put_if_different(self, stream: str, record: Record) -> None:
        """A write that changes nothing leaves no stamp."""
        if self.find(stream, record.key) != record:
            self.put(stream, record)

    def drop(self, stream: str, key: str) -> None:
        with self.lock:
            table = self.table(stream)
            if table.rows.pop(key, None) is not None:
                self.clock += 1
                table.gone[key] = self.clock

    def find(self, stream: str, key: str | None) -> Record | None:
        row = self.table(stream).rows.get(key or "")
        return None if row is None else row[1]

    def all(self, stream: str) -> list[Record]:
        with self.lock:
            return [record for _, record in self.table(stream).rows.values()]

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    # -------------------------------------------------------------------------- what its connectors call

    def request(self) -> None:
        """One round trip."""
        self.requests += 1
        if self.stopped:
            raise TransientError(texts.DOWN.fill(name=self.name))
        if self._failures:
            raise TransientError(texts.DOWN.fill(name=self.name), retry_after=self._failures.pop())

    def demand_acceptable(self, change: Change) -> None:
        if change.key in self._refused:
            field, reason = self._refused[change.key]
            raise RecordRejected(texts.REFUSED.fill(key=change.key, reason=reason), field=field)

    def pages(self, stream: str, wanted: Selection, size: int) -> Iterator[Page]:
        """Rows in the order of their stamps, so that the last stamp of any page is a place to go on from."""
        with self.lock:
            self.request()
            watermark = self.clock
            table = self.table(stream)
            first = 0 if wanted.since is None else int(wanted.since)
            rows = sorted((row for row in table.rows.values() if row[0] >= first), key=lambda row: row[0])
            if wanted.keys is not None:
                rows = [row for row in rows if row[1].key in set(wanted.keys)]
            if wanted.latest is not None:
                rows = sorted(rows, key=_made, reverse=True)[: wanted.latest]
            rejected = [table.unreadable[r.key] for _, r in rows if r.key in table.unreadable]
            deleted = [key for key, stamp in table.gone.items() if wanted.since and stamp >= first]
            if wanted.keys is not None:
                deleted = [key for key in wanted.keys if key in table.gone]
        if wanted.sketch:
            yield Page(digests={record.key: fingerprint(encode(record)) for _, record in rows})
            return
        rows = [row for row in rows if row[1].key not in table.unreadable]
        if wanted.latest is not None:
            yield Page(records=[record for _, record in rows], rejected=rejected)
            return
        for start in range(0, len(rows), size):
            if start:
                self.request()
            part = rows[start : start + size]
            yield Page(records=[record for _, record in part], cursor=str(part[-1][0]))
        yield Page(rejected=rejected, deleted=deleted, cursor=str(watermark))


def _made(row: tuple[int, Record]) -> tuple[str, int]:
    """When a thing was made: as it says itself, else as it was last stored."""
    stamp, record = row
    return str(getattr(record, "placed_at", "")), stamp


class MemoryConnector:
    """The verbs that do not depend on the side."""

    spec: ClassVar[ConnectorSpec]
    system_type: ClassVar[type[MemorySystem]]

    def __init__(self, settings: MemorySettings) -> None:
        self.settings = settings

    def check(self) -> None:
        self._system().request()

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        yield from self._system().pages(stream, wanted, self.spec.stream(stream).page_size)

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        system = self._system()
        size = self.spec.stream(stream).batch_size
        for start in range(0, len(changes), size):
            system.request()
            for change in changes[start : start + size]:
                yield self._write(system, stream, change)

    def close(self) -> None:
        """Nothing is held: the system outlives its connectors."""

    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        raise AssertionError(f"{self.spec.name} declares no writing of {stream}")

    def _write(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        if system.before_write is not None:
            system.before_write(stream, change)
        try:
            with system.lock:
                system.demand_acceptable(change)
                outcome = self.apply(system, stream, change)
                system.writes += 1
                system.log.append((change.op, stream, change.key))
        except RecordRejected as error:
            return Outcome(change.key, target=change.target, problem=error.problem())
        if system.after_write is not None:
            system.after_write(stream, change)
        return outcome

    def _system(self) -> MemorySystem:
        name = self.settings.system
        system = self.system_type.systems.get(name)
        if system is None:
            raise ConfigError(texts.UNKNOWN_SYSTEM.fill(name=name), field="system")
        if system.token != self.settings.token:
            raise ConfigError(texts.WRONG_TOKEN.fill(name=name), field="token")
        return system


def laid_over(held: Struct, new: dict[str, Any]) -> dict[str, Any]:
    """`new` (see `kit.changes.differences`), its open fields with what `held` has beside; None and [] empty a name."""
    whole = dict(new)
    for opened in OPEN_FIELDS & new.keys():
        both = {**(getattr(held, opened) or {}), **new[opened]}
        whole[opened] = {name: value for name, value in both.items() if value is not None and value != []}
    return whole


def the(kind: type[R], record: Record | None, key: str) -> R:
    """`record`, which the caller knows to be of this kind; `KeyError` when there is none."""
    if not isinstance(record, kind):
        raise KeyError(f"there is no {kind.__name__} {key!r}")
    return record
