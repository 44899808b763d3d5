"""Codes that people type in two systems: SKUs and bar codes, in the form in which they can be compared."""

import unicodedata

GTIN_LENGTHS = (8, 12, 13, 14)


def normal_sku(sku: str) -> str:
    """Without spaces (of any kind), case or typographic variants: "ref 12-a" and "REF12-A" name one article."""
    return "".join(unicodedata.normalize("NFKC", sku).split()).casefold()


def gtin(text: str) -> str | None:
    """The digits of an EAN-8, UPC-12, EAN-13 or GTIN-14, if its check digit is right; else None."""
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in GTIN_LENGTHS):
        return None
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if weighted % 10 == 0 else None


def normal_ean(text: str | None) -> str | None:
    """The 14-digit form, in which a UPC and the EAN with a zero before it are the same code."""
    digits = gtin(text) if text else None
    return digits.zfill(14) if digits and digits.strip("0") else None
