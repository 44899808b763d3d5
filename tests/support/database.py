"""An embedded PostgreSQL for the tests: one server per session, one database per test module, as the app's role."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import msgspec

from raccord.embedded import start_postgres
from raccord.settings import Settings
from raccord.storage.engine import APP, SYSTEM, tenant_transaction
from raccord.storage.migrate import create_roles, migrate

TEMPLATE = "raccord_template"


def server(folder: Path) -> str:
    """Starts PostgreSQL in `folder`, migrates the template database; returns the superuser's address."""
    superuser = start_postgres(folder)
    asyncio.run(create_roles(superuser, TEMPLATE))
    asyncio.run(migrate(_url(superuser, "raccord_owner", TEMPLATE)))
    return superuser


@contextmanager
def fresh_database(superuser: str, data_dir: Path) -> Iterator[Settings]:
    """A new database copied from the template (tens of milliseconds), dropped at the end."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_execute(superuser, f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER raccord_owner'))
    try:
        yield msgspec.structs.replace(
            Settings(
                data_dir=data_dir, secret_key="0" * 64, allow_private_addresses=True, environment="test"
            ),
            database_url=_url(superuser, "raccord_app", name),
            database_owner_url=_url(superuser, "raccord_owner", name),
            database_system_url=_url(superuser, "raccord_system", name),
        )
    finally:
        asyncio.run(_execute(superuser, f'DROP DATABASE "{name}" WITH (FORCE)'))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """The two engines open on this event loop."""
    assert settings.database_url
    assert settings.database_system_url
    await APP.open(settings.database_url, pool_size=8)
    await SYSTEM.open(settings.database_system_url, pool_size=2)
    try:
        yield
    finally:
        await APP.close()
        await SYSTEM.close()


async def new_tenant(name: str = "Maison Duval") -> uuid.UUID:
    tenant = uuid.uuid4()
    async with tenant_transaction(tenant) as connection:
        await connection.execute("INSERT INTO tenant (id, name) VALUES ($1, $2)", tenant, name)
    return tenant


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _url(superuser: str, role: str, database: str) -> str:
    return superuser.replace("postgres:@", f"{role}:@").replace("/postgres?", f"/{database}?")
