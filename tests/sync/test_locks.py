"""Advisory locks: whatever happens to those who ask, what nobody holds is free."""

import asyncio
from typing import Any

import asyncpg
import pytest

from raccord.settings import Settings
from raccord.storage.locks import Locks


def test_a_task_that_is_ended_while_it_takes_a_lock_leaves_it_to_the_other_processes(
    settings: Settings,
) -> None:
    """The server had given it, and the answer found nobody: the session kept it for the life of the process."""
    assert settings.database_url

    async def scenario() -> None:
        mine, other = Locks(settings.database_url or ""), Locks(settings.database_url or "")
        async with mine.try_hold("warm up"):
            pass
        connection: Any = mine._connection
        ask = connection.fetchval

        async def interrupted(*arguments: Any) -> Any:
            await ask(*arguments)
            raise asyncio.CancelledError

        mine._connection = _Answering(connection, interrupted)
        with pytest.raises(asyncio.CancelledError):
            async with mine.try_hold("push", 1):
                raise AssertionError("it was not taken")
        for _ in range(50):
            async with other.try_hold("push", 1) as lock:
                if lock is not None:
                    break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("the lock is held by nobody, and not to be had")
        async with mine.try_hold("push", 1) as lock:
            assert lock is not None
        await mine.close()
        await other.close()

    asyncio.run(scenario())


class _Answering:
    """A connection that loses the next answer."""

    def __init__(self, connection: asyncpg.Connection, answer: Any) -> None:
        self._real = connection
        self.fetchval = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
