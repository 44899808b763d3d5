"""Customers are created once and completed, never doubled."""

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Contact, CustomerDraft
from raccord_connectors.contract import Change, Outcome, TransientError
from raccord_connectors.erp.tryton import Tryton as Connector
from support import tryton_fixtures as given
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import (
    BRUSSELS,
    LYON,
    CrashAt,
    connect,
    document,
    line,
    new_customer,
    order,
    problem_of,
    read_customer,
    write,
)
from support.tryton_server import Tryton

pytestmark = pytest.mark.counterpart
erp, merchant, pot, server = given.erp, given.merchant, given.pot, given.server


def test_a_company_is_created_with_its_identifiers(erp: Connector) -> None:
    wanted = new_customer(
        account_title="Carat SARL", siret="732 829 320 00074", vat_number="FR 40 303 265 045", phone="04 72 00 00 00",
        deliveries=[BRUSSELS], price_category="1",
    )  # fmt: skip
    found = read_customer(erp, write(erp, wanted))
    assert ("Carat SARL", "73282932000074", "FR40303265045") == (
        found.account_title,
        found.siret,
        found.vat_number,
    )
    assert ("04 72 00 00 00", "1") == (found.phone, found.price_category)
    assert ["BE"] == [place.country for place in found.deliveries]
    assert found.billing is not None
    assert ("3 rue Mercière", "Anne Durand", "FR") == (
        found.billing.line1,
        found.billing.last_name,
        found.billing.country,
    )


def test_a_customer_gets_the_payment_terms_that_were_chosen(erp: Connector, merchant: Merchant) -> None:
    term = merchant.one("account.invoice.payment_term", ("name", "=", "30 jours"))["id"]
    outcome = write(erp, new_customer(account_title="À trente jours", payment_terms=str(term)))
    found = merchant.one("party.party", ("code", "=", outcome.target), fields=("customer_payment_term",))
    assert term == found["customer_payment_term"]


def test_a_customer_known_by_e_mail_or_siret_is_not_created_again(erp: Connector, merchant: Merchant) -> None:
    merchant.create_party("Connue par courriel", email="Connue_1@Example.org")
    merchant.create_party("Connue par SIRET", siret="55210055400013")
    for known, wanted in (
        ("Connue par courriel", new_customer(email="connue_1@example.ORG")),
        ("Connue par SIRET", new_customer(siret="552 100 554 00013")),
    ):
        outcome = write(erp, wanted)
        assert outcome.existed
        assert known == read_customer(erp, outcome).account_title
        again = write(erp, replace(wanted, customer=replace(wanted.customer, email="", siret=None)))
        assert outcome.target == again.target, "our reference stays with the party"


def test_two_parties_with_one_e_mail_become_a_question(erp: Connector, merchant: Merchant) -> None:
    for name in ("Jumelle 1", "Jumelle 2"):
        merchant.create_party(name, email="jumelle@example.org")
    assert "email" == problem_of(write(erp, new_customer(email="jumelle@example.org"))).field


@pytest.mark.parametrize(("field", "value"), [("siret", "12345678900011"), ("vat_number", "FR00000000000")])
def test_a_wrong_identifier_names_its_field_and_leaves_no_half_customer(
    erp: Connector, merchant: Merchant, field: str, value: str
) -> None:
    wanted = new_customer(**{field: value})
    assert field == problem_of(write(erp, wanted)).field
    assert [] == merchant.find("party.party", ["name", "=", wanted.customer.account_title])


def test_a_creation_cut_before_its_siret_is_completed(
    server: Tryton, erp: Connector, merchant: Merchant
) -> None:
    wanted = new_customer(siret="44306184100047")
    with pytest.raises(TransientError):
        write(connect(server, CrashAt(2, done=False)), wanted)
    found = read_customer(erp, write(erp, wanted))
    assert "44306184100047" == found.siret
    assert 1 == len(merchant.find("party.party", ["name", "=", wanted.customer.account_title]))


def test_a_moved_customer_is_moved_and_not_given_a_second_home(erp: Connector) -> None:
    before = new_customer()
    known = write(erp, before)
    after = replace(
        before, customer=replace(before.customer, billing=replace(LYON, line1="9 quai Saint-Antoine"))
    )
    (outcome,) = erp.write("customer_drafts", [Change("update", before.key, after, before, known.target)])
    found = read_customer(erp, outcome)
    assert found.billing is not None
    assert ("9 quai Saint-Antoine", []) == (found.billing.line1, found.deliveries)


def test_a_merged_party_leads_to_the_one_it_became(
    erp: Connector, merchant: Merchant, pot: CreatedProduct
) -> None:
    wanted = new_customer()
    old = write(erp, wanted)
    kept = merchant.create_party("Celle qui reste")
    (source,) = merchant.find("party.party", ["code", "=", old.target])
    merchant.merge(source["id"], kept)
    code = str(merchant.one("party.party", ["id", "=", kept], fields=["code"])["code"])
    assert code == write(erp, wanted).target
    draft = order(str(old.target), line(pot.key, "1", "49.90", "9.98"))
    assert code == document(erp, write(erp, draft)).customer


def test_a_further_person_is_added_once_to_a_party_and_told_by_name(
    erp: Connector, merchant: Merchant
) -> None:
    code = str(write(erp, new_customer(account_title="Maison Bleue", email="contact@bleue.example")).target)
    before = read_customer(erp, Outcome("x", target=code))
    luc = Contact(
        key="", first_name="Luc", last_name="Petit", email="luc@bleue.example", phone="04 72 00 00 09"
    )
    after = replace(before, contacts=[*before.contacts, luc])
    for _ in range(2):
        new, old = (CustomerDraft(key="account:s:7", customer=one) for one in (after, before))
        (outcome,) = erp.write("customer_drafts", [Change("update", "account:s:7", new, old, code)])
        assert outcome.problem is None
    found = read_customer(erp, Outcome("x", target=code))
    assert ("contact@bleue.example", before.phone) == (found.email, found.phone)
    assert [("Luc Petit", "luc@bleue.example")] == [(one.role, one.email) for one in found.contacts]


def test_what_a_customer_changed_in_the_shop_is_written_beside_what_the_party_has(erp: Connector) -> None:
    code = str(
        write(
            erp, new_customer(account_title="Maison Verte", email="a@verte.example", phone="04 72 00 00 10")
        ).target
    )
    before = read_customer(erp, Outcome("x", target=code))
    assert before.billing is not None
    moved = replace(before.billing, line1="8 quai Bas")
    after = replace(before, email="b@verte.example", billing=moved)
    new, old = (CustomerDraft(key="account:s:8", customer=one) for one in (after, before))
    (outcome,) = erp.write("customer_drafts", [Change("update", "account:s:8", new, old, code)])
    assert outcome.problem is None
    assert after == read_customer(erp, Outcome("x", target=code))
