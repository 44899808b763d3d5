"""The agent's part for an ERP that has none: what the orders ask to be read again is answered from what was pushed.

Documents and customers are answered as they were last acknowledged or pushed. Stock is a proof that the ERP has taken a sale, so
only stock that was read from the ERP *after* the question answers it.
"""

from collections.abc import Collection
from uuid import UUID

import msgspec

from raccord.pushes import repository
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import Caller
from raccord.sync.commands import Commands
from raccord_connectors import wire
from raccord_connectors.contract import Problem
from raccord_connectors.pushed import NO_AGENT

AT_ONCE = 200


async def answer_reads(tenant: UUID, connection: UUID, commands: Commands) -> int:
    """All that can be answered now, of one connection. Returns how many were."""
    async with tenant_transaction(tenant):
        found = await repository.pusher(connection)
        agent = found.agent if found is not None else None
        results = await _results(connection) if agent is not None else []
    if agent is None:
        return 0
    caller = Caller(tenant, agent, connection)
    for result in results:
        await commands.finish(caller, result)
    return len(results)


async def _results(connection: UUID) -> list[wire.CommandResult]:
    made = []
    for row in await repository.waiting(connection, "read", None, AT_ONCE):
        order = _read(row.body)
        if order.stream != "stock":
            made.append(await _answer(connection, row.id, order, row.since.timestamp()))
    for verb in ("check", "discover", "rescan"):
        for row in await repository.waiting(connection, verb, None, AT_ONCE):
            problem = None if verb == "check" else Problem("config", NO_AGENT.fill())
            made.append(wire.CommandResult(str(row.id), problem=problem))
    return made


async def prove(
    caller: Caller, commands: Commands, keys: Collection[str] | None, extracted_at: float
) -> None:
    """Stock came that was read from the ERP at this moment: of these items, or (None) of all."""
    async with tenant_transaction(caller.tenant):
        results = []
        for row in await repository.waiting(caller.connection, "read", None, AT_ONCE):
            order = _read(row.body)
            asked = set(order.wanted.keys or ())
            covered = keys is None or asked <= set(keys)
            if order.stream == "stock" and covered and row.since.timestamp() <= extracted_at:
                results.append(await _answer(caller.connection, row.id, order, extracted_at))
    for result in results:
        await commands.finish(caller, result)


async def _answer(connection: UUID, command: UUID, order: wire.Read, read_at: float) -> wire.CommandResult:
    keys = list(order.wanted.keys or ())
    rows = await repository.stored(connection, order.stream, keys)
    page = wire.WirePage(
        records=[wire.Upsert(row.key, row.fingerprint, row.data) for row in rows],
        deleted=sorted(set(keys) - {row.key for row in rows}),
    )
    return wire.CommandResult(str(command), pages=[page], read_at=read_at)


def _read(body: bytes) -> wire.Read:
    order = msgspec.msgpack.decode(body, type=wire.Order)
    assert isinstance(order, wire.Read)
    return order
