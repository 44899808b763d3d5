"""What the platform asks of agents: typed orders, leased, executed at least once, answered once.

An agent waits in a long poll; a command inserted by any process wakes it within milliseconds. Pages wait for a result
in the same way, the workers are woken. All that is kept is in the database.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.storage import commands
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.ports import Wake
from raccord.sync.waiting import Waiting, until
from raccord_connectors import wire

LEASE_SECONDS = 60
"""How long a command waits when nobody says what became of it: its agent is gone for good, or too old to tell."""
BUSY_SECONDS = 1.0
"""Before a call looks again whose commands were just being given to another call: probably a line that broke."""


class UnknownCommand(Exception):
    """This agent's connection has no such command."""


class Answer(Struct, frozen=True):
    """`result` is None while the agent has not answered."""

    command: UUID
    result: wire.CommandResult | None


class Asked(Struct, frozen=True):
    connection: UUID
    once: str | None
    result: wire.CommandResult | None


class Commands:
    """One per process. Web processes hand `woken` to their listener; workers, which never wait, need none."""

    def __init__(self, wake: Wake, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._wake = wake
        self._lease_seconds = lease_seconds
        self.agents = Waiting()
        """Agents in a long poll, by connection."""
        self.results = Waiting()
        """Those who wait for an answer, by command."""

    # ------------------------------------------------------------------------------------------------ asking

    async def ask(
        self,
        tenant: UUID,
        connection: UUID,
        order: wire.Order,
        *,
        once: str | None = None,
        urgent: bool = False,
    ) -> UUID:
        """The command's id. Inside a transaction of the tenant it belongs to it; else it is committed at once.

        `once` is an idempotency mark: asking again with it returns the first command, whatever became of it."""
        verb = str(order.__struct_config__.tag)
        async with commands.joined(tenant):
            return await commands.add(tenant, uuid.uuid4(), connection, verb, wire.pack(order), once, urgent)

    async def answer(self, connection: UUID, once: str) -> Answer | None:
        """Inside the tenant's transaction. None when nothing was asked under this mark."""
        found = await commands.by_mark(connection, once)
        return None if found is None else Answer(found.id, _decoded(found.result))

    async def asked(self, tenant: UUID, command: UUID) -> Asked | None:
        """What was asked under this id, and the answer if there is one: for whoever `Wake.answered` woke."""
        async with tenant_transaction(tenant):
            found = await commands.asked(command)
        return None if found is None else Asked(found.connection, found.once, _decoded(found.result))

    async def wait_result(self, tenant: UUID, command: UUID, seconds: float) -> wire.CommandResult | None:
        """The agent's answer; None when none came in time. Not inside a transaction."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            with self.results.ticket(command) as ticket:
                async with tenant_transaction(tenant):
                    result = _decoded(await commands.result(command))
                left = deadline - asyncio.get_running_loop().time()
                if result is not None or left <= 0 or self.results.closed:
                    return result
                await until(ticket, left)

    # --------------------------------------------------------------------------------------- the agent's side

    async def lease(
        self, caller: Caller, request: wire.LeaseRequest, connected: Callable[[], Awaitable[bool]]
    ) -> Sequence[wire.Command]:
        """Commands, as soon as there are any; none when the time is up. Raises `AgentRevoked`.

        `connected` is asked after the wait: a command given to a line that broke meanwhile comes back with the agent's
        next call only."""
        holding = None if request.holding is None else _ids(request.holding)
        deadline = asyncio.get_running_loop().time() + request.wait
        while True:
            with self.agents.ticket(caller.connection) as ticket:
                rows, next_look = await self._lease_now(caller, holding, request.limit)
                left = deadline - asyncio.get_running_loop().time()
                if rows or left <= 0 or self.agents.closed:
                    return [self._command(row) for row in rows]
                await until(ticket, left if next_look is None else min(left, next_look + 0.05))
            if not await connected():
                return []

    async def _lease_now(
        self, caller: Caller, holding: Sequence[UUID] | None, limit: int
    ) -> tuple[list[commands.LeasedRow], float | None]:
        """What is given, and in how many seconds there may be more without a notification."""
        agent, connection = caller.agent, caller.connection
        async with tenant_transaction(caller.tenant):
            look = await commands.look(agent, connection, holding)
            if look is None or look.revoked:
                raise AgentRevoked
            if not look.due:
                return [], look.next_expiry
            rows = await commands.lease(agent, connection, holding, limit, self._lease_seconds)
            return rows, BUSY_SECONDS

    def _command(self, row: commands.LeasedRow) -> wire.Command:
        order: wire.Order = msgspec.msgpack.decode(row.body, type=wire.Order)
        return wire.Command(str(row.id), order, self._lease_seconds, row.urgent)

    async def finish(self, caller: Caller, result: wire.CommandResult) -> None:
        """Keeps an agent's answer; a repetition changes nothing. Raises `UnknownCommand`."""
        try:
            command = UUID(result.command)
        except ValueError as error:
            raise UnknownCommand(result.command) from error
        async with tenant_transaction(caller.tenant):
            finished = await commands.finish(
                caller.agent, command, caller.connection, wire.pack(result), failed=result.problem is not None
            )
            if finished is None:
                raise UnknownCommand(result.command)
            if not finished.again:
                await _note(caller.connection, finished.verb, result)
        self.results.wake(command)
        if not finished.again:
            await self._wake.answered(caller.tenant, command, finished.once)

    # -------------------------------------------------------------------------------------------- the process

    def woken(self) -> Mapping[str, Waiting]:
        """Who is to be woken by which notification."""
        return {commands.COMMANDS: self.agents, commands.RESULTS: self.results}

    def drain(self) -> None:
        """Answers every long poll at once: the process is about to stop."""
        self.agents.close()
        self.results.close()


def _ids(told: Sequence[str]) -> list[UUID]:
    """An agent may hold what another platform gave it: an id that is none of ours names nothing here."""
    known = []
    for one in told:
        with contextlib.suppress(ValueError):
            known.append(UUID(one))
    return known


def _decoded(result: bytes | None) -> wire.CommandResult | None:
    return None if result is None else wire.unpack(result, wire.CommandResult)


async def _note(connection: UUID, verb: str, result: wire.CommandResult) -> None:
    """What an answer says of the connection itself."""
    if result.discovery is not None:
        await commands.note_discovery(connection, msgspec.json.encode(result.discovery).decode())
    if verb == "check":
        problem = None if result.problem is None else msgspec.json.encode(result.problem).decode()
        await commands.note_check(connection, problem)
