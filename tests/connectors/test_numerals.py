"""Numbers in sentences: as one writes them in the language of the sentence, with the digits that they have."""

import re
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.contract import Message, Text, listed
from raccord_connectors.numerals import NARROW, english, french

SAID = Text("t", "{what} : {found} au lieu de {asked}", "{what}: {found} instead of {asked}")
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15)


@given(number=numbers)
def test_a_number_is_the_same_in_both_languages_and_no_digit_of_it_is_lost(number: Decimal) -> None:
    assert number == Decimal(french(number).replace(NARROW, "").replace(",", "."))
    assert number == Decimal(english(number).replace(",", ""))
    assert number.as_tuple().exponent == Decimal(english(number).replace(",", "")).as_tuple().exponent or (
        int(number.as_tuple().exponent) > 0  # 1E+3 is written out
    )


@given(found=numbers, asked=numbers)
def test_a_sentence_has_commas_for_decimals_in_french_and_points_in_english(
    found: Decimal, asked: Decimal
) -> None:
    said = SAID.fill(what=Message("", "total", "total"), found=found, asked=asked)
    assert not re.search(r"\d\.\d", said.fr)
    assert not re.search(r"\d[ \u00a0]\d", said.fr), "a number is never broken over two lines"
    assert not re.search(r"\d,\d{1,2}(\D|$)", said.en)


def test_what_is_no_amount_stays_as_it_is() -> None:
    """Numbers of documents, counts, years, addresses."""
    said = SAID.fill(what="BC00042", found=2026, asked="1.10.2")
    assert ("BC00042 : 2026 au lieu de 1.10.2", "BC00042: 2026 instead of 1.10.2") == (said.fr, said.en)


def test_a_message_inside_a_sentence_is_told_in_its_language() -> None:
    parts = [Text("p", "{n} × vis", "{n} × screw").fill(n=Decimal(n)) for n in ("1234.5", "2")]
    said = SAID.fill(what=listed(parts), found=Decimal("NaN"), asked=Decimal("-0.30"))
    assert f"1{NARROW}234,5 × vis, 2 × vis : NaN au lieu de -0,30" == said.fr
    assert "1,234.5 × screw, 2 × screw: NaN instead of -0.30" == said.en
