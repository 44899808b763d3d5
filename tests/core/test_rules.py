"""Rules as data: sources, steps, targets, and what is refused before it runs."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given

from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping, MappingError, Rule, compile_rules
from raccord.core.step_texts import cut, to_html
from raccord.core.steps import (
    Cut,
    Default,
    First,
    Html,
    Join,
    Lookup,
    Split,
    Step,
    Table,
    Trim,
    Workshop,
)
from raccord.core.steps import (
    made as made_of,
)
from raccord_connectors.canonical import Listing, encode
from support.catalogue import TODAY, prices, product, projection, words

NEEDED = [
    Rule(target="name", sources=["product.name"]),
    Rule(target="offer.sku", sources=["item.sku"]),
    Rule(target="offer.price", sources=["price"]),
]


def made(*rules: Rule, **fields: Any) -> Listing:
    mapping = Mapping([*(rule for rule in NEEDED if rule.target not in {r.target for r in rules}), *rules])
    found = projection(mapping=mapping).listing(
        product(**fields), {"CHAISE": prices("CHAISE", "1")}, {}, TODAY
    )
    assert found.listing is not None
    return found.listing


def test_a_custom_field_can_feed_a_facet() -> None:
    rule = Rule(target="features.Matières", sources=["product.custom.MAT"], steps=[Split("/"), Default("?")])
    assert {"Matières": ["hêtre", "lin"]} == made(rule, custom={"MAT": "hêtre / lin /"}).features


def test_two_fields_can_be_joined_and_the_first_of_several_taken() -> None:
    joined = Rule(target="name", sources=["product.brand", "product.name"], steps=[Join(" – "), Trim()])
    first = Rule(target="brand", sources=["product.custom.MARQUE", "product.brand"], steps=[First()])
    listing = made(joined, first, name="Chaise", brand="Duval")
    assert ("Duval – Chaise", "Duval") == (listing.name, listing.brand)
    assert "Chaise" == made(joined, name="Chaise", brand=None).name


def test_clearing_is_chosen_rule_by_rule() -> None:
    leave = made(Rule(target="brand", sources=["product.brand"]), brand=None)
    clear = made(Rule(target="brand", sources=["product.brand"], when_empty="clear"), brand=None)
    assert (msgspec.UNSET, None) == (leave.brand, clear.brand)


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        (Trim(), " a ", "a"),
        (Default("x"), "", "x"),
        (Default("x"), "y", "y"),
        (Split(","), "a, b,,", ["a", "b"]),
        (Lookup("numbers"), "1", "un"),
        (Lookup("numbers", otherwise="nothing"), "2", None),
        (Lookup("numbers", otherwise="keep"), "2", "2"),
        (Lookup("numbers"), Decimal("1.50"), "x"),
        (Cut(12), "une chaise haute", "une chaise…"),
        (Cut(8), "anticonstitutionnel", "anticon…"),
        (Html(), "a\n\nb", "<p>a</p><p>b</p>"),
        (Html(), {"fr": "a", "en": " "}, {"fr": "<p>a</p>"}),
    ],
)
def test_each_step_does_what_it_says(step: Step, value: Any, expected: Any) -> None:
    shop = Workshop({"numbers": Table({"1": "un", "1.5": "x"})}, of_offer=False)
    assert expected == made_of(step, shop)(value)


@given(words)
def test_a_cut_text_fits(text: str) -> None:
    assert len(cut(text, 12)) <= 12


@given(words)
def test_plain_text_never_becomes_markup_of_its_own(text: str) -> None:
    if "<" not in text:
        assert "<script" not in to_html(f"<script>{text}")


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([Rule(target="nom", sources=["product.name"])], "mapping.unknown_target"),
        ([Rule(target="features", sources=["product.brand"])], "mapping.unknown_target"),
        ([Rule(target="offer.features.X", sources=["product.brand"])], "mapping.unknown_target"),
        ([Rule(target="name", sources=["product.nom"])], "mapping.unknown_source"),
        ([Rule(target="name", sources=["item.sku"])], "mapping.unknown_source"),
        ([Rule(target="name", sources=["product.__class__"])], "mapping.unknown_source"),
        ([Rule(target="name", sources=["product.name"])] * 2, "mapping.two_rules"),
        ([Rule(target="name", sources=["product.name", "product.sku"])], "mapping.many_sources"),
    ],
)
def test_rules_that_cannot_work_are_refused_before_they_run(rules: list[Rule], code: str) -> None:
    with pytest.raises(MappingError) as refused:
        compile_rules(Mapping(rules))
    assert code == refused.value.message.code


def test_a_mapping_survives_its_json() -> None:
    for erp, shop in (("sage100", "woocommerce"), ("tryton", "vendure"), ("acme", "acme")):
        mapping = default_mapping(erp, shop)
        assert mapping == msgspec.json.decode(msgspec.json.encode(mapping), type=Mapping)
        compile_rules(mapping)


def test_texts_by_language_are_mapped_where_both_sides_have_them() -> None:
    assert "names" not in {rule.target for rule in default_mapping("sage100", "woocommerce").rules}
    assert "names" in {rule.target for rule in default_mapping("sage100", "vendure").rules}


def test_what_the_shop_owns_is_listed_and_never_written() -> None:
    shop = {rule.target for rule in default_mapping("sage100", "woocommerce").rules if rule.owner == "shop"}
    assert {"slug", "seo_title", "seo_description", "tags", "related"} == shop
    encoded = msgspec.json.decode(encode(made()))
    assert set() == shop & encoded.keys()
