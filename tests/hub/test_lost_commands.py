"""Commands that an agent was given and does not hold: its line broke, or its process died. They come again at once."""

import asyncio
import contextvars
from collections.abc import Iterator
from uuid import UUID

import pytest

from raccord.settings import Settings
from raccord.storage import commands as statements
from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from support.database import fresh_database
from support.hub_app import Hub, Merchant, TestAgent, enrolled_agent, new_merchant, run, until


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


async def lease(
    agent: TestAgent, *holding: UUID | str, wait: float = 0.0, tells: bool = True, limit: int = 10
) -> list[UUID]:
    told = tuple(map(str, holding)) if tells else None
    asked = wire.LeaseRequest(wait, limit, told)
    return [UUID(c.id) for c in (await agent.call("/agent/commands/lease", asked, wire.Leased)).commands]


async def quiet_agent(hub: Hub, client: object, merchant: Merchant) -> TestAgent:
    """Enrolled, its first commands answered."""
    agent = await enrolled_agent(hub, client, merchant)  # type: ignore[arg-type]
    for command in await lease(agent):
        await agent.call("/agent/commands/result", wire.CommandResult(str(command)), wire.Ack)
    return agent


async def expire_leases(merchant: Merchant) -> None:
    async with tenant_transaction(merchant.tenant) as connection:
        await connection.execute(
            "UPDATE command SET leased_until = now() - interval '1 s' WHERE state = 'leased'"
        )


def test_what_an_agent_was_given_and_does_not_hold_is_given_again_at_once(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            ask = hub.tunnel.commands.ask
            held = await ask(merchant.tenant, merchant.erp, wire.Check())
            lost = await ask(merchant.tenant, merchant.erp, wire.Discover())
            assert [held, lost] == await lease(agent)
            assert [lost] == await lease(agent, held)
            assert [] == await lease(agent, held, lost)

    run(settings, scenario)


def test_a_command_that_is_held_is_not_given_again_when_its_lease_runs_out(settings: Settings) -> None:
    """A write into the ERP may take longer than a lease; the agent that executes it has no use for a second copy."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [command] == await lease(agent)
            await expire_leases(merchant)
            assert [] == await lease(agent, command)
            assert [command] == await lease(agent), "the process that held it has died"

    run(settings, scenario)


def test_an_agent_that_does_not_tell_waits_for_the_end_of_the_lease(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [command] == await lease(agent, tells=False)
            assert [] == await lease(agent, tells=False)
            await expire_leases(merchant)
            assert [command] == await lease(agent, tells=False)

    run(settings, scenario)


def test_what_another_agent_was_given_is_left_to_it(settings: Settings) -> None:
    """A connection's former agent may still be executing it; only its lease says when it is given up."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            async with tenant_transaction(merchant.tenant):
                other = UUID(int=7)
                assert [command] == [
                    row.id for row in await statements.lease(other, merchant.erp, (), 10, 60)
                ]
            assert [] == await lease(agent)
            await expire_leases(merchant)
            assert [command] == await lease(agent)

    run(settings, scenario)


def test_a_call_that_waits_gets_what_an_older_line_of_its_agent_was_given_meanwhile(
    settings: Settings,
) -> None:
    """The older call was being answered when the agent gave it up and called again: the answer reaches nobody."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            outside = contextvars.copy_context()  # the call belongs to no transaction of ours
            async with tenant_transaction(merchant.tenant):
                older = await statements.lease(UUID(agent.id), merchant.erp, (), 10, 60)
                poll = asyncio.create_task(lease(agent, wait=30), context=outside)
                # It sees the command waiting and cannot have it: the older call's transaction is still open.
                await until(lambda: len(hub.tunnel.commands.agents) == 1)
            assert [command] == [row.id for row in older]
            assert [command] == await asyncio.wait_for(poll, 10)

    run(settings, scenario)


def test_a_command_that_is_lost_each_time_waits_for_its_lease_after_some_returns(settings: Settings) -> None:
    """One that kills its agent would else be tried without a pause for ever."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            for _ in range(1 + statements.LOST_RETURNS):
                assert [command] == await lease(agent)
            assert [] == await lease(agent)
            await expire_leases(merchant)
            assert [command] == await lease(agent)

    run(settings, scenario)


def test_ids_that_are_none_of_ours_change_nothing_and_too_many_are_refused(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await quiet_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [command] == await lease(agent, "", "x", "'; DROP TABLE command", UUID(int=1))
            many = wire.LeaseRequest(0, 10, ("x",) * (wire.MAX_HOLDING + 1))
            refusal = await agent.refused("/agent/commands/lease", many, 400)
            assert "agent.malformed" == refusal.message.code

    run(settings, scenario)
