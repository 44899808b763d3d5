"""Writing listings. An article is one product in Oxatis, or a parent and a product for each variant."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Outcome, Problem, RecordRejected
from raccord_connectors.kit.changes import open_differences
from raccord_connectors.shop.oxatis import assumed, client, tags, texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal, identity, oxid
from raccord_connectors.shop.oxatis.gallery import Gallery
from raccord_connectors.shop.oxatis.products import Products
from raccord_connectors.shop.oxatis.settings import OxatisSettings

PRODUCTS = "ProductServices"
FACETS, FACET_VALUES, FACET_LETTERS = 50, 300, 50


class ListingWriter:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings) -> None:
        self._shop = shop
        self._settings = settings
        self._products = Products(shop, settings)
        self._gallery = Gallery(shop)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            try:
                yield self._written(change)
            except RecordRejected as error:
                yield Outcome(change.key, change.target, change.targets, error.problem())
            except Refusal as refusal:
                yield Outcome(change.key, change.target, change.targets, _problem(change, refusal))

    def _written(self, change: Change) -> Outcome:
        if change.op == "delete":
            return self._deleted(change)
        listing = change.record
        if not isinstance(listing, Listing):
            raise TypeError(f"{change.op} of {change.key} carries no listing")
        if change.op == "create":
            return self._created(listing)
        previous = change.previous if isinstance(change.previous, Listing) else None
        return self._updated(listing, previous, change)

    # ----------------------------------------------------------------------------------------------- create

    def _created(self, listing: Listing) -> Outcome:
        """TRAP: a reference is unique for nobody but us: it is looked for before anything is made."""
        main = self._checked(listing)
        sku = listing.key if listing.axes else listing.offers[0].sku
        found = self._products.by_sku(sku)
        if found is not None:
            return Outcome(listing.key, oxid(found), self._targets(listing, found), existed=True)
        media = self._gallery.bring(listing, None)
        kind = tags.PARENT if listing.axes else tags.SIMPLE
        target = self._import({**main, "ItemSKU": sku, "ProductType": kind})
        targets = {offer.key: self._child(listing, offer, sku) for offer in listing.offers if listing.axes}
        self._extras(listing, None, target, targets)
        if listing.pictures:
            self._gallery.show(listing, None, target)
        if not listing.axes:
            targets = {offer.key: target for offer in listing.offers}
        return Outcome(listing.key, target, targets, media=media)

    def _import(self, content: tags.Tags) -> str:
        """TRAP: an OxID must not go with a creation."""
        body = {"ProductLanguage": self._settings.language, **content}
        return oxid(self._shop.call(PRODUCTS, "ProductV2Import", "Product", body, "catalogue"))

    def _child(self, listing: Listing, offer: Offer, parent: str) -> str:
        content = tags.checked(listing.key, tags.child_tags(listing, offer, self._settings))
        return self._import({**content, "ProductType": tags.CHILD, "ParentItemSKU": parent})

    def _targets(self, listing: Listing, found: Any) -> Mapping[str, str]:
        """Of the offers that the shop has already, by their references."""
        if not listing.axes:
            return {offer.key: oxid(found) for offer in listing.offers}
        known = {sku: target for target, sku in self._products.children(found)}
        return {offer.key: known[offer.sku] for offer in listing.offers if offer.sku in known}

    def _checked(self, listing: Listing) -> tags.Tags:
        """All that can be refused without asking is refused before anything is written."""
        main = tags.checked(listing.key, tags.main_tags(listing, self._settings))
        if listing.axes:
            tags.checked(listing.key, {"ItemSKU": listing.key, "Name": listing.name})
        for offer in listing.offers:
            tags.grids(listing, offer)
            if listing.axes:
                tags.checked(listing.key, tags.child_tags(listing, offer, self._settings))
        self._packaging(listing)
        _facets(listing, None)
        return main

    # ----------------------------------------------------------------------------------------------- update

    def _updated(self, listing: Listing, previous: Listing | None, change: Change) -> Outcome:
        target = identity(change.target)
        if target is None:
            raise Refusal("ProductUpdate", client.NOT_FOUND, "")
        if previous is not None and bool(previous.axes) != bool(listing.axes):
            raise RecordRejected(texts.SHAPE_CHANGED.fill(key=listing.key), field="axes")
        main = self._checked(listing)
        media = self._gallery.bring(listing, previous)
        before = None if previous is None else tags.main_tags(previous, self._settings)
        self._update(target, tags.changed(main, before))
        targets = self._update_offers(listing, previous, change) if listing.axes else {}
        self._extras(listing, previous, target, targets)
        self._gallery.show(listing, previous, target)
        if not listing.axes:
            targets = {offer.key: target for offer in listing.offers}
        return Outcome(listing.key, target, targets, media=media)

    def _update(self, target: str, content: tags.Tags) -> None:
        if content:
            self._shop.call(PRODUCTS, "ProductUpdate", "Product", {"OxID": target, **content}, "catalogue")

    def _update_offers(self, listing: Listing, previous: Listing | None, change: Change) -> dict[str, str]:
        former = {offer.key: offer for offer in previous.offers} if previous is not None else {}
        targets: dict[str, str] = {}
        for offer in listing.offers:
            known = identity(change.targets.get(offer.key))
            if known is None:
                targets[offer.key] = self._child(listing, offer, listing.key)
                continue
            now = tags.checked(listing.key, tags.child_tags(listing, offer, self._settings))
            old = former.get(offer.key)
            before = (
                None if previous is None or old is None else tags.child_tags(previous, old, self._settings)
            )
            self._update(known, tags.changed(now, before))
            targets[offer.key] = known
        for key, gone in change.targets.items():
            if key not in targets and identity(gone):  # withdrawn, not deleted: its orders lead to it
                self._update(gone, {"Visible": False, "State": tags.HIDDEN})
        return targets

    # ----------------------------------------------------------------------------------------- what is apart

    def _extras(
        self, listing: Listing, previous: Listing | None, target: str, targets: Mapping[str, str]
    ) -> None:
        """Characteristics, quantity discounts and packagings have methods of their own."""
        facets = _facets(listing, previous)
        if facets:
            content = {"OxID": target, assumed.CHARACTERISTICS: {assumed.CHARACTERISTIC: facets}}
            service, method = "ProductCharacteristicsServices", "ProductCharacteristicsUpdate"
            self._shop.call(service, method, "Product", content, "catalogue")
        former = {offer.key: offer for offer in previous.offers} if previous is not None else {}
        for offer in listing.offers:
            old = former.get(offer.key)
            before = tags.grids(previous, old) if previous is not None and old is not None else {}
            self._grids(tags.grids(listing, offer), before, targets.get(offer.key, target))
        now, was = self._packaging(listing), None if previous is None else self._packaging(previous)
        if now != was and now is not None:
            self._pack(target, now)

    def _grids(self, now: Mapping[int, Any], before: Mapping[int, Any], product: str) -> None:
        for level in sorted(now.keys() | before.keys()):
            steps = now.get(level)
            if steps == before.get(level):
                continue
            rule: dict[str, Any] = {"ItemID": {"OxID": product}, "PriceIndex": level, "Active": bool(steps)}
            rule |= {"DiscountType": "NewPrice", "GridDiscountType": "NewPrice" if steps else "None"}
            for place, (minimum, amount) in enumerate(steps or (), start=1):
                rule[f"GridLowerStep{place}Value"] = minimum
                rule[f"GridLowerStep{place}Result"] = amount
            method = "DiscountRuleLinkToProductPriceUpdate"
            self._shop.call("DiscountRuleServices", method, "DiscountRule", rule, "catalogue")

    def _packaging(self, listing: Listing) -> list[dict[str, str]] | None:
        text = listing.custom.get(tags.PACKAGING, "")
        named = tags.PACKAGING in listing.custom
        return tags.packagings(listing.key, str(text or "")) if named else None

    def _pack(self, target: str, items: list[dict[str, str]]) -> None:
        service = "ProductPackagingServices"
        if not items:
            self._shop.call(service, "ProductDeletePackaging", "Product", {"OxID": target}, "catalogue")
            return
        content = {"OxID": target, "PriceIndex": 1, "ProductPackagingItem": items}
        self._shop.call(service, "ProductUpdatePackaging", "Product", content, "catalogue")

    # ----------------------------------------------------------------------------------------------- delete

    def _deleted(self, change: Change) -> Outcome:
        """Variants first: a parent that is gone would leave them on sale alone."""
        wanted = [*change.targets.values(), change.target]
        for target in dict.fromkeys(filter(None, map(identity, wanted))):
            try:
                self._shop.call(PRODUCTS, "ProductDelete", "Product", {"OxID": target}, "catalogue")
            except Refusal as refusal:
                if refusal.code != client.NOT_FOUND:
                    raise
        return Outcome(change.key, change.target)


def _facets(listing: Listing, previous: Listing | None) -> list[dict[str, Any]]:
    """Those that differ. A name that is absent is the shop's own."""
    now = listing.features if isinstance(listing.features, Mapping) else {}
    before = previous.features if previous is not None and isinstance(previous.features, Mapping) else {}
    found = open_differences(now, before)
    counts = [
        ("features", len(now), FACETS),
        *(("features", len(values), FACET_VALUES) for values in now.values()),
    ]
    for field, count, most in counts:
        if count > most:
            said = texts.TOO_MANY.fill(key=listing.key, field=field, count=count, most=most)
            raise RecordRejected(said, field=field)
    for text in (text for name, values in found.items() for text in (name, *values)):
        if len(text) > FACET_LETTERS:
            said = texts.TOO_LONG.fill(key=listing.key, field=text, length=len(text), most=FACET_LETTERS)
            raise RecordRejected(said, field="features")
    return [{"Name": name, "Values": {"Value": values}} for name, values in found.items()]


def _problem(change: Change, refusal: Refusal) -> Problem:
    what = change.key
    if refusal.code == client.NOT_FOUND:
        return Problem("rejected", texts.GONE.fill(what=what, target=change.target), detail=refusal.detail)
    said = texts.REFUSED.fill(what=what, reason=refusal.reason)
    return Problem("rejected", said, field=_field_of(refusal.reason), detail=refusal.detail)


FIELDS = {
    "ItemSKU": "offer.sku", "TaxRate": "tax_rate", "EANCode": "offer.ean", "LongDescription": "description",
    "Description": "summary", "Name": "name", "Price": "offer.price", "Category": "categories", "Brand": "brand",
}  # fmt: skip
"""Oxatis's names → ours, where its sentence holds one."""


def _field_of(reason: str) -> str:
    return next((field for name, field in FIELDS.items() if name in reason), "name")
