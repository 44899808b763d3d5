"""Brings a database to the present schema: roles, then migrations, under an advisory lock.

Two deployers at once: the second waits for the first, then finds nothing to do.
"""

import contextlib
import io
import os
from collections.abc import Awaitable, Callable
from importlib.resources import files

import asyncpg

LOCK = 0x7ACC_0D  # any number, the same for all deployers


def run_schema(*names: str) -> Callable[[], Awaitable[None]]:
    """The step of a migration that runs these files of `storage/schema`, in the migration's transaction."""

    async def run() -> None:
        from raccord.storage.piccolo_conf import DB

        transaction = DB.current_transaction.get()
        assert transaction is not None, "Piccolo runs a migration in a transaction"
        for name in names:
            # Not Piccolo's run_ddl: it prepares, and a prepared statement is one command only.
            await transaction.connection.execute(
                files("raccord.storage").joinpath("schema", name).read_text("utf-8")
            )

    return run


async def create_roles(superuser_url: str, database: str) -> None:
    """The owner, the application and the system role, none of them able to bypass row-level security, and the
    database. Production does this once by hand (`infra/postgres/roles.sql`); the embedded server at its start."""
    connection = await asyncpg.connect(superuser_url)
    try:
        for role in ("raccord_owner", "raccord_app", "raccord_system"):
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                await connection.execute(
                    f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                )
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}" OWNER raccord_owner')
    finally:
        await connection.close()


async def migrate(owner_url: str) -> str:
    """Runs what has not run yet. Returns what was done, as Piccolo tells it; raises `RuntimeError` on failure."""
    os.environ["PICCOLO_CONF"] = "raccord.storage.piccolo_conf"  # where Piccolo's own engine finder looks
    from piccolo.apps.migrations.commands.forwards import run_forwards

    from raccord.storage.piccolo_conf import DB

    lock = await asyncpg.connect(owner_url)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        await DB.open(owner_url, pool_size=2)
        told = io.StringIO()
        with contextlib.redirect_stdout(told):
            result = await run_forwards("raccord")
        if not result.success:
            raise RuntimeError(f"migrations failed: {result.message}\n{told.getvalue()}")
        return told.getvalue()
    finally:
        await DB.close()
        await lock.close()
