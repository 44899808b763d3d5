"""The shop's figures beside the ERP's: what differs is found, whatever it is, and nothing else is marked."""

from datetime import UTC, date, datetime
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.order_cards import card_of
from raccord.core.order_compare import Cell, compare
from raccord.core.order_entry import enter
from raccord.core.order_rules import OrderRules
from raccord.core.rounding import cents
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Document,
    DocumentLine,
    Draft,
    Order,
    OrderLine,
    TaxAmount,
)
from raccord_connectors.contract import Message, Problem

SETTINGS = ChannelSettings(orders=OrderRules(items={"shipping": "PORT"}, comments=("Commande {number}",)))
lines = st.lists(
    st.tuples(st.decimals("0.01", "900", places=2), st.sampled_from([D(20), D("5.5")]), st.integers(1, 5)),
    min_size=1,
    max_size=6,
)


def entered(found: list[tuple[D, D, int]]) -> tuple[Order, Draft, Document]:
    """An order, what was asked of the ERP, and the ERP's document that is just that."""
    sold = [
        OrderLine(
            key=str(n), item=f"s{n % 3}", name=f"Article {n}", quantity=D(q), net=net, tax=cents(net * rate / 100), rate=rate
        )
        for n, (net, rate, q) in enumerate(found)
    ]  # fmt: skip
    port = Charge(kind="shipping", title="Port", net=D("5.00"), tax=D("1.00"), rate=D(20))
    net = sum((one.net for one in sold), port.net)
    tax = sum((one.tax for one in sold), port.tax)
    order = Order(
        key="1", number="1042", placed_at=datetime(2026, 11, 24, tzinfo=UTC), status="x", stage="open", currency="EUR",
        prices_include_tax=True, buyer=Buyer(), billing=Address(), lines=sold, charges=[port], net=net, tax=tax,
        gross=net + tax,
    )  # fmt: skip
    items = {f"s{n}": f"E{n}" for n in range(3)}
    draft = enter(order, reference="R", customer="C", items=items, settings=SETTINGS).draft
    assert draft is not None
    table: dict[D, list[D]] = {}
    for line in draft.lines:
        if line.rate:
            sums = table.setdefault(line.rate, [D(0), D(0)])
            sums[0] += line.net
            sums[1] += line.tax
    document = Document(
        key="BC1", number="BC1", kind="order", dated=date(2026, 11, 24), state="confirmed", net=draft.net, tax=draft.tax,
        gross=draft.gross, taxes=[TaxAmount(rate, *sums) for rate, sums in table.items()],
        lines=[
            DocumentLine(key=str(n), item=one.item, title=one.title, quantity=one.quantity, net=one.net,
                         gross=one.net + one.tax, rate=one.rate)
            for n, one in enumerate(draft.lines) if one.kind != "comment"
        ],
    )  # fmt: skip
    return order, draft, document


@given(lines)
def test_a_document_that_is_what_was_asked_has_no_mark(found: list[tuple[D, D, int]]) -> None:
    order, draft, document = entered(found)
    told = compare(order, draft, document)
    assert not told.differs
    assert [] == told.why
    assert ["both"] * (len(found) + 1) == [one.there for one in told.lines]
    assert [one.name for one in order.lines] == [one.title for one in told.lines][:-1]


@given(lines, st.data())
def test_a_line_whose_amount_is_another_is_the_one_that_is_marked(
    found: list[tuple[D, D, int]], data: st.DataObject
) -> None:
    order, draft, document = entered(found)
    at = data.draw(st.integers(0, len(document.lines) - 1))
    gap = data.draw(st.sampled_from([D("0.01"), D("-0.01"), D(7)]))
    line = document.lines[at]
    changed = [*document.lines]
    changed[at] = replace(line, net=line.net + gap, gross=(line.gross or D(0)) + gap)
    other = replace(document, lines=changed, net=document.net + gap, gross=document.gross + gap)
    told = compare(order, draft, other)
    assert [at] == [n for n, one in enumerate(told.lines) if one.net.differs]
    assert {"net", "gross"} == {one.name for one in told.totals if one.amount.differs}
    assert len(told.why) >= 2


@given(lines)
def test_what_is_missing_in_the_erp_and_what_was_added_there_are_told(
    found: list[tuple[D, D, int]],
) -> None:
    order, draft, document = entered(found)
    added = DocumentLine(key="x", item="NOEUD", title="Nœud", quantity=D(1), net=D(1), gross=D("1.20"))
    told = compare(order, draft, replace(document, lines=[*document.lines[:-1], added]))
    assert ("shop", "erp") == tuple(one.there for one in told.lines[-2:])
    assert told.lines[-2].net.differs
    assert told.differs


def test_before_it_is_asked_only_the_shop_is_shown() -> None:
    order, _, _ = entered([(D(10), D(20), 1)])
    told = compare(order, None, None)
    assert {None} == {one.net.found for one in told.lines} | {one.net.asked for one in told.lines}
    assert not told.differs


def test_a_document_in_another_currency_is_not_compared() -> None:
    order, draft, document = entered([(D(10), D(20), 1)])
    assert not compare(order, draft, replace(document, currency="USD", gross=D(1))).differs


def test_an_order_that_does_not_add_up_shows_what_its_parts_make() -> None:
    order, _, _ = entered([(D(10), D(20), 1)])
    told = compare(replace(order, gross=order.gross + D(1)), None, None)
    assert ("parts", True) == (told.totals[0].name, told.totals[0].wrong)
    assert Cell(order.gross) == told.totals[0].amount
    assert told.differs


def test_what_is_unknown_is_the_manager_s_turn_and_can_be_retried_or_ignored() -> None:
    card = card_of(Problem("rejected", Message("ebp.whatever", "x", "x")))
    assert ("manager", ("retry", "ignored")) == (card.turn, card.acts)
