"""Notices a stuck loop, writes where every thread stands, and ends the process: the service manager starts it again,
and everything that matters is on the disk."""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence

from raccord_agent.loops import Loop

log = logging.getLogger(__name__)

EVERY = 10.0
EXIT_CODE = 70
"""EX_SOFTWARE of sysexits."""


class Watchdog:
    def __init__(
        self, loops: Sequence[Loop], *, every: float = EVERY, end: Callable[[int], None] = os._exit
    ) -> None:
        self._loops = loops
        self._every = every
        self._end = end
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def look(self) -> Loop | None:
        """The first loop that has been silent for longer than its patience."""
        for loop in self._loops:
            if loop.thread.is_alive() and loop.silent_for() > loop.patience:
                return loop
        return None

    def _run(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(self._every):
            asleep = time.monotonic() - last > 3 * self._every
            last = time.monotonic()
            if asleep:  # the machine itself slept: nobody could give a sign
                for loop in self._loops:
                    loop.beat()
                continue
            stuck = self.look()
            if stuck is not None:
                log.critical("%s is stuck since %.0f s\n%s", stuck.name, stuck.silent_for(), stacks())
                logging.shutdown()
                self._end(EXIT_CODE)
                return


def stacks() -> str:
    """Where every thread stands: names of functions and lines, no values."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    parts = []
    for ident, frame in sys._current_frames().items():
        where = "".join(traceback.format_stack(frame))
        parts.append(f"--- {names.get(ident, '?')}\n{where}")
    return "\n".join(parts)
