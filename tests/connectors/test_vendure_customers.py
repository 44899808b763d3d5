"""Accounts of a real Vendure shop: read with addresses and custom fields; what is not spoken of is not touched."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from raccord_connectors.canonical import Address, Customer
from raccord_connectors.contract import Change, ConfigError, Outcome, Selection
from raccord_connectors.shop.vendure import Vendure
from support.vendure.records import connect, fresh, in_stock, simple, write
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart


@pytest.fixture(scope="module")
def shop() -> Shop:
    return shared_vendure()


@pytest.fixture(scope="module")
def connector(shop: Shop) -> Vendure:
    return connect(shop)


def read(connector: Vendure, key: str) -> Customer:
    (page,) = connector.read("customers", Selection(keys=(key,)))
    (found,) = page.records
    assert isinstance(found, Customer)
    return found


def update(connector: Vendure, record: Customer, previous: Customer | None = None) -> Outcome:
    (outcome,) = write(connector, "customers", Change("update", record.key, record, previous, record.key))
    return outcome


def test_an_account_is_read_with_its_addresses_and_custom_fields(shop: Shop, connector: Vendure) -> None:
    fields = {
        "siret": "73282932000074",
        "birthday": "1980-05-01T00:00:00.000Z",
        "newsletter": True,
        "job": "Fleuriste",
    }
    account = shop.make_account(f"{fresh().lower()}@example.test", title="Mme", customFields=fields)
    shop.add_place(account, fullName="Zoé Martin", company="Martin & Filles", defaultBillingAddress=True)
    shop.add_place(account, streetLine1="8 quai Bas", defaultShippingAddress=True)
    found = read(connector, account)
    assert ("mrs", "Zoé", "73282932000074", date(1980, 5, 1)) == (
        found.civility, found.first_name, found.siret, found.birthday
    )  # fmt: skip
    assert ({"newsletter": True}, {"job": "Fleuriste"}) == (found.subscriptions, found.custom)
    assert found.billing is not None
    assert ("Martin & Filles", "3 rue Haute") == (found.billing.company, found.billing.line1)
    assert ["8 quai Bas"] == [one.line1 for one in found.deliveries]
    assert not found.says("outstanding"), "no field is named for it: unknown, not empty"


def test_guests_are_nobodys_account(shop: Shop, connector: Vendure) -> None:
    account = shop.make_account(f"{fresh().lower()}@example.test")
    sku = in_stock(connector, simple(fresh()))
    with shop.customer() as guest:
        guest.add(shop.variant(sku).id)
        guest.introduce(email := f"{fresh().lower()}@example.test")
    read_all = [one for page in connector.read("customers") for one in page.records]
    assert account in {one.key for one in read_all}
    assert email not in {one.email for one in read_all}  # type: ignore[attr-defined]


def test_what_the_erp_grants_is_written_and_nothing_else(shop: Shop, connector: Vendure) -> None:
    account = shop.make_account(f"{fresh().lower()}@example.test", phoneNumber="0478000000")
    before = shop.customer_account(account)
    granted: dict[str, Any] = {
        "price_category": "3", "credit_limit": Decimal("2000.50"), "discount_percent": Decimal("7.5"), "on_account": True,
    }  # fmt: skip
    assert update(connector, Customer(key=account, fields=sorted(granted), **granted)).problem is None
    custom = {
        **before["customFields"],
        "priceCategory": "3",
        "creditLimit": "2000.5",
        "discount": 7.5,
        "onAccount": True,
    }
    assert {**before, "customFields": custom} == shop.customer_account(account)
    assert granted == {name: getattr(read(connector, account), name) for name in granted}


def test_addresses_are_changed_and_added_never_taken_away(shop: Shop, connector: Vendure) -> None:
    account = shop.make_account(f"{fresh().lower()}@example.test")
    shop.add_place(account, company="Martin & Filles", defaultBillingAddress=True)
    shop.add_place(account, streetLine1="8 quai Bas")
    moved = Address(line1="1 place Neuve", postal_code="42000", city="Saint-Étienne", country="FR")
    new = Address(
        line1="2 place Neuve", postal_code="42000", city="Saint-Étienne", country="FR", last_name="Dépôt"
    )
    record = Customer(key=account, billing=moved, deliveries=[new], fields=["billing", "deliveries"])
    for _ in range(2):
        assert update(connector, record).problem is None
    places = shop.customer_account(account)["addresses"]
    assert [
        ("Martin & Filles", "1 place Neuve", True),
        ("", "8 quai Bas", False),
        ("", "2 place Neuve", False),
    ] == [(one["company"] or "", one["streetLine1"], bool(one["defaultBillingAddress"])) for one in places]


def test_an_e_mail_address_that_another_account_has_is_told(shop: Shop, connector: Vendure) -> None:
    shop.make_account(taken := f"{fresh().lower()}@example.test")
    account = shop.make_account(f"{fresh().lower()}@example.test")
    outcome = update(connector, Customer(key=account, email=taken, fields=["email"]))
    assert outcome.problem is not None
    assert ("rejected", "email") == (outcome.problem.kind, outcome.problem.field)


def test_a_change_of_address_leaves_no_stamp_on_the_account(shop: Shop) -> None:
    """Why accounts are read whole: if this fails one day, reading what changed since can be offered."""
    account = shop.make_account(f"{fresh().lower()}@example.test")
    asked = "query($id: ID!) { customer(id: $id) { updatedAt } }"
    before = shop.admin(asked, id=account)["customer"]["updatedAt"]
    shop.add_place(account)
    assert before == shop.admin(asked, id=account)["customer"]["updatedAt"]


def test_a_field_that_the_server_does_not_have_is_named(shop: Shop) -> None:
    wrong = connect(shop, outstanding_field="nexistepas")
    with pytest.raises(ConfigError) as told:
        wrong.check()
    assert "nexistepas" in told.value.message.fr
