"""How a task runs: on the process's one loop, with its tenant in every log line, for less than a minute."""

import threading
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec
from uuid import UUID

import structlog

from raccord.alerts.watching import Watch
from raccord.connections.service import Connections
from raccord.documents.customer_pages import CustomerPages
from raccord.documents.enclosing import Enclosing
from raccord.documents.links import PageLinks
from raccord.documents.service import Papers
from raccord.log import trace
from raccord.media.fetching import Fetcher
from raccord.media.publishing import ShopPictures
from raccord.media.renderers import Renderers
from raccord.notifications.returns import Returns
from raccord.notifications.senders import Senders
from raccord.notifications.sending import Telling
from raccord.notifications.stopping import Links
from raccord.operations import metrics, tracing
from raccord.orders.following import FollowUp
from raccord.orders.hooks import Hooks
from raccord.outgoing.keeping import Secrets
from raccord.outgoing.sending import Sending
from raccord.settings import Settings
from raccord.storage.engine import APP, SYSTEM
from raccord.storage.locks import Locks
from raccord.storage.objects import objects_of
from raccord.sync.commands import Commands
from raccord.sync.mappings import Mappings
from raccord.sync.ports import Ports
from raccord.vault import Vault
from raccord.worker.loop import LoopThread
from raccord.worker.wake import CeleryWake
from raccord_connectors.contract import ConnectorError

LONGEST = 55.0
"""Seconds. Tasks do a slice and ask for the next one, so this only ends what hangs."""
LONGER = {"plan": 1800.0}
"""A first plan reads the whole shop, page after page, and cannot pass that on."""
log = structlog.get_logger(__name__)


class Hands:
    """All that the tasks work with. Made on the loop, at the first task."""

    def __init__(self, settings: Settings, wake: CeleryWake, stopping: Callable[[], bool]) -> None:
        assert settings.session_url is not None
        assert settings.secret_key is not None, "RACCORD_SECRET_KEY is not set"
        self.settings = settings
        self.wake = wake
        self.shops = Connections(
            Vault(settings.secret_key), allow_private_addresses=settings.allow_private_addresses
        )
        self.commands = Commands(wake)
        self.hooks = Hooks(settings.secret_key, settings.public_url)
        self.locks = Locks(settings.session_url)
        self.objects = objects_of(settings)
        self.renderers = Renderers()
        self.fetcher = Fetcher(allow_private=settings.allow_private_addresses)
        vault = Vault(settings.secret_key)
        senders = Senders(vault, allow_private=settings.allow_private_addresses)
        self.deliveries = Sending(Secrets(vault), allow_private=settings.allow_private_addresses)
        self.watch = Watch(settings)
        links = PageLinks(settings.secret_key, settings.public_url)
        self.papers = Papers(self.objects, self.locks, links, wake)
        customers = CustomerPages(links, self.objects)
        self.telling = Telling(
            senders, Links(vault, settings.public_url), customers.links_of, customers.attachment
        )
        self.returns = Returns(senders)
        self.ports = Ports(
            wake=wake,
            shops=self.shops,
            orders=FollowUp(self.commands, customers.links_of),
            locks=self.locks,
            mappings=Mappings(),
            pictures=ShopPictures(self.objects),
            papers=Enclosing(self.objects),
            stopping=stopping,
        )

    async def open(self) -> None:
        assert self.settings.database_url is not None
        assert self.settings.database_system_url is not None, "RACCORD_DATABASE_SYSTEM_URL is not set"
        await APP.open(self.settings.database_url, pool_size=self.settings.pool_size)
        await SYSTEM.open(self.settings.database_system_url, pool_size=2)

    async def close(self) -> None:
        self.shops.close()
        self.renderers.close()
        self.fetcher.close()
        await self.locks.close()
        await APP.close()
        await SYSTEM.close()


P = ParamSpec("P")


class Process:
    """One per worker process."""

    def __init__(self, settings: Settings, wake: CeleryWake) -> None:
        self._settings = settings
        self._wake = wake
        self._starting = threading.Lock()
        self._loop: LoopThread | None = None
        self._hands: Hands | None = None
        self._stopping = threading.Event()
        self._spans = tracing.begin(settings, "worker")

    def run(
        self, work: Callable[Concatenate[Hands, P], Awaitable[None]], *given: P.args, **named: P.kwargs
    ) -> None:
        """Runs one task to its end. What a shop or ERP does is told and is no failure; anything else is raised."""
        try:
            loop, hands = self._started()
        except Exception as error:
            log.error("task not begun: the database cannot be reached", trace=trace(error))
            raise
        about = {"task": getattr(work, "__name__", "?"), "task_run": uuid.uuid4().hex[:12]}
        if given and isinstance(given[0], UUID):
            about["tenant"] = str(given[0])
        if len(given) > 1:
            about["on"] = " ".join(str(value) for value in given[1:])
        loop.run(self._told(work(hands, *given, **named), about), LONGER.get(about["task"], LONGEST))

    def end(self) -> None:
        """Tasks come to the end of the step that they are at."""
        self._stopping.set()

    def close(self) -> None:
        with self._starting:
            if self._loop is not None and self._hands is not None:
                self._loop.run(self._hands.close(), 10)
                self._loop.stop()
            self._loop = self._hands = None

    def _started(self) -> tuple[LoopThread, Hands]:
        """At the first task: after any fork, and tried again by the next task when the database is down."""
        with self._starting:
            if self._loop is None or self._hands is None:
                loop = LoopThread()
                try:
                    hands = Hands(self._settings, self._wake, self._stopping.is_set)
                    loop.run(hands.open(), 20)
                except BaseException:
                    loop.stop()
                    raise
                self._loop, self._hands = loop, hands
            return self._loop, self._hands

    async def _told(self, work: Awaitable[None], about: dict[str, str]) -> None:
        begun = time.monotonic()
        task, outcome = about["task"], "done"
        with structlog.contextvars.bound_contextvars(**about):
            try:
                with self._spans(task, about):
                    await work
            except ConnectorError as error:
                outcome = "problem"
                log.warning("task met a problem", code=error.message.code, detail=error.detail)
            except BaseException as error:
                outcome = "failed"
                log.error("task failed", trace=trace(error))
                raise
            finally:
                took = time.monotonic() - begun
                metrics.TASKS.labels(task, outcome).inc()
                metrics.TASK_SECONDS.labels(task).observe(took)
            (log.info if took > 1 else log.debug)("task done", ms=round(took * 1000))
