"""The life of a sale: one record from order to invoice, whatever number its lines carry on the way."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from raccord_connectors.canonical import Document, TaxAmount
from raccord_connectors.contract import Selection
from sandbox.gescom.business import GesCom
from sandbox.gescom.order_pricing import QUOTATION, Deposit, Entry, Line
from support.gescom import a_customer, pages, records, small_gescom, some_articles, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


@pytest.fixture
def order(gescom: GesCom) -> str:
    """A web order: four of one article, two of another, shipping, a comment, 60 € paid."""
    one, other = some_articles(gescom, 2)
    lines = [
        Line(one, quantity=Decimal(4), net=Decimal(40), gross=Decimal(48), net_price=Decimal(10)),
        Line(other, quantity=Decimal(2), net=Decimal(10), gross=Decimal(12), net_price=Decimal(5)),
        Line("PORT", title="Colissimo", net=Decimal(5), gross=Decimal(6), net_price=Decimal(5)),
        Line(None, title="Sonner deux fois"),
    ]
    entry = Entry(
        a_customer(gescom),
        lines,
        reference="K3QZ-1042",
        fields={"DO_Ref": "#1042", "DO_Statut": 1, "DO_Expedit": 2},
        deposits=[Deposit(Decimal(60), 1, "2026-05-04", "ch_123")],
    )
    return gescom.enter(entry)


def document(gescom: GesCom, key: str, **settings: Any) -> Document:
    found = records(gescom, "documents", Selection(keys=(key,)), **settings)[key]
    assert isinstance(found, Document)
    assert found == records(gescom, "documents", **settings)[key], (
        "asked for by key or read with all, it is the same"
    )
    return found


def line_numbers(gescom: GesCom, piece: str) -> list[int]:
    rows = sql(
        gescom, "select DL_No from F_DOCLIGNE where DO_Domaine = 0 and DO_Piece = ? order by DL_Ligne", piece
    )
    return [row["DL_No"] for row in rows]


def test_an_order_is_read_with_its_totals_and_reference(gescom: GesCom, order: str) -> None:
    found = document(gescom, f"BC|{order}")
    assert (order, "order", "confirmed", "K3QZ-1042") == (
        found.number,
        found.kind,
        found.state,
        found.reference,
    )
    assert (Decimal(55), Decimal(11), Decimal(66), Decimal(60)) == (
        found.net,
        found.tax,
        found.gross,
        found.paid,
    )
    assert [TaxAmount(Decimal(20), Decimal(55), Decimal(11))] == found.taxes
    assert (None, "Sonner deux fois") == (found.lines[3].item, found.lines[3].title)
    assert [] == found.shipments


def test_an_order_entered_but_not_confirmed_is_a_draft(gescom: GesCom, order: str) -> None:
    sql(gescom, "update F_DOCENTETE set DO_Statut = 0 where DO_Piece = ?", order)
    assert "draft" == document(gescom, f"BC|{order}").state
    gescom.confirm(order)
    assert "confirmed" == document(gescom, f"BC|{order}").state


def test_preparation_delivery_and_invoice_keep_one_record(gescom: GesCom, order: str) -> None:
    key = f"BC|{order}"
    prepared = gescom.prepare(order)
    assert ("preparing", "preparation") == (document(gescom, key).state, document(gescom, key).kind)
    note = gescom.deliver(prepared, parcel="6A123", day="2026-05-06")
    delivered = document(gescom, key)
    assert ("delivered", "delivery", order) == (delivered.state, delivered.kind, delivered.number)
    (shipment,) = delivered.shipments
    assert (note, "6A123", "Chronopost") == (shipment.key, shipment.tracking, shipment.carrier)
    assert datetime(2026, 5, 6, 12, tzinfo=UTC) == shipment.shipped_at
    bill = gescom.invoice(note)
    billed = document(gescom, key)
    assert ("invoiced", "invoice", [bill]) == (billed.state, billed.kind, billed.invoices)
    assert delivered.shipments == billed.shipments
    assert (Decimal(66), Decimal(60), "K3QZ-1042") == (billed.gross, billed.paid, billed.reference)
    assert billed.due is not None
    assert not sql(gescom, "select 1 from F_DOCENTETE where DO_Type = 1 and DO_Piece = ?", order)


def test_a_partial_delivery_splits_lines_and_both_parts_are_one_record(gescom: GesCom, order: str) -> None:
    key = f"BC|{order}"
    first, second, port, _ = line_numbers(gescom, order)
    gescom.deliver(order, {first: Decimal(3), port: Decimal(1)}, parcel="P1")
    partly = document(gescom, key)
    assert ("partly_delivered", "order") == (partly.state, partly.kind)
    assert Decimal(66) == partly.gross
    stages = sorted((line.stage, line.quantity) for line in partly.lines if line.item and line.item != "PORT")
    assert [("delivery", Decimal(3)), ("order", Decimal(1)), ("order", Decimal(2))] == stages
    assert Decimal(3) == sum(line.delivered for line in partly.lines if line.item not in (None, "PORT"))
    gescom.deliver(order, parcel="P2")
    whole = document(gescom, key)
    assert "delivered" == whole.state
    assert ["P1", "P2"] == [shipment.tracking for shipment in whole.shipments]
    item = some_articles(gescom, 1)[0]
    assert [Decimal(3), Decimal(1)] == [shipment.lines[item] for shipment in whole.shipments]
    assert second in line_numbers(gescom, whole.shipments[1].key)


def test_an_order_partly_invoiced_is_partly_delivered(gescom: GesCom, order: str) -> None:
    first, *_ = line_numbers(gescom, order)
    note = gescom.deliver(order, {first: Decimal(4)})
    gescom.invoice(note)
    assert "partly_delivered" == document(gescom, f"BC|{order}").state


def test_an_invoice_straight_from_the_order_is_a_shipment_too(gescom: GesCom, order: str) -> None:
    bill = gescom.invoice(order, day="2026-05-07")
    found = document(gescom, f"BC|{order}")
    assert ("invoiced", [bill]) == (found.state, [shipment.key for shipment in found.shipments])


def test_a_return_is_a_document_of_its_own_with_negative_amounts(gescom: GesCom, order: str) -> None:
    note = gescom.deliver(order)
    bill = gescom.invoice(note)
    first, *_ = line_numbers(gescom, bill)
    back = gescom.take_back(bill, {first: Decimal(1)})
    found = document(gescom, f"BL|{back}")
    assert ("return", Decimal(-10), Decimal(-12), "K3QZ-1042") == (
        found.kind,
        found.net,
        found.gross,
        found.reference,
    )
    assert Decimal(-1) == found.lines[0].quantity
    credit = gescom.invoice(back)
    credited = document(gescom, f"BL|{back}")
    assert ("credit", "invoiced", [credit], Decimal(-12)) == (
        credited.kind, credited.state, credited.invoices, credited.gross,
    )  # fmt: skip
    assert Decimal(66) == document(gescom, f"BC|{order}").gross


def test_a_return_invoice_that_counts_in_negative_quantities_has_the_same_sign(
    gescom: GesCom, order: str
) -> None:
    """Versions differ: some keep quantities positive, some negative; the provenance tells."""
    bill = gescom.invoice(gescom.deliver(order))
    back = gescom.invoice(gescom.take_back(bill))
    sql(
        gescom,
        "update F_DOCLIGNE set DL_Qte = -DL_Qte, DL_MontantHT = -DL_MontantHT, DL_MontantTTC = -DL_MontantTTC "
        "where DO_Piece = ?",
        back,
    )
    (found,) = (each for each in records(gescom, "documents").values() if each.invoices == [back])
    assert Decimal(-66) == found.gross


def test_a_quotation_that_becomes_an_order_keeps_its_key(gescom: GesCom) -> None:
    (ref,) = some_articles(gescom, 1)
    quote = gescom.enter(Entry(a_customer(gescom), [Line(ref)], kind=QUOTATION))
    assert ("quotation", "draft") == (
        document(gescom, f"DE|{quote}").kind,
        document(gescom, f"DE|{quote}").state,
    )
    made = gescom.transform(quote, 1)
    found = document(gescom, f"DE|{quote}")
    assert ("order", made) == (found.kind, found.lines and _piece(gescom, found))


def _piece(gescom: GesCom, found: Document) -> str:
    (row,) = sql(gescom, "select DO_Piece from F_DOCLIGNE where DL_No = ?", int(found.lines[0].key))
    return str(row["DO_Piece"])


def test_two_orders_on_one_invoice_stay_two_records(gescom: GesCom, order: str) -> None:
    """A monthly invoice: what was paid on it is shared out by what each order is worth there."""
    (ref,) = some_articles(gescom, 1)
    other = gescom.enter(
        Entry(a_customer(gescom), [Line(ref, quantity=Decimal(1), net=Decimal(110), gross=Decimal(132))])
    )  # fmt: skip
    bill = gescom.invoice(gescom.deliver(order))
    second = gescom.invoice(gescom.deliver(other))
    sql(gescom, "delete from F_DOCREGL where DR_TypeRegl = 0")
    sql(gescom, "update F_DOCLIGNE set DO_Piece = ? where DO_Type = 6 and DO_Piece = ?", bill, second)
    sql(gescom, "delete from F_DOCENTETE where DO_Type = 6 and DO_Piece = ?", second)
    gescom.pay(bill, Decimal(99))
    one, two = document(gescom, f"BC|{order}"), document(gescom, f"BC|{other}")
    assert ([bill], [bill]) == (one.invoices, two.invoices)
    assert (Decimal(33), Decimal(66)) == (one.paid, two.paid)


def test_a_cancelled_order_disappears_as_it_does_in_sage(gescom: GesCom, order: str) -> None:
    gescom.cancel(order)
    assert f"BC|{order}" not in records(gescom, "documents")


def test_an_order_emptied_of_its_lines_is_cancelled(gescom: GesCom, order: str) -> None:
    sql(gescom, "delete from F_DOCLIGNE where DO_Type = 1 and DO_Piece = ?", order)
    found = document(gescom, f"BC|{order}")
    assert ("cancelled", Decimal(0), "K3QZ-1042") == (found.state, found.gross, found.reference)


def test_a_number_is_unique_only_with_its_type(gescom: GesCom, order: str) -> None:
    (ref,) = some_articles(gescom, 1)
    quote = gescom.enter(Entry(a_customer(gescom), [Line(ref)], kind=QUOTATION))
    for table in ("F_DOCENTETE", "F_DOCLIGNE"):
        sql(gescom, f"update {table} set DO_Piece = ? where DO_Type = 0 and DO_Piece = ?", order, quote)
    found = records(gescom, "documents")
    assert ("order", "quotation") == (found[f"BC|{order}"].kind, found[f"DE|{order}"].kind)


def test_the_tracking_number_may_be_on_a_free_line_of_the_header(gescom: GesCom, order: str) -> None:
    note = gescom.deliver(order)
    sql(gescom, "update F_DOCENTETE set DO_Coord03 = 'LX9' where DO_Piece = ?", note)
    found = document(gescom, f"BC|{order}", tracking_field="DO_Coord03")
    assert ["LX9"] == [shipment.tracking for shipment in found.shipments]


def test_shipping_fees_on_the_header_are_part_of_the_total(gescom: GesCom, order: str) -> None:
    fees = "update F_DOCENTETE set DO_ValFrais = 6, DO_TypeLigneFrais = ?, DO_Taxe1 = 20 where DO_Piece = ?"
    sql(gescom, fees, 1, order)
    assert (Decimal(60), Decimal(72)) == (
        document(gescom, f"BC|{order}").net,
        document(gescom, f"BC|{order}").gross,
    )
    sql(gescom, fees, 0, order)
    assert (Decimal(61), Decimal("73.2")) == (
        document(gescom, f"BC|{order}").net,
        document(gescom, f"BC|{order}").gross,
    )
    sql(gescom, "update F_DOCENTETE set DO_ValFranco = 50 where DO_Piece = ?", order)
    assert Decimal(66) == document(gescom, f"BC|{order}").gross


def test_an_eco_contribution_is_net_and_no_vat(gescom: GesCom) -> None:
    line = Line("ELE004", quantity=Decimal(2), net=Decimal(100), gross=Decimal(120))
    order = gescom.enter(Entry(a_customer(gescom), [line]))
    (row,) = sql(gescom, "select DL_MontantHT from F_DOCLIGNE where DO_Piece = ?", order)
    assert 97.6 == row["DL_MontantHT"]  # Sage holds the two times 1.20 apart
    found = document(gescom, f"BC|{order}")
    assert (Decimal(100), Decimal(20), Decimal(120)) == (found.net, found.tax, found.gross)


def test_parts_of_a_kit_count_for_nothing_in_the_total(gescom: GesCom) -> None:
    order = gescom.enter(Entry(a_customer(gescom), [Line("COF001", net=Decimal(20), gross=Decimal(24))]))
    found = document(gescom, f"BC|{order}")
    assert (3, Decimal(24)) == (len(found.lines), found.gross)


def test_old_documents_are_left_out_by_the_day_they_began(gescom: GesCom, order: str) -> None:
    assert [f"BC|{order}"] == [*records(gescom, "documents", documents_from="2026-04-01")]
    gescom.deliver("BC00001")  # today, but it began before
    assert [f"BC|{order}"] == [*records(gescom, "documents", documents_from="2026-04-01")]


@pytest.mark.parametrize("step", ["line", "header", "deposit", "allocation"])
def test_every_table_of_a_document_is_watched(gescom: GesCom, order: str, step: str) -> None:
    bill = gescom.invoice(order)
    sql(gescom, "update F_DOCLIGNE set cbModification = '2026-01-01 10:00:00'")
    for table in ("F_DOCENTETE", "F_DOCREGL"):
        sql(gescom, f"update {table} set cbModification = '2026-01-01 10:00:00'")
    cursor = pages(gescom, "documents")[-1].cursor
    assert {} == records(gescom, "documents", Selection(since=cursor))
    match step:
        case "line":
            sql(gescom, "update F_DOCLIGNE set DL_NoColis = 'X' where DO_Piece = ? and DL_Ligne = 1000", bill)
        case "header":
            sql(gescom, "update F_DOCENTETE set DO_Coord01 = 'X' where DO_Piece = ?", bill)
        case "deposit":
            sql(gescom, "update F_DOCREGL set DR_Montant = 61 where DO_Piece = ? and DR_TypeRegl = 0", bill)
        case _:
            gescom.pay(bill, Decimal(6))
    assert [f"BC|{order}"] == [*records(gescom, "documents", Selection(since=cursor))]
