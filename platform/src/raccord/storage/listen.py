"""The one database connection of a web process that listens for notifications. It reconnects by itself.

Notifications are wake-ups like those of the broker: after a lost connection everybody is woken, and looks for himself.
LISTEN does not pass PgBouncer's transaction pooling: give this the server's own address.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import asyncpg
import structlog

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
ASK_EVERY = 20.0
"""Seconds between two signs of life; a line that a firewall dropped silently is noticed by the missing answer."""

log = structlog.get_logger(__name__)


class Listener:
    """`handlers`: channel → what to do with a payload. `missed` is called after each (re)connection."""

    def __init__(
        self, url: str, handlers: Mapping[str, Callable[[str], None]], missed: Callable[[], None]
    ) -> None:
        self._url = url
        self._handlers = handlers
        self._missed = missed
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def start(self) -> None:
        """Returns at once; `listening` tells when the first connection stands."""
        self._task = asyncio.create_task(self._run(), name="listener")

    async def listening(self) -> None:
        await self._listening.wait()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._listen()
                pause = FIRST_PAUSE
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("not listening to the database", error=type(error).__name__, again_in=pause)
            self._listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _listen(self) -> None:
        """Until the connection is lost."""
        connection = await asyncpg.connect(self._url, timeout=10)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            for channel in self._handlers:
                await connection.add_listener(channel, self._heard)
            self._missed()
            self._listening.set()
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), ASK_EVERY)
                if not lost.is_set():
                    await connection.execute("SELECT 1", timeout=10)
        finally:
            connection.terminate()

    def _heard(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._handlers[channel](str(payload))
