"""Rules as a file: they come back as they were, and what is wrong in one is said with its rule."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import ChannelSettings, StockRule
from raccord.core.default_mapping import default_mapping
from raccord.core.mapping_file import FileError, from_file, to_file
from raccord.core.rules import Mapping, Rule, Table
from raccord.core.steps import Arithmetic, Convert, First, Formula, Lookup, Trim, When
from raccord.core.targets import target_of

MAPPING = Mapping(
    [
        *default_mapping("sage100", "woocommerce").rules,
        Rule(target="features.Marque", sources=["product.custom.M"], steps=[Trim(), Lookup("Marques", otherwise="hold")]),
        Rule(
            target="custom.kg",
            sources=["product.weight_g"],
            steps=[
                When("product.brand", is_="equals", to="Duval", then="skip"),
                Convert("g", "kg"),
                Arithmetic("add", Decimal(1)),
            ],
            owner="creation",
            when_empty="clear",
        ),
        Rule(target="custom.f", steps=[Formula('product.name + "é"')]),
        Rule(target="custom.g", sources=["product.brand", "product.name"], steps=[First()]),
    ],
    {"Marques": Table({"DUV": "Duval", "": "?"})},
)  # fmt: skip


def told(**changes: Any) -> bytes:
    whole = msgspec.json.decode(to_file(MAPPING))
    return msgspec.json.encode({**whole, **changes})


def refused(data: bytes) -> FileError:
    with pytest.raises(FileError) as error:
        from_file(data)
    assert error.value.message.fr != error.value.message.en
    return error.value


def test_rules_come_back_as_they_were_and_twice_the_same() -> None:
    data = to_file(MAPPING, "sage100", "woocommerce")
    found = from_file(data)
    assert (MAPPING, None, "sage100", "woocommerce") == (found.mapping, found.settings, found.erp, found.shop)
    assert data == to_file(found.mapping, "sage100", "woocommerce")
    assert b"Duval" in data
    assert b"\n  " in data


def test_settings_travel_only_where_they_were_asked_for() -> None:
    settings = ChannelSettings(stock=StockRule(margin=Decimal("1.5")))
    assert settings == from_file(to_file(MAPPING, settings=settings)).settings
    assert from_file(to_file(MAPPING)).settings is None


def test_a_file_saved_by_another_editor_is_read() -> None:
    assert MAPPING == from_file(b"\xef\xbb\xbf" + to_file(MAPPING).replace(b"\n", b"\r\n")).mapping


def _with_rule(**rule: Any) -> bytes:
    return told(rules=[{"target": "name", "sources": ["product.name"]}, rule])


@pytest.mark.parametrize(
    ("data", "code", "target"),
    [
        (b"", "file.no_json", ""),
        (b"\xff\xfe", "file.no_json", ""),
        (b"[" * 100_000, "file.no_json", ""),
        (b"[]", "file.other_kind", ""),
        (b'{"raccord": "journal", "version": 1}', "file.other_kind", ""),
        (told(version="1"), "file.other_kind", ""),
        (told(version=2), "file.newer", ""),
        (told(rules=None), "file.no_list", ""),
        (told(rules=[{}] * 501), "file.too_many", ""),
        (told(tables=[1]), "file.no_list", ""),
        (told(tables={"Marques": {"entries": {"a": 1}}}), "file.bad_table", ""),
        (told(settings={"stock": 1}), "file.bad_settings", ""),
        (told(rules=[1]), "file.bad_rule", "?"),
        (_with_rule(sources=[]), "file.bad_rule", "?"),
        (_with_rule(target="brand", owner="me"), "file.bad_rule", "brand"),
        (_with_rule(target="brand", steps=[{"do": "explode"}]), "file.unknown_step", "brand"),
        (_with_rule(target="brand", steps=["trim"]), "file.unknown_step", "brand"),
        (_with_rule(target="brand", steps=[{"do": "cut", "length": "x"}]), "file.bad_rule", "brand"),
        (_with_rule(target="brand", steps=[{"do": "cut", "length": 1}]), "step.parameter.bounds", "brand"),
        (
            _with_rule(target="brand", steps=[{"do": "lookup", "table": "Absente"}]),
            "step.unknown_table",
            "brand",
        ),
        (_with_rule(target="brand", steps=[{"do": "formula", "expression": "1 +"}]), "formula.ends", "brand"),
        (_with_rule(target="brand", sources=["product.nom"]), "mapping.unknown_source", "brand"),
        (_with_rule(target="marque"), "mapping.unknown_target", "marque"),
        (_with_rule(target="name"), "mapping.two_rules", "name"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_rule(data: bytes, code: str, target: str) -> None:
    error = refused(data)
    assert (code, target) == (error.message.code, error.target)
    known = target_of(target)
    assert target in error.message.fr or (known is not None and known.title.fr in error.message.fr)


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert "file.too_large" == refused(b" " * 5_000_001).message.code


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["target", "steps", "do", "sources", "entries", "a"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_any_file_is_read_or_refused_with_a_sentence(inside: Any) -> None:
    for name in ("rules", "tables", "settings", "made_for"):
        data = told(**{name: [inside] if name == "rules" else inside})
        with suppress(FileError):
            from_file(data)
