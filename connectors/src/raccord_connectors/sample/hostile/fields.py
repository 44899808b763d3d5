"""Connectors that say wrong things of their fields, drop some, or send what is not theirs to send."""

from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import Change, Discovery
from raccord_connectors.kit.conformance.paths import all_paths
from raccord_connectors.sample.hostile.nasty import SpoiltShop, breaks, respecified


@breaks("declared_fields_exist")
class DeclaresAFieldOfItsOwn(SpoiltShop):
    spec = respecified("listings", fields=("name", "offer.colour"))


@breaks("declared_fields_exist")
class DeclaresAFieldTwice(SpoiltShop):
    spec = respecified("listings", fields=("name", "name"))


@breaks("what_an_installation_lacks_is_declared")
class LacksWhatItNeverHad(SpoiltShop):
    spec = respecified("listings", fields=("name", "description"))

    def discover(self) -> Discovery:
        return replace(super().discover(), missing_fields=("offer.ean",))


@breaks("what_it_takes_is_kept")
class ForgetsTheBarcode(SpoiltShop):
    def sent(self, change: Change) -> Change:
        return _with_offers(change, ean=UNSET)


@breaks("what_it_takes_can_be_changed")
class NeverChangesTheBrand(SpoiltShop):
    def sent(self, change: Change) -> Change:
        return _with(change, brand=UNSET) if change.op == "update" else change


@breaks("what_is_emptied_is_empty")
class TakesNothingForUnknown(SpoiltShop):
    def sent(self, change: Change) -> Change:
        if isinstance(change.record, Listing) and not change.record.description:
            return _with(change, description=UNSET)
        return change


@breaks("what_it_does_not_take_is_never_sent")
class SendsMoreThanItDeclares(SpoiltShop):
    spec = respecified("listings", fields=tuple(path for path in all_paths() if path != "offer.tiers"))


@breaks("what_the_shop_owns_is_never_sent")
class SendsWhatItRemembers(SpoiltShop):
    """The same as the shop has, as long as its people changed nothing."""

    def sent(self, change: Change) -> Change:
        if not isinstance(change.record, Listing) or not isinstance(change.previous, Listing):
            return change
        known = {
            name: getattr(change.previous, name)
            for name in Listing.__struct_fields__
            if getattr(change.record, name) is UNSET
        }
        return replace(_with(change, **known), previous=None)


@breaks("what_the_shop_owns_is_never_sent")
class EmptiesWhatTheShopOwns(SpoiltShop):
    def sent(self, change: Change) -> Change:
        if change.op == "update" and isinstance(change.record, Listing) and change.record.tags is UNSET:
            return _with(change, tags=[])
        return change


def _with(change: Change, **fields: Any) -> Change:
    if not isinstance(change.record, Listing):
        return change
    return replace(change, record=replace(change.record, **fields))


def _with_offers(change: Change, **fields: Any) -> Change:
    if not isinstance(change.record, Listing):
        return change
    return _with(change, offers=[replace(offer, **fields) for offer in change.record.offers])
