"""Publishing to WooCommerce: how many requests it takes, what is never done twice, what is never overwritten."""

import http.server
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Availability, Listing, Offer, OfferPrice, Picture
from raccord_connectors.contract import Change, ConfigError, Outcome, Selection, TransientError
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings
from sandbox.shop.database import now
from sandbox.shop.testing import DemoShop, demo_shop

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> DemoShop:
    served.reset()
    return served


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    """A place with pictures; `/missing.png` is not there."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = "missing" not in self.path
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PIXEL if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def connector(shop: DemoShop, **settings: Any) -> WooCommerce:
    converted = msgspec.convert(shop.settings(**settings), WooCommerceSettings)
    return WooCommerce(converted, transport=shop.transport(), sleep=lambda _: None)


def write(shop: DemoShop, *changes: Change, stream: str = "listings", **settings: Any) -> list[Outcome]:
    opened = connector(shop, **settings)
    try:
        return list(opened.write(stream, changes))
    finally:
        opened.close()


def price(amount: str, **others: Any) -> OfferPrice:
    fields: dict[str, Any] = {"amount": Decimal(amount), "tax_included": True, "currency": "EUR", **others}
    return OfferPrice(**fields)


def simple(key: str = "VASE", amount: str = "29.90", **fields: Any) -> Listing:
    offer: dict[str, Any] = {
        name: fields.pop(name) for name in ("ean", "sku", "mpn", "weight_g", "active") if name in fields
    }
    own: dict[str, Any] = {"key": key, "sku": f"{key}-REF", "price": price(amount), **offer}
    rest: dict[str, Any] = {"published": True, "name": f"Article {key}", **fields}
    return Listing(key=key, offers=[Offer(**own)], **rest)


def variable(key: str = "PLAID", values: tuple[str, ...] = ("Ocre", "Sauge"), **fields: Any) -> Listing:
    offers = [
        Offer(key=f"{key}|{n}", sku=f"{key}-{value}", options={"Couleur": value}, price=price("59"))
        for n, value in enumerate(values)
    ]
    return Listing(
        **{"key": key, "published": True, "name": "Plaid", "axes": ["Couleur"], "offers": offers, **fields}
    )


def create(record: Listing) -> Change:
    return Change("create", record.key, record)


def update(record: Listing, previous: Listing, known: Outcome) -> Change:
    return Change("update", record.key, record, previous, known.target, known.targets)


def put(shop: DemoShop, record: Listing) -> Outcome:
    (outcome,) = write(shop, create(record))
    assert outcome.problem is None, outcome.problem
    return outcome


def code(outcome: Outcome) -> str:
    assert outcome.problem is not None
    return outcome.problem.message.code


# ------------------------------------------------------------------------------------------- few requests


def many_products(shop: DemoShop, number: int) -> list[int]:
    with shop.shop.database.write() as db:
        body = {"regular_price": "10", "manage_stock": True, "stock_quantity": 5}
        return [
            shop.shop.catalogue.create(db, {**body, "name": f"Article {n}", "sku": f"A{n:05}-REF"})["id"]
            for n in range(number)
        ]


def test_ten_thousand_price_changes_take_a_hundred_write_requests_and_no_look_up(shop: DemoShop) -> None:
    ids = many_products(shop, 10_000)
    before = [simple(f"A{n:05}", "10") for n in range(10_000)]
    after = [simple(f"A{n:05}", "10.50") for n in range(10_000)]
    changes = [
        Change("update", new.key, new, old, str(number), {new.key: str(number)})
        for new, old, number in zip(after, before, ids, strict=True)
    ]
    shop.reset_log()
    opened = connector(shop)
    outcomes = list(opened.write("listings", changes))
    log = shop.log()
    assert 10_000 == sum(outcome.done for outcome in outcomes)
    assert (100, 10_000) == (log["write_requests"], log["writes"])
    assert log["requests"] <= 105
    assert "10.5" == shop.get(f"products/{ids[-1]}")["regular_price"]

    shop.reset_log()
    unchanged = [replace(change, record=change.record, previous=change.record) for change in changes]
    assert all(outcome.done for outcome in opened.write("listings", unchanged))
    assert 0 == shop.log()["requests"]


def test_three_hundred_price_changes_take_three_write_requests(shop: DemoShop) -> None:
    ids = many_products(shop, 300)
    changes = [
        Change("update", f"A{n:05}", simple(f"A{n:05}", "11"), simple(f"A{n:05}", "10"), str(number))
        for n, number in enumerate(ids)
    ]
    shop.reset_log()
    assert all(outcome.done for outcome in write(shop, *changes))
    assert 3 == shop.log()["write_requests"]
    assert 5 == shop.log()["requests"]


def test_a_hundred_creations_take_one_look_up_and_one_write(shop: DemoShop) -> None:
    shop.reset_log()
    outcomes = write(shop, *(create(simple(f"N{n}")) for n in range(100)))
    assert all(outcome.done and not outcome.existed for outcome in outcomes)
    assert 1 == shop.log()["write_requests"]
    assert 1 == sum(entry["path"].endswith("/products") for entry in shop.log()["entries"])


def test_stock_of_variations_is_sent_in_one_call_per_parent_without_asking(shop: DemoShop) -> None:
    known = [put(shop, variable(f"P{n}", ("A", "B", "C"))) for n in range(2)] + [put(shop, simple())]
    targets = {key: target for outcome in known for key, target in outcome.targets.items()}
    shop.reset_log()
    changes = [
        Change("update", key, Availability(key=key, quantity=Decimal("4.9"), product="x"), target=target)
        for key, target in targets.items()
    ]
    assert all(outcome.done for outcome in write(shop, *changes, stream="availability"))
    log = shop.log()
    assert (3, 3, 7) == (log["requests"], log["write_requests"], log["writes"])
    parent, _, variation = targets["P0|1"].partition(":")
    assert 4 == shop.get(f"products/{parent}/variations/{variation}")["stock_quantity"]


def test_negative_stock_is_no_stock_unless_one_may_order_in_advance(shop: DemoShop) -> None:
    known = put(shop, simple())
    for backorders, expected in ((False, 0), (True, -3)):
        record = Availability(key="VASE", quantity=Decimal(-3), product="VASE", backorders=backorders)
        write(shop, Change("update", "VASE", record, target=known.targets["VASE"]), stream="availability")
        assert expected == shop.get(f"products/{known.target}")["stock_quantity"]


def test_stock_of_what_is_not_published_is_refused_by_name(shop: DemoShop) -> None:
    record = Availability(key="VASE", quantity=Decimal(3), product="VASE")
    (outcome,) = write(shop, Change("create", "VASE", record), stream="availability")
    assert "woocommerce.not_published" == code(outcome)


# ------------------------------------------------------------------------------------------- never twice


@pytest.mark.parametrize("record", [simple(), variable()], ids=["simple", "variable"])
def test_a_creation_whose_answer_was_lost_makes_one_product(shop: DemoShop, record: Listing) -> None:
    shop.fault(kind="cut_after", match="products/batch")
    with pytest.raises(TransientError):
        write(shop, create(record))
    (outcome,) = write(shop, create(record))
    assert outcome.done
    assert outcome.existed
    assert 1 == len(shop.get("products"))
    assert {offer.key for offer in record.offers} == set(outcome.targets)


def test_a_death_between_parent_and_variations_is_repaired(shop: DemoShop) -> None:
    shop.fault(kind="cut_before", match="variations/batch")
    with pytest.raises(TransientError):
        write(shop, create(variable()))
    (outcome,) = write(shop, create(variable()))
    assert outcome.done
    (parent,) = shop.get("products")
    assert 2 == len(shop.get(f"products/{parent['id']}/variations"))


def test_a_lost_answer_of_the_variations_makes_none_twice(shop: DemoShop) -> None:
    shop.fault(kind="cut_after", match="variations/batch")
    with pytest.raises(TransientError):
        write(shop, create(variable()))
    (outcome,) = write(shop, create(variable()))
    assert outcome.done
    assert 2 == len(shop.get(f"products/{outcome.target}/variations"))


def test_a_product_of_the_shop_is_taken_over_by_its_sku(shop: DemoShop) -> None:
    mine = shop.post("products", {"name": "Ancien nom", "sku": "vase-ref", "description": "Écrite ici"})
    outcome = put(shop, simple())
    assert outcome.existed
    assert str(mine["id"]) == outcome.target
    row = shop.get(f"products/{mine['id']}")
    assert ("Article VASE", "<p>Écrite ici</p>") == (row["name"], f"<p>{row['description']}</p>")


def test_a_sku_of_another_article_is_refused_and_named(shop: DemoShop) -> None:
    first = put(shop, simple("VASE"))
    (outcome,) = write(shop, create(simple("AUTRE", sku="VASE-REF")))
    assert "woocommerce.sku_taken" == code(outcome)
    assert outcome.problem is not None
    assert "sku" == outcome.problem.field
    assert str(first.target) in outcome.problem.message.fr


def test_two_articles_of_one_batch_with_one_sku_are_one_done_and_one_refused(shop: DemoShop) -> None:
    outcomes = write(shop, create(simple("A", sku="X")), create(simple("B", sku="X")))
    assert [True, False] == [outcome.done for outcome in outcomes]
    assert "woocommerce.sku_taken" == code(outcomes[1])


def test_a_product_in_the_trash_comes_back_instead_of_blocking_its_sku(shop: DemoShop) -> None:
    known = put(shop, simple())
    (gone,) = write(shop, Change("delete", "VASE", target=known.target))
    assert gone.done
    assert "trash" == shop.get(f"products/{known.target}")["status"]
    again = put(shop, simple())
    assert known.target == again.target
    assert "publish" == shop.get(f"products/{known.target}")["status"]


def test_deleting_for_good_leaves_nothing(shop: DemoShop) -> None:
    known = put(shop, simple())
    write(shop, Change("delete", "VASE", target=known.target), delete_for_good=True)
    assert [] == shop.get("products", status="trash")


def test_a_simple_article_is_not_made_of_a_product_with_variations(shop: DemoShop) -> None:
    shop.post("products", {"name": "Vase", "sku": "VASE-REF", "type": "variable"})
    (outcome,) = write(shop, create(simple()))
    assert "woocommerce.variable_in_shop" == code(outcome)


def test_a_sku_of_a_variation_is_named_with_its_product(shop: DemoShop) -> None:
    known = put(shop, variable("PLAID"))
    (outcome,) = write(shop, create(simple(sku="PLAID-Ocre")))
    assert "woocommerce.sku_elsewhere" == code(outcome)
    assert outcome.problem is not None
    assert str(known.target) in outcome.problem.message.en


def test_a_sku_with_a_comma_is_found_again(shop: DemoShop) -> None:
    records = [simple("A", sku="VIS 3,5"), simple("B", sku="VIS 3")]
    first = write(shop, *map(create, records))
    again = write(shop, *map(create, records))
    assert [outcome.target for outcome in first] == [outcome.target for outcome in again]
    assert all(outcome.existed for outcome in again)


def test_stale_caches_of_the_host_are_not_read(shop: DemoShop) -> None:
    opened = connector(shop)
    list(opened.read("listings"))
    shop.fault(kind="stale", count=-1)
    known = put(shop, simple())
    assert [known.target] == [record.key for page in opened.read("listings") for record in page.records]


# ----------------------------------------------------------------------------- only what differs, and nobody else's


def test_an_update_sends_only_the_field_that_differs(shop: DemoShop) -> None:
    record = simple(summary="Un vase", weight_g=Decimal(1200))
    known = put(shop, record)
    shop.put(
        f"products/{known.target}", {"name": "Retouché ici", "short_description": "Ici aussi", "weight": "9"}
    )
    (outcome,) = write(shop, update(replace(record, description="Nouvelle"), record, known))
    row = shop.get(f"products/{known.target}")
    assert outcome.done
    assert ["Retouché ici", "Ici aussi", "9", "Nouvelle"] == [
        row[name] for name in ("name", "short_description", "weight", "description")
    ]


def test_attributes_that_the_shop_added_survive_a_change_of_ours(shop: DemoShop) -> None:
    record = variable(features={"Matière": ["Laine"], "Lavage": ["30°"], "Saison": ["Hiver"]})
    known = put(shop, record)
    attributes = shop.get(f"products/{known.target}")["attributes"]
    theirs = {"name": "Coup de cœur", "options": ["Oui"], "visible": True}
    shop.put(f"products/{known.target}", {"attributes": [*attributes, theirs]})
    later = replace(record, features={"Matière": ["Laine", "Lin"], "Lavage": []})
    (outcome,) = write(shop, update(later, record, known))
    assert outcome.done
    found = {
        a["name"]: (a["options"], a["variation"]) for a in shop.get(f"products/{known.target}")["attributes"]
    }
    assert {
        "Couleur": (["Ocre", "Sauge"], True),
        "Matière": (["Laine", "Lin"], False),
        "Saison": (["Hiver"], False),
        "Coup de cœur": (["Oui"], False),
    } == found


def test_a_global_attribute_is_used_where_the_shop_has_one(shop: DemoShop) -> None:
    made = shop.post("products/attributes", {"name": "Couleur"})
    known = put(shop, variable())
    row = shop.get(f"products/{known.target}")
    assert made["id"] == row["attributes"][0]["id"]
    options = [
        v["attributes"][0]["option"] for v in shop.get(f"products/{known.target}/variations", order="asc")
    ]
    assert ["Ocre", "Sauge"] == options


def test_a_new_value_of_an_axis_becomes_a_variation_and_a_lost_one_is_withdrawn(shop: DemoShop) -> None:
    before, after = variable(values=("Ocre", "Sauge")), variable(values=("Ocre", "Nuit"))
    after = replace(after, offers=[after.offers[0], replace(after.offers[1], key="PLAID|9")])
    known = put(shop, before)
    (outcome,) = write(shop, update(after, before, known))
    assert outcome.done
    rows = {row["sku"]: row for row in shop.get(f"products/{known.target}/variations")}
    assert {"PLAID-Ocre": "publish", "PLAID-Sauge": "private", "PLAID-Nuit": "publish"} == {
        sku: row["status"] for sku, row in rows.items()
    }
    assert f"{known.target}:{rows['PLAID-Nuit']['id']}" == outcome.targets["PLAID|9"]
    assert "Nuit" == rows["PLAID-Nuit"]["attributes"][0]["option"]


def test_categories_are_made_once_at_each_level(shop: DemoShop) -> None:
    shop.post("products/categories", {"name": "maison & jardin"})
    paths = [["Maison & Jardin", "Cuisine"], ["Maison & Jardin", "Salon", "Coussins"]]
    outcomes = write(
        shop, *(create(simple(f"A{n}", categories=[paths[n % 2]], tags=["Été", "Lin"])) for n in range(4))
    )
    assert all(outcome.done for outcome in outcomes)
    names = sorted(row["name"] for row in shop.get("products/categories"))
    assert ["Coussins", "Cuisine", "Salon", "maison &amp; jardin"] == names
    assert [("Coussins", ["Lin", "Été"])] == [
        (row["categories"][0]["name"], [tag["name"] for tag in row["tags"]])
        for row in [shop.get(f"products/{outcomes[1].target}")]
    ]
    again = write(shop, create(simple("Z", categories=paths, tags=["été"], brand="Tilleul")))
    assert again[0].done
    assert 4 == len(shop.get("products/categories"))


def test_a_brand_is_an_attribute_where_the_shop_has_no_brands(shop: DemoShop) -> None:
    shop.option(features=["global_unique_id"])
    record = simple(brand="Tilleul", features={"Matière": ["Grès"]})
    known = put(shop, record)
    write(shop, update(replace(record, brand="Chêne"), record, known))
    names = {a["name"]: a["options"] for a in shop.get(f"products/{known.target}")["attributes"]}
    assert {"Matière": ["Grès"], "Marque": ["Chêne"]} == names


def test_a_reduced_price_is_crossed_out(shop: DemoShop) -> None:
    record = simple()
    known = put(shop, record)
    offer = replace(record.offers[0], price=price("19.90", before=Decimal("29.90")))
    write(shop, update(replace(record, offers=[offer]), record, known))
    row = shop.get(f"products/{known.target}")
    assert ("29.9", "19.9", "19.9") == tuple(row[name] for name in ("regular_price", "sale_price", "price"))


def test_without_a_price_the_article_is_shown_and_cannot_be_bought(shop: DemoShop) -> None:
    record = simple()
    known = put(shop, record)
    write(shop, update(replace(record, offers=[replace(record.offers[0], price=None)]), record, known))
    row = shop.get(f"products/{known.target}")
    assert ("", False) == (row["price"], row["purchasable"])


def test_withdrawing_hides_and_does_not_delete(shop: DemoShop) -> None:
    record = simple()
    known = put(shop, record)
    write(shop, update(replace(record, published=False), record, known))
    assert "draft" == shop.get(f"products/{known.target}")["status"]


def test_custom_values_are_changed_one_by_one(shop: DemoShop) -> None:
    record = simple(custom={"collection": "2026", "pieces": 3, "saison": "hiver"}, mpn="T-1")
    known = put(shop, record)
    theirs = {"meta_data": [{"key": "note_du_site", "value": "coup de cœur"}]}
    shop.put(f"products/{known.target}", theirs)
    write(shop, update(replace(record, custom={"pieces": 4, "collection": None}), record, known))
    meta = {m["key"]: m["value"] for m in shop.get(f"products/{known.target}")["meta_data"]}
    assert {
        "_raccord_key": "VASE",
        "_raccord_mpn": "T-1",
        "saison": "hiver",
        "pieces": 4,
        "note_du_site": "coup de cœur",
    } == meta


def test_backslashes_survive_wordpress(shop: DemoShop) -> None:
    known = put(shop, simple(name=r"Vis 3\5", description=r"C:\maison"))
    row = shop.get(f"products/{known.target}")
    assert (r"Vis 3\5", r"C:\maison") == (row["name"], row["description"])


# ----------------------------------------------------------------------------------------------- pictures


def picture(base: str, digest: str, **others: Any) -> Picture:
    return Picture(**{"digest": digest, "url": f"{base}/{digest}.png", "alt": "Vue de face", **others})


def test_a_picture_is_sent_once_and_then_kept_by_its_number(shop: DemoShop, pictures: str) -> None:
    first, second = picture(pictures, "a" * 32), picture(pictures, "b" * 32, position=1)
    record = simple(pictures=[first])
    known = put(shop, record)
    (before,) = shop.get(f"products/{known.target}")["images"]
    write(
        shop,
        update(
            replace(record, pictures=[replace(second, position=0), replace(first, position=1)]), record, known
        ),
    )
    images = shop.get(f"products/{known.target}")["images"]
    assert 2 == len(images)
    assert before["id"] == images[1]["id"]
    assert 2 == shop.shop.database.read().execute("SELECT count(*) FROM media").fetchone()[0]


def test_pictures_that_the_shop_added_stay_behind_ours(shop: DemoShop, pictures: str) -> None:
    record = simple(pictures=[picture(pictures, "a" * 32)])
    known = put(shop, record)
    (ours,) = shop.get(f"products/{known.target}")["images"]
    shop.put(
        f"products/{known.target}", {"images": [{"id": ours["id"]}, {"src": f"{pictures}/ambiance.png"}]}
    )
    write(shop, update(replace(record, pictures=[picture(pictures, "c" * 32)]), record, known))
    names = [image["name"] for image in shop.get(f"products/{known.target}")["images"]]
    assert ["Vue de face [cccccccccccc]", "ambiance"] == names


def test_variations_share_one_picture(shop: DemoShop, pictures: str) -> None:
    shared = picture(pictures, "d" * 32)
    record = variable(values=("Ocre", "Sauge", "Nuit"))
    record = replace(record, offers=[replace(offer, pictures=[shared]) for offer in record.offers])
    known = put(shop, record)
    images = {row["image"]["id"] for row in shop.get(f"products/{known.target}/variations")}
    assert 1 == len(images)
    assert 1 == shop.shop.database.read().execute("SELECT count(*) FROM media").fetchone()[0]


def test_a_picture_that_cannot_be_fetched_is_named_and_stops_nobody_else(
    shop: DemoShop, pictures: str
) -> None:
    bad = simple("A", pictures=[Picture(digest="e" * 32, url=f"{pictures}/missing.png")])
    outcomes = write(shop, create(bad), create(simple("B")))
    assert [False, True] == [outcome.done for outcome in outcomes]
    assert outcomes[0].problem is not None
    assert ("woocommerce.picture_refused", "pictures") == (code(outcomes[0]), outcomes[0].problem.field)


def test_products_with_new_pictures_travel_ten_at_a_time(shop: DemoShop, pictures: str) -> None:
    shop.reset_log()
    records = [simple(f"A{n}", pictures=[picture(pictures, f"{n:032}")]) for n in range(25)]
    assert all(outcome.done for outcome in write(shop, *map(create, records)))
    assert [10, 10, 5] == [e["items"] for e in shop.log()["entries"] if e["path"].endswith("products/batch")]


# ------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("record", "expected", "field"),
    [
        (simple(ean="3760000000001"), "woocommerce.ean_wrong", "ean"),
        (simple(ean="ABC"), "woocommerce.ean_wrong", "ean"),
        (simple(name=" "), "woocommerce.no_name", "name"),
        (simple(name="é" * 40_000), "woocommerce.too_long", "name"),
        (simple(sku="A  B"), "woocommerce.sku_altered", "sku"),
        (simple(sku="A" * 101), "woocommerce.sku_altered", "sku"),
        (simple(tax_class="taux-lunaire"), "woocommerce.tax_class_unknown", "tax_class"),
        (simple(tax_rate=Decimal("7.7")), "woocommerce.tax_class_unknown", "tax_rate"),
        (simple(categories=[["Maison", "x" * 201]]), "woocommerce.term_refused", "categories"),
        (Listing(key="VIDE", published=True, name="Vide", offers=[]), "woocommerce.no_offer", "offers"),
        (simple(pictures=[Picture(digest="f" * 32)]), "woocommerce.picture_without_address", "pictures"),
    ],
)
def test_a_bad_record_is_refused_by_field_and_the_good_ones_go_on(
    shop: DemoShop, record: Listing, expected: str, field: str
) -> None:
    outcomes = write(shop, create(simple("BON1")), create(record), create(simple("BON2")))
    assert [True, False, True] == [outcome.done for outcome in outcomes]
    assert outcomes[1].problem is not None
    assert (expected, field) == (code(outcomes[1]), outcomes[1].problem.field)


def test_a_price_in_the_wrong_mode_or_currency_is_refused(shop: DemoShop) -> None:
    record = simple()
    for wrong, expected in (
        (price("1", tax_included=False), "woocommerce.price_mode"),
        (price("1", currency="USD"), "woocommerce.currency"),
    ):
        (outcome,) = write(shop, create(replace(record, offers=[replace(record.offers[0], price=wrong)])))
        assert expected == code(outcome)


def test_a_barcode_of_another_article_is_refused_with_its_holder(shop: DemoShop) -> None:
    first = put(shop, simple("A", ean="3017620422003"))
    (outcome,) = write(shop, create(simple("B", ean="3017620422003")))
    assert "woocommerce.ean_taken" == code(outcome)
    assert outcome.problem is not None
    assert str(first.target) in outcome.problem.message.fr


def test_the_tax_class_is_found_by_its_rate(shop: DemoShop) -> None:
    known = write(
        shop,
        *(create(simple(f"T{n}", tax_rate=Decimal(rate))) for n, rate in enumerate(("20", "5.5", "2.1"))),
    )
    classes = [shop.get(f"products/{outcome.target}")["tax_class"] for outcome in known]
    assert ["", "taux-reduit", "taux-particulier"] == classes


def test_a_refused_variation_is_the_listings_problem_and_the_others_are_kept(shop: DemoShop) -> None:
    put(shop, simple("X", sku="PLAID-Sauge"))
    (outcome,) = write(shop, create(variable()))
    assert "woocommerce.sku_taken" == code(outcome)
    assert {"PLAID|0"} == set(outcome.targets)


def test_an_update_of_a_deleted_product_says_that_it_is_gone(shop: DemoShop) -> None:
    record = simple()
    known = put(shop, record)
    shop.delete(f"products/{known.target}", force="true")
    (outcome,) = write(shop, update(replace(record, name="Autre"), record, known))
    assert "woocommerce.gone" == code(outcome)


# ----------------------------------------------------------------------------------------- a shop that misbehaves


def test_a_batch_refused_as_too_large_is_halved_until_it_passes(shop: DemoShop) -> None:
    ids = many_products(shop, 8)
    changes = [
        Change("update", f"A{n:05}", simple(f"A{n:05}", "11"), simple(f"A{n:05}", "10"), str(number))
        for n, number in enumerate(ids)
    ]
    shop.fault(kind="status", status=413, count=3, match="batch")
    assert all(outcome.done for outcome in write(shop, *changes))
    assert {"11"} == {row["regular_price"] for row in shop.get("products")}


def test_updates_are_repeated_when_the_shop_is_busy_and_creations_are_not(shop: DemoShop) -> None:
    record = simple()
    known = put(shop, record)
    shop.fault(kind="status", status=503, count=2, match="batch", retry_after="1")
    assert write(shop, update(replace(record, name="Autre"), record, known))[0].done
    shop.fault(kind="status", status=429, match="batch", retry_after="90")
    with pytest.raises(TransientError) as caught:
        write(shop, create(simple("NOUVEAU")))
    assert 90.0 == caught.value.retry_after


def test_outcomes_known_before_a_failure_are_given(shop: DemoShop) -> None:
    ids = many_products(shop, 150)
    changes = [
        Change("update", f"A{n:05}", simple(f"A{n:05}", "11"), simple(f"A{n:05}", "10"), str(number))
        for n, number in enumerate(ids)
    ]
    shop.fault(kind="status", status=503, count=-1, match="batch", skip=1)
    known: list[Outcome] = []
    with pytest.raises(TransientError):
        known.extend(connector(shop).write("listings", changes))
    assert 100 == len(known)


def test_warnings_of_php_before_the_answer_are_read_over(shop: DemoShop) -> None:
    shop.fault(kind="notice", count=-1)
    assert write(shop, create(simple()))[0].done


def test_a_maintenance_page_is_transient(shop: DemoShop) -> None:
    shop.fault(kind="html", count=-1)
    with pytest.raises(TransientError):
        write(shop, create(simple()))


def test_a_key_that_may_only_read_stops_the_connection(shop: DemoShop) -> None:
    with shop.shop.database.write() as db:
        db.execute("UPDATE api_keys SET permissions = 'read'")
    try:
        with pytest.raises(ConfigError):
            write(shop, create(simple()))
    finally:
        with shop.shop.database.write() as db:
            db.execute("UPDATE api_keys SET permissions = 'read_write'")


# -------------------------------------------------------------------------------------------------- reading


def test_what_was_published_is_read_back(shop: DemoShop) -> None:
    record = variable(
        name="Plaid « Été » & Co",
        categories=[["Maison", "Salon"]],
        features={"Matière": ["Laine"]},
        brand="Tilleul",
        tags=["Doux"],
        tax_class="taux-reduit",
        custom={"collection": "2026"},
    )
    known = put(shop, record)
    (page, *_) = connector(shop).read("listings")
    (found,) = page.records
    assert isinstance(found, Listing)
    assert known.target == found.key
    for name in (
        "name",
        "published",
        "axes",
        "categories",
        "features",
        "brand",
        "tags",
        "tax_class",
        "custom",
    ):
        assert getattr(record, name) == getattr(found, name), name
    assert [(o.sku, o.options, o.price) for o in record.offers] == [
        (o.sku, o.options, o.price) for o in found.offers
    ]
    assert sorted(known.targets.values()) == sorted(offer.key for offer in found.offers)


def test_a_change_of_a_variation_alone_is_seen(shop: DemoShop) -> None:
    known = put(shop, variable())
    other = put(shop, simple())
    opened = connector(shop)
    with shop.shop.database.write() as db:
        db.execute("UPDATE products SET modified = '2020-01-01T00:00:00'")
        db.execute("UPDATE products SET modified = ? WHERE sku = 'PLAID-Ocre'", (now(),))
    cursor = [page.cursor for page in opened.read("listings")][-1]
    assert cursor is not None
    since = [
        record.key for page in opened.read("listings", Selection(since=cursor)) for record in page.records
    ]
    assert [known.target] == since
    assert other.target not in since
