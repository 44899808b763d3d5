"""How long to wait after a failure. Pure: chance is handed in."""

from collections.abc import Callable
from random import random

FIRST = 1.0
"""Seconds that the first wait may last at most."""
LONGEST = 60.0


def wait(
    failures: int,
    *,
    first: float = FIRST,
    longest: float = LONGEST,
    retry_after: float | None = None,
    chance: Callable[[], float] = random,
) -> float:
    """Seconds before the next attempt, after `failures` (1, 2, …) failures in a row.

    Full jitter: anything between nothing and the ceiling. When a platform comes back, thousands of agents wait for
    it; with "ceiling ± a bit" they would all come back together and bring it down again. The floor is a tenth of
    the ceiling, so that an unlucky draw is not a busy loop. What the other side asked for (`retry_after`) is the
    least we wait, and it is jittered upwards only.
    """
    ceiling = min(longest, first * 2.0 ** min(failures - 1, 30))
    drawn = max(ceiling * 0.1, ceiling * chance())
    if retry_after is None:
        return drawn
    return retry_after + min(drawn, retry_after * 0.2)
