"""Commands: asked once, leased to one, given again when a lease runs out, answered once; and who is woken by it."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from raccord.settings import Settings
from raccord.storage import commands as statements
from raccord.storage.engine import tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.canonical import Product
from raccord_connectors.contract import Change, Discovery, Message, Problem, Selection
from support.database import fresh_database
from support.hub_app import (
    Hub,
    Merchant,
    RecordedWake,
    TestAgent,
    enrolled_agent,
    new_merchant,
    rows,
    run,
    until,
    value,
)


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with fresh_database(postgres, tmp_path_factory.mktemp("hub")) as found:
        yield found


def read(key: str) -> wire.Read:
    return wire.Read("products", Selection(keys=(key,)))


async def lease(agent: TestAgent, wait: float = 0.0, limit: int = 10) -> list[wire.Command]:
    return list(
        (await agent.call("/agent/commands/lease", wire.LeaseRequest(wait, limit), wire.Leased)).commands
    )


async def idle_agent(hub: Hub, client: Any, merchant: Merchant) -> TestAgent:
    """Enrolled, its first commands answered."""
    agent = await enrolled_agent(hub, client, merchant)
    for command in await lease(agent):
        await agent.call("/agent/commands/result", wire.CommandResult(command.id), wire.Ack)
    hub.wake.answers.clear()
    return agent


async def expire_leases(merchant: Merchant) -> None:
    async with tenant_transaction(merchant.tenant) as connection:
        await connection.execute(
            "UPDATE command SET leased_until = now() - interval '1 second' WHERE state = 'leased'"
        )


def test_every_order_arrives_as_it_was_asked_urgent_ones_first(settings: Settings) -> None:
    draft = Product(key="A", sku="A", name="Chaise")
    orders: list[wire.Order] = [
        wire.Check(),
        wire.Discover(),
        read("A"),
        wire.Rescan(["products"], complete=True, resend=["A"]),
        wire.Write("products", [wire.change_to_wire(Change("create", "A", draft))]),
    ]

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            for order in orders[:-1]:
                await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, order)
            await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, orders[-1], urgent=True)
            given = await lease(agent)
            assert [orders[-1], *orders[:-1]] == [command.order for command in given]
            assert {60} == {command.lease_seconds for command in given}
            assert [] == await lease(agent), "what is leased is not given again"

    run(settings, scenario)


def test_asking_again_with_the_same_mark_is_asking_once(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        one, other = await new_merchant("Un"), await new_merchant("Deux")
        ask = hub.tunnel.commands.ask
        first = await ask(one.tenant, one.erp, read("A"), once="order:12")
        assert first == await ask(one.tenant, one.erp, read("B"), once="order:12")
        assert first != await ask(one.tenant, one.erp, read("A"), once="order:13")
        assert first != await ask(other.tenant, other.erp, read("A"), once="order:12")
        many = await asyncio.gather(*(ask(one.tenant, one.erp, read("A"), once="order:14") for _ in range(6)))
        assert 1 == len(set(many))
        assert 3 == await value(one.tenant, "SELECT count(*) FROM command")

    run(settings, scenario)


def test_a_command_asked_inside_a_transaction_exists_only_if_it_commits(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        ask = hub.tunnel.commands.ask

        async def fail() -> None:
            async with tenant_transaction(merchant.tenant):
                await ask(merchant.tenant, merchant.erp, read("A"), once="x")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert 0 == await value(merchant.tenant, "SELECT count(*) FROM command")
        async with tenant_transaction(merchant.tenant):
            asked = await ask(merchant.tenant, merchant.erp, read("A"), once="x")
            answer = await hub.tunnel.commands.answer(merchant.erp, "x")
            assert answer is not None
            assert (asked, None) == (answer.command, answer.result)
            assert await hub.tunnel.commands.answer(merchant.erp, "y") is None

    run(settings, scenario)


def test_leases_that_compete_never_give_one_command_twice(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            for n in range(60):
                await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, read(str(n)))
            given = await asyncio.gather(*(lease(agent, limit=7) for _ in range(16)))
            ids = [command.id for some in given for command in some]
            assert 60 == len(ids) == len(set(ids))

    run(settings, scenario)


def test_a_lease_that_runs_out_is_given_again_and_the_first_result_counts(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, read("A"), once="mark")
            assert [str(command)] == [given.id for given in await lease(agent)]
            await expire_leases(merchant)
            assert [str(command)] == [given.id for given in await lease(agent)]
            assert 2 == await value(merchant.tenant, "SELECT attempts FROM command WHERE id = $1", command)
            first = wire.CommandResult(str(command), pages=[wire.WirePage(cursor="first")])
            later = wire.CommandResult(str(command), pages=[wire.WirePage(cursor="later")])
            for result in (first, first, later):
                await agent.call("/agent/commands/result", result, wire.Ack)
            assert first == await hub.tunnel.commands.wait_result(merchant.tenant, command, 0)
            found = await hub.tunnel.commands.asked(merchant.tenant, command)
            assert found is not None
            assert (merchant.erp, "mark", first) == (found.connection, found.once, found.result)
            assert [(merchant.tenant, command, "mark")] == hub.wake.answers
            await expire_leases(merchant)
            assert [] == await lease(agent)
            async with tenant_transaction(merchant.tenant):
                answer = await hub.tunnel.commands.answer(merchant.erp, "mark")
                assert answer is not None
                assert first == answer.result

    run(settings, scenario)


def test_a_failed_command_keeps_its_problem(settings: Settings) -> None:
    problem = Problem("transient", Message("erp.down", "Injoignable", "Unreachable"), retry_after=3.0)

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            await agent.call(
                "/agent/commands/result", wire.CommandResult(str(command), problem=problem), wire.Ack
            )
            result = await hub.tunnel.commands.wait_result(merchant.tenant, command, 1)
            assert result is not None
            assert problem == result.problem
            assert [("failed",)] == await rows(
                merchant.tenant, "SELECT state FROM command WHERE id = $1", command
            )
            assert [("problem", "erp.down")] == await rows(
                merchant.tenant,
                "SELECT state, problem -> 'message' ->> 'code' FROM connection WHERE side = 'erp'",
            )

    run(settings, scenario)


def test_a_discovery_and_a_good_check_are_kept_with_the_connection(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await enrolled_agent(hub, client, merchant)
            by_verb = {type(command.order): command.id for command in await lease(agent)}
            discovery = Discovery(company="Duval\0", currency="EUR")
            found = wire.CommandResult(by_verb[wire.Discover], discovery=discovery)
            await agent.call("/agent/commands/result", found, wire.Ack)
            await agent.call("/agent/commands/result", wire.CommandResult(by_verb[wire.Check]), wire.Ack)
            assert [("ready", "Duval␀", True)] == await rows(
                merchant.tenant,
                "SELECT state, discovery ->> 'company', checked_at IS NOT NULL FROM connection WHERE side = 'erp'",
            )

    run(settings, scenario)


def test_answers_to_what_nobody_asked_are_refused(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            for nonsense in ("", "x", "00000000-0000-0000-0000-000000000000"):
                refusal = await agent.refused("/agent/commands/result", wire.CommandResult(nonsense), 404)
                assert "agent.unknown_command" == refusal.message.code

    run(settings, scenario)


# ----------------------------------------------------------------------------------------------- long poll


def test_a_long_poll_is_answered_by_an_insertion_from_any_database_connection(settings: Settings) -> None:
    """As a worker's process would make it: by the statement alone, without this process knowing."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            poll = asyncio.create_task(lease(agent, wait=30))
            await until(lambda: len(hub.tunnel.commands.agents) == 1)
            worker = Commands(RecordedWake())
            command = await worker.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [str(command)] == [given.id for given in await asyncio.wait_for(poll, 5)]

    run(settings, scenario)


def test_a_long_poll_ends_empty_when_its_time_is_up(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            assert [] == await lease(agent, wait=0.05)
            assert 0 == len(hub.tunnel.commands.agents)
            refusal = await agent.refused("/agent/commands/lease", {"wait": 61.0}, 400)
            assert "agent.malformed" == refusal.message.code

    run(settings, scenario)


def test_a_long_poll_gets_the_command_whose_lease_runs_out_meanwhile(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        hub.tunnel.commands._lease_seconds = 1
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [str(command)] == [given.id for given in await lease(agent)]
            assert [str(command)] == [given.id for given in await asyncio.wait_for(lease(agent, wait=30), 5)]

    run(settings, scenario)


def test_the_newest_of_an_agents_calls_gets_the_command(settings: Settings) -> None:
    """The older ones may be lines that are dead already: a command given to them would wait for its lease to run out."""

    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            polls = []
            for n in range(1, 4):
                polls.append(asyncio.create_task(lease(agent, wait=20)))
                await until(lambda n=n: len(hub.tunnel.commands.agents) == n)  # type: ignore[misc]
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [str(command)] == [given.id for given in await asyncio.wait_for(polls[2], 5)]
            assert not polls[0].done()
            assert not polls[1].done()
            hub.tunnel.drain()
            assert [[], []] == await asyncio.wait_for(asyncio.gather(*polls[:2]), 5)

    run(settings, scenario)


def test_a_page_waits_for_an_answer_that_another_process_receives(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check(), urgent=True)
            page = asyncio.create_task(hub.tunnel.commands.wait_result(merchant.tenant, command, 20))
            await until(lambda: len(hub.tunnel.commands.results) == 1)
            result = wire.CommandResult(str(command))
            async with tenant_transaction(merchant.tenant):
                await statements.finish(
                    uuid.UUID(agent.id), command, merchant.erp, wire.pack(result), failed=False
                )
            assert result == await asyncio.wait_for(page, 5)
            later = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert await hub.tunnel.commands.wait_result(merchant.tenant, later, 0.05) is None

    run(settings, scenario)


def test_the_listener_survives_the_loss_of_its_connection(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            poll = asyncio.create_task(lease(agent, wait=30))
            await until(lambda: len(hub.tunnel.commands.agents) == 1)
            owner = await asyncpg.connect(hub.settings.database_url)
            killed = await owner.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND query LIKE 'LISTEN %' AND pid <> pg_backend_pid()"
            )
            await owner.close()
            assert 1 == len(killed)
            command = await hub.tunnel.commands.ask(merchant.tenant, merchant.erp, wire.Check())
            assert [str(command)] == [given.id for given in await asyncio.wait_for(poll, 10)]

    run(settings, scenario)


def test_draining_answers_every_open_call_at_once(settings: Settings) -> None:
    async def scenario(hub: Hub) -> None:
        merchant = await new_merchant()
        async with hub.client() as client:
            agent = await idle_agent(hub, client, merchant)
            polls = [asyncio.create_task(lease(agent, wait=60)) for _ in range(3)]
            await until(lambda: len(hub.tunnel.commands.agents) == 3)
            hub.tunnel.drain()
            assert [[], [], []] == await asyncio.wait_for(asyncio.gather(*polls), 5)
            assert [] == await asyncio.wait_for(lease(agent, wait=60), 5)

    run(settings, scenario)
