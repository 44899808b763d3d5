"""Nothing is sold twice: what a visitor of a real Vendure can buy is what was pushed, whatever has been ordered."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from raccord_connectors.canonical import Availability
from raccord_connectors.contract import Change, Outcome, Selection
from raccord_connectors.shop.vendure import Vendure
from support.vendure.graph import Refused
from support.vendure.network import Meanwhile
from support.vendure.records import connect, create, fresh, simple, stock, write
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
def known(connector: Vendure) -> Outcome:
    """An article in the shop, of which nothing was pushed yet."""
    return create(connector, simple(fresh()))


def on_sale(shop: Shop, known: Outcome) -> int:
    """The number that the storefront lets a visitor buy."""
    slug = shop.variant(known.key).raw["product"]["slug"]
    with shop.customer() as customer:
        page = customer.see(slug)
    assert page is not None
    return int(page["variants"][0]["stockLevel"])


def test_a_new_article_is_not_on_sale_before_its_stock_is_known(shop: Shop, known: Outcome) -> None:
    assert 0 == on_sale(shop, known)
    with pytest.raises(Refused, match="INSUFFICIENT_STOCK"):
        shop.place_order({known.key: 1})


def test_what_was_pushed_is_on_sale_before_and_after_orders(
    shop: Shop, connector: Vendure, known: Outcome
) -> None:
    """The platform's quantity has open orders subtracted, and so has Vendure's: they must not be subtracted twice."""
    stock(connector, known, 10)
    assert 10 == on_sale(shop, known)
    shop.place_order({known.key: 3})
    assert 7 == on_sale(shop, known)
    stock(connector, known, 7)  # ERP 10 − reservation 3
    assert 7 == on_sale(shop, known)
    stock(connector, known, 20)  # a delivery of 13 arrived
    assert 20 == on_sale(shop, known)
    assert (23, 3) == (shop.variant(known.key).on_hand, shop.variant(known.key).allocated)


def test_the_last_piece_is_sold_once(shop: Shop, connector: Vendure, known: Outcome) -> None:
    stock(connector, known, 1)
    shop.place_order({known.key: 1})
    stock(connector, known, 0)
    assert 0 == on_sale(shop, known)
    with pytest.raises(Refused, match="INSUFFICIENT_STOCK"):
        shop.place_order({known.key: 1})


def test_shipping_an_order_changes_nothing_on_sale(shop: Shop, connector: Vendure, known: Outcome) -> None:
    stock(connector, known, 10)
    order = shop.place_order({known.key: 4})
    stock(connector, known, 6)
    shop.ship(order.id)
    assert 6 == on_sale(shop, known)
    before = shop.writes()
    stock(connector, known, 6)  # ERP 6, no reservation left
    assert before == shop.writes(), "it stands as wanted"
    assert 6 == on_sale(shop, known)


def test_a_cancelled_order_is_on_sale_again_once(shop: Shop, connector: Vendure, known: Outcome) -> None:
    stock(connector, known, 10)
    order = shop.place_order({known.key: 4})
    stock(connector, known, 6)
    shop.cancel(order.id)
    assert 10 == on_sale(shop, known)
    stock(connector, known, 10)
    assert 10 == on_sale(shop, known)


def test_an_order_between_our_reading_and_our_writing_is_not_sold_again(shop: Shop, known: Outcome) -> None:
    shop.set_stock(known.key, 8)
    line = Meanwhile(b"mutation($input: [UpdateProductVariant", lambda: shop.place_order({known.key: 3}))
    stock(connect(shop, transport=line), known, 5)
    assert 2 == on_sale(shop, known), "5 as the ERP knows, less the 3 that it does not know of"


def test_an_article_sold_without_stock(shop: Shop, connector: Vendure, known: Outcome) -> None:
    stock(connector, known, 2, backorders=True)
    shop.place_order({known.key: 5})
    assert Availability(
        key=known.targets[known.key], quantity=Decimal(-3), product=str(known.target), backorders=True
    ) == _read(connector, known)
    stock(connector, known, 0, backorders=False)
    assert 0 == on_sale(shop, known)


def test_a_threshold_of_the_merchant_stays(shop: Shop, connector: Vendure, known: Outcome) -> None:
    shop.set_threshold(known.key, 2)
    stock(connector, known, 10)
    assert 8 == on_sale(shop, known), "10, less the 2 that the merchant keeps back"


@pytest.mark.parametrize(("pushed", "sold"), [("2.9", 2), ("0.5", 0), ("-4", 0)])
def test_parts_of_a_unit_and_less_than_nothing_are_not_for_sale(
    shop: Shop, connector: Vendure, known: Outcome, pushed: str, sold: int
) -> None:
    stock(connector, known, pushed)
    assert sold == on_sale(shop, known)


def test_many_quantities_travel_in_one_request(shop: Shop, connector: Vendure) -> None:
    records = [simple(fresh()) for _ in range(20)]
    created = write(connector, "listings", *(Change("create", r.key, r) for r in records))
    before = shop.writes()
    changes = [
        Change(
            "update",
            one.key,
            Availability(key=one.key, quantity=Decimal(number), product=one.key),
            target=one.targets[one.key],
        )
        for number, one in enumerate(created, start=1)
    ]
    assert all(outcome.done for outcome in write(connector, "availability", *changes))
    assert ["updateProductVariants"] == shop.writes()[len(before) :]
    assert list(range(1, 21)) == [shop.variant(one.key).on_hand for one in created]


def test_stock_of_what_is_not_in_the_shop_is_held(connector: Vendure, known: Outcome) -> None:
    record = Availability(key="X", quantity=Decimal(1), product="X")
    unbound, gone, done = write(
        connector,
        "availability",
        Change("update", "X", record),
        Change("update", "Y", record, target="999999"),
        Change("update", known.key, record, target=known.targets[known.key]),
    )
    assert unbound.problem is not None
    assert gone.problem is not None
    assert ["vendure.not_in_shop", "vendure.gone"] == [
        unbound.problem.message.code,
        gone.problem.message.code,
    ]
    assert done.done


def _read(connector: Vendure, known: Outcome) -> Availability:
    (page,) = list(connector.read("availability", Selection(keys=(known.targets[known.key],))))
    (record,) = page.records
    assert isinstance(record, Availability)
    return record
