"""The in-memory shop passes the suite, and its levers do what the platform's tests rely on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from raccord_connectors.contract import Change, Connector, TransientError
from raccord_connectors.kit.conformance import pytest_generate_tests  # noqa: F401
from raccord_connectors.sample.memory import MemorySettings
from raccord_connectors.sample.memory_shop import MemoryShop
from raccord_connectors.sample.shop_system import OutOfStock, ShopSystem
from support.memory_suites import NUMBERS, TOKEN, MemoryShopSuite, listing


@pytest.fixture
def shop() -> Iterator[ShopSystem]:
    system = ShopSystem(f"shop-{next(NUMBERS)}", token=TOKEN)
    yield system
    system.forget()


class TestMemoryShop(MemoryShopSuite):
    pass


class TestMemoryShopThroughTheWire(TestMemoryShop):
    through_wire = True


@pytest.fixture
def connector(shop: ShopSystem) -> Connector:
    return MemoryShop(MemorySettings(system=shop.name, token=TOKEN))


def write(connector: Connector, stream: str, *changes: Change) -> list[Any]:
    return list(connector.write(stream, changes))


def test_a_listing_is_found_by_the_erps_key(shop: ShopSystem, connector: Connector) -> None:
    (outcome,) = write(connector, "listings", Change("create", "CHAISE", listing("CHAISE")))
    found = shop.listing_of("CHAISE")
    assert found is not None
    assert outcome.target == found.key
    assert {"CHAISE": found.offers[0].key} == outcome.targets


def test_a_sku_belongs_to_one_listing(shop: ShopSystem, connector: Connector) -> None:
    shop.put_listing("Table", sku="TABLE", price="120")
    (outcome,) = write(connector, "listings", Change("create", "T2", listing("T2", sku="TABLE")))
    assert "offers[0].sku" == outcome.problem.field


def test_an_update_adds_and_removes_offers(shop: ShopSystem, connector: Connector) -> None:
    first = listing("CHAISE")
    (created,) = write(connector, "listings", Change("create", "CHAISE", first))
    second = replace(first, offers=[replace(first.offers[0], key="CHAISE|BLEU", sku="CHAISE-BLEU")])
    change = Change("update", "CHAISE", second, first, created.target, created.targets)
    (updated,) = write(connector, "listings", change)
    found = shop.listing_of("CHAISE")
    assert found is not None
    assert ["CHAISE-BLEU"] == [offer.sku for offer in found.offers]
    assert ["CHAISE|BLEU"] == list(updated.targets)


def test_an_update_without_a_difference_leaves_no_stamp(shop: ShopSystem, connector: Connector) -> None:
    record = listing("CHAISE")
    (created,) = write(connector, "listings", Change("create", "CHAISE", record))
    before = shop.clock
    write(connector, "listings", Change("update", "CHAISE", record, record, created.target, created.targets))
    assert before == shop.clock


def test_an_order_adds_up_and_takes_the_quantity(shop: ShopSystem) -> None:
    shop.put_listing("Table", sku="TABLE", price="119.99", quantity=4)
    order = shop.place_order({"TABLE": 3}, shipping="5.90")
    lines = sum(line.net + line.tax for line in order.lines)
    charges = sum(charge.net + charge.tax for charge in order.charges)
    assert order.gross == lines + charges == Decimal("365.87")
    assert Decimal(1) == shop.quantity("TABLE")


def test_the_shop_does_not_sell_what_it_does_not_show(shop: ShopSystem) -> None:
    shop.put_listing("Table", sku="TABLE", price="120", quantity=1)
    with pytest.raises(OutOfStock):
        shop.place_order({"TABLE": 2})
    assert Decimal(1) == shop.quantity("TABLE")


def test_a_cancelled_order_gives_its_quantity_back(shop: ShopSystem) -> None:
    shop.put_listing("Table", sku="TABLE", price="120", quantity=1)
    order = shop.place_order({"TABLE": 1})
    assert "cancelled" == shop.cancel_order(order.key).stage
    assert Decimal(1) == shop.quantity("TABLE")


def test_an_unpaid_order_is_paid_later(shop: ShopSystem) -> None:
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    shop.now = lambda: at
    shop.put_listing("Table", sku="TABLE", price="120", quantity=1)
    order = shop.place_order({"TABLE": 1}, paid=False)
    assert "pending" == order.stage
    paid = shop.pay(order.key)
    assert ("open", at) == (paid.stage, paid.payments[0].paid_at)


def test_a_death_between_write_and_acknowledgement_leaves_the_thing_written(
    shop: ShopSystem, connector: Connector
) -> None:
    def die(stream: str, change: Change) -> None:
        raise ConnectionAbortedError(f"{stream} {change.key}")

    shop.after_write = die
    with pytest.raises(ConnectionAbortedError):
        write(connector, "listings", Change("create", "CHAISE", listing("CHAISE")))
    shop.after_write = None
    (again,) = write(connector, "listings", Change("create", "CHAISE", listing("CHAISE")))
    assert again.existed
    assert 1 == len(shop.all("listings"))


def test_failures_are_counted_down(shop: ShopSystem, connector: Connector) -> None:
    shop.fail_next(2, retry_after=7)
    for _ in range(2):
        with pytest.raises(TransientError) as caught:
            connector.check()
        assert 7 == caught.value.retry_after
    connector.check()


def test_requests_and_writes_are_counted(shop: ShopSystem, connector: Connector) -> None:
    changes = [Change("create", f"C{n}", listing(f"C{n}")) for n in range(150)]
    write(connector, "listings", *changes)
    assert (2, 150) == (shop.requests, shop.writes)  # 100 listings travel in one request
    assert ("create", "listings", "C0") == shop.log[0]


def test_a_refused_key_is_refused_until_it_is_accepted(shop: ShopSystem, connector: Connector) -> None:
    shop.refuse("CHAISE", field="name")
    (refused,) = write(connector, "listings", Change("create", "CHAISE", listing("CHAISE")))
    assert "name" == refused.problem.field
    shop.accept("CHAISE")
    (accepted,) = write(connector, "listings", Change("create", "CHAISE", listing("CHAISE")))
    assert accepted.done


class ReadsOneByOne(MemoryShop):
    """The same shop in pages of one record, so that every guarantee meets several pages."""

    spec = msgspec.structs.replace(
        MemoryShop.spec,
        streams=tuple(msgspec.structs.replace(stream, page_size=1) for stream in MemoryShop.spec.streams),
    )


class TestMemoryShopInSmallPages(MemoryShopSuite):
    connector_type = ReadsOneByOne
