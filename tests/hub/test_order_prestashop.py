"""A purchase in PrestaShop, through the real connector over HTTP, into the tables of Sage 100 through its bridge, and back: the
same cents in both, whatever way the shop rounds."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from raccord.orders import service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.canonical import OrderUpdate, decode
from raccord_connectors.contract import Change, Connector
from sandbox.prestashop.testing import CUSTOMER, DemoPrestaShop, prestashop
from support.database import opened
from support.gescom_documents import of_order
from support.prestashop_shop import an_article, connector
from support.sage_world import SageWorld, sage_world

SHIPPED = "4"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPrestaShop]:
    with prestashop(tmp_path_factory.mktemp("prestashop")) as found:
        yield found


class OnePrestaShop:
    """`sync.ports.Shops` with the one shop of the test."""

    def __init__(self, shop: DemoPrestaShop) -> None:
        self._shop = shop

    @asynccontextmanager
    async def open(self, tenant: UUID, connection: UUID) -> AsyncIterator[Connector]:
        opened_one = connector(self._shop)
        try:
            yield opened_one
        finally:
            opened_one.close()


async def connect(w: SageWorld, shop: DemoPrestaShop, articles: dict[str, int]) -> None:
    """The world's shop is that PrestaShop, and its articles are bound."""
    async with tenant_transaction(w.tenant) as db:
        await db.execute("UPDATE connection SET connector = 'prestashop' WHERE id = $1", w.shop_connection)
        for item, product in articles.items():
            await db.execute(
                "UPDATE binding SET target = $2 WHERE stream = 'availability' AND key = $1",
                item,
                str(product),
            )


@pytest.mark.parametrize(("where", "mode"), [(1, 2), (3, 4)])
def test_a_purchase_is_in_sage_with_equal_cents_and_its_delivery_is_in_the_shop(
    settings: Settings, tmp_path: Path, shop: DemoPrestaShop, where: int, mode: int
) -> None:
    async def scenario(w: SageWorld) -> None:
        articles = {
            ref: an_article(shop, ref, price)
            for ref, price in (("CHAISE", "24.916667"), ("TABLE", "103.337"))
        }
        await connect(w, shop, articles)
        buyer = {**CUSTOMER, "company": "Lefèvre SARL", "siret": "73282932000074"}
        number = shop.buy(
            {(articles["CHAISE"], 0): 3, (articles["TABLE"], 0): 1},
            customer=buyer,
            voucher=Decimal(10),
            gift_wrap=True,
        )
        row = shop.row("orders", number)
        assert 1 == await service.collect(w.tenant, w.channel, None, OnePrestaShop(shop), w.wake)
        await w.settle()
        order = await w.order()
        assert ("integrated", None) == (order["state"], order["problem"])
        (document,) = of_order(w.gescom.path, row["reference"])
        assert Decimal(row["total_paid_tax_incl"]) == document.gross
        assert Decimal(row["total_paid_tax_excl"]) == document.net
        w.gescom.deliver(w.pieces(1)[0], parcel="6A123")
        await w.ingest("documents")
        for _ in range(2):
            await w.follow_up()
        async with tenant_transaction(w.tenant) as db:
            (wanted,) = await db.fetch("SELECT desired FROM binding WHERE stream = 'order_updates'")
        record = decode(wanted["desired"], OrderUpdate)
        change = Change("update", record.key, record)
        (outcome,) = await asyncio.to_thread(lambda: list(connector(shop).write("order_updates", [change])))
        assert outcome.done
        assert SHIPPED == shop.row("orders", number)["current_state"]
        assert ["6A123"] == [one["tracking_number"] for one in shop.rows("order_carriers", id_order=number)]

    async def inside() -> None:
        items = {"shipping": "PORT", "gift_wrap": "PORT"}
        async with opened(settings), sage_world(tmp_path / "gescom", items=items) as found:
            await scenario(found)

    shop.reset()
    shop.configure(PS_ROUND_TYPE=where, PS_PRICE_ROUND_MODE=mode)
    asyncio.run(inside())
