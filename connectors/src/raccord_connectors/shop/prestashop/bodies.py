"""A listing as PrestaShop keeps it: flat values of the product, of each combination, and the specific prices beside them.

Values are texts as they are sent; `name@2` is one language of a translated field. What is `UNSET` is absent.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Tier, plain
from raccord_connectors.shop.prestashop.facts import Facts

Flat = dict[str, Any]
SIX = Decimal("0.000001")
NEVER = "1000000"
"""Smallest quantity of a combination that may not be bought. PrestaShop can switch off products only: with this a combination
keeps its id, and nobody can order it."""
OPEN = "0000-00-00 00:00:00"
PRODUCT_CUSTOM = (
    "unity", "unit_price", "wholesale_price", "additional_shipping_cost", "condition", "visibility", "available_for_order",
    "show_price", "online_only", "on_sale", "minimal_quantity", "low_stock_threshold", "additional_delivery_times",
    "delivery_in_stock", "delivery_out_stock", "available_now", "available_later",
)  # fmt: skip
OFFER_CUSTOM = ("supplier_reference", "isbn", "upc", "location", "ecotax")
"""Of a product and of a combination alike."""
COMBINATION_CUSTOM = (*OFFER_CUSTOM, "wholesale_price", "low_stock_threshold")
TRANSLATED = frozenset(
    ("name", "description", "description_short", "link_rewrite", "meta_title", "meta_description", "delivery_in_stock",
     "delivery_out_stock", "available_now", "available_later")
)  # fmt: skip
LISTS = ("categories", "features", "tags", "related")
TEXTS = {
    "description": "description", "summary": "description_short", "slug": "link_rewrite", "seo_title": "meta_title",
    "seo_description": "meta_description",
}  # fmt: skip


def is_simple(listing: Listing) -> bool:
    return not listing.axes


def reference_of(listing: Listing) -> str:
    """The product's own: its only offer's, or the ERP's key of what has variants."""
    return sku_of(listing.offers[0]) if is_simple(listing) and listing.offers else listing.key


def sku_of(offer: Offer) -> str:
    return offer.sku or offer.key


def product(listing: Listing, facts: Facts) -> Flat:
    """Fields of the product itself, its lists (`LISTS`) and its tax (`tax`, to be resolved) as they come."""
    main = facts.main
    flat: Flat = {
        f"name@{main}": listing.name,
        "reference": reference_of(listing),
        "active": _active(listing),
    }
    for name, field in TEXTS.items():
        value = getattr(listing, name)
        if value is not UNSET:
            flat[f"{field}@{main}"] = value
    flat |= _in_other_languages("name", listing.names, facts) | _in_other_languages(
        "description", listing.descriptions, facts
    )
    flat |= {name: value for name in LISTS if (value := getattr(listing, name)) is not UNSET}
    flat |= {
        name: value
        for name in ("brand", "tax_class", "tax_rate")
        if (value := getattr(listing, name)) is not UNSET
    }
    flat |= _custom(listing.custom, main)
    if is_simple(listing):
        offer = listing.offers[0]
        flat |= codes(offer, main) | _sizes(offer, facts)
        if isinstance(offer.price, OfferPrice):
            flat["price"] = money(full_price(offer.price))
    else:
        base = base_price(listing)
        if base is not None:
            flat["price"] = money(base)
        sized = next((offer for offer in listing.offers if offer.dimensions_mm is not UNSET), None)
        if sized is not None:
            flat |= {name: value for name, value in _sizes(sized, facts).items() if name != "weight"}
        if any(offer.weight_g is not UNSET for offer in listing.offers):
            flat["weight"] = "0"  # each combination then has its own, as its difference to nothing
    return flat


def combination(listing: Listing, offer: Offer, facts: Facts) -> Flat:
    """Fields of one combination; `options` (axis → value) to be resolved."""
    flat: Flat = {**codes(offer, facts.main), "reference": sku_of(offer), "options": dict(offer.options)}
    flat["minimal_quantity"] = "1" if offer.active and offer.price is not None else NEVER
    base = base_price(listing)
    if isinstance(offer.price, OfferPrice) and base is not None:
        flat["price"] = money(full_price(offer.price) - base)
    if offer.weight_g is not UNSET:
        flat["weight"] = _weight(offer.weight_g, facts)
    return flat


def specials(offer: Offer) -> dict[tuple[str, str, str], Flat] | None:
    """Specific prices of an offer: (kind, group as the mapping names it, from) → fields. None: prices are not ours."""
    found: dict[tuple[str, str, str], Flat] = {}
    price = offer.price
    if isinstance(price, OfferPrice) and price.before is not None and price.before > price.amount:
        found["promotion", "", "1"] = {
            "price": "-1", "reduction": money(price.before - price.amount), "reduction_type": "amount", "reduction_tax": "0",
            "from": f"{price.starts} 00:00:00" if price.starts else OPEN,
            "to": f"{price.ends} 23:59:59" if price.ends else OPEN,
        }  # fmt: skip
    if offer.tiers is not UNSET:
        for tier in offer.tiers:
            found["tier", tier.group or "", _from(tier)] = {
                "price": money(tier.amount), "reduction": "0", "reduction_type": "amount", "reduction_tax": "0",
                "from": OPEN, "to": OPEN,
            }  # fmt: skip
    return None if price is UNSET and offer.tiers is UNSET else found


def creation(flat: Flat, facts: Facts) -> Flat:
    """Of a new product: its texts in every language of the shop, which would show nothing otherwise, and an address."""
    full = dict(flat)
    full.setdefault(f"link_rewrite@{facts.main}", "")
    full[f"link_rewrite@{facts.main}"] = full[f"link_rewrite@{facts.main}"] or slug_of(
        flat[f"name@{facts.main}"]
    )
    full.setdefault("price", "0")
    for name in [name for name in full if name.endswith(f"@{facts.main}")]:
        base = name.partition("@")[0]
        for number in facts.languages:
            full.setdefault(f"{base}@{number}", full[name])
    return full


def differing(now: Flat, before: Flat | None) -> Flat:
    """What is to be sent: `before` is what was last pushed; None: nothing is known, all of it."""
    if before is None:
        return dict(now)
    found = {}
    for name, value in now.items():
        if name in before and before[name] == value:
            continue
        if name == "features" and isinstance(before.get(name), Mapping):
            value = {title: values for title, values in value.items() if before[name].get(title) != values}
            if not value:
                continue
        found[name] = value
    return found


# ------------------------------------------------------------------------------------------------------- values


def full_price(price: OfferPrice) -> Decimal:
    """Without the reduction, which is a specific price."""
    return price.before if price.before is not None and price.before > price.amount else price.amount


def base_price(listing: Listing) -> Decimal | None:
    """Of a product with combinations: that of the first one with a price; the others tell their difference to it."""
    return next(
        (full_price(offer.price) for offer in listing.offers if isinstance(offer.price, OfferPrice)), None
    )


def codes(offer: Offer, main: str) -> Flat:
    flat: Flat = {}
    if offer.ean is not UNSET:
        flat["ean13"] = offer.ean or ""
    if offer.mpn is not UNSET:
        flat["mpn"] = offer.mpn or ""
    return flat | _custom(offer.custom, main)


def money(amount: Decimal) -> str:
    return f"{amount.quantize(SIX, ROUND_HALF_UP):f}"


def slug_of(name: str) -> str:
    letters = (
        unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "oe"))
        .encode("ascii", "ignore")
        .decode()
    )
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")[:128] or "article"


def _active(listing: Listing) -> str:
    """A product of which nothing can be bought is not shown."""
    sold = any(offer.active and offer.price is not None for offer in listing.offers)
    return "1" if listing.published and sold else "0"


def _in_other_languages(field: str, texts: Any, facts: Facts) -> Flat:
    """Languages that the shop does not have are left out; its own has the plain field."""
    if texts is UNSET:
        return {}
    ids = {code: number for number, code in facts.languages.items() if number != facts.main}
    return {f"{field}@{ids[code]}": text or "" for code, text in texts.items() if code in ids}


def _custom(values: Mapping[str, Any], main: str) -> Flat:
    return {f"{name}@{main}" if name in TRANSLATED else name: _sent(value) for name, value in values.items()}


def _sent(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def _sizes(offer: Offer, facts: Facts) -> Flat:
    flat: Flat = {}
    if offer.weight_g is not UNSET:
        flat["weight"] = _weight(offer.weight_g, facts)
    if offer.dimensions_mm is not UNSET:
        sides = offer.dimensions_mm or (Decimal(0),) * 3
        for name, side in zip(("depth", "width", "height"), sides, strict=True):
            flat[name] = f"{plain((side / facts.millimetres_per_unit).quantize(SIX, ROUND_HALF_UP)):f}"
    return flat


def _weight(grams: Decimal | None, facts: Facts) -> str:
    return f"{plain(((grams or Decimal(0)) / facts.grams_per_unit).quantize(SIX, ROUND_HALF_UP)):f}"


def _from(tier: Tier) -> str:
    """Whole pieces: a price from 2.5 pieces on applies from 3."""
    return str(max(1, int(tier.minimum.to_integral_value("ROUND_CEILING"))))
