"""Digests of raw rows: which things changed, several times cheaper than making their records.

The main table is read in its natural order, which costs no sort; the rows that hang on a thing are digested first,
and summed per key. Memory is bounded by `SPAN`, whatever the size of the table.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
import sqlalchemy as sa

from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.source import Hanging, Source
from raccord_connectors.erp.sage100.tables import IDENTITY, Tables
from raccord_connectors.kit.sql import Session

SPAN = 150_000
"""Things whose hanging rows are held together: some 30 MB."""
DIGEST = 16

Items = Callable[[str, Any], str]
"""(key of the thing, row of the hanging table) → key of one of its items."""

_encode = msgspec.msgpack.Encoder(decimal_format="string").encode


def sketch(
    source: Source,
    session: Session,
    context: bytes,
    size: int,
    *,
    parts: Hanging | None = None,
    part_key: Items | None = None,
) -> Iterator[Mapping[str, bytes]]:
    """Key → digest, `size` keys at a time. `context` is the digest of what all things share (taxes, titles…).

    Where `parts` is given, a thing that has such rows is known by them: its items each get the thing's digest.
    """
    doubles = source.doubles(session)
    ready: dict[str, bytes] = {}
    held: dict[str, bytes] = dict.fromkeys(doubles, b"")
    for low, high in _spans(source, session):
        sums = _sums(source, session, low, high)
        items = _items(source, session, parts, part_key, low, high) if parts and part_key else {}
        for rows in session.tuples(_raw(source, session, low, high)):
            _digest(rows, sums, context, ready)
            for key in doubles & ready.keys():  # its other row may come much later: it is told at the end
                held[key] = blake2b(held[key] + ready.pop(key), digest_size=DIGEST).digest()
            if items:
                _spread(ready, items)
            while len(ready) >= size:
                yield _take(ready, size)
    ready.update((key, digest) for key, digest in held.items() if digest)
    while ready:
        yield _take(ready, size)


def shared(session: Session, tables: Tables, names: Iterable[str], extra: bytes = b"") -> bytes:
    """The digest of whole small tables: one that changed changes every thing that may use it."""
    total = blake2b(extra, digest_size=DIGEST)
    for name in names:
        if not tables.has(name):
            continue
        statement = tables.select(name).order_by(tables[name].c[IDENTITY])
        for rows in session.tuples(statement):
            total.update(name.encode() + _encode(rows))
    return total.digest()


def digest_rows(parts: Iterable[Any]) -> bytes:
    return blake2b(_encode(list(parts)), digest_size=DIGEST).digest()


def _digest(
    rows: list[tuple[Any, ...]], sums: dict[str, bytes], context: bytes, into: dict[str, bytes]
) -> None:
    """The hot loop: everything in it is paid for each article, at each pass."""
    clean, encode, begun = values.key, _encode, blake2b(context, digest_size=DIGEST)
    for row in rows:
        key = row[0].upper() if row[0] and row[0].isalnum() else clean(row[0])
        digest = begun.copy()
        digest.update(encode(row[1:]))
        if key in sums:
            digest.update(sums[key])
        into[key] = digest.digest()


def _take(ready: dict[str, bytes], size: int) -> dict[str, bytes]:
    keys = list(ready)[:size]
    return {key: ready.pop(key) for key in keys}


def _spread(ready: dict[str, bytes], items: dict[str, list[str]]) -> None:
    for key in [key for key in ready if key in items]:
        ready.update(dict.fromkeys(items.pop(key), ready.pop(key)))


def _spans(source: Source, session: Session) -> Iterator[tuple[int | None, int | None]]:
    """Ranges (low, high] of `cbMarq` with at most SPAN rows; one without limits where all fit."""
    identity = source.tables[source.table].c[IDENTITY]
    least, most = sa.func.min(identity).label("least"), sa.func.max(identity).label("most")
    ends = session.first(sa.select(least, most))
    if ends is None or ends.least is None or ends.most - ends.least < SPAN:
        yield None, None
        return
    low: int | None = None
    while True:
        after = sa.select(identity).where(*_between(identity, low, None)).order_by(identity)
        row = session.first(after.offset(SPAN - 1).limit(1))
        high = row[0] if row is not None else None
        yield low, high
        if high is None:
            return
        low = high


def _between(
    identity: sa.ColumnElement[Any], low: int | None, high: int | None
) -> list[sa.ColumnElement[bool]]:
    return ([identity > low] if low is not None else []) + ([identity <= high] if high is not None else [])


def _raw(source: Source, session: Session, low: int | None, high: int | None) -> sa.Select[Any]:
    main = source.tables[source.table]
    data = session.fingerprintable(source.tables.columns(source.table, source.names))
    return sa.select(main.c[source.key], *data).where(
        *_between(main.c[IDENTITY], low, high), *source.conditions
    )


def _hanging_rows(
    source: Source,
    session: Session,
    each: Hanging,
    columns: list[sa.ColumnElement[Any]],
    low: int | None,
    high: int | None,
) -> Iterator[tuple[Any, ...]]:
    table, main = source.tables[each.table], source.tables[source.table]
    statement = sa.select(table.c[each.key], *columns)
    if each.where is not None:
        statement = statement.where(each.where(table))
    if low is not None or high is not None:
        statement = statement.select_from(table.join(main, main.c[source.key] == table.c[each.key]))
        statement = statement.where(*_between(main.c[IDENTITY], low, high))
    for rows in session.tuples(statement):
        yield from rows


def _sums(source: Source, session: Session, low: int | None, high: int | None) -> dict[str, bytes]:
    """Key → sum of the digests of the rows that hang on it; a sum, because their order says nothing."""
    sums: dict[str, bytes] = {}
    clean, encode = values.key, _encode
    for number, each in enumerate(source.hanging):
        data = session.fingerprintable(source.tables.columns(each.table, each.names))
        begun = blake2b(bytes([number]), digest_size=DIGEST)
        for row in _hanging_rows(source, session, each, data, low, high):
            key = row[0].upper() if row[0] and row[0].isalnum() else clean(row[0])
            digest = begun.copy()
            digest.update(encode(row[1:]))
            told = digest.digest()
            sums[key] = told if key not in sums else _added(sums[key], told)
    return sums


def _added(one: bytes, other: bytes) -> bytes:
    total = int.from_bytes(one, "big") + int.from_bytes(other, "big")
    return (total & _MASK).to_bytes(DIGEST, "big")


def _items(
    source: Source, session: Session, parts: Hanging, part_key: Items, low: int | None, high: int | None
) -> dict[str, list[str]]:
    items: dict[str, list[str]] = {}
    columns = source.tables.columns(parts.table, parts.names)
    for row in _hanging_rows(source, session, parts, columns, low, high):
        key = values.key(row[0])
        items.setdefault(key, []).append(part_key(key, row[1:]))
    return items


_MASK = (1 << 128) - 1
