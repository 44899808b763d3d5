"""What is refused before it is sent, because WooCommerce would change it without a word."""

import re

from msgspec import UNSET

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.woocommerce import bodies, texts
from raccord_connectors.shop.woocommerce.facts import STANDARD, Facts

LONGEST_SKU = 100
GTIN_LENGTHS = (8, 12, 13, 14)


def check(listing: Listing, sent: bodies.Fields, facts: Facts) -> None:
    """`sent` are the product's fields that will travel: the shop is asked only about these. Raises `RecordRejected`."""
    if not listing.name.strip():
        raise RecordRejected(texts.NO_NAME.fill(key=listing.key), field="name")
    if not listing.offers:
        raise RecordRejected(texts.NO_OFFER.fill(key=listing.key), field="offers")
    for offer in listing.offers:
        sku = bodies.sku_of(offer)
        if sku != kept_sku(sku) or len(sku) > LONGEST_SKU:
            raise RecordRejected(texts.SKU_ALTERED.fill(sku=sku), field="sku")
        if isinstance(offer.ean, str) and offer.ean and not is_gtin(offer.ean):
            raise RecordRejected(texts.EAN_WRONG.fill(ean=offer.ean, sku=sku), field="ean")
    _check_tax(listing, sent, facts)


def check_prices(listing: Listing, facts: Facts) -> None:
    """When a price is sent: in the shop's own tax mode and currency."""
    for offer in listing.offers:
        price = offer.price
        if price is None or price is UNSET:
            continue
        if price.tax_included != facts.prices_include_tax:
            french, english = ("hors taxes", "TTC"), ("without tax", "with tax")
            words = {
                "ours": french[price.tax_included],
                "theirs": french[facts.prices_include_tax],
                "ours_en": english[price.tax_included],
                "theirs_en": english[facts.prices_include_tax],
            }
            raise RecordRejected(texts.PRICE_MODE.fill(sku=bodies.sku_of(offer), **words), field="price")
        if facts.currency and price.currency != facts.currency:
            said = texts.CURRENCY.fill(sku=bodies.sku_of(offer), ours=price.currency, theirs=facts.currency)
            raise RecordRejected(said, field="price")


def _check_tax(listing: Listing, sent: bodies.Fields, facts: Facts) -> None:
    """TRAP: a class that the shop does not know becomes the standard one in silence."""
    sku = bodies.sku_of(listing.offers[0])
    if "tax_class" in sent and (sent["tax_class"] or STANDARD) not in facts.tax_classes:
        raise RecordRejected(texts.TAX_CLASS_UNKNOWN.fill(tax=sent["tax_class"], sku=sku), field="tax_class")
    if "tax_rate" in sent and facts.class_of_rate(sent["tax_rate"]) is None:
        shown = f"{bodies.amount(sent['tax_rate'])} %"
        raise RecordRejected(texts.TAX_CLASS_UNKNOWN.fill(tax=shown, sku=sku), field="tax_rate")


def kept_sku(sku: str) -> str:
    """As WordPress keeps a line of text: without tags, without %-octets, white space collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"%[a-fA-F0-9]{2}", "", re.sub(r"<[^>]*>", "", sku))).strip()


def is_gtin(code: str) -> bool:
    """An EAN, UPC or ISBN-13 whose check digit is right."""
    if not (code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS):
        return False
    digits = [int(digit) for digit in reversed(code)]
    return (
        digits[0] + sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[1:]))
    ) % 10 == 0
