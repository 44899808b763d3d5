"""Which fields of a listing travel when: what the ERP always owns, what is its only at creation, what leaves the sale."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from raccord.core import rules
from raccord_connectors.canonical import Listing, encode, fingerprint


class Fields(Struct, frozen=True):
    """Some fields of listings and of their offers: (field, name inside an open mapping such as `custom`, or None)."""

    listing: tuple[tuple[str, str | None], ...] = ()
    offer: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def of(cls, targets: Iterable[str]) -> "Fields":
        parsed = [rules.parse_target(target) for target in targets]
        return cls(
            tuple((field, name) for of_offer, field, name in parsed if not of_offer),
            tuple((field, name) for of_offer, field, name in parsed if of_offer),
        )


def only(listing: Listing, fields: Fields) -> Listing:
    """With nothing but what every listing has and these fields: of a shop's own listing, what is ours to say."""
    offers = [replace(offer, **_all_but(offer, fields.offer)) for offer in listing.offers]
    return replace(listing, offers=offers, **_all_but(listing, fields.listing))


def for_update(listing: Listing, creation: Fields, known_offers: Iterable[str] | None = None) -> Listing:
    """Without what is sent at creation only. Offers that the shop does not have yet (`known_offers` are those it has;
    None: all of them) are being created, and keep theirs."""
    if creation.listing:
        listing = replace(listing, **_without(listing, creation.listing))
    if creation.offer:
        known = None if known_offers is None else set(known_offers)
        offers = [
            replace(offer, **_without(offer, creation.offer))
            if known is None or offer.key in known
            else offer
            for offer in listing.offers
        ]
        listing = replace(listing, offers=offers)
    return listing


def listing_print(listing: Listing, creation: Fields) -> bytes:
    """What decides whether an update is due: changes of what is only sent at creation do not."""
    return fingerprint(encode(for_update(listing, creation)))


def as_sent(listing: Listing, former: Listing, creation: Fields, known_offers: Iterable[str]) -> Listing:
    """What the shop has after an update from `former` to `listing`: of what is sent at creation only, what it had."""
    if creation.listing:
        listing = replace(listing, **_taken_from(listing, former, creation.listing))
    if creation.offer:
        known, before = set(known_offers), {offer.key: offer for offer in former.offers}
        offers = [
            replace(offer, **_taken_from(offer, before[offer.key], creation.offer))
            if offer.key in known and offer.key in before
            else offer
            for offer in listing.offers
        ]
        listing = replace(listing, offers=offers)
    return listing


def spoken_of(former: Listing, listing: Listing) -> Listing:
    """Of what the shop had, what an update to `listing` says something of: the rest stays there."""
    before = {offer.key: offer for offer in listing.offers}
    offers = [
        replace(offer, **_unspoken(offer, before[offer.key])) if offer.key in before else offer
        for offer in former.offers
    ]
    return replace(former, offers=offers, **_unspoken(former, listing))


def withdrawn(listing: Listing) -> Listing:
    """The same listing off sale. Nothing is deleted, and nothing else is touched."""
    return replace(listing, published=False)


def sold_out(listing: Listing) -> Listing:
    """The same listing, visible and counted: its items are shown with nothing to sell."""
    return replace(listing, published=True, track_stock=True)


DELETED = fingerprint(b"deleted")
"""Stands for the print of a listing that the shop shall not have any more."""


def sold_out_print(listing: Listing, creation: Fields) -> bytes:
    """Another one than the listing has on sale, so that leaving it is a change that can be pushed and braked."""
    return fingerprint(b"sold out" + encode(for_update(listing, creation)))


def _taken_from(struct: Struct, former: Struct, fields: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field, name in fields:
        old = getattr(former, field)
        if name is None:
            changes[field] = old
            continue
        now = changes.get(field, getattr(struct, field))
        kept = (
            {inner: value for inner, value in now.items() if inner != name} if isinstance(now, dict) else {}
        )
        if isinstance(old, dict) and name in old:
            kept[name] = old[name]
        changes[field] = kept if kept or not isinstance(now, UnsetType) else UNSET
    return changes


def _unspoken(former: Struct, struct: Struct) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field in former.__struct_fields__:
        old, new = getattr(former, field), getattr(struct, field)
        if new is UNSET:
            changes[field] = UNSET
        elif field in rules.OPEN_TARGETS and isinstance(old, dict) and isinstance(new, dict):
            changes[field] = {name: value for name, value in old.items() if name in new}
    return changes


def _all_but(struct: Struct, fields: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
    kept = {field for field, name in fields if name is None}
    names = {(field, name) for field, name in fields}
    changes: dict[str, Any] = {}
    for info in msgspec.structs.fields(type(struct)):
        value = getattr(struct, info.name)
        if info.name in kept:
            continue
        if info.name in rules.OPEN_TARGETS and isinstance(value, dict):
            left = {name: inner for name, inner in value.items() if (info.name, name) in names}
            changes[info.name] = left if left or info.default is not UNSET else UNSET
        elif info.default is UNSET:
            changes[info.name] = UNSET
    return changes


def _without(struct: Struct, fields: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field, name in fields:
        if name is None:
            changes[field] = UNSET
            continue
        value = changes.get(field, getattr(struct, field))
        if isinstance(value, dict) and name in value:
            left = {inner: kept for inner, kept in value.items() if inner != name}
            changes[field] = UNSET if not left and field != "custom" else left
    return changes
