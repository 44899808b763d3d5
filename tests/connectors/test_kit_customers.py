"""An update of a customer sends what differs, of the fields that it speaks of; unknown is not empty."""

from decimal import Decimal

import pytest

from raccord_connectors.canonical import Customer
from raccord_connectors.kit.customers import changed_fields, with_changes


def customer(*fields: str, **values: object) -> Customer:
    return Customer(key="C1", fields=list(fields) or None, **values)  # type: ignore[arg-type]


def test_only_what_differs_is_sent() -> None:
    before = customer("email", "discount_percent", email="a@b", discount_percent=Decimal(5))
    now = customer("email", "discount_percent", email="a@b", discount_percent=Decimal(8))
    assert {"discount_percent": Decimal(8)} == changed_fields(now, before)


def test_what_it_does_not_speak_of_any_more_is_left_alone() -> None:
    before = customer("email", "phone", email="a@b", phone="0381")
    assert {} == changed_fields(customer("email", email="a@b"), before)


def test_an_empty_value_of_a_named_field_empties_it() -> None:
    before = customer("price_category", price_category="2")
    assert {"price_category": None} == changed_fields(customer("price_category"), before)


def test_without_names_nothing_is_emptied_by_a_first_write() -> None:
    assert {"email": "a@b"} == changed_fields(customer(email="a@b"), None)


def test_what_was_never_spoken_of_is_sent_even_where_it_is_as_nothing() -> None:
    now = customer("email", "outstanding", email="a@b", outstanding=Decimal(0))
    assert {"outstanding": Decimal(0)} == changed_fields(now, customer("email", email="a@b"))


@pytest.mark.parametrize(
    ("new", "left"), [({"news": False}, {"news": False, "sms": True}), ({"sms": None}, {"news": True})]
)
def test_of_a_mapping_the_other_names_stay(new: dict[str, bool], left: dict[str, bool]) -> None:
    held = customer(subscriptions={"news": True, "sms": True})
    changes = changed_fields(customer("subscriptions", subscriptions=new), None)
    assert left == with_changes(held, changes).subscriptions
