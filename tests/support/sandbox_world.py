"""The whole product as real processes, between the demonstration GesCom and the demonstration shop, for tests, chaos and
benchmarks: embedded PostgreSQL and Valkey, web, worker, agent. The shop listens in a thread of the test, so that its
database, its request log and its faults are at hand."""

import asyncio
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from celery import Celery

from raccord.embedded import Embedded
from raccord.settings import Settings
from raccord.storage.engine import APP, SYSTEM, tenant_transaction
from raccord.worker.wake import CeleryWake
from sandbox.demo.furnish import Demo, Furnisher
from sandbox.demo.stack import Stack
from sandbox.gescom.business import GesCom
from sandbox.gescom.seed import seed_if_absent
from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.server import ShopServer

T = TypeVar("T")


class SandboxWorld:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.embedded = Embedded(Settings(data_dir=folder / "services", environment="test"))
        self.settings = self.embedded.start()
        self.database = seed_if_absent(folder / "gescom")
        self.gescom = GesCom(self.database)
        self.shop = ShopServer(folder / "shop").start()
        self.stack = Stack(self.settings, folder, _free_port())
        self.settings = self.stack.settings
        self.home = folder / "agent"
        self.demo: Demo | None = None

    def start(self) -> None:
        """Everything runs, the agent is enrolled, the channel is live."""
        self.stack.start_web()
        self.stack.start_worker()
        keys = self.folder / "shop" / "keys.json"
        demo = self.furnish(lambda f: f.merchant(self.shop.url, keys))
        code = self.furnish(lambda f: f.enrolment_code(demo))
        bridge = f'["{sys.executable}", "-m", "sandbox.gescom.bridge", "--database", "{self.database}"]'
        settings = {"path": str(self.database), "bridge": bridge}
        self.stack.enrol_agent(self.home, code, "sage100", settings, {})
        self.stack.start_agent(self.home)
        self.demo = self.furnish(lambda f: f.channel(demo))

    def stop(self) -> None:
        self.stack.stop()
        self.shop.stop()
        self.embedded.stop()

    # ---------------------------------------------------------------------------------------- the database

    def furnish(self, work: Callable[[Furnisher], Awaitable[T]]) -> T:
        wake = CeleryWake(Celery(broker=self.settings.broker_url))
        return self.inside(lambda: work(Furnisher(self.settings, self.folder, wake)))

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

        return asyncio.run(run())

    def rows(self, statement: str, *values: object) -> list[asyncpg.Record]:
        """Of this tenant."""
        assert self.demo is not None
        tenant = self.demo.tenant

        async def read() -> list[asyncpg.Record]:
            async with tenant_transaction(tenant) as connection:
                return list(await connection.fetch(statement, *values))

        return self.inside(read)

    # ------------------------------------------------------------------------------------------- waiting

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds:.0f} s: {what}; logs in {self.folder / 'logs'}")
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

        self.wait_until(settled, "everything settled", seconds)

    def to_do(self) -> int:
        """Marks, due bindings, orders on their way, and the first load itself."""
        (row,) = self.rows(
            """
            SELECT (SELECT count(*) FROM to_project)
                 + (SELECT count(*) FROM binding WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL)
                 + (SELECT count(*) FROM sales_order WHERE state IN ('waiting', 'entering') AND retry_at < 'infinity')
                 + (SELECT count(*) FROM reservation WHERE ended_at IS NULL)
                 + (SELECT CASE WHEN count(*) = 0 THEN 1 ELSE 0 END FROM binding WHERE target IS NOT NULL) AS n
            """
        )
        return int(row["n"])

    # ---------------------------------------------------------------------------------------------- the shop

    def price(self, sku: str) -> Decimal | None:
        found = self._product(sku)
        return Decimal(found["regular_price"]) if found and found.get("regular_price") else None

    def quantity(self, sku: str) -> Decimal | None:
        found = self._product(sku)
        return (
            None if found is None or found.get("stock_quantity") is None else Decimal(found["stock_quantity"])
        )

    def status(self, sku: str) -> str | None:
        found = self._product(sku)
        return None if found is None else str(found["status"])

    def buy(
        self, wishes: dict[str, int], email: str = "lucie.martin@example.com", **purchase: Any
    ) -> dict[str, Any]:
        """As the storefront's last button does."""
        billing = {
            "first_name": "Lucie", "last_name": "Martin", "address_1": "3 rue des Lilas", "postcode": "44000",
            "city": "Nantes", "country": "FR", "email": email, "phone": "0612345678",
        }  # fmt: skip
        wanted = [Wish(self._id(sku), quantity) for sku, quantity in wishes.items()]
        return self.shop.shop.buy(Purchase(wanted, billing=billing, **purchase))

    def _id(self, sku: str) -> int:
        row = (
            self.shop.shop.database.read().execute("SELECT id FROM products WHERE sku = ?", (sku,)).fetchone()
        )
        if row is None:
            raise LookupError(f"the shop has no article {sku}")
        return int(row["id"])

    def _product(self, sku: str) -> dict[str, Any] | None:
        row = (
            self.shop.shop.database.read().execute("SELECT id FROM products WHERE sku = ?", (sku,)).fetchone()
        )
        return self.shop.shop.show("product", int(row["id"])) if row else None


@contextmanager
def sandbox_world() -> Iterator[SandboxWorld]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-world-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own, who must pass
    world = SandboxWorld(folder)
    try:
        world.start()
        yield world
    finally:
        world.stop()
    shutil.rmtree(folder, ignore_errors=True)  # kept, with its logs, when something failed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
