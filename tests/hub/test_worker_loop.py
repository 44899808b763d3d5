"""The bridge between Celery's threads and the one event loop."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from raccord.settings import Settings
from raccord.worker.broker import QUEUES, create_celery
from raccord.worker.loop import LoopThread
from raccord.worker.schedule import SCHEDULE
from raccord.worker.task import Process
from raccord.worker.tasks import register
from raccord.worker.wake import CeleryWake


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    made = LoopThread()
    yield made
    made.stop()


def test_tasks_of_many_threads_share_one_loop(loop: LoopThread) -> None:
    async def where() -> tuple[int, asyncio.AbstractEventLoop]:
        await asyncio.sleep(0.01)
        return threading.get_ident(), asyncio.get_running_loop()

    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(loop.run(where(), 5))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 12 == len(found)
    assert 1 == len(set(found))


def test_what_a_task_raises_reaches_its_thread(loop: LoopThread) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loop.run(fail(), 5)


def test_a_task_that_hangs_is_cancelled_and_the_next_one_runs(loop: LoopThread) -> None:
    ended: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleaned up")

    async def fine() -> str:
        return "fine"

    with pytest.raises(TimeoutError):
        loop.run(hang(), 0.05)
    assert ["cleaned up"] == ended
    assert "fine" == loop.run(fine(), 5)


def test_the_tasks_of_one_process_are_no_tasks_of_another_made_beside_it() -> None:
    one, other = create_celery("memory://"), create_celery("memory://")
    register(one, Process(Settings(), CeleryWake(one)))
    other.finalize()
    assert "collect" in one.tasks
    assert "collect" not in other.tasks


def test_everything_that_the_clock_starts_exists_and_has_a_queue() -> None:
    celery = create_celery("memory://")
    register(celery, Process(Settings(), CeleryWake(celery)))
    for entry in SCHEDULE.values():
        for task in (entry["task"], *entry["args"]):
            assert task in celery.tasks
        assert entry["options"]["queue"] in QUEUES
        assert 0 < entry["options"]["expires"] <= 3600
