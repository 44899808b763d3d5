"""A loop: one thread that takes turns, each saying how long to wait for the next. What every loop of the agent is.

Stopping is not cancelling: a loop that is told to stop ends its turn first.
"""

import logging
import threading
import time
from collections.abc import Callable

from raccord_agent.backoff import wait

log = logging.getLogger(__name__)


class Loop:
    """`turn()` returns the seconds until the next turn. What it raises is logged, and the turn is tried again with
    back-off: no loop ever dies. `patience`: seconds that a turn may take before the watchdog calls it stuck.
    `at_end` is called in the loop's own thread, after its last turn."""

    def __init__(
        self,
        name: str,
        turn: Callable[[], float],
        *,
        patience: float,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.patience = patience
        self._turn = turn
        self._at_end = at_end
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._last_sign = time.monotonic()
        self._failures = 0
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def wake(self) -> None:
        """The next turn comes at once."""
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def join(self, seconds: float) -> bool:
        """True when the loop has ended."""
        self.thread.join(seconds)
        return not self.thread.is_alive()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def beat(self) -> None:
        """A sign of life, also to be given inside a long turn."""
        self._last_sign = time.monotonic()

    def silent_for(self) -> float:
        """Seconds since the last sign of life."""
        return time.monotonic() - self._last_sign

    def _run(self) -> None:
        while not self._stop.is_set():
            self.beat()
            # Cleared before the turn: a wake-up that comes during it must not be lost.
            self._wake.clear()
            try:
                pause = self._turn()
                self._failures = 0
            except Exception:
                self._failures += 1
                pause = wait(self._failures)
                log.exception("%s failed; next attempt in %.0f s", self.name, pause)
            self._sleep(pause)
        self._at_end()

    def _sleep(self, pause: float) -> None:
        """Sleeping is no silence: long pauses are cut, each piece a sign of life."""
        until = time.monotonic() + pause
        while not self._stop.is_set() and (rest := until - time.monotonic()) > 0:
            self.beat()
            if self._wake.wait(min(rest, 10.0)):
                return
