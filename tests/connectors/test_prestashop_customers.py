"""Accounts of a PrestaShop's customers: what of them is the shop's stays, and who is a guest has none."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Customer
from raccord_connectors.contract import Change, Outcome
from sandbox.prestashop.testing import CUSTOMER, DemoPrestaShop, prestashop
from support.prestashop_shop import an_article, connector, read


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as found:
        yield found


@pytest.fixture
def shop(served: DemoPrestaShop) -> DemoPrestaShop:
    served.reset()
    return served


def an_account(shop: DemoPrestaShop, *groups: str) -> int:
    return shop.add(
        "customers", firstname="Léa", lastname="Martin", email="lea@example.org", active=1, id_lang=1, id_gender=2,
        id_default_group=groups[0], newsletter=1, associations={"groups": [{"id": one} for one in groups]},
    )  # fmt: skip


def update(shop: DemoPrestaShop, number: int, now: Customer, before: Customer | None) -> Outcome:
    (outcome,) = connector(shop).write(
        "customers", [Change("update", now.key, now, before, target=str(number))]
    )
    return outcome


def told(price_category: str | None, **fields: object) -> Customer:
    found = {"price_category": price_category, **fields}
    return Customer(key="CLI1", fields=list(found), **found)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", ["8.1.7", "1.7.8.11"])
def test_a_group_takes_the_place_of_the_one_before_and_the_others_stay(
    shop: DemoPrestaShop, version: str
) -> None:
    shop.configure(VERSION=version)
    trade = shop.add("groups", name="Revendeurs")
    number = an_account(shop, "3", "2")
    assert update(shop, number, told("Revendeurs"), told("3")).done
    row = shop.row("customers", number)
    assert str(trade) == row["id_default_group"]
    assert {"2", str(trade)} == {one["id"] for one in row["associations"]["groups"]}
    assert ("lea@example.org", "1", "2") == (row["email"], row["newsletter"], row["id_gender"])


def test_a_group_that_the_shop_does_not_have_is_named(shop: DemoPrestaShop) -> None:
    outcome = update(shop, an_account(shop, "3"), told("Grossistes"), None)
    assert outcome.problem is not None
    assert ("price_category", True) == (outcome.problem.field, "Grossistes" in outcome.problem.message.fr)


def test_only_what_the_record_speaks_of_is_written(shop: DemoPrestaShop) -> None:
    number = an_account(shop, "3")
    before = told("3", credit_limit=Decimal(100), birthday=date(1980, 1, 2), subscriptions={"optin": False})
    later = replace(before, credit_limit=Decimal("1500.5"), subscriptions={"optin": True})
    assert update(shop, number, later, before).done
    row = shop.row("customers", number)
    assert ("1500.5", "1", "1") == (row["outstanding_allow_amount"], row["optin"], row["newsletter"])
    assert "" == row["birthday"], "it did not differ, so it did not travel"


def test_an_account_tells_its_addresses_and_a_guest_has_none(shop: DemoPrestaShop) -> None:
    article = an_article(shop, "VASE", "10")
    company = {**CUSTOMER, "company": "Lefèvre SARL", "vat_number": "FR83732829320"}
    shop.buy({(article, 0): 1}, customer=company, delivery={**CUSTOMER, "city": "Rezé"})
    shop.buy({(article, 0): 1}, customer={**CUSTOMER, "email": "guest@example.org"}, guest=True)
    (account,) = read(shop, "customers").values()
    assert ("Nantes", ["Rezé"]) == (account.billing.city, [one.city for one in account.deliveries])
    assert ("FR83732829320", "3") == (account.vat_number, account.price_category)
