"""Fields of a listing by path (`name`, `features`, `offer.ean`, `offer.price.before`): which there are, their values, and
listings with other ones."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer, OfferPrice
from raccord_connectors.contract import OPEN_FIELDS, StreamSpec

OFFER = "offer."
PRICE = "offer.price."
PRICE_PARTS = ("before", "starts", "ends")
NOT_FIELDS = ("key", "offers")
"""How things are told apart, and what has paths of its own."""


def all_paths() -> list[str]:
    listing = [name for name in Listing.__struct_fields__ if name not in NOT_FIELDS]
    offer = [f"{OFFER}{name}" for name in Offer.__struct_fields__ if name not in NOT_FIELDS]
    return [*listing, *offer, *(f"{PRICE}{part}" for part in PRICE_PARTS)]


def taken(stream: StreamSpec) -> list[str]:
    return [path for path in all_paths() if stream.takes(path)]


def refused(stream: StreamSpec) -> list[str]:
    return [path for path in all_paths() if not stream.takes(path)]


def can_be_the_shops(path: str) -> bool:
    """Whether `UNSET`, or the absence of a name, can say of this field that the shop owns it."""
    if path.rpartition(".")[2] in OPEN_FIELDS:
        return True
    owner: type[Struct] = Offer if path.startswith(OFFER) else Listing
    fields = {field.name: field.default for field in msgspec.structs.fields(owner)}
    return fields.get(path.removeprefix(OFFER)) is UNSET


def values(listing: Listing, path: str) -> dict[str, Any]:
    """The field of the listing ("") or of each of its offers, by key. What is not set is absent."""
    owners: Mapping[str, Any] = {"": listing}
    if path.startswith(OFFER):
        owners = {offer.key: offer for offer in listing.offers}
    name = path.removeprefix(OFFER)
    if path.startswith(PRICE):
        owners = {key: o.price for key, o in owners.items() if isinstance(o.price, OfferPrice)}
        name = path.removeprefix(PRICE)
    found = {key: getattr(owner, name) for key, owner in owners.items()}
    return {key: value for key, value in found.items() if value is not UNSET}


def with_value(listing: Listing, path: str, value: Any) -> Listing:
    """The listing with this value in the field; all its offers with it, for a field of offers."""
    if path.startswith(PRICE):
        part = path.removeprefix(PRICE)
        return _with_offers(
            listing,
            lambda offer: (
                replace(offer, price=replace(offer.price, **{part: value}))
                if isinstance(offer.price, OfferPrice)
                else offer
            ),
        )
    if path.startswith(OFFER):
        return _with_offers(listing, lambda offer: replace(offer, **{path.removeprefix(OFFER): value}))
    return replace(listing, **{path: value})


def _with_offers(listing: Listing, change: Any) -> Listing:
    return replace(listing, offers=[change(offer) for offer in listing.offers])
