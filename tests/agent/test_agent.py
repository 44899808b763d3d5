"""The whole agent in one process: a change in the ERP is on the platform, whatever happens in between."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from raccord_agent.base import Base
from raccord_agent.home import Home
from raccord_agent.lock import Lock, is_held
from raccord_agent.loops import Loop
from raccord_agent.run import Agent, open_base, run_until_signal
from raccord_agent.status import lines, read_status
from raccord_agent.watchdog import Watchdog, stacks
from raccord_connectors import wire
from support.agent_world import World, category, product, products, stock
from support.control_plane import Fault


def test_changes_arrive_and_nothing_else_travels(world: World, running: Agent) -> None:
    world.tables.put("products", *products(100))
    world.tables.put("stock", *(stock(n, n) for n in range(100)))
    world.schedule("products", "stock")
    world.plane.wait_for(lambda: world.agrees("products") and world.agrees("stock"))
    sent = world.plane.delta_bytes
    time.sleep(0.5)
    assert sent == world.plane.delta_bytes, "nothing changed: not one byte of a record"

    world.tables.put("stock", stock(3, 77))
    world.tables.put("products", product(4, "Table"))
    world.tables.drop("products", "ART00005")
    world.plane.wait_for(lambda: world.agrees("products") and world.agrees("stock"))
    assert 0 == world.plane.repeated


def test_an_agent_that_was_offline_catches_up(world: World, running: Agent) -> None:
    world.tables.put("products", *products(50))
    world.schedule("products")
    world.plane.wait_for(lambda: world.agrees("products"))
    world.plane.down = True
    for number in range(5):
        world.tables.put("products", product(number, "Offline"))
        time.sleep(0.15)
    world.plane.wait_for(lambda: running.base.outbox.waiting().deltas > 0)
    world.plane.down = False
    world.plane.wait_for(lambda: world.agrees("products"))


def test_an_agent_that_starts_without_a_line_works_with_what_it_knew(world: World) -> None:
    world.schedule("products")
    first = world.agent()
    first.start()
    world.plane.wait_for(lambda: first.configured.current and first.configured.current.schedules)
    assert first.stop()
    world.plane.down = True
    world.tables.put("products", *products(3))
    second = world.agent()
    second.start()
    world.plane.wait_for(lambda: second.base.outbox.waiting().deltas > 0)
    world.plane.down = False
    world.plane.wait_for(lambda: world.agrees("products"))
    assert second.stop()


def test_a_stream_that_fails_says_so_and_the_others_go_on(world: World, running: Agent) -> None:
    world.tables.put("stock", stock(1, 1))
    world.schedule("stock")
    world.plane.wait_for(lambda: world.agrees("stock"))
    Path(f"{world.tables.path}.down").touch()

    def problem_told() -> bool:
        return any(
            stream.problem is not None and stream.problem.message.code == "tiny.down"
            for stream in world.plane.heartbeats[-1].streams
        )

    world.plane.wait_for(lambda: world.plane.heartbeats and problem_told())
    Path(f"{world.tables.path}.down").unlink()
    world.plane.order(wire.Rescan(["stock"]))
    world.plane.wait_for(lambda: not problem_told())


def test_an_emptied_table_is_told_and_nothing_is_deleted(world: World, running: Agent) -> None:
    world.tables.put("products", *products(30))
    world.schedule("products")
    world.plane.wait_for(lambda: world.agrees("products"))
    world.tables.drop("products", *(record.key for record in products(30)))
    world.plane.wait_for(lambda: world.plane.emptied.get("products") == 30)
    assert 30 == len(world.plane.snapshot["products"])
    world.tables.put("products", *products(30))
    world.plane.wait_for(lambda: "products" not in world.plane.emptied)
    assert world.agrees("products")


def test_a_paused_agent_reads_nothing_and_still_obeys(world: World, running: Agent) -> None:
    world.tables.put("products", *products(3))
    world.plane.configure(wire.StreamSchedule("products", 0.05, 3600), paused=True)
    world.plane.wait_for(lambda: running.configured.current and running.configured.current.paused)
    assert world.plane.result(world.plane.order(wire.Check())).problem is None
    time.sleep(0.3)
    assert {} == world.plane.snapshot["products"]
    world.plane.configure(wire.StreamSchedule("products", 0.05, 3600))
    world.plane.wait_for(lambda: world.agrees("products"))


def test_other_settings_make_everything_be_read_again(world: World) -> None:
    world.tables.put("products", *products(10))
    world.schedule("products", every=3600.0)
    first = world.agent()
    first.start()
    world.plane.wait_for(lambda: world.agrees("products"))
    world.plane.wait_for(lambda: first.base.streams.state("products").last_complete_at)
    assert first.stop()
    world.home.settings.write_text(world.home.settings.read_text() + "page_size = 3\n")
    second = world.agent()
    assert second.base.streams.state("products").last_complete_at is None
    second.base.close()


def test_a_stop_in_the_middle_of_a_scan_keeps_what_was_read(world: World) -> None:
    Path(f"{world.tables.path}.slow").write_text("0.1")
    world.tables.put("categories", *(category(n) for n in range(1_000)))
    world.schedule("categories")
    agent = world.agent()
    agent.start()
    world.plane.wait_for(lambda: Path(f"{world.home.folder}/spool.sqlite").exists())
    time.sleep(0.4)
    assert agent.stop()
    base = Base(world.home.base)
    kept = base.entries.count(base.streams.state("categories").id)
    base.close()
    assert 0 < kept < 1_000


def test_both_sides_are_compared_and_what_differs_is_repaired(world: World, running: Agent) -> None:
    world.tables.put("products", *products(200))
    world.schedule("products")
    world.plane.wait_for(lambda: world.agrees("products") and "products" in world.plane.reconciled)
    with world.plane.changed:
        del world.plane.snapshot["products"]["ART00007"]
        world.plane.snapshot["products"]["ART00008"] = b"{}"
        world.plane.snapshot["products"]["GHOST"] = b"{}"
    world.plane.order(wire.Rescan(["products"], reconcile=True))
    world.plane.wait_for(lambda: world.agrees("products"))


def test_a_revoked_token_and_a_broken_line_only_delay(world: World, running: Agent) -> None:
    world.schedule("products")
    for path in ("/agent/token", "/agent/deltas", "/agent/configuration"):
        world.plane.fail(path, Fault(cut=True))
    world.tables.put("products", *products(5))
    world.plane.forget_tokens()
    world.plane.wait_for(lambda: world.agrees("products"))


def test_the_status_file_tells_how_the_agent_is(world: World, running: Agent) -> None:
    world.tables.put("products", *products(5))
    world.schedule("products")
    world.plane.wait_for(lambda: world.agrees("products"))
    world.plane.wait_for(lambda: running.base.streams.state("products").records == 5)
    status = running._status.status()
    assert [("products", 5)] == [(stream.name, stream.records) for stream in status.streams]
    french = "\n".join(lines(world.home, status, "fr", now=time.time()))
    english = "\n".join(lines(world.home, status, "en", now=time.time()))
    assert "Maison Dupont" in french
    assert "products : 5 enregistrements" in french
    assert "products: 5 records" in english


def test_two_agents_never_work_in_one_folder(home: Home) -> None:
    from raccord_connectors.contract import ConfigError

    assert not is_held(home.lock)
    with Lock(home.lock):
        assert is_held(home.lock)
        with pytest.raises(ConfigError) as caught:
            Lock(home.lock).acquire(attempts=1)
    assert "agent.locked" == caught.value.message.code
    assert not is_held(home.lock)


def test_a_damaged_base_is_put_aside_and_everything_is_read_again(home: Home) -> None:
    home.base.write_bytes(b"not a database at all" * 1000)
    base = open_base(home)
    assert [] == base.streams.all()
    base.close()
    assert 1 == len(list(home.folder.glob("base.damaged-*.sqlite")))


def test_a_loop_that_fails_goes_on() -> None:
    turns: list[int] = []
    done = threading.Event()

    def turn() -> float:
        turns.append(len(turns))
        if len(turns) == 1:
            raise KeyError("once")
        done.set()
        return 30.0

    loop = Loop("test", turn, patience=60)
    loop.start()
    assert done.wait(10)
    loop.stop()
    assert loop.join(5)


def test_a_stuck_loop_ends_the_process_and_says_where_it_stands() -> None:
    release, ended = threading.Event(), threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    def stuck_turn() -> float:
        release.wait(20)
        return 0.0

    loop = Loop("stuck", stuck_turn, patience=0.1)
    watchdog = Watchdog([loop], every=0.05, end=end)
    loop.start()
    watchdog.start()
    assert ended.wait(10)
    assert "stuck_turn" in stacks()
    release.set()
    watchdog.stop()
    loop.stop()
    assert loop.join(5)
    assert 70 == codes[0]


def test_the_first_signal_stops_the_agent_well(world: World) -> None:
    agent = world.agent()
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        assert run_until_signal(agent)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    assert read_status(world.home) is not None
