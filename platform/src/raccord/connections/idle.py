"""Connectors that were just used, kept for the next who needs one: a new one shakes hands again and reads again what kind of
shop it has before it does anything. One thread at a time has each; the settings they were made from must be the same."""

import threading
import time
from collections.abc import Callable

from raccord_connectors.contract import Connector

Key = tuple[object, ...]


class IdleConnectors:
    """Those of one process. `life`: seconds since its making after which a connector is not used again, because what it
    read of its shop may have changed."""

    def __init__(
        self, life: float = 60.0, most: int = 64, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._life = life
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: list[tuple[Key, float, Connector]] = []

    def take(self, key: Key) -> tuple[Connector, float] | None:
        """A connector and when it was made; it is the caller's until `give` or its closing."""
        self._close_old()
        with self._lock:
            for place, (its, made, connector) in enumerate(self._idle):
                if its == key:
                    del self._idle[place]
                    return connector, made
        return None

    def give(self, key: Key, connector: Connector, made: float) -> None:
        with self._lock:
            self._idle.append((key, made, connector))
        self._close_old()

    def now(self) -> float:
        return self._clock()

    def close(self) -> None:
        with self._lock:
            closing, self._idle = self._idle, []
        for _, _, connector in closing:
            connector.close()

    def _close_old(self) -> None:
        limit = self._clock() - self._life
        with self._lock:
            young = [entry for entry in self._idle if entry[1] >= limit][-self._most :]
            old = [entry for entry in self._idle if entry not in young]
            self._idle = young
        for _, _, connector in old:
            connector.close()
