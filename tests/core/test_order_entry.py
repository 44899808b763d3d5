"""An order becomes the document that the ERP writes, exact to the cent, or a hold with its reason."""

from datetime import UTC, datetime
from decimal import Decimal as D
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from raccord.core.channel import ChannelSettings
from raccord.core.order_entry import enter
from raccord.core.order_rules import OrderRules
from raccord.core.reference import LONGEST, order_reference
from raccord.core.rounding import cents
from raccord.core.totals import check
from raccord_connectors.canonical import Address, Buyer, Charge, Order, OrderLine

SETTINGS = ChannelSettings(orders=OrderRules(items={"shipping": "PORT"}))


def order_of(lines: list[OrderLine], charges: list[Charge], residue: D = D(0)) -> Order:
    amounts = [(part.net, part.tax) for part in lines] + [(part.net, part.tax) for part in charges]
    net = cents(sum((net for net, _ in amounts), D(0)))
    tax = cents(sum((tax for _, tax in amounts), D(0))) + residue
    return Order(
        key="1042",
        number="1042",
        placed_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        status="processing",
        stage="open",
        currency="EUR",
        prices_include_tax=True,
        buyer=Buyer(email="a@example.org"),
        billing=Address(last_name="Durand"),
        lines=lines,
        charges=charges,
        net=net,
        tax=tax,
        gross=net + tax,
    )


def line(key: str, net: str, tax: str, quantity: str = "1") -> OrderLine:
    return OrderLine(
        key=key, item=f"shop-{key}", name=f"Article {key}", quantity=D(quantity), net=D(net), tax=D(tax)
    )


amounts = st.decimals("0.01", "5000", places=6)
parts = st.builds(
    lambda index, net, rate, quantity: (index, net, (net * rate / 100), quantity),
    st.integers(0, 10_000),
    amounts,
    st.sampled_from([D("20"), D("10"), D("5.5"), D("2.1")]),
    st.decimals("0.5", "40", places=2),
)


@given(
    st.lists(parts, min_size=1, max_size=12, unique_by=lambda part: part[0]), st.one_of(st.none(), amounts)
)
def test_the_document_always_says_what_the_customer_paid(
    found: list[tuple[int, D, D, D]], shipping: D | None
) -> None:
    lines = [
        OrderLine(key=str(index), item=str(index), name="x", quantity=quantity, net=net, tax=tax)
        for index, net, tax, quantity in found
    ]
    charges = [Charge(kind="shipping", title="Colissimo", net=shipping, tax=shipping / 5)] if shipping else []
    order = order_of(lines, charges)
    assert check(order) is None
    items = {one.item: f"erp-{one.item}" for one in lines}
    draft = enter(order, reference="R", customer="C", items=items, settings=SETTINGS).draft
    assert draft is not None
    assert order.gross == sum((one.net + one.tax for one in draft.lines), D(0))
    assert (order.net, order.tax) == (
        sum(one.net for one in draft.lines),
        sum(one.tax for one in draft.lines),
    )


def test_an_article_that_is_not_bound_holds_the_order_and_names_it() -> None:
    entry = enter(
        order_of([line("1", "10", "2")], []), reference="R", customer="C", items={}, settings=SETTINGS
    )
    assert entry.draft is None
    assert entry.problem is not None
    assert "Article 1" in entry.problem.message.fr
    assert "Article 1" in entry.problem.message.en
    assert "lines.1" == entry.problem.field


def test_shipping_without_an_article_to_carry_it_holds_the_order() -> None:
    order = order_of(
        [line("1", "10", "2")], [Charge(kind="shipping", title="Colissimo", net=D("5.75"), tax=D("1.15"))]
    )
    entry = enter(order, reference="R", customer="C", items={"shop-1": "A"}, settings=ChannelSettings())
    assert entry.problem is not None
    assert "6,90 EUR" in entry.problem.message.fr


def test_a_gap_larger_than_rounding_holds_the_order_and_tells_the_difference() -> None:
    problem = check(order_of([line("1", "10", "2")], [], residue=D("0.50")))
    assert problem is not None
    assert "0,50" in problem.message.fr


@given(st.uuids(), st.text(min_size=1, max_size=60))
def test_the_reference_fits_the_narrowest_erp_field_and_never_changes(shop: UUID, key: str) -> None:
    reference = order_reference(shop, key)
    assert len(reference) <= LONGEST
    assert reference.isascii()
    assert reference == order_reference(shop, key)
