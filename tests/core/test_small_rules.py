"""Codes, brake, pace, pauses, differences, first matches."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core import pace
from raccord.core.brake import decide, limit
from raccord.core.channel import ChannelSettings
from raccord.core.codes import gtin, normal_ean, normal_sku
from raccord.core.difference import difference
from raccord.core.matching import Code, codes_of_listing, codes_of_product, match
from raccord.core.pace import Pace
from raccord.core.retry import pause_after
from raccord_connectors.canonical import Listing, Offer, encode
from raccord_connectors.contract import Limits
from support.catalogue import product, with_variants

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ONE_AT_A_TIME = Limits()

# ----------------------------------------------------------------------------------------------------- codes


def test_one_article_has_one_normal_reference() -> None:
    assert 1 == len({normal_sku(text) for text in ("REF 12-A", "ref12-a", "Ref\u00a012-a ", "ＲＥＦ12-a")})


@pytest.mark.parametrize(
    "text", ["3017620422003", "3 017620-422003", "96385074", "036000291452", "13017620422000"]
)
def test_a_right_bar_code_is_kept(text: str) -> None:
    assert "".join(c for c in text if c.isdigit()) == gtin(text)


@pytest.mark.parametrize("text", ["3017620422004", "301762042200", "abc", "", "٣٠١٧٦٢٠٤٢٢٠٠٣"])
def test_a_wrong_bar_code_is_none(text: str) -> None:
    assert None is gtin(text)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_exactly_one_check_digit_is_right(digits: str) -> None:
    assert 1 == sum(gtin(digits + str(check)) is not None for check in range(10))


def test_a_upc_and_its_ean_are_the_same_code() -> None:
    assert normal_ean("036000291452") == normal_ean("0036000291452")
    assert None is normal_ean("0000000000000")


# ----------------------------------------------------------------------------------------------------- brake


@pytest.mark.parametrize(
    ("pending", "known", "expected"),
    [
        (5, 10, "go"), (6, 10, "brake"), (20, 1000, "go"), (21, 1000, "brake"), (50, 100_000, "go"),
        (51, 100_000, "brake"), (0, 0, "go"),
    ],
)  # fmt: skip
def test_the_brake_is_two_percent_or_fifty_and_never_under_five(
    pending: int, known: int, expected: str
) -> None:
    assert expected == decide(pending, known, ChannelSettings())


def test_the_merchant_may_choose_other_limits() -> None:
    assert 200 == limit(1000, ChannelSettings(brake_share=Decimal("0.5"), brake_count=200))


# --------------------------------------------------------------------------------------------- pace and pauses


def test_a_failure_halves_and_success_gives_back_slowly() -> None:
    slow = pace.slowed(Pace(), ONE_AT_A_TIME, now=NOW, seen_rate=8.0)
    assert (50, 4.0, 1, NOW + timedelta(seconds=2)) == (
        pace.batch_size(slow, 100), slow.rate, slow.failures, slow.until,
    )  # fmt: skip
    better = pace.recovered(slow, ONE_AT_A_TIME)
    assert (55, 0, None) == (pace.batch_size(better, 100), better.failures, better.until)
    for _ in range(10):
        better = pace.recovered(better, ONE_AT_A_TIME)
    assert Pace() == better


def test_what_the_shop_asked_for_is_honoured() -> None:
    assert (
        NOW + timedelta(seconds=90)
        == pace.slowed(Pace(), ONE_AT_A_TIME, now=NOW, seen_rate=1, retry_after=90).until
    )


def test_a_rate_limit_spreads_requests() -> None:
    assert 2.5 == pace.gap(Pace(), Limits(requests_per_second=2), 5)
    assert 0.0 == pace.gap(Pace(), ONE_AT_A_TIME, 5)
    slow = pace.slowed(Pace(), Limits(requests_per_second=2), now=NOW, seen_rate=2)
    assert 5.0 == pace.gap(slow, Limits(requests_per_second=2), 5)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 200), st.integers(1, 8))
def test_the_pace_stays_within_its_bounds(answers: list[bool], full: int, threads: int) -> None:
    limits, state = Limits(concurrency=threads, requests_per_second=10), Pace()
    for good in answers:
        state = pace.recovered(state, limits) if good else pace.slowed(state, limits, now=NOW, seen_rate=5.0)
        assert 1 <= pace.batch_size(state, full) <= full
        assert 1 <= pace.concurrency(state, limits) <= threads
        assert 0.1 <= pace.gap(state, limits, 1) <= 10.0
        assert state == pace.restore(pace.save(state))


def test_pauses_grow_to_minutes_and_never_undercut_the_system() -> None:
    assert [2, 4, 8, 300] == [pause_after(n).total_seconds() for n in (0, 1, 2, 50)]
    assert 30 == pause_after(0, 30).total_seconds()
    assert 300 == pause_after(50, 1).total_seconds()
    assert 6 * 3600 == pause_after(0, 1e9).total_seconds()


# ------------------------------------------------------------------------------------------------ differences


def test_a_difference_names_paths_and_parts_by_key() -> None:
    before = Listing(key="T", published=True, name="Table", offers=[_offer("R"), _offer("B")])
    after = Listing(
        key="T", published=False, name="Table", offers=[_offer("N"), _offer("R", "R2"), _offer("B")]
    )
    old, new = difference(encode(before), encode(after))
    assert {"published": True, "offers[R].sku": "R"} == msgspec.json.decode(old or b"")
    assert {"published": False, "offers[R].sku": "R2", "offers[N].sku": "N"} == msgspec.json.decode(
        new or b""
    )


def test_equal_records_have_no_difference_and_a_new_one_is_all_new() -> None:
    data = encode(Listing(key="T", published=True, name="Table", offers=[_offer("R")]))
    assert (b"{}", b"{}") == difference(data, data)
    old, new = difference(None, data)
    assert None is old
    assert "Table" == msgspec.json.decode(new or b"")["name"]


# ------------------------------------------------------------------------------------------------ first match


def shop_listing(key: str, *offers: tuple[str, str, str | None]) -> Listing:
    return Listing(
        key=key, published=True, name=key, offers=[Offer(key=k, sku=sku, ean=ean) for k, sku, ean in offers]
    )


def test_articles_are_found_by_reference_then_by_bar_code() -> None:
    articles = [
        *codes_of_product(product("A", sku="ref 1")),
        *codes_of_product(product("B", sku="other", ean="3017620422003")),
        *codes_of_product(product("C")),
    ]
    offers = [
        *codes_of_listing(shop_listing("10", ("10-1", "REF1", None))),
        *codes_of_listing(shop_listing("11", ("11-1", "??", "03017620422003"))),
    ]
    found = match(articles, offers)
    assert [("A", "10", {"A": "10-1"}, "sku"), ("B", "11", {"B": "11-1"}, "ean")] == [
        (one.product, one.listing, one.offers, one.by) for one in found
    ]


def test_a_listing_with_some_of_the_variants_is_bound_and_the_rest_is_new() -> None:
    article = with_variants("T", "rouge", "bleu")
    (found,) = match(
        codes_of_product(article),
        codes_of_listing(shop_listing("9", ("9-1", "T-ROUGE", None), ("9-2", "X", None))),
    )
    assert ("9", {"T|rouge": "9-1"}, None) == (found.listing, found.offers, found.problem)


def test_two_listings_for_one_article_wait_for_a_person() -> None:
    offers = [Code("1", "1-1", "a", None), Code("2", "2-1", "a", None)]
    (found,) = match([Code("A", "A", "a", None)], offers)
    assert found.listing is None
    assert found.problem is not None
    assert ("match.ambiguous", True) == (found.problem.code, "1 / 2" in found.problem.fr)


def test_two_articles_for_one_listing_wait_for_a_person() -> None:
    articles = [Code("A", "A", "a", None), Code("B", "B", "b", None)]
    found = match(articles, [Code("1", "1-1", "a", None), Code("1", "1-2", "b", None)])
    assert ["match.shared"] * 2 == [one.problem.code for one in found if one.problem]


def test_an_empty_reference_matches_nothing() -> None:
    assert [] == match([Code("A", "A", "", None)], [Code("1", "1-1", "", None)])


def _offer(key: str, sku: str | None = None) -> Offer:
    return Offer(key=key, sku=sku or key)
