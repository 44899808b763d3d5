"""What has happened to an order, of which its customer may be told: read from what is now, never from a message.

Each event has a key ("shipped/BL00042"), under which it is told once. Asking again, later, or after the ERP's records came in
the wrong order, gives the same keys.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from raccord.core.notification_rules import EventName, EventRule, Medium
from raccord_connectors.canonical import Document, Order
from raccord_connectors.contract import Text

Reason = Literal[
    "off", "shop", "overtaken", "old", "imported", "echo", "told", "no_address", "unsubscribed", "no_sender", "stopped",
    "undeliverable",
]  # fmt: skip
"""Why somebody is not told."""
LATEST_IMPORT = timedelta(days=1)
"""An order that the shop gave us longer after it was placed was brought in with the past."""

REASONS: dict[Reason, Text] = {
    "off": Text("notification.off", "non demandé dans la table de suivi", "not asked for in the follow-up table"),
    "shop": Text(
        "notification.shop", "la boutique prévient elle-même le client", "the shop tells the customer itself"
    ),
    "overtaken": Text("notification.overtaken", "dépassé par la suite", "overtaken by what came after it"),
    "old": Text("notification.old", "trop ancien pour être encore une nouvelle", "too long ago to be news"),
    "imported": Text(
        "notification.imported",
        "commande reprise avec le passé de la boutique",
        "the order was brought in with the shop’s past",
    ),
    "echo": Text(
        "notification.echo",
        "décidé dans la boutique, qui l’a dit à son client",
        "decided in the shop, which told its customer",
    ),
    "told": Text("notification.told", "le client le sait déjà", "the customer knows already"),
    "no_address": Text(
        "notification.no_address",
        "la commande n’a pas d’adresse e-mail ou de mobile utilisable",
        "the order has no usable e-mail address or mobile number",
    ),
    "unsubscribed": Text(
        "notification.unsubscribed", "le client ne veut plus de ces messages", "the customer wants no such messages"
    ),
    "no_sender": Text(
        "notification.no_sender",
        "aucun serveur d’envoi n’est configuré",
        "no server to send with is set up",
    ),
    "undeliverable": Text(
        "notification.undeliverable",
        "rien n’arrive à cette adresse ou à ce numéro",
        "nothing arrives at this address or number",
    ),
    "stopped": Text("notification.stopped", "arrêté par une personne", "stopped by a person"),
}  # fmt: skip


class Happening(Struct, frozen=True, kw_only=True):
    event: EventName
    subject: str = ""
    """Which parcel, invoice or refund."""
    at: datetime | None = None
    """When, where the system says so."""

    @property
    def key(self) -> str:
        return f"{self.event}/{self.subject}" if self.subject else self.event


class Circumstances(Struct, frozen=True, kw_only=True):
    """What decides beside the order itself."""

    now: datetime
    placed_at: datetime
    received_at: datetime
    channel_since: datetime
    integrated_at: datetime | None
    oldest: timedelta
    told: Collection[str] = ()
    """Keys that are recorded already."""


def happenings(order: Order, document: Document | None, *, cancelled: bool = False) -> list[Happening]:
    """All that is true now, in the order in which it happened. `cancelled`: the ERP has given the order up."""
    found: list[Happening] = []
    refunds = [Happening(event="refunded", subject=one.key, at=one.at) for one in order.refunds]
    if cancelled or (document is not None and document.state == "cancelled"):
        return [Happening(event="cancelled"), *refunds]
    if document is None:
        return refunds
    if document.state != "draft":
        found.append(Happening(event="accepted"))
    if document.state == "preparing":
        found.append(Happening(event="preparing"))
    parcels = [Happening(event="shipped", subject=one.key, at=one.shipped_at) for one in document.shipments]
    if not parcels and document.state in ("partly_delivered", "delivered"):
        parcels = [Happening(event="shipped")]
    invoices = [Happening(event="invoiced", subject=number) for number in document.invoices]
    return [*found, *parcels, *invoices, *refunds]


def silence(
    happening: Happening,
    every: Sequence[Happening],
    order: Order,
    rule: EventRule,
    medium: Medium,
    about: Circumstances,
) -> Reason | None:
    """Why this is not told; None: it is."""
    if is_imported(about):
        return "imported"
    if happening.event == "cancelled" and order.stage == "cancelled":
        return "echo"  # the shop's own cancellation, or ours come back from there
    if rule.teller == "shop":
        return "shop"
    if not rule.wants(medium):
        return "off"
    if is_overtaken(happening, every):
        return "overtaken"
    if happening.event == "shipped" and happening.subject and "shipped" in about.told:
        return "told"  # as a delivery whose parcels nobody knew yet
    if is_late(about) or (happening.at is not None and about.now - aware(happening.at) > about.oldest):
        return "old"
    return None


def is_overtaken(happening: Happening, every: Sequence[Happening]) -> bool:
    """Who hears that the order has left need not hear that it is prepared; once it is cancelled, only a refund is news."""
    there = {one.event for one in every}
    if "cancelled" in there:
        return happening.event not in ("cancelled", "refunded")
    if happening.event == "accepted":
        return bool(there & {"preparing", "shipped", "invoiced"})
    return happening.event == "preparing" and bool(there & {"shipped", "invoiced"})


def taken_back(event: EventName, subject: str, document: Document | None) -> bool:
    """Between recording and telling the ERP may have: a delivery note or an invoice that was deleted."""
    if document is None or not subject:
        return False
    if event == "shipped":
        return all(one.key != subject for one in document.shipments)
    return event == "invoiced" and subject not in document.invoices


def is_imported(about: Circumstances) -> bool:
    """Placed before there was a channel, or long before the shop gave it to us: its customer was told by other means."""
    return (
        about.placed_at < about.channel_since or about.received_at - about.placed_at > LATEST_IMPORT + about.oldest
    )  # fmt: skip


def is_late(about: Circumstances) -> bool:
    """Nothing of it is recorded, although the ERP has had the order for days: it is older than this feature, or was not looked at
    for as long. When its steps happened nobody can say."""
    return (
        not about.told and about.integrated_at is not None and about.now - about.integrated_at > about.oldest
    )


def event_of(key: str) -> tuple[EventName, str]:
    """("shipped", "BL00042") of "shipped/BL00042"."""
    name, _, subject = key.partition("/")
    event: EventName = name  # type: ignore[assignment]  # keys are made by `Happening.key`
    return event, subject


def aware(moment: datetime) -> datetime:
    """Some ERPs tell their own clock's time without a zone; a few hours do not matter here."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
