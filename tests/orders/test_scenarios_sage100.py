"""The orders of the table through the Sage 100 connector and its bridge: read back, each is what was asked, 0.00 € apart."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec.structs import replace

from raccord.core.order_difference import gaps
from raccord.core.order_entry import enter
from raccord_connectors.canonical import Document, Draft
from raccord_connectors.contract import Change, Selection
from raccord_connectors.erp.sage100 import Sage100
from raccord_connectors.numerals import french
from sandbox.gescom.business import GesCom
from support.gescom import sage100
from support.order_life import Life
from support.order_scenarios import Line, Scenario, held_by, lines_of, scenarios, taxes_of
from support.scenario_gescom import customer_of, scenario_gescom

RATES = {"CHF": Decimal("1.06")}
"""Sage's own, of the currencies whose rate no shop told."""
EVERY, HELD = scenarios("sage100"), held_by("sage100")


LIVES = [one for one in EVERY if one.file in ("refunds", "payments")]


@pytest.fixture(scope="module")
def gescom(tmp_path_factory: pytest.TempPathFactory) -> GesCom:
    return scenario_gescom(tmp_path_factory.mktemp("scenarios"), [*EVERY, *HELD])


@pytest.fixture(scope="module")
def erp(gescom: GesCom) -> Iterator[Sage100]:
    """One bridge for all orders, as a merchant has."""
    connector = sage100(gescom, currency_rates="incertain")
    yield connector
    connector.close()


def draft_of(scenario: Scenario) -> Draft:
    entry = enter(
        scenario.order, reference=scenario.order.key, customer=customer_of(scenario), items=scenario.items,
        settings=scenario.settings,
    )  # fmt: skip
    assert entry.draft is not None, entry.problem
    return entry.draft


def written(erp: Sage100, draft: Draft) -> Document:
    (outcome,) = erp.write("drafts", [Change("create", draft.key, draft)])
    assert outcome.problem is None, outcome.problem
    wanted = Selection(keys=(str(outcome.target),))
    (document,) = [record for page in erp.read("documents", wanted) for record in page.records]
    assert isinstance(document, Document)
    return document


def test_at_least_a_hundred_and_twenty_orders_are_tried_here() -> None:
    assert 120 <= len(EVERY)


@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.name)
def test_the_document_read_back_from_sage_is_the_order_to_the_cent(erp: Sage100, scenario: Scenario) -> None:
    draft = draft_of(scenario)
    document = written(erp, draft)
    assert [] == gaps(draft, document)
    assert (scenario.gross, scenario.paid) == (document.gross, document.paid)
    assert scenario.order.currency == document.currency
    assert document.exchange_rate == (scenario.order.exchange_rate or RATES.get(document.currency))
    assert scenario.balance == document.gross - document.paid
    assert scenario.taxes == taxes_of(document)
    found = [
        Line(
            str(one.item),
            abs(one.quantity),
            one.net,
            (one.gross or Decimal(0)) - one.net,
            one.rate or Decimal(0),
        )
        for one in document.lines
        if one.item is not None
    ]
    assert scenario.lines == found


@pytest.mark.parametrize("scenario", LIVES, ids=lambda scenario: scenario.name)
def test_deposits_credit_notes_and_refunds_leave_in_sage_what_the_accountant_expects(
    erp: Sage100, gescom: GesCom, scenario: Scenario
) -> None:
    """Entered, paid, given back, invoiced, credited: each step through the bridge and read back, the balance to the cent."""
    draft = draft_of(scenario)

    def invoice(document: str) -> None:
        gescom.invoice(document.partition("|")[2])

    life = Life(scenario, replace(draft, key=f"L-{draft.key}"), erp, invoice)
    balance, problem = life.live()
    assert (None, scenario.deposits, scenario.left) == (problem, life.deposits, balance.due)
    found = {refund: lines_of(asked) for refund, (asked, _) in life.credits.items()}
    assert scenario.file != "refunds" or scenario.credits == found


@pytest.mark.parametrize("scenario", HELD, ids=lambda scenario: scenario.name)
def test_a_tax_that_sage_comes_to_otherwise_holds_the_order_and_writes_nothing(
    erp: Sage100, scenario: Scenario
) -> None:
    """Twelve pieces of 0.99 whose tax was rounded piece by piece: no document of Sage can say that."""
    draft = draft_of(scenario)
    (outcome,) = erp.write("drafts", [Change("create", draft.key, draft)])
    assert outcome.problem is not None
    assert ("rejected", "sage100.total_differs") == (outcome.problem.kind, outcome.problem.message.code)
    assert french(draft.gross) in outcome.problem.message.fr
    every = [record for page in erp.read("documents") for record in page.records]
    assert draft.key not in {document.reference for document in every if isinstance(document, Document)}
