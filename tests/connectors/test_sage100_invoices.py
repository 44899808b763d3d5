"""Invoices of Sage are read number by number: what they gather, what they split, what they give back, and when they are final."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from raccord_connectors.canonical import Invoice, TaxAmount
from raccord_connectors.contract import Selection
from sandbox.gescom.business import GesCom
from sandbox.gescom.order_pricing import Deposit, Entry, Line
from support.gescom import a_customer, records, sage100, small_gescom, some_articles, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def order(gescom: GesCom, reference: str = "K3QZ-1", deposit: str = "60") -> str:
    one, other = some_articles(gescom, 2)
    lines = [
        Line(one, quantity=D(4), net=D(40), gross=D(48), net_price=D(10)),
        Line(other, quantity=D(2), net=D(10), gross=D(12), net_price=D(5)),
        Line("PORT", title="Colissimo", net=D(5), gross=D(6), net_price=D(5)),
        Line(None, title="Sonner deux fois"),
    ]
    deposits = [Deposit(D(deposit), 1, "2026-05-04", "ch_1")] if deposit else []
    return gescom.enter(Entry(a_customer(gescom), lines, reference=reference, deposits=deposits))


def invoice(gescom: GesCom, number: str) -> Invoice:
    found = records(gescom, "invoices", Selection(keys=(f"FA|{number}",)))[f"FA|{number}"]
    assert isinstance(found, Invoice)
    assert found == records(gescom, "invoices")[f"FA|{number}"], (
        "asked for by key or read with all, it is the same"
    )
    return found


def test_an_invoice_says_its_order_its_amounts_and_its_deposits(gescom: GesCom) -> None:
    placed = order(gescom)
    note = gescom.deliver(placed, day="2026-05-05")
    found = invoice(gescom, gescom.invoice(note, day="2026-05-06"))
    assert ("invoice", date(2026, 5, 6), date(2026, 5, 5)) == (found.kind, found.dated, found.delivered)
    assert ([f"BC|{placed}"], [placed], ["K3QZ-1"]) == (found.documents, found.orders, found.references)
    assert (D(55), D(11), D(66)) == (found.net, found.tax, found.gross)
    assert [TaxAmount(D(20), D(55), D(11))] == found.taxes
    assert ["item", "item", "shipping", "comment"] == [line.kind for line in found.lines]
    assert ([D(60)], D(60), [D(6)]) == (
        [one.amount for one in found.deposits],
        found.paid,
        [one.amount for one in found.due],
    )


def test_two_invoices_of_one_order_are_two_and_one_of_two_orders_is_one(gescom: GesCom) -> None:
    placed = order(gescom, deposit="")
    numbers = [
        row["DL_No"]
        for row in sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ? order by DL_Ligne", placed)
    ]
    first = gescom.invoice(gescom.deliver(placed, {numbers[0]: D(4)}))
    second = gescom.invoice(gescom.deliver(placed))
    assert [[f"BC|{placed}"]] * 2 == [invoice(gescom, number).documents for number in (first, second)]
    assert (D(48), D(18)) == (invoice(gescom, first).gross, invoice(gescom, second).gross)
    sql(gescom, "update F_DOCLIGNE set DO_Piece = ? where DO_Piece = ?", first, second)
    sql(gescom, "update F_DOCENTETE set DO_TotalTTC = 66 where DO_Piece = ?", first)
    assert D(66) == invoice(gescom, first).gross
    assert f"FA|{second}" not in records(gescom, "invoices")


def test_what_is_given_back_is_a_credit_note_above_zero(gescom: GesCom) -> None:
    bill = gescom.invoice(gescom.deliver(order(gescom)))
    back = gescom.transform(gescom.take_back(bill), 6)
    found = invoice(gescom, back)
    assert ("credit", ["K3QZ-1"]) == (found.kind, found.references)
    assert (D(55), D(66)) == (found.net, found.gross)
    assert all(line.net >= 0 and line.quantity >= 0 for line in found.lines)


def test_posting_makes_it_final_and_keeps_its_key(gescom: GesCom) -> None:
    bill = gescom.invoice(gescom.deliver(order(gescom)))
    assert not invoice(gescom, bill).final
    for table in ("F_DOCLIGNE", "F_DOCENTETE", "F_DOCREGL"):
        sql(gescom, f"update {table} set DO_Type = 7 where DO_Piece = ?", bill)
    posted = invoice(gescom, bill)
    assert (True, D(66), D(60)) == (posted.final, posted.gross, posted.paid)


def test_a_payment_changes_what_is_paid_and_no_deposit(gescom: GesCom) -> None:
    bill = gescom.invoice(gescom.deliver(order(gescom, deposit="")))
    gescom.pay(bill, D(66), method=1)
    found = invoice(gescom, bill)
    assert ([], D(66)) == (found.deposits, found.paid)


def test_a_total_of_the_header_that_its_lines_do_not_make_is_told_as_it_is(gescom: GesCom) -> None:
    bill = gescom.invoice(gescom.deliver(order(gescom)))
    sql(gescom, "update F_DOCENTETE set DO_TotalTTC = 65 where DO_Piece = ?", bill)
    found = invoice(gescom, bill)
    assert (D(65), D(55), D(10), D(11)) == (
        found.gross,
        found.net,
        found.tax,
        sum(one.tax for one in found.taxes),
    )


def test_the_company_is_told_with_its_numbers(gescom: GesCom) -> None:
    told = sage100(gescom).discover().identity
    assert ("MAISON AUBÉPINE", "902147362", "FR90902147362", "FR") == (
        told.name, told.siren, told.vat_number, told.country,
    )  # fmt: skip
