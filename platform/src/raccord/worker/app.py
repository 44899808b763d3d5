"""Composition root of the worker process, and of the clock: everything is put together here, and only here."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, beat, signals
from prometheus_client import start_http_server

from raccord.settings import Settings
from raccord.worker.broker import create_celery
from raccord.worker.schedule import SCHEDULE
from raccord.worker.task import Process
from raccord.worker.tasks import register
from raccord.worker.wake import CeleryWake

log = structlog.get_logger(__name__)


def create_worker(settings: Settings) -> tuple[Celery, Process]:
    celery = create_celery(settings.broker_url)
    process = Process(settings, CeleryWake(celery))
    celery.conf.beat_schedule = SCHEDULE
    register(celery, process)
    return celery, process


def run_worker(
    settings: Settings,
    queues: Sequence[str],
    concurrency: int,
    *,
    with_beat: bool = False,
    ready_file: Path | None = None,
    metrics_at: tuple[str, int] | None = None,
) -> int:
    """Works until SIGTERM or SIGINT, then lets the tasks finish the step that they are at. Returns the exit code.

    Threads, not processes: nearly all of a task's time is waiting for shops and the database. Pictures are another
    matter (queue `media`): they are opened in processes of their own, with limits (`media.renderers`). `metrics_at` is where
    this process's figures are told to Prometheus: inside the operator's network only, for they ask for no token."""
    if metrics_at is not None:
        start_http_server(metrics_at[1], addr=metrics_at[0])
    celery, process = create_worker(settings)
    clock = _Clock(celery) if with_beat else None

    # Keyword arguments only, as Celery's signals call them.
    def on_ready(**_: Any) -> None:
        if clock is not None:
            clock.start()
        if ready_file is not None:
            ready_file.write_text("ready\n")
        log.info("worker ready", queues=list(queues), concurrency=concurrency, beat=with_beat)

    def on_shutting_down(**_: Any) -> None:
        process.end()
        if clock is not None:
            clock.stop()

    def on_shutdown(**_: Any) -> None:
        process.close()

    signals.worker_ready.connect(on_ready, weak=False)
    signals.worker_shutting_down.connect(on_shutting_down, weak=False)
    signals.worker_shutdown.connect(on_shutdown, weak=False)
    worker: Any = celery.Worker(
        pool="threads",
        concurrency=concurrency,
        queues=list(queues),
        loglevel="INFO",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def run_beat(settings: Settings) -> int:
    """The clock alone, for installations with several workers."""
    celery, _ = create_worker(settings)
    beat.Service(celery, scheduler_cls=beat.Scheduler).start()
    return 0


class _Clock:
    """Celery's beat in a thread of the worker, without a file: everything it starts is cheap and may start late or twice."""

    def __init__(self, celery: Celery) -> None:
        service: Any = beat.EmbeddedService(celery, thread=True, scheduler_cls=beat.Scheduler)
        self._service = service

    def start(self) -> None:
        self._service.daemon = True
        self._service.start()

    def stop(self) -> None:
        self._service.stop()
