"""How one loop's talk with the platform goes: what to wait after a failure, and what to show meanwhile."""

import logging
import time

from raccord_agent.backoff import wait
from raccord_agent.board import PLATFORM, Board
from raccord_agent.line import Refused, UpdateNeeded
from raccord_connectors.contract import ConfigError, ConnectorError, Problem, TransientError

log = logging.getLogger(__name__)

LONGEST_REFUSED = 300.0
"""Seconds. A refusal (revoked agent, old version) needs a person, who will not be there this minute."""
FAILURES = (TransientError, ConfigError, Refused)


class Contact:
    """One for each loop. `subject` is where the board shows a refusal of this loop's calls."""

    def __init__(self, board: Board, subject: str) -> None:
        self._board = board
        self._subject = subject
        self._failures = 0
        self._last_success: float | None = None

    def worked(self) -> None:
        if self._failures:
            log.info("%s: in contact again after %d failures", self._subject, self._failures)
            self._board.put(self._subject, None)
        self._failures = 0
        self._last_success = time.monotonic()
        self._board.put(PLATFORM, None)

    def pause_after(self, failure: ConnectorError | Refused) -> float:
        """Seconds before the next attempt."""
        self._failures += 1
        if isinstance(failure, Refused):
            problem = Problem("config", failure.refusal.message, detail=str(failure.status))
            pause = wait(self._failures, longest=LONGEST_REFUSED)
            self._board.put(self._subject, problem)
        elif isinstance(failure, TransientError):
            pause = wait(self._failures, retry_after=failure.retry_after)
            self._board.put(PLATFORM, failure.problem())
        else:
            pause = wait(self._failures, longest=LONGEST_REFUSED)
            if isinstance(failure, UpdateNeeded):
                pause = max(pause, LONGEST_REFUSED / 5)
            self._board.put(PLATFORM, failure.problem())
        log.warning("%s: %s; %s; next attempt in %.0f s", self._subject, failure, self._since(), pause)
        return pause

    def _since(self) -> str:
        if self._last_success is None:
            return "no success yet"
        return f"last success {time.monotonic() - self._last_success:.0f} s ago"
