"""The two doors to PostgreSQL: a tenant's own transaction, and the system's few listed uses.

Row-level security does the isolation (`schema/0001_house.sql`): inside `tenant_transaction` every query sees and
writes this tenant's rows and no others; outside of any, it sees none. Transactions never span a network call.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, cast
from uuid import UUID

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction


class SafeTransaction(PostgresTransaction):
    """Piccolo's, mended: if commit or rollback itself fails (a lost connection), the connection is given back
    and the context is cleared all the same; else the task would go on inside a dead transaction."""

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        try:
            if exception is not None:
                if not self._rolled_back:
                    await self.rollback()  # type: ignore[no-untyped-call]
            elif not self._committed and not self._rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]
        finally:
            self.engine.current_transaction.reset(self.context)
            if self.engine.pool:
                await self.engine.pool.release(self.connection)
            else:
                await self.connection.close()
        return False


class SafeEngine(PostgresEngine):
    """Piccolo's engine without its two surprises: it connects only when opened, and never silently nests."""

    def __init__(self) -> None:
        super().__init__(config={})

    async def check_version(self) -> None:
        """Piccolo asks the database at import; our processes open it in their own time."""

    async def prep_database(self) -> None:
        """Extensions belong to migrations."""

    def transaction(self, allow_nested: bool = False) -> SafeTransaction:
        return SafeTransaction(engine=self, allow_nested=allow_nested)

    async def open(self, url: str, *, pool_size: int) -> None:
        self.config = {"dsn": url}
        # Prepared statements are not cached across PgBouncer's transaction pooling.
        await self.start_connection_pool(
            min_size=1, max_size=pool_size, statement_cache_size=_cache_size(url)
        )

    async def close(self) -> None:
        if self.pool:
            await self.close_connection_pool()


def _cache_size(url: str) -> int:
    return 0 if "pgbouncer=true" in url else 256


APP = SafeEngine()
"""The application role: neither owner nor able to bypass row-level security. All tables are bound to it."""
SYSTEM = SafeEngine()
"""The system role: reads across tenants through narrow policies. Every use is a function of `storage.system`."""


_WHOLE: ContextVar[UUID | None] = ContextVar("whole_transaction", default=None)


@asynccontextmanager
async def tenant_transaction(tenant: UUID) -> AsyncIterator[asyncpg.Connection]:
    """Everything inside sees and writes this tenant's rows, and no others. Nesting raises, but for `whole_transaction`.

    The setting is local to the transaction, so that the next borrower of the connection inherits nothing.
    """
    if _WHOLE.get() == tenant and APP.current_transaction.get() is not None:
        async with current_connection().transaction():  # a savepoint
            yield current_connection()
        return
    async with APP.transaction():
        connection = current_connection()
        await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(tenant))
        yield connection


@asynccontextmanager
async def whole_transaction(tenant: UUID) -> AsyncIterator[asyncpg.Connection]:
    """What is done inside in several transactions of this tenant is committed at the end together, or not at all. For what has to
    be one with its trace; nothing inside may wait for what another process does."""
    async with tenant_transaction(tenant) as connection:
        token = _WHOLE.set(tenant)
        try:
            yield connection
        finally:
            _WHOLE.reset(token)


@asynccontextmanager
async def untenanted_transaction() -> AsyncIterator[asyncpg.Connection]:
    """For the tables without tenant (accounts, partners, web sessions); tenants' tables look empty inside."""
    async with APP.transaction():
        yield current_connection()


@asynccontextmanager
async def system_transaction() -> AsyncIterator[asyncpg.Connection]:
    """Only for `storage.system`."""
    async with SYSTEM.transaction():
        yield cast(asyncpg.Connection, cast(SafeTransaction, SYSTEM.current_transaction.get()).connection)


def current_connection() -> asyncpg.Connection:
    """The connection of the transaction we are in, for `COPY` and statements that Piccolo cannot express."""
    transaction = APP.current_transaction.get()
    if transaction is None:
        raise RuntimeError("a repository was called outside of a transaction")
    return cast(asyncpg.Connection, transaction.connection)
