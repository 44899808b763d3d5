"""The tasks, by the names that travel. Each is a plain function: ids in, one slice of work, nothing out."""

from functools import partial
from uuid import UUID

from celery import Celery

from raccord.sync.ports import Lane
from raccord.worker import work
from raccord.worker.task import Process


def register(celery: Celery, process: Process) -> None:
    """On this app alone: tasks that Celery shares would be those of all apps made in this process."""
    task = partial(celery.task, shared=False)

    @task(name="project")
    def project(tenant: str, channel: str, stream: str) -> None:
        process.run(work.project, UUID(tenant), UUID(channel), stream)

    @task(name="plan")
    def plan(tenant: str, plan: str) -> None:
        process.run(work.plan, UUID(tenant), UUID(plan))

    @task(name="push")
    def push(tenant: str, shop: str, lane: Lane) -> None:
        process.run(work.push, UUID(tenant), UUID(shop), lane)

    @task(name="collect")
    def collect(tenant: str, channel: str, key: str | None = None) -> None:
        process.run(work.collect, UUID(tenant), UUID(channel), key)

    @task(name="enter")
    def enter(tenant: str, order: str) -> None:
        process.run(work.enter, UUID(tenant), UUID(order))

    @task(name="rehearse")
    def rehearse(tenant: str, rehearsal: str) -> None:
        process.run(work.rehearse, UUID(tenant), UUID(rehearsal))

    @task(name="answered")
    def answered(tenant: str, command: str, once: str | None = None) -> None:
        process.run(work.answered, UUID(tenant), UUID(command))

    @task(name="prove")
    def prove(tenant: str, channel: str) -> None:
        process.run(work.prove, UUID(tenant), UUID(channel))

    @task(name="hooks")
    def hooks(tenant: str, channel: str) -> None:
        process.run(work.hooks, UUID(tenant), UUID(channel))

    @task(name="accounts")
    def accounts(tenant: str, channel: str) -> None:
        process.run(work.accounts, UUID(tenant), UUID(channel))

    @task(name="drift")
    def drift(tenant: str, channel: str) -> None:
        process.run(work.drift, UUID(tenant), UUID(channel))

    @task(name="recheck")
    def recheck(tenant: str, channel: str) -> None:
        process.run(work.recheck, UUID(tenant), UUID(channel))

    @task(name="new_day")
    def new_day(tenant: str, channel: str) -> None:
        process.run(work.new_day, UUID(tenant), UUID(channel))

    @task(name="document")
    def document(tenant: str, paper: str) -> None:
        process.run(work.document, UUID(tenant), UUID(paper))

    @task(name="answer_reads")
    def answer_reads(tenant: str, connection: str) -> None:
        process.run(work.answer_reads, UUID(tenant), UUID(connection))

    @task(name="deliver")
    def deliver(tenant: str, endpoint: str) -> None:
        process.run(work.deliver, UUID(tenant), UUID(endpoint))

    @task(name="notify")
    def notify(tenant: str) -> None:
        process.run(work.notify, UUID(tenant))

    @task(name="media")
    def media(tenant: str) -> None:
        process.run(work.media, UUID(tenant))

    @task(name="watch")
    def watch(tenant: str) -> None:
        process.run(work.watch, UUID(tenant))

    @task(name="watch_all")
    def watch_all() -> None:
        process.run(work.watch_all)

    @task(name="purge")
    def purge() -> None:
        process.run(work.purge)

    @task(name="tidy")
    def tidy() -> None:
        process.run(work.tidy)

    @task(name="spread")
    def spread(task: str, connector: str | None = None) -> None:
        process.run(work.spread, task, connector)

    @task(name="sweep")
    def sweep() -> None:
        process.run(work.sweep)
