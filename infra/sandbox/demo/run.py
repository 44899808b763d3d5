"""The demonstration from its first line to Ctrl-C."""

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from celery import Celery

from raccord.embedded import Embedded
from raccord.settings import Settings
from raccord.storage.engine import APP, SYSTEM, tenant_transaction
from raccord.worker.wake import CeleryWake
from sandbox.demo.children import Child, NotStarted, answers
from sandbox.demo.console import Console
from sandbox.demo.furnish import MERCHANT, PARTNER, Demo, Furnisher
from sandbox.demo.parts import ERP, ERPS, SHOP, SHOPS
from sandbox.demo.places import Places, places
from sandbox.demo.planted import plant_in
from sandbox.demo.stack import Stack

T = TypeVar("T")
LOOK_SECONDS = 5.0


class Demonstration:
    """`planted`: with faults on both sides, and a channel that is not on air: for its rehearsal. `shop` and
    `erp`: by their names in `parts`."""

    def __init__(self, folder: Path, *, planted: bool = False, shop: str = SHOP, erp: str = ERP) -> None:
        self.planted = planted
        self.shop, self.erp = SHOPS[shop], ERPS[erp]
        self.console = Console()
        self.places: Places = places(folder)
        self.embedded = Embedded(Settings(data_dir=folder / "services", environment="demo"))
        self.stack: Stack | None = None
        self._stop = threading.Event()

    def run(self, *, once: bool = False) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stop.set())
        self.console.say("Raccord, la démonstration / the demonstration")
        try:
            self._start()
            self._announce()
            while not once and not self._stop.wait(1.0):
                assert self.stack is not None
                for name in self.stack.children.restart_dead():
                    self.console.say(
                        f"  ↻ {name} was restarted (its log: {self.stack.folder / 'logs' / name}.log)"
                    )
        except NotStarted as error:
            self.console.say(f"\n{error}")
            return 1
        except _Interrupted:
            pass
        finally:
            self._end()
        return 0

    # ------------------------------------------------------------------------------------------------ start

    def _start(self) -> None:
        console, here = self.console, self.places
        with console.step("PostgreSQL, Valkey"):
            settings = self.embedded.start()
        settings = msgspec.structs.replace(
            settings, smtp_host="127.0.0.1", smtp_port=here.smtp, smtp_security="none", smtp_sender="alertes@raccord.example"
        )  # fmt: skip
        stack = self.stack = Stack(settings, here.folder, here.web)
        settings = stack.settings
        ended = stack.children.end_leftovers()
        if ended:
            console.say(f"  (ended {ended} processes that an earlier start had left)")
        if self.planted:
            with console.step("Défauts semés / planted faults"):
                plant_in(here.folder)
        with console.step(self.erp.step):
            self.erp.plant(here.folder)
            if self.erp.program:
                self._simulator(self.erp.program, here.gescom)
        with console.step(self.shop.step):
            self._simulator(self.shop.program, here.shop)
        with console.step("Boîte aux lettres / mailbox"):
            self._simulator("mailbox", here.mailbox, "--smtp-port", str(here.smtp))
        with console.step("Plateforme / platform: web"):
            stack.start_web()
        with console.step("Plateforme / platform: worker"):
            stack.start_worker()
        with console.step("Maison Aubépine: comptes, connexions / accounts, connections"):
            keys = here.folder / self.shop.program / "keys.json"
            demo = self._with_database(
                settings, lambda f: f.merchant(here.shop_url, keys, self.shop, self.erp)
            )
        with console.step("Agent"):
            self._agent(settings, demo)
        with console.step(f"Canal / channel: {self.erp.title} → {self.shop.title}"):
            demo = self._with_database(
                settings, lambda f: f.channel(demo, live=not self.planted, erp_part=self.erp)
            )
            self._with_database(settings, lambda f: f.messages(demo, here.smtp))
        if not self.planted:
            self._watch_first_sync(settings, demo)

    def _simulator(self, name: str, port: int, *more: str) -> None:
        assert self.stack is not None
        folder = self.places.folder / name
        command = [sys.executable, "-m", f"sandbox.{name}", "--data", str(folder), "--port", str(port), *more]
        infra = str(Path(__file__).parents[2])
        self.stack.children.start(
            Child(name, command, {"PYTHONPATH": infra}, lambda: answers(port)), seconds=90
        )

    def _agent(self, settings: Settings, demo: Demo) -> None:
        assert self.stack is not None
        home = self.places.folder / "agent"
        if not (home / "identity.toml").exists():
            code = self._with_database(settings, lambda f: f.enrolment_code(demo))
            told = self.erp.enrolment(self.places.folder)
            connector = self.erp.connector
            self.stack.enrol_agent(home, code, connector, told.settings, told.secrets, told.folders)
            _look_often(home / "agent.toml")
        self.stack.start_agent(home)

    def _watch_first_sync(self, settings: Settings, demo: Demo) -> None:
        """Until every article that may be sold is in the shop; at later starts that is at once."""
        title = "Premiers articles dans la boutique / first articles in the shop"
        begun, still = time.monotonic(), 0
        with self.console.step(title):
            last = -1
            while still < 4:
                self._check_stop()
                done, total = self._with_database(settings, lambda _: _progress(demo))
                self.console.progress(title, done, total)
                still = still + 1 if done == last and total and done == total else 0
                last = done
                time.sleep(0.5)
                if time.monotonic() - begun > 300:
                    raise NotStarted(
                        f"only {done} of {total} articles reached the shop; see {self.places.folder / 'logs'}"
                    )

    def _with_database(self, settings: Settings, work: Callable[[Furnisher], Awaitable[T]]) -> T:
        """Runs one piece of furnishing with the engines open on a loop of its own."""
        assert settings.database_url
        assert settings.database_system_url

        async def inside() -> T:
            assert settings.database_url
            assert settings.database_system_url
            await APP.open(settings.database_url, pool_size=4)
            await SYSTEM.open(settings.database_system_url, pool_size=1)
            try:
                wake = CeleryWake(Celery(broker=settings.broker_url))
                return await work(Furnisher(settings, self.places.folder, wake))
            finally:
                await APP.close()
                await SYSTEM.close()

        return asyncio.run(inside())

    # -------------------------------------------------------------------------------------------------- end

    def _announce(self) -> None:
        say, here = self.console.say, self.places
        say()
        say(f"  Prêt en {self.console.elapsed():.0f} s / ready.   ➜  {here.web_url}")
        say()
        say(f"     commerçant / merchant   {MERCHANT[0]}   {MERCHANT[1]}")
        say(f"     partenaire / partner    {PARTNER[0]}   {PARTNER[1]}")
        if self.erp.program:
            say(f"     GesCom (simulateur)     {here.gescom_url}")
        say(f"     Boutique (simulateur)   {here.shop_url}")
        say(f"     E-mails (simulateur)    {here.mailbox_url}")
        say()
        if self.planted:
            say(
                "  Ouvrez Canaux, « Boutique en ligne », Répétition. / Open Channels, “Boutique en ligne”, Rehearsal."
            )
            return
        say(
            "  Changez un prix dans la GesCom, regardez la boutique. Ctrl-C arrête tout ; les données restent."
        )
        say("  Change a price in the GesCom, watch the shop. Ctrl-C stops everything; the data stay.")

    def _end(self) -> None:
        self.console.say()
        with self.console.step("Arrêt / stopping"):
            if self.stack is not None:
                self.stack.stop()
            self.embedded.stop()

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise _Interrupted


def _look_often(agent_toml: Path) -> None:
    """A picture that is replaced shows within seconds; a merchant's folders are looked through less often."""
    text = agent_toml.read_text("utf-8")
    agent_toml.write_text(text.replace("# every = 120.0", f"every = {LOOK_SECONDS}"), "utf-8")


class _Interrupted(Exception):
    """Ctrl-C during the start."""


async def _progress(demo: Demo) -> tuple[int, int]:
    """Listings that the shop has, and those that it should have; held ones apart. Their pictures follow one after the
    other: nobody waits for the last one to look at the first."""
    async with tenant_transaction(demo.tenant) as connection:
        row = await connection.fetchrow(
            """
            SELECT count(*) FILTER (WHERE target IS NOT NULL) AS done, count(*) AS total
              FROM binding WHERE stream = 'listings' AND desired IS NOT NULL AND NOT held AND brake IS NULL
            """
        )
    return row["done"], row["total"]
