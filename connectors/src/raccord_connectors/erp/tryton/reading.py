"""How every stream is read: pages by growing id, what changed since a moment, a few keys, or digests.

A stream says where its records live (`Source`) and how rows become records; the rest is here. Stamps are per table in
Tryton: a variant, an address or a shipment changes without touching the stamp of the article, party or sale above it.
So a source lists the *paths* whose stamps count, and Tryton joins them in one search.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from raccord_connectors.canonical import Record
from raccord_connectors.contract import ConfigError, Page, Rejection, Selection
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.client import Client, Domain, Row
from raccord_connectors.erp.tryton.keys import record_ids

PAGE = 250
SKETCH_PAGE = 1_000
"""Rows of one request: well within the 60 s that Tryton gives a request; a configured `records_limit` must allow it."""
EVERYTHING_TOO = {"active_test": False}
"""Context: retired records as well. Tryton hides them from searches and from the lists inside records."""


@dataclass
class Built:
    """What some rows became."""

    records: list[Record] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """Where a stream's records live. One row of `model` gives one record at most."""

    model: str
    base: Domain
    """Which rows there are."""
    stamps: tuple[str | tuple[str, str], ...]
    """Paths from a row to the tables whose stamps count ("" = the row itself); with the target model for a reference."""
    sketch: tuple[str, ...]
    """Few fields that change whenever the record does."""
    digests: Callable[[list[Row]], dict[str, bytes]]
    """Sketched rows → digest of each record's key."""
    fields: Callable[[], Sequence[str]]
    """What to read of a row, and below it (`products.code`)."""
    build: Callable[[list[Row]], Built]
    """Rows with these fields → records."""
    ids_of: Callable[[Sequence[str]], list[int]] = record_ids
    """Ids of the rows that records with these keys could come from."""
    salt: Callable[[], str] = lambda: ""
    """Digest of what all records of the stream depend on: a change of it is a change of all of them."""
    more: Callable[[datetime], Domain] = lambda since: []
    """Further clauses of which one is enough for a row to count as changed since then."""


class Cursor(Struct, frozen=True, omit_defaults=True):
    """Where to go on. `at` is Tryton's clock when the reading began (when its first page was asked for); `after` and
    `since` only within a reading."""

    at: datetime | None = None
    after: int = 0
    since: datetime | None = None
    finished: bool = True
    salt: str = ""

    def text(self) -> str:
        return msgspec.json.encode(self).decode()

    @staticmethod
    def parse(text: str) -> "Cursor":
        try:
            return msgspec.json.decode(text, type=Cursor)
        except msgspec.DecodeError as error:
            raise ConfigError(texts.BAD_CURSOR.fill(), detail=text[:100]) from error


def read(client: Client, source: Source, wanted: Selection, overlap: timedelta) -> Iterator[Page]:
    if wanted.keys is not None:
        return _some(client, source, wanted.keys)
    if wanted.sketch:
        return _sketch(client, source)
    if wanted.since is not None:
        return _since(client, source, Cursor.parse(wanted.since), overlap)
    return _pages(client, source, Cursor(finished=False, salt=source.salt()))


def _since(client: Client, source: Source, cursor: Cursor, overlap: timedelta) -> Iterator[Page]:
    """Goes on with an unfinished reading, or begins one of what changed since the finished one."""
    if not cursor.finished:
        return _pages(client, source, cursor)
    salt = source.salt()
    since = cursor.at - overlap if cursor.at is not None and salt == cursor.salt else None
    return _pages(client, source, Cursor(since=since, finished=False, salt=salt))


def _pages(client: Client, source: Source, begun: Cursor) -> Iterator[Page]:
    domain = [*source.base, *([_changed(source, begun.since)] if begun.since else [])]
    at, after = begun.at, begun.after
    while True:
        here = [*domain, ["id", ">", after]]
        rows = client.search_read(source.model, here, source.fields(), limit=PAGE, context=EVERYTHING_TOO)
        at = at or client.asked_at
        last = len(rows) < PAGE
        after = rows[-1]["id"] if rows else after
        cursor = Cursor(at, salt=begun.salt)
        if not last:
            cursor = Cursor(at, after, begun.since, finished=False, salt=begun.salt)
        built = source.build(rows)
        yield Page(records=built.records, rejected=built.rejected, cursor=cursor.text())
        if last:
            return


def _some(client: Client, source: Source, keys: Sequence[str]) -> Iterator[Page]:
    asked = set(keys)
    ids = source.ids_of(keys)
    for start in range(0, len(ids), PAGE):
        here = [*source.base, ["id", "in", ids[start : start + PAGE]]]
        built = source.build(client.search_read(source.model, here, source.fields(), context=EVERYTHING_TOO))
        yield Page(
            records=[record for record in built.records if record.key in asked],
            rejected=[rejection for rejection in built.rejected if rejection.key in asked],
        )


def _sketch(client: Client, source: Source) -> Iterator[Page]:
    for rows in client.rows(
        source.model, source.base, source.sketch, size=SKETCH_PAGE, context=EVERYTHING_TOO
    ):
        yield Page(digests=source.digests(rows))


def digest(value: Any, salt: str = "") -> bytes:
    """16 bytes of a row or of several; the order in which Tryton writes fields does not count."""
    content = msgspec.json.encode([salt, value], order="deterministic")
    return hashlib.blake2b(content, digest_size=16).digest()


def _changed(source: Source, since: datetime) -> Domain:
    """`write_date` is empty until the first change. The boundary is included: stamps of one transaction are equal."""
    naive = since.astimezone(UTC).replace(tzinfo=None)
    clauses: Domain = ["OR"]
    for stamp in source.stamps:
        path, target = stamp if isinstance(stamp, tuple) else (stamp, None)
        for name in ("write_date", "create_date"):
            clause = [f"{path}.{name}" if path else name, ">=", naive]
            clauses.append([*clause, target] if target else clause)
    return [*clauses, *source.more(naive)]


def stamp_fields(*paths: str) -> tuple[str, ...]:
    """The stamps of these paths as fields to read."""
    return tuple(
        f"{path}.{name}" if path else name for path in paths for name in ("write_date", "create_date")
    )
