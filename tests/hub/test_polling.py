"""How often the clock asks which shops for orders."""

import asyncio
import uuid
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.worker import work
from raccord.worker.schedule import SCHEDULE
from raccord.worker.task import Hands
from raccord_connectors.registry import CONNECTORS, POLL_SECONDS, webhooks_of
from support.database import new_tenant, opened


class Sent:
    """`CeleryWake` as far as `spread` knows it."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, str | None]] = []

    async def send(self, task: str, queue: str, *arguments: str | None) -> None:
        self.messages.append((task, queue, arguments[-1]))


async def _channel(tenant: UUID, connector: str, state: str = "live") -> str:
    erp, shop, channel = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    async with tenant_transaction(tenant) as connection:
        for found, side, name in ((erp, "erp", "memory_erp"), (shop, "shop", connector)):
            await connection.execute(
                "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, $3, $4, $5)",
                tenant, found, name, name, side,
            )  # fmt: skip
        await connection.execute(
            "INSERT INTO channel (tenant, id, name, erp, shop, state) VALUES ($1, $2, 'c', $3, $4, $5)",
            tenant, channel, erp, shop, state,
        )  # fmt: skip
    return str(channel)


def test_only_live_channels_whose_shop_cannot_call_us_are_asked_often(settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(settings):
            polled = await _channel(await new_tenant(), "vendure")
            called = await _channel(await new_tenant("Autre"), "woocommerce")
            await _channel(await new_tenant("En pause"), "vendure", state="paused")
            often, seldom = Sent(), Sent()
            await work.spread(_hands(often), "collect", "vendure")
            await work.spread(_hands(seldom), "collect")
            assert [("collect", "urgent", polled)] == often.messages
            assert {polled, called} == {channel for _, _, channel in seldom.messages}

    asyncio.run(scenario())


def test_what_is_asked_often_is_no_work_of_the_ordinary_lane(settings: Settings) -> None:
    """A million-row import of another tenant fills the ordinary lane for minutes; orders and stock do not wait for it."""

    async def scenario() -> None:
        async with opened(settings):
            await _channel(await new_tenant(), "woocommerce")
            sent = Sent()
            for task in ("collect", "prove", "hooks", "drift", "new_day"):
                await work.spread(_hands(sent), task)
            assert {"collect": "urgent", "prove": "urgent", "hooks": "ordinary", "drift": "ordinary",
                    "new_day": "ordinary"} == {task: queue for task, queue, _ in sent.messages}  # fmt: skip

    asyncio.run(scenario())


def test_every_shop_that_is_asked_often_has_its_own_entry_in_the_clock() -> None:
    entries: list[dict[str, Any]] = [entry for entry in SCHEDULE.values() if entry["args"] == ("collect",)]
    often = {entry["kwargs"]["connector"]: entry["schedule"] for entry in entries if entry["kwargs"]}
    assert often == POLL_SECONDS
    assert [30.0] == [entry["schedule"] for entry in entries if not entry["kwargs"]]
    for name in POLL_SECONDS:
        assert name in CONNECTORS
        assert webhooks_of(name) is None, f"{name} calls us by itself"


def _hands(wake: Sent) -> Hands:
    return cast(Hands, SimpleNamespace(wake=wake))
