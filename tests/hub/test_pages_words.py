"""What pages are made of: addresses of any key, names of fields, the lineage of a value, the steps of an order."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Request, get
from litestar.params import FromPath
from litestar.testing import RequestFactory, TestClient

from raccord.catalogue.lineage import Teller
from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.default_mapping import default_mapping
from raccord.core.rules import Mapping, Rule
from raccord.core.steps import Formula, When
from raccord.front.i18n import Formats, typographic
from raccord.front.links import address, key_of, quoted
from raccord.journal.fields import differences, title_of
from raccord_connectors.canonical import Listing, Offer, OfferPrice, Price, PriceSet, Product, encode

# ------------------------------------------------------------------------------------------------ addresses


@given(st.text(min_size=1, max_size=60).filter(lambda key: "\0" not in key))
def test_any_key_survives_its_way_through_an_address(key: str) -> None:
    request = RequestFactory().get("/")
    request.scope["raw_path"] = f"/t/x/catalogue/y/listings/{quoted(key)}".encode()
    assert key == key_of(request, 5)


@pytest.mark.parametrize(
    "key",
    ["A", "TAB|1/2 #é", "/", "//", "a//b/", "?x=1", "50%", ".", "..", "~", "~a", "a b", "+", "\\"],
)
def test_strange_keys_reach_their_page(key: str) -> None:
    @get("/c/{key:path}")
    async def page(request: Request[Any, Any, Any], key: FromPath[str]) -> str:
        return key_of(request, 1)

    with TestClient(Litestar([page])) as client:
        assert key == client.get(f"/c/{quoted(key)}?done=x").text


@pytest.mark.parametrize("key", [".", ".."])
def test_no_address_ends_in_dots_that_a_browser_would_resolve(key: str) -> None:
    assert quoted(key) not in (".", "..", "%2E", "%2e", "%2E%2E", "%2e%2e")


def test_an_address_tells_only_what_says_something() -> None:
    assert "/x?q=a+b&problems=1" == address("/x", q="a b", stream="", channel=None, problems=True, live=False)
    assert "/x" == address("/x", q="")


# ------------------------------------------------------------------------------------------------ languages


@pytest.mark.parametrize(
    ("plain", "printed"),
    [
        ("Commande 7 : oui", "Commande 7\u00a0: oui"),
        ("« Chaise »", "«\u00a0Chaise\u00a0»"),
        ("Vraiment ?", "Vraiment\u202f?"),
        ("attendez ; puis", "attendez\u202f; puis"),
        ("20 %", "20\u00a0%"),
        ("article %(n)s", "article %(n)s"),
        ("https://x.example", "https://x.example"),
    ],
)
def test_french_is_set_as_print_has_it(plain: str, printed: str) -> None:
    assert printed == typographic(plain)
    assert printed == typographic(printed)


def test_amounts_keep_the_decimals_that_the_erp_has() -> None:
    french, english = Formats("fr"), Formats("en")
    assert "640,00\u00a0€" == french.amount(Decimal("640"))
    assert "0,0125\u00a0€" == french.amount(Decimal("0.0125"))
    assert "€0.0125" == english.amount(Decimal("0.0125"))
    assert "£12.50" == english.amount(Decimal("12.5"), "GBP")


# --------------------------------------------------------------------------------------------- names of fields


@pytest.mark.parametrize(
    ("path", "fr", "en"),
    [
        ("name", "Désignation", "Name"),
        ("offers[TABLE].price.amount", "Prix (TABLE)", "Price (TABLE)"),
        ("offer.price", "Prix", "Price"),
        ("custom.MARQUE", "Champ libre (MARQUE)", "Custom field (MARQUE)"),
        ("item.ean", "Code-barres", "Bar code"),
        ("features.Couleur", "Caractéristiques (Couleur)", "Features (Couleur)"),
        ("xyz.abc", "xyz.abc", "xyz.abc"),
    ],
)
def test_fields_are_called_as_people_call_them(path: str, fr: str, en: str) -> None:
    assert (fr, en) == (title_of(path, "fr"), title_of(path, "en"))


def test_differences_are_told_field_by_field() -> None:
    found = differences(
        '{"name": "A", "active": true, "same": 1}', '{"name": "B", "active": false, "same": 1}', "fr"
    )
    assert [("Désignation", "A", "B"), ("Actif", "oui", "non")] == [
        (d.title, d.before, d.after) for d in found
    ]


def test_differences_that_are_told_already_by_path_are_told_again_alike() -> None:
    """The journal keeps `core.difference`'s own form for what was pushed."""
    found = differences('{"offers[T].price.amount": "1"}', '{"offers[T].price.amount": "2"}', "en")
    assert [("Price (T)", "1", "2")] == [(d.title, d.before, d.after) for d in found]


def test_a_record_that_came_is_told_by_all_its_fields() -> None:
    assert [("Name", None, "A")] == [
        (d.title, d.before, d.after) for d in differences(None, '{"name": "A"}', "en")
    ]


# -------------------------------------------------------------------------------------------------- lineage

PRODUCT = Product(key="T", sku=" T-1 ", name="Table", brand="", custom={"BOIS": "chêne"})
PRICES = {
    "T": PriceSet(
        key="T", product="T", prices=[Price(amount=Decimal("640"), tax_included=True, category="WEB")]
    )
}


def listing(amount: str) -> str:
    price = OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR")
    return encode(
        Listing(key="T", published=True, name="Table", offers=[Offer(key="T", sku="T-1", price=price)])
    ).decode()


def teller(mapping: Mapping) -> Teller:
    return Teller(mapping, ChannelSettings(prices=PriceRules(category="WEB")), PRODUCT, PRICES, Formats("en"))


def test_each_value_is_told_from_the_erp_to_the_shop() -> None:
    sheet, item = teller(default_mapping("sage100", "woocommerce")).parts(listing("640"), listing("590"))
    (name,) = [one for one in sheet.origins if one.target == "name"]
    assert ("Table", "Table", "Table", True) == (
        name.sources[0].value,
        name.desired,
        name.pushed,
        name.settled,
    )
    (price,) = [one for one in item.origins if one.target == "offer.price"]
    assert "€640.00 incl. tax (WEB)" == price.sources[0].value
    assert ("€640.00 incl. tax", "€590.00 incl. tax", False) == (price.desired, price.pushed, price.settled)


def test_what_is_empty_all_along_is_not_told_and_what_is_the_shops_is_named() -> None:
    told = teller(default_mapping("sage100", "woocommerce"))
    sheet, _ = told.parts(listing("640"), None)
    assert {"description", "brand", "slug"}.isdisjoint(one.target for one in sheet.origins)
    assert "SEO title" in told.left_to_shop()


def test_what_a_formula_and_a_condition_read_has_its_lineage() -> None:
    formula = Formula('product.name + custom.BOIS + product.tax.code + (stock.real == null ? "" : "!")')
    rule = Rule(target="offer.custom.x", steps=[When("item.sku"), formula])
    (_, item) = teller(Mapping([rule])).parts(listing("1"), None)
    (origin,) = item.origins
    assert {"Reference": " T-1 ", "Name": "Table", "Custom field (BOIS)": "chêne", "Tax code": None} == {
        source.title: source.value for source in origin.sources
    }


def test_a_merchants_own_field_has_its_lineage() -> None:
    rule = Rule(target="features.Bois", sources=["product.custom.BOIS"])
    (sheet, _) = teller(Mapping([rule])).parts(listing("1"), None)
    (origin,) = sheet.origins
    assert "chêne" == origin.sources[0].value
