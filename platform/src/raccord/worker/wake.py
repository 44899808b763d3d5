"""Wake-ups for the workers, sent as messages with ids only. Losing all of them loses nothing: the sweep finds what is due."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from celery import Celery

from raccord.operations import metrics
from raccord.sync.ports import Lane
from raccord.worker.broker import MEDIA, ORDINARY, URGENT, WAKE_UP_LIFE, configure

QUEUE_OF_STREAM = {"listings": ORDINARY, "customers": ORDINARY}
"""Of a stream's projection; the others are urgent."""

log = structlog.get_logger(__name__)


class CeleryWake:
    """`sync.ports.Wake` over the broker. A broker that is down costs a second and a line in the log, never the request."""

    def __init__(self, celery: Celery) -> None:
        configure(celery)
        self._celery = celery

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None:
        queue = QUEUE_OF_STREAM.get(stream, URGENT)
        await self.send("project", queue, str(tenant), str(channel), stream)

    async def push(self, tenant: UUID, shop: UUID, lane: Lane) -> None:
        await self.send("push", lane, str(tenant), str(shop), lane)

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None:
        await self.send("collect", URGENT, str(tenant), str(channel), key)

    async def hooks(self, tenant: UUID, channel: UUID) -> None:
        await self.send("hooks", ORDINARY, str(tenant), str(channel))

    async def plan(self, tenant: UUID, plan: UUID) -> None:
        await self.send("plan", ORDINARY, str(tenant), str(plan))

    async def enter(self, tenant: UUID, order: UUID) -> None:
        await self.send("enter", URGENT, str(tenant), str(order))

    async def drift(self, tenant: UUID, channel: UUID) -> None:
        await self.send("drift", ORDINARY, str(tenant), str(channel))

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None:
        await self.send("rehearse", ORDINARY, str(tenant), str(rehearsal))

    async def notify(self, tenant: UUID) -> None:
        await self.send("notify", ORDINARY, str(tenant))

    async def document(self, tenant: UUID, paper: UUID) -> None:
        await self.send("document", ORDINARY, str(tenant), str(paper))

    async def media(self, tenant: UUID) -> None:
        await self.send("media", MEDIA, str(tenant))

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        await self.send("answered", URGENT, str(tenant), str(command), once)

    async def send(self, task: str, queue: str, *arguments: str | None) -> None:
        """Any task by its name; the ones above are those that the use cases know."""
        try:
            await asyncio.to_thread(self._publish, task, queue, arguments)
            metrics.SENT.labels("sent").inc()
        except (
            Exception
        ) as error:  # whatever the broker's driver raises: the work itself is safe in the database
            metrics.SENT.labels("lost").inc()
            log.warning("wake-up lost", task=task, queue=queue, error=type(error).__name__)

    def _publish(self, task: str, queue: str, arguments: tuple[str | None, ...]) -> None:
        celery: Any = self._celery
        celery.send_task(
            task, args=arguments, queue=queue, expires=WAKE_UP_LIFE, ignore_result=True, retry=False
        )
