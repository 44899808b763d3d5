"""A complete pass over 100,000 Sage articles of which none changed, beside reading the same columns of the same rows
through the same driver (SQLAlchemy Core on SQLite, the driver's own tuples).

Each measurement has a process of its own, so that the peak of memory is that of an agent that only does this. Times
are processor seconds: both work from the file cache in one thread, and the machine's other work does not count.
"""

import importlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.budget import Figure
from raccord_agent.base import Base
from raccord_agent.scanner import Scanner
from raccord_connectors import registry
from raccord_connectors.contract import EVERYTHING
from sandbox.gescom import seed

ARTICLES = 100_000
ROUNDS = 3
BUDGET = 1.6
BUDGET_MB = 120.0
STREAM = "products"


def figures() -> list[Figure]:
    measured = measure()
    what = f"scan, {ARTICLES:,} articles × {measured['columns']} columns, nothing changed"
    return [
        Figure(
            path=what,
            limit="reading the rows through the same driver",
            value=measured["seconds"],
            limit_value=measured["limit_seconds"],
            unit="s",
            budget=BUDGET,
            notes=f"{measured['bytes_sent']} record bytes to send",
        ),
        Figure(
            path=f"{what}: memory",
            limit="budget",
            value=measured["peak_mb"],
            limit_value=BUDGET_MB,
            unit="MB",
            budget=1.0,
        ),
    ]


def measure() -> dict[str, Any]:
    """`limit_seconds`, `seconds` (the best of each, processor seconds), `ratio`, `peak_mb`, `bytes_sent`, `columns`."""
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-scan-"))
    try:
        _child("prepare", folder)
        reads, scans = [], []
        for _ in range(ROUNDS):  # in turns, so that a neighbour's load falls on both
            reads.append(_child("read", folder))
            scans.append(_child("scan", folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    limit, seconds = min(read["seconds"] for read in reads), min(scan["seconds"] for scan in scans)
    return {
        "limit_seconds": limit,
        "seconds": seconds,
        "ratio": seconds / limit,
        "peak_mb": max(scan["peak_mb"] for scan in scans),
        "bytes_sent": max(scan["bytes_sent"] for scan in scans),
        "columns": reads[0]["columns"],
    }


def prepare(folder: Path) -> dict[str, Any]:
    """The sandbox's company with its articles multiplied, and a base that knows them all."""
    path = _gescom(folder)
    seed.seed(path)
    faulty = _faulty(folder)
    with sqlite3.connect(path) as connection:
        _multiply(connection, faulty)
    base = Base(folder / "base.sqlite")
    report = _scan(folder, base)
    while (oldest := base.outbox.oldest()) is not None:
        base.outbox.acknowledged(oldest)
    if report.upserts < ARTICLES // 2:
        raise AssertionError(f"only {report.upserts} articles were read")
    return {"upserts": report.upserts, "held": report.held}


def scan(folder: Path) -> dict[str, Any]:
    base = Base(folder / "base.sqlite")
    # A running agent has its libraries loaded.
    importlib.import_module("raccord_connectors.erp.sage100.reading")
    begun = time.process_time()
    report = _scan(folder, base)
    seconds = time.process_time() - begun
    if report.seen < ARTICLES:
        raise AssertionError(f"only {report.seen} articles were seen")
    return {
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bytes_sent": base.outbox.waiting().size,
    }


def read(folder: Path) -> dict[str, Any]:
    from raccord_connectors.erp.sage100.tables import COLUMNS, Tables
    from raccord_connectors.kit.sql import Database, sqlite_engine

    database = Database(sqlite_engine(_gescom(folder)), "bench")
    columns = COLUMNS["F_ARTICLE"].split()
    begun = time.process_time()
    with database.session() as session:
        table = Tables.of(session)["F_ARTICLE"]
        rows = 0
        statement = table.select().with_only_columns(*(table.c[name] for name in columns))
        for some in session.tuples(statement):
            rows += len(some)
    seconds = time.process_time() - begun
    if rows != ARTICLES:
        raise AssertionError(f"{rows} rows")
    return {"seconds": seconds, "columns": len(columns)}


def _scan(folder: Path, base: Base) -> Any:
    connector = registry.build("sage100", {"path": str(_gescom(folder))})
    try:
        scanner = Scanner(base, folder / "spool.sqlite", outbox_bytes=10**10)
        return scanner.scan(connector, STREAM, complete=True)
    finally:
        connector.close()


def _faulty(folder: Path) -> list[str]:
    """Seeded articles that cannot be expressed: two among five hundred are credible, hundreds of copies are not."""
    connector = registry.build("sage100", {"path": str(_gescom(folder))})
    try:
        return [rejection.key for page in connector.read(STREAM, EVERYTHING) for rejection in page.rejected]
    finally:
        connector.close()


def _multiply(connection: sqlite3.Connection, faulty: list[str]) -> None:
    """Plain copies of the good seeded articles under new references, stamped as the others are."""
    columns = [row[1] for row in connection.execute("pragma table_info(F_ARTICLE)")]
    kept = [name for name in columns if name not in ("AR_Ref", "cbMarq", "AR_Gamme1", "AR_Gamme2")]
    quoted = ", ".join(f'"{name}"' for name in kept)
    (there,) = connection.execute("select count(*) from F_ARTICLE").fetchone()
    marks = ",".join("?" * len(faulty))
    connection.execute(
        "with recursive copy(n) as (select 1 union all select n + 1 from copy where n < ?) "
        f"insert into F_ARTICLE (AR_Ref, AR_Gamme1, AR_Gamme2, {quoted}) "
        f"select printf('Z%07d', row_number() over ()), 0, 0, {quoted} from copy cross join F_ARTICLE "
        f"where AR_Ref not in ({marks}) limit ?",
        (ARTICLES // (there - len(faulty)) + 1, *faulty, ARTICLES - there),
    )


def _gescom(folder: Path) -> Path:
    return folder / "gescom.sqlite"


def _child(role: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.bench_scan", role, str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    roles = {"prepare": prepare, "scan": scan, "read": read}
    print(json.dumps(roles[sys.argv[1]](Path(sys.argv[2]))))
