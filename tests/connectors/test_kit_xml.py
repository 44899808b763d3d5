"""XML: what is read is only data, what is written comes back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord_connectors.kit import xml

BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
FILE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
OUTSIDE = b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>'


@pytest.mark.parametrize(
    "bad",
    [BOMB, FILE, OUTSIDE, BOMB.decode().encode("utf-16"), b"", b"<a>", b"<a>&nbsp;</a>", b"<a>" * 100, b"\xff\x00<a/>",
     b'<?xml version="1.0" encoding="nonsense"?><a/>', b"<!doctype html><html><p>Maintenance</html>"],
)  # fmt: skip
def test_what_is_not_plain_data_is_refused(bad: bytes) -> None:
    with pytest.raises(xml.BadXml):
        xml.parse(bad)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40))
def test_a_text_survives(text: str) -> None:
    if any(ord(letter) in (0xFFFE, 0xFFFF) for letter in text):
        return  # XML has no way to write these
    assert text == (xml.parse(xml.build("a", {"b": text})).find("b").text or "")  # type: ignore[union-attr]


def test_values_are_written_as_services_read_them() -> None:
    content = {"t": True, "m": Decimal("1E+1"), "d": date(2026, 2, 3),
               "s": datetime(2026, 2, 3, 9, 12, tzinfo=UTC), "none": None,
               "list": [{"x": 1}, {"x": 2}], "empty": "", "nul": "a\x00b"}  # fmt: skip
    root = xml.parse(xml.build("Root", content))
    found = [(child.tag, child.text if not len(child) else child[0].text) for child in root]
    assert [
        ("t", "true"), ("m", "10"), ("d", "2026-02-03T00:00:00"), ("s", "2026-02-03T09:12:00"), ("list", "1"), ("list", "2"),
        ("empty", None), ("nul", "ab"),
    ] == found  # fmt: skip


def test_a_text_of_a_path_has_a_default() -> None:
    root = xml.parse(b"<a><b><c> x </c></b><d/></a>")
    assert ("x", "?", "") == (xml.text_of(root, "b/c"), xml.text_of(root, "d", "?"), xml.text_of(None, "b"))
