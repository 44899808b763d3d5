"""Credit notes of Sage 100: the life of a deposit from payment to refund with a balanced ledger at each step, and each kind of
document that an order may become."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Document,
    Draft,
    DraftLine,
    Payment,
    PaymentEntry,
    Record,
    payment_key,
)
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.erp.sage100 import Sage100
from sandbox.gescom.business import GesCom
from sandbox.gescom.connection import bridge_command
from support.gescom import a_customer, an_article, records, sage100, small_gescom, sql

D = Decimal
REFERENCE, CREDIT = "K3QZ-1042", "K3QZ+1042.7"
INVOICE = 6


@dataclass
class Sale:
    """A GesCom of its own, with an order of two pieces at 12.00 € that is paid."""

    gescom: GesCom
    connector: Sage100
    article: str
    customer: str

    def write(self, stream: str, record: Record, connector: Sage100 | None = None) -> Outcome:
        change = Change("create", record.key, record)
        (outcome,) = (connector or self.connector).write(stream, [change])
        assert outcome.problem is None, outcome.problem
        return outcome

    def draft(self, **fields: object) -> Draft:
        line = DraftLine(
            item=self.article,
            title="Assiette",
            quantity=D(2),
            unit_net=D(10),
            net=D(20),
            tax=D(4),
            rate=D(20),
        )
        made = Draft(
            key=REFERENCE, dated=date(2026, 5, 4), reference="#1042", customer=self.customer, lines=[line], net=D(20),
            tax=D(4), gross=D(24),
            payments=[Payment(key="p1", method="1", amount=D(24), state="paid", transaction="ch_1")],
        )  # fmt: skip
        return replace(made, **fields)

    def credit(self, origin: str, *, restock: bool = True, **fields: object) -> Draft:
        """One piece given back."""
        (line,) = self.draft().lines
        one = replace(line, quantity=D(1), net=D(10), tax=D(2))
        made = self.draft(
            key=CREDIT, kind="credit", origin=origin, restock=restock, lines=[one], net=D(10), tax=D(2), gross=D(12),
            payments=[],
        )  # fmt: skip
        return replace(made, **fields)

    def refund(self, document: str, credit: str | None, amount: str = "12") -> PaymentEntry:
        return PaymentEntry(
            key=payment_key(REFERENCE, "r:7"), document=document, kind="refund", amount=D(amount), method="1",
            dated=date(2026, 5, 20), credit=credit,
        )  # fmt: skip

    def document(self, key: str) -> Document:
        found = records(self.gescom, "documents", Selection(keys=(key,)))[key]
        assert isinstance(found, Document)
        return found

    def left(self, *keys: str) -> Decimal:
        """What the customer still owes on these businesses together, as read."""
        return sum((self.document(key).gross - self.document(key).paid for key in keys), D(0))

    def lines(self, piece: str) -> list[int]:
        rows = sql(self.gescom, "select DL_No from F_DOCLIGNE where DO_Domaine = 0 and DO_Piece = ?", piece)
        return [row["DL_No"] for row in rows]

    def stock(self) -> Decimal:
        (row,) = sql(
            self.gescom, "select AS_QteSto from F_ARTSTOCK where AR_Ref = ? and DE_No = 1", self.article
        )
        return D(str(row["AS_QteSto"]))


@pytest.fixture
def sale(tmp_path: Path) -> Iterator[Sale]:
    gescom = small_gescom(tmp_path)
    connector = sage100(gescom)
    yield Sale(gescom, connector, an_article(gescom), a_customer(gescom))
    connector.close()


def test_the_life_of_a_deposit_is_balanced_at_each_step(sale: Sale) -> None:
    """Paid → deposit → partial delivery and its invoice → final invoice less the deposit → return → refund."""
    order = str(sale.write("drafts", sale.draft()).target)
    piece = order.partition("|")[2]
    placed = sale.document(order)
    assert (D(24), D(24), D(24), "order") == (placed.gross, placed.paid, placed.deposits, placed.kind)

    before = sale.stock()
    note = sale.gescom.deliver(piece, {sale.lines(piece)[0]: D(1)})
    half = sale.document(order)
    assert ("partly_delivered", D(24), D(24), D(0)) == (
        half.state,
        half.paid,
        half.deposits,
        sale.left(order),
    )
    first = sale.gescom.invoice(note)
    assert D(0) == sale.left(order)
    (header,) = sql(sale.gescom, "select DO_NetAPayer from F_DOCENTETE where DO_Piece = ?", first)
    assert D(0) == D(str(header["DO_NetAPayer"])), (
        "the deposit went with the goods, as far as they are worth it"
    )

    final = sale.gescom.invoice(sale.gescom.deliver(piece))
    done = sale.document(order)
    assert ("invoiced", [first, final], D(24), D(24)) == (done.state, done.invoices, done.paid, done.deposits)
    assert (D(0), before - 2) == (sale.left(order), sale.stock())

    credit = str(sale.write("drafts", sale.credit(order)).target)
    given_back = sale.document(credit)
    assert ("return", D(-10), D(-2), D(-12)) == (
        given_back.kind,
        given_back.net,
        given_back.tax,
        given_back.gross,
    )
    assert (CREDIT, D(-12), before - 1) == (given_back.reference, sale.left(order, credit), sale.stock())

    entry = sale.refund(order, credit)
    sale.write("payments", entry)
    read = records(sale.gescom, "payments")[entry.key]
    assert isinstance(read, PaymentEntry)
    assert ("refund", D(12), order, credit) == (read.kind, read.amount, read.document, read.credit)
    assert (D(0), D(0), D(-12)) == (sale.left(order), sale.left(credit), sale.document(credit).paid)
    assert done == sale.document(order), "the order is as it was"

    sale.gescom.transform(credit.partition("|")[2], INVOICE)
    invoiced = sale.document(credit)
    assert ("credit", "invoiced", D(-12), D(-12)) == (
        invoiced.kind, invoiced.state, invoiced.gross, invoiced.paid
    )  # fmt: skip
    assert entry.key in records(sale.gescom, "payments")
    assert D(0) == sale.left(order, credit)


def test_money_alone_is_an_avoir_financier_and_is_paid_out_on_its_invoice(sale: Sale) -> None:
    order = str(sale.write("drafts", sale.draft()).target)
    sale.gescom.invoice(order.partition("|")[2])
    before = sale.stock()
    credit = str(sale.write("drafts", sale.credit(order, restock=False)).target)
    assert ("credit", before) == (sale.document(credit).kind, sale.stock())
    sale.gescom.transform(credit.partition("|")[2], INVOICE)
    sale.write("payments", sale.refund(order, credit))
    assert (D(0), D(0)) == (sale.left(order), sale.left(credit))
    read = records(sale.gescom, "payments")[payment_key(REFERENCE, "r:7")]
    assert isinstance(read, PaymentEntry)
    assert (order, credit) == (read.document, read.credit)


def test_what_is_kept_back_of_a_return_is_read_above_zero(sale: Sale) -> None:
    order = str(sale.write("drafts", sale.draft()).target)
    sale.gescom.invoice(order.partition("|")[2])
    line = sale.credit(order).lines[0]
    kept = replace(line, title="Retenue", net=D(-2), tax=D("-0.40"), unit_net=D(-2), kind="fee")
    wanted = sale.credit(order, lines=[line, kept], net=D(8), tax=D("1.60"), gross=D("9.60"))
    found = sale.document(str(sale.write("drafts", wanted).target))
    assert [D(-10), D(2)] == [one.net for one in found.lines]
    assert (D(-8), D("-1.6"), D("-9.6")) == (found.net, found.tax, found.gross)


def test_more_than_the_credit_is_not_paid_out(sale: Sale) -> None:
    order = str(sale.write("drafts", sale.draft()).target)
    sale.gescom.invoice(order.partition("|")[2])
    credit = str(sale.write("drafts", sale.credit(order)).target)
    entry = sale.refund(order, credit, "13")
    (outcome,) = sale.connector.write("payments", [Change("create", entry.key, entry)])
    assert outcome.problem is not None
    assert ("rejected", "amount") == (outcome.problem.kind, outcome.problem.field)
    assert all(word in outcome.problem.message.fr for word in ("12", "13"))


def test_a_credit_killed_between_its_writing_and_its_answer_is_found_again(sale: Sale) -> None:
    order = str(sale.write("drafts", sale.draft()).target)
    sale.gescom.invoice(order.partition("|")[2])
    deadly = sage100(
        sale.gescom, bridge=tuple(bridge_command(sale.gescom.path, "--die-after", "create_document:1"))
    )
    first = sale.write("drafts", sale.credit(order), deadly)
    again = sale.write("drafts", sale.credit(order), deadly)
    deadly.close()
    assert (first.target, True) == (again.target, again.existed)
    assert 1 == len(sql(sale.gescom, "select 1 from F_DOCENTETE where DO_NoWeb = ?", CREDIT))


@pytest.mark.parametrize(("kind", "state"), [("delivery", "delivered"), ("invoice", "invoiced")])
def test_an_order_may_be_entered_as_a_delivery_note_or_an_invoice(sale: Sale, kind: str, state: str) -> None:
    """Its goods leave at once; what was paid with a delivery note is a deposit, with an invoice a settlement afterwards."""
    before = sale.stock()
    payments = sale.draft().payments if kind == "delivery" else []
    found = sale.document(str(sale.write("drafts", sale.draft(kind=kind, payments=payments)).target))
    assert (kind, state, D(24), before - 2) == (found.kind, found.state, found.gross, sale.stock())
    assert [D(2)] == [line.delivered for line in found.lines if line.item]
    if kind == "invoice":
        entry = replace(
            sale.refund(found.key, None, "24"), key=payment_key(REFERENCE, "p1"), kind="settlement"
        )
        sale.write("payments", entry)
    assert (D(0), D(24) if kind == "delivery" else D(0)) == (
        sale.left(found.key),
        sale.document(found.key).deposits,
    )
