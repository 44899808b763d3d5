"""Money on a sale of Sage 100: entered once, whatever dies; it follows the goods, and is never more than what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Document, Draft, DraftLine, Payment, PaymentEntry, payment_key
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.erp.sage100 import Sage100
from sandbox.gescom.business import GesCom
from sandbox.gescom.connection import bridge_command
from support.gescom import a_customer, an_article, records, sage100, small_gescom, sql

D = Decimal
REFERENCE = "K3QZ-1042"


@dataclass
class Sale:
    """An order of two articles, 24.00 €, in a GesCom of its own."""

    gescom: GesCom
    connector: Sage100
    document: str

    def entry(
        self, payment: str = "p1", amount: str = "10", kind: str = "deposit", **fields: object
    ) -> PaymentEntry:
        made = PaymentEntry(
            key=payment_key(REFERENCE, payment), document=self.document, kind="deposit", amount=D(amount), method="1",
            dated=date(2026, 5, 6), transaction="ch_3Q9x",
        )  # fmt: skip
        return replace(made, kind=kind, **fields)

    def enter(self, entry: PaymentEntry) -> Outcome:
        (outcome,) = self.connector.write("payments", [Change("create", entry.key, entry)])
        return outcome

    def entries(self) -> dict[str, PaymentEntry]:
        return records(self.gescom, "payments")

    def paid(self) -> Decimal:
        found = records(self.gescom, "documents", Selection(keys=(self.document,)))[self.document]
        assert isinstance(found, Document)
        return found.paid

    @property
    def piece(self) -> str:
        return self.document.partition("|")[2]

    def lines(self) -> list[int]:
        rows = sql(
            self.gescom, "select DL_No from F_DOCLIGNE where DO_Domaine = 0 and DO_Piece = ?", self.piece
        )
        return [row["DL_No"] for row in rows]


def opened(folder: Path, *payments: Payment) -> Sale:
    gescom = small_gescom(folder)
    connector = sage100(gescom)
    line = DraftLine(
        item=an_article(gescom),
        title="Assiette",
        quantity=D(2),
        unit_net=D(10),
        net=D(20),
        tax=D(4),
        rate=D(20),
    )
    draft = Draft(
        key=REFERENCE, dated=date(2026, 5, 4), reference="1042", customer=a_customer(gescom), lines=[line], net=D(20),
        tax=D(4), gross=D(24), payments=list(payments),
    )  # fmt: skip
    (outcome,) = connector.write("drafts", [Change("create", draft.key, draft)])
    assert outcome.target is not None, outcome.problem
    return Sale(gescom, connector, outcome.target)


@pytest.fixture
def sale(tmp_path: Path) -> Iterator[Sale]:
    made = opened(tmp_path)
    yield made
    made.connector.close()


def test_a_deposit_is_entered_once_under_its_key(sale: Sale) -> None:
    entry = sale.entry()
    first, second = sale.enter(entry), sale.enter(entry)
    assert (None, False, None, True) == (first.problem, first.existed, second.problem, second.existed)
    rows = sql(
        sale.gescom,
        "select DR_Libelle, DR_Montant from F_DOCREGL where DO_Piece = ? and DR_TypeRegl = 0",
        sale.piece,
    )
    assert [{"DR_Libelle": "K3QZ-1042/p1 ch_3Q9x", "DR_Montant": 10}] == rows
    assert (entry, D(10)) == (sale.entries()[entry.key], sale.paid())


def test_what_came_with_the_order_is_not_entered_again(tmp_path: Path) -> None:
    sale = opened(tmp_path, Payment(key="p1", method="1", amount=D(24), state="paid", transaction="ch_3Q9x"))
    outcome = sale.enter(sale.entry(amount="24"))
    assert (None, True, D(24)) == (outcome.problem, outcome.existed, sale.paid())
    sale.connector.close()


def test_a_deposit_killed_between_its_writing_and_its_answer_is_found_again(tmp_path: Path) -> None:
    sale = opened(tmp_path)
    sale.connector.close()
    dying = sage100(sale.gescom, bridge=bridge_command(sale.gescom.path, "--die-after", "enter_payment:1"))
    entry = sale.entry()
    (outcome,) = dying.write("payments", [Change("create", entry.key, entry)])
    assert (None, entry.key, D(10)) == (outcome.problem, outcome.target, sale.paid())
    dying.close()


def test_a_deposit_follows_the_goods_and_stays_one_entry(sale: Sale) -> None:
    entry = sale.entry(amount="24")
    sale.enter(entry)
    (line,) = sale.lines()
    delivery = sale.gescom.deliver(sale.piece, {line: D(1)})
    assert (entry, D(24), True) == (sale.entries()[entry.key], sale.paid(), sale.enter(entry).existed)
    sale.gescom.invoice(delivery)
    sale.gescom.invoice(sale.piece)
    assert (D(24), D(24), True) == (sale.entries()[entry.key].amount, sale.paid(), sale.enter(entry).existed)


def test_a_payment_of_the_invoice_is_allocated_to_its_due_date(sale: Sale) -> None:
    sale.enter(sale.entry(amount="10"))
    sale.gescom.invoice(sale.piece)
    late = sale.entry("p2", "14", "settlement")
    assert (None, True) == (sale.enter(late).problem, sale.enter(late).existed)
    assert (late, D(24)) == (sale.entries()[late.key], sale.paid())


def test_more_than_what_is_due_is_refused_with_both_amounts(sale: Sale) -> None:
    sale.enter(sale.entry(amount="20"))
    sale.gescom.invoice(sale.piece)
    problem = sale.enter(sale.entry("p2", "14", "settlement")).problem
    assert problem is not None
    assert ("sage100.nothing_due", "amount") == (problem.message.code, problem.field)
    assert "4" in problem.message.fr
    assert "14" in problem.message.fr
    assert D(20) == sale.paid()


def test_money_given_back_lowers_what_was_paid_before_and_after_the_invoice(sale: Sale) -> None:
    sale.enter(sale.entry(amount="24"))
    assert sale.enter(sale.entry("r1", "4", "refund")).done
    assert D(20) == sale.paid()
    sale.gescom.invoice(sale.piece)
    back = sale.entry("r2", "5", "refund")
    assert sale.enter(back).done
    assert (back, D(15)) == (sale.entries()[back.key], sale.paid())
    problem = sale.enter(sale.entry("r3", "16", "refund")).problem
    assert problem is not None
    assert "sage100.too_much_back" == problem.message.code


def test_an_invoice_that_must_be_validated_first_is_named(sale: Sale) -> None:
    sql(sale.gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values ('factures_validees', '1')")
    invoice = sale.gescom.invoice(sale.piece)
    entry = sale.entry("p1", "24", "settlement")
    problem = sale.enter(entry).problem
    assert problem is not None
    assert "sage100.not_validated" == problem.message.code
    assert invoice in problem.message.fr
    sql(sale.gescom, "update F_DOCENTETE set DO_Valide = 1 where DO_Piece = ?", invoice)
    assert (None, D(24)) == (sale.enter(entry).problem, sale.paid())


def test_a_document_open_at_a_users_screen_is_waited_for(sale: Sale) -> None:
    sale.gescom.lock("F_DOCENTETE", sale.piece)
    problem = sale.enter(sale.entry()).problem
    assert problem is not None
    assert ("transient", D(0)) == (problem.kind, sale.paid())
    sale.gescom.unlock("F_DOCENTETE", sale.piece)
    assert sale.enter(sale.entry()).done


def test_a_closed_month_and_an_unknown_mode_are_told(sale: Sale) -> None:
    connector = sage100(sale.gescom, default_payment_method="aucun")
    unknown = sale.entry(method="crypto")
    (outcome,) = connector.write("payments", [Change("create", unknown.key, unknown)])
    connector.close()
    assert outcome.problem is not None
    assert "crypto" in outcome.problem.message.fr
    sale.gescom.close_month(date(2026, 5, 31))
    problem = sale.enter(sale.entry()).problem
    assert problem is not None
    assert ("sage100.month_closed", D(0)) == (problem.message.code, sale.paid())


def test_a_payment_title_of_somebody_else_is_not_ours(sale: Sale) -> None:
    before = sale.entries()
    sql(
        sale.gescom,
        "insert into F_DOCREGL (DR_No, DO_Domaine, DO_Type, DO_Piece, DR_TypeRegl, DR_Date, DR_Libelle, DR_Montant, N_Reglement) "
        "values (99999, 0, 1, ?, 0, '2026-05-05', 'CB/VISA du 5 mai', 3, 1)",
        sale.piece,
    )
    assert before == sale.entries()
