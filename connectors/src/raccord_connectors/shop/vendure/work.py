"""One listing on its way into the shop: what is wanted, what was pushed last, what Vendure holds."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Outcome, Problem, RecordRejected
from raccord_connectors.kit.changes import differences
from raccord_connectors.shop.vendure.client import Json

FACET_FIELDS = ("brand", "features", "categories", "tags")


@dataclass
class Work:
    change: Change
    record: Listing
    previous: Listing | None
    """None: nothing is known of what was pushed, so every field is sent."""
    product: str | None = None
    """Vendure's product id."""
    variants: dict[str, str] = field(default_factory=dict)
    """Offer key → Vendure's variant id."""
    state: Json | None = None
    """The product as Vendure holds it (`lookup.STATE`), when that was needed."""
    existed: bool = False
    unfinished: bool = False
    """Made just now or by an attempt that was cut short: hidden, under a slug of ours, until all of it is there."""
    facet_values: list[str] | None = None
    assets: dict[str, list[str]] = field(default_factory=dict)
    """Whose pictures ("" for the product, else an offer's key) → Vendure's asset ids, in order."""
    options: dict[tuple[str, str], str] = field(default_factory=dict)
    """(axis, value) → Vendure's option id."""
    problem: Problem | None = None

    @cached_property
    def changed(self) -> dict[str, Any]:
        return differences(self.record, self.previous, keep=("key", "offers"))

    @cached_property
    def before(self) -> dict[str, Offer]:
        return {offer.key: offer for offer in self.previous.offers} if self.previous else {}

    @property
    def changed_features(self) -> dict[str, list[str]]:
        """Characteristics to write, by title; those without values are emptied. The others are not touched."""
        changed: dict[str, list[str]] = self.changed.get("features", {})
        return changed

    @property
    def alive(self) -> bool:
        return self.problem is None

    @property
    def new_offers(self) -> list[Offer]:
        return [offer for offer in self.record.offers if offer.key not in self.variants]

    def languages_sent(self) -> set[str]:
        """Languages beside the main one in which something may have to be said."""
        names, descriptions = self.changed.get("names"), self.changed.get("descriptions")
        return {*(names or {}), *(descriptions or {})}

    def options_changed(self, offer: Offer) -> bool:
        before = self.before.get(offer.key)
        return before is None or before.options != offer.options or "axes" in self.changed

    def pictures_changed(self, offer: Offer) -> bool:
        before = self.before.get(offer.key)
        return offer.pictures is not UNSET and (before is None or before.pictures != offer.pictures)

    def needs_state(self) -> bool:
        """Whether the differences alone are not enough: lists replace each other in Vendure, so what is not ours in
        them must be read and kept; and new parts are first looked for."""
        surely_there = set(self.previous.names or {}) if self.previous and self.previous.names else set()
        return (
            any(name in self.changed for name in (*FACET_FIELDS, "pictures", "axes"))
            or bool(self.new_offers)
            or any(self.options_changed(offer) and offer.options for offer in self.record.offers)
            or any(self.pictures_changed(offer) for offer in self.record.offers)
            or bool(self.languages_sent() - surely_there)
        )

    def reject(self, error: RecordRejected) -> None:
        self.problem = self.problem or error.problem()

    def outcome(self) -> Outcome:
        if self.problem is not None:
            return Outcome(self.change.key, self.change.target, self.change.targets, self.problem)
        wanted = {offer.key for offer in self.record.offers}
        targets = {key: variant for key, variant in self.variants.items() if key in wanted}
        return Outcome(self.change.key, self.product, targets, existed=self.existed)


def marker(key: str) -> str:
    """The slug of a product that is not finished yet. It is derived from the ERP's key, so that an attempt that was
    cut short is found again and finished, whatever has become of its name."""
    return f"raccord-{hashlib.blake2b(key.encode(), digest_size=10).hexdigest()}"


def code(text: str) -> str:
    """A code for a facet, an option…: readable, and the same for "Été" and "été". What readable letters cannot keep
    ("10 %", "M+", Greek) is told apart by a few digits of a hash."""
    folded = " ".join(
        unicodedata.normalize("NFKC", text).casefold().replace("œ", "oe").replace("æ", "ae").split()
    )
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    readable = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if re.fullmatch(r"[a-z0-9 -]*", plain) and readable:
        return readable
    digest = hashlib.blake2b(plain.encode(), digest_size=3).hexdigest()
    return f"{readable}-{digest}".strip("-")


def same(first: str, second: str) -> bool:
    """Whether two titles are the same for a person."""
    return code(first) == code(second)
