"""When something was read: this machine's clock, except that it never falls.

The platform concludes from it that one reading came after another, so a clock that is set back must not make a later reading
look older than what was already sent. The highest moment that was sent outlives a restart.
"""

import threading

from raccord_agent.database import Database

STEP = 1e-6
"""Seconds between two moments of a clock that stands still."""
_NAME = "moment"


class Moments:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._last: float | None = None

    def next(self, now: float) -> float:
        """Seconds since 1970, later than any moment that this base has given and sent."""
        with self._lock:
            if self._last is None:
                self._last = float(self._database.recall(_NAME) or 0.0)
            self._last = max(now, self._last + STEP)
            return self._last

    def sent(self, moment: float) -> None:
        """A record read at this moment goes to the platform. Inside the transaction that puts it into the outbox."""
        if moment > float(self._database.recall(_NAME) or 0.0):
            self._database.remember(_NAME, repr(moment))
