"""A shop that grants so many calls a day (Oxatis): who gets them, that all workers count together, and what is told."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from raccord.core.quota import Used
from raccord.settings import Settings
from raccord.storage import quotas
from raccord.storage.engine import tenant_transaction
from raccord.sync import daily
from raccord_connectors.canonical import Availability, Order, Tax
from raccord_connectors.contract import Change, DaySpent
from raccord_connectors.shop.oxatis import Oxatis
from sandbox.oxatis.checkout import Purchase
from sandbox.oxatis.server import OxatisServer
from support.publishing import Merchant, play

MORNING = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
"""Seven o'clock in Paris."""


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OxatisServer]:
    with OxatisServer(tmp_path / "oxatis") as found:
        yield found


def live(settings: Settings, server: OxatisServer, scenario: Any, **chosen: Any) -> None:
    clock = Clock()
    server.shop.clock = lambda: clock.now.timestamp()

    async def run(m: Merchant) -> None:
        await scenario(m, clock)

    given = {**server.shop.keys, "url": f"{server.url}/httpservices", "history_days": 3_650, **chosen}
    play(settings, run, shop_connector=("oxatis", given), now=clock)


async def put(m: Merchant, *keys: str, stock: int = 5) -> None:
    for key in keys:
        m.erp.put_product(key, price="10", stock=stock, tax=Tax(code="V20", rate=Decimal(20)))
    await m.sync()


async def used(m: Merchant, clock: Clock) -> Used:
    async with tenant_transaction(m.tenant):
        day = await daily.today(m.shop_connection, clock.now)
    assert day is not None
    return day.used


async def spend(m: Merchant, clock: Clock, **calls: int) -> None:
    """As if so many calls had been made today."""
    async with tenant_transaction(m.tenant) as connection:
        for purpose, count in calls.items():
            await connection.execute(f"UPDATE call_quota SET {purpose} = $1", count)


def shown(server: OxatisServer) -> dict[str, str]:
    """Reference → quantity."""
    products = server.shop.store.every("product")
    return {one["ItemSKU"]: one["QuantityInStock"]["Value"] for one in products}


def test_a_sale_is_read_to_the_cent_and_every_call_is_counted(
    settings: Settings, server: OxatisServer
) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        await put(m, "A", "B")
        assert {"A": "5", "B": "5"} == shown(server)
        ids = {one["ItemSKU"]: int(one["OxID"]) for one in server.shop.store.every("product")}
        server.shop.checkout.place(Purchase({ids["A"]: 3, ids["B"]: 1}, coupon="BIENVENUE10"))
        async with m.connections.open(m.tenant, m.shop_connection) as connector:
            pages = await asyncio.to_thread(lambda: list(connector.read("orders")))
        (order,) = [record for page in pages for record in page.records]
        assert isinstance(order, Order)
        due = Decimal(server.shop.store.every("order")[0]["NetAmountDue"])
        goods = sum(one.net + one.tax for one in order.lines)
        around = sum(one.net + one.tax for one in order.charges)
        assert due == order.gross == order.net + order.tax == goods + around
        assert server.shop.calls_today() == (await used(m, clock)).all

    live(settings, server, scenario)


def test_stock_that_never_rests_is_gathered(settings: Settings, server: OxatisServer) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        await put(m, "A", "B", "C")
        await spend(m, clock, stock=1_200)  # at seven in the morning that is more than its share
        for key, quantity in (("A", 1), ("B", 2), ("C", 3)):
            await put(m, key, stock=quantity)
        assert {"A": "5", "B": "5", "C": "5"} == shown(server)
        clock.now += timedelta(hours=5)
        before = server.shop.calls_today()
        await m.wake.push(m.tenant, m.shop_connection, "urgent")
        await m.settle()
        assert ({"A": "1", "B": "2", "C": "3"}, 1) == (shown(server), server.shop.calls_today() - before)

    live(settings, server, scenario)


def test_the_catalogue_waits_for_what_is_kept_and_stock_does_not(
    settings: Settings, server: OxatisServer
) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        await put(m, "A")
        await spend(m, clock, catalogue=2_500)
        await put(m, "A", "B", stock=9)
        assert {"A": "9"} == shown(server)
        async with tenant_transaction(m.tenant):
            day = await daily.today(m.shop_connection, clock.now)
        assert day is not None
        assert "orders and stock" in day.sentence("Oxatis", "catalogue").en
        clock.now = day.again("catalogue") + timedelta(seconds=1)
        await m.wake.push(m.tenant, m.shop_connection, "ordinary")
        await m.settle()
        assert {"A", "B"} == shown(server).keys()

    live(settings, server, scenario)


def test_what_the_shop_calls_used_up_rests_until_its_next_day(
    settings: Settings, server: OxatisServer
) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        await put(m, "A")
        server.shop.store.set_option("daily_calls", str(server.shop.calls_today()))
        await put(m, "A", stock=2)
        assert "oxatis.day_spent" != await m.problem("A", "availability") == "quota.refused"
        calls = server.shop.calls_today()
        await put(m, "A", stock=3)
        with pytest.raises(DaySpent):
            async with m.connections.open(m.tenant, m.shop_connection) as connector:
                await asyncio.to_thread(lambda: list(connector.read("orders")))
        assert calls == server.shop.calls_today(), "a shop that said that the day is over is asked no more"
        clock.now += timedelta(days=1)
        server.shop.store.set_option("daily_calls", "5000")
        await m.rows("UPDATE binding SET retry_at = now() RETURNING 1")
        await m.wake.push(m.tenant, m.shop_connection, "urgent")
        await m.settle()
        assert {"A": "3"} == shown(server)

    live(settings, server, scenario)


def test_two_workers_do_not_both_take_the_last_call(settings: Settings, server: OxatisServer) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        await spend(m, clock, catalogue=0, stock=0, orders=4_995)
        allowances = [
            daily.SharedAllowance(m.tenant, m.shop_connection, Oxatis.spec, 5_000, clock) for _ in range(2)
        ]

        def take(number: int) -> bool:
            try:
                allowances[number % 2].take("orders")
            except DaySpent:
                return False
            return True

        with ThreadPoolExecutor(6) as pool:
            loop = asyncio.get_running_loop()
            taken = await asyncio.gather(*(loop.run_in_executor(pool, take, number) for number in range(20)))
        assert (5, 5_000) == (sum(taken), (await used(m, clock)).all)

    live(settings, server, scenario)


def test_ten_thousand_changes_of_stock_cost_a_hundred_calls(settings: Settings, server: OxatisServer) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        shop = server.shop
        with shop.store.write():
            ids = [
                shop.store.add("product", f"fr:S{n}", {"ItemSKU": f"S{n}", "QuantityInStock": {"Value": "0"}})
                for n in range(10_000)
            ]
        changes = [
            Change(
                "update",
                f"S{n}",
                Availability(key=f"S{n}", quantity=Decimal(n), product=f"S{n}"),
                target=str(number),
            )
            for n, number in enumerate(ids)
        ]
        before = await used(m, clock)
        async with m.connections.open(m.tenant, m.shop_connection) as connector:
            outcomes = await asyncio.to_thread(lambda: list(connector.write("availability", changes)))
        assert all(outcome.done for outcome in outcomes)
        after = await used(m, clock)
        assert (100, after.all) == (after.stock - before.stock, shop.calls_today())
        assert {f"S{n}": str(n) for n in range(10_000)} == shown(server)

    live(settings, server, scenario)


def test_a_day_long_ago_is_forgotten(settings: Settings, server: OxatisServer) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        async with tenant_transaction(m.tenant):
            await quotas.begin(m.tenant, m.shop_connection, (clock.now - timedelta(days=90)).date())
            await quotas.begin(m.tenant, m.shop_connection, (clock.now + timedelta(days=1)).date())
        rows = await m.rows("SELECT day FROM call_quota ORDER BY day")
        assert [clock.now.date(), (clock.now + timedelta(days=1)).date()] == [row["day"] for row in rows]

    live(settings, server, scenario)


def test_orders_are_asked_for_no_more_often_than_the_day_allows(
    settings: Settings, server: OxatisServer
) -> None:
    async def scenario(m: Merchant, clock: Clock) -> None:
        async def may() -> bool:
            return await daily.may_ask_for_orders(m.tenant, m.shop_connection, "oxatis", clock.now)

        assert await may()
        await m.rows(
            "INSERT INTO stream_state (tenant, connection, stream, last_scan_at) VALUES ($1, $2, 'orders', now()) RETURNING 1",
            m.tenant, m.shop_connection,
        )  # fmt: skip
        assert not await may()
        await m.rows("UPDATE stream_state SET last_scan_at = now() - interval '173 seconds' RETURNING 1")
        assert await may()
        assert await daily.may_ask_for_orders(m.tenant, m.shop_connection, "woocommerce", clock.now)

    live(settings, server, scenario)


def test_a_larger_quota_is_taken_from_the_settings() -> None:
    settings = msgspec.convert({"app_id": "a", "token": "t", "daily_calls": 20_000}, Oxatis.spec.settings)
    assert (20_000, 5_000) == (
        Oxatis.spec.limits.of_day(settings),
        Oxatis.spec.limits.of_day({"app_id": "a"}),
    )
