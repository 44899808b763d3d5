"""What the editor shows of an article under two versions of the rules."""

from datetime import date
from decimal import Decimal

import pytest

from raccord.core.channel import ChannelSettings
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping, Rule
from raccord.core.step_numbers import Arithmetic
from raccord.core.step_texts import Case
from raccord.front.i18n import Formats
from raccord.mappings.articles import Loaded
from raccord.mappings.editor_forms import with_rule
from raccord.mappings.editor_rows import matches, problem_of, value_of
from raccord.mappings.editor_rule import parts_of
from raccord.mappings.preview import Tried, custom_paths, shown, try_out
from raccord_connectors.canonical import Axis, DepotStock, Price, PriceSet, Product, StockLevels, Tax, Variant
from raccord_connectors.contract import Choice, Discovery

FR = Formats("fr")
SHOP = Discovery(prices_include_tax=True, tax_classes=(Choice("", "Taux normal", {"rate": "20"}),))
USUAL = default_mapping("sage100", "woocommerce")
TODAY = date(2026, 11, 24)


def article(variants: int = 0, **more: object) -> Product:
    found: dict[str, object] = {
        "key": "BOL", "sku": "BOL", "name": "Bol en grès", "tax": Tax(code="V20", rate=Decimal(20)),
        "custom": {"Matière": "Grès"}, **more,
    }  # fmt: skip
    if variants:
        found["axes"] = [Axis("1", "Teinte")]
        found["variants"] = [
            Variant(key=f"BOL|{n}", sku=f"BOL-{n}", options={"1": f"Teinte {n}"}, custom={"Lot": str(n)})
            for n in range(1, variants + 1)
        ]
    return Product(**found)  # type: ignore[arg-type]


def loaded(product: Product, *amounts: str) -> Loaded:
    """One amount for each item, with tax; the last one for those that follow."""
    prices = {
        item: PriceSet(
            key=item, product=product.key,
            prices=[Price(amount=Decimal(amounts[min(place, len(amounts) - 1)]), tax_included=True)],
        )
        for place, item in enumerate(product.items() if amounts else [])
    }  # fmt: skip
    stock = {
        item: StockLevels(key=item, product=product.key, depots=[DepotStock(depot="LYON", real=Decimal(7))])
        for item in product.items()
    }
    return Loaded({product.key: product}, prices, stock, {})


def tried(mapping: Mapping, ground: Loaded, *paths: str) -> Tried:
    return try_out(mapping, ChannelSettings(), SHOP, ground, "BOL", TODAY, paths)


def test_a_description_is_shown_without_anything_that_could_act() -> None:
    hostile = (
        '<p onclick="x()">Beau <b>bol</b></p><img src=x onerror=alert(1)><script>alert(1)</script>'
        '<a href="javascript:x">ici</a>'
    )
    ground = loaded(article(description=hostile), "12.00")
    card = shown(tried(USUAL, ground), tried(USUAL, ground), ((), ()), FR).after
    assert "<p>Beau <b>bol</b></p>ici" == str(card.description)


def test_a_card_shows_the_range_of_prices_of_the_variants() -> None:
    ground = loaded(article(2), "12.00", "15.50")
    card = shown(tried(USUAL, ground), tried(USUAL, ground), ((), ()), FR)
    assert "12,00\u00a0€ – 15,50\u00a0€ TTC" == card.after.price
    assert ("Référence (Teinte 2)", "BOL-2") in card.after.facts
    assert card.same


def test_an_article_that_is_held_is_no_card_but_its_reason() -> None:
    ground = loaded(article())
    found = tried(USUAL, ground)
    card = shown(found, found, ((), ()), FR).after
    assert card.problem is not None
    assert "aucun prix" in card.problem.fr
    assert card.problem == problem_of(found, "offer.price")
    assert None is problem_of(found, "name")
    assert "Bol en grès" == value_of(found, "name", FR)  # what can be told is told


def test_rules_that_cannot_be_used_are_said_instead_of_tried() -> None:
    broken = Mapping([Rule(target="name", sources=["product.nom"])])
    found = tried(broken, loaded(article(), "12.00"))
    assert found.traced is None
    assert found.problem is not None
    assert "product.nom" in found.problem.fr


def test_a_problem_of_a_rule_stands_at_its_field() -> None:
    rule = Rule(
        target="offer.mpn", sources=["item.sku"], steps=[Arithmetic(operation="add", number=Decimal(1))]
    )
    found = tried(with_rule(USUAL, "offer.mpn", rule), loaded(article(), "12.00"))
    problem = problem_of(found, "offer.mpn")
    assert problem is not None
    assert "« BOL » n’est pas un nombre" in problem.fr
    assert None is problem_of(found, "offer.sku")


def test_values_that_differ_between_variants_are_shown_once_each() -> None:
    ground = loaded(article(5), "12.00", "15.00")
    assert "12,00\u00a0€ TTC · 15,00\u00a0€ TTC" == value_of(tried(USUAL, ground), "offer.price", FR)
    assert "BOL-1 · BOL-2 · BOL-3 …" == value_of(tried(USUAL, ground), "offer.sku", FR)


def test_fields_that_no_rule_reads_are_sampled_for_the_person_who_looks_for_one() -> None:
    product = article(2)
    paths = custom_paths(product)
    assert ["product.custom.Matière", "item.custom.Lot"] == paths
    found = tried(USUAL, loaded(product, "12.00"), *paths, "stock.real", "tax.rate", "price.amount")
    assert {
        "product.custom.Matière": "Grès", "item.custom.Lot": "1", "stock.real": Decimal(7), "tax.rate": Decimal(20),
        "price.amount": Decimal(12),
    } == found.samples  # fmt: skip


def test_a_rule_is_told_of_some_variants_those_with_a_problem_first() -> None:
    product = article(6)
    ground = loaded(product, "12.00")
    rule = Rule(target="offer.mpn", sources=["item.sku"], steps=[Case(to="lower")])
    old, new = tried(USUAL, ground), tried(with_rule(USUAL, "offer.mpn", rule), ground)
    names = {f"BOL|{n}": f"Teinte {n}" for n in range(1, 7)}
    parts, more = parts_of("offer.mpn", old, new, names, FR)
    assert ["Teinte 1", "Teinte 2", "Teinte 3", "Teinte 4"] == [part.title for part in parts]
    assert 2 == more
    assert (None, "bol-1") == (parts[0].before, parts[0].after)
    assert ["bol-1"] == [stage.after for stage in parts[0].stages]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("matiere", True), ("GRÈS email", True), ("grès bleu", False), ("", True), ("  ", True), ("É", True)],
)
def test_what_one_types_finds_without_accents_and_capitals(typed: str, found: bool) -> None:
    assert found == matches(typed, ["Matière principale", "Grès émaillé"])
