"""From what an order's customer paid to the entries that the ERP must have: the same, however it was told."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.core.payment_plan import DocumentState, PaymentPlan, plan, refund_key, with_the_document
from raccord_connectors.canonical import Address, Buyer, Order, Payment, PaymentEntry, Refund, payment_key

D = Decimal
REFERENCE = "K3QZ-1042"
PLACED = datetime(2026, 5, 4, 9, tzinfo=UTC)


def order(*payments: Payment, refunds: tuple[Refund, ...] = ()) -> Order:
    return Order(
        key="1042", number="1042", placed_at=PLACED, status="processing", stage="open", currency="EUR",
        prices_include_tax=True, buyer=Buyer(email="zoe@exemple.fr"), billing=Address(), lines=[],
        payments=list(payments), refunds=list(refunds), net=D(100), tax=D(20), gross=D(120),
    )  # fmt: skip


def paid(key: str = "p1", amount: str = "120", method: str = "card", **fields: object) -> Payment:
    return replace(Payment(key=key, method=method, amount=D(amount), state="paid"), **fields)


def planned(
    found: Order,
    *,
    state: DocumentState = "confirmed",
    rules: OrderRules | None = None,
    entered: dict[str, PaymentEntry] | None = None,
) -> PaymentPlan:
    return plan(
        found,
        reference=REFERENCE,
        document="BC1",
        state=state,
        rules=rules or OrderRules(),
        entered=entered or {},
    )


def rules(**payments: PaymentRule) -> OrderRules:
    return OrderRules(payments=payments)


def by_key(entries: list[PaymentEntry]) -> dict[str, PaymentEntry]:
    return {entry.key: entry for entry in entries}


def test_a_paid_payment_is_a_deposit_under_the_orders_reference() -> None:
    (entry,) = planned(order(paid(transaction="ch_9", paid_at=datetime(2026, 5, 6, tzinfo=UTC)))).missing
    told = (entry.key, entry.document, entry.kind, entry.amount, str(entry.dated), entry.transaction)
    assert ("K3QZ-1042/p1", "BC1", "deposit", D(120), "2026-05-06", "ch_9") == told


@pytest.mark.parametrize("state", ["pending", "authorised", "failed", "cancelled"])
def test_what_is_not_paid_is_not_entered(state: str) -> None:
    found = planned(order(replace(paid(), state=state)))
    assert (True, []) == (found.complete, found.missing)


def test_a_payment_that_comes_after_the_invoice_is_a_settlement() -> None:
    (entry,) = planned(order(paid(method="cheque")), state="invoiced").missing
    assert "settlement" == entry.kind


def test_a_settlement_waits_for_the_invoice() -> None:
    chosen = rules(card=PaymentRule(entry="settlement", mode="3", journal="BQ1"))
    early = planned(order(paid()), rules=chosen)
    assert ([], {"K3QZ-1042/p1": "invoice"}, False) == (early.missing, early.waits, early.complete)
    (entry,) = planned(order(paid()), rules=chosen, state="invoiced").missing
    assert ("settlement", "3", "BQ1") == (entry.kind, entry.method, entry.journal)


def test_what_the_accountant_enters_is_left_alone() -> None:
    found = planned(
        order(paid(), refunds=(Refund(key="1", amount=D(5)),)), rules=rules(card=PaymentRule(entry="none"))
    )
    assert (True, []) == (found.complete, found.missing)


def test_a_method_without_a_rule_is_named_with_the_place_where_to_set_it() -> None:
    found = planned(order(paid(method="alma", title="Alma 3x")), rules=rules(card=PaymentRule()))
    problem = found.held["K3QZ-1042/p1"]
    assert ("order.unknown_payment_method", False) == (problem.message.code, found.complete)
    assert all(word in problem.message.fr for word in ("alma", "Alma 3x", "réglages du canal"))


def test_only_deposits_go_with_the_document() -> None:
    chosen = rules(
        card=PaymentRule(mode="3"), cod=PaymentRule(entry="settlement"), cash=PaymentRule(entry="none")
    )
    given_ = [paid("1"), paid("2", method="cod"), paid("3", method="cash"), paid("4", method="alma")]
    waiting = replace(paid("5"), state="pending")
    assert [("1", "3")] == [
        (one.key, one.method) for one in with_the_document(order(*given_, waiting), chosen)
    ]


def test_a_refund_waits_for_the_payments_that_it_gives_back() -> None:
    found = order(paid(), refunds=(Refund(key="7", amount=D(20)),))
    first = planned(found)
    key = refund_key(REFERENCE, found.refunds[0])
    assert (["K3QZ-1042/p1"], {key: "payments"}) == ([one.key for one in first.missing], first.waits)
    second = planned(found, entered=by_key(first.missing))
    assert [(key, "refund", D(20))] == [(one.key, one.kind, one.amount) for one in second.missing]
    done = planned(found, entered=by_key([*first.missing, *second.missing]))
    assert (True, []) == (done.complete, done.missing)


def test_more_than_what_was_entered_is_not_given_back() -> None:
    found = order(paid(amount="10"), refunds=(Refund(key="7", amount=D(20)),))
    told = planned(found, entered=by_key(planned(found).missing))
    assert ["order.refund_too_large"] == [one.message.code for one in told.held.values()]
    assert [] == told.missing


def test_a_changed_or_withdrawn_payment_that_is_entered_is_told_and_not_entered_again() -> None:
    entered = by_key(planned(order(paid(amount="50"))).missing)
    changed = planned(order(paid(amount="70")), entered=entered)
    taken_back = planned(order(replace(paid(amount="50"), state="cancelled")), entered=entered)
    codes = [[one.message.code for one in found.held.values()] for found in (changed, taken_back)]
    assert [["order.payment_differs"], ["order.payment_taken_back"]] == codes
    assert [[], []] == [changed.missing, taken_back.missing]


def test_nothing_is_entered_on_a_cancelled_document() -> None:
    found = planned(order(paid()), state="cancelled")
    assert ([], {"K3QZ-1042/p1": "document"}) == (found.missing, found.waits)


# ------------------------------------------------------------------------------------- any sequence of events

AMOUNTS = st.decimals(min_value=D("0.01"), max_value=D(500), places=2)
PAYMENTS = st.lists(
    st.builds(
        Payment,
        key=st.sampled_from(["1", "2", "3", "pay 4", "cléé", "x" * 40]),
        method=st.sampled_from(["card", "cheque", "cod"]),
        amount=AMOUNTS,
        state=st.sampled_from(["pending", "authorised", "paid", "failed", "cancelled"]),
    ),
    max_size=6,
    unique_by=lambda one: one.key,
)
REFUNDS = st.lists(
    st.builds(Refund, key=st.sampled_from(["1", "2", "9"]), amount=AMOUNTS),
    max_size=3,
    unique_by=lambda o: o.key,
)
STATES: st.SearchStrategy[DocumentState] = st.sampled_from(
    ["draft", "confirmed", "preparing", "partly_delivered", "delivered", "invoiced"]
)
CHOSEN = rules(
    card=PaymentRule(),
    cheque=PaymentRule(entry="deposit_invoice", mode="2"),
    cod=PaymentRule(entry="settlement"),
)


def balance(entered: dict[str, PaymentEntry]) -> Decimal:
    return sum((-one.amount if one.kind == "refund" else one.amount for one in entered.values()), D(0))


@given(payments=PAYMENTS, refunds=REFUNDS, data=st.data())
def test_any_sequence_of_events_ends_in_the_same_entries_and_never_in_more_than_was_paid(
    payments: list[Payment], refunds: list[Refund], data: st.DataObject
) -> None:
    """The shop's order is seen at any moments, in any state of its document, and any part of what is asked for is entered,
    some of it twice; payments are only ever validated, as a shop does, and told in any order."""
    truth = order(*payments, refunds=tuple(refunds))
    paid_ones = {one.key: one.amount for one in payments if one.state == "paid"}
    entered: dict[str, PaymentEntry] = {}
    for _ in range(data.draw(st.integers(0, 6))):
        seen = [
            one if data.draw(st.booleans()) else replace(one, state="pending")
            for one in payments
            if payment_key(REFERENCE, one.key) not in entered
        ] + [one for one in payments if payment_key(REFERENCE, one.key) in entered]
        told = order(
            *data.draw(st.permutations(seen + seen[:1])), refunds=tuple(data.draw(st.permutations(refunds)))
        )
        found = planned(told, state=data.draw(STATES), rules=CHOSEN, entered=entered)
        for entry in found.missing:
            if data.draw(st.booleans()):
                entered.setdefault(entry.key, entry)
                entered.setdefault(entry.key, entry)
        assert D(0) <= balance(entered) <= sum(paid_ones.values(), D(0))
    for _ in range(3):
        final = planned(truth, state="invoiced", rules=CHOSEN, entered=entered)
        entered |= by_key(final.missing)
    assert [] == planned(truth, state="invoiced", rules=CHOSEN, entered=entered).missing
    told_paid = {key: one.amount for key, one in entered.items() if one.kind != "refund"}
    assert {payment_key(REFERENCE, key): amount for key, amount in paid_ones.items()} == told_paid
    back = sum((one.amount for one in entered.values() if one.kind == "refund"), D(0))
    assert back <= sum(paid_ones.values(), D(0))
    if sum((one.amount for one in refunds), D(0)) <= sum(paid_ones.values(), D(0)) and paid_ones:
        assert sum((one.amount for one in refunds), D(0)) == back


@given(reference=st.text(min_size=1, max_size=17), first=st.text(max_size=60), second=st.text(max_size=60))
def test_keys_are_short_and_different_for_different_payments(reference: str, first: str, second: str) -> None:
    one, other = payment_key(reference, first), payment_key(reference, second)
    assert len(one) <= 35
    assert (first == second) == (one == other)
