"""Is this process well? `/health` says that it lives, `/ready` that it can serve: the database answers."""

import asyncio

import asyncpg
from litestar import get
from litestar.exceptions import ServiceUnavailableException

from raccord.front.security import MACHINE
from raccord.storage.engine import untenanted_transaction

PATIENCE = 2.0
"""Seconds for the database's answer; whoever asks has little more."""


@get("/health", opt=MACHINE)
async def health() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", opt=MACHINE)
async def ready() -> dict[str, str]:
    try:
        async with asyncio.timeout(PATIENCE), untenanted_transaction() as connection:
            await connection.fetchval("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ServiceUnavailableException("the database does not answer") from error
    return {"status": "ready"}


ROUTES = [health, ready]
