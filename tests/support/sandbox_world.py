"""The whole product as real processes, between the demonstration GesCom and the demonstration shop, for tests, chaos and
benchmarks: embedded PostgreSQL and Valkey, web, worker, agent. The shop listens in a thread of the test, so that its
database, its request log and its faults are at hand."""

import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import UUID

import msgspec
from celery import Celery

from raccord.channels import service as channels
from raccord.connections.models import Checked
from raccord.sync.commands import Commands
from raccord.sync.records import READ_STREAMS
from raccord.worker.wake import CeleryWake
from raccord_connectors import wire
from raccord_connectors.contract import Problem
from sandbox.demo.furnish import SCAN_SECONDS, Demo, Furnisher
from sandbox.gescom.business import GesCom
from sandbox.gescom.seed import seed_if_absent
from sandbox.gescom.stockroom import MAIN_DEPOT, held
from sandbox.gescom.store import number as number_of
from sandbox.gescom.store import reading
from sandbox.shop.checkout import Purchase, Wish
from sandbox.shop.server import ShopServer
from support.gescom_documents import Document, of_order
from support.product_world import ProductWorld

T = TypeVar("T")
CLOCK = 1.0
"""Seconds after which the clock is asked again for what else would come within half a minute."""


class SandboxWorld(ProductWorld):
    def __init__(self, folder: Path, scan_seconds: float) -> None:
        super().__init__(folder)
        self.scan_seconds = scan_seconds
        self.database = seed_if_absent(folder / "gescom")
        self.gescom = GesCom(self.database)
        self.shop = ShopServer(folder / "shop").start()
        self.demo: Demo | None = None
        self._clock_at = 0.0

    def start(self, *, live: bool = True) -> None:
        """Everything runs, the agent is enrolled, the channel is live, or waits to be put on air."""
        self.stack.start_web()
        self.stack.start_worker()
        keys = self.folder / "shop" / "keys.json"
        demo = self.furnish(lambda f: f.merchant(self.shop.url, keys))
        self.furnish(lambda f: f.scan_every(demo, self.scan_seconds))
        code = self.furnish(lambda f: f.enrolment_code(demo))
        bridge = f'["{sys.executable}", "-m", "sandbox.gescom.bridge", "--database", "{self.database}"]'
        settings = {"path": str(self.database), "bridge": bridge}
        self.stack.enrol_agent(self.home, code, "sage100", settings, {})
        self.stack.start_agent(self.home)
        self.tenant = demo.tenant
        self.demo = self.furnish(lambda f: f.channel(demo, live=live))

    def stop(self) -> None:
        self.stack.stop()
        self.shop.stop()
        super().stop()

    def wait_settled(self, seconds: float = 120.0) -> None:
        """Both sides have all that the other did until now: the ERP is read completely once more, what was found has arrived,
        and nothing is to be done any more."""
        self.wait_read(seconds)
        self.wait_until(self._is_settled, "everything settled", seconds, left=self.left)
        while self.to_do():  # what was done may have made something else due
            self.wait_until(self._is_settled, "everything settled", seconds, left=self.left)

    def _is_settled(self) -> bool:
        """Reservations that wait for the clock to be proven need not wait for it here."""
        if self.to_do() == 0:
            return True
        if time.monotonic() - self._clock_at > CLOCK:
            self._clock_at = time.monotonic()
            self.clock("prove")
        return False

    def wait_read(self, seconds: float = 120.0) -> None:
        """The platform has all that the ERP has now."""
        asked = self.ask_to_read(*READ_STREAMS)
        self.wait_until(lambda: self._answered(asked) and self._all_sent(), "the ERP was read", seconds)

    def clock(self, task: str) -> None:
        """The product's clock starts this task for the channel: what it would do within half a minute."""
        assert self.demo is not None
        assert self.demo.channel is not None
        demo, channel = self.demo, str(self.demo.channel)
        self.inside(lambda: self.wake().send(task, "urgent", str(demo.tenant), channel))

    def ask_to_read(self, *streams: str) -> UUID:
        """Completely, as soon as the agent can."""
        assert self.demo is not None
        demo = self.demo
        order = wire.Rescan(streams, complete=True)
        return self.inside(lambda: Commands(self.wake()).ask(demo.tenant, demo.erp, order, urgent=True))

    def _answered(self, command: UUID) -> bool:
        return bool(self.rows("SELECT 1 FROM command WHERE id = $1 AND state = 'done'", command))

    def _all_sent(self) -> bool:
        """The agent has no reading before it that was wished for, and nothing to send."""
        connection = sqlite3.connect(f"file:{self.home / 'base.sqlite'}?mode=ro", uri=True)
        try:
            wished = "SELECT count(*) FROM stream WHERE wish OR wish_complete OR last_complete_at IS NULL"
            waiting = "SELECT count(*) FROM outbox"
            return not any(connection.execute(query).fetchone()[0] for query in (wished, waiting))
        finally:
            connection.close()

    def furnish(self, work: Callable[[Furnisher], Awaitable[T]]) -> T:
        return self.inside(lambda: work(Furnisher(self.settings, self.folder, self.wake())))

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
        self,
        wishes: dict[str, int],
        email: str = "lucie.martin@example.com",
        *,
        billing: Mapping[str, str] | None = None,
        **purchase: Any,
    ) -> dict[str, Any]:
        """As the storefront's last button does; `billing` as another buyer types it."""
        usual = {
            "first_name": "Lucie", "last_name": "Martin", "address_1": "3 rue des Lilas", "postcode": "44000",
            "city": "Nantes", "country": "FR", "email": email, "phone": "0612345678",
        }  # fmt: skip
        wanted = [Wish(self._id(sku), quantity) for sku, quantity in wishes.items()]
        return self.shop.shop.buy(Purchase(wanted, billing=dict(billing or usual), **purchase))

    def name(self, sku: str) -> str | None:
        found = self._product(sku)
        return None if found is None else str(found["name"])

    def address(self, sku: str) -> str:
        """Of the storefront's page that shows it."""
        found = self._product(sku)
        assert found is not None, f"the shop has no article {sku}"
        return f"{self.shop.url}/produit/{found['slug']}"

    def ean(self, sku: str) -> str | None:
        found = self._product(sku)
        return None if found is None else str(found["global_unique_id"])

    def create_in_the_shop(self, sku: str, name: str, price: str) -> None:
        """As the shop's people do in its back office."""
        body = {"sku": sku, "name": name, "regular_price": price, "status": "publish"}
        with self.shop.shop.database.write() as db:
            self.shop.shop.catalogue.create(db, body)

    @contextmanager
    def without_the_shops_key(self) -> Iterator[None]:
        """The shop does not know our key for a while: revoked, or replaced by another."""
        self._rename_key("UPDATE api_keys SET consumer_key = 'x' || consumer_key")
        try:
            yield
        finally:
            self._rename_key("UPDATE api_keys SET consumer_key = substr(consumer_key, 2)")

    def _rename_key(self, statement: str) -> None:
        with self.shop.shop.database.write() as db:
            db.execute(statement)

    def is_on_sale(self, sku: str) -> bool:
        return self.status(sku) == "publish"

    def on_sale(self) -> set[str]:
        """SKUs that a visitor finds; the parents of variants by theirs."""
        rows = self.shop.shop.database.read().execute(
            "SELECT sku FROM products WHERE parent_id = 0 AND status = 'publish' AND sku <> ''"
        )
        return {row["sku"] for row in rows}

    def order_status(self, number: str) -> str:
        """In the shop."""
        found = self.shop.shop.show("order", int(number))
        assert found is not None, f"the shop has no order {number}"
        return str(found["status"])

    def set_order_status(self, number: str, status: str) -> None:
        """As the shop's people do in its back office."""
        with self.shop.shop.database.write() as db:
            self.shop.shop.orders.update(db, int(number), {"status": status})

    def told(self, number: str) -> str:
        """All that the shop says on an order: its notes and its custom values."""
        db = self.shop.shop.database.read()
        notes = db.execute("SELECT note FROM order_notes WHERE order_id = ?", (int(number),)).fetchall()
        trackings = db.execute("SELECT data FROM trackings WHERE order_id = ?", (int(number),)).fetchall()
        found = self.shop.shop.show("order", int(number)) or {}
        values = [str(meta["value"]) for meta in found.get("meta_data", [])]
        return "\n".join([*(row["note"] for row in notes), *(row["data"] for row in trackings), *values])

    # -------------------------------------------------------------------------------------------- the GesCom

    def document(self, number: str) -> Document | None:
        """That of an order of the shop. Two would be one too many."""
        found = of_order(self.database, str(number))
        assert len(found) <= 1, f"order {number} has {len(found)} documents"
        return found[0] if found else None

    def wait_for_document(self, number: str, seconds: float = 60.0) -> Document:
        """Once the product says that it read it back."""
        number = str(number)
        self.wait_until(lambda: self.order_state(number) == "integrated", f"order {number} is in", seconds)
        found = self.document(number)
        assert found is not None, f"order {number} is called integrated and has no document"
        return found

    def erp_stock(self, ref: str, figure: str) -> Decimal:
        """`QteSto`, `QteRes` or `QtePrepa` of a simple article, over all depots."""
        with reading(self.database) as connection:
            (found,) = connection.execute(
                f"select total(AS_{figure}) from F_ARTSTOCK where AR_Ref = ?", (ref,)
            ).fetchone()
        return number_of(found)

    def erp_stock_in(self, ref: str, depot: int = MAIN_DEPOT) -> Decimal:
        """What lies there of a simple article."""
        with reading(self.database) as connection:
            return held(connection, ref, (0, 0), depot, "QteSto")

    def deletable(self, count: int) -> list[str]:
        """Simple articles on sale that the GesCom would let go: they are on no document, and in no kit."""
        with reading(self.database) as connection:
            rows = connection.execute(
                "select AR_Ref from F_ARTICLE where AR_Gamme1 = 0 and AR_Ref not in (select AR_Ref from F_DOCLIGNE "
                "where AR_Ref is not null) and AR_Ref not in (select NO_RefDet from F_NOMENCLAT) "
                "and AR_Ref not in (select AR_Ref from F_NOMENCLAT) order by cbMarq desc"
            ).fetchall()
        shown = self.on_sale()
        found = [row["AR_Ref"] for row in rows if row["AR_Ref"] in shown][:count]
        assert len(found) == count, f"only {len(found)} articles can be deleted"
        return found

    # ------------------------------------------------------------------------------------------- the product

    def articles(self, count: int, *, least: int = 30) -> list[str]:
        """Simple articles that the shop shows with at least so many in stock."""
        rows = self.rows(
            "SELECT key FROM binding WHERE stream = 'availability' AND target IS NOT NULL AND key NOT LIKE '%|%' "
            "AND (pushed->>'quantity')::numeric >= $1 ORDER BY key LIMIT $2",
            Decimal(least),
            count,
        )
        assert len(rows) == count, f"only {len(rows)} articles have {least} in stock"
        return [row["key"] for row in rows]

    def sold_and_settled(self) -> dict[str, Decimal]:
        """Item → quantity that the shop has sold and told us of, where nothing of the item's stock is still on its way."""
        rows = self.rows(
            """
            SELECT r.item, sum(r.quantity) AS sold FROM reservation r
             WHERE r.ended_because IS DISTINCT FROM 'cancelled'
               AND NOT EXISTS (SELECT 1 FROM to_project p WHERE p.stream = 'availability' AND p.key = r.item)
               AND NOT EXISTS (SELECT 1 FROM binding b WHERE b.stream = 'availability' AND b.key = r.item
                                  AND b.desired_print IS DISTINCT FROM b.pushed_print)
             GROUP BY r.item
            """
        )
        return {row["item"]: row["sold"] for row in rows}

    def hold(self, key: str) -> Problem | None:
        """Why an article waits for somebody; None when it does not."""
        rows = self.rows(
            "SELECT problem FROM binding WHERE stream = 'listings' AND key = $1 AND held "
            "UNION ALL SELECT problem FROM held_record WHERE stream = 'products' AND key = $1",
            key,
        )
        return _problem(rows[0]["problem"]) if rows else None

    def wait_for_hold(self, key: str, seconds: float = 40.0) -> Problem:
        self.wait_until(lambda: self.hold(key) is not None, f"{key} is held", seconds)
        found = self.hold(key)
        assert found is not None
        return found

    def problem(self, key: str) -> Problem | None:
        """What is said of an article in the catalogue, held or not."""
        rows = self.rows("SELECT problem FROM binding WHERE stream = 'listings' AND key = $1", key)
        return _problem(rows[0]["problem"]) if rows else None

    def order_problem(self, number: str) -> Problem | None:
        rows = self.rows("SELECT problem FROM sales_order WHERE number = $1", str(number))
        return _problem(rows[0]["problem"]) if rows else None

    def shop_state(self) -> str:
        (row,) = self.rows("SELECT state FROM connection WHERE side = 'shop'")
        return str(row["state"])

    def shop_problem(self) -> Problem | None:
        (row,) = self.rows("SELECT problem FROM connection WHERE side = 'shop'")
        return _problem(row["problem"])

    def check_the_shop(self) -> Checked:
        """As the button *Test the connection* does."""
        assert self.demo is not None
        demo = self.demo
        return self.furnish(lambda f: f.check(demo))

    def erp_problem(self) -> Problem | None:
        """What the agent says of the reading of a stream, or of itself."""
        rows = self.rows("SELECT problem FROM stream_state WHERE problem IS NOT NULL ORDER BY stream LIMIT 1")
        return _problem(rows[0]["problem"]) if rows else None

    def order_state(self, number: str) -> str | None:
        """In the platform; None before it was collected."""
        rows = self.rows("SELECT state FROM sales_order WHERE number = $1", str(number))
        return rows[0]["state"] if rows else None

    def brakes(self) -> list[str]:
        """The kinds of the brakes that are on."""
        rows = self.rows("SELECT kind FROM brake WHERE decided_at IS NULL ORDER BY kind")
        return [row["kind"] for row in rows]

    def decide_brake(self, decision: Literal["go", "dismissed"]) -> bool:
        """As a person does on the page of the only brake that is on."""
        assert self.tenant is not None
        tenant = self.tenant
        (row,) = self.rows("SELECT id FROM brake WHERE decided_at IS NULL")
        return self.inside(lambda: channels.decide_brake(tenant, row["id"], decision, self.wake()))

    def wake(self) -> CeleryWake:
        return CeleryWake(Celery(broker=self.settings.broker_url))

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


def _problem(packed: str | None) -> Problem | None:
    return None if packed is None else msgspec.json.decode(packed, type=Problem)


@contextmanager
def sandbox_world(scan_seconds: float = SCAN_SECONDS, *, live: bool = True) -> Iterator[SandboxWorld]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-world-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own, who must pass
    world = SandboxWorld(folder, scan_seconds)
    try:
        world.start(live=live)
        yield world
    finally:
        world.stop()
    shutil.rmtree(folder, ignore_errors=True)  # kept, with its logs, when something failed
