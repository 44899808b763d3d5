"""How often a system may be asked, and what for. Part of the contract: import these from `contract`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from raccord_connectors.contract import DaySpent


class Limits(Struct, frozen=True):
    """The manners of a system: what it allows, or what we choose where it says nothing."""

    concurrency: int = 1
    requests_per_second: float | None = None
    requests_per_day: int | None = None
    """Of one installation. A connector that has it (or `day_setting`) is `Metered`: it asks before each request."""
    day_setting: str | None = None
    """The setting that says `requests_per_day` for one installation, where the system grants each its own."""
    day_zone: str = "UTC"
    """At whose midnight the count begins anew."""
    requests_for_orders: int = 1
    """What it takes to ask whether there are new orders, beside the orders themselves."""

    def of_day(self, settings: Any) -> int | None:
        """Requests of a day with these settings (a struct or a mapping)."""
        if self.day_setting is None:
            return self.requests_per_day
        known = (
            settings.get(self.day_setting)
            if isinstance(settings, Mapping)
            else getattr(settings, self.day_setting)
        )
        return self.requests_per_day if known is None else int(known)


Purpose = Literal["orders", "stock", "catalogue"]
"""What a request is made for, where requests are few: the earlier ones are served before the later ones."""


def purpose_of(stream: str) -> Purpose:
    """Orders and what becomes of them, stock, and all that can wait."""
    known: dict[str, Purpose] = {"orders": "orders", "order_updates": "orders", "availability": "stock"}
    return known.get(stream, "catalogue")


class Allowance(Protocol):
    """The requests of a day that all who use one installation share. The platform hands it in; any thread may call it."""

    def take(self, purpose: Purpose) -> None:
        """Before each request, a repetition too. Raises `DaySpent` when there is none left for this."""

    def refused(self) -> "DaySpent":
        """The system itself says that the day is used up, whatever our count says. To be raised by the caller."""


class Metered(Protocol):
    """A connector of a system that counts requests by day. None: nobody counts (a test of settings that are not saved)."""

    allowance: Allowance | None
