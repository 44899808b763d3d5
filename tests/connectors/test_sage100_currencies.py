"""Documents in another currency than the company's: written at the order's rate, read back to the cent, and held where Sage, or
the merchant, does not say enough."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from raccord_connectors.canonical import Document, Draft, DraftLine, Payment, PaymentEntry, payment_key
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.erp.sage100 import Sage100
from raccord_connectors.erp.sage100.currencies import Currency, Exchanges
from sandbox.gescom.business import GesCom
from sandbox.gescom.store import reading
from support.gescom import a_customer, an_article, sage100, small_gescom, sql

CENT = Decimal("0.01")
KEY = "K3QZ-1042"


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


@pytest.fixture
def erp(gescom: GesCom) -> Iterator[Sage100]:
    connector = sage100(gescom, currency_rates="incertain")
    yield connector
    connector.close()


def draft(gescom: GesCom, **changes: Any) -> Draft:
    """Two plates at 20 %, 120.00 USD in all."""
    line = DraftLine(
        item=an_article(gescom), title="Assiette", quantity=Decimal(2), unit_net=Decimal(50), net=Decimal(100), tax=Decimal(20),
        rate=Decimal(20),
    )  # fmt: skip
    told: dict[str, Any] = {
        "key": KEY, "dated": date(2026, 5, 4), "reference": "#1042", "customer": a_customer(gescom), "lines": [line],
        "currency": "USD", "exchange_rate": Decimal("0.9231"), "net": Decimal(100), "tax": Decimal(20),
        "gross": Decimal(120), **changes,
    }  # fmt: skip
    return Draft(**told)


def write(erp: Sage100, stream: str, record: Draft | PaymentEntry) -> Outcome:
    (outcome,) = erp.write(stream, [Change("create", record.key, record)])
    return outcome


def document(erp: Sage100, key: str | None) -> Document:
    (found,) = [one for page in erp.read("documents", Selection(keys=(str(key),))) for one in page.records]
    assert isinstance(found, Document)
    return found


def refused(outcome: Outcome) -> str:
    assert outcome.problem is not None
    assert "rejected" == outcome.problem.kind
    return outcome.problem.message.code


def row(gescom: GesCom, statement: str) -> dict[str, Any]:
    with reading(gescom.path) as connection:
        return dict(connection.execute(statement).fetchone())


@pytest.mark.parametrize(
    ("quoted", "mode", "rate", "price"),
    [("incertain", 0, "0.9231", "46.155"), ("certain", 1, "1.083306", "46.155011")],
)
def test_sage_keeps_the_order_in_euros_with_its_rate_and_it_is_read_back_in_its_currency(
    gescom: GesCom, quoted: str, mode: int, rate: str, price: str
) -> None:
    if mode:
        sql(gescom, "update P_DEVISE set D_Mode = 1, D_Cours = 1 / D_Cours where D_Cours <> 0")
    erp = sage100(gescom, currency_rates=quoted)
    found = document(erp, write(erp, "drafts", draft(gescom)).target)
    head = row(gescom, f"select * from F_DOCENTETE where DO_NoWeb = '{KEY}'")
    line = row(gescom, f"select * from F_DOCLIGNE where DO_Piece = '{found.number}'")
    assert (2, Decimal(rate)) == (head["DO_Devise"], Decimal(str(head["DO_Cours"])))
    assert [price, "50", "92.31", "110.77"] == [
        format(Decimal(str(line[name])).normalize(), "f")
        for name in ("DL_PrixUnitaire", "DL_PUDevise", "DL_MontantHT", "DL_MontantTTC")
    ]
    assert ("USD", Decimal("0.9231")) == (found.currency, found.exchange_rate)
    assert (Decimal(100), Decimal(20), Decimal(120)) == (found.net, found.tax, found.gross)
    erp.close()


def test_without_a_rate_of_the_shop_s_sage_takes_its_own(gescom: GesCom, erp: Sage100) -> None:
    found = document(erp, write(erp, "drafts", draft(gescom, exchange_rate=None)).target)
    assert (Decimal("0.92"), Decimal(120)) == (found.exchange_rate, found.gross)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "XPF"}, "sage100.unknown_currency"),
        ({"exchange_rate": Decimal("0.97")}, None),
        ({"exchange_rate": Decimal("1.0833")}, "sage100.rate_far"),
        ({"exchange_rate": Decimal("0.65")}, "sage100.rate_far"),
        ({"exchange_rate": Decimal("1.52")}, "sage100.rate_far"),
    ],
)
def test_a_currency_that_sage_has_not_or_a_rate_far_from_its_own_is_held(
    gescom: GesCom, erp: Sage100, changes: dict[str, Any], code: str | None
) -> None:
    outcome = write(erp, "drafts", draft(gescom, **changes))
    assert code == (refused(outcome) if outcome.problem else None)


def test_a_merchant_who_did_not_say_how_rates_are_quoted_is_asked_to(gescom: GesCom) -> None:
    erp = sage100(gescom)
    assert "sage100.rates_not_said" == refused(write(erp, "drafts", draft(gescom)))
    erp.close()


def test_a_currency_without_any_rate_is_held(gescom: GesCom, erp: Sage100) -> None:
    sql(gescom, "update P_DEVISE set D_Cours = 0 where D_CodeISO = 'USD'")
    assert "sage100.no_rate" == refused(write(erp, "drafts", draft(gescom, exchange_rate=None)))


def test_an_eco_contribution_in_euros_holds_an_order_in_another_currency(
    gescom: GesCom, erp: Sage100
) -> None:
    sql(
        gescom,
        "insert into F_ARTCOMPTA (AR_Ref, ACP_Type, ACP_Champ, ACP_ComptaCPT_Taxe1, ACP_ComptaCPT_Taxe2) "
        "values (?, 0, 1, 'C20', 'DEEE1')",
        an_article(gescom),
    )
    assert "sage100.eco_in_currency" == refused(write(erp, "drafts", draft(gescom)))


def payment(amount: str, target: str | None, key: str = "p1", **changes: Any) -> PaymentEntry:
    told: dict[str, Any] = {
        "key": payment_key(KEY, key), "document": str(target), "kind": "deposit", "amount": Decimal(amount), "currency": "USD",
        "method": "1", "dated": date(2026, 5, 4), **changes,
    }  # fmt: skip
    return PaymentEntry(**told)


def test_a_deposit_and_a_refund_are_entered_in_the_order_s_currency(gescom: GesCom, erp: Sage100) -> None:
    target = write(erp, "drafts", draft(gescom)).target
    for entry in (payment("70.01", target), payment("20.01", target, "r1", kind="refund")):
        assert write(erp, "payments", entry).problem is None
        (read,) = [one for page in erp.read("payments", Selection(keys=(entry.key,))) for one in page.records]
        assert isinstance(read, PaymentEntry)
        assert (entry.amount, "USD", entry.kind) == (read.amount, read.currency, read.kind)
    found = document(erp, target)
    assert (Decimal("50.00"), Decimal("50.00")) == (found.paid, found.deposits)
    sums = "select sum(DR_Montant) as own, sum(DR_MontantDev) as foreign_ from F_DOCREGL where DR_Libelle like 'K3QZ%'"
    kept = row(gescom, sums)
    assert (Decimal("46.16"), Decimal("50.00")) == (
        Decimal(str(kept["own"])).quantize(CENT),
        Decimal(str(kept["foreign_"])).quantize(CENT),
    )


def test_a_partial_delivery_keeps_the_currency_and_shares_the_deposit(gescom: GesCom, erp: Sage100) -> None:
    target = write(erp, "drafts", draft(gescom)).target
    assert write(erp, "payments", payment("120.00", target)).problem is None
    number = document(erp, target).number
    (line,) = [one for one in document(erp, target).lines if one.item]
    gescom.deliver(number, {int(line.key): Decimal(1)})
    found = document(erp, target)
    assert ("USD", Decimal(120), Decimal(120)) == (found.currency, found.gross, found.paid)
    assert "partly_delivered" == found.state


@pytest.mark.parametrize(
    ("currency", "code"), [("EUR", "sage100.currency_of_payment"), ("USD", "sage100.foreign_settlement")]
)
def test_money_in_another_currency_or_after_the_invoice_waits_for_a_person(
    gescom: GesCom, erp: Sage100, currency: str, code: str
) -> None:
    target = write(erp, "drafts", draft(gescom)).target
    if currency == "USD":
        gescom.invoice(document(erp, target).number)
    entry = payment("120.00", target, kind="settlement", currency=currency)
    assert code == refused(write(erp, "payments", entry))


def test_deposits_that_come_with_the_document_are_in_its_currency(gescom: GesCom, erp: Sage100) -> None:
    paid = Payment(key="p1", method="1", title="CB", amount=Decimal("120.00"), state="paid")
    found = document(erp, write(erp, "drafts", draft(gescom, payments=[paid])).target)
    assert (Decimal(120), Decimal(120)) == (found.paid, found.gross)


def test_a_document_in_a_currency_whose_quotation_was_not_said_is_told_in_euros(
    gescom: GesCom, erp: Sage100
) -> None:
    target = write(erp, "drafts", draft(gescom)).target
    silent = sage100(gescom)
    found = document(silent, target)
    assert ("EUR", None, Decimal("110.77")) == (found.currency, found.exchange_rate, found.gross)
    silent.close()


rates = st.decimals("0.001", "900", places=6)
cents = st.decimals("0.01", "9999.99", places=2)


@examples(max_examples=200)
@given(rate=rates, amount=cents, certain=st.booleans())
def test_what_an_amount_is_worth_in_euros_tells_the_amount_again(
    rate: Decimal, amount: Decimal, certain: bool
) -> None:
    """At the six decimals that Sage keeps of a price; below a thousandth of a euro a unit they are too few."""
    exchange = Exchanges({2: Currency(2, "USD", rate)}, "certain" if certain else "incertain").at(2, rate)
    assert exchange is not None
    kept = exchange.own(amount).quantize(Decimal("0.000001"))
    worth = exchange.own(Decimal(1))
    if worth >= Decimal("0.001"):
        assert amount == exchange.told(kept).quantize(CENT)


@given(rate=rates, certain=st.booleans())
def test_the_company_s_own_money_and_an_unknown_currency_have_no_exchange(
    rate: Decimal, certain: bool
) -> None:
    found = Exchanges({1: Currency(1, "EUR", Decimal(1))}, "certain" if certain else "incertain")
    assert (None, None, None) == (found.at(0, rate), found.at(1, rate), found.at(7, rate))
