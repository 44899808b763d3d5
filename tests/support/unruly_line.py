"""The line between a shop's webhooks and us, as bad as such lines are: a delivery comes twice or three times, late, after later
ones, or never. Put in the place of `Webhooks.send`."""

import heapq
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Send = Callable[[str, bytes, Mapping[str, str]], bool]
COPIES = {0: 5, 1: 45, 2: 35, 3: 15}
"""How often a delivery comes: its weight among a hundred."""


@dataclass
class Told:
    """What the line has done."""

    taken: int = 0
    lost: int = 0
    repeated: int = 0
    overtaken: int = 0
    """Arrived after one that was sent later."""
    refused: int = 0
    """Nobody listened, or the answer was an error: a shop does not try again."""


class UnrulyLine:
    """`longest`: seconds that a delivery may be under way; most take much less."""

    def __init__(self, send: Send, *, seed: int, longest: float) -> None:
        self.told = Told()
        self._send = send
        self._dice = random.Random(seed)
        self._longest = longest
        self._under_way: list[tuple[float, int, int, tuple[str, bytes, Mapping[str, str]]]] = []
        self._number = 0
        self._newest = 0
        self._changed = threading.Condition()
        self._ended = False
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="unruly line", daemon=True)
        self._thread.start()

    def take(self, address: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """The shop is told that all went well, whatever becomes of it."""
        (copies,) = self._dice.choices(list(COPIES), weights=list(COPIES.values()))
        with self._changed:
            self._number += 1
            self.told.taken += 1
            self.told.lost += copies == 0
            self.told.repeated += max(copies - 1, 0)
            for copy in range(copies):
                due = time.monotonic() + self._longest * self._dice.random() ** 3
                heapq.heappush(self._under_way, (due, self._number, copy, (address, body, headers)))
            self._changed.notify()
        return True

    def wait(self) -> None:
        """Until nothing is under way any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way and not self._busy)

    def stop(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if self._ended:
                    return
                left = self._under_way[0][0] - time.monotonic() if self._under_way else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                _, number, _, message = heapq.heappop(self._under_way)
                self._busy = True
            arrived = self._send(*message)
            self.told.refused += not arrived
            self.told.overtaken += number < self._newest
            self._newest = max(self._newest, number)
