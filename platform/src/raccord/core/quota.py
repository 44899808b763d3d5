"""How the requests of a day are shared out, where a system grants so many and no more.

Orders may use all that is left. Stock leaves what orders still need today, the catalogue what both need: the reserves shrink as
the day goes by, so that what nobody needed is the catalogue's in the evening. Stock that never rests is gathered: its requests
are spread over the day, and each of them takes all that changed meanwhile.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from raccord_connectors.contract import Message, Purpose, Text

PURPOSES: tuple[Purpose, ...] = ("orders", "stock", "catalogue")
"""The earlier ones come first."""
RESERVES: Mapping[Purpose, float] = {"orders": 0.3, "stock": 0.5}
"""Of a whole day's requests. The catalogue has the rest, and what the two leave."""
BEFORE: Mapping[Purpose, float] = {
    "orders": 0.0,
    "stock": RESERVES["orders"],
    "catalogue": sum(RESERVES.values()),
}
"""What is kept for those that come first."""
BURST = 0.05
"""Of a day's requests that stock may use at once, at any time; what is beyond is spread over the day."""
ASKED_FOR_ORDERS = 0.3
"""Of a day's requests, to ask for new orders."""
SOONEST, LATEST = 30.0, 1_800.0
"""Seconds between two times that a shop is asked for orders."""
FEW = 0.01
"""Of a day's requests that must be free again before the catalogue goes on: one by one would be a queue of refusals."""
DAY = 86_400.0

SPENT = Text(
    "quota.spent",
    "Les {limit} appels d’aujourd’hui à {name} sont épuisés. Rien n’est perdu : tout reprend seul à {time}, les commandes "
    "d’abord. Si cela revient souvent, demandez un quota plus grand.",
    "Today’s {limit} calls to {name} are used up. Nothing is lost: all goes on by itself at {time}, orders first. If this comes "
    "back often, ask for a larger quota.",
)
REFUSED = Text(
    "quota.refused",
    "{name} dit que les appels d’aujourd’hui sont épuisés, après {used} des nôtres ; les réglages en prévoient {limit}. Rien "
    "n’est perdu : tout reprend seul à {time}. Corrigez « Appels par jour » dans les réglages de la connexion, ou voyez qui "
    "d’autre appelle.",
    "{name} says that today’s calls are used up, after {used} of ours; the settings expect {limit}. Nothing is lost: all goes on "
    "by itself at {time}. Correct “Calls per day” in the settings of the connection, or see who else calls.",
)
KEPT = Text(
    "quota.kept",
    "Il reste {left} des {limit} appels d’aujourd’hui à {name} : ils sont gardés pour {whom}. La suite part seule à {time} au "
    "plus tard.",
    "{left} of today’s {limit} calls to {name} are left: they are kept for {whom}. The rest goes by itself at {time} at "
    "the latest.",
)
WHOM = {"stock": ("les commandes", "orders"), "catalogue": ("les commandes et le stock", "orders and stock")}


class Used(Struct, frozen=True):
    """Requests of the day so far. `refused_at`: when the system itself said that the day is used up."""

    orders: int = 0
    stock: int = 0
    catalogue: int = 0
    refused_at: datetime | None = None

    @property
    def all(self) -> int:
        return self.orders + self.stock + self.catalogue


class Day(Struct, frozen=True):
    """One day of one installation: how many requests it has, and how it stands at a moment."""

    limit: int
    used: Used
    begins: datetime
    ends: datetime
    now: datetime

    @property
    def gone(self) -> float:
        """Of the day, 0 to 1. Days of 23 and 25 hours are days too."""
        whole = (self.ends - self.begins).total_seconds()
        return min(1.0, max(0.0, (self.now - self.begins).total_seconds() / whole))

    def left(self, purpose: Purpose, gone: float | None = None) -> int:
        """Requests that may be made for this now (or when so much of the day is gone); zero and below: none."""
        if self.used.refused_at is not None:
            return 0
        to_come = 1.0 - (self.gone if gone is None else gone)
        return int(self.limit - self.used.all - BEFORE[purpose] * self.limit * to_come)

    def again(self, purpose: Purpose) -> datetime:
        """When there will be requests for this again, if nobody else needs more than was kept for them."""
        reserves = BEFORE[purpose]
        wanted = 1 + self.limit * FEW
        if not reserves or self.used.refused_at is not None:
            return self.ends
        gone = 1.0 - (self.limit - self.used.all - wanted) / (reserves * self.limit)
        if not gone < 1.0:
            return self.ends
        return self.begins + (self.ends - self.begins) * max(gone, self.gone)

    def stock_from(self) -> datetime:
        """When stock may be sent next: at once, unless it has been sent so often today that its changes are gathered."""
        share = RESERVES["stock"] * self.limit
        late = (self.used.stock + 1 - BURST * self.limit) / share if share else 1.0
        return self.begins + (self.ends - self.begins) * min(1.0, max(0.0, late))

    def may(self, purpose: Purpose) -> bool:
        """Whether a request may be begun for this."""
        return self.left(purpose) >= 1 and (purpose != "stock" or self.stock_from() <= self.now)

    def sentence(self, name: str, purpose: Purpose) -> Message:
        """Why there is none left for this, and when it goes on."""
        when = f"{self.again(purpose):%H:%M}"
        left = self.limit - self.used.all
        if self.used.refused_at is not None and left >= 1:
            return REFUSED.fill(name=name, used=self.used.all, limit=self.limit, time=when)
        if left < 1 or purpose == "orders":
            return SPENT.fill(limit=self.limit, name=name, time=when)
        french, english = WHOM[purpose]
        filled = KEPT.fill(left=left, limit=self.limit, name=name, time=when, whom="{whom}")
        return Message(filled.code, filled.fr.format(whom=french), filled.en.format(whom=english))


def day_of(limit: int, used: Used, zone: str, now: datetime) -> Day:
    """The day in which `now` is, where the system is."""
    here = now.astimezone(ZoneInfo(zone))
    begins = here.replace(hour=0, minute=0, second=0, microsecond=0)
    following = (begins + timedelta(days=1)).replace(hour=0)
    return Day(limit, used, begins, following, here)


def orders_pause(limit: int, requests: int) -> float:
    """Seconds between two times that a shop is asked for new orders, when once costs so many requests."""
    return min(LATEST, max(SOONEST, DAY * requests / (ASKED_FOR_ORDERS * limit)))
