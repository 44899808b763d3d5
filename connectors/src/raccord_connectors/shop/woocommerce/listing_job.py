"""One listing on its way into the shop: what is asked, what is known, what is still to do."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Outcome, Problem
from raccord_connectors.shop.woocommerce import bodies, keys
from raccord_connectors.shop.woocommerce.client import Row
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings


@dataclass
class Job:
    change: Change
    record: Listing
    previous: Listing | None
    settings: WooCommerceSettings
    product: int = 0
    """Id of the product in the shop; 0 as long as there is none."""
    variations: dict[str, int] = field(default_factory=dict)
    """Offer key → id of the variation."""
    current: Row | None = None
    """The product as it stands in the shop, as far as it had to be read."""
    media: dict[str, str] = field(default_factory=dict)
    """Digest → id in the media library, as the shop answers."""
    without_remotes: bool = False
    """Ids that we remembered are not in the library any more: everything is sent by address."""
    existed: bool = False
    problem: Problem | None = None

    @classmethod
    def of(cls, change: Change, record: Listing, settings: WooCommerceSettings) -> "Job":
        previous = _comparable(change.previous, record) if isinstance(change.previous, Listing) else None
        job = cls(change, record, previous, settings)
        target = keys.split(change.target)
        job.product = target[0] if target else 0
        for key, text in change.targets.items():
            part = keys.split(text)
            if part and part[1]:
                job.variations[key] = part[1]
        return job

    @property
    def simple(self) -> bool:
        return bodies.is_simple(self.record)

    @property
    def sku(self) -> str:
        """Under which a person knows it."""
        return bodies.sku_of(self.record.offers[0]) if self.record.offers else self.record.key

    @property
    def skus(self) -> list[str]:
        """To be searched for before anything is created."""
        if self.product:
            return [bodies.sku_of(offer) for offer in self.unknown_offers]
        own = [] if self.simple else [bodies.parent_sku(self.record)]
        return own + [bodies.sku_of(offer) for offer in self.record.offers]

    @property
    def unknown_offers(self) -> list[Offer]:
        return (
            [] if self.simple else [offer for offer in self.record.offers if offer.key not in self.variations]
        )

    @cached_property
    def product_fields(self) -> bodies.Fields:
        """What to send of the product itself."""
        old = None if self.previous is None else bodies.product(self.previous, self.settings)
        return bodies.differing(bodies.product(self.record, self.settings), old)

    def variation_fields(self) -> list[tuple[Offer, bodies.Fields]]:
        """What to send of each variation; those without a difference are absent."""
        if self.simple:
            return []
        before = {} if self.previous is None else {offer.key: offer for offer in self.previous.offers}
        found = []
        for offer in self.record.offers:
            known = before.get(offer.key) if offer.key in self.variations else None
            old = (
                bodies.variation(self.previous, known)
                if known is not None and self.previous is not None
                else None
            )
            fields = bodies.differing(bodies.variation(self.record, offer), old)
            if fields:
                found.append((offer, fields))
        return found

    def withdrawn(self) -> list[int]:
        """Variations that were pushed and are no longer in the listing."""
        if self.previous is None or self.simple:
            return []
        kept = {offer.key for offer in self.record.offers}
        return [
            self.variations[o.key]
            for o in self.previous.offers
            if o.key not in kept and o.key in self.variations
        ]

    @property
    def needs_current(self) -> bool:
        """WooCommerce replaces attributes and pictures as a whole: what the shop's people added must be sent back."""
        if not self.product or self.current is not None:
            return False
        fields = self.product_fields
        pictures = any(value.get("image", UNSET) is not UNSET for _, value in self.variation_fields())
        return pictures or not {"attributes", "brands", "images"}.isdisjoint(fields)

    def outcome(self) -> Outcome:
        targets = {}
        if self.product:
            targets = {
                offer.key: keys.target_of(self.product, 0 if self.simple else self.variations[offer.key])
                for offer in self.record.offers
                if self.simple or offer.key in self.variations
            }
        target = str(self.product) if self.product else self.change.target
        existed = self.existed and self.problem is None
        return Outcome(self.change.key, target, targets, self.problem, existed=existed, media=self.media)

    def note_media(self, images: Sequence[Row]) -> dict[str, str]:
        """Digest → id, of the pictures of ours among them; which one is told by the mark in its name."""
        listing = self.record
        wanted: dict[str, str] = {}
        for pictures in (listing.pictures, *(offer.pictures for offer in listing.offers)):
            if pictures is not UNSET:
                wanted |= {picture.digest[:12]: picture.digest for picture in pictures}
        for image in images:
            digest = wanted.get(bodies.digest_in(html.unescape(str(image.get("name") or ""))))
            if digest is not None and image.get("id"):
                self.media[digest] = str(image["id"])
        return self.media


def _comparable(previous: Listing, record: Listing) -> Listing:
    """`previous` without what the shop owns now, even if we once pushed it: WooCommerce keeps several fields in one list
    (axes, characteristics, in older shops the brand), and other fields tell the same (tax class and rate)."""
    now = {offer.key: offer for offer in record.offers}
    offers = [replace(old, **_unset(now.get(old.key))) for old in previous.offers]
    given_up = _unset(record)
    if isinstance(record.features, dict):
        ours, before = record.features, previous.features or {}
        given_up["features"] = {title: values for title, values in before.items() if title in ours}
    return replace(previous, offers=offers, **given_up)


def _unset(part: Listing | Offer | None) -> dict[str, Any]:
    fields = () if part is None else part.__struct_fields__
    return {name: UNSET for name in fields if getattr(part, name) is UNSET}


def offers_to_match(jobs: Sequence[Job]) -> list[str]:
    return list(dict.fromkeys(sku for job in jobs for sku in job.skus))


def meta_of(row: Row, key: str) -> Any:
    return next((entry.get("value") for entry in row.get("meta_data") or [] if entry.get("key") == key), None)
