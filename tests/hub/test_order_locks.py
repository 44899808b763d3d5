"""Whoever locks several orders does it in the order of their keys: a worker that waits for one of them holds none that comes
after it, so that two workers with orders in common never wait for each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from raccord.orders import repository, service
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Connector, Page, Selection
from support.database import opened
from support.order_world import OneShop, World, world

ORDERS = 6
EVERYTHING = Selection()
Work = Callable[[World], Awaitable[object]]


def run(settings: Settings, scenario: Work) -> None:
    async def inside() -> None:
        async with opened(settings), world(stages=["open"]) as found:
            await scenario(found)

    asyncio.run(inside())


async def stored(w: World) -> list[str]:
    """Keys of the shop's orders. Stored from the last to the first, so that the database would come by them in another order by
    itself."""
    keys = sorted(w.shop.place_order({"CHAISE": 1}).key for _ in range(ORDERS))
    for key in reversed(keys):
        await w.collect([key])
    return keys


@asynccontextmanager
async def another_worker(settings: Settings, w: World) -> AsyncIterator[asyncpg.Connection]:
    """In a transaction of its own, which locks nothing yet."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(w.tenant))
            yield connection
    finally:
        await connection.close()


async def lock(worker: asyncpg.Connection, key: str) -> None:
    """At once; `LockNotAvailableError` when somebody has it."""
    await worker.execute("SELECT 1 FROM sales_order WHERE key = $1 FOR NO KEY UPDATE NOWAIT", key)


async def until_somebody_waits_for(worker: asyncpg.Connection) -> None:
    while not await worker.fetchval(  # noqa: ASYNC110  it is another process that waits
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE pg_backend_pid() = ANY(pg_blocking_pids(a.pid)))"
    ):
        await asyncio.sleep(0.01)


async def holds_nothing_after_what_it_waits_for(
    settings: Settings, w: World, keys: list[str], work: Work
) -> None:
    """`work` locks all orders of the world; another worker has the first of them, and gets all others."""
    async with another_worker(settings, w) as other:
        await lock(other, keys[0])
        working = asyncio.ensure_future(work(w))
        await asyncio.wait_for(until_somebody_waits_for(other), 60)
        for key in keys[1:]:
            await lock(other, key)
    await working


async def follow(w: World) -> None:
    async with tenant_transaction(w.tenant) as connection:
        references = [row["reference"] for row in await connection.fetch("SELECT reference FROM sales_order")]
        found = await repository.locked_by_reference(references)
    assert ORDERS == len(found)


class AllInOnePage:
    """The shop of the world, which tells its orders from the last to the first, and then those that it has no more."""

    def __init__(self, w: World) -> None:
        self._shops = OneShop(w.shop)

    @asynccontextmanager
    async def open(self, tenant: UUID, connection: UUID) -> AsyncIterator[Connector]:
        async with self._shops.open(tenant, connection) as connector:
            read = connector.read

            def whole(stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
                pages = list(read(stream, wanted))
                yield Page(
                    [record for page in pages for record in page.records][::-1],
                    deleted=[key for page in pages for key in page.deleted],
                )

            connector.read = whole  # type: ignore[method-assign]
            yield connector


async def collect(w: World) -> None:
    keys = [order.key for order in w.shop.all("orders")]
    await service.collect(w.tenant, w.channel, keys, AllInOnePage(w), w.wake)


async def collect_deleted(w: World) -> None:
    """The first of them are no more in the shop."""
    orders = [order.key for order in w.shop.all("orders")]
    for key in orders[: ORDERS // 2]:
        w.shop.drop("orders", key)
    await service.collect(w.tenant, w.channel, orders, AllInOnePage(w), w.wake)


async def rouse(w: World) -> None:
    async with tenant_transaction(w.tenant):
        await repository.rouse(w.channel, ["open"])


async def release(w: World) -> None:
    await service.release_mended(w.tenant, w.channel, w.wake)


@pytest.mark.parametrize("work", [follow, collect, collect_deleted, rouse, release])
def test_a_worker_that_waits_for_an_order_holds_none_that_comes_after_it(
    settings: Settings, work: Work
) -> None:
    async def scenario(w: World) -> None:
        keys = await stored(w)
        if work is release:  # held for an ERP that did not work; the last was placed first
            async with tenant_transaction(w.tenant) as connection:
                await connection.execute(
                    "UPDATE sales_order SET state = 'held', retry_at = now(), placed_at = now() - interval '1 hour' * key::int"
                )
        await holds_nothing_after_what_it_waits_for(settings, w, keys, work)

    run(settings, scenario)
