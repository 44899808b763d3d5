"""Whatever a shop sold and however it rounds: the draft is what the customer paid, wherever the accountant puts the cents."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.order_entry import enter
from raccord.core.order_rules import OrderRules, ResiduePlace
from raccord.core.rounding import CENT, Part, cents, targets
from raccord.core.shop_rounding import LEVELS, Level, ShopRounding, Sold, charged, how_rounded
from raccord.core.totals import check
from raccord_connectors.canonical import Charge, Order, OrderLine, TaxAmount
from support.order_scenarios import CHARGES, scenarios

RATES = [D("20"), D("10"), D("5.5"), D("2.1"), D("8.5"), D(0)]
BASE: Order = scenarios()[0].order
sold = st.builds(
    lambda quantity, price, rate: Sold(quantity=quantity, price=price, rate=rate),
    st.one_of(st.integers(1, 60).map(D), st.decimals("0.05", "20", places=3)),
    st.decimals("0.01", "900", places=4),
    st.sampled_from(RATES),
)
places: st.SearchStrategy[ResiduePlace] = st.sampled_from(["largest", "rounding", "shipping"])
levels: st.SearchStrategy[Level] = st.sampled_from(LEVELS)


def order_of(lines: list[Sold], how: ShopRounding, shipping: D | None, told: bool) -> Order:
    """As a shop that rounds like this hands it over; `told`: with its table of taxes."""
    found = charged(lines, how)
    charges = []
    net, tax = found.net, found.tax
    if shipping is not None:
        paid_net = cents(shipping / D("1.2"))
        charges = [
            Charge(kind="shipping", title="Colissimo", net=paid_net, tax=shipping - paid_net, rate=D(20))
        ]
        net, tax = net + paid_net, tax + shipping - paid_net
    table = [TaxAmount(rate, cents(one.net), cents(one.tax)) for rate, one in found.table.items()]
    return replace(
        BASE,
        prices_include_tax=how.prices_include_tax,
        lines=[
            OrderLine(
                key=str(number), item=f"I{number}", name=f"Article {number}", quantity=line.quantity, net=part.net,
                tax=part.tax, rate=line.rate,
                unit_net=None if how.prices_include_tax else line.price,
                unit_gross=line.price if how.prices_include_tax else None,
            )
            for number, (line, part) in enumerate(zip(lines, found.parts, strict=True))
        ],
        charges=charges,
        payments=[],
        refunds=[],
        taxes=table if told and not charges else [],
        net=net,
        tax=tax,
        gross=net + tax,
    )  # fmt: skip


@given(
    st.lists(sold, min_size=1, max_size=10), levels, st.booleans(), places, st.booleans(),
    st.none() | st.decimals("0.5", "40", places=2),
)  # fmt: skip
def test_net_and_tax_of_the_draft_are_what_was_paid_for_every_rounding_and_place(
    lines: list[Sold], level: Level, with_tax: bool, place: ResiduePlace, told: bool, shipping: D | None
) -> None:
    how = ShopRounding(level=level, prices_include_tax=with_tax)
    order = order_of(lines, how, shipping, told)
    assert check(order) is None
    settings = ChannelSettings(orders=OrderRules(items=CHARGES, residue=place))
    items = {line.item: line.item for line in order.lines}
    draft = enter(order, reference="R", customer="C", items=items, settings=settings).draft
    assert draft is not None
    assert draft.net + draft.tax == draft.gross == order.gross
    assert (order.net, order.tax) == (
        sum(one.net for one in draft.lines),
        sum(one.tax for one in draft.lines),
    )
    assert all(one.net == cents(one.net) and one.tax == cents(one.tax) for one in draft.lines)
    kept = [one for one in draft.lines if one.kind != "rounding"]
    assert [line.item for line in order.lines] == [one.item for one in kept if one.kind == "item"]
    assert place == "rounding" or len(kept) == len(draft.lines)


@given(st.lists(sold, min_size=1, max_size=10), st.booleans(), places)
def test_a_cent_of_one_rate_never_ends_on_a_line_of_another(
    lines: list[Sold], with_tax: bool, place: ResiduePlace
) -> None:
    """Rate by rate the document's tax is the sum that the shop rounded."""
    order = order_of(lines, ShopRounding(level="total", prices_include_tax=with_tax), None, told=False)
    settings = ChannelSettings(orders=OrderRules(items=CHARGES, residue=place))
    draft = enter(
        order, reference="R", customer="C", items={line.item: line.item for line in order.lines}, settings=settings
    ).draft  # fmt: skip
    assert draft is not None
    for rate in {line.rate for line in order.lines if line.rate}:
        exact = sum((line.tax for line in order.lines if line.rate == rate), D(0))
        assert cents(exact) == sum((one.tax for one in draft.lines if one.rate == rate), D(0))
    assert D(0) == sum((one.tax for one in draft.lines if not one.rate), D(0))


@given(st.lists(sold, min_size=1, max_size=10), levels, st.booleans(), places)
def test_taxes_that_the_erp_works_out_leave_what_was_paid_line_by_line(
    lines: list[Sold], level: Level, with_tax: bool, place: ResiduePlace
) -> None:
    order = order_of(lines, ShopRounding(level=level, prices_include_tax=with_tax), D("5.90"), told=False)
    items = {line.item: line.item for line in order.lines}
    rules = OrderRules(items=CHARGES, residue=place)
    shop, erp = (
        enter(order, reference="R", customer="C", items=items, settings=ChannelSettings(orders=each)).draft
        for each in (rules, replace(rules, taxes="erp"))
    )
    assert shop is not None
    assert erp is not None
    assert erp.net + erp.tax == erp.gross == order.gross
    assert [one.net + one.tax for one in shop.lines] == [one.net + one.tax for one in erp.lines]
    for one in erp.lines:
        assert one.rate is not None
        assert abs(one.tax - one.net * one.rate / 100) <= CENT


@given(st.lists(sold, min_size=1, max_size=10), levels, st.booleans())
def test_a_shop_s_way_of_rounding_is_recognised_from_its_prices(
    lines: list[Sold], level: Level, with_tax: bool
) -> None:
    how = ShopRounding(level=level, prices_include_tax=with_tax)
    assert how in how_rounded(order_of(lines, how, None, told=False))


@given(st.lists(sold, min_size=1, max_size=10), levels, st.booleans())
def test_what_the_rates_come_to_is_never_further_than_a_cent_per_part_from_what_their_parts_say(
    lines: list[Sold], level: Level, with_tax: bool
) -> None:
    how = ShopRounding(level=level, prices_include_tax=with_tax)
    order = order_of(lines, how, None, told=False)
    parts = [Part(line.rate, line.net, line.tax) for line in order.lines]
    found = targets(order, parts)
    assert (order.net, order.tax) == (
        sum((one.net for one in found.values()), D(0)),
        sum((one.tax for one in found.values()), D(0)),
    )
    for rate, amounts in found.items():
        mine = [part for part in parts if part.rate == rate]
        assert abs(amounts.net - sum((part.net for part in mine), D(0))) <= CENT * (len(mine) + 1)
        assert abs(amounts.tax - sum((part.tax for part in mine), D(0))) <= CENT * (len(mine) + 1)
