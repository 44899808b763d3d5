"""Parts of the Vendure connector that need no server: halving, paging, codes, differences; and what is committed."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import Change, ConfigError, TransientError
from raccord_connectors.shop.vendure import VendureSettings
from raccord_connectors.shop.vendure.bulk import ROWS, Row, send
from raccord_connectors.shop.vendure.client import Graph, Refused
from raccord_connectors.shop.vendure.cursors import moment, readable, since
from raccord_connectors.shop.vendure.inputs import Inputs
from raccord_connectors.shop.vendure.installation import FieldType, Installation, TaxClass
from raccord_connectors.shop.vendure.work import Work, code, marker, same
from support.vendure.records import changed_offer, price, simple, with_variants

SETTINGS = VendureSettings(url="https://shop.example", api_key="key")
INSTALLATION = Installation(
    channel={"id": "1", "code": "__default_channel__"},
    languages=("fr", "en"),
    currency="EUR",
    prices_include_tax=True,
    precision=2,
    location="1",
    locations={"1": "Atelier"},
    taxes=(TaxClass("1", "Normal", (Decimal(20),), True),),
    custom={"Product": {"origine": FieldType("localeString", "Origine")}, "ProductVariant": {}},
)

# ---------------------------------------------------------------------------------------------------- halving


@given(st.lists(st.booleans(), max_size=260), st.integers(200, 2000))
def test_every_good_row_is_done_and_every_bad_one_found(good: list[bool], limit: int) -> None:
    """Whatever rows are bad: as if each had been sent alone, in far fewer requests when few are bad."""
    requests: list[int] = []

    def call(inputs: list[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        requests.append(len(inputs))
        assert len(inputs) <= ROWS
        assert len(msgspec.json.encode(inputs)) <= limit + 2
        if not all(row["good"] for row in inputs):
            raise Refused("USER_INPUT_ERROR", "non")
        return [{"id": row["id"]} for row in reversed(inputs)]

    rows = [Row(number, {"id": number, "good": is_good}) for number, is_good in enumerate(good)]
    sent = send(rows, call, limit=limit, match=lambda row: row["id"], answer=lambda found: found["id"])
    assert [number for number, is_good in enumerate(good) if is_good] == sorted(r.owner for r, _ in sent.done)
    assert all(row.owner == answer["id"] for row, answer in sent.done)
    assert [number for number, is_good in enumerate(good) if not is_good] == sorted(
        row.owner for row, _ in sent.refused
    )


def test_one_row_that_is_too_large_is_refused_alone() -> None:
    rows = [Row("small", {"id": "1", "text": "x"}), Row("large", {"id": "2", "text": "x" * 2000})]
    sent = send(rows, lambda inputs: inputs, limit=1024, match=lambda r: r["id"], answer=lambda r: r["id"])
    assert ["small"] == [row.owner for row, _ in sent.done]
    assert [("large", "TOO_LARGE", "1")] == [(r.owner, why.code, why.words) for r, why in sent.refused]


# ----------------------------------------------------------------------------------------------------- paging


class Shelf(httpx.BaseTransport):
    """A list that only counts, from which things vanish while it is read."""

    def __init__(self, ids: list[str], vanish: dict[int, int]) -> None:
        self.ids = ids
        self.vanish = vanish
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = msgspec.json.decode(request.read())["variables"]
        self.requests += 1
        if self.requests in self.vanish and self.ids:
            self.ids.pop(self.vanish[self.requests] % len(self.ids))
        rows = self.ids[asked["skip"] : asked["skip"] + asked["take"]]
        return httpx.Response(200, json={"data": {"things": {"items": [{"id": id_} for id_ in rows]}}})


@given(
    st.lists(st.uuids().map(str), unique=True, max_size=40),
    st.integers(2, 7),
    st.dictionaries(st.integers(1, 20), st.integers(0, 100), max_size=6),
)
def test_what_stays_is_read_once_whatever_vanishes(ids: list[str], size: int, vanish: dict[int, int]) -> None:
    shelf = Shelf(list(ids), vanish)
    graph = Graph(SETTINGS, transport=shelf)
    pages = list(graph.everything("query", "things", size=size))
    read = [row["id"] for page in pages for row in page]
    assert len(read) == len(set(read)), "nothing comes twice"
    assert set(shelf.ids) <= set(read), "nothing that is there is missed"
    assert all(len(page) <= size for page in pages)


def test_a_moment_goes_back_by_the_overlap() -> None:
    at = datetime(2026, 11, 24, 8, 30, 0, 123000, tzinfo=UTC)
    assert "2026-11-24T08:30:00.123Z" == moment(at)
    assert "2026-11-24T08:28:00.123Z" == since(moment(at))


def test_keys_that_break_a_query_are_not_asked_for() -> None:
    uuid = "0b9e7c1e-52fb-4f7c-8d7a-9d0d1d3d5a11"
    assert ["12", uuid, "inconnu"] == readable(["12", "99999999999", "1.5", uuid, "inconnu"])


@pytest.mark.parametrize(("field", "value"), [("api_key", "clé–secrète"), ("channel_token", "je\nton")])
def test_what_no_header_can_carry_is_refused_without_being_printed(field: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Graph(replace(SETTINGS, **{field: value}))
    assert field == caught.value.field
    assert value not in f"{caught.value!r} {caught.value.__context__!r}"


def test_a_server_that_answers_pages_is_no_vendure() -> None:
    page = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>Bonjour</html>"))
    with pytest.raises(TransientError):
        Graph(SETTINGS, transport=page, sleep=lambda _: None).ask("{ me }")


# ------------------------------------------------------------------------------------------------------ codes


@given(st.text(min_size=1, max_size=40))
def test_a_code_is_plain_and_steady(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", code(text))
    assert code(text) == code(f"  {text.strip()} ") or not text.strip()


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("Été", "été", True),
        ("Cœur  de lin", "coeur de lin", True),
        ("10", "10 %", False),
        ("M", "M+", False),
        ("+5", "-5", False),
        ("α", "β", False),
    ],
)
def test_titles_are_the_same_as_a_person_sees_them(first: str, second: str, alike: bool) -> None:
    assert alike is same(first, second)


@given(st.text(min_size=1), st.text(min_size=1))
def test_marks_of_two_keys_differ(first: str, second: str) -> None:
    assert (first == second) is (marker(first) == marker(second))


# ------------------------------------------------------------------------------------------------ differences


def work(record: Listing, previous: Listing | None) -> Work:
    targets = {offer.key: f"v{n}" for n, offer in enumerate((previous or record).offers)}
    found = Work(Change("update", record.key, record, previous, "p1", targets), record, previous, "p1")
    found.variants = dict(targets)
    return found


def inputs_of(record: Listing, previous: Listing | None) -> tuple[Any, list[Any]]:
    inputs = Inputs(INSTALLATION, SETTINGS)
    one = work(record, previous)
    variants = [inputs.variant(one, offer) for offer in record.offers if offer.key in one.variants]
    return inputs.product(one), [row for row in (*variants, *inputs.gone_variants(one)) if row]


def test_the_same_record_needs_no_input() -> None:
    record = with_variants("A", names={"en": "Sweater"}, custom={"origine": "Bretagne"})
    assert (None, []) == inputs_of(record, record)


def test_a_price_alone_travels_alone() -> None:
    record = simple("A")
    assert (None, [{"id": "v0", "price": 1234}]) == inputs_of(
        changed_offer(record, 0, price=price("12.34")), record
    )


@given(st.decimals(min_value=0, max_value=20_000_000, places=2))
def test_amounts_survive_minor_units(amount: Decimal) -> None:
    assert amount == INSTALLATION.amount(INSTALLATION.minor(amount))


def test_an_offer_that_went_is_withdrawn() -> None:
    record = with_variants("A")
    _, variants = inputs_of(replace(record, offers=record.offers[:3]), record)
    assert [{"id": "v3", "enabled": False}] == variants


def test_a_custom_field_without_a_value_is_emptied_and_a_translated_one_goes_with_its_language() -> None:
    before, after = simple("A", custom={"origine": "Bretagne"}), simple("A", custom={"origine": None})
    product, _ = inputs_of(after, before)
    assert {
        "id": "p1",
        "translations": [{"languageCode": "fr", "customFields": {"origine": None}}],
    } == product


def test_a_custom_field_that_went_is_the_shops() -> None:
    product, _ = inputs_of(simple("A", custom={}), simple("A", custom={"origine": "Bretagne"}))
    assert product is None


def test_an_empty_address_is_never_sent() -> None:
    product, _ = inputs_of(simple("A", slug=""), simple("A", slug="ancienne"))
    assert product is None


# ----------------------------------------------------------------------------------------- what is committed


def test_the_lock_of_the_test_shop_names_no_registry() -> None:
    """Whoever installs uses the registry that they configured."""
    lock = (Path(__file__).parents[1] / "support/vendure/package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert '"integrity"' in lock
