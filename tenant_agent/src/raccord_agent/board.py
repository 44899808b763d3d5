"""What is wrong at this moment, by subject: written by the loops, read by heartbeat and status. Thread-safe."""

import threading

from raccord_connectors.contract import Problem


class Board:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._problems: dict[str, Problem] = {}

    def put(self, subject: str, problem: Problem | None) -> None:
        """None: this subject is well again."""
        with self._lock:
            if problem is None:
                self._problems.pop(subject, None)
            else:
                self._problems[subject] = problem

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
