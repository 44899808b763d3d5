"""What is wrong at this moment, by subject: written by the loops, read by heartbeat and status. Thread-safe."""

import threading
from collections.abc import Callable

from raccord_connectors.contract import Problem


class Board:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._problems: dict[str, Problem] = {}
        self._when_well: dict[str, Callable[[], None]] = {}

    def when_well(self, subject: str, call: Callable[[], None]) -> None:
        """`call` is called whenever a problem of this subject ends."""
        self._when_well[subject] = call

    def put(self, subject: str, problem: Problem | None) -> None:
        """None: this subject is well again."""
        with self._lock:
            ended = problem is None and self._problems.pop(subject, None) is not None
            if problem is not None:
                self._problems[subject] = problem
        if ended and subject in self._when_well:
            self._when_well[subject]()

    def get(self, subject: str) -> Problem | None:
        with self._lock:
            return self._problems.get(subject)

    def all(self) -> dict[str, Problem]:
        with self._lock:
            return dict(self._problems)


def stream_subject(stream: str) -> str:
    return f"stream:{stream}"


CONNECTOR = "connector"
PLATFORM = "platform"
CLOCK = "clock"
DELTAS = "deltas"
