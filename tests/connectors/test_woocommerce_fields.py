"""Fields that WooCommerce keeps in its own ways: units, linked products, brands of older shops, what it has to choose from."""

import html
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer, OfferPrice
from raccord_connectors.contract import Change, Feature, Outcome, Selection
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings
from sandbox.shop.testing import DemoShop, demo_shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> Iterator[DemoShop]:
    served.reset()
    yield served
    served.reset()


def connector(shop: DemoShop, **settings: Any) -> WooCommerce:
    converted = msgspec.convert(shop.settings(**settings), WooCommerceSettings)
    return WooCommerce(converted, transport=shop.transport(), sleep=lambda _: None)


def write(shop: DemoShop, change: Change, **settings: Any) -> Outcome:
    opened = connector(shop, **settings)
    try:
        (outcome,) = opened.write("listings", [change])
    finally:
        opened.close()
    assert outcome.problem is None, outcome.problem
    return outcome


def listing(offer: dict[str, Any] | None = None, **fields: Any) -> Listing:
    price = OfferPrice(amount=Decimal("29.9"), tax_included=True, currency="EUR")
    made = Offer(**{"key": "VASE", "sku": "VASE-REF", "price": price, **(offer or {})})
    return Listing(key="VASE", published=True, name="Vase", offers=[made], **fields)


def create(shop: DemoShop, record: Listing, **settings: Any) -> Outcome:
    return write(shop, Change("create", record.key, record), **settings)


def update(shop: DemoShop, record: Listing, previous: Listing, known: Outcome, **settings: Any) -> Outcome:
    change = Change("update", record.key, record, previous, known.target, known.targets)
    return write(shop, change, **settings)


@pytest.mark.parametrize(("unit", "length"), [("mm", "254"), ("cm", "25.4"), ("m", "0.254"), ("in", "10")])
def test_dimensions_are_sent_in_the_unit_of_the_shop(shop: DemoShop, unit: str, length: str) -> None:
    shop.option(dimension_unit=unit)
    sides = (Decimal(254), Decimal(127), Decimal("50.8"))
    known = create(shop, listing({"dimensions_mm": sides}))
    assert length == shop.get(f"products/{known.target}")["dimensions"]["length"]
    (page,) = connector(shop).read("listings", Selection(keys=(str(known.target),)))
    (read,) = page.records
    assert isinstance(read, Listing)
    assert sides == read.offers[0].dimensions_mm


@pytest.mark.parametrize(
    ("choice", "field", "other"),
    [("upsells", "upsell_ids", "cross_sell_ids"), ("cross_sells", "cross_sell_ids", "upsell_ids")],
)
def test_related_articles_go_where_the_merchant_chose(
    shop: DemoShop, choice: str, field: str, other: str
) -> None:
    lamp = shop.post("products", {"name": "Lampe", "sku": "LAMPE"})["id"]
    known = create(shop, listing(related=[str(lamp)]), related_as=choice)
    row = shop.get(f"products/{known.target}")
    assert ([lamp], []) == (row[field], row[other])


def test_the_brand_of_an_older_shop_is_an_attribute_and_read_as_a_brand(shop: DemoShop) -> None:
    shop.option(features=[name for name in shop.shop.options.get("features") if name != "brands"])
    known = create(shop, listing(brand="Peugeot", features={"Matière": ["Verre"]}))
    (page,) = connector(shop).read("listings", Selection(keys=(str(known.target),)))
    (read,) = page.records
    assert isinstance(read, Listing)
    assert ("Peugeot", {"Matière": ["Verre"]}) == (read.brand, read.features)


def test_characteristics_that_became_the_shops_stay_when_an_axis_changes(shop: DemoShop) -> None:
    """WooCommerce keeps both in one list, which is replaced as a whole."""
    before = replace(
        listing({"options": {"Couleur": "Ocre"}}), axes=["Couleur"], features={"Matière": ["Verre"]}
    )
    known = create(shop, before)
    row = shop.get(f"products/{known.target}")
    for attribute in row["attributes"]:
        if attribute["name"] == "Matière":
            attribute["options"] = ["Verre soufflé"]
    shop.put(f"products/{known.target}", {"attributes": row["attributes"]})
    sauge = replace(before.offers[0], key="VASE|2", sku="VASE-S", options={"Couleur": "Sauge"})
    update(shop, replace(before, features=UNSET, offers=[*before.offers, sauge]), before, known)
    held = {a["name"]: a["options"] for a in shop.get(f"products/{known.target}")["attributes"]}
    assert {"Couleur": ["Ocre", "Sauge"], "Matière": ["Verre soufflé"]} == held


def test_discovery_tells_categories_brands_and_characteristics(shop: DemoShop) -> None:
    number = shop.post("products/attributes", {"name": "Matière d’assise"})["id"]
    for value in ("Chêne", "Hêtre & frêne"):
        shop.post(f"products/attributes/{number}/terms", {"name": value})
    home = shop.post("products/categories", {"name": "Salon d’été"})["id"]
    shop.post("products/categories", {"name": "Fauteuils", "parent": home})
    shop.post("products/brands", {"name": "Fermob & fils"})
    found = connector(shop).discover()
    assert Feature("Matière d’assise", ("Chêne", "Hêtre & frêne")) in found.features
    assert {"Salon d’été", "Salon d’été > Fauteuils"} <= {one.title for one in found.categories}
    assert "Fermob & fils" in {one.title for one in found.brands}


def test_discovery_tells_the_custom_fields_of_variations(shop: DemoShop) -> None:
    parent = shop.post("products", {"name": "Plaid", "sku": "PLAID", "type": "variable"})["id"]
    meta = [{"key": "lavage", "value": "30 °C"}]
    shop.post(f"products/{parent}/variations", {"sku": "PLAID-O", "meta_data": meta})
    shop.option(features=sorted({*shop.shop.options.get("features"), "variations_route"}))
    found = connector(shop).discover()
    assert "offers.lavage" in {field.name for field in found.custom_fields}


@pytest.mark.parametrize(("plugin", "missing"), [("none", ("seo_title", "seo_description")), ("yoast", ())])
def test_seo_is_missing_until_a_plug_in_is_chosen(
    shop: DemoShop, plugin: str, missing: tuple[str, ...]
) -> None:
    assert missing == connector(shop, seo_plugin=plugin).discover().missing_fields


def test_a_visitor_of_the_shop_sees_what_was_sent(shop: DemoShop) -> None:
    lamp = shop.post("products", {"name": "Lampe d’appoint", "sku": "LAMPE", "regular_price": "20"})["id"]
    sides = {"dimensions_mm": (Decimal(254), Decimal(125), Decimal(50))}
    fields: dict[str, Any] = {
        "brand": "Peugeot & fils", "tags": ["nouveauté"], "related": [str(lamp)], "features": {"Matière": ["Grès"]},
        "seo_title": "Vase soliflore en grès", "seo_description": "Un vase fait main.",
    }  # fmt: skip
    known = create(shop, listing(sides, **fields), seo_plugin="yoast")
    slug = shop.get(f"products/{known.target}")["slug"]
    page = html.unescape(httpx.get(f"{shop.url}/produit/{slug}", trust_env=False).text)
    for words in (
        "<title>Vase soliflore en grès", '<meta name="description" content="Un vase fait main.">', "Peugeot & fils",
        "25,4 × 12,5 × 5 cm", "#nouveauté", "Lampe d’appoint", "<dt>Matière</dt><dd>Grès</dd>",
    ):  # fmt: skip
        assert words in page
