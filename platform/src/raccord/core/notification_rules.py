"""What a merchant chose for one channel's follow-up, as data: where the shop's order goes at each step of the ERP, who tells
the customer, and how such a message looks.

The rules that obey these choices stand beside: `notification_moves`, `notification_events`, `notification_times`.
"""

from typing import Literal, get_args

from msgspec import Struct

EventName = Literal["accepted", "preparing", "shipped", "invoiced", "cancelled", "refunded"]
EVENTS: tuple[EventName, ...] = get_args(EventName)
"""In the order in which they happen; what is shipped is told parcel by parcel."""
Medium = Literal["email", "sms"]
MEDIA: tuple[Medium, ...] = get_args(Medium)
Teller = Literal["shop", "us", "nobody"]
"""shop: its own mails tell the customer, and we stay silent. us: we do; the shop's mail for this step is to be switched off."""
Step = Literal["accepted", "preparing", "partly_shipped", "shipped", "invoiced", "cancelled"]
STEPS: tuple[Step, ...] = get_args(Step)
"""Of an order in the ERP, and of `canonical.OrderUpdate`."""
Move = Literal["accepted", "preparing", "partly_shipped", "shipped", "invoiced", "cancelled", "stay"]
MOVES: tuple[Move, ...] = get_args(Move)
"""Where the shop's order goes. stay: it is left at what the step before made of it."""
Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class EventRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Who tells the customer of one event, and by what."""

    teller: Teller = "shop"
    email: bool = True
    sms: bool = False
    attach: bool = False
    """Of invoices: their file goes with the e-mail. Else, and where it is too large, the link alone."""

    def wants(self, medium: Medium) -> bool:
        return self.teller == "us" and (self.email if medium == "email" else self.sms)


class Look(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What a message wears of the shop."""

    name: str = ""
    """Of the shop, as its customers know it; empty: the channel's."""
    address: str = ""
    """Of the storefront."""
    logo: str = ""
    """Address of the picture, by HTTPS: mail programs load nothing else."""
    colour: str = "#1f5f8b"
    footer: str = ""
    """Below every message: who writes, by what address one reaches them, legal notices."""


class NotificationRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    moves: dict[Step, Move] = {}
    """What is absent goes where its own name says."""
    events: dict[EventName, EventRule] = {}
    quiet_from: int = 0
    """Hour of the merchant's day at which nobody is written to any more; the same as `quiet_until`: there is no such time."""
    quiet_until: int = 0
    quiet_email: bool = False
    """E-mails wait as well; text messages always do."""
    oldest_days: int = 3
    """What happened longer ago is no news any more."""
    tracking_hours: int = 0
    """A parcel without tracking number waits so long for one before it is told."""
    default_language: Language = "fr"
    """Where neither the shop nor the buyer's country says which."""
    look: Look = Look()

    def rule(self, event: EventName) -> EventRule:
        return self.events.get(event, EventRule())

    def move(self, step: Step) -> Move:
        return self.moves.get(step, step)
