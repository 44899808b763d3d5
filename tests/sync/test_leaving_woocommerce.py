"""The ways out of a shop, and the rules of price and stock, through the WooCommerce connector to the demonstration shop."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from raccord.settings import Settings
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.sync.withdrawals import mark_deletions
from raccord_connectors.canonical import Price, PriceSet, Tax
from sandbox.shop.testing import DemoShop, demo_shop
from support.publishing import Merchant, play


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[DemoShop]:
    with demo_shop(tmp_path / "shop") as found:
        yield found


def live(settings: Settings, shop: DemoShop, scenario: Any, **channel: Any) -> None:
    play(settings, scenario, shop_connector=("woocommerce", shop.settings()), **channel)


def shown(shop: DemoShop) -> dict[str, tuple[str, int | None]]:
    """SKU → status and quantity; what lies in the bin is told too."""
    rows = shop.get("products", status="any", per_page=100) + shop.get(
        "products", status="trash", per_page=100
    )
    return {row["sku"]: (row["status"], row["stock_quantity"]) for row in rows}


async def put(m: Merchant, *keys: str, **fields: Any) -> None:
    for key in keys:
        m.erp.put_product(key, price="10", stock=5, tax=Tax(code="V20", rate=Decimal(20)), **fields)
    await m.sync()


async def later(m: Merchant, days: int) -> None:
    async with tenant_transaction(m.tenant) as connection:
        await connection.execute("UPDATE binding SET left_at = left_at - $1 * interval '1 day'", days)
        route = await projections.route(m.channel)
        assert route is not None
        await mark_deletions(route)
    await m.wake.project(m.tenant, m.channel, "listings")
    await m.settle()


def test_a_product_is_unpublished_deleted_and_made_again(settings: Settings, shop: DemoShop) -> None:
    async def scenario(m: Merchant) -> None:
        await put(m, "A", "B")
        m.erp.sleep("A")
        await m.sync()
        assert {"A": ("draft", 5), "B": ("publish", 5)} == shown(shop)
        await later(m, 30)
        assert {"A": ("trash", 5), "B": ("publish", 5)} == shown(shop)
        m.erp.change_product("A", active=True)
        await m.sync()
        assert ("publish", 5) == shown(shop)["A"]
        assert [] == await m.due()

    live(settings, shop, scenario, publication={"leaving": "delete"})


def test_a_product_that_leaves_stays_visible_with_nothing_to_sell(settings: Settings, shop: DemoShop) -> None:
    async def scenario(m: Merchant) -> None:
        await put(m, "A")
        m.erp.delete_product("A")
        await m.sync()
        assert {"A": ("publish", 0)} == shown(shop)
        await put(m, "A")
        assert ({"A": ("publish", 5)}, []) == (shown(shop), await m.due())

    live(settings, shop, scenario, publication={"leaving": "out_of_stock"})


def priced(**amounts: str) -> PriceSet:
    """Without tax, by category; bought at 4."""
    rows = [
        Price(amount=Decimal(amount), tax_included=False, category=category)
        for category, amount in amounts.items()
    ]
    return PriceSet(key="A", product="A", prices=rows, purchase=Decimal(4))


def test_another_categorys_price_is_crossed_out(settings: Settings, shop: DemoShop) -> None:
    async def scenario(m: Merchant) -> None:
        await put(m, "A")
        m.erp.put("prices", priced(WEB="10", CONSEILLE="12.5"))
        await m.sync()
        (row,) = shop.get("products", sku="A")
        regular, sale = Decimal(row["regular_price"]), Decimal(row["sale_price"])
        assert sale == regular * 4 / 5
        m.erp.put("prices", priced(WEB="3"))
        await m.sync()
        assert "projection.below_cost" == await m.problem("A")
        (row,) = shop.get("products", sku="A")
        assert sale == Decimal(row["sale_price"]), "the shop keeps the price that it has"

    rules = {
        "category": "WEB", "crossed_out": "category", "crossed_out_category": "CONSEILLE", "below_cost": "hold",
    }  # fmt: skip
    live(settings, shop, scenario, prices=rules)
