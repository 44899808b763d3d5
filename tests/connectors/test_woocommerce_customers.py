"""Accounts of a WooCommerce shop: what the settings name is read and written, what they do not name is never touched."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from raccord_connectors.canonical import Address, Customer
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.shop.woocommerce import WooCommerce, WooCommerceSettings
from sandbox.shop.testing import DemoShop, demo_shop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    with demo_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def shop(served: DemoShop) -> DemoShop:
    served.reset()
    return served


BODY = {
    "email": "anne@carat.example", "first_name": "Anne", "last_name": "Durand",
    "billing": {"company": "Carat", "address_1": "3 rue Haute", "postcode": "69002", "city": "Lyon", "country": "FR",
                "phone": "04 78 00 00 00"},
    "shipping": {"address_1": "8 quai Bas", "postcode": "69002", "city": "Lyon", "country": "FR"},
    "meta_data": [{"key": "billing_siret", "value": "73282932000074"}, {"key": "naissance", "value": "01/05/1980"},
                  {"key": "lettre", "value": "yes"}, {"key": "metier", "value": "Fleuriste"}, {"key": "autre", "value": "x"}],
}  # fmt: skip
NAMED = {
    "customer_siret": "billing_siret", "customer_birthday": "naissance", "customer_subscriptions": "lettre, sms",
    "customer_custom": "metier",
}  # fmt: skip


def connector(shop: DemoShop, **settings: str) -> WooCommerce:
    chosen = msgspec.convert(shop.settings(**settings), WooCommerceSettings)
    return WooCommerce(chosen, transport=shop.transport(), sleep=lambda _: None)


def read(shop: DemoShop, *keys: str, **settings: str) -> list[Customer]:
    wanted = Selection(keys=keys) if keys else Selection()
    pages = connector(shop, **settings).read("customers", wanted)
    return [one for page in pages for one in page.records if isinstance(one, Customer)]


def write(
    shop: DemoShop, target: int, record: Customer, previous: Customer | None = None, **settings: str
) -> Outcome:
    change = Change("update", record.key, record, previous, str(target))
    (outcome,) = connector(shop, **settings).write("customers", [change])
    return outcome


def test_an_account_is_read_with_what_the_settings_name(shop: DemoShop) -> None:
    made = shop.post("customers", BODY)
    (found,) = read(shop, **NAMED)
    assert (str(made["id"]), "anne@carat.example", "Carat", "04 78 00 00 00") == (
        found.key, found.email, found.company, found.phone
    )  # fmt: skip
    assert (
        Address(company="Carat", line1="3 rue Haute", postal_code="69002", city="Lyon", country="FR")
        == found.billing
    )
    assert ["8 quai Bas"] == [one.line1 for one in found.deliveries]
    assert ("73282932000074", date(1980, 5, 1)) == (found.siret, found.birthday)
    assert ({"lettre": True}, {"metier": "Fleuriste"}) == (found.subscriptions, found.custom)
    assert not found.says("vat_number"), "no key is named for it: unknown, not empty"


def test_staff_are_nobodys_customers(shop: DemoShop) -> None:
    shop.post("customers", {"email": "moi@boutique.example", "role": "administrator"})
    shop.post("customers", {"email": "pro@example.org", "role": "subscriber"})
    assert ["pro@example.org"] == [one.email for one in read(shop)]


def test_what_the_erp_grants_is_written_where_a_theme_reads_it(shop: DemoShop) -> None:
    made = shop.post("customers", BODY)
    granted: dict[str, Any] = {
        "price_category": "3", "discount_percent": Decimal("7.50"), "credit_limit": Decimal(2000), "outstanding": Decimal(0),
        "on_account": True,
    }  # fmt: skip
    record = Customer(key="7", fields=sorted(granted), **granted)
    assert write(shop, made["id"], record).problem is None
    row = shop.get(f"customers/{made['id']}")
    meta = {one["key"]: one["value"] for one in row["meta_data"]}
    assert ("3", "7.5", "2000", "0", "yes", "x") == (
        meta["_raccord_price_category"], meta["_raccord_discount_percent"], meta["_raccord_credit_limit"],
        meta["_raccord_outstanding"], meta["_raccord_on_account"], meta["autre"],
    )  # fmt: skip
    assert (made["email"], made["billing"], made["shipping"]) == (
        row["email"],
        row["billing"],
        row["shipping"],
    )
    (found,) = read(shop, str(made["id"]))
    assert granted == {name: getattr(found, name) for name in granted}


def test_an_e_mail_address_that_another_account_has_is_told(shop: DemoShop) -> None:
    shop.post("customers", {"email": "luc@example.org"})
    made = shop.post("customers", BODY)
    record = Customer(key="7", email="luc@example.org", fields=["email"])
    outcome = write(shop, made["id"], record)
    assert outcome.problem is not None
    assert ("rejected", "email") == (outcome.problem.kind, outcome.problem.field)
    assert "luc@example.org" in outcome.problem.message.fr


def test_an_address_is_written_without_the_names_that_the_erp_lacks(shop: DemoShop) -> None:
    made = shop.post("customers", BODY)
    place = Address(line1="1 place Neuve", postal_code="42000", city="Saint-Étienne", country="FR")
    assert write(shop, made["id"], Customer(key="7", billing=place, fields=["billing"])).problem is None
    billing = shop.get(f"customers/{made['id']}")["billing"]
    assert ("Carat", "1 place Neuve", "04 78 00 00 00") == (
        billing["company"],
        billing["address_1"],
        billing["phone"],
    )


def test_the_settings_say_what_this_shop_holds(shop: DemoShop) -> None:
    held = connector(shop, **NAMED).discover().customer_fields
    assert held is not None
    assert {"siret", "birthday", "subscriptions", "custom", "credit_limit"} <= set(held)
    assert "vat_number" not in held


def test_an_order_names_the_account_that_bought(shop: DemoShop) -> None:
    account = shop.post("customers", BODY)
    product = shop.post("products", {"name": "Vase", "sku": "VASE", "regular_price": "29.90"})
    shop.buy({product["id"]: 1}, customer=account["id"])
    (page, *_) = connector(shop).read("orders", Selection())
    assert [str(account["id"])] == [one.buyer.key for one in page.records]  # type: ignore[attr-defined]
