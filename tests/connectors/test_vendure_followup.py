"""What the ERP's follow-up does to the orders of a real Vendure: notes, shipments made once, cancellations."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import LineUpdate, OrderUpdate, PaperLink, RefundWish, Shipment
from raccord_connectors.contract import Change, Outcome
from raccord_connectors.shop.vendure import Vendure
from support.vendure.furnish import LATER
from support.vendure.network import Killed, Mortal
from support.vendure.records import assert_adds_up, connect, fresh, in_stock, read_order, simple, write
from support.vendure.shop import Shop
from support.vendure_server import shared_vendure

pytestmark = pytest.mark.counterpart


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


# -------------------------------------------------------------------------------------------------- shipping


def send(connector: Vendure, order_id: str, state: str, *shipments: Shipment, **fields: Any) -> Outcome:
    record = OrderUpdate(key=order_id, state=state, shipments=list(shipments), **fields)  # type: ignore[arg-type]
    (outcome,) = write(connector, "order_updates", Change("update", order_id, record, target=order_id))
    return outcome


def parcels(shop: Shop, order_id: str) -> list[tuple[str, str, str, int]]:
    """State, carrier, tracking code and units of each fulfilment."""
    return [
        (f["state"], f["method"], f["trackingCode"], sum(line["quantity"] for line in f["lines"]))
        for f in shop.order(order_id)["fulfillments"] or ()
    ]


def line_of(shop: Shop, order_id: str, sku: str) -> str:
    lines = shop.order(order_id)["lines"]
    return next(str(line["id"]) for line in lines if line["productVariant"]["sku"] == sku)


def test_a_shipment_sent_twice_is_shipped_once(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 3})
    parcel = Shipment(
        key="BL1",
        carrier="Colissimo",
        tracking="6A123",
        lines={line_of(shop, placed.id, article): Decimal(3)},
    )
    for _ in range(2):
        assert send(connector, placed.id, "shipped", parcel).done
    assert [("Shipped", "Colissimo", "6A123", 3)] == parcels(shop, placed.id)
    assert "Shipped" == shop.order(placed.id)["state"]
    assert "closed" == read_order(connector, placed.id).stage


def test_an_order_that_was_invoiced_before_its_parcel_left_is_shipped_all_the_same(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 1})
    parcel = Shipment(
        key="BL2", carrier="Colissimo", tracking="6A2", lines={line_of(shop, placed.id, article): Decimal(1)}
    )
    assert send(connector, placed.id, "invoiced", invoice_number="FA1").done
    assert [] == parcels(shop, placed.id)
    for _ in range(2):
        assert send(connector, placed.id, "invoiced", parcel, invoice_number="FA1").done
    assert [("Shipped", "Colissimo", "6A2", 1)] == parcels(shop, placed.id)


def test_two_parcels_alike_are_two(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 3})
    line = line_of(shop, placed.id, article)
    first = Shipment(key="BL1", tracking="A", lines={line: Decimal(1)})
    second = Shipment(key="BL2", tracking="B", lines={line: Decimal(1)})
    assert send(connector, placed.id, "partly_shipped", first).done
    assert "PartiallyShipped" == shop.order(placed.id)["state"]
    for _ in range(2):
        assert send(connector, placed.id, "partly_shipped", first, second).done
    assert ["A", "B"] == sorted(parcel[2] for parcel in parcels(shop, placed.id))
    rest = Shipment(key="BL3", tracking="C", lines={line: Decimal(1)})
    assert send(connector, placed.id, "shipped", first, second, rest).done
    assert "Shipped" == shop.order(placed.id)["state"]


def test_a_death_between_making_and_shipping_a_fulfilment(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 2})
    parcel = Shipment(key="BL1", lines={line_of(shop, placed.id, article): Decimal(2)})
    with pytest.raises(Killed):
        send(connect(shop, transport=Mortal(1)), placed.id, "shipped", parcel)
    assert ["Pending"] == [found[0] for found in parcels(shop, placed.id)]
    assert send(connector, placed.id, "shipped", parcel).done
    assert [("Shipped", "Colissimo", "", 2)] == parcels(shop, placed.id)


def test_shipped_without_a_word_about_lines_means_all_that_remains(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 3})
    line = line_of(shop, placed.id, article)
    first = Shipment(key="BL1", tracking="A", lines={line: Decimal(1)})
    assert send(connector, placed.id, "partly_shipped", first).done
    with pytest.raises(Killed):
        send(connect(shop, transport=Mortal(1)), placed.id, "shipped", first, Shipment(key="BL2"))
    for _ in range(2):
        assert send(connector, placed.id, "shipped", first, Shipment(key="BL2")).done
    assert [1, 2] == [parcel[3] for parcel in parcels(shop, placed.id)]
    assert "Shipped" == shop.order(placed.id)["state"]


def test_what_a_person_shipped_in_the_shop_is_not_shipped_again(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 2})
    shop.ship(placed.id)
    parcel = Shipment(key="BL1", tracking="6A9", lines={line_of(shop, placed.id, article): Decimal(2)})
    for _ in range(2):
        assert send(connector, placed.id, "shipped", parcel).done
    assert 1 == len(parcels(shop, placed.id))
    assert ["Suivi : à la main 6A9."] == shop.notes(placed.id), "the tracking code comes as a note"


@pytest.mark.parametrize("quantity", ["4", "1.5", "-1"])
def test_more_or_less_than_was_ordered_is_refused(
    shop: Shop, connector: Vendure, article: str, quantity: str
) -> None:
    placed = shop.place_order({article: 3})
    parcel = Shipment(key="BL1", lines={line_of(shop, placed.id, article): Decimal(quantity)})
    problem = send(connector, placed.id, "shipped", parcel).problem
    assert problem is not None
    assert ("rejected", "shipments") == (problem.kind, problem.field)
    assert [] == parcels(shop, placed.id)


def test_an_order_that_is_not_paid_is_not_shipped(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 1}, payment=LATER)
    problem = send(connector, placed.id, "shipped").problem
    assert problem is not None
    assert ("vendure.not_shippable", "state") == (problem.message.code, problem.field)
    assert [] == parcels(shop, placed.id), "Vendure would have kept a fulfilment that can never leave"


def test_goods_that_left_are_shipped_though_the_shop_thinks_it_has_none(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 4})
    shop.set_stock(article, 1)  # someone lowered it by hand
    assert send(connector, placed.id, "shipped").done
    assert ["Shipped"] == [parcel[0] for parcel in parcels(shop, placed.id)]
    variant = shop.variant(article)
    assert 0 == variant.on_hand - variant.allocated, "nothing more is on sale than before"


# ------------------------------------------------------------------------------------ notes and cancellation


def test_the_erps_numbers_are_noted_once_for_the_staff(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 1})
    for _ in range(2):
        assert send(connector, placed.id, "accepted", erp_document="BC00042").done
    for _ in range(2):
        assert send(connector, placed.id, "invoiced", erp_document="BC00042", invoice_number="FA7").done
    assert [
        "Enregistrée dans la gestion commerciale sous le n° BC00042.",
        "Facture FA7.",
    ] == shop.notes(placed.id)


def test_the_customer_sees_each_paper_once_even_by_a_new_link(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 1})
    first = PaperLink(number="FA7", dated=date(2026, 5, 4), url="https://pro.example/d/abc")
    renewed = replace(first, url="https://pro.example/d/xyz")
    for papers in ([first], [first], [renewed]):
        assert send(connector, placed.id, "invoiced", papers=papers).done
    assert ["Votre facture n° FA7 est disponible : https://pro.example/d/abc"] == shop.notes(placed.id)


def test_a_cancelled_order_frees_its_stock_once(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 4})
    for _ in range(2):
        assert send(connector, placed.id, "cancelled").done
    assert "Cancelled" == shop.order(placed.id)["state"]
    assert (100, 0) == (shop.variant(article).on_hand, shop.variant(article).allocated)
    order = read_order(connector, placed.id)
    assert ("cancelled", []) == (order.stage, order.lines)
    assert Decimal("205.50") == order.payments[0].amount, "the money is given back by a person"


def test_what_has_left_is_not_cancelled(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 3})
    line = line_of(shop, placed.id, article)
    send(connector, placed.id, "partly_shipped", Shipment(key="BL1", lines={line: Decimal(1)}))
    for _ in range(2):
        assert send(connector, placed.id, "cancelled").done
    order = read_order(connector, placed.id)
    assert_adds_up(order)
    assert [Decimal(1)] == [found.quantity for found in order.lines]
    assert ("closed", Decimal("55.80")) == (order.stage, order.gross)


def test_an_order_that_the_shop_does_not_have(connector: Vendure) -> None:
    problem = send(connector, "999999", "accepted").problem
    assert problem is not None
    assert ("vendure.gone", "key") == (problem.message.code, problem.field)


def test_a_bad_update_does_not_stop_the_good_ones(shop: Shop, connector: Vendure, article: str) -> None:
    placed = shop.place_order({article: 1})
    good = OrderUpdate(key=placed.id, state="preparing")
    changes = [Change("update", "1", replace(good, key="999999")), Change("update", placed.id, good)]
    assert [False, True] == [outcome.done for outcome in write(connector, "order_updates", *changes)]


# ---------------------------------------------------------------------------------------- given up, given back


def test_a_part_that_will_not_come_is_cancelled_once_and_the_rest_is_shipped(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 3})
    line = line_of(shop, placed.id, article)
    parcel = Shipment(key="BL1", tracking="6A7", lines={line: Decimal(2)})
    rest = {line: LineUpdate(ordered=Decimal(3), delivered=Decimal(2), cancelled=Decimal(1))}
    for _ in range(2):
        assert send(connector, placed.id, "shipped", parcel, lines=rest).done
    order = shop.order(placed.id)
    assert ("Shipped", 2) == (order["state"], order["lines"][0]["quantity"])
    assert_adds_up(read_order(connector, placed.id))


def test_a_refund_that_was_decided_is_made_once_also_after_a_death(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 2})
    wish = RefundWish(key="K3QZ-1042/c1", amount=Decimal("10.50"))
    for _ in range(2):
        assert send(connector, placed.id, "accepted", refunds=[wish]).done
    found = shop.admin(
        "query($id: ID!) { order(id: $id) { payments { refunds { total reason } } } }", id=placed.id
    )["order"]["payments"]
    assert [(1050, "K3QZ-1042/c1")] == [
        (one["total"], one["reason"].partition(" ")[0]) for payment in found for one in payment["refunds"]
    ]


def test_more_money_than_was_paid_is_refused_with_what_is_left(
    shop: Shop, connector: Vendure, article: str
) -> None:
    placed = shop.place_order({article: 1})
    wish = RefundWish(key="K3QZ-1043/c1", amount=Decimal(5000))
    outcome = send(connector, placed.id, "accepted", refunds=[wish])
    assert outcome.problem is not None
    assert "vendure.nothing_to_refund" == outcome.problem.message.code
