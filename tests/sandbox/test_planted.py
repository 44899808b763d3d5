"""The rehearsal of a demonstration with planted faults, through the real connectors, agent and worker: every fault is found by
record, nothing false is said of the rest, and neither side was written to."""

from collections.abc import Iterator

import pytest

from raccord.rehearsals.models import Report
from sandbox.demo.planted import Planted
from sandbox.gescom.store import reading
from support.rehearsal_world import RehearsalWorld, rehearsal_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> Iterator[RehearsalWorld]:
    with rehearsal_world() as made:
        yield made


@pytest.fixture(scope="module")
def before(world: RehearsalWorld) -> tuple[str, ...]:
    return _erp_rows(world)


@pytest.fixture(scope="module")
def report(world: RehearsalWorld, before: tuple[str, ...]) -> Report:
    assert before
    world.shop.shop.journal.reset()
    return world.rehearse()


def found(report: Report) -> set[Planted]:
    return {
        Planted(group.kind.code, one.key)
        for groups in report.groups.values()
        for group in groups
        for one in group.examples
    }


def test_there_are_many_faults_of_many_kinds(world: RehearsalWorld) -> None:
    assert len(world.planted) >= 40
    assert len({fault.kind for fault in world.planted}) >= 15


def test_the_rehearsal_came_to_its_end(report: Report) -> None:
    assert ("done", None) == (report.rehearsal.state, report.rehearsal.problem)


def test_every_planted_fault_is_found(world: RehearsalWorld, report: Report) -> None:
    assert set() == set(world.planted) - found(report)


def test_nothing_false_is_said_of_the_rest(world: RehearsalWorld, report: Report) -> None:
    assert set() == found(report) - set(world.planted) - set(world.standing)


def test_what_the_demonstration_has_of_itself_is_found_too(world: RehearsalWorld, report: Report) -> None:
    assert set() == set(world.standing) - found(report)


def test_the_shop_was_read_and_not_written(world: RehearsalWorld, report: Report) -> None:
    assert "done" == report.rehearsal.state
    told = world.shop.shop.journal.summary()
    assert 0 == told["writes"], told
    assert told["requests"] > 5
    writing = [
        entry["path"] for entry in told["entries"] if entry["method"] not in ("GET", "HEAD", "OPTIONS")
    ]
    assert set(writing) <= {"/wp-json/wc/v3/products/batch"}, (
        "the check of the rights asks with an empty batch"
    )


def test_the_erp_was_asked_and_not_written(
    world: RehearsalWorld, report: Report, before: tuple[str, ...]
) -> None:
    assert "done" == report.rehearsal.state
    assert before == _erp_rows(world)
    assert {"check", "discover"} == {row["verb"] for row in world.rows("SELECT verb FROM command")}


def test_nothing_was_noted_as_if_the_channel_were_on_air(world: RehearsalWorld, report: Report) -> None:
    assert "done" == report.rehearsal.state
    for table in ("binding", "sales_order", "reservation", "rehearsal_code"):
        assert [] == world.rows(f"SELECT 1 FROM {table} LIMIT 1"), table


def test_orders_that_are_as_they_should_be_would_go_in(report: Report) -> None:
    """Some of those with a doubtful buyer would go in all the same: what is cut is only told."""
    figures = report.rehearsal.figures
    assert figures["orders"] == 25
    assert figures["orders_good"] >= 8


def _erp_rows(world: RehearsalWorld) -> tuple[str, ...]:
    """Every row of the GesCom that an order or a customer would touch."""
    with reading(world.database) as connection:
        return tuple(
            str(tuple(row))
            for table in (
                "F_DOCENTETE",
                "F_DOCLIGNE",
                "F_COMPTET",
                "F_LIVRAISON",
                "F_ARTSTOCK",
                "F_GAMSTOCK",
                "F_CREGLEMENT",
            )
            for row in connection.execute(f"select * from {table} order by cbMarq")
        )


def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_counts_nothing_twice(
    world: RehearsalWorld, report: Report
) -> None:
    again = world.rehearse_with_a_death()
    assert "done" == again.rehearsal.state
    assert found(report) == found(again)
    assert dict(report.rehearsal.counts) == dict(again.rehearsal.counts)
    assert dict(report.rehearsal.figures) == dict(again.rehearsal.figures)
