"""When to come back after a failure that may pass by itself."""

from datetime import timedelta

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=5)
"""Of our own choosing: an outage that ends is noticed within this."""
LONGEST_ASKED = timedelta(hours=6)
"""The longest `Retry-After` that we believe; daily quotas ask for hours, a mistake asks for years."""


def pause_after(attempts: int, retry_after: float | None = None) -> timedelta:
    """The pause before the next attempt, `attempts` having failed before this one: 2 s, 4 s, 8 s … 5 min, and never less
    than the system asked for (`retry_after`, in seconds)."""
    doublings: int = 2 ** min(max(attempts, 0), 16)
    ours = min(FIRST * doublings, LONGEST)
    if retry_after is None or retry_after <= 0:
        return ours
    return max(ours, min(timedelta(seconds=retry_after), LONGEST_ASKED))
