"""Correspondence tables as a whole: who uses them, what edits and imports change, what is missing, what it may mean."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import ChannelSettings
from raccord.core.correspondence import (
    Changed,
    Feeds,
    Guesser,
    Row,
    compared,
    edited,
    renamed,
    shop_values,
    uses,
    with_table,
)
from raccord.core.rules import Mapping, Rule
from raccord.core.step_tables import Finder, Lookup, Table
from raccord.core.steps import Case, First, Split, Trim
from raccord_connectors.canonical import Axis, Product, Tax, Variant
from raccord_connectors.contract import Choice, CustomField, Discovery, Feature

TODAY = date(2026, 11, 24)
LOOKUP = Lookup(table="Marques")


def mapping(*rules: Rule, **entries: str) -> Mapping:
    return Mapping([*rules, Rule(target="name", sources=["product.name"])], {"Marques": Table(entries)})


def brand(*steps: Any, **fields: Any) -> Rule:
    return Rule(**{"target": "brand", "sources": ["product.brand"], "steps": [*steps, LOOKUP], **fields})


def product(key: str = "CHAISE", **fields: Any) -> Product:
    return Product(**{"key": key, "sku": key, "name": "Chaise", **fields})


def missing(rules: Mapping, *products: Product, discovery: Discovery | None = None) -> list[str]:
    feeds = Feeds(rules, ChannelSettings(), discovery or Discovery(), "Marques")
    return [value for one in products for value in feeds.missing(one, {}, TODAY)]


# ------------------------------------------------------------------------------------------- tables and rules


def test_each_table_knows_the_rules_that_use_it() -> None:
    rules = with_table(mapping(brand()), "Vide", {})
    assert {"Marques": ["brand"], "Vide": []} == uses(rules)


def test_a_table_that_only_a_rule_names_is_told_too() -> None:
    assert {"Marques": ["brand"]} == uses(Mapping([brand()]))


def test_a_renamed_table_is_followed_by_its_rules() -> None:
    rules = renamed(mapping(brand(Trim()), SEB="Tefal"), "Marques", "Fabricants")
    assert {"Fabricants": ["brand"]} == uses(rules)
    assert {"SEB": "Tefal"} == rules.tables["Fabricants"].entries


# ---------------------------------------------------------------------------------------------------- editing


def test_lines_are_changed_in_their_places_and_new_ones_come_last() -> None:
    entries = {"A": "un", "B": "deux", "C": "trois"}
    rows = [
        Row("B", " B2 ", "deux bis"),
        Row("C", "C", "trois", removed=True),
        Row(None, "D", "quatre"),
        Row(None, "", ""),
    ]
    assert ({"A": "un", "B2": "deux bis", "D": "quatre"}, {}) == edited(entries, rows)
    assert ["A", "B2", "D"] == list(edited(entries, rows)[0])


def test_lines_that_are_not_on_the_page_stay() -> None:
    entries = {f"V{number}": "x" for number in range(120)}
    assert entries | {"V3": "y"} == edited(entries, [Row("V3", "V3", "y")])[0]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([Row(None, "a", "autre")], "tables.twice"),
        ([Row("B", "A ", "x")], "tables.twice"),
        ([Row(None, "", "quelque chose")], "tables.empty_value"),
        ([Row("A", "", "")], "tables.empty_value"),
        ([Row(None, "x" * 501, "")], "tables.too_long"),
    ],
)
def test_a_line_that_cannot_be_is_told(rows: list[Row], code: str) -> None:
    _, wrong = edited({"A": "un", "B": "deux"}, rows)
    assert {0: code} == {number: message.code for number, message in wrong.items()}


@pytest.mark.parametrize("entries", [{"A": "un", "B": "deux"}, {"B": "deux", "A": "un"}])
def test_the_line_that_was_changed_is_blamed_whatever_the_order_that_the_table_is_kept_in(
    entries: dict[str, str],
) -> None:
    _, wrong = edited(entries, [Row("A", "A", "un"), Row("B", "a", "deux")])
    assert [1] == list(wrong)
    _, wrong = edited(entries, [Row("A", "b", "un"), Row("B", "B", "deux")])
    assert [0] == list(wrong)


def test_two_new_lines_with_one_value_are_told_once() -> None:
    _, wrong = edited({}, [Row(None, "A", "un"), Row(None, "a", "deux")])
    assert [1] == list(wrong)


# -------------------------------------------------------------------------------------------------- importing


def test_an_import_adds_and_changes_and_leaves_the_rest() -> None:
    found = compared({"A": "un", "B": "deux"}, {"b": "DEUX", "C": "trois", "A": "un"}, whole=False)
    assert {"A": "un", "B": "DEUX", "C": "trois"} == found.entries
    assert ([("C", "trois")], [Changed("B", "deux", "DEUX")], [], 1) == (
        found.added,
        found.changed,
        found.removed,
        found.same,
    )


def test_a_whole_import_removes_what_it_does_not_have_save_lines_that_could_not_be_read() -> None:
    found = compared({"A": "un", "B": "deux", "C": "trois"}, {"A": "un"}, whole=True, spared=["c"])
    assert ({"A": "un", "C": "trois"}, [("B", "deux")]) == (found.entries, found.removed)


ENTRIES = st.dictionaries(
    st.text("abCD éÉ", min_size=1, max_size=3).map(str.strip).filter(bool), st.text(max_size=3)
)


@given(ENTRIES, ENTRIES, st.booleans())
def test_after_an_import_the_table_says_what_the_file_says(
    old: dict[str, str], new: dict[str, str], whole: bool
) -> None:
    unique: dict[str, str] = {}
    for value, meant in new.items():
        if Finder(unique).find(value) is None:
            unique[value] = meant
    kept: dict[str, str] = {}
    for value, meant in old.items():
        if Finder(kept).find(value) is None:
            kept[value] = meant
    after = compared(kept, unique, whole=whole).entries
    assert all(Finder(after).find(value) == meant for value, meant in unique.items())
    assert not compared(after, unique, whole=whole).changes, "taking it twice changes nothing more"
    assert len(after) == len(unique) or not whole


# ---------------------------------------------------------------------------------------------------- missing


def test_values_are_those_that_reach_the_step() -> None:
    rules = mapping(brand(Trim(), Case(to="upper")), SEB="Tefal")
    assert ["MOULINEX"] == missing(
        rules, product(brand=" seb "), product(brand="Moulinex"), product(brand=None)
    )


def test_each_value_of_a_list_and_of_each_variant_is_looked_at() -> None:
    tags = Rule(target="tags", sources=["product.custom.MOTS"], steps=[Split(separator=","), LOOKUP])
    size = Rule(target="offer.options.Taille", sources=["item.custom.TAILLE"], steps=[LOOKUP])
    axes = [Axis("1", "Taille")]
    variants = [
        Variant(key=f"C|{size}", sku=f"C{size}", options={"1": size}, custom={"TAILLE": size})
        for size in ("S", "M", "S")
    ]
    found = missing(
        mapping(tags, size, M="Moyen"),
        product(custom={"MOTS": "bois, métal,bois"}, axes=axes, variants=variants),
    )
    assert ["bois", "métal", "S"] == found


def test_the_first_source_that_has_something_is_the_one_that_counts() -> None:
    rules = mapping(brand(First(), sources=["product.custom.FABRICANT", "product.brand"]))
    assert ["Peugeot"] == missing(rules, product(brand="Seb", custom={"FABRICANT": "Peugeot"}))


def test_rules_that_are_the_shops_feed_nothing() -> None:
    assert [] == missing(mapping(brand(owner="shop")), product(brand="Seb"))


def test_an_article_that_is_held_for_its_tax_still_shows_what_is_missing() -> None:
    shop = Discovery(
        tax_classes=(Choice("normal", "Normal", {"rate": "20"}), Choice("reduit", "Réduit", {"rate": "5.5"}))
    )
    rules = mapping(brand())
    articles = [
        product(brand="Seb", tax=None),
        product("B", brand="Le Creuset", tax=Tax(code="X", rate=Decimal(13))),
    ]
    assert ["Seb", "Le Creuset"] == missing(rules, *articles, discovery=shop)


# --------------------------------------------------------------------------------------------------- guessing


def test_the_shops_values_depend_on_the_field() -> None:
    shop = Discovery(
        tax_classes=(Choice("reduit", "Taux réduit"),),
        brands=(Choice("7", "Peugeot"),),
        categories=(Choice("12", "Maison > Cuisine"),),
        features=(Feature("Couleur", ("Rouge vif", "Bleu")),),
        custom_fields=(
            CustomField("listings", "lavable", "Lavable", "choice", ("oui", "non")),
            CustomField("listings", "offers.pose", "Pose", "choice", ("murale",)),
        ),
    )
    keys = {
        target: [choice.key for choice in shop_values([target], shop)]
        for target in ("tax_class", "brand", "categories", "features.couleur", "offer.options.Couleur", "custom.lavable",
                       "offer.custom.pose", "description")
    }  # fmt: skip
    assert {
        "tax_class": ["reduit"],
        "brand": ["Peugeot"],
        "categories": ["Maison > Cuisine"],
        "features.couleur": ["Rouge vif", "Bleu"],
        "offer.options.Couleur": ["Rouge vif", "Bleu"],
        "custom.lavable": ["oui", "non"],
        "offer.custom.pose": ["murale"],
        "description": [],
    } == keys


@pytest.mark.parametrize(
    ("value", "meant", "same"),
    [
        ("LE CREUSET", "Le Creuset", True),
        ("Le-Creuset", "Le Creuset", True),
        ("DE BUYER FRANCE", None, False),
        ("PEUGEOT SAVEURS", "Peugeot Saveurs", True),
        ("Saveurs Peugeot", "Peugeot Saveurs", False),
        ("Emile Henri", "Émile Henry", False),
        ("Zwilling", None, False),
        ("???", None, False),
    ],
)
def test_a_value_is_guessed_by_its_letters_then_by_its_likeness(
    value: str, meant: str | None, same: bool
) -> None:
    guesser = Guesser(
        [Choice(name, name) for name in ("Le Creuset", "Peugeot Saveurs", "Émile Henry", "Staub")]
    )
    found = guesser.guess(value)
    assert (meant, same) == ((found.meant, found.same) if found else (None, False))


def test_what_the_table_says_is_the_key_and_what_is_recognised_is_the_title_too() -> None:
    found = Guesser([Choice("taux-reduit", "Taux réduit")]).guess("TAUX REDUIT")
    assert found is not None
    assert ("taux-reduit", "Taux réduit") == (found.meant, found.title)


def test_a_path_is_known_by_its_end_when_no_other_ends_so() -> None:
    guesser = Guesser(
        [Choice(path, path) for path in ("Maison > Cuisine", "Jardin > Meubles", "Maison > Meubles")]
    )
    assert "Maison > Cuisine" == getattr(guesser.guess("cuisine"), "meant", None)
    assert getattr(guesser.guess("meubles"), "same", False) is False


@given(st.text(max_size=60), st.lists(st.text(max_size=30), max_size=5))
def test_guessing_never_fails_and_proposes_only_what_the_shop_has(value: str, known: list[str]) -> None:
    found = Guesser([Choice(name, name) for name in known]).guess(value)
    assert found is None or found.meant in known
