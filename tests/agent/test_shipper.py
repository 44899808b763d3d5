"""Shipping: in order, each delta once, whatever the line and the platform do."""

from collections.abc import Iterator

import pytest

from raccord_agent.base import Base
from raccord_agent.board import DELTAS, PLATFORM, Board
from raccord_agent.run import connect
from raccord_agent.settings import load_identity, load_secrets, load_settings
from raccord_agent.shipper import IDLE, Shipper
from raccord_connectors import wire
from raccord_connectors.canonical import encode, fingerprint
from support.agent_world import World, products
from support.control_plane import Fault

DELTAS_PATH = "/agent/deltas"


class Ship:
    """A shipper whose turns the test takes."""

    def __init__(self, world: World, base: Base) -> None:
        home = world.home
        self.tunnel = connect(load_settings(home), load_secrets(home), load_identity(home), home)
        self.board = Board()
        self.compared = 0
        self.base = base
        self.shipper = Shipper(base.outbox, self.tunnel, self.board, compare=self._compare)

    def _compare(self) -> None:
        self.compared += 1

    def put(self, *names: str) -> None:
        for name in names:
            upserts = [
                wire.Upsert(record.key, fingerprint(data := encode(record)), data)
                for record in products(3, name)
            ]
            with self.base.transaction() as connection:
                self.base.outbox.add(connection, wire.Delta(1, "products", upserts=upserts))

    def turns(self, count: int = 50) -> list[float]:
        """Turns until the outbox is empty, or so many; the pauses asked for."""
        pauses = []
        for _ in range(count):
            pauses.append(self.shipper.turn())
            if self.base.outbox.oldest() is None:
                break
        return pauses


@pytest.fixture
def ship(world: World, base: Base) -> Iterator[Ship]:
    made = Ship(world, base)
    yield made
    made.tunnel.line.close()


def taken(world: World) -> list[str]:
    """The names that the deltas brought, in order."""
    return [
        delta.upserts[0].data.split(b'"name":"')[1].split(b" ")[0].decode() for delta in world.plane.deltas
    ]


def test_deltas_are_taken_in_order_and_each_once(world: World, ship: Ship) -> None:
    ship.put("a", "b", "c")
    ship.turns()
    assert ["a", "b", "c"] == taken(world)
    assert ([1, 2, 3], 0) == ([delta.number for delta in world.plane.deltas], world.plane.repeated)
    assert IDLE == ship.shipper.turn()


def test_a_lost_acknowledgement_sends_the_delta_again_and_the_platform_ignores_it(
    world: World, ship: Ship
) -> None:
    ship.put("a", "b")
    world.plane.fail(DELTAS_PATH, Fault(cut=True), Fault(cut=True))
    ship.turns()
    assert (["a", "b"], 2) == (taken(world), world.plane.repeated)
    assert 0 == ship.compared


@pytest.mark.parametrize("fault", [Fault(status=503, retry_after=2), Fault(status=429), Fault(status=-1)])
def test_a_platform_in_trouble_is_left_in_peace_and_nothing_is_lost(
    world: World, ship: Ship, fault: Fault
) -> None:
    ship.put("a")
    world.plane.fail(DELTAS_PATH, fault)
    (pause,) = ship.turns(1)
    assert pause > 0
    assert ship.board.get(PLATFORM) is not None
    ship.turns()
    assert ["a"] == taken(world)
    assert ship.board.get(PLATFORM) is None


def test_a_platform_restored_from_a_backup_is_followed_and_both_sides_are_compared(
    world: World, ship: Ship
) -> None:
    ship.put("a", "b", "c")
    ship.turns()
    (agent,) = world.plane.agents.values()
    agent.last_delta = 1
    del world.plane.deltas[1:]
    ship.put("d")
    ship.turns()
    assert (["a", "d"], [1, 2]) == (taken(world), [delta.number for delta in world.plane.deltas])
    assert 1 == ship.compared


def test_a_base_that_was_lost_does_not_make_the_platform_ignore_what_is_new(world: World, ship: Ship) -> None:
    """The platform takes number 1 of a new base for a repetition: the answer tells that it is far beyond."""
    (agent,) = world.plane.agents.values()
    agent.last_delta = 40
    ship.put("a", "b")
    ship.turns()
    assert (["a", "b"], [41, 42]) == (taken(world), [delta.number for delta in world.plane.deltas])
    assert 1 == ship.compared


def test_one_record_that_the_platform_cannot_read_does_not_stop_the_others(world: World, ship: Ship) -> None:
    world.plane.unreadable_keys.add("ART00001")
    ship.put("a", "b")
    ship.turns()
    assert ["ART00000", "ART00002"] == sorted(world.plane.snapshot["products"])
    assert "agent.refused_delta" == world.plane.holds["products"]["ART00001"].message.code
    numbers = [delta.number for delta in world.plane.deltas]
    assert list(range(1, len(numbers) + 1)) == numbers


def test_when_every_record_is_refused_the_fault_is_elsewhere_and_nothing_more_is_set_aside(
    world: World, ship: Ship
) -> None:
    world.plane.fail(DELTAS_PATH, *(Fault(status=400) for _ in range(500)))
    ship.put(*(f"n{n}" for n in range(30)))
    pauses = ship.turns(90)
    assert max(pauses) > 0
    assert ship.base.outbox.waiting().deltas > 9
    assert ship.board.get(DELTAS) is not None


def test_an_agent_that_is_too_old_keeps_its_changes(world: World, ship: Ship) -> None:
    ship.put("a")
    world.plane.oldest_protocol = 2
    (pause,) = ship.turns(1)
    assert pause >= 60
    problem = ship.board.get(PLATFORM)
    assert problem is not None
    assert "agent.update_needed" == problem.message.code
    world.plane.oldest_protocol = 1
    ship.turns()
    assert ["a"] == taken(world)


def test_a_revoked_agent_waits_long_and_shows_the_reason(world: World, ship: Ship) -> None:
    ship.put("a")
    world.plane.agents.clear()
    (pause,) = ship.turns(1)
    assert pause > 0
    problem = ship.board.get(DELTAS)
    assert problem is not None
    assert ("agent.unknown", "config") == (problem.message.code, problem.kind)
