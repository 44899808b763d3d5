"""What Tryton's small tables said lately: asked once for a run of orders, and again after a minute, as people change them."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 60.0
"""Seconds."""


class Remembered(Generic[T]):
    """Answers by question. One that lacks what is sought is asked anew: somebody may have added it just now."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[Hashable, tuple[float, T]] = {}

    def get(self, question: Hashable, ask: Callable[[], T], *, holds: Callable[[T], object] = bool) -> T:
        """`holds`: whether an answer has what is sought; unless said otherwise, that it is not empty."""
        now = self._clock()
        known = self._answers.get(question)
        if known is not None and now - known[0] < KEPT and holds(known[1]):
            return known[1]
        answer = ask()
        self._answers = {one: held for one, held in self._answers.items() if now - held[0] < KEPT}
        self._answers[question] = (now, answer)
        return answer
