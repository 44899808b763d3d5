"""From refunds of the shop to credit notes: never more than was sold, never a cent lost, and no tax at another's rate."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.order_rules import OrderRules
from raccord.core.payment_plan import DocumentState
from raccord.core.rates import gross_of, spread, table_of, total
from raccord.core.reference import LONGEST, credit_reference, order_reference
from raccord.core.refund_parts import broken_down
from raccord.core.refund_plan import RefundPlan, plan_credits
from raccord.core.rounding import Amounts
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundPart,
)

D = Decimal
PLACED = datetime(2026, 5, 4, 9, tzinfo=UTC)
RULES = OrderRules(items={"refund": "REMB"})


def sold(*lines: tuple[str, str, str, str]) -> tuple[Order, Draft]:
    """An order of lines (quantity, net, tax, rate), and the document that was asked for it."""
    ordered = [
        OrderLine(key=str(n), item=f"A{n}", quantity=D(q), net=D(net), tax=D(tax), rate=D(rate))
        for n, (q, net, tax, rate) in enumerate(lines, start=1)
    ]
    net, tax = sum((one.net for one in ordered), D(0)), sum((one.tax for one in ordered), D(0))
    order = Order(
        key="1042", number="1042", placed_at=PLACED, status="processing", stage="open", currency="EUR",
        prices_include_tax=True, buyer=Buyer(), billing=Address(), lines=ordered, net=net, tax=tax, gross=net + tax,
        payments=[Payment(key="p", method="card", amount=net + tax, state="paid")],
    )  # fmt: skip
    drafted = [
        DraftLine(
            item=one.item, title=one.item, quantity=one.quantity, unit_net=D(0), net=one.net, tax=one.tax, rate=one.rate,
            shop_line=one.key,
        )
        for one in ordered
    ]  # fmt: skip
    draft = Draft(
        key="K3QZ-1042", dated=PLACED.date(), reference="1042", customer="C1", lines=drafted, net=net, tax=tax,
        gross=net + tax,
    )  # fmt: skip
    return order, draft


def chairs(*refunds: Refund) -> tuple[Order, Draft]:
    """Two chairs at 35.00 with 20 % and two books at 10.00 with 5.5 %."""
    order, draft = sold(("2", "58.33", "11.67", "20"), ("2", "18.96", "1.04", "5.5"))
    return replace(order, refunds=list(refunds)), draft


def document(draft: Draft, gross: Decimal | None = None, invoiced: str = "0") -> Document:
    lines = [
        DocumentLine(key="1", item="A1", quantity=D(invoiced), net=D(1), stage="invoice"),
        DocumentLine(key="2", item="A1", quantity=D(2) - D(invoiced), net=D(1)),
    ]
    return Document(
        key="BC1", number="BC1", kind="order", dated=draft.dated, state="confirmed", lines=lines, net=draft.net,
        tax=draft.tax, gross=draft.gross if gross is None else gross,
    )  # fmt: skip


def planned(
    order: Order,
    draft: Draft,
    *,
    state: DocumentState = "invoiced",
    now: Document | None = None,
    writes: bool = True,
    rules: OrderRules = RULES,
    entered: dict[str, Document] | None = None,
) -> RefundPlan:
    return plan_credits(
        order,
        draft=draft,
        document=now,
        key="BC1",
        state=state,
        rules=rules,
        writes=writes,
        entered=entered or {},
    )


def test_a_refund_is_a_credit_of_the_document_under_a_reference_of_its_own() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}, reason="Rendue", restocked=True))
    credit = planned(order, draft).missing["7"]
    assert ("K3QZ+1042.7", "credit", "BC1", "C1", True) == (
        credit.key, credit.kind, credit.origin, credit.customer, credit.restock
    )  # fmt: skip
    said = [(line.title, line.item, line.quantity, line.net, line.tax) for line in credit.lines]
    assert [("Rendue", None, D(0), D(0), D(0)), ("A1", "A1", D(1), D("29.17"), D("5.83"))] == said
    assert (D("29.17"), D("5.83"), D(35)) == (credit.net, credit.tax, credit.gross)


def test_a_credit_is_in_the_currency_of_its_order_and_at_its_rate() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}))
    credit = planned(order, replace(draft, currency="USD", exchange_rate=D("0.92"))).missing["7"]
    assert ("USD", D("0.92")) == (credit.currency, credit.exchange_rate)


@given(
    order=st.text(min_size=1, max_size=40),
    refunds=st.lists(st.text(max_size=40), min_size=2, max_size=2, unique=True),
)
def test_two_refunds_never_share_a_reference_nor_have_one_that_the_erp_cuts(
    order: str, refunds: list[str]
) -> None:
    of = order_reference(UUID(int=1), order)
    found = [credit_reference(of, refund) for refund in refunds]
    assert found[0] != found[1]
    assert all(len(one) <= LONGEST and one[4] == "+" and one.isascii() for one in found)


@pytest.mark.parametrize("state", ["confirmed", "preparing", "partly_delivered", "delivered"])
def test_a_credit_waits_for_the_invoice(state: DocumentState) -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}))
    found = planned(order, draft, state=state, now=document(draft))
    assert ({"7": "invoice"}, {}, False) == (found.waits, found.missing, found.complete)


def test_goods_that_are_invoiced_already_are_credited_though_the_rest_is_to_come() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}))
    found = planned(order, draft, state="partly_delivered", now=document(draft, invoiced="1"))
    assert ["7"] == list(found.missing)


def test_what_the_erp_s_order_was_reduced_by_is_not_credited_again() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}), Refund(key="8", amount=D(5)))
    found = planned(order, draft, now=document(draft, draft.gross - 35))
    assert ({"7": "reduced"}, ["8"]) == (found.waits, list(found.missing))


def test_an_order_that_was_reduced_by_another_amount_is_told_with_both() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}))
    problem = planned(order, draft, now=document(draft, draft.gross - 30)).held["7"]
    assert "order.reduced_otherwise" == problem.message.code
    assert all(word in problem.message.fr for word in ("30", "35"))


def test_a_cancelled_document_needs_no_credit_and_an_erp_without_credits_leaves_them_to_the_accountant() -> (
    None
):
    order, draft = chairs(Refund(key="7", amount=D(90)))
    assert {"7": "document"} == planned(order, draft, state="cancelled").waits
    assert {"7": "by_hand"} == planned(order, draft, writes=False).waits
    assert {"7": "by_hand"} == planned(order, draft, rules=replace(RULES, credits="by_hand")).waits


def test_money_paid_beyond_the_order_goes_back_without_a_credit() -> None:
    order, draft = chairs(Refund(key="7", amount=D(10)))
    more = replace(order, payments=[Payment(key="p", method="card", amount=D(100), state="paid")])
    assert ({"7": "overpaid"}, {}) == (planned(more, draft).waits, planned(more, draft).missing)


def test_a_credit_of_another_amount_and_one_without_its_refund_are_told() -> None:
    order, draft = chairs(Refund(key="7", amount=D(35), lines={"1": D(1)}))
    credit = replace(document(draft), number="AV1", gross=D(-34))
    assert "order.credit_differs" == planned(order, draft, entered={"7": credit}).held["7"].message.code
    gone = planned(replace(order, refunds=[]), draft, entered={"7": credit})
    assert "order.credit_taken_back" == gone.held["7"].message.code


def test_more_than_the_order_is_not_credited() -> None:
    order, draft = chairs(Refund(key="1", amount=D(90)), Refund(key="2", amount=D("0.01")))
    found = planned(order, draft)
    assert (["1"], "order.refunds_exceed_order") == (list(found.missing), found.held["2"].message.code)


def test_details_that_exceed_the_amount_hold_the_refund() -> None:
    part = RefundPart(line="1", quantity=D(1), net=D("29.17"), tax=D("5.83"), rate=D(20))
    order, draft = chairs(Refund(key="7", amount=D(30), parts=[part]))
    assert "order.refund_parts_differ" == planned(order, draft).held["7"].message.code


def test_a_pack_that_was_entered_by_its_parts_is_credited_by_them() -> None:
    order, draft = sold(("1", "40.00", "8.00", "20"), ("2", "20.00", "4.00", "20"))
    pack = OrderLine(key="p", item="PACK", quantity=D(1), net=D(60), tax=D(12), rate=D(20))
    parts = [replace(line, part_of="p", net=D(0), tax=D(0)) for line in order.lines]
    order = replace(order, lines=[pack, *parts], refunds=[Refund(key="7", amount=D(72), lines={"p": D(1)})])
    credit = planned(order, draft).missing["7"]
    assert [("A1", D(1), D(40)), ("A2", D(2), D(20))] == [
        (one.item, one.quantity, one.net) for one in credit.lines
    ]


amounts = st.decimals(min_value="0.01", max_value="5000", places=2)
rates = st.sampled_from(["20", "10", "5.5", "2.1", "0"])


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, Draft]:
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        net, rate, quantity = draw(amounts), draw(rates), draw(st.integers(1, 9))
        tax = (net * D(rate) / 100).quantize(D("0.01"))
        lines.append((str(quantity), str(net), str(tax), rate))
    return sold(*lines)


@settings(max_examples=60, deadline=None)
@given(made=orders(), data=st.data())
def test_all_pieces_given_back_one_refund_after_another_are_the_order_to_the_cent(
    made: tuple[Order, Draft], data: st.DataObject
) -> None:
    order, draft = made
    refunds: list[Refund] = []
    for line in order.lines:
        left = int(line.quantity)
        while left:
            taken = data.draw(st.integers(1, left))
            before, after = line.quantity - left, line.quantity - left + taken
            gross = line.net + line.tax
            amount = _share(gross, after, line.quantity) - _share(gross, before, line.quantity)
            if amount > 0:
                refunds.append(Refund(key=str(len(refunds)), amount=amount, lines={line.key: D(taken)}))
            left -= taken
    told = broken_down(replace(order, refunds=refunds), draft)
    assert all(one.problem is None for one in told)
    parts = [part for one in told for part in one.parts]
    assert draft.gross == sum((part.net + part.tax for part in parts), D(0))
    for one in told:
        assert one.refund.amount == sum((part.net + part.tax for part in one.parts), D(0))
    if all(part.line is not None for part in parts):
        assert draft.tax == sum((part.tax for part in parts), D(0))


def _share(gross: Decimal, pieces: Decimal, whole: Decimal) -> Decimal:
    return gross if pieces == whole else (gross * pieces / whole).quantize(D("0.01"))


@settings(max_examples=100, deadline=None)
@given(made=orders(), share=st.integers(1, 100))
def test_a_free_amount_is_spread_over_the_rates_and_makes_itself(
    made: tuple[Order, Draft], share: int
) -> None:
    table = table_of(made[1].lines)
    amount = (total(table) * share / 100).quantize(D("0.01"))
    found = spread(amount, table)
    assert amount == total(found)
    assert set(found) <= set(table)
    assert total(table) != amount or {rate: one for rate, one in table.items() if gross_of(one)} == found
    for rate, one in found.items():
        assert rate is not None
        assert abs(one.net * rate / 100 - one.tax) <= D("0.02") * max(1, len(made[1].lines))


def test_an_amount_that_no_rate_can_carry_is_untaxed() -> None:
    assert {D(0): Amounts(D(5), D(0))} == spread(D(5), {})
