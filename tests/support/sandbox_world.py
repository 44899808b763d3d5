"""The whole product as real processes, between the demonstration GesCom and the demonstration shop, for tests, chaos and
benchmarks: embedded PostgreSQL and Valkey, web, worker, agent. The shop listens in a thread of the test, so that its
database, its request log and its faults are at hand."""

import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery

from raccord.worker.wake import CeleryWake
from sandbox.demo.furnish import Demo, Furnisher
from sandbox.gescom.business import GesCom
from sandbox.gescom.seed import seed_if_absent
from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.server import ShopServer
from support.product_world import ProductWorld

T = TypeVar("T")


class SandboxWorld(ProductWorld):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.database = seed_if_absent(folder / "gescom")
        self.gescom = GesCom(self.database)
        self.shop = ShopServer(folder / "shop").start()
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
        self.tenant = demo.tenant
        self.demo = self.furnish(lambda f: f.channel(demo))

    def stop(self) -> None:
        self.stack.stop()
        self.shop.stop()
        super().stop()

    def furnish(self, work: Callable[[Furnisher], Awaitable[T]]) -> T:
        wake = CeleryWake(Celery(broker=self.settings.broker_url))
        return self.inside(lambda: work(Furnisher(self.settings, self.folder, wake)))

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
