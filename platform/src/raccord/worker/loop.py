"""One event loop per worker process, in a thread of its own. Celery's tasks are plain functions in other threads; each
hands its coroutine over here and waits. Pools belong to one loop, and so there is one of each.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
CONNECTOR_THREADS = 64
"""Connectors block; each drain has one or a few of these threads while it calls its shop."""


class LoopThread:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_default_executor(ThreadPoolExecutor(CONNECTOR_THREADS, thread_name_prefix="connector"))
        self._thread = threading.Thread(target=self.loop.run_forever, name="event-loop", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
        """Waits for the coroutine; after `seconds` it is cancelled, its transaction rolled back: `TimeoutError`."""
        future = asyncio.run_coroutine_threadsafe(_bounded(work, seconds), self.loop)
        try:
            return future.result()
        except BaseException:  # Celery's own limits arrive here as exceptions
            future.cancel()
            raise

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=5)


async def _bounded(work: Coroutine[Any, Any, T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await work
