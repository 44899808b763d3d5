"""What is refused before it is sent, with a sentence better than « Property Product->name is not valid »."""

import re

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, OfferPrice
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.prestashop import bodies, texts
from raccord_connectors.shop.prestashop.facts import Facts

CATALOGUE, GENERIC, REFERENCE = "<>;=#{}", "<>={}", "<>;={}"
"""Signs that PrestaShop forbids in names, in other short texts, in references."""
LARGEST_PRICE = 9_999_999_999


def check(listing: Listing, facts: Facts) -> None:
    """Raises `RecordRejected`."""
    key = listing.key
    if not listing.name.strip():
        raise RecordRejected(texts.NO_NAME.fill(key=key), field="name")
    if not listing.offers:
        raise RecordRejected(texts.NO_OFFER.fill(key=key), field="offers")
    _text(key, listing.name, 128, CATALOGUE, "name", "la désignation", "the name")
    for language, text in ({} if listing.names is UNSET else listing.names).items():
        _text(
            key, text or "", 128, CATALOGUE, "names", f"la désignation ({language})", f"the name ({language})"
        )
    _set(key, listing.slug, 128, "", "slug", "l’adresse de la page", "the address of the page")
    _set(key, listing.seo_title, 255, GENERIC, "seo_title", "le titre SEO", "the SEO title")
    _set(
        key,
        listing.seo_description,
        512,
        GENERIC,
        "seo_description",
        "la description SEO",
        "the SEO description",
    )
    _set(key, listing.brand, 64, CATALOGUE, "brand", "la marque", "the brand")
    for tag in [] if listing.tags is UNSET else listing.tags:
        _text(key, tag, 32, GENERIC, "tags", "un mot-clé", "a tag")
    for title, values in ({} if listing.features is UNSET else listing.features).items():
        _text(key, title, 128, GENERIC, "features", "le nom d’une caractéristique", "a characteristic’s name")
        for value in values or []:
            _text(key, value, 255, GENERIC, "features", f"« {title} »", f"“{title}”")
    for path in [] if listing.categories is UNSET else listing.categories:
        for title in path:
            _text(key, title, 128, CATALOGUE, "categories", "le nom d’une catégorie", "a category’s name")
    for axis in listing.axes:
        _text(key, axis, 64, GENERIC, "axes", "le nom d’une déclinaison", "a variant axis")
    _text(key, bodies.reference_of(listing), 64, REFERENCE, "sku", "la référence", "the reference")
    _custom(key, listing.custom, bodies.PRODUCT_CUSTOM, "custom")
    allowed = bodies.OFFER_CUSTOM if bodies.is_simple(listing) else bodies.COMBINATION_CUSTOM
    for offer in listing.offers:
        _offer(key, offer, allowed)
        _price(offer, facts)


def tax_group(listing: Listing, sent: bodies.Flat, facts: Facts) -> str | None:
    """Id of the tax rule group to write; None where tax does not travel. Raises `RecordRejected`."""
    if "tax_class" in sent:
        wanted = str(sent["tax_class"]).strip()
        named = next((group.key for group in facts.tax_groups if group.name == wanted), wanted)
        if facts.has_group(named):
            return named
        raise RecordRejected(texts.TAX_UNKNOWN.fill(tax=f"« {wanted} »", key=listing.key), field="tax_class")
    if "tax_rate" in sent:
        if listing.tax_class is not UNSET:
            return None  # the class was sent before, and says more than a rate
        found = facts.group_of_rate(sent["tax_rate"])
        if found is not None:
            return found
        raise RecordRejected(
            texts.TAX_UNKNOWN.fill(tax=f"{sent['tax_rate']} %", key=listing.key), field="tax_rate"
        )
    return None


def _offer(key: str, offer: Offer, allowed: tuple[str, ...]) -> None:
    sku = bodies.sku_of(offer)
    _text(key, sku, 64, REFERENCE, "sku", "la référence", "the reference")
    if isinstance(offer.ean, str) and offer.ean and not re.fullmatch(r"[0-9]{1,13}", offer.ean):
        raise RecordRejected(texts.BAD_EAN.fill(ean=offer.ean, sku=sku), field="ean")
    _set(key, offer.mpn, 40, "", "mpn", "la référence du fabricant", "the manufacturer’s reference")
    for value in offer.options.values():
        _text(key, value, 128, GENERIC, "options", "une valeur de déclinaison", "a variant’s value")
    _custom(key, offer.custom, allowed, "custom")


def _price(offer: Offer, facts: Facts) -> None:
    sku = bodies.sku_of(offer)
    if isinstance(offer.price, OfferPrice):
        if offer.price.tax_included:
            raise RecordRejected(texts.PRICE_MODE.fill(sku=sku), field="price")
        if facts.currency and offer.price.currency != facts.currency:
            said = texts.CURRENCY.fill(sku=sku, ours=offer.price.currency, theirs=facts.currency)
            raise RecordRejected(said, field="price")
    for tier in [] if offer.tiers is UNSET else offer.tiers:
        if tier.group and facts.customer_group(tier.group) is None:
            raise RecordRejected(texts.GROUP_UNKNOWN.fill(group=tier.group, sku=sku), field="tiers")


def _custom(key: str, values: object, allowed: tuple[str, ...], field: str) -> None:
    for name in values if isinstance(values, dict) else ():
        if name not in allowed:
            said = texts.FIELD_UNKNOWN.fill(name=name, key=key, known=", ".join(allowed))
            raise RecordRejected(said, field=f"{field}.{name}")


def _set(key: str, value: object, limit: int, forbidden: str, field: str, fr: str, en: str) -> None:
    if isinstance(value, str):
        _text(key, value, limit, forbidden, field, fr, en)


def _text(key: str, value: str, limit: int, forbidden: str, field: str, fr: str, en: str) -> None:
    if len(value) > limit:
        said = texts.TOO_LONG.fill(key=key, field_fr=fr, field_en=en, length=len(value), limit=limit)
        raise RecordRejected(said, field=field)
    for sign in value:
        if sign in forbidden:
            said = texts.FORBIDDEN_SIGN.fill(key=key, sign=sign, field_fr=fr, field_en=en)
            raise RecordRejected(said, field=field)
