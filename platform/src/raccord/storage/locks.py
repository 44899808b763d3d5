"""One worker at a time on one thing, across processes: advisory locks that vanish with the process that held them.

A drain holds its lock over network calls, where no transaction may be open. So the locks of a process live on one
connection of its own, outside the pool and outside of transactions; when that connection is lost, PostgreSQL has given
all of them away, and their holders are told (`Lock.lost`) and stop at their next step. Session locks need a session:
behind PgBouncer in transaction mode the address given here must lead past it.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg


class Lock:
    """Held until the end of its `async with`, unless it is lost before."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    @property
    def lost(self) -> bool:
        return bool(self.connection.is_closed())


class Locks:
    """Those of one process. `url` as the application's role."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._speaking = asyncio.Lock()  # a connection does one thing at a time
        self._held: set[int] = set()  # PostgreSQL would give a session its own lock a second time

    @asynccontextmanager
    async def try_hold(self, *name: object) -> AsyncIterator[Lock | None]:
        """The lock of this name, or None at once when anybody else holds it."""
        number = _number(name)
        lock = await self._take(number)
        try:
            yield lock
        finally:
            if lock is not None:
                await asyncio.shield(self._give(number, lock))

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _take(self, number: int) -> Lock | None:
        async with self._speaking:
            connection: asyncpg.Connection = await self._connected()
            if number in self._held:
                return None
            try:
                given = await connection.fetchval("SELECT pg_try_advisory_lock($1)", number)
            except BaseException:
                # Whether it was given is not known: with the connection all go back, and their holders are told.
                connection.terminate()
                raise
            if not given:
                return None
            self._held.add(number)
            return Lock(connection)

    async def _give(self, number: int, lock: Lock) -> None:
        async with self._speaking:
            connection = self._connection
            if connection is None or lock.connection is not connection:
                return  # given away already, and perhaps taken anew
            self._held.discard(number)
            with suppress(asyncpg.InterfaceError, asyncpg.PostgresConnectionError, OSError):
                await connection.execute("SELECT pg_advisory_unlock($1)", number)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._held.clear()
            self._connection = await asyncpg.connect(self._url, statement_cache_size=0)
        assert self._connection is not None
        return self._connection


def _number(name: tuple[object, ...]) -> int:
    text = "\n".join(str(part) for part in name)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
