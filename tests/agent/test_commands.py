"""Commands: executed once, answered until acknowledged, never waiting behind a scan."""

import threading
from pathlib import Path

import pytest

from raccord_agent.base import Base
from raccord_agent.commands import AT_ONCE, CommandQueue
from raccord_agent.run import Agent
from raccord_connectors import wire
from raccord_connectors.contract import Change, Selection
from support.agent_world import World, category, product, products, stock
from support.control_plane import Fault

RESULT_PATH = "/agent/commands/result"


def draft_change(key: str) -> wire.WireChange:
    return wire.change_to_wire(Change("create", key, product(1)))


def write(*keys: str) -> wire.Write:
    return wire.Write("drafts", [draft_change(key) for key in keys])


@pytest.fixture(autouse=True)
def _drafts_are_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tiny ERP takes any record as a draft; a product is the shortest."""
    from raccord_connectors.canonical import STREAMS, Product

    monkeypatch.setitem(STREAMS, "drafts", Product)


def test_each_verb_is_executed_and_answered(world: World, running: Agent) -> None:
    world.tables.put("products", *products(3))
    plane = world.plane
    check, discover = plane.order(wire.Check()), plane.order(wire.Discover())
    read = plane.order(wire.Read("products", Selection(keys=("ART00001", "NONE"))))
    write_ = plane.order(write("shop-1"))

    assert plane.result(check).problem is None
    discovery = plane.result(discover).discovery
    assert discovery is not None
    assert "Tiny" == discovery.company
    (record,) = [record for page in plane.result(read).pages for record in page.records]
    assert "ART00001" == record.key
    assert ["BC-shop-1"] == [outcome.target for outcome in plane.result(write_).outcomes]
    assert ["shop-1"] == world.tables.drafts()


def test_a_missing_right_is_answered_right_by_right(world: World, running: Agent) -> None:
    Path(f"{world.tables.path}.denied").touch()
    result = world.plane.result(world.plane.order(wire.Check()))
    assert result.problem is not None
    assert ("config", 2) == (result.problem.kind, len(result.findings))


def test_a_result_whose_acknowledgement_was_lost_is_posted_again_and_not_executed_again(
    world: World, running: Agent
) -> None:
    world.plane.fail(RESULT_PATH, Fault(cut=True))
    command = world.plane.order(write("shop-1"))
    world.plane.wait_for(lambda: len(world.plane.results_posted) >= 2)
    assert {command} == set(world.plane.results_posted)
    assert 1 == world.tables.write_attempts()


def test_a_command_that_comes_again_is_answered_from_the_base(world: World, running: Agent) -> None:
    command = world.plane.order(write("shop-1"))
    first = world.plane.result(command)
    with world.plane.changed:
        world.plane.results.clear()
        world.plane.commands[command].leased_until = 0.0
    assert first == world.plane.result(command)
    assert 1 == world.tables.write_attempts()


def test_a_command_lost_with_its_answer_comes_with_the_next_call(world: World, running: Agent) -> None:
    world.plane.fail("/agent/commands/lease", Fault(cut=True))
    command = world.plane.order(write("shop-1"), lease_seconds=3_600)
    assert world.plane.result(command).problem is None
    assert 1 == world.tables.write_attempts()


def test_a_command_in_execution_is_told_as_held_until_its_result_is_acknowledged(
    world: World, running: Agent
) -> None:
    """Else it would be given twice: it takes longer than its lease, or its result does not get through."""
    slow = Path(f"{world.tables.path}.slow")
    slow.write_text("1.5")
    world.tables.put("products", *products(3))
    world.plane.fail(RESULT_PATH, Fault(status=503), Fault(status=503))
    reading = world.plane.order(wire.Read("products", Selection(keys=("ART00001",))), lease_seconds=0)
    others = [world.plane.order(wire.Check(), lease_seconds=0) for _ in range(3)]
    for command in (reading, *others):
        assert world.plane.result(command).problem is None
    assert [1, 1, 1, 1] == [world.plane.commands[command].times for command in (reading, *others)]


def test_a_command_of_a_newer_platform_is_answered_and_the_others_go_on(world: World, running: Agent) -> None:
    import msgspec

    class Teleport(msgspec.Struct, frozen=True, tag="teleport"):
        where: str = "moon"

    with world.plane.changed:
        strange = world.plane.order(Teleport())  # type: ignore[arg-type]
        known = world.plane.order(wire.Check())
    assert world.plane.result(known).problem is None
    problem = world.plane.result(strange).problem
    assert problem is not None
    assert "agent.newer_command" == problem.message.code


def test_settings_that_do_not_open_the_erp_are_the_answer(world: World) -> None:
    text = world.home.settings.read_text().replace(str(world.tables.path), "/nowhere/erp.sqlite")
    world.home.settings.write_text(text)
    agent = world.agent()
    agent.start()
    result = world.plane.result(world.plane.order(wire.Check()))
    assert agent.stop()
    assert result.problem is not None
    assert ("tiny.missing", "path") == (result.problem.message.code, result.problem.field)


def test_a_rescan_runs_at_once_although_the_stream_is_not_due(world: World, running: Agent) -> None:
    world.tables.put("products", *products(3))
    world.schedule("products", every=3600.0)
    world.plane.wait_for(lambda: world.agrees("products"))
    world.tables.put("products", product(1, "Table"))
    world.tables.drop("products", "ART00002")
    result = world.plane.result(world.plane.order(wire.Rescan(["products"], complete=True)))
    assert result.problem is None
    world.plane.wait_for(lambda: world.agrees("products"))


def test_a_rescan_of_an_unknown_stream_is_answered(world: World, running: Agent) -> None:
    problem = world.plane.result(world.plane.order(wire.Rescan(["flying_carpets"]))).problem
    assert problem is not None
    assert "agent.no_such_stream" == problem.message.code


def test_keys_named_in_a_rescan_are_sent_again_although_nothing_changed(world: World, running: Agent) -> None:
    world.tables.put("stock", *(stock(n, n) for n in range(5)))
    world.schedule("stock", every=3600.0)
    world.plane.wait_for(lambda: world.agrees("stock"))
    with world.plane.changed:
        del world.plane.snapshot["stock"]["ART00003"]
    world.plane.order(wire.Rescan(["stock"], resend=["ART00003"]))
    world.plane.wait_for(lambda: world.agrees("stock"))


def test_an_order_is_written_in_the_middle_of_a_long_scan(world: World, running: Agent) -> None:
    slow = Path(f"{world.tables.path}.slow")
    slow.write_text("0.2")
    world.tables.put("categories", *(category(n) for n in range(2_000)))
    world.schedule("categories")
    world.plane.wait_for(lambda: world.plane.snapshot["categories"])

    assert ["BC-shop-1"] == [
        o.target for o in world.plane.result(world.plane.order(write("shop-1"))).outcomes
    ]

    assert not world.agrees("categories"), "the scan was still going on"
    slow.unlink()
    world.plane.wait_for(lambda: world.agrees("categories"))


def test_stock_passes_in_the_middle_of_a_long_complete_pass(world: World, running: Agent) -> None:
    world.tables.put("stock", *(stock(n, n) for n in range(3)))
    world.schedule("stock", "categories")
    world.plane.wait_for(lambda: world.agrees("stock"))
    slow = Path(f"{world.tables.path}.slow")
    slow.write_text("0.2")
    world.tables.put("categories", *(category(n) for n in range(2_000)))
    world.plane.wait_for(lambda: world.plane.snapshot["categories"])

    world.tables.put("stock", stock(1, 99))
    world.plane.wait_for(lambda: world.agrees("stock"))

    assert not world.agrees("categories"), "the pass was still going on"
    slow.unlink()
    world.plane.wait_for(lambda: world.agrees("categories"))


def test_a_command_is_in_the_queue_once_until_it_is_done() -> None:
    queue = CommandQueue()
    command = wire.Command("c", wire.Check(), 60)
    queue.put(command)
    queue.put(command)
    assert (1, command, None) == (len(queue), queue.take(), queue.take())
    queue.put(command)
    assert queue.take() is None, "it is being executed"
    queue.done("c")
    queue.put(command)
    assert command == queue.take()


def test_an_urgent_command_goes_before_those_that_wait_here_already() -> None:
    queue = CommandQueue()
    asked = [
        ("payment 1", False),
        ("payment 2", False),
        ("order 1", True),
        ("payment 3", False),
        ("order 2", True),
    ]
    for id_, urgent in asked:
        queue.put(wire.Command(id_, wire.Check(), 60, urgent))
    taken = [command.id for command in iter(queue.take, None)]
    assert ["order 1", "order 2", "payment 1", "payment 2", "payment 3"] == taken


def test_more_is_fetched_as_soon_as_half_is_done() -> None:
    """A second's pause whenever ten had come made six hundred commands a minute the most, however quick they were."""
    queue = CommandQueue()
    for number in range(AT_ONCE):
        queue.put(wire.Command(f"c{number}", wire.Check(), 60))
    waiting = threading.Thread(target=queue.wait_for_room, args=(600.0,), daemon=True)
    waiting.start()
    for number in range(AT_ONCE - AT_ONCE // 2):
        assert waiting.is_alive(), "it waits while too few are done"
        queue.done(f"c{number}")
    waiting.join(60)
    assert not waiting.is_alive()
    queue.wait_for_room(600.0)  # there is room: at once


def test_results_survive_a_restart_and_keep_the_first_answer(base: Base) -> None:
    base.executed.store(wire.CommandResult("c"))
    again = Base(base.path)
    again.executed.store(wire.CommandResult("c", outcomes=[]))
    first = again.executed.to_post()
    assert first is not None
    assert ("c", 1, wire.pack(wire.CommandResult("c"))) == first
    again.executed.posted(first)
    assert again.executed.to_post() is None
    assert not again.executed.post_again("other")
    again.close()


def test_a_command_given_again_while_its_result_is_on_its_way_is_answered_again(base: Base) -> None:
    base.executed.store(wire.CommandResult("c"))
    on_its_way = base.executed.to_post()
    assert on_its_way is not None
    assert base.executed.post_again("c")
    base.executed.posted(on_its_way)
    assert base.executed.to_post() is not None
