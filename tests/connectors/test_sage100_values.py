"""What Sage stores against what we say, and what we hand to Sage: dates, numbers, code page, widths, countries."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.canonical import plain
from raccord_connectors.erp.sage100 import countries, values
from raccord_connectors.erp.sage100.customer_drafts import mark_of


@pytest.mark.parametrize(
    "empty",
    [
        None,
        "",
        "1753-01-01",
        "1899-12-30 00:00:00",
        datetime.fromisoformat("1900-01-01"),
        date(1753, 1, 1),
        "0000-00-00",
        "n'importe",
    ],
)
def test_the_many_ways_of_no_date(empty: object) -> None:
    assert values.day(empty) is None


@pytest.mark.parametrize(
    "told",
    ["2026-05-04", "2026-05-04 00:00:00", datetime.fromisoformat("2026-05-04 13:00"), date(2026, 5, 4)],
)
def test_a_date_is_a_day(told: object) -> None:
    assert date(2026, 5, 4) == values.day(told)


@given(st.decimals(-999_999_999, 999_999_999, places=6))
def test_a_number_survives_the_float_that_sqlite_makes_of_it(number: Decimal) -> None:
    assert plain(number) == values.number(float(number))


def test_nothing_is_zero_for_an_amount_and_unknown_for_a_number() -> None:
    assert (Decimal(0), None) == (values.amount(None), values.number(None))


@given(st.text())
def test_a_text_never_holds_what_other_systems_refuse(told: str) -> None:
    read = values.text(told)
    assert not set(read) & {chr(code) for code in (*range(9), *range(0x7F, 0xA0))}
    assert read == values.text(read)


@given(st.text(), st.integers(1, 80))
def test_what_is_handed_to_sage_fits_its_column_and_its_code_page(told: str, width: int) -> None:
    kept = values.fit(told, width)
    assert len(kept) <= width
    kept.encode("cp1252")
    assert kept == kept.strip()
    assert kept == values.fit(kept, width)


@given(st.text(alphabet="abcdefghij éèœ’-", max_size=60), st.text(alphabet="abc ", max_size=10))
def test_a_long_address_line_spills_whole_words_into_the_next(first: str, second: str) -> None:
    head, rest = values.spill(first, second, 35)
    assert max(len(head), len(rest)) <= 35
    everything = f"{values.storable(first)} {values.storable(second)}".replace(" ", "")
    assert everything.startswith(f"{head}{rest}".replace(" ", ""))


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("L’Œuf à 12 €", "L’Œuf à 12 €"),
        ("Fromage 🧀 fermier", "Fromage fermier"),
        ("Łódź, Győr", "Lódz, Gyor"),
        ("deux\nlignes\tet plus", "deux lignes et plus"),
        ("e\u0301te\u0301", "été"),
        ("5 − 3 ‑ 1", "5 - 3 - 1"),
    ],
)
def test_letters_outside_the_code_page_become_their_nearest(told: str, kept: str) -> None:
    assert kept == values.storable(told)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("FRANCE", "FR"), ("France métropolitaine", "FR"), ("Belgique ", "BE"), ("CÔTE D’IVOIRE", "CI"), ("Royaume-Uni", "GB"),
        ("Angleterre", "GB"), ("USA", "US"), ("États-Unis", "US"), ("fr", "FR"), ("Pays Bas", "NL"), ("La Réunion", "RE"),
        ("", "FR"), ("Syldavie", ""),
    ],
)  # fmt: skip
def test_country_labels_as_people_type_them(label: str, code: str) -> None:
    assert code == countries.iso_of(label, "FR")


def test_every_country_is_found_again_by_its_label() -> None:
    assert 249 == len(countries.BY_CODE)
    assert list(countries.BY_CODE) == [
        countries.iso_of(countries.label_of(code)) for code in countries.BY_CODE
    ]
    assert max(map(len, countries.BY_CODE.values())) <= 35


@given(st.text(min_size=1))
def test_a_customers_mark_fits_and_is_always_the_same(key: str) -> None:
    assert len(mark_of(key)) <= 35
    assert mark_of(key) == mark_of(key)
