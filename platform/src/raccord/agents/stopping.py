"""Hearing that the process is asked to stop, beside the server that runs it.

Servers answer their open calls before they end the application, and an agent's long poll stays open for half a minute:
it has to be answered at the signal itself. Servers set their handlers while they start, some after the application has;
ours is put in front of theirs a moment later, and hands on to them.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

AFTER = 1.0
"""Seconds after the application's start."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(tell: Callable[[], None], *, after: float = AFTER) -> Iterator[None]:
    """Calls `tell` on this event loop at the first signal. Does nothing in a thread: signals come to the main one."""
    loop = asyncio.get_running_loop()
    former: dict[int, Any] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        if callable(former[number]):
            former[number](number, frame)

    def install() -> None:
        for number in SIGNALS:
            if signal.getsignal(number) not in (None, signal.SIG_IGN, signal.SIG_DFL):
                former[number] = signal.getsignal(number)
                signal.signal(number, heard)

    timer = None
    if threading.current_thread() is threading.main_thread():
        timer = loop.call_later(after, install)
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()
        for number, handler in former.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, handler)
