"""Products made in a real Vendure: whole, once, whatever happens meanwhile; or refused with the reason."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Selection
from raccord_connectors.shop.vendure import Vendure
from support.vendure.network import Killed, Mortal
from support.vendure.records import (
    changed_offer,
    connect,
    create,
    fresh,
    price,
    simple,
    stock,
    update,
    with_variants,
    write,
)
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart


@pytest.fixture(scope="module")
def shop() -> Shop:
    return shared_vendure()


@pytest.fixture
def connector(shop: Shop) -> Iterator[Vendure]:
    connector = connect(shop)
    yield connector
    connector.close()


# ---------------------------------------------------------------------------------------------------- making


def test_a_listing_with_variants_is_sold_on_the_storefront(shop: Shop, connector: Vendure) -> None:
    record = with_variants(
        fresh(), brand="Armor Lux", description="<p>En coton épais.</p>", tax_rate=Decimal(20)
    )
    known = create(connector, record)
    stock(connector, known, 4, offer=record.offers[2].key)
    page = shop.page_of(record.offers[0].sku)
    assert (record.name, "<p>En coton épais.</p>") == (page["name"], page["description"])
    found = {variant["sku"]: variant for variant in page["variants"]}
    assert {offer.sku for offer in record.offers} == set(found)
    third = found[record.offers[2].sku]
    assert {"Couleur": "Écru", "Taille": "S"} == {o["group"]["name"]: o["name"] for o in third["options"]}
    assert (f"{record.name} Écru S", 1990, 1658, "4") == (
        third["name"],
        third["priceWithTax"],
        third["price"],
        third["stockLevel"],
    )
    assert [("Armor Lux", "Marque")] == [(v["name"], v["facet"]["name"]) for v in page["facetValues"]]


def test_what_was_written_is_read_back(connector: Vendure) -> None:
    key = fresh()
    record = with_variants(
        key,
        brand="Le Creuset",
        features={"Matière": ["Fonte", "Acier"]},
        tags=["Nouveauté"],
        categories=[["Maison", "Cuisine"]],
        description="En fonte.",
        names={"en": f"Cocotte {key}"},
        seo_title="Cocotte | Boutique",
        tax_class="3",
    )
    record = changed_offer(record, 0, ean="3760000000017", mpn="LC-1", weight_g=Decimal("2150.5"))
    known = create(connector, record)
    (page,) = list(connector.read("listings", Selection(keys=(str(known.target),))))
    (found,) = page.records
    assert isinstance(found, Listing)
    for field in ("published", "name", "axes", "description", "categories", "brand", "tags", "seo_title"):
        assert getattr(record, field) == getattr(found, field), field
    assert {"Matière": ["Acier", "Fonte"]} == found.features
    assert ({"en": f"Cocotte {key}"}, "3", True) == (found.names, found.tax_class, found.track_stock)
    offers = {offer.key: offer for offer in found.offers}
    assert set(known.targets.values()) == set(offers)
    for offer in record.offers:
        read = offers[known.targets[offer.key]]
        assert (offer.sku, offer.options, offer.price, offer.active) == (
            read.sku,
            read.options,
            read.price,
            read.active,
        )
    first = offers[known.targets[record.offers[0].key]]
    assert ("3760000000017", "LC-1", Decimal("2150.5")) == (first.ean, first.mpn, first.weight_g)


def test_a_create_cut_short_anywhere_is_finished_and_not_doubled(shop: Shop) -> None:
    """We die after each mutation of a create in turn; the next attempt leaves exactly one whole product."""
    lives, died = 0, True
    while died:
        lives += 1
        record = with_variants(fresh("COUPE"), brand=fresh("Marque"), categories=[["Mode", fresh("Rayon")]])
        try:
            create(connect(shop, transport=Mortal(lives)), record)
            died = False
        except Killed:
            create(connect(shop), record)
        product = shop.only_product(record.name)
        assert product["enabled"], f"hidden after a death at mutation {lives}"
        assert not product["slug"].startswith("raccord-"), f"unfinished after a death at mutation {lives}"
        assert sorted(o.sku for o in record.offers) == sorted(v["sku"] for v in product["variants"])
        assert [1] * 4 == [len(shop.variants(offer.sku)) for offer in record.offers]
        groups = {group["name"]: [o["name"] for o in group["options"]] for group in product["optionGroups"]}
        assert {"Couleur": ["Bleu", "Écru"], "Taille": ["S", "M"]} == groups, f"after {lives} mutations"
        assert 2 == shop.option_groups([group["code"] for group in product["optionGroups"]])
        assert 3 == len(product["facetValues"]), (
            f"brand and two steps of the category, after {lives} mutations"
        )
    assert lives > 8, "a create is more mutations than that: the test did not cut it"


def test_a_product_that_the_shop_had_before_is_bound_by_its_sku(shop: Shop, connector: Vendure) -> None:
    key = fresh()
    theirs = shop.make_product(f"Table {key}", sku=key, description="Écrite par la boutique")
    known = create(connector, simple(key, name="Table de ferme"))
    assert (True, theirs) == (known.existed, known.target)
    product = shop.only_product(f"Table de ferme {key}")
    assert "Écrite par la boutique" == product["description"], "the description was UNSET: it is the shop's"
    assert Decimal("49.90") == shop.variant(key).price_with_tax


def test_a_sku_that_two_products_carry_is_not_guessed_at(shop: Shop, connector: Vendure) -> None:
    key = fresh()
    for name in ("Banc", "Autre banc"):
        shop.make_product(f"{name} {key}", sku=key)
    (outcome,) = write(connector, "listings", Change("create", key, simple(key)))
    assert ("rejected", "sku") == (outcome.problem.kind, outcome.problem.field)  # type: ignore[union-attr]


def test_an_update_cannot_take_the_sku_of_another_product(shop: Shop, connector: Vendure) -> None:
    first, second = simple(fresh()), simple(fresh())
    create(connector, first)
    known = create(connector, second)
    later = changed_offer(second, 0, sku=first.key)
    change = Change("update", second.key, later, second, known.target, known.targets)
    (outcome,) = write(connector, "listings", change)
    assert outcome.problem is not None
    assert ("vendure.sku_taken", "sku") == (outcome.problem.message.code, outcome.problem.field)
    own = changed_offer(second, 0, sku=f"{second.key}-BIS")
    update(connector, own, second, known)
    assert known.targets[second.key] == shop.variant(f"{second.key}-BIS").id


def test_two_listings_of_one_batch_cannot_share_a_sku(shop: Shop, connector: Vendure) -> None:
    first, second = simple(fresh()), simple(fresh())
    second = changed_offer(second, 0, sku=first.offers[0].sku)
    outcomes = write(connector, "listings", *(Change("create", r.key, r) for r in (first, second)))
    assert [True, False] == [outcome.done for outcome in outcomes]
    assert 1 == len(shop.variants(first.offers[0].sku))


def test_a_row_that_the_server_refuses_does_not_stop_its_batch(shop: Shop, connector: Vendure) -> None:
    """Vendure fails the whole mutation; the bad row is found by halving."""
    records = [simple(fresh()) for _ in range(7)]
    records[4] = replace(records[4], description="un zéro \x00 que la base refuse")
    outcomes = write(connector, "listings", *(Change("create", r.key, r) for r in records))
    assert [True] * 4 + [False] + [True] * 2 == [outcome.done for outcome in outcomes]
    assert [True] * 4 + [False] + [True] * 2 == [
        shop.variant(record.key).raw["product"]["enabled"] for record in records
    ]


def test_an_article_without_price_is_not_sold_for_nothing(shop: Shop, connector: Vendure) -> None:
    record = changed_offer(simple(fresh()), 0, price=None)
    known = create(connector, record)
    assert not shop.variant(record.key).enabled
    update(connector, changed_offer(record, 0, price=price("12")), record, known)
    variant = shop.variant(record.key)
    assert (True, Decimal(12)) == (variant.enabled, variant.price_with_tax)


def test_what_is_not_known_to_have_been_pushed_is_sent_whole(shop: Shop, connector: Vendure) -> None:
    """After a doubtful push the platform gives no previous record: everything is sent, and what went is withdrawn."""
    three = with_variants(fresh(), colours=("Bleu", "Écru", "Rouge"))
    known = create(connector, three)
    two = replace(three, name=f"Pull {three.key}", offers=three.offers[:4], description="Chaud.")
    change = Change("update", two.key, two, None, known.target, known.targets)
    (outcome,) = write(connector, "listings", change)
    assert (None, set(known.targets) - {o.key for o in three.offers[4:]}) == (
        outcome.problem,
        set(outcome.targets),
    )
    assert "Chaud." == shop.only_product(two.name)["description"]
    assert [True] * 4 + [False] * 2 == [shop.variant(offer.sku).enabled for offer in three.offers]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", {"name": " "}),
        ("offers", {"offers": []}),
        ("tax_class", {"tax_class": "inconnue"}),
        ("tax_rate", {"tax_rate": Decimal(19)}),
        ("custom.inconnu", {"custom": {"inconnu": "x"}}),
        ("options", {"axes": ["Couleur"]}),
        ("description", {"description": "é" * 120_000}),
        ("sku", {"offers": [Offer(key="1", sku=" ", price=price("1"))]}),
        ("price", {"offers": [Offer(key="1", sku="PRIX", price=price("1", tax_included=False))]}),
        ("price", {"offers": [Offer(key="1", sku="PRIX", price=price("-1"))]}),
        ("price", {"offers": [Offer(key="1", sku="PRIX", price=price("99999999"))]}),
    ],
)
def test_what_vendure_cannot_take_is_named(connector: Vendure, field: str, fields: dict[str, Any]) -> None:
    key = fresh()
    (outcome,) = write(connector, "listings", Change("create", key, replace(simple(key), **fields)))
    assert outcome.problem is not None
    assert ("rejected", field) == (outcome.problem.kind, outcome.problem.field)
