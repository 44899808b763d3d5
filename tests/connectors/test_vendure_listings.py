"""Products in a real Vendure: made whole, changed by what differs, withdrawn; what the shop owns stays."""

import time
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


def only(found: list[dict[str, Any]]) -> dict[str, Any]:
    assert 1 == len(found), f"one product was wanted, not {len(found)}"
    return found[0]


def page_of(shop: Shop, sku: str) -> dict[str, Any]:
    """The product page that a visitor of the storefront sees."""
    slug = shop.variant(sku).raw["product"]["slug"]
    with shop.customer() as customer:
        page = customer.see(slug)
    assert page is not None, f"{sku} is not on the storefront"
    return page


# ---------------------------------------------------------------------------------------------------- making


def test_a_listing_with_variants_is_sold_on_the_storefront(shop: Shop, connector: Vendure) -> None:
    record = with_variants(
        fresh(), brand="Armor Lux", description="<p>En coton épais.</p>", tax_rate=Decimal(20)
    )
    known = create(connector, record)
    stock(connector, known, 4, offer=record.offers[2].key)
    page = page_of(shop, record.offers[0].sku)
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
        product = only(shop.products(record.name))
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
    product = only(shop.products(f"Table de ferme {key}"))
    assert "Écrite par la boutique" == product["description"], "the description was UNSET: it is the shop's"
    assert Decimal("49.90") == shop.variant(key).price_with_tax


def test_a_sku_that_two_products_carry_is_not_guessed_at(shop: Shop, connector: Vendure) -> None:
    key = fresh()
    for name in ("Banc", "Autre banc"):
        shop.make_product(f"{name} {key}", sku=key)
    (outcome,) = write(connector, "listings", Change("create", key, simple(key)))
    assert ("rejected", "sku") == (outcome.problem.kind, outcome.problem.field)  # type: ignore[union-attr]


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


# -------------------------------------------------------------------------------------------------- changing


def test_an_unchanged_listing_writes_nothing(shop: Shop, connector: Vendure) -> None:
    record = with_variants(fresh(), brand="Duralex")
    known = create(connector, record)
    before = shop.writes()
    update(connector, record, record, known)
    assert before == shop.writes()


def test_many_changed_prices_travel_together(shop: Shop, connector: Vendure) -> None:
    records = [simple(fresh()) for _ in range(30)]
    created = write(connector, "listings", *(Change("create", r.key, r) for r in records))
    later = [changed_offer(record, 0, price=price("9.99")) for record in records]
    before = shop.writes()
    outcomes = write(
        connector,
        "listings",
        *(
            Change("update", new.key, new, old, known.target, known.targets)
            for new, old, known in zip(later, records, created, strict=True)
        ),
    )
    assert all(outcome.done for outcome in outcomes)
    assert ["updateProductVariants"] == shop.writes()[len(before) :]
    assert {Decimal("9.99")} == {shop.variant(record.key).price_with_tax for record in records}


def test_more_text_than_one_request_may_hold_travels_in_several(shop: Shop, connector: Vendure) -> None:
    records = [simple(fresh(), description="Très détaillé. " * 600) for _ in range(25)]
    outcomes = write(connector, "listings", *(Change("create", r.key, r) for r in records))
    assert [None] * 25 == [outcome.problem for outcome in outcomes]
    assert shop.products(records[24].name)[0]["description"] == records[24].description


def test_a_withdrawn_listing_leaves_the_storefront_and_comes_back(shop: Shop, connector: Vendure) -> None:
    record = simple(fresh())
    known = create(connector, record)
    slug = shop.variant(record.key).raw["product"]["slug"]
    withdrawn = replace(record, published=False)
    update(connector, withdrawn, record, known)
    with shop.customer() as customer:
        assert customer.see(slug) is None
        update(connector, record, withdrawn, known)
        assert customer.see(slug) is not None


def test_variants_come_and_go(shop: Shop, connector: Vendure) -> None:
    three = with_variants(fresh(), colours=("Bleu", "Écru", "Rouge"))
    two = replace(three, offers=three.offers[:4])
    known = create(connector, two)
    more = update(connector, three, two, known)
    assert {offer.key for offer in three.offers} == set(more.targets)
    assert {"Bleu", "Écru", "Rouge"} == {
        option["name"]
        for group in only(shop.products(three.name))["optionGroups"]
        for option in group["options"]
        if group["name"] == "Couleur"
    }
    update(connector, two, three, more)
    assert [False, False] == [shop.variant(offer.sku).enabled for offer in three.offers[4:]]
    again = update(connector, three, two, known)
    assert more.targets == again.targets, "a variant that comes back is the same one"
    assert [True] * 6 == [shop.variant(offer.sku).enabled for offer in three.offers]


def test_an_article_that_gets_variants_keeps_its_page(shop: Shop, connector: Vendure) -> None:
    key = fresh()
    before = simple(key)
    known = create(connector, before)
    after = with_variants(key)
    offers = [replace(after.offers[0], key=key, sku=key), *after.offers[1:]]
    after = replace(after, offers=offers, name=before.name)
    updated = update(connector, after, before, known)
    assert (known.target, known.targets[key]) == (updated.target, updated.targets[key])
    product = only(shop.products(before.name))
    assert {offer.sku for offer in after.offers} == {variant["sku"] for variant in product["variants"]}


def test_an_axis_that_the_erp_gave_up_leaves_the_product(shop: Shop, connector: Vendure) -> None:
    before = with_variants(fresh(), colours=("Bleu",))
    known = create(connector, before)
    offers = [replace(offer, options={"Taille": offer.options["Taille"]}) for offer in before.offers]
    after = replace(before, axes=["Taille"], offers=offers)
    update(connector, after, before, known)
    product = only(shop.products(before.name))
    assert ["Taille"] == [group["name"] for group in product["optionGroups"]]
    assert [["S"], ["M"]] == [[o["name"] for o in v["options"]] for v in product["variants"]]


def test_a_renamed_article_keeps_its_address(shop: Shop, connector: Vendure) -> None:
    record = with_variants(fresh())
    known = create(connector, record)
    slug = only(shop.products(record.name))["slug"]
    renamed = replace(record, name=f"Pull {record.key}")
    update(connector, renamed, record, known)
    product = only(shop.products(renamed.name))
    assert slug == product["slug"]
    assert f"Pull {record.key} Bleu S" == shop.variant(record.offers[0].sku).name


def test_languages_are_kept_apart(shop: Shop, connector: Vendure) -> None:
    key = fresh()
    record = simple(key)
    known = create(connector, record)
    english = replace(
        record, names={"en": f"Chair {key}", "de": "Stuhl"}, descriptions={"en": "Made of oak."}
    )
    update(connector, english, record, known)
    texts = {t["languageCode"]: t for t in only(shop.products(record.name))["translations"]}
    assert {"fr", "en"} == set(texts), "the channel does not offer German"
    assert (f"Chair {key}", "Made of oak.") == (texts["en"]["name"], texts["en"]["description"])
    assert record.name == texts["fr"]["name"]


def test_what_the_shop_added_stays(shop: Shop, connector: Vendure) -> None:
    record = simple(fresh(), brand="Peugeot", features={"Couleur": ["Noir"]})
    known = create(connector, record)
    shop.add_facet_value(str(known.target), facet="Coup de cœur", value="Oui")
    shop.describe(str(known.target), "Texte de la boutique", slug=f"moulin-{record.key.lower()}")
    later = replace(record, brand="Moulinex", features={"Matière": ["Hêtre"]})
    update(connector, later, record, known)
    product = only(shop.products(record.name))
    values = {(v["facet"]["name"], v["name"]) for v in product["facetValues"]}
    assert {("Marque", "Moulinex"), ("Matière", "Hêtre"), ("Coup de cœur", "Oui")} == values
    assert ("Texte de la boutique", f"moulin-{record.key.lower()}") == (
        product["description"],
        product["slug"],
    )


def test_what_was_deleted_in_the_shop_is_said_to_be_gone(shop: Shop, connector: Vendure) -> None:
    gone, there = simple(fresh()), simple(fresh())
    outcomes = write(connector, "listings", *(Change("create", r.key, r) for r in (gone, there)))
    shop.delete_product(str(outcomes[0].target))
    changes = [
        Change("update", old.key, replace(old, name=f"{old.name} bis"), old, known.target, known.targets)
        for old, known in zip((gone, there), outcomes, strict=True)
    ]
    refused, done = write(connector, "listings", *changes)
    assert done.done
    assert refused.problem is not None
    assert ("vendure.gone", "key") == (refused.problem.message.code, refused.problem.field)


def test_an_unknown_axis_of_the_shop_is_not_torn_down(shop: Shop, connector: Vendure) -> None:
    record = with_variants(fresh(), colours=("Bleu",))
    known = create(connector, record)
    shop.add_axis(str(known.target), "Gravure", ("Oui", "Non"))
    more = with_variants(record.key, colours=("Bleu", "Écru"))
    change = Change("update", more.key, more, record, known.target, known.targets)
    (outcome,) = write(connector, "listings", change)
    assert outcome.problem is not None
    assert ("vendure.other_axes", "axes") == (outcome.problem.message.code, outcome.problem.field)
    assert "Gravure" in [group["name"] for group in only(shop.products(record.name))["optionGroups"]]


# ------------------------------------------------------------------------------------- categories and prices


def test_categories_become_collections_that_fill_themselves(shop: Shop, connector: Vendure) -> None:
    root = fresh("Rayon")
    first = simple(fresh(), categories=[[root, "Vaisselle"]])
    second = simple(fresh(), categories=[[root, "Linge", "Torchons"]])
    for record in (first, second):
        create(connector, record)
    assert {root: None, "Vaisselle": root, "Linge": root, "Torchons": "Linge"} == shop.collections_under(root)
    deadline = time.monotonic() + 20
    while not (page := page_of(shop, first.key))["collections"] and time.monotonic() < deadline:
        time.sleep(0.1)  # Vendure fills collections by a job
    assert {root, "Vaisselle"} == {collection["name"] for collection in page["collections"]}


def test_a_channel_with_prices_without_tax_gets_them_so(shop: Shop) -> None:
    shop.set_prices_include_tax(False)
    try:
        connector = connect(shop)
        key = fresh()
        net = Offer(key=key, sku=key, price=price("100", tax_included=False))
        create(connector, replace(simple(key), offers=[net], tax_rate=Decimal("5.5")))
        variant = shop.variant(key)
        assert (Decimal(100), Decimal("105.5"), "Taux réduit") == (
            variant.price,
            variant.price_with_tax,
            variant.raw["taxCategory"]["name"],
        )
        (gross,) = write(connector, "listings", Change("create", "G", simple(fresh())))
        assert gross.problem is not None
        assert ("vendure.other_tax_mode", "price") == (gross.problem.message.code, gross.problem.field)
    finally:
        shop.set_prices_include_tax(True)
