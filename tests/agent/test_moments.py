"""The agent's moments never fall, whatever is done to the machine's clock."""

from pathlib import Path

from raccord_agent.base import Base


def test_a_clock_that_is_set_back_gives_later_moments_all_the_same(tmp_path: Path) -> None:
    base = Base(tmp_path / "base.sqlite")
    first, second = base.moments.next(1_000.0), base.moments.next(400.0)
    assert 1_000.0 == first
    assert second > first


def test_two_readings_in_one_instant_have_an_order(tmp_path: Path) -> None:
    base = Base(tmp_path / "base.sqlite")
    assert base.moments.next(1_790_000_000.0) < base.moments.next(1_790_000_000.0)


def test_what_was_sent_is_older_than_what_is_read_after_a_restart(tmp_path: Path) -> None:
    base = Base(tmp_path / "base.sqlite")
    sent = base.moments.next(2_000.0)
    with base.transaction():
        base.moments.sent(sent)
        base.moments.sent(sent - 5)
    assert Base(tmp_path / "base.sqlite").moments.next(1_000.0) > sent
