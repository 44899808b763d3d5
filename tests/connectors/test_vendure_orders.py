"""Orders of a real Vendure: read to the cent, and noticed whatever happens to them."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from raccord_connectors.canonical import Order
from raccord_connectors.contract import Change, Selection
from raccord_connectors.shop.vendure import Vendure, VendureSettings
from raccord_connectors.shop.vendure.client import Graph
from raccord_connectors.shop.vendure.installation import Survey
from raccord_connectors.shop.vendure.orders import Orders
from support.vendure.furnish import COUPON, LATER
from support.vendure.records import (
    assert_adds_up,
    changed_offer,
    connect,
    fresh,
    in_stock,
    price,
    read_order,
    simple,
    write,
)
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart
RATES = {"1": Decimal(20), "2": Decimal(10), "3": Decimal("5.5")}
"""Tax category → percent."""


@pytest.fixture(scope="module")
def shop() -> Shop:
    return shared_vendure()


@pytest.fixture
def connector(shop: Shop) -> Iterator[Vendure]:
    connector = connect(shop)
    yield connector
    connector.close()


@pytest.fixture
def article(connector: Vendure) -> str:
    """SKU of an article of 49.90, 100 of them in stock."""
    return in_stock(connector, simple(fresh()))


def cursor_after(shop: Shop, connector: Vendure, *orders: str) -> str:
    """The cursor of a poll that is later than every stamp of these orders: cursors count in seconds."""
    stamps = [shop.order(order) for order in orders]
    latest = max(max(row["updatedAt"], row["orderPlacedAt"] or "") for row in stamps)
    cursor: str | None = None
    while cursor is None or cursor.partition("|")[0] <= latest:
        time.sleep(0.1)
        cursors = [page.cursor for page in connector.read("orders", Selection(since=cursor)) if page.cursor]
        cursor = cursors[-1]
    return cursor


def later(cursor: str, *, minutes: float = 2.0) -> str:
    """The cursor as if that many minutes had passed: by default, without the connector's overlap."""
    ahead = timedelta(minutes=minutes)
    moments = (datetime.fromisoformat(part) + ahead for part in cursor.split("|"))
    return "|".join(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") for moment in moments)


def read_since(connector: Vendure, cursor: str) -> dict[str, Order]:
    pages = connector.read("orders", Selection(since=cursor))
    return {r.key: r for page in pages for r in page.records if isinstance(r, Order)}


# -------------------------------------------------------------------------------------------------- reading


def test_an_order_is_read_to_the_cent(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 3})
    order = read_order(connector, placed.id)
    assert_adds_up(order)
    assert (placed.code, placed.net, placed.gross) == (order.number, order.net, order.gross)
    assert Decimal("155.60") == order.gross == order.payments[0].amount, "3 × 49.90 + 5.90"
    (line,) = order.lines
    assert (shop.variant(article).id, article, Decimal(3), Decimal(20)) == (
        line.item,
        line.sku,
        line.quantity,
        line.rate,
    )
    assert (Decimal("149.70"), Decimal("49.90")) == (line.net + line.tax, line.unit_gross)
    (shipping,) = order.charges
    assert ("shipping", "colissimo", Decimal("4.92"), Decimal("0.98"), Decimal(20)) == (
        shipping.kind,
        shipping.method,
        shipping.net,
        shipping.tax,
        shipping.rate,
    )
    assert ("open", "PaymentSettled", "paid", "carte") == (
        order.stage,
        order.status,
        order.payments[0].state,
        order.payments[0].method,
    )


def test_who_ordered_and_where_to(shop: Shop, connector: Vendure, article: str) -> None:
    order = read_order(connector, shop.place_order({article: 1}, email="zoe@example.test").id)
    buyer = order.buyer
    assert (None, "zoe@example.test", "Zoé", "Martin", "Martin & Filles") == (
        buyer.key,
        buyer.email,
        buyer.first_name,
        buyer.last_name,
        buyer.company,
    )
    assert order.billing == order.delivery
    assert ("Zoé", "Martin", "12 rue de l’Église", "Bâtiment B", "67000", "Strasbourg", "FR") == (
        order.billing.first_name,
        order.billing.last_name,
        order.billing.line1,
        order.billing.line2,
        order.billing.postal_code,
        order.billing.city,
        order.billing.country,
    )


BASKETS = [
    ("0.01", 1, "1"),
    ("0.99", 7, "2"),
    ("19.99", 3, "3"),
    ("33.33", 9, "1"),
    ("1234.56", 2, "2"),
    ("7.77", 11, "3"),
]


@pytest.mark.parametrize("tax_included", [True, False], ids=["prices-with-tax", "prices-without-tax"])
@pytest.mark.parametrize("coupon", [None, COUPON[0]])
def test_mixed_rates_and_a_coupon_add_up_to_the_cent(
    shop: Shop, tax_included: bool, coupon: str | None
) -> None:
    """Awkward amounts at the three French rates: every order's parts make its total."""
    shop.set_prices_include_tax(tax_included)
    try:
        connector = connect(shop)
        records = [
            changed_offer(
                simple(fresh(), tax_class=tax_class, track_stock=False),
                0,
                price=price(amount, tax_included=tax_included),
            )
            for amount, _, tax_class in BASKETS
        ]
        write(connector, "listings", *(Change("create", record.key, record) for record in records))
        for basket in ((0, 1, 2, 3, 4, 5), (0,), (2, 5), (1, 3)):
            placed = shop.place_order({records[n].key: BASKETS[n][1] for n in basket}, coupon=coupon)
            order = read_order(connector, placed.id)
            assert_adds_up(order)
            assert (placed.net, placed.gross) == (order.net, order.gross)
            assert order.prices_include_tax is tax_included
            assert {RATES[BASKETS[n][2]] for n in basket} == {line.rate for line in order.lines}
    finally:
        shop.set_prices_include_tax(True)


def test_a_coupon_is_named(shop: Shop, connector: Vendure, article: str) -> None:
    order = read_order(connector, shop.place_order({article: 2}, coupon=COUPON[0]).id)
    (discount,) = order.discounts
    assert (COUPON[0], "voucher", "Bienvenue : 10 %") == (discount.code, discount.kind, discount.title)
    assert discount.net == Decimal("83.17") - order.lines[0].net, "9.98 with tax, 8.32 without"


def test_an_authorised_payment_is_an_order_that_is_not_paid(
    shop: Shop, connector: Vendure, article: str
) -> None:
    order = read_order(connector, shop.place_order({article: 1}, payment=LATER).id)
    assert ("open", "PaymentAuthorized", "authorised", None) == (
        order.stage,
        order.status,
        order.payments[0].state,
        order.payments[0].paid_at,
    )


def test_a_basket_is_no_order(shop: Shop, connector: Vendure, article: str) -> None:
    with shop.customer() as customer:
        customer.add(shop.variant(article).id)
        assert [] == list(connector.read("orders", Selection(keys=(shop.active_order(),))))


# ------------------------------------------------------------------------------------------ noticing changes


def test_an_order_is_noticed_though_its_stamp_is_older_than_the_last_poll(
    shop: Shop, connector: Vendure, article: str
) -> None:
    """Vendure does not move `updatedAt` when an order is placed. A poller that goes by it loses the order of everyone who
    fills a basket, waits for the poll to pass, and pays."""
    with shop.customer() as customer:
        customer.add(shop.variant(article).id)
        customer.introduce("lente@example.test")
        customer.send_to()
        basket = shop.active_order()
        cursor = cursor_after(shop, connector, basket)
        placed = customer.pay()
    assert shop.order(placed.id)["updatedAt"] < cursor.partition("|")[0], "the trap that this test is about"
    assert placed.id in read_since(connector, later(cursor))


def test_what_happens_to_an_order_is_noticed(shop: Shop, connector: Vendure, article: str) -> None:
    """A refund, a shipment and a cancellation, each after a poll; only the last of them moves the stamp."""
    orders = [shop.place_order({article: 2}).id for _ in range(3)]
    cursor = cursor_after(shop, connector, *orders)
    refunded, shipped, cancelled = orders
    shop.refund(refunded, Decimal("10.00"))
    shop.ship(shipped)
    shop.cancel(cancelled)
    found = read_since(connector, later(cursor))
    assert [Decimal("10.00")] == [refund.amount for refund in found[refunded].refunds]
    assert ["open", "closed", "cancelled"] == [found[order].stage for order in orders]


def test_a_large_shop_is_asked_for_its_recent_orders_once_an_hour(
    shop: Shop, connector: Vendure, article: str
) -> None:
    """There, an order that is still open is noticed at every poll, one that was shipped long ago within the hour."""
    still_open, shipped = (shop.place_order({article: 2}).id for _ in range(2))
    shop.ship(shipped)
    with shop.customer() as customer:
        customer.add(shop.variant(article).id)
        customer.introduce("pressee@example.test")
        customer.send_to()
        basket = shop.active_order()
        cursor = later(cursor_after(shop, connector, still_open, shipped, basket))
        straight = customer.pay().id
    shop.ship(straight)
    for order in (still_open, shipped):
        shop.refund(order, Decimal("1.00"))
    assert {still_open, straight} == polled(shop, cursor)
    moment = cursor.partition("|")[0]
    an_hour_ago = later(f"{moment}|{moment}", minutes=-64).partition("|")[0]
    assert shipped in polled(shop, f"{moment}|{an_hour_ago}")


def polled(shop: Shop, cursor: str) -> set[str]:
    """Which orders a shop of many orders answers since the cursor."""
    settings = VendureSettings(**shop.settings())
    graph = Graph(settings)
    orders = Orders(graph, Survey(graph, settings)(), settings, few=0)
    found = {record.key for page in orders.read(Selection(since=cursor), 50) for record in page.records}
    graph.close()
    return found


def test_what_did_not_change_is_not_read_again_for_ever(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 1})
    cursor = cursor_after(shop, connector, placed.id)
    assert placed.id not in read_since(connector, later(cursor))
