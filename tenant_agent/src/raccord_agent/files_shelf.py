"""What is known of files, in a SQLite file of its own (`files.sqlite`): it may be deleted, and is made again by reading.

`wanted` is what the ERP's articles say, noted as they pass by; `file` the hash of each file for as long as its size and
time stay the same; `told` what the platform was told of each article; `upload` what is still to be uploaded.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from raccord_connectors.canonical import Invoice, Product, Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS wanted (product TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, sha256 BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS told (product TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload (sha256 BLOB PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID;
"""
BUSY_SECONDS = 60.0


class Named(Struct, frozen=True, array_like=True):
    name: str
    kind: str
    title: str
    owner: str


class Wanted(Struct, frozen=True, array_like=True):
    """What one article says of its files, or an invoice."""

    sku: str
    family: str
    named: Sequence[Named]
    variants: Mapping[str, str]
    """Key → reference."""
    paper: bool = False
    """An invoice: `sku` is its number, which the names of its files hold."""
    values: Mapping[str, Sequence[str]] = {}
    """Key of a variant → the values that make it (« Bleu », « 38 »), in the order of the axes."""


class Hashed(Struct, frozen=True):
    size: int
    mtime: int
    sha256: bytes


class Shelf:
    """Thread-safe: the scanner notes articles, the files loop does the rest. `new`: nothing was known before."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(SCHEMA)
        self._noted: dict[str, bytes | None] = {}
        self.when_noted: Callable[[], object] = lambda: None
        """Called when articles were noted, in the scanner's thread."""
        row = self._database.execute("SELECT EXISTS (SELECT 1 FROM wanted)").fetchone()
        self.new = not row[0]

    def close(self) -> None:
        with self._lock:
            self._database.close()

    # ------------------------------------------------------------------------------- by the scanner's thread

    def note(self, record: Record) -> None:
        """An article that was read. It is on the disk after `keep`, before the base knows the article."""
        if isinstance(record, Product):
            self._noted[record.key] = msgspec.msgpack.encode(wanted_of(record))
        elif isinstance(record, Invoice):
            self._noted[record.key] = msgspec.msgpack.encode(Wanted(record.number, "", (), {}, paper=True))

    def forget(self, product: str) -> None:
        self._noted[product] = None

    def keep(self) -> bool:
        """True when something was noted."""
        noted, self._noted = self._noted, {}
        with self._lock:
            noted = {key: body for key, body in noted.items() if self._body(key) != body}
            if not noted:
                return False
            self._database.execute("BEGIN IMMEDIATE")
            kept = [(key, body) for key, body in noted.items() if body is not None]
            self._database.executemany("INSERT OR REPLACE INTO wanted VALUES (?, ?)", kept)
            gone = [(key,) for key, body in noted.items() if body is None]
            self._database.executemany("DELETE FROM wanted WHERE product = ?", gone)
            self._database.executemany("DELETE FROM told WHERE product = ?", gone)
            self._database.execute("COMMIT")
        self.when_noted()
        return True

    # ------------------------------------------------------------------------------------ by the files loop

    def wanted(self) -> Iterator[tuple[str, Wanted]]:
        after = ""
        while rows := self._all("SELECT * FROM wanted WHERE product > ? ORDER BY product LIMIT 1000", after):
            for product, body in rows:
                yield product, msgspec.msgpack.decode(body, type=Wanted)
            after = rows[-1][0]

    def hashed(self) -> dict[str, Hashed]:
        return {path: Hashed(*rest) for path, *rest in self._all("SELECT * FROM file")}

    def remember(self, found: Mapping[str, Hashed], gone: Iterable[str]) -> None:
        rows = [(path, one.size, one.mtime, one.sha256) for path, one in found.items()]
        self._many("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", rows)
        self._many("DELETE FROM file WHERE path = ?", [(path,) for path in gone])

    def told(self) -> dict[str, bytes]:
        return dict(self._all("SELECT * FROM told"))

    def tell(self, digests: Mapping[str, bytes], lacking: Mapping[bytes, tuple[str, int]]) -> None:
        """The platform has taken this, and lacks these contents: sha256 → (path, size). All or nothing."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR REPLACE INTO told VALUES (?, ?)", list(digests.items()))
            rows = [(sha, path, size) for sha, (path, size) in lacking.items()]
            self._database.executemany("INSERT OR REPLACE INTO upload VALUES (?, ?, ?)", rows)
            self._database.execute("COMMIT")

    def tell_all_again(self) -> None:
        self._many("DELETE FROM told", [()])

    def uploads(self, most: int) -> list[tuple[bytes, str, int]]:
        return self._all("SELECT sha256, path, size FROM upload LIMIT ?", most)

    def uploaded(self, sha256: bytes) -> None:
        self._many("DELETE FROM upload WHERE sha256 = ?", [(sha256,)])

    def waiting(self) -> tuple[int, int]:
        """Files and bytes still to be uploaded."""
        (count, size) = self._all("SELECT count(*), coalesce(sum(size), 0) FROM upload")[0]
        return count, size

    def _body(self, product: str) -> bytes | None:
        row = self._database.execute("SELECT body FROM wanted WHERE product = ?", (product,)).fetchone()
        return row[0] if row else None

    def _all(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def _many(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(statement, rows)
            self._database.execute("COMMIT")


def wanted_of(product: Product) -> Wanted:
    named = [Named(one.name, one.kind, one.title, "") for one in product.media]
    for variant in product.variants:
        named += [Named(one.name, one.kind, one.title, variant.key) for one in variant.media]
    variants = {variant.key: variant.sku for variant in product.variants}
    values = {variant.key: [*variant.options.values()] for variant in product.variants if variant.options}
    return Wanted(product.sku or product.key, product.family or "", named, variants, values=values)
