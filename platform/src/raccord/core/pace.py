"""How fast we may go with one shop, learned from how it answers.

Additive increase, multiplicative decrease: a refusal for being too many (429), an error of the server or a time-out
halves what we ask for; each good answer gives a little back. The state is kept with the connection, so that all
workers share what one has learned.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from raccord.core.retry import pause_after
from raccord_connectors.contract import Limits

STEP = 0.05
"""Of the full size, given back by each good answer: twenty of them undo everything."""
SLOWEST_RATE = 0.1
"""Requests per second."""
SMALLEST_SHARE = 0.01


class Pace(Struct, frozen=True, omit_defaults=True):
    share: float = 1.0
    """Part of the batch size and of the concurrency that we use now."""
    rate: float | None = None
    """Requests per second, while that is below the shop's own limit; None: not limited by us."""
    failures: int = 0
    """In a row, of the shop as a whole."""
    until: datetime | None = None
    """Nothing is asked before."""


def batch_size(pace: Pace, full: int) -> int:
    return max(1, int(full * pace.share))


def concurrency(pace: Pace, limits: Limits) -> int:
    return max(1, int(limits.concurrency * pace.share))


def gap(pace: Pace, limits: Limits, requests: int) -> float:
    """Seconds that `requests` requests shall take at least."""
    rates = [rate for rate in (pace.rate, limits.requests_per_second) if rate]
    return requests / min(rates) if rates else 0.0


def slowed(
    pace: Pace, limits: Limits, *, now: datetime, seen_rate: float, retry_after: float | None = None
) -> Pace:
    """After a failure of the shop as a whole. `seen_rate`: requests per second that it was getting."""
    rate = max(SLOWEST_RATE, (pace.rate or limits.requests_per_second or seen_rate) / 2)
    return Pace(
        share=max(SMALLEST_SHARE, pace.share / 2),
        rate=rate,
        failures=pace.failures + 1,
        until=now + pause_after(pace.failures, retry_after),
    )


def recovered(pace: Pace, limits: Limits) -> Pace:
    """After a good answer."""
    if pace == Pace():
        return pace
    share = min(1.0, pace.share + STEP)
    rate = None
    if pace.rate is not None and share < 1.0:
        # Reaches the full rate together with the full size.
        rate = pace.rate * (share / pace.share)
        if limits.requests_per_second is not None and rate >= limits.requests_per_second:
            rate = None
    return Pace(share=share, rate=rate)


def restore(data: str | bytes) -> Pace:
    return msgspec.json.decode(data, type=Pace)


def save(pace: Pace) -> str:
    return msgspec.json.encode(pace).decode()
