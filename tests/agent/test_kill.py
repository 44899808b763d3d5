"""A real agent process, killed at any moment: nothing is lost, nothing is applied twice, nothing is written twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from raccord_connectors import wire
from raccord_connectors.canonical import STREAMS, Product
from raccord_connectors.contract import Change
from support.agent_world import World, category, product, products, stock
from support.control_plane import Fault

ROOT = Path(__file__).parents[2]


def start(world: World) -> subprocess.Popen[bytes]:
    source = [str(ROOT / part) for part in ("tests", "tenant_agent/src", "connectors/src")]
    return subprocess.Popen(
        [sys.executable, "-m", "support.agent_process", "--home", str(world.home.folder), "run"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(source)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@contextmanager
def agent_process(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """Ended by SIGTERM, and it must end well."""
    heard = len(world.plane.heartbeats)
    process = start(world)
    try:
        world.plane.wait_for(lambda: len(world.plane.heartbeats) > heard)
        yield process
    except BaseException:
        process.kill()
        process.communicate()
        raise
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=40)
    assert 0 == process.returncode, output.decode()


@pytest.fixture
def drafts_are_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STREAMS, "drafts", Product)


@pytest.mark.chaos
@pytest.mark.slow
def test_killed_at_random_the_agent_loses_nothing_and_repeats_nothing(
    world: World, drafts_are_products: None
) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    plane, tables = world.plane, world.tables
    world.schedule("products", "stock", "categories", every=0.05, complete_every=2.0)
    tables.put("products", *products(3_000))
    tables.put("categories", *(category(n) for n in range(200)))
    orders: list[str] = []
    for round_ in range(10):
        process = start(world)
        try:
            until = time.monotonic() + chance.uniform(0.7, 1.6)
            while time.monotonic() < until:
                numbers = chance.sample(range(3_000), 40)
                tables.put("products", *(product(n, f"r{round_}") for n in numbers[:30]))
                tables.put("stock", *(stock(n, chance.randrange(99)) for n in numbers))
                tables.drop("products", *(f"ART{n:05}" for n in numbers[30:33]))
                order = f"shop-{len(orders)}"
                change = wire.change_to_wire(Change("create", order, product(1)))
                orders.append(plane.order(wire.Write("drafts", [change]), lease_seconds=1))
                if chance.random() < 0.3:
                    plane.fail(
                        "/agent/deltas",
                        chance.choice([Fault(cut=True), Fault(status=503), Fault(delay=0.05)]),
                    )
                time.sleep(chance.uniform(0.01, 0.1))
        finally:
            process.kill()
            process.communicate()
    with agent_process(world):
        for order in orders:
            assert plane.result(order, 40).problem is None
        for stream in ("products", "stock", "categories"):
            plane.wait_for(partial(world.agrees, stream), 40)
    assert sorted(f"shop-{n}" for n in range(len(orders))) == sorted(tables.drafts()), seed
    numbers = [delta.number for delta in plane.deltas]
    assert list(range(1, len(numbers) + 1)) == numbers, seed


def test_a_death_between_the_erps_write_and_its_result_writes_no_second_order(
    world: World, drafts_are_products: None
) -> None:
    """And the next process has the command at its first call, not when the lease of the dead one has run out."""
    Path(f"{world.tables.path}.die").touch()
    change = wire.change_to_wire(Change("create", "shop-1", product(1)))
    command = world.plane.order(wire.Write("drafts", [change]), lease_seconds=3_600)
    process = start(world)
    process.communicate(timeout=30)
    assert -signal.SIGKILL == process.returncode
    assert (["shop-1"], 1) == (world.tables.drafts(), world.tables.write_attempts())
    assert command not in world.plane.results

    with agent_process(world):
        (outcome,) = world.plane.result(command).outcomes
    assert ("BC-shop-1", True) == (outcome.target, outcome.existed)
    assert (["shop-1"], 2) == (world.tables.drafts(), world.tables.write_attempts())


def test_a_second_agent_in_the_same_folder_is_refused_in_words(world: World) -> None:
    with agent_process(world):
        second = start(world)
        output, _ = second.communicate(timeout=30)
    assert 2 == second.returncode
    assert str(world.home.folder) in output.decode()
    assert "Traceback" not in output.decode()


def test_a_second_signal_ends_the_agent_at_once(world: World) -> None:
    Path(f"{world.tables.path}.slow").write_text("30")
    world.tables.put("products", *products(3))
    world.schedule("products")
    process = start(world)
    world.plane.wait_for(lambda: len(world.plane.heartbeats) > 2)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "the page that is being read is awaited"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert 128 + signal.SIGINT == process.returncode
