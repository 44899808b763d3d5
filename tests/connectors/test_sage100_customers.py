"""Updates of a customer through the bridge: telephones that Sage cannot hold, further contacts, the merchant's own columns."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Contact, Customer, CustomerDraft
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.erp.sage100 import values
from sandbox.gescom.business import GesCom
from support.gescom import a_customer, records, sage100, small_gescom, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def customer(gescom: GesCom) -> Customer:
    key = a_customer(gescom)
    found = records(gescom, "customers", Selection(keys=(key,)))[key]
    assert isinstance(found, Customer)
    return found


def change(gescom: GesCom, before: Customer, after: Customer) -> Outcome:
    connector = sage100(gescom)
    new, old = (CustomerDraft(key="account:s:7", customer=one) for one in (after, before))
    (outcome,) = connector.write("customer_drafts", [Change("update", "account:s:7", new, old, before.key)])
    connector.close()
    assert outcome.problem is None
    return outcome


@pytest.mark.parametrize(
    ("said", "kept", "rest"),
    [
        ("04.78-00/00 (00)", "0478000000", ""),
        ("+33 (0)4 78 00 00 00", "+330478000000", ""),
        ("04 78 00 00 00 ou 06 11 22 33 44 le soir", "0478000000", "ou0611223344lesoir"),
        ("0123456789 0123456789 0123456789", "012345678901234567890", "123456789"),
    ],
)
def test_a_telephone_loses_its_signs_first_and_then_what_follows_the_first_number(
    said: str, kept: str, rest: str
) -> None:
    assert (kept, rest) == values.telephone(said, 21)


def test_a_telephone_that_is_too_long_holds_nothing_and_is_told(gescom: GesCom) -> None:
    before = customer(gescom)
    assert before.billing is not None
    before = replace(before, billing=replace(before.billing, line2=""))
    sql(gescom, "update F_COMPTET set CT_Complement = '' where CT_Num = ?", before.key)
    after = replace(before, phone="04 78 00 00 00 ou 06 11 22 33 44")
    outcome = change(gescom, before, after)
    (message,) = outcome.said
    assert "sage100.phone_cut" == message.code
    assert "complément" in message.fr
    (row,) = sql(gescom, "select CT_Telephone, CT_Complement from F_COMPTET where CT_Num = ?", before.key)
    assert ("0478000000", "Tél. ou0611223344") == (row["CT_Telephone"], row["CT_Complement"])


def test_an_address_complement_is_not_given_up_for_a_telephone(gescom: GesCom) -> None:
    before = customer(gescom)
    assert before.billing is not None
    before = replace(before, billing=replace(before.billing, line2="Bâtiment B"))
    sql(gescom, "update F_COMPTET set CT_Complement = 'Bâtiment B' where CT_Num = ?", before.key)
    outcome = change(gescom, before, replace(before, phone="04 78 00 00 00 ou 06 11 22 33 44"))
    assert ["sage100.phone_cut"] == [message.code for message in outcome.said]
    (row,) = sql(gescom, "select CT_Complement from F_COMPTET where CT_Num = ?", before.key)
    assert "Bâtiment B" == row["CT_Complement"]


def test_a_further_contact_is_added_once(gescom: GesCom) -> None:
    before = customer(gescom)
    new = Contact(
        key="",
        civility="mrs",
        first_name="Zélie",
        last_name="Arnaud",
        email="zelie@carat.example",
        phone="0478000001",
    )
    after = replace(before, contacts=[*before.contacts, new])
    for _ in range(2):
        change(gescom, before, after)
    found = customer(gescom)
    assert [replace(one, key="") for one in (*before.contacts, new)] == [
        replace(one, key="") for one in found.contacts
    ]
    assert (before.first_name, before.last_name, before.email) == (
        found.first_name,
        found.last_name,
        found.email,
    )


def test_statistics_and_own_columns_are_written_and_unknown_ones_are_not(gescom: GesCom) -> None:
    before = customer(gescom)
    own = {"CT_Statistique01": "Or", "Date d'anniversaire": "1980-05-01"}
    change(
        gescom,
        before,
        replace(before, custom={**before.custom, **own, "CT_Encours": "99999", "Inconnue": "x"}),
    )
    found = customer(gescom)
    assert {**before.custom, **own} == found.custom
    assert before.credit_limit == found.credit_limit
