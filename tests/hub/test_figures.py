"""Figures as bars: what stands beside them adds up, and nothing that is there vanishes."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from raccord.front.figures import shares, waterfall

AMOUNTS = st.decimals(-10_000, 10_000, places=2)


def test_a_sum_is_drawn_from_where_the_former_step_ended() -> None:
    drawn = waterfall(
        [("real", Decimal(12)), ("ordered", Decimal(8)), ("reserved", Decimal(-5))], Decimal(15)
    )
    assert [
        ("first", 0.0, 60.0),
        ("plus", 60.0, 40.0),
        ("minus", 75.0, 25.0),
        ("total", 0.0, 75.0),
    ] == [(fall.kind, fall.x, fall.width) for fall in drawn.falls]


def test_a_sum_below_zero_shows_where_zero_is() -> None:
    drawn = waterfall([("real", Decimal(3)), ("reserved", Decimal(-4))], Decimal(0))
    assert 25.0 == drawn.zero
    assert (25.0, 0.0) == (drawn.falls[-1].x, drawn.falls[-1].width)


@given(st.lists(AMOUNTS, min_size=1, max_size=8))
def test_no_bar_leaves_its_box(amounts: list[Decimal]) -> None:
    drawn = waterfall([("a", amount) for amount in amounts], max(sum(amounts, Decimal(0)), Decimal(0)))
    for fall in drawn.falls:
        assert -0.01 <= fall.x <= 100.01
        assert -0.01 <= fall.x + fall.width <= 100.01


@given(st.lists(st.integers(0, 10**7), max_size=6))
def test_parts_fill_the_whole_and_none_is_invisible(counts: list[int]) -> None:
    found = shares([(str(place), count) for place, count in enumerate(counts)])
    assert [count for count in counts if count] == [share.count for share in found]
    if found:
        assert 99.9 < sum(share.width for share in found) < 100.1
        assert min(share.width for share in found) > 0.9
