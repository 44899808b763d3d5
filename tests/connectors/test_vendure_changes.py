"""Products changed in a real Vendure: by what differs, in few requests; what the shop owns stays."""

import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Offer
from raccord_connectors.contract import Change
from raccord_connectors.shop.vendure import Vendure
from support.vendure.records import (
    changed_offer,
    connect,
    create,
    fresh,
    price,
    simple,
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
        for group in shop.only_product(three.name)["optionGroups"]
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
    product = shop.only_product(before.name)
    assert {offer.sku for offer in after.offers} == {variant["sku"] for variant in product["variants"]}


def test_an_axis_that_the_erp_gave_up_leaves_the_product(shop: Shop, connector: Vendure) -> None:
    before = with_variants(fresh(), colours=("Bleu",))
    known = create(connector, before)
    offers = [replace(offer, options={"Taille": offer.options["Taille"]}) for offer in before.offers]
    after = replace(before, axes=["Taille"], offers=offers)
    update(connector, after, before, known)
    product = shop.only_product(before.name)
    assert ["Taille"] == [group["name"] for group in product["optionGroups"]]
    assert [["S"], ["M"]] == [[o["name"] for o in v["options"]] for v in product["variants"]]


def test_a_renamed_article_keeps_its_address(shop: Shop, connector: Vendure) -> None:
    record = with_variants(fresh())
    known = create(connector, record)
    slug = shop.only_product(record.name)["slug"]
    renamed = replace(record, name=f"Pull {record.key}")
    update(connector, renamed, record, known)
    product = shop.only_product(renamed.name)
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
    texts = {t["languageCode"]: t for t in shop.only_product(record.name)["translations"]}
    assert {"fr", "en"} == set(texts), "the channel does not offer German"
    assert (f"Chair {key}", "Made of oak.") == (texts["en"]["name"], texts["en"]["description"])
    assert record.name == texts["fr"]["name"]


def test_what_the_shop_added_stays(shop: Shop, connector: Vendure) -> None:
    record = simple(fresh(), brand="Peugeot", features={"Couleur": ["Noir"], "Style": ["Bistrot"]})
    known = create(connector, record)
    shop.add_facet_value(str(known.target), facet="Coup de cœur", value="Oui")
    shop.describe(str(known.target), "Texte de la boutique", slug=f"moulin-{record.key.lower()}")
    later = replace(record, brand="Moulinex", features={"Couleur": [], "Matière": ["Hêtre"]})
    update(connector, later, record, known)
    product = shop.only_product(record.name)
    values = {(v["facet"]["name"], v["name"]) for v in product["facetValues"]}
    theirs = {("Style", "Bistrot"), ("Coup de cœur", "Oui")}
    assert {("Marque", "Moulinex"), ("Matière", "Hêtre"), *theirs} == values
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
    assert "Gravure" in [group["name"] for group in shop.only_product(record.name)["optionGroups"]]


# ------------------------------------------------------------------------------------- categories and prices


def test_categories_become_collections_that_fill_themselves(shop: Shop, connector: Vendure) -> None:
    root = fresh("Rayon")
    first = simple(fresh(), categories=[[root, "Vaisselle"]])
    second = simple(fresh(), categories=[[root, "Linge", "Torchons"]])
    for record in (first, second):
        create(connector, record)
    assert {root: None, "Vaisselle": root, "Linge": root, "Torchons": "Linge"} == shop.collections_under(root)
    wanted, found, deadline = {root, "Vaisselle"}, set[str](), time.monotonic() + 20
    while found != wanted and time.monotonic() < deadline:
        time.sleep(0.1)  # Vendure fills collections by a job
        found = {collection["name"] for collection in shop.page_of(first.key)["collections"]}
    assert wanted == found


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
