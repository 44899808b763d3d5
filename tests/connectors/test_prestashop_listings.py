"""What is particular to listings in PrestaShop: several rows in one call, parts that hang on a product, and all that its people
do beside us."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Availability, Listing, Offer, Picture, Tier
from raccord_connectors.contract import Change, TransientError
from sandbox.prestashop.buying import Refused
from sandbox.prestashop.prices import price_of
from sandbox.prestashop.testing import DemoPrestaShop, prestashop
from support.picture_server import picture_server
from support.prestashop_shop import an_article, change, connector, price, put, read, simple, sized


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as found:
        yield found


@pytest.fixture
def shop(served: DemoPrestaShop) -> DemoPrestaShop:
    served.reset()
    return served


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with picture_server() as address:
        yield address


# ------------------------------------------------------------------------------------------- several in one call


def test_three_hundred_products_take_forty_eight_requests_and_a_second_run_none(shop: DemoPrestaShop) -> None:
    """Ten in one call, two searches for each fifty, and six to learn what the shop is like."""
    listings = [simple(f"ART{number:03}", tax_rate=Decimal(20)) for number in range(300)]
    shop.reset_log()
    with_it = connector(shop)
    outcomes = list(with_it.write("listings", [Change("create", one.key, one) for one in listings]))
    assert [None] * 300 == [outcome.problem for outcome in outcomes]
    first = shop.log()
    assert (30 + 12 + 6, 30, 300) == (first["requests"], first["write_requests"], first["writes"])
    changes = [
        Change("update", one.key, one, one, outcome.target, outcome.targets)
        for one, outcome in zip(listings, outcomes, strict=True)
    ]
    shop.reset_log()
    assert all(outcome.done for outcome in with_it.write("listings", changes))
    assert 0 == shop.log()["requests"]


def test_fifty_quantities_are_one_question_and_one_call(shop: DemoPrestaShop) -> None:
    products = [an_article(shop, f"ART{number}", "1", stock=0) for number in range(50)]
    with_it = connector(shop)
    records = [Availability(key=f"A{p}", quantity=Decimal(p), product=f"A{p}") for p in products]
    changes = [Change("update", r.key, r, target=str(p)) for r, p in zip(records, products, strict=True)]
    list(with_it.write("availability", changes[:1]))  # by which it learns what the shop is like
    shop.reset_log()
    assert all(outcome.done for outcome in with_it.write("availability", changes))
    assert (2, 1, 49) == tuple(shop.log()[name] for name in ("requests", "write_requests", "writes"))
    assert str(products[7]) == shop.stock(products[7])["quantity"]


def test_a_row_that_prestashop_refuses_does_not_keep_the_others_of_its_call(shop: DemoPrestaShop) -> None:
    """It stops at the first bad row, and those before it are saved: they must not be made again."""
    bad = simple("MAUVAIS", description="<script>alert(1)</script>")
    outcomes = put(shop, simple("AVANT"), bad, simple("APRES"))
    assert [True, False, True] == [outcome.done for outcome in outcomes]
    problem = outcomes[1].problem
    assert problem is not None
    assert ("rejected", "description") == (problem.kind, problem.field)
    assert [1, 0, 1] == [len(shop.rows("products", reference=ref)) for ref in ("AVANT", "MAUVAIS", "APRES")]


def test_a_lost_answer_makes_no_product_twice(shop: DemoPrestaShop) -> None:
    shop.fault(kind="cut_after", method="POST", match="/api/products")
    with pytest.raises(TransientError):
        put(shop, simple("VASE"), sized("PULL"))
    outcomes = put(shop, simple("VASE"), sized("PULL"))
    assert [None, None] == [outcome.problem for outcome in outcomes]
    assert [1, 1] == [len(shop.rows("products", reference=ref)) for ref in ("VASE", "PULL")]
    assert 2 == len(shop.rows("combinations"))


@pytest.mark.parametrize("place", ["/api/combinations", "/api/specific_prices"])
def test_a_product_whose_parts_are_missing_is_hidden_and_finished_later(
    shop: DemoPrestaShop, place: str
) -> None:
    listing = sized("PULL")
    listing = replace(listing, offers=[replace(o, price=price("8", "10")) for o in listing.offers])
    shop.fault(kind="status", status=503, method="POST", match=place)
    with pytest.raises(TransientError):
        put(shop, listing)
    (begun,) = shop.rows("products", reference="PULL")
    assert ("0", "0") == (begun["state"], begun["active"])
    assert {} == read(shop, "listings"), "what is not finished is not read either"
    (outcome,) = put(shop, listing)
    assert (None, begun["id"]) == (outcome.problem, outcome.target)
    row = shop.product("PULL")
    assert ("1", "1", 2) == (row["state"], row["active"], len(shop.rows("combinations")))
    assert 2 == len(shop.rows("specific_prices"))


# ---------------------------------------------------------------------------------------------------- parts


def test_prices_are_what_each_customer_pays(shop: DemoPrestaShop) -> None:
    """A crossed-out price for all, a price for a group, and one from ten pieces on."""
    tiers = [Tier(Decimal("6"), group="Client"), Tier(Decimal("5"), Decimal(10))]
    listing = sized("PULL", tax_rate=Decimal(20))
    small, medium = listing.offers
    offers = [replace(small, price=price("8", "10")), replace(medium, price=price("12.5"), tiers=tiers)]
    (outcome,) = put(shop, replace(listing, offers=offers))
    product, combinations = (
        int(str(outcome.target)),
        [int(t.partition(":")[2]) for t in outcome.targets.values()],
    )

    def net(combination: int, quantity: int, group: int) -> Decimal:
        return price_of(shop.shop, shop.shop.database.read(), product, combination, quantity, group).net

    assert [Decimal("8"), Decimal("12.5")] == [net(combination, 1, 1) for combination in combinations]
    assert [Decimal("6"), Decimal("6")] == [net(combinations[1], 1, 3), net(combinations[1], 20, 3)]
    assert Decimal("5") == net(combinations[1], 10, 1)


def test_a_promotion_that_ended_is_taken_away_and_the_merchants_own_stay(shop: DemoPrestaShop) -> None:
    listing = replace(simple("VASE"), offers=[Offer(key="VASE", sku="VASE", price=price("8", "10"))])
    (known,) = put(shop, listing)
    product = int(str(known.target))
    common = {
        "id_product": product,
        "from_quantity": 1,
        "from": "0000-00-00 00:00:00",
        "to": "0000-00-00 00:00:00",
    }
    mine = shop.add(
        "specific_prices",
        price="-1",
        reduction="0.15",
        reduction_type="percentage",
        reduction_tax=1,
        **common,
    )
    later = replace(listing, offers=[replace(listing.offers[0], price=price("10"))])
    assert change(shop, later, listing, known).done
    assert [str(mine)] == [row["id"] for row in shop.rows("specific_prices", id_product=product)]


def test_a_variant_that_sleeps_keeps_its_id_and_cannot_be_bought(shop: DemoPrestaShop) -> None:
    listing = sized("PULL")
    (known,) = put(shop, listing)
    product, combination = (int(part) for part in known.targets["PULL|M"].split(":"))
    shop.set_stock(product, 20, combination)
    asleep = replace(listing, offers=[listing.offers[0], replace(listing.offers[1], active=False)])
    outcome = change(shop, asleep, listing, known)
    assert dict(known.targets) == dict(outcome.targets)
    with pytest.raises(Refused):
        shop.buy({(product, combination): 1})
    assert change(shop, listing, asleep, outcome).done
    shop.buy({(product, combination): 1})


def test_a_variant_that_went_is_gone_and_another_becomes_the_default(shop: DemoPrestaShop) -> None:
    listing = sized("PULL", ("S", "M", "L"))
    (known,) = put(shop, listing)
    later = replace(listing, offers=listing.offers[1:])
    outcome = change(shop, later, listing, known)
    assert {"PULL|M", "PULL|L"} == set(outcome.targets)
    left = {row["reference"]: row["default_on"] for row in shop.rows("combinations")}
    assert {"PULL-M": "1", "PULL-L": "0"} == left


def test_what_the_shops_people_added_to_lists_stays(shop: DemoPrestaShop) -> None:
    listing = simple("VASE", categories=[["Maison"]], features={"Matière": ["Grès"]}, tags=["déco"])
    (known,) = put(shop, listing)
    number = int(str(known.target))
    theirs = shop.add("categories", name="Coups de cœur", id_parent=2, active=1, link_rewrite="coups")
    feature = shop.add("product_features", name="Style")
    value = shop.add("product_feature_values", id_feature=feature, value="Ancien")
    linked = shop.row("products", number)["associations"]
    linked["categories"].append({"id": str(theirs)})
    linked["product_features"].append({"id": str(feature), "id_feature_value": str(value)})
    kept = {name: linked[name] for name in ("categories", "product_features", "tags")}
    shop.set("products", number, associations=kept)
    later = replace(listing, categories=[["Jardin"]], features={"Matière": ["Verre"]})
    assert change(shop, later, listing, known).done
    found = read(shop, "listings")[str(known.target)]
    assert [["Coups de cœur"], ["Jardin"]] == sorted(found.categories)
    assert {"Style": ["Ancien"], "Matière": ["Verre"]} == found.features
    assert ["déco"] == found.tags


def test_a_reference_with_two_holders_holds_the_article(shop: DemoPrestaShop) -> None:
    first, second = an_article(shop, "VASE", "1"), an_article(shop, "vase", "2")
    (outcome,) = put(shop, simple("VASE"))
    assert outcome.problem is not None
    assert ("rejected", "sku") == (outcome.problem.kind, outcome.problem.field)
    assert f"{first}, {second}" in outcome.problem.message.en


def test_a_simple_article_is_not_put_onto_a_product_with_variants(shop: DemoPrestaShop) -> None:
    put(shop, sized("PULL"))
    (outcome,) = put(shop, simple("PULL-S"))
    assert outcome.problem is not None
    assert "prestashop.other_shape" == outcome.problem.message.code


def test_a_sign_that_prestashop_forbids_is_named(shop: DemoPrestaShop) -> None:
    (outcome,) = put(shop, simple("VASE", name="Vase 30 cm # bleu"))
    assert outcome.problem is not None
    assert ("name", True) == (outcome.problem.field, "« # »" in outcome.problem.message.fr)


def test_a_notice_of_php_before_the_answer_does_no_harm(shop: DemoPrestaShop) -> None:
    an_article(shop, "VASE", "1")
    shop.fault(kind="notice", count=-1)
    assert ["VASE"] == [found.offers[0].sku for found in read(shop, "listings").values()]


# ------------------------------------------------------------------------------------------------- without PATCH


def test_without_patch_a_stock_row_stays_with_its_shop(shop: DemoPrestaShop) -> None:
    shop.configure(VERSION="1.7.8.11")
    number = an_article(shop, "VASE", "1")
    record = Availability(key="VASE", quantity=Decimal(7), product="VASE")
    (outcome,) = connector(shop).write("availability", [Change("update", "VASE", record, target=str(number))])
    assert outcome.done
    assert ("7", "1", "2") == tuple(
        shop.stock(number)[name] for name in ("quantity", "id_shop", "out_of_stock")
    )


def test_without_patch_every_language_and_every_other_field_stays(shop: DemoPrestaShop) -> None:
    shop.configure(VERSION="1.7.8.11")
    listing = simple("VASE", summary="Un vase")
    (known,) = put(shop, listing)
    number = int(str(known.target))
    shop.set(
        "products",
        number,
        name={"1": "Article VASE", "2": "Their vase"},
        wholesale_price="4.500000",
        upc="123",
    )
    before = shop.row("products", number)
    assert change(shop, replace(listing, name="Grand vase"), listing, known).done
    after = shop.row("products", number)
    assert {"1": "Grand vase", "2": "Their vase"} == after["name"]
    differing = {name for name in before if before[name] != after[name]} - {"date_upd"}
    assert {"name"} == differing


# ------------------------------------------------------------------------------------------------------ pictures


def view(pictures: str, digest: str, remote: str = "", position: int = 0) -> Picture:
    return Picture(digest=digest, url=f"{pictures}/{digest}.png", remote=remote, position=position)


def with_pictures(*found: Picture) -> Listing:
    return simple("VASE", pictures=list(found))


def test_only_what_changed_of_the_pictures_travels(shop: DemoPrestaShop, pictures: str) -> None:
    first = with_pictures(view(pictures, "aa"), view(pictures, "bb", position=1))
    (known,) = put(shop, first)
    number = int(str(known.target))
    images = [one["id"] for one in shop.row("products", number)["associations"]["images"]]
    assert {"aa": f"{number}:{images[0]}", "bb": f"{number}:{images[1]}"} == dict(known.media)
    assert images[0] == shop.row("products", number)["id_default_image"]
    remembered = with_pictures(
        view(pictures, "aa", known.media["aa"]), view(pictures, "bb", known.media["bb"], 1)
    )
    later = with_pictures(view(pictures, "bb", known.media["bb"]), view(pictures, "cc", position=1))
    shop.reset_log()
    outcome = change(shop, later, remembered, known)
    assert ["cc"] == list(outcome.media)
    left = [one["id"] for one in shop.row("products", number)["associations"]["images"]]
    assert [images[1], outcome.media["cc"].partition(":")[2]] == left
    assert images[1] == shop.row("products", number)["id_default_image"]


def test_a_picture_that_the_shops_people_added_stays(shop: DemoPrestaShop, pictures: str) -> None:
    first = with_pictures(view(pictures, "aa"))
    (known,) = put(shop, first)
    number = int(str(known.target))
    with shop.shop.database.write() as db:
        db.execute("INSERT INTO images VALUES (900, ?, 2, 0, 'png', X'89504E47')", (number,))
    remembered = with_pictures(view(pictures, "aa", known.media["aa"]))
    assert change(shop, with_pictures(), remembered, known).done
    assert ["900"] == [one["id"] for one in shop.row("products", number)["associations"]["images"]]


def test_one_picture_on_two_products_is_remembered_for_both(shop: DemoPrestaShop, pictures: str) -> None:
    (first,) = put(shop, with_pictures(view(pictures, "aa")))
    (second,) = put(shop, replace(simple("BOL"), pictures=[view(pictures, "aa", first.media["aa"])]))
    assert [str(first.target), str(second.target)] == [
        pair.partition(":")[0] for pair in second.media["aa"].split(",")
    ]


def test_a_picture_that_cannot_be_fetched_holds_its_article_only(shop: DemoPrestaShop) -> None:
    missing = Picture(digest="zz", url=f"{shop.url}/nothing-here.png")
    outcomes = put(shop, with_pictures(missing), simple("BOL"))
    assert [False, True] == [outcome.done for outcome in outcomes]
    assert outcomes[0].problem is not None
    assert "pictures" == outcomes[0].problem.field
    assert "0" == shop.product("VASE")["active"], "nobody sees half an article"
