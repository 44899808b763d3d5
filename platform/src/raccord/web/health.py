"""Is this process well? `/health` says that it lives, `/ready` that it can serve: the database answers."""

from litestar import get

from raccord.front.security import MACHINE
from raccord.storage.engine import untenanted_transaction


@get("/health", opt=MACHINE)
async def health() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", opt=MACHINE)
async def ready() -> dict[str, str]:
    async with untenanted_transaction() as connection:
        await connection.fetchval("SELECT 1")
    return {"status": "ready"}


ROUTES = [health, ready]
