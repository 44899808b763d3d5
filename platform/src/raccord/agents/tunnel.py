"""All that a web process holds for the agents' calls, started and stopped with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from raccord.agents.bodies import AT_ONCE
from raccord.agents.service import Agents
from raccord.agents.stopping import told_to_stop
from raccord.settings import Settings
from raccord.storage.listen import Listener
from raccord.sync.commands import Commands
from raccord.sync.ports import Wake
from raccord.sync.waiting import Waiting


class Tunnel:
    """`agents` for the pages, `commands` to ask and to wait for answers. Put it into `app.state.tunnel`."""

    def __init__(self, settings: Settings, wake: Wake) -> None:
        assert settings.secret_key, "RACCORD_SECRET_KEY is not set"
        assert settings.session_url, "RACCORD_DATABASE_URL is not set"
        self.wake = wake
        self.commands = Commands(wake)
        self.agents = Agents(settings.secret_key, self.commands)
        self.decoding = asyncio.Semaphore(AT_ONCE)
        handlers = {
            channel: partial(_heard, waiting, newest=waiting is self.commands.agents)
            for channel, waiting in self.commands.woken().items()
        }
        self.listener = Listener(settings.session_url, handlers, self._missed)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The engines must be open."""
        await self.listener.start()
        try:
            with told_to_stop(self.drain):
                yield
        finally:
            self.drain()
            await self.listener.stop()

    def drain(self) -> None:
        """Answers every open long poll at once, and from now on without waiting. Called at the stop signal itself."""
        self.commands.drain()

    def _missed(self) -> None:
        for waiting in self.commands.woken().values():
            waiting.wake_all()


def _heard(waiting: Waiting, payload: str, *, newest: bool) -> None:
    subject = UUID(payload)
    if newest:
        waiting.wake_newest(subject)
    else:
        waiting.wake(subject)
