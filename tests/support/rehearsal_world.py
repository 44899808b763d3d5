"""The product as real processes between a GesCom and a shop with planted faults, both connected and nothing written yet: the
channel is made and not on air."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from uuid import UUID

from celery import Celery

from raccord.channels import service as channels
from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.order_rules import OrderRules
from raccord.rehearsals import service
from raccord.rehearsals.models import Report
from raccord.sync.records import READ_STREAMS
from raccord.sync.rehearsing import FIRST
from raccord.worker.wake import CeleryWake
from sandbox.demo.furnish import Furnisher
from sandbox.demo.planted import Planted, plant, standing
from sandbox.gescom.seed import seed_if_absent
from sandbox.shop.server import ShopServer
from support.product_world import ProductWorld


class RehearsalWorld(ProductWorld):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.database = seed_if_absent(folder / "gescom")
        self.shop = ShopServer(folder / "shop").start()
        self.standing: list[Planted] = standing(self.database)
        self.channel: UUID
        self.planted: list[Planted] = plant(self.database, self.shop.shop)

    def start(self) -> None:
        """Everything runs, the agent has read the GesCom, the channel is a draft."""
        self.stack.start_web()
        self.worker = self.stack.start_worker()
        keys = self.folder / "shop" / "keys.json"
        demo = self.inside(lambda: self._furnisher().merchant(self.shop.url, keys))
        self.tenant = demo.tenant
        code = self.inside(lambda: self._furnisher().enrolment_code(demo))
        bridge = f'["{sys.executable}", "-m", "sandbox.gescom.bridge", "--database", "{self.database}"]'
        settings = {"path": str(self.database), "bridge": bridge}
        self.stack.enrol_agent(self.home, code, "sage100", settings, {})
        self.stack.start_agent(self.home)
        chosen = ChannelSettings(
            prices=PriceRules(category="1"), orders=OrderRules(items={"shipping": "PORT", "fee": "FRAIS"})
        )
        self.channel = self.inside(
            lambda: channels.create(demo.tenant, "Boutique en ligne", demo.erp, demo.shop, chosen)
        )
        self.wait_until(self._is_read, "the GesCom was read to its end", 120)

    def stop(self) -> None:
        self.stack.stop()
        self.shop.stop()
        super().stop()

    def wake(self) -> CeleryWake:
        return CeleryWake(Celery(broker=self.settings.broker_url))

    def _furnisher(self) -> Furnisher:
        return Furnisher(self.settings, self.folder, self.wake())

    def _is_read(self) -> bool:
        rows = self.rows("SELECT stream FROM stream_state WHERE last_complete_at IS NOT NULL")
        return {row["stream"] for row in rows} >= set(READ_STREAMS)

    # ------------------------------------------------------------------------------------------ the rehearsal

    def rehearse(self) -> Report:
        """As the button does; made by the worker."""
        return self._end_of(self._begin())

    def rehearse_with_a_death(self) -> Report:
        """The worker is killed in the middle, without a word, and another one started. One that was over by then is begun
        anew: nobody can say how fast a machine is."""
        assert self.worker.process is not None
        while True:
            made = self._begin()
            self.wait_until(lambda made=made: self._state(made)[1] != FIRST, "the rehearsal went on", 60)  # type: ignore[misc]
            self.worker.process.send_signal(signal.SIGSTOP)
            if self._state(made)[0] == "running":
                break
            self.worker.process.send_signal(signal.SIGCONT)
        self.worker.process.kill()
        self.worker.process.wait(10)
        assert ["worker"] == self.stack.children.restart_dead()
        return self._end_of(made)

    def _begin(self) -> UUID:
        assert self.tenant is not None
        tenant, channel = self.tenant, self.channel
        return self.inside(lambda: service.start(tenant, channel, self.wake()))

    def _end_of(self, rehearsal: UUID) -> Report:
        assert self.tenant is not None
        tenant = self.tenant
        self.wait_until(lambda: self._state(rehearsal)[0] != "running", "the rehearsal is over", 120)
        found = self.inside(lambda: service.report(tenant, rehearsal))
        assert found is not None
        return found

    def _state(self, rehearsal: UUID) -> tuple[str, str]:
        """And the step."""
        (row,) = self.rows("SELECT state, step FROM rehearsal WHERE id = $1", rehearsal)
        return row["state"], row["step"]


@contextmanager
def rehearsal_world() -> Iterator[RehearsalWorld]:
    folder = Path(mkdtemp(prefix="raccord-rehearsal-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as a user of its own, who must pass
    world = RehearsalWorld(folder)
    try:
        world.start()
        yield world
    finally:
        world.stop()
    rmtree(folder, ignore_errors=True)  # kept, with its logs, when something failed
