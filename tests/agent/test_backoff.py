"""Waiting after failures."""

from hypothesis import given
from hypothesis import strategies as st

from raccord_agent.backoff import FIRST, LONGEST, wait

CHANCE = st.floats(min_value=0, max_value=1)


@given(st.integers(1, 10_000), CHANCE)
def test_a_wait_is_never_nothing_and_never_longer_than_the_longest(failures: int, chance: float) -> None:
    assert FIRST * 0.1 <= wait(failures, chance=lambda: chance) <= LONGEST


def test_the_ceiling_doubles_until_the_longest() -> None:
    assert [1, 2, 4, 8, 16, 32, 60, 60] == [wait(n, chance=lambda: 1.0) for n in range(1, 9)]


@given(st.integers(1, 50), st.floats(0, 3600), CHANCE)
def test_what_the_other_side_asked_for_is_the_least_we_wait(
    failures: int, asked: float, chance: float
) -> None:
    waited = wait(failures, retry_after=asked, chance=lambda: chance)
    assert asked <= waited <= asked * 1.2 + 1e-9
