"""Who waits for what inside this process. Nothing is kept here that would be missed after a crash: every waiter looks
into the database before it sleeps and after it wakes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Waiting:
    """Waiters by the id of what they wait for: a connection's next command, a command's result."""

    def __init__(self) -> None:
        self._waiters: dict[UUID, list[asyncio.Future[None]]] = {}
        self._closed = False

    @contextmanager
    def ticket(self, subject: UUID) -> Iterator["asyncio.Future[None]"]:
        """Take it *before* looking into the database: what happens in between then wakes its holder at once."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_result(None)
        waiters = self._waiters.setdefault(subject, [])
        waiters.append(future)
        try:
            yield future
        finally:
            waiters.remove(future)
            if not waiters and self._waiters.get(subject) is waiters:
                del self._waiters[subject]

    def wake(self, subject: UUID) -> None:
        """Wakes everybody who waits for it."""
        for future in self._waiters.get(subject, ()):
            _finish(future)

    def wake_newest(self, subject: UUID) -> None:
        """Wakes only the one who came last: of an agent's calls, the older ones may be lines that are already dead."""
        for future in reversed(self._waiters.get(subject, ())):
            if not future.done():
                _finish(future)
                return

    def wake_all(self) -> None:
        """When notifications may have been missed."""
        for waiters in self._waiters.values():
            for future in waiters:
                _finish(future)

    def close(self) -> None:
        """From now on nobody waits: this process is about to stop."""
        self._closed = True
        self.wake_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def __len__(self) -> int:
        return sum(map(len, self._waiters.values()))


async def until(future: "asyncio.Future[None]", seconds: float) -> None:
    """Sleeps until the future is done or the time has passed. One timer per waiter, no task: there are thousands."""
    if future.done() or seconds <= 0:
        return
    timer = asyncio.get_running_loop().call_later(seconds, _finish, future)
    try:
        await future
    finally:
        timer.cancel()


def _finish(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
