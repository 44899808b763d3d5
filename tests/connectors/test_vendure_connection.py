"""Connecting to a real Vendure: what is missing is named, right by right; a session that ends is begun again."""

from decimal import Decimal
from typing import Any

import pytest

from raccord_connectors.canonical import Order, OrderUpdate
from raccord_connectors.contract import Change, ConfigError, Selection, TransientError
from raccord_connectors.shop.vendure import Vendure
from raccord_connectors.shop.vendure.rights import RIGHTS
from support.vendure.network import Switch, Tap
from support.vendure.records import (
    changed_offer,
    connect,
    create,
    fresh,
    price,
    simple,
    stock,
    with_variants,
    write,
)
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart
ENOUGH = sorted({right.any_of[0] for right in RIGHTS})
"""The permissions that the sentences ask for."""


@pytest.fixture(scope="module")
def shop() -> Shop:
    return shared_vendure()


def refusal(connector: Vendure) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        connector.check()
    connector.close()
    return caught.value


def rights_named(error: ConfigError) -> set[str]:
    return {right for right in ENOUGH for finding in error.findings if f"“{right}”" in finding.en}


def test_an_account_with_the_rights_that_we_ask_for_is_enough(shop: Shop) -> None:
    user, password = shop.account(*ENOUGH)
    connector = connect(shop, user=user, password=password)
    connector.check()
    assert "EUR" == connector.discover().currency
    known = create(connector, with_variants(fresh(), brand="Opinel", categories=[[fresh("Rayon")]]))
    offer = next(iter(known.targets))
    stock(connector, known, 3, offer=offer)
    order = shop.place_order({shop.variant_by_id(known.targets[offer]).sku: 1}).id
    assert all(list(connector.read(stream)) for stream in ("listings", "availability", "orders"))
    shipped = OrderUpdate(key=order, state="shipped", erp_document="BC1")
    changes = [Change("update", order, shipped, target=order)]
    assert [None] == [outcome.problem for outcome in write(connector, "order_updates", *changes)]
    delete = Change("delete", known.key, target=known.target)
    assert [None] == [outcome.problem for outcome in write(connector, "listings", delete)]


def test_a_key_with_the_rights_that_we_ask_for_is_enough(shop: Shop) -> None:
    # A key can have no right that its maker lacks: the superadmin makes it.
    connect(shop, user="", password="", api_key=shop.api_key(*ENOUGH)).check()


@pytest.mark.parametrize("by_key", [False, True], ids=["account", "key"])
def test_missing_rights_are_named_one_by_one(shop: Shop, by_key: bool) -> None:
    some = [right for right in ENOUGH if right not in ("UpdateOrder", "DeleteCatalog", "ReadPaymentMethod")]
    if by_key:
        connector = connect(shop, user="", password="", api_key=shop.api_key(*some))
    else:
        user, password = shop.account(*some)
        connector = connect(shop, user=user, password=password)
    error = refusal(connector)
    assert "vendure.rights_missing" == error.message.code
    assert {"UpdateOrder", "DeleteCatalog", "ReadPaymentMethod"} == rights_named(error)
    assert "suivre, expédier et annuler les commandes" in "".join(finding.fr for finding in error.findings)


@pytest.mark.parametrize("by_key", [False, True], ids=["account", "key"])
def test_all_rights_are_named_when_hardly_any_is_there(shop: Shop, by_key: bool) -> None:
    if by_key:
        connector = connect(shop, user="", password="", api_key=shop.api_key("ReadOrder"))
    else:
        user, password = shop.account("ReadOrder")
        connector = connect(shop, user=user, password=password)
    assert set(ENOUGH) - {"ReadOrder"} == rights_named(refusal(connector))


def test_checking_changes_nothing(shop: Shop) -> None:
    lists = ("products", "productVariants", "productOptionGroups", "facets", "assets", "orders")
    count = f"{{ {' '.join(f'{name} {{ totalItems }}' for name in lists)} }}"
    before = shop.admin(count)
    connect(shop, user="", password="", api_key=shop.api_key()).check()
    assert before == shop.admin(count)


@pytest.mark.parametrize(
    ("code", "field", "settings"),
    [
        ("vendure.login_refused", "password", {"password": "non"}),
        ("vendure.key_refused", "api_key", {"user": "", "password": "", "api_key": "non"}),
        ("vendure.wrong_channel", "channel_token", {"channel_token": "inconnu"}),
        ("vendure.unknown_language", "languages", {"languages": "fr, de"}),
        ("vendure.unknown_location", "stock_location", {"stock_location": "Entrepôt de Lyon"}),
        ("vendure.unknown_custom_field", "mpn_field", {"mpn_field": "reference"}),
        ("vendure.unknown_handler", "fulfillment_handler", {"fulfillment_handler": "colissimo"}),
    ],
)
def test_a_wrong_setting_is_named(shop: Shop, code: str, field: str, settings: dict[str, Any]) -> None:
    error = refusal(connect(shop, **settings))
    assert (code, field) == (error.message.code, error.field)


def test_a_second_channel_has_its_own_prices_and_orders(shop: Shop) -> None:
    token = shop.add_channel("grossistes", prices_include_tax=False)
    connector = connect(shop, channel_token=token)
    connector.check()
    record = simple(fresh())
    record = changed_offer(record, 0, price=price("10", tax_included=False))
    stock(connector, create(connector, record), 5)
    with shop.customer(token) as customer:
        customer.add(shop.variant(record.key).id, 2)
        customer.introduce("grossiste@example.test")
        customer.send_to()
        order = customer.pay()
    (page,) = list(connector.read("orders", Selection(keys=(order.id,))))
    (read,) = page.records
    assert isinstance(read, Order)
    assert (False, Decimal("24.92"), Decimal("29.90")) == (read.prices_include_tax, read.net, read.gross)


def test_no_credentials_at_all(shop: Shop) -> None:
    with pytest.raises(ConfigError) as caught:
        connect(shop, user="", password="")
    assert "vendure.no_credentials" == caught.value.message.code


def test_an_address_without_a_vendure_behind_it(shop: Shop) -> None:
    nothing_there = shop.admin_url.replace("admin-api", "autre-api")
    assert "connection.unexpected" == refusal(connect(shop, url=nothing_there)).message.code
    with pytest.raises(TransientError):
        connect(shop, transport=Switch(), url="http://127.0.0.1:9/admin-api").check()


def test_the_path_of_the_api_may_be_left_out(shop: Shop) -> None:
    connect(shop, url=shop.admin_url.removesuffix("/admin-api")).check()


def test_the_sandbox_address_must_be_allowed_expressly(shop: Shop) -> None:
    assert "connection.forbidden_address" == refusal(connect(shop, allow_private_address=False)).message.code


def test_a_session_that_was_ended_is_begun_again(shop: Shop) -> None:
    line = Tap()
    user, password = shop.account(*ENOUGH)
    connector = connect(shop, transport=line, user=user, password=password)
    connector.check()
    first = line.authorization
    shop.end_session(first)
    assert list(connector.read("availability")), "the same connector goes on"
    second = line.authorization
    assert first != second
    shop.end_session(second)
    create(connector, simple(fresh()))


def test_a_right_that_is_taken_away_later_stops_the_connection(shop: Shop) -> None:
    user, password = shop.account("ReadCatalog", "ReadOrder")
    connector = connect(shop, user=user, password=password)
    with pytest.raises(ConfigError) as caught:
        create(connector, simple(fresh()))
    assert ("vendure.forbidden", "createProduct") == (caught.value.message.code, caught.value.detail)


def test_what_the_shop_offers_is_discovered(shop: Shop) -> None:
    found = connect(shop).discover()
    assert (("fr", "en"), True) == (found.languages, found.prices_include_tax)
    assert {"Taux normal": "20", "Taux intermédiaire": "10", "Taux réduit": "5.5"} == {
        choice.title: choice.details["rate"] for choice in found.tax_classes
    }
    assert ({"carte", "virement"}, {"colissimo"}) == (
        {choice.key for choice in found.payment_methods},
        {choice.key for choice in found.carriers},
    )
    assert {"PaymentSettled", "Shipped", "Cancelled"} <= {choice.key for choice in found.order_statuses}
    fields = {(custom.stream, custom.name): (custom.title, custom.type) for custom in found.custom_fields}
    assert ("Code-barres", "text") == fields["listings", "offers.ean"]
    assert ("Poids (g)", "number") == fields["listings", "offers.weight"]
    assert ("SIRET", "text") == fields["orders", "customer.siret"]
    assert 1 == len(found.depots)


def test_categories_brands_and_characteristics_are_discovered(shop: Shop) -> None:
    connector = connect(shop)
    fields: dict[str, Any] = {
        "brand": "Le Creuset",
        "categories": [["Maison", "Cuisine"]],
        "features": {"Matière": ["Fonte"]},
    }
    create(connector, simple(fresh(), **fields))
    found = connector.discover()
    assert "Le Creuset" in {choice.title for choice in found.brands}
    assert {"Maison", "Maison > Cuisine"} <= {choice.title for choice in found.categories}
    assert "Fonte" in {one.title: one.values for one in found.features}["Matière"]


def test_what_no_custom_field_was_named_for_is_missing(shop: Shop) -> None:
    unnamed = connect(shop, ean_field="", height_field="")
    assert ("offer.ean", "offer.dimensions_mm") == unnamed.discover().missing_fields
