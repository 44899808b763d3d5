"""The whole product as real processes for tests, chaos and benchmarks: embedded PostgreSQL and Valkey, web, worker, agent.
What stands on either side of it is the subclass's affair."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg

from raccord.embedded import Embedded
from raccord.settings import Settings
from raccord.storage.engine import APP, SYSTEM
from sandbox.demo.stack import Stack
from support.what_is_left import what_is_left

T = TypeVar("T")


class ProductWorld:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.embedded = Embedded(Settings(data_dir=folder / "services", environment="test"))
        self.stack = Stack(self.embedded.start(), folder, _free_port())
        self.settings = self.stack.settings
        self.home = folder / "agent"
        self.tenant: UUID | None = None

    def stop(self) -> None:
        self.stack.stop()
        self.embedded.stop()

    # ---------------------------------------------------------------------------------------- the database

    def inside(self, work: Callable[[], Awaitable[T]]) -> T:
        """With the engines open, as the application's role."""

        async def run() -> T:
            assert self.settings.database_url
            assert self.settings.database_system_url
            await APP.open(self.settings.database_url, pool_size=3)
            await SYSTEM.open(self.settings.database_system_url, pool_size=1)
            try:
                return await work()
            finally:
                await APP.close()
                await SYSTEM.close()

        with ThreadPoolExecutor(1) as aside:  # a browser keeps the event loop of its thread to itself
            return aside.submit(lambda: asyncio.run(run())).result()

    def rows(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Of this tenant. Through one connection: who waits for something asks many times a second."""
        assert self.tenant is not None
        tenant = str(self.tenant)

        async def read() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.settings.database_url)
            try:
                async with connection.transaction():
                    await connection.execute("SELECT set_config('raccord.tenant', $1, true)", tenant)
                    return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as aside:
            return aside.submit(lambda: asyncio.run(read())).result()

    # ------------------------------------------------------------------------------------------- waiting

    def wait_until(
        self,
        condition: Callable[[], bool],
        what: str,
        seconds: float = 60.0,
        *,
        left: Callable[[], str] | None = None,
    ) -> None:
        """`left` says what was still missing, when time is up."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                missing = f"\n{left()}" if left else ""
                raise AssertionError(
                    f"not within {seconds:.0f} s: {what}; logs in {self.folder / 'logs'}{missing}"
                )
            time.sleep(0.05)

    def wait_settled(self, seconds: float = 120.0) -> None:
        """Nothing is to be done any more, and stays so for two scans."""
        still = 0

        def settled() -> bool:
            nonlocal still
            still = still + 1 if self.to_do() == 0 else 0
            if still:
                time.sleep(0.5)
            return still >= 10

        self.wait_until(settled, "everything settled", seconds, left=self.left)

    def left(self) -> str:
        """What `to_do` counts, for who reads a failure."""
        assert self.tenant is not None
        tenant = self.tenant
        return self.inside(lambda: what_is_left(tenant))

    def to_do(self) -> int:
        """Marks, due bindings, orders and payments on their way, and the first load itself."""
        (row,) = self.rows(
            """
            SELECT (SELECT count(*) FROM to_project)
                 + (SELECT count(*) FROM binding WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL)
                 + (SELECT count(*) FROM sales_order WHERE state IN ('waiting', 'entering') AND retry_at < 'infinity')
                 + (SELECT count(*) FROM order_payment WHERE state IN ('asked', 'waiting'))
                 + (SELECT count(*) FROM reservation WHERE ended_at IS NULL)
                 + (SELECT CASE WHEN count(*) = 0 THEN 1 ELSE 0 END FROM binding WHERE target IS NOT NULL) AS n
            """
        )
        return int(row["n"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
