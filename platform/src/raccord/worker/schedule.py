"""What the clock starts, and why. Every entry only wakes: two clocks at once would do no harm but the noise."""

from typing import Any

from celery.schedules import crontab

from raccord.worker.broker import MEDIA, ORDINARY, URGENT
from raccord_connectors.registry import POLL_SECONDS


def _entry(
    task: str, schedule: Any, queue: str, expires: float, *args: str, connector: str | None = None
) -> dict[str, Any]:
    """A message that was not taken by the time the next one comes is not wanted any more."""
    options = {"queue": queue, "expires": expires}
    named = {"connector": connector} if connector else {}
    return {"task": task, "schedule": schedule, "args": args, "kwargs": named, "options": options}


SCHEDULE = {
    # Finds what is due, whatever wake-ups were lost: what nobody woke for waits this long at most.
    "sweep": _entry("sweep", 5.0, URGENT, 5),
    # Shops without webhooks, and webhooks that never came.
    "collect": _entry("spread", 30.0, URGENT, 30, "collect"),
    **{
        f"collect {name}": _entry("spread", seconds, URGENT, seconds, "collect", connector=name)
        for name, seconds in POLL_SECONDS.items()
    },
    # Stock that moved again between the entry of an order and its proof.
    "prove": _entry("spread", 20.0, URGENT, 20, "prove"),
    # Webhooks that are missing, and those that the shop switched off.
    "hooks": _entry("spread", 300.0, ORDINARY, 300, "hooks"),
    # What the shop's customers changed of their accounts; a shop that cannot tell it is read whole, once an hour.
    "accounts": _entry("spread", 120.0, ORDINARY, 120, "accounts"),
    # What people changed in the shop behind our back.
    "drift": _entry("spread", crontab(minute="17"), ORDINARY, 1800, "drift"),
    # Orders that went to the shop's trash without a word.
    "recheck": _entry("spread", crontab(minute="29"), ORDINARY, 1800, "recheck"),
    # Promotions that begin or end with the merchant's day; it is midnight somewhere every hour.
    "new_day": _entry("spread", crontab(minute="1"), ORDINARY, 1800, "new_day"),
    # Contents of pictures and documents that no article names any more.
    "tidy": _entry("tidy", crontab(minute="52"), MEDIA, 1800),
    # What is wrong, and who of the merchant's people is to know.
    "watch": _entry("watch_all", 60.0, ORDINARY, 60),
    # What nobody can need any more.
    "purge": _entry("purge", crontab(minute="43"), ORDINARY, 1800),
}
