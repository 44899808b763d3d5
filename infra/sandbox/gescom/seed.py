"""Fills an empty GesCom with a credible merchant: the same one each time, from a fixed seed.

More than five hundred articles in families and a catalogue tree; variants by size and colour; cartons; kits; three
price categories with quantity tiers and customers' own prices; four VAT rates and eco-contributions; two depots;
sixty customers; some sleeping, unpublished, unpriced and faulty articles, as everywhere.
"""

import random
import sqlite3
from datetime import date, datetime
from pathlib import Path

from sandbox.gescom import schema, seed_articles, seed_parameters, seed_people, seed_sales, store
from sandbox.gescom.tables_text import TABLES

SEED = 1852
STAMP = "2026-03-02 08:00:00"
"""When all rows were last changed: long ago, so that the first look for changes finds none."""
DAY = date(2026, 3, 2)


def seed(path: str | Path, *, today: date = DAY) -> None:
    """Makes the file at `path`, which must not exist. `today`: the day of the sales documents in progress."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        raise FileExistsError(f"{target.name} exists already")
    chance = random.Random(SEED)
    with store.writing(target) as connection:
        schema.create(connection)
        seed_parameters.fill(connection)
        seed_articles.fill(connection, chance)
        seed_people.fill(connection, chance)
        _stamp(connection, STAMP)
    seed_sales.fill(target, today)
    with store.writing(target) as connection:
        _stamp(connection, datetime.combine(today, datetime.min.time()).isoformat(sep=" "))


def seed_if_absent(folder: str | Path, *, today: date = DAY) -> Path:
    """The GesCom's file in `folder`, made on the first call. A seeding that was cut short leaves nothing behind."""
    path = Path(folder) / store.FILE
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        for stale in (
            unfinished,
            *(unfinished.with_name(unfinished.name + tail) for tail in ("-wal", "-shm")),
        ):
            stale.unlink(missing_ok=True)
        seed(unfinished, today=today)
        with store.reading(unfinished) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        unfinished.rename(path)
    return path


def _stamp(connection: sqlite3.Connection, stamp: str) -> None:
    for table in TABLES:
        if not table.startswith(("P_", "SANDBOX_")):
            connection.execute(f"update {table} set cbModification = ?", (stamp,))
