"""What an invoice of the ERP says on paper: its sums, its regime, its mentions, and what is missing by name."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.document_rules import DocumentRules
from raccord.core.invoice_flow import duty_of, flow_of
from raccord.core.invoice_making import Made, make
from raccord.core.invoice_mentions import amount_text
from raccord.core.invoice_units import unit_code
from raccord_connectors.canonical import (
    Address,
    Customer,
    DeducedDeposit,
    DueDate,
    Invoice,
    InvoiceLine,
    TaxAmount,
)
from raccord_connectors.contract import Identity

COMPANY = Identity(
    name="Maison Duval", legal_form="SARL", capital="10 000 €", register="Lyon", siret="90214736200013",
    vat_number="FR90902147362", line1="14 quai des Lavandières", postal_code="69005", city="Lyon", country="FR",
)  # fmt: skip
HOME = Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR")
PERSON = Customer(key="C1", account_title="Zélie Évrard", civility="mrs", billing=HOME)
SHOP = Customer(
    key="P1", company="Brasserie du Théâtre", siret="73282932000074", vat_number="FR44732829320", billing=HOME
)
RULES = DocumentRules(active=True)


def line(net: str = "100", rate: str | None = "20", **fields: Any) -> InvoiceLine:
    told = {"key": "1", "item": "CHAISE", "title": "Chaise", "quantity": D(2), "net": D(net)}
    return InvoiceLine(**{**told, "rate": D(rate) if rate else None, **fields})


def invoice(**fields: Any) -> Invoice:
    told = {
        "key": "FA|1", "number": "FA1", "dated": date(2026, 5, 4), "customer": "C1", "lines": [line()], "net": D(100),
        "tax": D(20), "gross": D(120), "taxes": [TaxAmount(D(20), D(100), D(20))],
    }  # fmt: skip
    return Invoice(**{**told, **fields})


def untaxed(**fields: Any) -> Invoice:
    return invoice(lines=[line(rate="0")], tax=D(0), gross=D(100), taxes=[], **fields)


def code_of(made: Made) -> str | None:
    return made.problem.message.code if made.problem else None


def said(made: Made) -> list[str]:
    assert made.model is not None
    return [mention.text.code for mention in made.model.mentions]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"gross": D("120.01")}, "invoice.total_differs"),
        ({"net": D(101), "gross": D(121)}, "invoice.lines_differ"),
        ({"tax": D("20.01"), "gross": D("120.01")}, "invoice.taxes_differ"),
        ({"lines": []}, "invoice.lines_differ"),
    ],
)
def test_what_does_not_add_up_is_held_with_the_difference(fields: dict[str, Any], code: str) -> None:
    made = make(invoice(**fields), PERSON, RULES, COMPANY)
    assert (None, code) == (made.model, code_of(made))


CENTS = st.decimals(min_value=-5000, max_value=50_000, places=2)


@given(
    st.lists(
        st.tuples(CENTS, st.sampled_from(["20", "10", "5.5", "2.1"]), st.integers(1, 9)),
        min_size=1,
        max_size=9,
    )
)
def test_a_paper_that_is_made_has_the_totals_of_the_erp_to_the_cent(rows: list[tuple[D, str, int]]) -> None:
    lines = [line(str(net), rate, quantity=D(count)) for net, rate, count in rows]
    bases: dict[D, D] = {}
    for one in lines:
        assert one.rate is not None
        bases[one.rate] = bases.get(one.rate, D(0)) + one.net
    table = [TaxAmount(rate, base, round(base * rate / 100, 2)) for rate, base in bases.items()]
    net, tax = sum((one.net for one in lines), D(0)), sum((one.tax for one in table), D(0))
    found = invoice(lines=lines, net=net, tax=tax, gross=net + tax, taxes=table)
    model = make(found, PERSON, RULES, COMPANY).model
    assert model is not None
    assert (net, tax, net + tax) == (model.net, model.tax, model.gross)
    assert net == sum(one.net for one in model.lines)
    assert tax == sum(one.tax for one in model.vat)
    assert all(one.price >= 0 for one in model.lines)
    for shown in model.lines:  # the price is rounded to four decimals, and no further from the amount
        assert abs(shown.price * shown.quantity - shown.net) <= abs(shown.quantity) * D("0.00005")


def test_a_business_is_told_of_penalties_and_a_consumer_is_not() -> None:
    business = make(invoice(), SHOP, RULES, COMPANY)
    assert {"invoice.penalties", "invoice.indemnity", "invoice.no_early_payment"} <= set(said(business))
    assert {"invoice.penalties", "invoice.indemnity"}.isdisjoint(
        said(make(invoice(), PERSON, RULES, COMPANY))
    )


def test_deposits_are_taken_off_what_is_to_be_paid() -> None:
    deposits = [
        DeducedDeposit(amount=D(50), on=date(2026, 5, 1)),
        DeducedDeposit(amount=D("20.50"), number="FAC3"),
    ]
    model = make(invoice(deposits=deposits), PERSON, RULES, COMPANY).model
    assert model is not None
    assert (D("70.50"), D("49.50"), D(120)) == (model.prepaid_total, model.payable, model.gross)


def test_an_eco_contribution_is_in_the_price_and_said_apart() -> None:
    eco = line(eco_contribution=D(3), unit_net=D("48.50"))
    made = make(invoice(lines=[eco]), PERSON, RULES, COMPANY)
    assert made.model is not None
    (shown,) = made.model.lines
    assert (D(50), None, D(3), D(3)) == (shown.price, shown.list_price, shown.eco, made.model.eco)
    assert "invoice.eco" in said(made)


@pytest.mark.parametrize(
    ("country", "customer", "category", "reason"),
    [
        ("DE", replace(SHOP, siret=None, vat_number="DE136695976"), "K", "invoice.intra_community"),
        ("US", PERSON, "G", "invoice.export"),
        ("GF", PERSON, "E", "invoice.overseas"),
    ],
)
def test_a_sale_without_vat_says_why_by_itself(
    country: str, customer: Customer, category: str, reason: str
) -> None:
    there = replace(customer, billing=replace(HOME, country=country))
    made = make(untaxed(), there, RULES, COMPANY)
    assert made.model is not None
    (vat,) = made.model.vat
    assert (category, reason) == (vat.category, vat.reason.code if vat.reason else None)
    assert reason in said(made)


def test_other_exemptions_want_the_merchants_words() -> None:
    made = make(untaxed(), PERSON, RULES, COMPANY)
    assert ("invoice.missing", ["exemption"]) == (code_of(made), [one.field for one in made.missing])
    told = replace(RULES, exemption="Article 261 du CGI")
    assert make(untaxed(), PERSON, told, COMPANY).model is not None
    assert (
        make(untaxed(), PERSON, replace(RULES, franchise=True), replace(COMPANY, vat_number="")).model
        is not None
    )


def test_a_consumer_of_another_member_state_pays_his_countrys_vat_and_is_told() -> None:
    there = replace(PERSON, billing=replace(HOME, country="DE"))
    table = [TaxAmount(D(19), D(100), D(19))]
    made = make(invoice(lines=[line(rate="19")], taxes=table, tax=D(19), gross=D(119)), there, RULES, COMPANY)
    assert "invoice.oss" in said(made)


def test_what_is_missing_is_named_by_field_and_only_what_is_mandatory_holds_the_paper() -> None:
    unnamed = Customer(key="P9", company="Sans numéro", billing=Address(city="Dijon", country="FR"))
    made = make(invoice(), unnamed, RULES, replace(COMPANY, legal_form=""))
    assert made.model is not None
    assert ["identity.legal_form", "customer.billing", "customer.siret", "due"] == [
        one.field for one in made.missing
    ]
    held = make(invoice(), PERSON, RULES, Identity(name="Maison Duval"))
    assert ["identity.line1", "identity.siret", "identity.vat_number"] == [
        one.field for one in held.missing if one.blocking
    ]
    assert (None, "invoice.missing") == (held.model, code_of(held))


def test_a_line_whose_rate_nobody_knows_is_named() -> None:
    made = make(invoice(lines=[line(rate=None)]), PERSON, RULES, COMPANY)
    assert "lines[1].rate" in [one.field for one in made.missing if one.blocking]


def test_a_credit_note_wants_the_number_that_it_corrects_and_says_nothing_of_payment() -> None:
    made = make(invoice(kind="credit"), SHOP, RULES, COMPANY)
    assert made.model is not None
    assert ("381", None) == (made.model.type_code, made.model.terms)
    assert ["corrects"] == [one.field for one in made.missing]
    assert [] == make(invoice(kind="credit", corrects=["FA0"]), SHOP, RULES, COMPANY).missing


def test_what_the_merchant_typed_comes_before_what_the_erp_tells() -> None:
    rules = replace(RULES, identity=Identity(name="Duval & Fils", capital="20 000 €"))
    model = make(invoice(), PERSON, rules, COMPANY).model
    assert model is not None
    assert (
        "Duval & Fils, SARL au capital de 20 000 € · RCS Lyon 902 147 362 · SIRET 902 147 362 00013"
        in model.legal.fr
    )
    assert "Lyon" == model.seller.city


def test_several_due_dates_are_said_in_words() -> None:
    due = [DueDate(on=date(2026, 6, 4), amount=D(60)), DueDate(on=date(2026, 7, 4), amount=D(60))]
    model = make(invoice(due=due), SHOP, RULES, COMPANY).model
    assert model is not None
    assert model.terms is not None
    assert "À payer : 60,00 € le 04/06/2026, 60,00 € le 04/07/2026." == model.terms.fr.replace("\u00a0", " ")


LABELLED = [
    ({"civility": "mr", "account_title": "Durand Paul"}, "FR", "b2c", "e_report"),
    ({"company": "Durand SARL"}, "FR", "b2b", "e_invoice"),
    ({"siret": "73282932000074"}, "FR", "b2b", "e_invoice"),
    ({"siret": "732829320"}, "FR", "b2b", "e_invoice"),
    ({"vat_number": "FR44732829320"}, "MC", "b2b", "e_invoice"),
    ({"company": "Mairie", "siret": "21690123100011"}, "FR", "b2g", "chorus"),
    ({"company": "Hôpital", "siret": "26690027300019"}, "FR", "b2g", "chorus"),
    ({"account_title": "Durand"}, "RE", "b2c", "e_report"),
    ({"vat_number": "DE136695976"}, "DE", "b2b_eu", "e_report"),
    ({"account_title": "Schmidt"}, "DE", "b2c_eu", "e_report"),
    ({"company": "Swiss AG"}, "CH", "b2b_export", "e_report"),
    ({"account_title": "Smith"}, "US", "b2c_export", "e_report"),
    ({"account_title": "Durand"}, "", "b2c", "e_report"),
    ({"company": "Mme Durand", "civility": "mrs"}, "FR", "b2c", "e_report"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "country", "flow", "duty"), LABELLED)
def test_every_labelled_customer_is_sorted_right(
    fields: dict[str, Any], country: str, flow: str, duty: str
) -> None:
    found = flow_of(Customer(key="C", **fields), country)
    assert (flow, duty) == (found, duty_of(found))


@pytest.mark.parametrize(
    ("name", "code"),
    [("Pièce", "H87"), ("kg", "KGM"), ("Mètre", "MTR"), ("m²", "MTK"), ("Boîte", "XBX"), ("", "C62"), ("truc", "C62")],
)  # fmt: skip
def test_units_have_their_code(name: str, code: str) -> None:
    assert code == unit_code(name)


def test_amounts_are_written_as_in_french_print() -> None:
    assert "1\u202f234,50\u00a0€" == amount_text(D("1234.5"), "EUR")
