"""The orders of the table that Tryton can represent, on a real one: each sale is what the customer paid, 0.00 € apart."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord.core.order_difference import gaps
from raccord.core.order_entry import enter
from raccord.core.order_rules import PaymentRule
from raccord.core.payment_plan import plan
from raccord.core.rates import table_of
from raccord_connectors.canonical import Document, Draft, PaymentEntry, payment_key
from raccord_connectors.contract import Change, Selection
from raccord_connectors.erp.tryton import Tryton as Connector
from raccord_connectors.erp.tryton.keys import item_key
from raccord_connectors.erp.tryton.payment_entries import KINDS as PAYMENT_KINDS
from raccord_connectors.numerals import french
from support import tryton_fixtures as given
from support.order_scenarios import Scenario, held_by, scenarios, taxes_of
from support.tryton_ledger import Ledger
from support.tryton_merchant import Merchant
from support.tryton_orders import document, problem_of, totals, write

pytestmark = pytest.mark.counterpart
customer, erp, merchant, server = given.customer, given.erp, given.merchant, given.server
EVERY, HELD = scenarios("tryton"), held_by("tryton")
CATEGORIES = {"20": "TVA 20", "10": "TVA 10", "5.5": "TVA 5,5", "0": "Sans TVA"}
SERVICES = {"EMBALLAGE": "20", "BON": "20", "ECO": "20", "DIVERS": "20", "PACK": "20", "CARTE": "0"}
"""Beside those that the prepared Tryton has."""
CURRENCIES = {"CHF": "756", "GBP": "826", "USD": "840", "CAD": "124"}
PREPARED = ("PORT", "FRAIS", "REMISE", "ARRONDI")


@pytest.fixture(scope="module")
def keys(merchant: Merchant) -> dict[str, str]:
    """Name of an article in the table → its key in Tryton. The table's currencies are there as well."""
    worth = {one.order.currency: one.order.exchange_rate for one in EVERY}
    for code, number in CURRENCIES.items():
        currency = merchant.create(
            "currency.currency", name=code, symbol=code, code=code, numeric_code=number, rounding=Decimal("0.01")
        )  # fmt: skip
        units = (1 / (worth.get(code) or Decimal("1.05"))).quantize(Decimal("0.0001"))
        merchant.create("currency.currency.rate", currency=currency, date=date(2026, 1, 1), rate=units)
    goods = {f"{letter}{rate}": rate for letter in "ABCE" for rate in ("20", "10", "5.5", "0")}
    found = {}
    for name, rate in {**goods, **SERVICES}.items():
        kind = "service" if name in SERVICES else "goods"
        found[name] = merchant.create_product(
            name, f"Article {name}", "10", tax=CATEGORIES[rate], kind=kind
        ).key
    for name in PREPARED:
        product = merchant.one("product.product", ["code", "=", name], fields=["template"])
        found[name] = item_key(product["template"], product["id"], 1)
    return found


def draft_of(scenario: Scenario, customer: str, keys: dict[str, str]) -> Draft:
    entry = enter(
        scenario.order, reference=scenario.order.key, customer=customer, items=scenario.items, settings=scenario.settings
    )  # fmt: skip
    assert entry.draft is not None, entry.problem
    lines = [replace(line, item=keys[line.item] if line.item else None) for line in entry.draft.lines]
    return replace(entry.draft, lines=lines)


@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.name)
def test_the_sale_is_the_order_to_the_cent(
    erp: Connector, merchant: Merchant, customer: str, keys: dict[str, str], scenario: Scenario
) -> None:
    draft = draft_of(scenario, customer, keys)
    found: Document = document(erp, write(erp, draft))
    assert [] == gaps(draft, found)
    (sale,) = merchant.sales(draft.key)
    assert (draft.net, draft.tax, scenario.gross) == totals(sale)
    if found.taxes:
        assert {one.rate: one.tax for one in scenario.taxes} == {one.rate: one.tax for one in taxes_of(found)}


@pytest.mark.parametrize(
    "scenario",
    [one for one in EVERY if one.file == "payments" and one.balance >= 0],
    ids=lambda scenario: scenario.name,
)
def test_its_payments_and_refunds_are_in_the_books_and_the_balance_is_the_shop_s(
    erp: Connector, merchant: Merchant, customer: str, keys: dict[str, str], scenario: Scenario
) -> None:
    """Every payment becomes a deposit invoice with its VAT, each refund a credit of it; asked for by the plan, until it asks for
    nothing more."""
    draft = draft_of(scenario, customer, keys)
    outcome = write(erp, draft)
    rules = replace(
        scenario.settings.orders, payments={"": PaymentRule(entry="deposit_invoice", mode="Carte bancaire")}
    )
    wanted = [payment_key(draft.key, one.key) for one in scenario.order.payments]
    wanted += [payment_key(draft.key, f"r:{one.key}") for one in scenario.order.refunds]
    for _ in range(3):
        found = document(erp, outcome)
        now = plan(
            scenario.order,
            reference=draft.key,
            document=found.key,
            state=found.state,
            rules=rules,
            entered=read_payments(erp, wanted),
            kinds=PAYMENT_KINDS,
            table=table_of(draft.lines),
        )
        assert {} == now.held
        for entry in now.missing:
            (done,) = erp.write("payments", [Change("create", entry.key, entry)])
            assert done.problem is None, done.problem
    assert now.complete
    assert scenario.paid - scenario.refunded == found.paid == found.deposits
    assert scenario.balance == draft.gross - found.paid - scenario.refunded
    if scenario.sold and found.paid < draft.gross:
        (final,) = merchant.find(
            "account.invoice",
            ["sales", "=", int(found.key)],
            ["state", "=", "draft"],
            fields=["total_amount"],
        )
        assert draft.gross - found.paid == final["total_amount"], "the invoice asks for what is left"
    Ledger(merchant, customer).demand_balance()


def test_a_payment_of_more_than_is_due_is_held_with_both_amounts(
    erp: Connector, customer: str, keys: dict[str, str]
) -> None:
    """Tryton would make a credit note of the final invoice: that is for the accountant to decide."""
    (scenario,) = [one for one in EVERY if one.balance < 0]
    draft = draft_of(scenario, customer, keys)
    outcome = write(erp, draft)
    entry = PaymentEntry(
        key=payment_key(draft.key, "1"), document=str(outcome.target), kind="deposit", amount=scenario.paid,
        method="Virement", dated=draft.dated,
    )  # fmt: skip
    (done,) = erp.write("payments", [Change("create", entry.key, entry)])
    problem = problem_of(done)
    assert "tryton.payment_too_large" == problem.message.code
    assert f"dû que {french(scenario.gross)}" in problem.message.fr


def read_payments(erp: Connector, wanted: list[str]) -> dict[str, PaymentEntry]:
    pages = erp.read("payments", Selection(keys=tuple(wanted))) if wanted else ()
    return {one.key: one for page in pages for one in page.records if isinstance(one, PaymentEntry)}


@pytest.mark.parametrize("scenario", HELD, ids=lambda scenario: scenario.name)
def test_an_order_whose_taxes_tryton_comes_to_otherwise_is_held_before_it_is_a_sale(
    erp: Connector, merchant: Merchant, customer: str, keys: dict[str, str], scenario: Scenario
) -> None:
    """Its total is the customer's, but Tryton taxes the sum of the lines: a rate, or its base, is not the shop's. The draft is
    compared, explained rate by rate and taken away; no stock was reserved and no invoice begun."""
    draft = draft_of(scenario, customer, keys)
    problem = problem_of(write(erp, draft))
    assert ("tryton.rates_differ", "gross") == (problem.message.code, problem.field)
    rates = {str(one.rate) for one in scenario.taxes}
    assert any(f"TVA à {rate} %" in problem.message.fr for rate in rates)
    assert "Nothing was confirmed" in problem.message.en
    assert [] == merchant.sales(draft.key)
