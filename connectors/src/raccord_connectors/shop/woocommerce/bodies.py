"""What a listing looks like in WooCommerce's fields. Pure: from the record alone, so that two records can be compared
field by field and only what differs is sent. Terms, pictures, weights and rates get the shop's own form in `resolving`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, Picture, Scalar, plain
from raccord_connectors.shop.woocommerce.facts import STANDARD
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings

KEY = "_raccord_key"
SIDES = ("length", "width", "height")
MPN = "_raccord_mpn"
SEO = {
    "yoast": ("_yoast_wpseo_title", "_yoast_wpseo_metadesc"),
    "rank_math": ("rank_math_title", "rank_math_description"),
    "seopress": ("_seopress_titles_title", "_seopress_titles_desc"),
}
Fields = dict[str, Any]


@dataclass(frozen=True)
class Attribute:
    """One entry of a product's attributes, by title."""

    title: str
    options: tuple[str, ...]
    variation: bool


def is_simple(listing: Listing) -> bool:
    return not listing.axes and len(listing.offers) == 1 and not listing.offers[0].options


def sku_of(offer: Offer) -> str:
    """A SKU is what makes repeating a creation harmless: without one the ERP's key serves."""
    return offer.sku or offer.key


def parent_sku(listing: Listing) -> str:
    """A parent of variations is not sold itself, but it too must be found again: by the article's key, unless one
    of its variations has that as its own reference (a SKU is unique in the whole shop)."""
    taken = {sku_of(offer) for offer in listing.offers}
    return listing.key if listing.key not in taken else f"{listing.key}-parent"


def product(listing: Listing, settings: WooCommerceSettings) -> Fields:
    """The product itself: all of a simple one, the common part of one with variations."""
    fields: Fields = {"type": "simple" if is_simple(listing) else "variable", "name": slashed(listing.name)}
    published = listing.published
    if is_simple(listing):
        offer = listing.offers[0]
        published = published and offer.active
        fields |= _offer(offer) | {"manage_stock": listing.track_stock}
        if not listing.track_stock:
            fields["stock_status"] = "instock"
    else:
        fields |= {"sku": parent_sku(listing), "manage_stock": False}
    fields["status"] = "publish" if published else "draft"
    for ours, theirs in (("description", "description"), ("summary", "short_description")):
        if (text := getattr(listing, ours)) is not UNSET:
            fields[theirs] = slashed(text)
    if listing.slug is not UNSET:
        fields["slug"] = listing.slug
    fields |= _tax(listing)
    for ours, theirs in (("categories", "categories"), ("tags", "tags"), ("brand", "brands")):
        if (value := getattr(listing, ours)) is not UNSET:
            fields[theirs] = [value] if isinstance(value, str) else (value or [])
    if listing.related is not UNSET:
        fields[related_ids(settings)] = [int(key) for key in listing.related if key.isdigit()]
    if listing.pictures is not UNSET:
        fields["images"] = sorted(listing.pictures, key=lambda picture: picture.position)
    if listing.axes or listing.features is not UNSET:
        fields["attributes"] = attributes(listing)
    fields["meta"] = _meta(listing, settings.seo_plugin)
    return fields


def related_ids(settings: WooCommerceSettings) -> str:
    """The field in which this shop keeps related articles."""
    return "upsell_ids" if settings.related_as == "upsells" else "cross_sell_ids"


def variation(listing: Listing, offer: Offer) -> Fields:
    fields = _offer(offer)
    fields |= {
        "status": "publish" if offer.active else "private",  # what WooCommerce's own « enabled » box does
        "manage_stock": listing.track_stock,
        "menu_order": listing.offers.index(offer) + 1,
        "attributes": {title: option_text(offer.options.get(title, "")) for title in listing.axes},
        "meta": {KEY: offer.key, **_offer_meta(offer)},
    }
    if offer.pictures is not UNSET:
        fields["image"] = (
            min(offer.pictures, key=lambda picture: picture.position) if offer.pictures else None
        )
    return fields


def attributes(listing: Listing) -> list[Attribute]:
    """Axes first, their values in the order of the offers; then the characteristics."""
    found = []
    for title in listing.axes:
        options = dict.fromkeys(option_text(o.options[title]) for o in listing.offers if o.options.get(title))
        found.append(Attribute(title, tuple(options), True))
    if listing.features is not UNSET:
        for title, values in listing.features.items():
            if title not in listing.axes and any(value.strip() for value in values):
                options = dict.fromkeys(option_text(value) for value in values if value.strip())
                found.append(Attribute(title, tuple(options), False))
    return found


def differing(new: Fields, old: Fields | None) -> Fields:
    """The fields to send. Custom values (`meta`) are compared one by one; one that is no longer there is the shop's."""
    if old is None:
        return {**new, "meta": {name: value for name, value in new["meta"].items() if value is not None}}
    sent = {name: value for name, value in new.items() if name != "meta" and old.get(name, UNSET) != value}
    meta = {name: value for name, value in new["meta"].items() if old["meta"].get(name) != value}
    return {**sent, "meta": meta} if meta else sent


def slashed(text: str) -> str:
    """TRAP: WordPress takes one level of backslashes away from names and descriptions sent by the API."""
    return text.replace("\\", "\\\\")


def option_text(text: str) -> str:
    """TRAP: options of a custom attribute are kept joined by « | »."""
    return " ".join(re.sub(r"\s*\|\s*", " / ", text).split())


def amount(value: Decimal) -> str:
    return format(plain(value), "f")


def picture_name(picture: Picture, title: str) -> str:
    """Its name in the media library. The digest in it is how the picture is recognised later and not sent again."""
    return f"{(picture.alt or title)[:80]} [{picture.digest[:12]}]"


def digest_in(name: str) -> str:
    match = re.search(r"\[([^\[\]]{1,12})\]$", name)
    return match.group(1) if match else ""


def _offer(offer: Offer) -> Fields:
    """What a simple product and a variation have in common."""
    fields: Fields = {"sku": sku_of(offer)}
    if offer.ean is not UNSET:
        fields["global_unique_id"] = offer.ean or ""
    if offer.weight_g is not UNSET:
        fields["weight_g"] = None if offer.weight_g is None else plain(offer.weight_g)
    if offer.dimensions_mm is not UNSET:
        fields["dimensions_mm"] = offer.dimensions_mm and tuple(plain(side) for side in offer.dimensions_mm)
    price = offer.price
    if price is None:  # without a price WooCommerce shows the product and does not sell it
        fields |= {"regular_price": "", "sale_price": "", "date_on_sale_from": "", "date_on_sale_to": ""}
    elif price is not UNSET:
        reduced = price.before is not None and price.before > price.amount
        full = price.before if reduced and price.before is not None else price.amount
        fields |= {
            "regular_price": amount(full),
            "sale_price": amount(price.amount) if reduced else "",
            "date_on_sale_from": _moment(price.starts, "00:00:00") if reduced else "",
            "date_on_sale_to": _moment(price.ends, "23:59:59") if reduced else "",
        }
    return fields


def _tax(listing: Listing) -> Fields:
    if listing.tax_class is not UNSET:
        return {
            "tax_class": "" if listing.tax_class == STANDARD else listing.tax_class,
            "tax_status": "taxable",
        }
    if listing.tax_rate is not UNSET:
        return {"tax_rate": plain(listing.tax_rate)}  # its class is looked up when it is sent
    return {}


def _meta(listing: Listing, seo_plugin: str) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {KEY: listing.key, **listing.custom}
    if is_simple(listing):
        found |= _offer_meta(listing.offers[0])
    if seo_plugin in SEO:
        for name, value in zip(SEO[seo_plugin], (listing.seo_title, listing.seo_description), strict=True):
            if value is not UNSET:
                found[name] = value
    return found


def _offer_meta(offer: Offer) -> dict[str, Scalar]:
    found: Mapping[str, Scalar] = {} if offer.mpn is UNSET else {MPN: offer.mpn}
    return {**offer.custom, **found}


def _moment(day: date | None, time: str) -> str:
    return f"{day.isoformat()}T{time}" if day else ""
