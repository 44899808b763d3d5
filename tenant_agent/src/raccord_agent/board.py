"""What is wrong at this moment, by subject: written by the loops, read by heartbeat and status. Thread-safe."""

import threading
from collections.abc import Callable

from raccord_connectors.contract import Problem


class Board:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._problems: dict[str, Problem] = {}
        self._when_well: dict[str, Callable[[], None]] = {}
        self._when_changed: Callable[[], None] | None = None

    def when_well(self, subject: str, call: Callable[[], None]) -> None:
        """`call` is called whenever a problem of this subject ends."""
        self._when_well[subject] = call

    def when_changed(self, call: Callable[[], None]) -> None:
        """`call` is called whenever something in the ERP goes wrong, goes wrong otherwise, or is well again."""
        self._when_changed = call

    def put(self, subject: str, problem: Problem | None) -> None:
        """None: this subject is well again."""
        with self._lock:
            before = self._problems.pop(subject, None)
            if problem is not None:
                self._problems[subject] = problem
        if before is not None and problem is None and subject in self._when_well:
            self._when_well[subject]()
        if self._when_changed is not None and _in_erp(subject) and _said(before) != _said(problem):
            self._when_changed()

    def get(self, subject: str) -> Problem | None:
        with self._lock:
            return self._problems.get(subject)

    def all(self) -> dict[str, Problem]:
        with self._lock:
            return dict(self._problems)


def stream_subject(stream: str) -> str:
    return f"{STREAM}{stream}"


def _in_erp(subject: str) -> bool:
    """What a person at the ERP mends. The platform itself and the clock are what the heartbeat meets on its way."""
    return subject in (CONNECTOR, FILES) or subject.startswith(STREAM)


def _said(problem: Problem | None) -> str | None:
    return None if problem is None else problem.message.code


STREAM = "stream:"
CONNECTOR = "connector"
PLATFORM = "platform"
CLOCK = "clock"
DELTAS = "deltas"
FILES = "folders"
"""The merchant's folders of pictures and documents."""
