"""What of an order is told, when, and where the shop's order goes: pure rules."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from raccord.core.notification_events import Happening, is_overtaken
from raccord.core.notification_moves import WAY, moved
from raccord.core.notification_rules import EVENTS, MOVES, EventRule, Move, NotificationRules, Step
from raccord.core.notification_sms import BASIC, EXTENDED, LONGEST, fitted, length, sms_text
from raccord.core.notification_times import quiet_until
from raccord_connectors.canonical import OrderUpdate

PARIS = ZoneInfo("Europe/Paris")


@given(moves=some.dictionaries(some.sampled_from(WAY), some.sampled_from(MOVES)), step=some.sampled_from(WAY))
def test_the_shops_order_never_goes_by_a_step_that_is_not_reached(
    moves: dict[Step, Move], step: Step
) -> None:
    rules = NotificationRules(moves=moves)
    found = moved(OrderUpdate(key="1", state=step), rules)
    reached = [rules.move(one) for one in WAY[: WAY.index(step) + 1] if rules.move(one) != "stay"]
    assert (reached[-1] if reached else None) == (found.state if found else None)


def test_a_table_without_entries_changes_nothing() -> None:
    for step in (*WAY, "cancelled"):
        update = OrderUpdate(key="1", state=step)
        assert update == moved(update, NotificationRules())


def test_the_shop_is_told_of_what_it_is_to_send_no_mail() -> None:
    by_us = NotificationRules(
        events={"invoiced": EventRule(teller="us"), "shipped": EventRule(teller="nobody")}
    )
    found = moved(OrderUpdate(key="1", state="shipped"), by_us)
    assert found is not None
    assert ["shipped", "invoiced"] == found.quiet


def test_a_cancellation_that_is_not_to_move_the_shop_leaves_it_alone() -> None:
    assert None is moved(
        OrderUpdate(key="1", state="cancelled"), NotificationRules(moves={"cancelled": "stay"})
    )


@given(some.lists(some.sampled_from(EVENTS), min_size=1, unique=True))
def test_of_all_that_is_true_at_once_the_last_step_is_always_news(events: list[str]) -> None:
    every = [Happening(event=event) for event in EVENTS if event in events]
    news = [one.event for one in every if not is_overtaken(one, every)]
    assert news
    last = [
        event for event in ("cancelled", "invoiced", "shipped", "preparing", "accepted") if event in events
    ]
    assert not last or last[0] in news
    if "cancelled" in events:
        assert {"cancelled", "refunded"} >= set(news)


@given(
    at=some.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)),  # noqa: DTZ001 - given a zone below
    start=some.integers(0, 23),
    end=some.integers(0, 23),
)
def test_quiet_hours_end_in_the_merchants_day_and_never_later_than_that(
    at: datetime, start: int, end: int
) -> None:
    now = at.replace(tzinfo=UTC)
    found = quiet_until(NotificationRules(quiet_from=start, quiet_until=end), "sms", now, PARIS)
    hour = now.astimezone(PARIS).hour
    inside = start <= hour < end if start < end else (hour >= start or hour < end) and start != end
    assert inside == (found is not None)
    if found is not None:
        assert (
            end == found.astimezone(PARIS).hour or found.astimezone(PARIS).hour == end + 1
        )  # the hour that spring skips
        assert timedelta(0) < found - now <= timedelta(hours=25)


def test_mails_do_not_wait_for_the_morning_unless_asked_to() -> None:
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    rules = NotificationRules(quiet_from=21, quiet_until=8)
    assert None is quiet_until(rules, "email", night, PARIS)
    assert datetime(2026, 11, 25, 8, tzinfo=PARIS) == quiet_until(rules, "sms", night, PARIS)


@pytest.mark.parametrize(
    ("text", "places", "messages", "unicode"),
    [("a" * 160, 160, 1, False), ("a" * 161, 161, 2, False), ("12 €", 5, 1, False), ("é" * 160, 160, 1, False),
     ("ж" * 70, 70, 1, True), ("ж" * 71, 71, 2, True), ("🎁", 2, 1, True)],
)  # fmt: skip
def test_a_text_costs_what_the_standard_says(text: str, places: int, messages: int, unicode: bool) -> None:
    found = length(text)
    assert (places, messages, unicode) == (found.places, found.messages, found.unicode)


@given(some.text(alphabet=sorted(BASIC | EXTENDED), max_size=2000))
def test_no_text_takes_more_messages_than_it_may(text: str) -> None:
    assert length(fitted(text)).messages <= LONGEST


def test_french_signs_do_not_double_the_price_of_a_text() -> None:
    told = sms_text(
        "Maison Aubépine : votre commande est partie… L’envoi est à suivre ici — « Être à l’œuvre »"
    )
    assert not length(told).unicode
    assert "Maison Aubépine : votre commande est partie... L'envoi" in told
