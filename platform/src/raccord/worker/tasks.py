"""The tasks, by the names that travel. Each is a plain function: ids in, one slice of work, nothing out."""

from uuid import UUID

from celery import Celery

from raccord.sync.ports import Lane
from raccord.worker import work
from raccord.worker.task import Process


def register(celery: Celery, process: Process) -> None:
    @celery.task(name="project")
    def project(tenant: str, channel: str, stream: str) -> None:
        process.run(work.project, UUID(tenant), UUID(channel), stream)

    @celery.task(name="push")
    def push(tenant: str, shop: str, lane: Lane) -> None:
        process.run(work.push, UUID(tenant), UUID(shop), lane)

    @celery.task(name="collect")
    def collect(tenant: str, channel: str, key: str | None = None) -> None:
        process.run(work.collect, UUID(tenant), UUID(channel), key)

    @celery.task(name="enter")
    def enter(tenant: str, order: str) -> None:
        process.run(work.enter, UUID(tenant), UUID(order))

    @celery.task(name="answered")
    def answered(tenant: str, command: str, once: str | None = None) -> None:
        process.run(work.answered, UUID(tenant), UUID(command))

    @celery.task(name="prove")
    def prove(tenant: str, channel: str) -> None:
        process.run(work.prove, UUID(tenant), UUID(channel))

    @celery.task(name="hooks")
    def hooks(tenant: str, channel: str) -> None:
        process.run(work.hooks, UUID(tenant), UUID(channel))

    @celery.task(name="drift")
    def drift(tenant: str, channel: str) -> None:
        process.run(work.drift, UUID(tenant), UUID(channel))

    @celery.task(name="new_day")
    def new_day(tenant: str, channel: str) -> None:
        process.run(work.new_day, UUID(tenant), UUID(channel))

    @celery.task(name="purge")
    def purge() -> None:
        process.run(work.purge)

    @celery.task(name="spread")
    def spread(task: str, connector: str | None = None) -> None:
        process.run(work.spread, task, connector)

    @celery.task(name="sweep")
    def sweep() -> None:
        process.run(work.sweep)
