"""One scan of one stream, in the connector's thread: reading, comparing, keeping what varies. See `scanner`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from raccord_agent.base import Base
from raccord_agent.batch import UNKNOWN, Batch
from raccord_agent.merge import Unsorted, differences
from raccord_agent.reading import pages
from raccord_agent.sketch import in_key_order, spool_differences
from raccord_agent.spool import Spool
from raccord_agent.streams import StreamState
from raccord_agent.texts import OUTBOX_FULL
from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Connector,
    Page,
    Selection,
    StreamSpec,
    TransientError,
)

KEEP_SECONDS = 2.0
"""What a slow reading has found is on its way after so long, full delta or not."""
READ_EVERYTHING_FROM = 1_000
"""Changed records from which, if they are also half of the stream, one full reading is cheaper than many by key."""


class Way(StrEnum):
    SINCE = "since"
    SKETCH = "sketch"
    EVERYTHING = "everything"


@dataclass
class Report:
    """What one scan found. `seen` counts the rows that were looked at."""

    stream: str
    way: Way
    seen: int = 0
    upserts: int = 0
    deletions: int = 0
    held: int = 0
    emptied: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Surroundings:
    """What a scan works with. `at_border` is called between two pages with the way of the running scan: there the
    owner of the thread executes commands, or raises to end the scan (what was read so far is kept). `kept` is
    called when the outbox has something new."""

    base: Base
    spool: Path
    outbox_bytes: int
    at_border: Callable[[Way], None]
    kept: Callable[[], None]
    now: Callable[[], float]


class Scan:
    def __init__(
        self,
        of: Surroundings,
        connector: Connector,
        spec: StreamSpec,
        state: StreamState,
        report: Report,
        began: float,
    ) -> None:
        self._of = of
        self._connector = connector
        self._spec = spec
        self._state = state
        self._report = report
        self._base = of.base
        self._batch = Batch(of.base, state, read_at=of.base.moments.next(began))
        self._cursor: str | None = None
        self._kept_at = began

    @property
    def changed(self) -> bool:
        return self._batch.changed

    def run(self) -> str | None:
        """The cursor to go on from."""
        match self._report.way:
            case Way.SINCE:
                self._since()
            case Way.SKETCH:
                with Spool(self._of.spool) as spool:
                    self._by_sketch(spool)
            case Way.EVERYTHING:
                with Spool(self._of.spool) as spool:
                    self._everything(spool)
        return self._cursor

    def keep(self) -> None:
        """What was read is kept, also when the scan was cut short."""
        self._flush()
        self._report.upserts = self._batch.upserts
        self._report.deletions = self._batch.deletions
        self._report.held = self._batch.held

    # ------------------------------------------------------------------------------------------ the three ways

    def _since(self) -> None:
        for page in self._pages(Selection(since=self._state.cursor)):
            self._take(page)
            self._batch.reached(page.cursor)
            if page.deleted and self._entries_of(page.deleted):
                # Only a complete pass concludes deletions: what the system says is gone makes one due at once.
                self._base.streams.want(self._spec.name, complete=True)

    def _everything(self, spool: Spool) -> None:
        for page in self._pages(EVERYTHING):
            self._take(page)
            spool.add_seen((record.key, b"") for record in page.records)
            spool.add_seen((rejection.key, b"") for rejection in page.rejected)
            self._cursor = page.cursor or self._cursor
        if self._nothing_seen():
            return
        known = self._base.entries.keys(self._state.id)
        self._conclude(key for key, digest in differences(known, spool.seen()) if digest is None)

    def _by_sketch(self, spool: Spool) -> None:
        self._compare_sketch(spool)
        if self._nothing_seen():
            return
        if self._everything_is_cheaper(spool.count_changed()):
            for page in self._pages(EVERYTHING, count=False):
                self._take(page, spool.changed_digests([record.key for record in page.records]))
                self._cursor = page.cursor or self._cursor
        else:
            self._read_keys(spool.changed())
        self._conclude(spool.gone())

    def settle_doubts(self) -> None:
        """Reads again the records whose state on the platform is in doubt. What the system no longer has is left to
        a complete pass, as every deletion is."""
        found = asked = 0
        if Can.READ_SOME in self._spec.can:
            for keys in self._base.entries.doubted(self._state.id):
                asked += len(keys)
                found += self._read_keys((key, None) for key in keys)
        if Can.READ_SOME not in self._spec.can or found < asked:
            self._base.streams.want(self._spec.name, complete=True)
        self._flush()  # what follows must find these records known, or it would send them a second time
        self._base.streams.doubts_settled(self._state)

    # ------------------------------------------------------------------------------------------------- pieces

    def _everything_is_cheaper(self, changed: int) -> bool:
        """Half of the stream differs; or no sketch came with the cursor that scans for changes need."""
        if Can.READ not in self._spec.can:
            return False
        no_cursor = self._cursor is None and self._state.cursor is None
        return changed >= max(READ_EVERYTHING_FROM, self._report.seen // 2) or (
            no_cursor and Can.READ_SINCE in self._spec.can
        )

    def _compare_sketch(self, spool: Spool) -> None:
        """Fills the spool with what is changed and what is gone. A sketch in key order is compared as it comes; one
        in another order is sorted in the spool first, and the stream is remembered as such."""
        rejected: set[str] = set()
        if self._state.unsorted:
            self._spool(in_key_order(self._sketched(rejected), spool), spool)
        else:
            try:
                self._spool(chain.from_iterable(self._sketched(rejected)), spool)
            except Unsorted:
                self._base.streams.set_unsorted(self._state.id)
                self._report.seen = 0
                rejected.clear()
                spool.clear()
                self._spool(in_key_order(self._sketched(rejected), spool), spool)
        spool.drop_gone(rejected)

    def _spool(self, seen: Iterator[tuple[str, bytes]], spool: Spool) -> None:
        spool_differences(self._base.entries.sketches(self._state.id), seen, spool)

    def _sketched(self, rejected: set[str]) -> Iterator[Iterable[tuple[str, bytes]]]:
        """Page by page: a generator's step for each of a million keys would cost as much as comparing them."""
        for page in self._pages(Selection(sketch=True)):
            self._take(page)
            rejected.update(rejection.key for rejection in page.rejected)
            yield page.digests.items()
            self._cursor = page.cursor or self._cursor

    def _read_keys(self, wanted: Iterator[tuple[str, bytes | None]]) -> int:
        """Reads these records, a page at a time; returns how many there were."""
        found = 0
        size = self._spec.page_size
        some: dict[str, bytes | None] = {}
        for key, digest in wanted:
            some[key] = digest
            if len(some) == size:
                found += self._read_some(some)
                some = {}
        return found + (self._read_some(some) if some else 0)

    def _read_some(self, wanted: dict[str, bytes | None]) -> int:
        found = 0
        for page in self._pages(Selection(keys=tuple(wanted)), count=False):
            self._take(page, wanted)
            found += len(page.records) + len(page.rejected)
        return found

    def _pages(self, wanted: Selection, *, count: bool = True) -> Iterator[Page]:
        for page in pages(self._connector, self._spec.name, wanted):
            if count:
                self._report.seen += len(page.records) + len(page.rejected) + len(page.digests)
            yield page
            if self._of.now() - self._kept_at > KEEP_SECONDS:
                self._keep_batch()
            self._of.at_border(self._report.way)

    def _take(self, page: Page, sketches: "dict[str, bytes | None] | dict[str, bytes] | None" = None) -> None:
        if not (page.records or page.rejected):
            return
        digests = sketches or {}
        keys = [record.key for record in page.records] + [rejection.key for rejection in page.rejected]
        known = self._base.entries.known(self._state.id, keys)
        for record in page.records:
            self._batch.take(
                self._connector.spec.name, record, known.get(record.key, UNKNOWN), digests.get(record.key)
            )
            self._flush_if_full()
        for rejection in page.rejected:
            self._batch.hold(rejection, known.get(rejection.key, UNKNOWN))
            self._flush_if_full()

    def _flush_if_full(self) -> None:
        if self._batch.full:
            self._keep_batch()

    def _flush(self, *, emptied: int = 0, recovered: bool = False) -> None:
        if self._batch.flush(emptied=emptied, recovered=recovered):
            self._of.kept()

    def _keep_batch(self) -> None:
        self._flush()
        self._kept_at = self._of.now()
        size = self._base.outbox.waiting().size
        if size >= self._of.outbox_bytes:
            # Nothing is dropped: what was not read stays where it is, in the system.
            raise TransientError(OUTBOX_FULL.fill(size=size // 1_000_000), retry_after=60.0)

    def _nothing_seen(self) -> bool:
        """An empty reading of a stream that had records is told as such, once, and deletes nothing."""
        if self._report.seen > 0:
            if self._state.emptied:
                self._batch.concludes(self._report.seen)
                self._flush(recovered=True)
            return False
        known = self._base.entries.count(self._state.id)
        if known > 0 and not self._state.emptied:
            self._report.emptied = known
            self._flush(emptied=known)
        return True

    def _conclude(self, gone: Iterator[str]) -> None:
        self._batch.concludes(self._report.seen)
        for key in gone:
            self._batch.delete(key)
            if self._batch.full:
                self._flush()

    def _entries_of(self, keys: Sequence[str]) -> bool:
        return bool(self._base.entries.known(self._state.id, keys))
