"""The tunnel on a real server with real sockets: other processes, broken lines, and the end of the process."""

import asyncio
import signal
import socket
import threading
from collections.abc import Awaitable, Callable

import httpx

from raccord.agents.service import Agents
from raccord.agents.stopping import told_to_stop
from raccord.settings import Settings
from raccord.sync.commands import Commands
from raccord_connectors import wire
from support.agent_server import Server, agent_server
from support.database import opened
from support.hub_app import Merchant, RecordedWake, TestAgent, new_merchant, until


async def agent_on(
    server: Server, settings: Settings, merchant: Merchant, client: httpx.AsyncClient
) -> TestAgent:
    commands = Commands(RecordedWake())
    code = await Agents(settings.secret_key or "", commands).create_code(merchant.tenant, merchant.erp, None)
    agent = TestAgent(client)
    await agent.enrol(code.code)
    await agent.authorise()
    for command in (await agent.call("/agent/commands/lease", wire.LeaseRequest(0), wire.Leased)).commands:
        await agent.call("/agent/commands/result", wire.CommandResult(command.id), wire.Ack)
    return agent


def hang_up(agent: TestAgent, server: Server, wait: float) -> None:
    """An agent's long poll whose line breaks while it waits."""
    body = wire.pack(wire.LeaseRequest(wait))
    head = (
        f"POST /agent/commands/lease HTTP/1.1\r\nHost: x\r\nRaccord-Protocol: 1\r\nAuthorization: Bearer {agent.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", server.port))
    line.sendall(head.encode() + body)
    for _ in range(500):
        if server.waiting():
            break
    line.close()


def test_an_insertion_of_this_process_wakes_a_poll_in_the_servers(settings: Settings) -> None:
    async def scenario(server: Server) -> None:
        merchant = await new_merchant()
        async with httpx.AsyncClient(base_url=server.url) as client:
            agent = await agent_on(server, settings, merchant, client)
            asked = wire.LeaseRequest(50)
            poll = asyncio.create_task(agent.call("/agent/commands/lease", asked, wire.Leased))
            await until(lambda: server.waiting() == 1)
            command = await Commands(RecordedWake()).ask(merchant.tenant, merchant.erp, wire.Check())
            leased = await asyncio.wait_for(poll, 10)
            assert [str(command)] == [given.id for given in leased.commands]

    with agent_server(settings) as server:
        asyncio.run(_opened(settings, scenario, server))


def test_a_command_given_to_a_line_that_broke_comes_with_the_next_call(settings: Settings) -> None:
    """Whether the server saw the hang-up before the command came, or gave it to the dead line."""

    async def scenario(server: Server) -> None:
        merchant = await new_merchant()
        async with httpx.AsyncClient(base_url=server.url) as client:
            agent = await agent_on(server, settings, merchant, client)
            await asyncio.to_thread(hang_up, agent, server, 50)
            command = await Commands(RecordedWake()).ask(merchant.tenant, merchant.erp, wire.Check())
            asked = wire.LeaseRequest(30, holding=())
            leased = await agent.call("/agent/commands/lease", asked, wire.Leased)
            assert [str(command)] == [given.id for given in leased.commands]

    with agent_server(settings) as server:
        asyncio.run(_opened(settings, scenario, server))


def test_a_process_that_is_asked_to_stop_answers_its_long_polls_and_ends(settings: Settings) -> None:
    async def scenario(server: Server) -> None:
        merchant = await new_merchant()
        async with httpx.AsyncClient(base_url=server.url) as client:
            agent = await agent_on(server, settings, merchant, client)
            poll = asyncio.create_task(
                agent.call("/agent/commands/lease", wire.LeaseRequest(60), wire.Leased)
            )
            await until(lambda: server.waiting() == 1)
            await asyncio.sleep(1.2)  # the signal handler is put in place a second after the start
            ended = asyncio.create_task(asyncio.to_thread(server.stop, 30))
            assert [] == list((await asyncio.wait_for(poll, 20)).commands)
            assert 0 == await ended

    with agent_server(settings) as server:
        asyncio.run(_opened(settings, scenario, server))


async def _opened(settings: Settings, scenario: Callable[[Server], Awaitable[None]], server: Server) -> None:
    async with opened(settings):
        await scenario(server)


def test_outside_of_the_main_thread_signals_are_left_alone() -> None:
    """As in a worker's loop thread, or under a test client."""
    handler = signal.getsignal(signal.SIGTERM)
    seen: list[object] = []

    async def inside() -> None:
        with told_to_stop(lambda: None, after=0.0):
            await asyncio.sleep(0.02)
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=lambda: asyncio.run(inside()))
    thread.start()
    thread.join()
    assert [handler] == seen


def test_a_signal_is_heard_and_handed_on() -> None:
    heard: list[str] = []

    async def inside() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: heard.append("the server"))
        with told_to_stop(lambda: heard.append("the tunnel"), after=0.0):
            await asyncio.sleep(0.02)
            signal.raise_signal(signal.SIGTERM)
            await until(lambda: len(heard) == 2)
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)

    former = signal.getsignal(signal.SIGTERM)
    asyncio.run(inside())
    assert {"the server", "the tunnel"} == set(heard)
    signal.signal(signal.SIGTERM, former)
