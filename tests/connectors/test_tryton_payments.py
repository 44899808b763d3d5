"""Money is entered into Tryton once, whatever breaks on the way, and never more of it than is due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal as D
from itertools import count
from typing import Any

import pytest

from raccord_connectors.canonical import Draft, PaymentEntry, TaxAmount, payment_key
from raccord_connectors.contract import Change, ConfigError, Outcome, Selection, TransientError
from raccord_connectors.erp.tryton import Tryton as Connector
from support import tryton_fixtures as given
from support.tryton_ledger import Ledger
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import CrashAt, connect, document, line, order, problem_of, write
from support.tryton_server import TRAINEE, TRAINEE_PASSWORD, Tryton

pytestmark = pytest.mark.counterpart
customer, erp, merchant, pot, server = given.customer, given.erp, given.merchant, given.pot, given.server


@dataclass
class Sold:
    """An order of 1,200 € in Tryton, and what is entered on it."""

    erp: Connector
    merchant: Merchant
    draft: Draft
    written: Outcome

    def entry(self, payment: str, amount: str, kind: str = "deposit", **more: Any) -> PaymentEntry:
        told = {"kind": kind, "method": "Virement", "dated": date(2026, 11, 24), "document": self.key, **more}
        return PaymentEntry(key=payment_key(self.draft.key, payment), amount=D(amount), **told)

    @property
    def key(self) -> str:
        return str(self.written.target)

    def write(self, entry: PaymentEntry, erp: Connector | None = None) -> Outcome:
        (outcome,) = (erp or self.erp).write("payments", [Change("create", entry.key, entry)])
        return outcome

    def read(self, entry: PaymentEntry) -> list[PaymentEntry]:
        pages = self.erp.read("payments", Selection(keys=(entry.key,)))
        return [one for page in pages for one in page.records if isinstance(one, PaymentEntry)]

    @property
    def paid(self) -> D:
        return document(self.erp, self.written).paid


@pytest.fixture(scope="module")
def sell(erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct) -> Callable[[], Sold]:
    def once() -> Sold:
        draft = order(customer, line(pot.key, "20", "1000.00", "200.00"))
        return Sold(erp, merchant, draft, write(erp, draft))

    return once


@pytest.fixture(scope="module")
def sold(sell: Callable[[], Sold]) -> Sold:
    return sell()


def test_a_crash_after_any_step_is_repaired_by_entering_the_same_deposit_again(
    server: Tryton, sell: Callable[[], Sold], customer: str
) -> None:
    """Before a step is after the one before it."""
    sold, steps = sell(), []
    ledger = Ledger(sold.merchant, customer)
    for number in count(1):
        entry = sold.entry(f"p{number}", "12.00", "deposit_invoice", taxes=[TaxAmount(D(20), D(10), D(2))])
        line_that_breaks = CrashAt(number, done=True)
        dying = connect(server, line_that_breaks)
        try:
            assert sold.write(entry, dying).done
            assert not line_that_breaks.crashed
            break  # no step is left to crash at
        except TransientError:
            steps.append(line_that_breaks.crashed)
        assert sold.write(entry).done, f"after {steps[-1]}"
        assert [D(12)] == [one.amount for one in sold.read(entry)], f"after {steps[-1]}"
        assert 12 * number == sold.paid, f"after {steps[-1]}"
    (final,) = sold.merchant.find(
        "account.invoice", ["sales", "=", int(sold.key)], ["state", "=", "draft"], fields=["total_amount"]
    )
    assert 1200 - 12 * number == final["total_amount"], "each is taken off, once"
    ledger.demand_balance()
    assert [
        "account.invoice.create",
        "account.invoice.post",
        "wizard.account.invoice.pay.create",
        "wizard.account.invoice.pay.execute",
        "wizard.account.invoice.pay.delete",
        "account.invoice.write",
    ] == steps


def test_a_deposit_without_vat_is_told_as_one(sold: Sold) -> None:
    entry = sold.entry("sansTVA", "30.00")
    assert sold.write(entry).done
    (found,) = sold.read(entry)
    assert ("deposit", D(30), "Virement", sold.key) == (
        found.kind,
        found.amount,
        found.method,
        found.document,
    )
    invoice = sold.merchant.one(
        "account.invoice", ["number", "=", found.invoice], fields=["tax_amount", "total_amount"]
    )
    assert (D(0), D(30)) == (invoice["tax_amount"], invoice["total_amount"])


def test_what_comes_after_the_invoice_settles_it_whatever_it_was_meant_to_be(
    sell: Callable[[], Sold], merchant: Merchant
) -> None:
    late = sell()
    merchant.post_invoice(int(late.key))
    part, rest = late.entry("p1", "700.00", "deposit"), late.entry("p2", "500.00", "settlement")
    assert late.write(part).done
    assert ["settlement"] == [one.kind for one in late.read(part)]
    assert late.write(rest).done
    assert D(1200) == late.paid
    problem = problem_of(late.write(late.entry("p3", "0.01", "settlement")))
    assert ("tryton.payment_too_large", "amount") == (problem.message.code, problem.field)
    assert "0,01" in problem.message.fr
    assert "only 0.00 is due" in problem.message.en
    assert [] == late.read(late.entry("p3", "0.01"))


@pytest.mark.parametrize(
    ("field", "payment", "change"),
    [
        ("amount", "x1", {"amount": "9999.00"}),
        ("amount", "x2", {"amount": "-1"}),
        ("method", "x3", {"amount": "1.00", "method": "Troc", "usual": ""}),
        ("currency", "x4", {"amount": "1.00", "currency": "CHF"}),
        ("document", "x5", {"amount": "1.00", "document": "999999"}),
        ("taxes", "x6", {"amount": "1.10", "kind": "deposit_invoice", "taxes": [TaxAmount(D(10), D("1.00"), D("0.10"))]}),
        ("amount", "x7", {"amount": "5000.00", "kind": "refund"}),
        ("credit", "x8", {"amount": "5.00", "kind": "refund", "credit": "999999"}),
        ("payment", "x9", {"amount": "1.00", "dated": date(1999, 1, 1)}),
    ],
)  # fmt: skip
def test_what_tryton_could_not_hold_is_refused_and_leaves_nothing(
    server: Tryton, sold: Sold, field: str, payment: str, change: dict[str, Any]
) -> None:
    told = dict(change)
    usual = told.pop("usual", None)
    erp = sold.erp if usual is None else connect(server, payment_method=usual)
    entry = sold.entry(payment, **told)
    before = sold.paid
    problem = problem_of(sold.write(entry, erp))
    assert field == problem.field
    assert entry.key in problem.message.fr
    assert [] == sold.read(entry)
    assert before == sold.paid


def test_the_payment_of_another_order_is_not_entered_on_this_one(sold: Sold) -> None:
    entry = PaymentEntry(
        key="K3QZ-1/p1",
        document=sold.key,
        kind="deposit",
        amount=D(1),
        method="Virement",
        dated=date(2026, 11, 24),
    )
    assert "key" == problem_of(sold.write(entry)).field


def test_a_sale_that_is_not_invoiced_yet_takes_no_deposit_and_says_so(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    """Where Tryton invoices what was shipped, there is no invoice yet to take the deposit off."""
    party = merchant.one("party.party", ["code", "=", customer])["id"]
    merchant.write("party.party", party, sale_invoice_method="fulfillment")
    try:
        draft = order(customer, line(pot.key, "1", "49.90", "9.98"))
        early = Sold(erp, merchant, draft, write(erp, draft))
    finally:
        merchant.write("party.party", party, sale_invoice_method=None)
    entry = early.entry("p1", "59.88")
    problem = problem_of(early.write(entry))
    assert "tryton.deposit_too_early" == problem.message.code
    merchant.ship(int(early.key))
    assert early.write(entry).done, "once shipped, there is a draft"
    assert D("59.88") == early.paid


def test_a_user_without_the_right_to_the_books_is_told_which(server: Tryton, merchant: Merchant) -> None:
    trainee = connect(server, user=TRAINEE, password=TRAINEE_PASSWORD)
    with pytest.raises(ConfigError) as caught:
        trainee.check()
    told = " ".join(message.fr for message in caught.value.findings)
    assert "account.move" in told
    quiet = connect(server, user=TRAINEE, password=TRAINEE_PASSWORD, payment_method="")
    with pytest.raises(ConfigError) as caught:
        quiet.check()
    assert "account.move" not in " ".join(message.fr for message in caught.value.findings), (
        "it enters no payments"
    )


def test_the_modes_of_payment_are_offered_to_the_merchant(erp: Connector) -> None:
    assert {"Carte bancaire", "Virement", "Chèque"} == {one.title for one in erp.discover().payment_methods}
