"""Which stream is scanned next."""

from hypothesis import given
from hypothesis import strategies as st

from raccord_agent.schedule import Due, Times, due, first_not_before, seconds_until_due
from raccord_connectors.wire import StreamSchedule

STOCK = StreamSchedule("stock", 5, 3600)
PRODUCTS = StreamSchedule("products", 60, 86400)
BOTH = (PRODUCTS, STOCK)
NOW = 1_000_000.0


def times(**ago: tuple[float, float]) -> dict[str, Times]:
    """Seconds ago of the last scan and of the last complete pass."""
    return {name: Times(NOW - scan, NOW - complete) for name, (scan, complete) in ago.items()}


def test_a_stream_never_read_is_read_completely() -> None:
    assert Due("products", complete=True) == due(BOTH, times(stock=(0, 0)), now=NOW)


def test_nothing_is_due_between_the_intervals() -> None:
    state = times(stock=(4, 100), products=(59, 100))
    assert due(BOTH, state, now=NOW) is None
    assert seconds_until_due(BOTH, state, now=NOW, longest=30) == 1


def test_overdue_counts_in_intervals_so_that_fast_streams_are_not_starved() -> None:
    assert Due("stock", complete=False) == due(BOTH, times(stock=(20, 100), products=(100, 100)), now=NOW)


def test_a_complete_pass_is_due_by_its_own_interval() -> None:
    assert Due("stock", complete=True) == due((STOCK,), times(stock=(1, 3600)), now=NOW)


def test_what_was_asked_for_comes_first_and_at_once() -> None:
    state = times(stock=(500, 500)) | {"products": Times(NOW, NOW, wished=True)}
    assert Due("products", complete=False) == due(BOTH, state, now=NOW)
    state["products"] = Times(NOW, NOW, wished_complete=True)
    assert Due("products", complete=True) == due(BOTH, state, now=NOW)


def test_a_stream_that_fails_waits_and_the_others_go_on() -> None:
    state = {"stock": Times(not_before=NOW + 10), **times(products=(70, 100))}
    assert Due("products", complete=False) == due(BOTH, state, now=NOW)
    assert seconds_until_due((STOCK,), state, now=NOW, longest=30) == 10


def test_a_clock_that_was_set_back_does_not_stop_the_scans() -> None:
    assert Due("stock", complete=True) == due((STOCK,), times(stock=(-9999, -9999)), now=NOW)


def test_only_the_streams_allowed_are_chosen() -> None:
    assert Due("stock", complete=True) == due(BOTH, {}, now=NOW, only=["stock"])


@given(st.floats(0, 1), st.floats(0.1, 10_000))
def test_first_scans_are_spread_but_never_longer_than_their_interval(chance: float, every: float) -> None:
    first = first_not_before(StreamSchedule("stock", every, 3600), now=NOW, chance=chance)
    assert NOW <= first <= NOW + min(every, 15.0)


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(0, 100), st.booleans(), st.booleans())
def test_when_we_may_sleep_nothing_is_due_before(
    scan: float, complete: float, later: float, wished: bool, wished_complete: bool
) -> None:
    state = {"stock": Times(NOW - scan, NOW - complete, wished, wished_complete, NOW + later - 50)}
    pause = seconds_until_due((STOCK,), state, now=NOW, longest=30)
    assert (due((STOCK,), state, now=NOW) is not None) == (pause == 0)
