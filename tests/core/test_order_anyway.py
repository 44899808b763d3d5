"""An order that does not add up is entered on a manager's word: up to the tolerance, to the cent, with the reason in it."""

from datetime import UTC, datetime
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from raccord.core import order_anyway
from raccord.core.channel import ChannelSettings
from raccord.core.order_anyway import Anyway
from raccord.core.order_entry import enter
from raccord.core.order_rules import OrderRules
from raccord.core.rounding import cents
from raccord.core.totals import check
from raccord_connectors.canonical import Address, Buyer, Charge, Order, OrderLine

RULES = OrderRules(items={"shipping": "PORT", "rounding": "ARRONDI"})
DECIDED = Anyway("la boutique arrondit mal", "Anne Duval")
amounts = st.decimals("0.01", "5000", places=6)
found = st.lists(
    st.tuples(amounts, st.sampled_from([D(20), D("5.5"), D(0)]), st.integers(1, 9)), min_size=1, max_size=6
)


def order_of(lines: list[tuple[D, D, int]], gap: D, shipping: D | None = None) -> Order:
    made = [
        OrderLine(
            key=str(n), item=f"s{n}", name=f"Article {n}", quantity=D(q), net=net, tax=net * rate / 100, rate=rate
        )
        for n, (net, rate, q) in enumerate(lines)
    ]  # fmt: skip
    charges = [Charge(kind="shipping", title="Port", net=shipping, tax=D(0), rate=D(0))] if shipping else []
    parts = [(one.net, one.tax) for one in made] + [(one.net, one.tax) for one in charges]
    net, tax = (cents(sum((part[place] for part in parts), D(0))) for place in (0, 1))
    return Order(
        key="1", number="1042", placed_at=datetime(2026, 11, 24, tzinfo=UTC), status="processing", stage="open",
        currency="EUR", prices_include_tax=True, buyer=Buyer(), billing=Address(), lines=made, charges=charges, net=net,
        tax=tax, gross=net + tax + gap,
    )  # fmt: skip


def entered(order: Order, rules: OrderRules = RULES) -> tuple[D, D, D, list[str]]:
    """(net, tax, gross, what its lines for rounding and comments say) of the document."""
    items = {line.item: f"E{line.key}" for line in order.lines}
    entry = enter(
        order, reference="R1", customer="C", items=items, settings=ChannelSettings(orders=rules), anyway=DECIDED
    )  # fmt: skip
    assert entry.draft is not None, entry.problem
    said = [line.title for line in entry.draft.lines if line.kind in ("rounding", "comment")]
    net = sum((line.net for line in entry.draft.lines), D(0))
    tax = sum((line.tax for line in entry.draft.lines), D(0))
    assert (net, tax, net + tax) == (entry.draft.net, entry.draft.tax, entry.draft.gross)
    return entry.draft.net, entry.draft.tax, entry.draft.gross, said


@given(found, st.decimals("-0.50", "0.50", places=2), st.none() | st.decimals("0.5", "40", places=2))
def test_the_document_says_what_the_customer_paid_whatever_the_shop_s_sums_say(
    lines: list[tuple[D, D, int]], gap: D, shipping: D | None
) -> None:
    order = order_of(lines, gap, shipping)
    _, _, gross, said = entered(order)
    assert order.gross == gross
    assert any("la boutique arrondit mal" in one and "Anne Duval" in one for one in said)
    assert bool(gap) == any(one == order_anyway.TITLE.fr for one in said)


@given(found, st.decimals("-9", "9", places=2), st.sampled_from([D(0), D("0.50"), D(3)]))
def test_never_more_is_let_go_than_the_rule_allows(
    lines: list[tuple[D, D, int]], gap: D, tolerance: D
) -> None:
    order = order_of(lines, gap)
    rules = OrderRules(items=RULES.items, tolerance=tolerance)
    refused = order_anyway.refusal(order, rules)
    if check(order) is None:
        assert refused is not None
    else:
        assert (abs(gap) > tolerance) == (refused is not None)


def test_the_difference_is_on_an_untaxed_line_of_the_article_for_rounding() -> None:
    order = order_of([(D(100), D(20), 1)], D("-0.30"))
    net, tax, gross, _ = entered(order)
    assert (D("99.70"), D("20.00"), D("119.70")) == (net, tax, gross)


def test_without_an_article_that_could_carry_it_nothing_is_let_go() -> None:
    order = order_of([(D(100), D(20), 1)], D("0.30"))
    refused = order_anyway.refusal(order, OrderRules())
    assert refused is not None
    assert order_anyway.NO_ITEM.code == refused.code


def test_an_order_that_adds_up_has_nothing_to_let_go() -> None:
    refused = order_anyway.refusal(order_of([(D(100), D(20), 1)], D(0)), RULES)
    assert refused is not None
    assert order_anyway.ADDS_UP.code == refused.code
