"""What follows from a change of an ERP stream, wherever it comes from: entries of the journal, marks, wake-ups.

One object lives for one transaction: it gathers, `save` writes, and `announce` tells the workers once it is committed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.storage import ingest
from raccord.storage import marks as to_project
from raccord.sync.marks import marks
from raccord.sync.ports import Wake
from raccord.sync.records import former
from raccord_connectors.canonical import Record
from raccord_connectors.contract import Problem


class Changes:
    def __init__(self, tenant: UUID, connection: UUID, stream: str, *, run: UUID | None = None) -> None:
        self.tenant = tenant
        self.connection = connection
        self.stream = stream
        self.run = run
        self.took_ms: int | None = None
        self.channels: list[UUID] = []
        self._entries: list[Entry] = []
        self._marks: defaultdict[str, set[str]] = defaultdict(set)
        self._categories: set[str] = set()
        self._documents: set[str] = set()

    async def begin(self) -> None:
        self.channels = await to_project.channels_of(self.connection)

    def tell(
        self, event: Event, key: str, *, before: bytes | None = None, after: bytes | None = None,
        problem: Problem | None = None, account: UUID | None = None,
    ) -> None:  # fmt: skip
        self._entries.append(
            Entry(
                stream=self.stream, key=key, event=event, connection=self.connection, run=self.run, before=before,
                after=after, problem=problem, account=account, took_ms=self.took_ms,
            )
        )  # fmt: skip

    def concerns(self, before: Record | None, after: Record | None) -> None:
        """A record changed: what depends on it is to be projected."""
        if not self.channels:
            return
        if self.stream == "categories":
            self._categories.update(record.key for record in (before, after) if record is not None)
            return
        if self.stream == "documents":
            self._documents.update(record.key for record in (before, after) if record is not None)
        for stream, key in marks(before, after):
            self._marks[stream].add(key)

    async def gone(self, keys: Collection[str]) -> int:
        """Tombstones these records and tells it. Returns how many were there."""
        found = await ingest.tombstone(self.connection, self.stream, keys)
        for key in sorted(found):
            self.tell(Event.DISAPPEARED, key, before=found[key].encode())
            self.concerns(former(self.stream, found[key]), None)
        return len(found)

    async def save(self) -> None:
        await write_entries(self.tenant, self._entries)
        if self._categories:
            self._marks["listings"].update(
                await to_project.products_in(self.connection, sorted(self._categories))
            )
        if self._documents:  # gathered with others, a document may carry another order's reference
            self._marks["order_updates"].update(
                await to_project.orders_of(self.connection, sorted(self._documents))
            )
        if self.stream == "products" and self._marks["availability"]:
            self._marks["availability"] = set(
                await to_project.with_stock(self.connection, self._marks["availability"])
            )
        if self._marks["customers"]:  # most of an ERP's customers have no account in a shop
            self._marks["customers"] = set(
                await to_project.with_accounts(self.channels, self._marks["customers"])
            )
        for channel in self.channels:
            for stream, keys in self._touched():
                await to_project.mark(self.tenant, channel, stream, keys)

    async def announce(self, wake: Wake) -> None:
        """After the commit."""
        await asyncio.gather(
            *(
                wake.project(self.tenant, channel, stream)
                for channel in self.channels
                for stream, _ in self._touched()
            )
        )

    def _touched(self) -> Iterable[tuple[str, set[str]]]:
        return [(stream, keys) for stream, keys in self._marks.items() if keys]
