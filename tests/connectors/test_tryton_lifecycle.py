"""One order's money on a real Tryton from the shop's payment to the refund: the books are right after each step."""

from datetime import date
from decimal import Decimal as D

import pytest
from msgspec.structs import replace

from raccord.core.rates import less, spread, table_of
from raccord_connectors.canonical import Document, Draft, PaymentEntry, TaxAmount, payment_key
from raccord_connectors.contract import Change, Selection
from raccord_connectors.erp.tryton import Tryton as Connector
from support import tryton_fixtures as given
from support.tryton_ledger import Ledger
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import document, line, order, write

pytestmark = pytest.mark.counterpart
customer, erp, merchant, pot, server, tea = (
    given.customer,
    given.erp,
    given.merchant,
    given.pot,
    given.server,
    given.tea,
)
TODAY = date(2026, 11, 24)


def entered(erp: Connector, entry: PaymentEntry) -> PaymentEntry:
    """Written and read back."""
    (outcome,) = erp.write("payments", [Change("create", entry.key, entry)])
    assert outcome.problem is None, outcome.problem
    (page,) = erp.read("payments", Selection(keys=(str(outcome.target),)))
    (found,) = page.records
    assert isinstance(found, PaymentEntry)
    return found


def entry_of(draft: Draft, sale: str, payment: str, kind: str, amount: str, **more: object) -> PaymentEntry:
    told = {"kind": kind, "method": "Carte bancaire", "dated": TODAY, "transaction": f"tr_{payment}", **more}
    return PaymentEntry(key=payment_key(draft.key, payment), document=sale, amount=D(amount), **told)  # type: ignore[arg-type]


def test_deposit_partial_delivery_final_invoice_less_the_deposit_and_refund(
    erp: Connector, merchant: Merchant, customer: str, tea: CreatedProduct, pot: CreatedProduct
) -> None:
    ledger = Ledger(merchant, customer)
    draft = order(
        customer,
        line(tea.key, "3", "25.20", "1.39", "5.5"),
        line(pot.key, "2", "99.80", "19.96"),
        line(None, "1", "4.92", "0.98", kind="shipping", title="Colissimo"),
    )
    outcome = write(erp, draft)
    sale = str(outcome.target)
    assert (D("152.25"), D("22.33")) == (draft.gross, draft.tax)
    assert {} == ledger.balances(), "an order is no entry of the books"

    # The customer has paid a part: a deposit invoice with its VAT, paid at once.
    taxes = [
        TaxAmount(rate, one.net, one.tax)
        for rate, one in spread(D(60), table_of(draft.lines)).items()
        if rate
    ]
    deposit = entry_of(draft, sale, "p1", "deposit_invoice", "60.00", taxes=taxes)
    found = entered(erp, deposit)
    assert ("deposit_invoice", D(60), "tr_p1", "Carte bancaire") == (
        found.kind,
        found.amount,
        found.transaction,
        found.method,
    )
    assert found.invoice
    ledger.demand_balance()
    vat = sum((one.tax for one in taxes), D(0))
    assert {"512": D(60), "4191": vat - 60, "445": -vat} == ledger.balances()
    assert (D(0), 0) == (ledger.receivable(), ledger.open_lines())
    assert (D(60), D(60)) == (document(erp, outcome).paid, document(erp, outcome).deposits)

    # One of the pots leaves, then the rest.
    merchant.ship(int(sale), quantities={pot.products[0]: "1"}, tracking="8L1")
    partly = document(erp, outcome)
    assert ("partly_delivered", D(60)) == (partly.state, partly.paid)
    merchant.ship(int(sale), tracking="8L2")
    ledger.demand_balance()

    # The final invoice takes the deposit off, rate by rate.
    number = merchant.post_invoice(int(sale))
    ledger.demand_balance()
    balances = {"512": D(60), "4111": draft.gross - 60, "445": -draft.tax, "707": -draft.net}
    assert balances == ledger.balances(), "nothing is left on the account for deposits"
    assert draft.gross - 60 == ledger.receivable()
    invoice = merchant.one("account.invoice", ["number", "=", number], fields=["total_amount", "tax_amount"])
    assert (draft.gross - 60, draft.tax - vat) == (invoice["total_amount"], invoice["tax_amount"])
    invoiced = document(erp, outcome)
    assert ("invoiced", [number], D(60)) == (invoiced.state, invoiced.invoices, invoiced.paid)

    # What is left is paid, and reconciled with the invoice.
    rest = entered(erp, entry_of(draft, sale, "p2", "settlement", "92.25"))
    assert "settlement" == rest.kind
    ledger.demand_balance()
    assert {"512": draft.gross, "445": -draft.tax, "707": -draft.net} == ledger.balances()
    assert (D(0), 0) == (ledger.receivable(), ledger.open_lines())
    assert (draft.gross, D(60)) == (document(erp, outcome).paid, document(erp, outcome).deposits)

    # A pot comes back: a credit note, then the money.
    back = line(pot.key, "1", "49.90", "9.98")
    credit = order(customer, back, kind="credit", origin=sale, restock=True)
    credit = replace(credit, key=f"{draft.key}+r1")
    credited = write(erp, credit)
    note = document(erp, credited)
    assert ("credit", sale, D("-59.88"), D(0)) == (note.kind, note.origin, note.gross, note.paid)
    ledger.demand_balance()
    assert D("-59.88") == ledger.receivable()
    refund = entered(erp, entry_of(draft, sale, "r:1", "refund", "59.88", credit=credited.target))
    assert ("refund", sale, credited.target) == (refund.kind, refund.document, refund.credit)
    ledger.demand_balance()
    assert {
        "512": draft.gross - D("59.88"),
        "445": -draft.tax + D("9.98"),
        "707": -draft.net + D("49.90"),
    } == ledger.balances()
    assert (D(0), 0) == (ledger.receivable(), ledger.open_lines())
    assert (D("-59.88"), draft.gross) == (document(erp, credited).paid, document(erp, outcome).paid)
    (returned,) = merchant.find("stock.shipment.out.return", ["moves.sale", "=", int(str(credited.target))])
    assert returned, "the warehouse expects the pot"


def test_several_deposits_are_one_order_s_taxes_to_the_cent(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    """Three times a third: each third's VAT is rounded, and Tryton rounds the sum of what it takes off."""
    ledger = Ledger(merchant, customer)
    owed = ledger.receivable()
    draft = order(customer, line(pot.key, "1", "83.33", "16.67"))
    outcome = write(erp, draft)
    table, before = table_of(draft.lines), D(0)
    for number, amount in enumerate(("33.33", "33.33", "33.34"), start=1):
        mine = less(spread(before + D(amount), table), spread(before, table) if before else {})
        before += D(amount)
        taxes = [TaxAmount(rate, one.net, one.tax) for rate, one in mine.items() if rate]
        entered(
            erp, entry_of(draft, str(outcome.target), f"p{number}", "deposit_invoice", amount, taxes=taxes)
        )
    merchant.ship(int(str(outcome.target)))
    merchant.post_invoice(int(str(outcome.target)))
    ledger.demand_balance()
    assert owed == ledger.receivable(), "paid to the cent"
    found = document(erp, outcome)
    assert (draft.gross, draft.gross) == (found.paid, found.deposits)


def test_a_deposit_given_back_before_the_invoice_is_credited_and_paid_out(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    ledger = Ledger(merchant, customer)
    owed, books = ledger.receivable(), ledger.balances()
    draft = order(customer, line(pot.key, "1", "49.90", "9.98"))
    outcome = write(erp, draft)
    sale = str(outcome.target)
    taxes = [TaxAmount(D(20), D("49.90"), D("9.98"))]
    entered(erp, entry_of(draft, sale, "p1", "deposit_invoice", "59.88", taxes=taxes))
    part = entered(erp, entry_of(draft, sale, "r:1", "refund", "19.88"))
    assert ("refund", D("19.88"), None) == (part.kind, part.amount, part.credit)
    ledger.demand_balance()
    assert (D("40.00"), owed) == (document(erp, outcome).paid, ledger.receivable())
    entered(erp, entry_of(draft, sale, "r:2", "refund", "40.00"))
    ledger.demand_balance()
    assert D(0) == document(erp, outcome).paid
    assert (owed, books) == (ledger.receivable(), ledger.balances()), "as before the order"
    (draft_invoice,) = merchant.find(
        "account.invoice", ["sales", "=", int(sale)], ["state", "=", "draft"], fields=["total_amount"]
    )
    assert draft.gross == draft_invoice["total_amount"], "nothing is taken off any more"


def test_documents_tell_a_deposit_as_a_change(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    draft = order(customer, line(pot.key, "1", "49.90", "9.98"))
    outcome = write(erp, draft)
    sale = str(outcome.target)
    sketch = {
        key: one
        for page in erp.read("documents", Selection(sketch=True))
        for key, one in page.digests.items()
    }
    entered(erp, entry_of(draft, sale, "p1", "deposit", "10.00"))
    after = {
        key: one
        for page in erp.read("documents", Selection(sketch=True))
        for key, one in page.digests.items()
    }
    assert [sale] == [key for key, one in after.items() if one != sketch.get(key)]
    cursor = list(erp.read("documents"))[-1].cursor
    entered(erp, entry_of(draft, sale, "p2", "deposit", "5.00"))
    changed = [one for page in erp.read("documents", Selection(since=cursor)) for one in page.records]
    (mine,) = [one for one in changed if one.key == sale]
    assert isinstance(mine, Document)
    assert D(15) == mine.paid
