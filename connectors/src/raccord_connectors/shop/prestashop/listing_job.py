"""One listing on its way into the shop: what is asked, what is known, what is still to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Outcome, Problem, RecordRejected, TransientError
from raccord_connectors.shop.prestashop import bodies, keys, texts
from raccord_connectors.shop.prestashop.bodies import Flat
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Row

FIELD_WORDS = {
    "name": "name", "reference": "sku", "ean13": "ean", "mpn": "mpn", "price": "price", "weight": "weight_g",
    "meta_title": "seo_title", "meta_description": "seo_description", "link_rewrite": "slug", "description": "description",
    "description_short": "summary",
}  # fmt: skip
"""PrestaShop's field → ours, for the place of a refusal."""


@dataclass
class Job:
    change: Change
    record: Listing
    previous: Listing | None
    facts: Facts
    product: int = 0
    """Id in the shop; 0 as long as there is none."""
    combinations: dict[str, int] = field(default_factory=dict)
    """Offer key → id."""
    current: Row | None = None
    """The product as it stands in the shop, as far as it had to be read."""
    existed: bool = False
    unfinished: bool = False
    """Made just now, or by an attempt that was cut short: hidden (`state` 0) until all of it is there."""
    resumed: bool = False
    """Of an attempt that was cut short: whatever hangs on it is ours."""
    media: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    @classmethod
    def of(cls, change: Change, record: Listing, facts: Facts) -> "Job":
        previous = _comparable(change.previous, record) if isinstance(change.previous, Listing) else None
        target = keys.split(change.target)
        job = cls(change, record, previous if target else None, facts, target[0] if target else 0)
        for key, text in change.targets.items():
            part = keys.split(text)
            if part and part[1] and part[0] == job.product:
                job.combinations[key] = part[1]
        return job

    @property
    def simple(self) -> bool:
        return bodies.is_simple(self.record)

    @property
    def sku(self) -> str:
        """Under which a person knows it."""
        return bodies.reference_of(self.record)

    @property
    def unknown_offers(self) -> list[Offer]:
        return (
            []
            if self.simple
            else [offer for offer in self.record.offers if offer.key not in self.combinations]
        )

    @property
    def gone(self) -> list[str]:
        """Keys of offers that were pushed and are no longer in the listing."""
        kept = {offer.key for offer in self.record.offers}
        return [key for key in self.combinations if key not in kept]

    @cached_property
    def before(self) -> Mapping[str, Offer]:
        return {offer.key: offer for offer in self.previous.offers} if self.previous else {}

    @cached_property
    def fields(self) -> Flat:
        """What is to be sent of the product itself."""
        old = None if self.previous is None else bodies.product(self.previous, self.facts)
        return bodies.differing(bodies.product(self.record, self.facts), old)

    def fields_of(self, offer: Offer) -> Flat:
        """What is to be sent of one combination."""
        known = self.before.get(offer.key) if offer.key in self.combinations else None
        old = (
            None
            if known is None or self.previous is None
            else bodies.combination(self.previous, known, self.facts)
        )
        return bodies.differing(bodies.combination(self.record, offer, self.facts), old)

    @property
    def pictures_changed(self) -> bool:
        if self.previous is None:
            return any(self.pictures())
        return self.pictures(self.previous) != self.pictures() or any(
            offer.pictures is not UNSET
            and [p.digest for p in offer.pictures] != _digests(self.before.get(offer.key))
            for offer in self.record.offers
        )

    def pictures(self, listing: Listing | None = None) -> list[str]:
        """Digests of all pictures of the listing, its own first, in their order, each once."""
        listing = listing or self.record
        owners: list[Listing | Offer] = [listing, *listing.offers]
        found = [
            p
            for one in owners
            if one.pictures is not UNSET
            for p in sorted(one.pictures, key=lambda p: p.position)
        ]
        return list(dict.fromkeys(picture.digest for picture in found))

    @property
    def has_parts(self) -> bool:
        """Whether more than one call is needed until it may be seen."""
        return (
            not self.simple
            or bool(self.pictures())
            or any(bodies.specials(offer) for offer in self.record.offers)
        )

    def needs_current(self) -> bool:
        """PrestaShop replaces lists as a whole: what its people added must be sent back."""
        if not self.product or self.current is not None:
            return False
        lists = any(name in self.fields for name in bodies.LISTS)
        stocked = self.previous is None or self.previous.track_stock != self.record.track_stock
        return lists or self.pictures_changed or (self.previous is None and stocked)

    def refuse(self, error: RecordRejected) -> None:
        self.problem = self.problem or error.problem()

    def refused(self, refusal: Refused, what: str = "") -> None:
        """What PrestaShop said of one of its rows becomes the outcome of the listing."""
        if refusal.missing:
            self.refuse(
                RecordRejected(texts.GONE.fill(key=self.record.key), field="key", detail=str(refusal))
            )
            return
        name = what or self.sku
        if refusal.status >= 500 and refusal.code != 133:
            # Its saving failed: a value that the database refuses, or a database in trouble. One of them passes.
            fault = TransientError(texts.FAULT.fill(name=name, words=refusal.words), detail=str(refusal))
            self.problem = self.problem or fault.problem()
            return
        place = next((ours for theirs, ours in FIELD_WORDS.items() if theirs in refusal.words), "name")
        said = texts.REFUSED.fill(name=name, words=refusal.words)
        self.refuse(RecordRejected(said, field=place, detail=str(refusal)))

    def outcome(self) -> Outcome:
        targets = {}
        if self.product:
            targets = {
                offer.key: keys.target_of(self.product, 0 if self.simple else self.combinations[offer.key])
                for offer in self.record.offers
                if self.simple or offer.key in self.combinations
            }
        target = str(self.product) if self.product else self.change.target
        existed = self.existed and self.problem is None
        return Outcome(self.change.key, target, targets, self.problem, existed=existed, media=self.media)


def _comparable(previous: Listing, record: Listing) -> Listing:
    """`previous` without what the shop owns now, even if we once pushed it."""
    now = {offer.key: offer for offer in record.offers}
    offers = [replace(old, **_unset(now.get(old.key))) for old in previous.offers]
    return replace(previous, offers=offers, **_unset(record))


def _unset(part: Listing | Offer | None) -> dict[str, Any]:
    fields = () if part is None else part.__struct_fields__
    return {name: UNSET for name in fields if getattr(part, name) is UNSET}


def _digests(offer: Offer | None) -> list[str]:
    return [] if offer is None or offer.pictures is UNSET else [picture.digest for picture in offer.pictures]
