"""What a listing says of its products in Oxatis: tag → value, only of fields that are ours. Two such mappings are compared tag
by tag, so that an update sends what differs and nothing else."""

import hashlib
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Tier
from raccord_connectors.contract import RecordRejected
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import assumed, texts
from raccord_connectors.shop.oxatis.settings import OxatisSettings

Tags = dict[str, Any]
WYSIWYG = "<!--#WYSIWYG#-->"
"""Without it in front, Oxatis shows the tags of a description to the customer."""
SIMPLE, PARENT, CHILD = "0", "100", "110"
LEVELS = 10
CATEGORIES = 10
AXES = 3
SHOWN, HIDDEN = "1", "3"
EMPTY_SLOT = {"OxID": "0", "Name": "#null#"}
LONGEST = {
    "ItemSKU": (40, "offer.sku"), "Name": (200, "name"), "EANCode": (48, "offer.ean"), "MPN": (32, "offer.mpn"),
    "MetaTitle": (100, "seo_title"), "CanonicalURLCustomizedContent": (100, "slug"), "Description": (4_000, "summary"),
    "LongDescription": (16_000, "description"), "FamilyName": (100, "custom"), "MetaKeywords": (200, "custom"),
    "DiscountGridCode": (6, "custom"),
}  # fmt: skip
"""Characters (bytes of UTF-8 for the two descriptions), and the field they come from."""
IN_BYTES = ("Description", "LongDescription")
PACKAGING = "Packaging"
CUSTOM = {
    "FamilyName": "text", "MetaKeywords": "text", "DiscountGridCode": "text", "Guarantee": "number", "ItemCondition": "number",
    "ItemType": "number", "ShipPrice": "number", "HandlingSurcharge": "number", "DaysToShip": "number", "EcoTaxTI": "number",
    "Cost": "number", "UnitsForSale": "number", "QuantityReorder": "number", PACKAGING: "text",
}  # fmt: skip
"""Fields of Oxatis's own that a mapping may fill by name."""


def main_tags(listing: Listing, settings: OxatisSettings) -> Tags:
    """Of the product that the listing is: the simple one, or the parent of its variants."""
    tags: Tags = {"Name": listing.name}
    simple = not listing.axes
    if simple:
        tags |= _offer_tags(listing, listing.offers[0], settings)
    shown = listing.published and (not simple or _sellable(listing.offers[0]))
    tags |= _visible(shown)
    plain = {
        "Description": listing.summary, "MetaTitle": listing.seo_title, "MetaDescription": listing.seo_description,
        "CanonicalURLCustomizedContent": listing.slug, "TaxRate": listing.tax_rate,
    }  # fmt: skip
    tags |= {name: value for name, value in plain.items() if value is not UNSET}
    for name in ("Description",):
        tags |= {name: _html(tags[name])} if name in tags else {}
    if listing.description is not UNSET:
        tags["LongDescription"] = _html(str(listing.description))
    if listing.brand is not UNSET:
        tags["Brand"] = {"Name": listing.brand} if listing.brand else EMPTY_SLOT
    if not isinstance(listing.categories, list):
        return tags | _custom(listing)
    if len(listing.categories) > CATEGORIES:
        raise _too_many(listing.key, "categories", len(listing.categories), CATEGORIES)
    paths = ["\\".join(part.replace("\\", "/") for part in path) for path in listing.categories]
    for place in range(CATEGORIES):
        tags[f"Category{place + 1}"] = {"Name": paths[place]} if place < len(paths) else EMPTY_SLOT
    return tags | _custom(listing)


def child_tags(listing: Listing, offer: Offer, settings: OxatisSettings) -> Tags:
    """Of the product that one variant is."""
    if len(listing.axes) > AXES:
        raise _too_many(listing.key, "axes", len(listing.axes), AXES)
    chosen = [offer.options.get(axis, "") for axis in listing.axes]
    tags: Tags = {"Name": " ".join([listing.name, *filter(None, chosen)])}
    for place, (axis, value) in enumerate(zip(listing.axes, chosen, strict=True), start=1):
        _measure(listing.key, axis, 50, "axes")
        _measure(listing.key, value, 70, "offer.options")
        tags[f"OptionTypes{place}"] = {"Name": axis}
        tags[f"OptionValues{place}"] = {"Code": option_code(value), "Name": value}
    if listing.tax_rate is not UNSET:
        tags["TaxRate"] = listing.tax_rate
    return tags | _offer_tags(listing, offer, settings) | _visible(_sellable(offer))


def checked(key: str, tags: Tags) -> Tags:
    """The same, when Oxatis can hold all of it: it would cut without a word."""
    for name, (most, field) in LONGEST.items():
        if isinstance(tags.get(name), str):
            length = len(tags[name].encode()) if name in IN_BYTES else len(tags[name])
            if length > most:
                said = texts.TOO_LONG.fill(key=key, field=field, length=length, most=most)
                raise RecordRejected(said, field=field)
    if not tags.get("ItemSKU", "x"):
        raise RecordRejected(texts.REFUSED.fill(what=key, reason="ItemSKU"), field="offer.sku")
    if not str(tags.get("Name", "x")).strip():
        raise RecordRejected(texts.REFUSED.fill(what=key, reason="Name"), field="name")
    return tags


def changed(now: Tags, before: Tags | None) -> Tags:
    """What an update has to send; None is sent nowhere, but for a price that was there and is no more."""
    if before is None:
        return now
    sent = {name: value for name, value in now.items() if name not in before or before[name] != value}
    gone = {name: before.get(name) for name, value in sent.items() if value is None}
    return sent | {name: {**was, "Value": assumed.NO_PRICE} for name, was in gone.items() if was is not None}


def option_code(value: str) -> str:
    """Ten characters at most, and the same for one value for ever."""
    plain = re.sub(r"[^A-Z0-9]", "", value.upper())
    if plain and plain == value.upper() and len(plain) <= 10:
        return plain
    return f"{plain[:5]}{hashlib.blake2b(value.encode(), digest_size=4).hexdigest()[:5].upper()}"


def grids(listing: Listing, offer: Offer) -> dict[int, list[tuple[Decimal, Decimal]]]:
    """Price level (0 to 9) → steps (from this quantity, this price), in order."""
    found: dict[int, list[tuple[Decimal, Decimal]]] = {}
    for tier in offer.tiers if isinstance(offer.tiers, list) else ():
        if tier.minimum > 1:
            found.setdefault(_level(listing, tier), []).append((tier.minimum, tier.amount))
    for steps in found.values():
        steps.sort()
        if len(steps) > 10:
            raise _too_many(listing.key, "offer.tiers", len(steps), 10)
    return found


def packagings(key: str, text: str) -> list[dict[str, str]]:
    """« Carton de 6|CHAISE-C6|6|49.90 ; Palette|CHAISE-P|72|540 » → items of a packaging."""
    found = []
    for line in filter(None, (part.strip() for part in text.split(";"))):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4 or not parts[2].isdigit() or not re.fullmatch(r"\d+(\.\d+)?", parts[3]):
            raise RecordRejected(texts.BAD_PACKAGING.fill(key=key, line=line), field="custom.Packaging")
        _measure(key, parts[0], 30, "custom.Packaging")
        _measure(key, parts[1], 40, "custom.Packaging")
        found.append(dict(zip(("Name", "ItemSKU", "Quantity", "Price"), parts, strict=True)))
    return found


def _offer_tags(listing: Listing, offer: Offer, settings: OxatisSettings) -> Tags:
    tags: Tags = {"ItemSKU": offer.sku}
    if offer.ean is not UNSET:
        tags["EANCode"] = offer.ean or ""
    if offer.mpn is not UNSET:
        tags["MPN"] = offer.mpn or ""
    if offer.weight_g is not UNSET:
        tags["Weight"] = _weight(offer.weight_g or Decimal(0), settings)
    price = offer.price
    if isinstance(price, OfferPrice):
        tags["Price"] = _price(price.amount, price.tax_included)
        before = price.before
        tags["StrikethroughPrice"] = None if before is None else _price(before, price.tax_included)
        if isinstance(offer.tiers, list):
            tags |= {f"Price{level}": None for level in range(1, LEVELS)}
        for tier in offer.tiers if isinstance(offer.tiers, list) else ():
            level = _level(listing, tier)
            if tier.minimum <= 1 and level:
                tags[f"Price{level}"] = _price(tier.amount, price.tax_included)
    return tags


def _sellable(offer: Offer) -> bool:
    """What has no price must not be sold."""
    return offer.active and offer.price is not None


def _visible(shown: bool) -> Tags:
    return {"Visible": shown, "State": SHOWN if shown else HIDDEN}


def _level(listing: Listing, tier: Tier) -> int:
    """0 for the price of everybody, 9 for the tenth."""
    group = tier.group or "1"
    if not (group.isascii() and group.isdigit() and 1 <= int(group) <= LEVELS):
        raise RecordRejected(texts.BAD_LEVEL.fill(key=listing.key, group=group), field="offer.tiers")
    return int(group) - 1


def _price(amount: Decimal, tax_included: bool) -> Mapping[str, str]:
    return {"Value": xml.written(amount), "VATIncluded": xml.written(tax_included)}


def _weight(grams: Decimal, settings: OxatisSettings) -> str:
    if settings.weight_unit == "kg":
        return xml.written((grams / 1000).quantize(Decimal("0.001"), ROUND_HALF_UP))
    return xml.written(grams.quantize(Decimal(1), ROUND_HALF_UP))


def _custom(listing: Listing) -> Tags:
    for name in listing.custom:
        if name not in CUSTOM:
            said = texts.UNKNOWN_FIELD.fill(key=listing.key, field=name)
            raise RecordRejected(said, field=f"custom.{name}")
    return {
        name: "" if value is None else xml.written(value)
        for name, value in listing.custom.items()
        if name != PACKAGING
    }


def _html(text: str) -> str:
    return f"{WYSIWYG}{text}" if text and not text.startswith(WYSIWYG) else text


def _measure(key: str, text: str, most: int, field: str) -> None:
    if len(text) > most:
        said = texts.TOO_LONG.fill(key=key, field=field, length=len(text), most=most)
        raise RecordRejected(said, field=field)


def _too_many(key: str, field: str, count: int, most: int) -> RecordRejected:
    return RecordRejected(texts.TOO_MANY.fill(key=key, field=field, count=count, most=most), field=field)
