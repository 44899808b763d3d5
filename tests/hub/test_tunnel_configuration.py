"""What an agent is to do, and how it is: configuration, its version, heartbeats, clocks."""

import math
import time
from collections.abc import Iterator

import pytest

from raccord.agents.errors import AgentSettingError
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.contract import Message, Problem
from support.database import fresh_database
from support.hub_app import Hub, enrolled_agent, new_merchant, rows, run, value


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def heartbeat(**more: object) -> wire.Heartbeat:
    fields: dict[str, object] = {
        "version": "0.2.0",
        "connector": "memory_erp",
        "clock": time.time(),
        "waiting": 0,
    }
    return wire.Heartbeat(**{**fields, **more})  # type: ignore[arg-type]


def test_a_merchant_can_choose_how_often_and_the_agent_notices(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            first = await agent.configuration()
            every = {
                schedule.stream: (schedule.every, schedule.complete_every) for schedule in first.schedules
            }
            assert {
                "categories": (10, 3600), "products": (10, 3600), "prices": (10, 3600), "stock": (10, 3600),
                "documents": (5, 3600), "invoices": (5, 3600), "customers": (60, 3600),
            } == every  # fmt: skip
            assert first == await agent.configuration()

            async def told() -> int:
                return (
                    await agent.call("/agent/heartbeat", heartbeat(), wire.HeartbeatAck)
                ).configuration_version

            assert first.version == await told()
            chosen = {"*": {"every": 2}, "stock": {"every": 0.5, "complete_every": 600}}
            await hub.tunnel.agents.set_schedule(merchant.tenant, merchant.erp, chosen)
            assert first.version != await told()
            second = await agent.configuration()
            assert (
                second.version
                == await told()
                == await value(merchant.tenant, "SELECT configuration_version FROM agent")
            )
            every = {
                schedule.stream: (schedule.every, schedule.complete_every) for schedule in second.schedules
            }
            assert ((2, 3600), (0.5, 600), (2, 3600)) == (
                every["products"],
                every["stock"],
                every["documents"],
            )
            async with tenant_transaction(merchant.tenant) as connection:
                await connection.execute("UPDATE connection SET state = 'paused' WHERE side = 'erp'")
            assert second.version != await told()
            assert (await agent.configuration()).paused

    run(settings, scenario)


def test_an_impossible_interval_is_refused_with_its_place(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        for wrong, field in (
            ({"products": {"every": 0.1}}, "[...].every"),
            ({"products": {"every": "often"}}, "[...].every"),
            ({"products": 2}, "[...]"),
        ):
            with pytest.raises(AgentSettingError) as caught:
                await hub.tunnel.agents.set_schedule(merchant.tenant, merchant.erp, wrong)
            assert field == caught.value.field
        with pytest.raises(AgentSettingError):
            await hub.tunnel.agents.set_schedule(merchant.tenant, merchant.shop, {})

    run(settings, scenario)


def test_settings_that_are_not_understood_fall_back_to_the_defaults(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            first = await agent.configuration()
            async with tenant_transaction(merchant.tenant) as connection:
                await connection.execute(
                    """UPDATE connection SET settings = '{"schedule": "often"}' WHERE side = 'erp'"""
                )
            assert first == await agent.configuration()

    run(settings, scenario)


def test_a_heartbeat_tells_health_clock_and_scans(settings: Settings) -> None:
    problem = Problem("transient", Message("erp.down", "Base\0 arrêtée", "Database\0 stopped"))

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            (card,) = await hub.tunnel.agents.cards(merchant.tenant)
            assert card.health is None
            ahead = time.time() + 120
            streams = [
                wire.HeartbeatStream("products", 12, last_scan_at=ahead - 30),
                wire.HeartbeatStream("stock", 3, problem=problem),
                wire.HeartbeatStream("drafts", 3),
                wire.HeartbeatStream("stock", 3, problem=problem),
            ]
            sent = heartbeat(
                clock=ahead, waiting=4, streams=streams, problem=problem, version="0.3.0\0" + "x" * 999
            )
            await agent.call("/agent/heartbeat", sent, wire.HeartbeatAck)
            (card,) = await hub.tunnel.agents.cards(merchant.tenant)
            assert card.health is not None
            assert (4, 4) == (card.health.waiting, len(card.health.streams))
            assert abs(card.health.clock_skew - 120) < 5
            assert card.health.problem is not None
            assert "Base␀ arrêtée" == card.health.problem.message.fr
            assert 200 == len(card.version)
            assert card.last_seen_at is not None
            scans = await rows(
                merchant.tenant,
                "SELECT stream, extract(epoch FROM now() - last_scan_at)::int BETWEEN 28 AND 40, problem ->> 'kind' "
                "FROM stream_state ORDER BY stream",
            )
            assert [("products", True, None), ("stock", None, "transient")] == scans
            assert "new" == await value(merchant.tenant, "SELECT state FROM connection WHERE side = 'erp'")
            await agent.call("/agent/heartbeat", heartbeat(), wire.HeartbeatAck)
            assert "ready" == await value(merchant.tenant, "SELECT state FROM connection WHERE side = 'erp'")

    run(settings, scenario)


@pytest.mark.parametrize("clock", [math.nan, math.inf, -1.0, 1e18])
def test_a_broken_clock_breaks_nothing(settings: Settings, clock: float) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            streams = [wire.HeartbeatStream("products", 1, last_scan_at=clock)]
            await agent.call("/agent/heartbeat", heartbeat(clock=clock, streams=streams), wire.HeartbeatAck)
            assert 1 == await agent.send("products", read_at=clock)

    run(settings, scenario)
