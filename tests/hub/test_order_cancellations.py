"""Documents that disappear from the ERP: a person's cancellation reaches the shop, an archive does not."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from raccord.orders import following
from raccord.settings import Settings
from raccord.storage import bindings
from raccord.storage.engine import tenant_transaction
from support.database import opened
from support.order_world import World, world


def run(settings: Settings, scenario: Callable[[World], Awaitable[None]]) -> None:
    async def inside() -> None:
        async with opened(settings), world() as found:
            await scenario(found)

    asyncio.run(inside())


async def sold(w: World, count: int = 1) -> list[str]:
    """Orders with their documents in the snapshot; the documents' keys."""
    for _ in range(count):
        w.shop.place_order({"CHAISE": 1})
    await w.collect()
    await w.settle()
    await w.ingest("documents")
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch("SELECT document FROM sales_order ORDER BY number")
    return [row["document"] for row in rows]


async def gone(w: World, *documents: str) -> None:
    """A complete pass no longer found them."""
    async with tenant_transaction(w.tenant) as connection:
        await connection.execute(
            "UPDATE snapshot SET deleted_at = now() WHERE stream = 'documents' AND key = ANY($1)",
            list(documents),
        )
    await w.follow_up()


async def states(w: World) -> list[str]:
    async with tenant_transaction(w.tenant) as connection:
        rows = await connection.fetch(
            "SELECT desired FROM binding WHERE stream = 'order_updates' ORDER BY key"
        )
    found: list[dict[str, Any]] = [msgspec.json.decode(row["desired"]) for row in rows]
    return [one["state"] for one in found]


def test_a_document_deleted_before_its_delivery_cancels_the_order_and_frees_its_stock(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        (document,) = await sold(w)
        assert {} != await w.open_reservations()
        await gone(w, document)
        assert (["cancelled"], {}) == (await states(w), await w.open_reservations())
        await w.follow_up()
        assert ["cancelled"] == await states(w)

    run(settings, scenario)


def test_a_delivered_document_that_is_archived_cancels_nothing(settings: Settings) -> None:
    async def scenario(w: World) -> None:
        (document,) = await sold(w)
        w.erp.ship(document)
        await w.ingest("documents")
        await w.follow_up()
        await gone(w, document)
        assert ["shipped"] == await states(w)

    run(settings, scenario)


def test_many_documents_deleted_at_once_cancel_nothing_and_are_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop does not take a cancellation back: an archive or a restored backup must not look like one."""
    monkeypatch.setattr(following, "MOST_DELETED", 2)

    async def scenario(w: World) -> None:
        documents = await sold(w, 3)
        await w.follow_up()
        await gone(w, *documents)
        assert ["accepted"] * 3 == await states(w)
        async with tenant_transaction(w.tenant) as connection:
            rows = await connection.fetch("SELECT problem FROM journal WHERE event = 'order_held'")
        assert 3 == len(rows)
        assert all("order.many_deleted" in row["problem"] for row in rows)

    run(settings, scenario)


def test_the_stock_of_a_cancelled_order_is_sent_again_because_the_shop_has_put_it_back(
    settings: Settings,
) -> None:
    async def scenario(w: World) -> None:
        order = w.shop.place_order({"CHAISE": 1})
        await w.collect()
        print_ = uuid.uuid4()
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "UPDATE binding SET desired = '{}', desired_print = $1, pushed = '{}', pushed_print = $1 "
                "WHERE stream = 'availability'",
                print_,
            )
            await bindings.doubt_stock(w.channel, [order.key])
            rows = await connection.fetch(
                "SELECT key, pushed_print FROM binding WHERE stream = 'availability' ORDER BY key"
            )
        assert {"CHAISE": None, "TABLE": print_} == {row["key"]: row["pushed_print"] for row in rows}

    run(settings, scenario)


def test_stock_that_is_doubted_while_it_is_on_its_way_is_sent_once_more(settings: Settings) -> None:
    """The answer to what was sent before says nothing of what the shop has done since."""

    async def scenario(w: World) -> None:
        wanted = uuid.uuid4()
        async with tenant_transaction(w.tenant) as connection:
            await connection.execute(
                "UPDATE binding SET desired = '{}', desired_print = $1 WHERE stream = 'availability' AND key = 'CHAISE'",
                wanted,
            )
            (row,) = await bindings.take(w.shop_connection, "availability", 10)
            await bindings.doubt_targets(w.channel, [str(row.target)])
            done = bindings.Done(row.channel, row.stream, row.key, row.target, row.targets, "{}", wanted)
            await bindings.save_done([done])
            (again,) = await bindings.take(w.shop_connection, "availability", 10)
            await bindings.save_done([done])
            assert "CHAISE" == again.key
            assert not await bindings.is_due(w.shop_connection, ["availability"])

    run(settings, scenario)
