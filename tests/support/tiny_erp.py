"""A small ERP in one SQLite file, for tests that kill the agent's process: what it holds outlives the connector.

It is a simulator with one stream of each kind that the scanner knows: `products` (sketch), `stock` (since),
`categories` (everything), `customers` (since and sketch), `drafts` (write, idempotent by the change's key).
"""

import hashlib
import os
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import msgspec

from raccord_connectors.canonical import STREAMS, Record, decode, encode
from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConfigError,
    ConnectorSpec,
    Discovery,
    Outcome,
    Page,
    RecordRejected,
    Rejection,
    Selection,
    Side,
    StreamSpec,
    Text,
    TransientError,
    label,
)
from raccord_connectors.kit.settings import Settings

MISSING = Text("tiny.missing", "Le fichier {path} n’existe pas.", "The file {path} does not exist.")
RIGHT = Text("tiny.right", "Le droit « {right} » manque.", "The right “{right}” is missing.")
DOWN = Text("tiny.down", "La base est arrêtée.", "The database is stopped.")
BAD = Text("tiny.bad", "{key} ne peut pas être lu.", "{key} cannot be read.")

SCHEMA = """
CREATE TABLE row (stream TEXT, key TEXT, stamp INTEGER, data BLOB, bad INTEGER DEFAULT 0, PRIMARY KEY (stream, key));
CREATE INDEX row_stamp ON row (stamp);
CREATE TABLE gone (stream TEXT, key TEXT, stamp INTEGER);
CREATE TABLE draft (change TEXT PRIMARY KEY, data BLOB);
CREATE TABLE writes (change TEXT);
"""


class TinySettings(Settings, kw_only=True, frozen=True):
    path: Annotated[
        str, label("Fichier de la base", "File of the database", help_fr="Un chemin.", help_en="A path.")
    ]
    password: Annotated[str, label("Mot de passe", "Password", secret=True)] = ""
    page_size: Annotated[int, label("Lignes par page", "Rows of a page", advanced=True)] = 50
    sorted: bool = True
    tombstones: bool = True


class TinyErp:
    """The connector. A file named `PATH.die` kills the process right after the next write, as a power cut would;
    `PATH.down` makes every call transient; `PATH.denied` makes `check` name a missing right; `PATH.slow` makes every
    page take as many seconds as it says."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="tiny_erp",
        title="Tiny ERP",
        side=Side.ERP,
        settings=TinySettings,
        streams=(
            StreamSpec("products", frozenset({Can.READ, Can.READ_SOME, Can.SKETCH}), page_size=20),
            StreamSpec("stock", frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME}), page_size=20),
            StreamSpec("categories", frozenset({Can.READ}), page_size=20),
            StreamSpec(
                "customers", frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH}), page_size=20
            ),
            StreamSpec("drafts", frozenset({Can.CREATE})),
        ),
    )

    def __init__(self, settings: TinySettings) -> None:
        self.settings = settings
        self._connection: sqlite3.Connection | None = None

    def check(self) -> None:
        self._open()
        if Path(f"{self.settings.path}.denied").exists():
            findings = [RIGHT.fill(right="SELECT F_ARTICLE"), RIGHT.fill(right="SELECT F_ARTSTOCK")]
            raise ConfigError(RIGHT.fill(right="SELECT"), findings=findings)

    def discover(self) -> Discovery:
        return Discovery(company="Tiny", version="1")

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        connection = self._open()
        watermark = _clock(connection)
        order = "key" if self.settings.sorted else "substr(key, -1), key DESC"
        sql, values = "stream = ?", [stream]
        if wanted.keys is not None:
            sql += f" AND key IN ({','.join('?' * len(wanted.keys))})"
            values += wanted.keys
        if wanted.since is not None:
            sql += " AND stamp >= CAST(? AS INTEGER)"
            values.append(wanted.since)
        rows = connection.execute(
            f"SELECT key, stamp, data, bad FROM row WHERE {sql} ORDER BY {order}", values
        ).fetchall()
        size = self.settings.page_size
        for start in range(0, len(rows), size):
            self._fail_if_down()
            self._be_slow()
            yield _page(stream, rows[start : start + size], wanted)
        deleted: list[str] = []
        if wanted.since is not None and self.settings.tombstones:
            query = "SELECT key FROM gone WHERE stream = ? AND stamp >= CAST(? AS INTEGER)"
            deleted = [key for (key,) in connection.execute(query, (stream, wanted.since))]
        yield Page(deleted=deleted, cursor=str(watermark))

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        connection = self._open()
        for change in changes:
            assert change.record is not None
            made = connection.execute(
                "INSERT INTO draft VALUES (?, ?) ON CONFLICT DO NOTHING", (change.key, encode(change.record))
            )
            connection.execute("INSERT INTO writes VALUES (?)", (change.key,))
            die = Path(f"{self.settings.path}.die")
            if die.exists():
                die.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            yield Outcome(change.key, target=f"BC-{change.key}", existed=made.rowcount == 0)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        self._fail_if_down()
        if self._connection is None:
            if not Path(self.settings.path).exists():
                raise ConfigError(MISSING.fill(path=self.settings.path), field="path")
            self._connection = sqlite3.connect(self.settings.path, timeout=30, isolation_level=None)
        return self._connection

    def _be_slow(self) -> None:
        try:
            seconds = float(Path(f"{self.settings.path}.slow").read_text())
        except FileNotFoundError:
            return
        time.sleep(seconds)

    def _fail_if_down(self) -> None:
        if Path(f"{self.settings.path}.down").exists():
            raise TransientError(DOWN.fill())


class TinyTables:
    """The ERP's own side: what its users do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        new = not path.exists()
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        if new:
            self._connection.executescript(SCHEMA)

    def put(self, stream: str, *records: Record) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        stamp = _clock(self._connection) + 1
        self._connection.executemany(
            "INSERT OR REPLACE INTO row (stream, key, stamp, data) VALUES (?, ?, ?, ?)",
            [(stream, record.key, stamp, encode(record)) for record in records],
        )
        self._connection.execute("COMMIT")

    def drop(self, stream: str, *keys: str) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        stamp = _clock(self._connection) + 1
        self._connection.executemany(
            "DELETE FROM row WHERE stream = ? AND key = ?", [(stream, key) for key in keys]
        )
        self._connection.executemany(
            "INSERT INTO gone VALUES (?, ?, ?)", [(stream, key, stamp) for key in keys]
        )
        self._connection.execute("COMMIT")

    def spoil(self, stream: str, key: str, bad: bool = True) -> None:
        """The record cannot be expressed any more."""
        stamp = _clock(self._connection) + 1
        self._connection.execute(
            "UPDATE row SET bad = ?, stamp = ? WHERE stream = ? AND key = ?", (bad, stamp, stream, key)
        )

    def all(self, stream: str) -> dict[str, bytes]:
        """Key → canonical encoding."""
        rows = self._connection.execute("SELECT key, data FROM row WHERE stream = ?", (stream,))
        return {key: bytes(data) for key, data in rows}

    def drafts(self) -> list[str]:
        return [change for (change,) in self._connection.execute("SELECT change FROM draft")]

    def write_attempts(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM writes").fetchone()[0])

    def close(self) -> None:
        self._connection.close()


def _clock(connection: sqlite3.Connection) -> int:
    query = (
        "SELECT max((SELECT coalesce(max(stamp), 0) FROM row), (SELECT coalesce(max(stamp), 0) FROM gone))"
    )
    return int(connection.execute(query).fetchone()[0])


def _page(stream: str, rows: Sequence[tuple[str, int, bytes, int]], wanted: Selection) -> Page:
    if wanted.sketch:
        return Page(digests={key: _digest(data, bad) for key, _, data, bad in rows})
    good = [decode(data, STREAMS[stream]) for _, _, data, bad in rows if not bad]
    rejected = [
        Rejection(key, RecordRejected(BAD.fill(key=key), field="name").problem())
        for key, _, _, bad in rows
        if bad
    ]
    return Page(records=good, rejected=rejected)


def _digest(data: bytes, bad: int) -> bytes:
    return hashlib.blake2b(data + bytes([bad]), digest_size=16).digest()


def tiny_settings(path: Path, **more: object) -> TinySettings:
    return msgspec.convert({"path": str(path), **more}, type=TinySettings)
