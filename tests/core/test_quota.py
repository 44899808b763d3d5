"""How a day's requests are shared out: orders before stock before the catalogue, and nothing beyond the day."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core import quota
from raccord.core.quota import PURPOSES, Day, Used
from raccord_connectors.contract import Purpose

MORNING = datetime(2026, 3, 10, 0, 0, tzinfo=UTC)


def day(used: Used, hour: float, limit: int = 5_000) -> Day:
    return quota.day_of(limit, used, "UTC", MORNING + timedelta(hours=hour))


def test_the_catalogue_leaves_what_orders_and_stock_may_need() -> None:
    morning = day(Used(), 0)
    assert (5_000, 3_500, 1_000) == tuple(morning.left(purpose) for purpose in PURPOSES)


def test_what_nobody_needed_is_the_catalogues_in_the_evening() -> None:
    assert 3_000 == day(Used(), 12).left("catalogue")
    assert 4_959 == day(Used(orders=40), 24 - 1e-9).left("catalogue")


def test_orders_go_on_when_the_rest_may_not() -> None:
    late = day(Used(orders=100, stock=4_000, catalogue=800), 2)
    assert (True, False, False) == tuple(late.may(purpose) for purpose in PURPOSES)


def test_a_day_that_the_shop_calls_used_up_is_used_up_for_all() -> None:
    refused = day(Used(orders=3, refused_at=MORNING), 1)
    assert not any(refused.may(purpose) for purpose in PURPOSES)
    assert refused.ends == refused.again("orders") == refused.again("catalogue")


@given(
    st.integers(100, 100_000), st.lists(st.integers(0, 60_000), min_size=3, max_size=3), st.floats(0, 23.9)
)
def test_it_goes_on_when_it_says(limit: int, spent: list[int], hour: float) -> None:
    now = day(Used(spent[0], spent[1], spent[2]), hour, limit)
    for purpose in PURPOSES:
        again = now.again(purpose)
        assert now.now <= again <= now.ends
        if again < now.ends and now.left(purpose) < 1:
            later = replace(now, now=again + timedelta(seconds=1))
            assert later.left(purpose) >= 1, f"{purpose} was promised a request at {again}"


def test_a_day_is_that_of_the_shops_zone() -> None:
    found = quota.day_of(10, Used(), "Europe/Paris", datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert "2026-07-02T00:00:00+02:00" == found.begins.isoformat()


def test_a_day_of_25_hours_is_a_day() -> None:
    found = quota.day_of(10, Used(), "Europe/Paris", datetime(2026, 10, 25, 12, 0, tzinfo=UTC))
    assert 0.5 < found.gone < 0.6


def test_the_sentences_say_for_whom_and_when() -> None:
    kept = day(Used(catalogue=1_000), 0).sentence("Oxatis", "catalogue")
    assert ("quota.kept", True) == (kept.code, "kept for orders and stock" in kept.en)
    refused = day(Used(stock=40, refused_at=MORNING), 9).sentence("Oxatis", "catalogue")
    assert ("quota.refused", True) == (refused.code, "after 40 of ours" in refused.en)
    spent = day(Used(stock=5_000), 9).sentence("Oxatis", "orders")
    assert ("quota.spent", True) == (spent.code, "à 00:00" in spent.fr)


def test_asking_for_orders_has_its_share_of_the_day() -> None:
    assert 172.8 == quota.orders_pause(5_000, 3)
    assert (quota.SOONEST, quota.LATEST) == (quota.orders_pause(1_000_000, 3), quota.orders_pause(100, 3))


def test_ten_thousand_changes_of_stock_all_day_long_fit_into_five_thousand_requests() -> None:
    """One change every 8.64 seconds, orders asked for as they should be, a catalogue that takes all it may: a list of stock
    carries what changed since the last one, and none waits longer than a minute."""
    used: Counter[Purpose] = Counter()
    waiting: list[int] = []
    waits: list[int] = []
    pause, asked = quota.orders_pause(5_000, 3), -1e9
    changes = [int(number * 8.64) for number in range(10_000)]
    for second in range(0, 86_400, 5):
        while changes and changes[0] <= second:
            waiting.append(changes.pop(0))
        now = day(Used(used["orders"], used["stock"], used["catalogue"]), second / 3600)
        if second - asked >= pause and now.may("orders"):
            asked, used["orders"] = second, used["orders"] + 3
        if waiting and now.may("stock"):
            waits += [second - since for since in waiting[:100]]
            del waiting[:100]
            used["stock"] += 1
        if day(Used(used["orders"], used["stock"], used["catalogue"]), second / 3600).may("catalogue"):
            used["catalogue"] += 1
    assert used.total() <= 5_000
    assert (10_000, []) == (len(waits) + len(waiting), waiting[100:])
    assert used["stock"] <= 2_750 < 10_000
    assert max(waits) <= 60, f"a change of stock waited {max(waits)} s"
