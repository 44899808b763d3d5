"""From what Sage stores to what we say, and back: padded texts, empty dates, loose numbers, the French code page.

| Sage holds                                  | we say                    |
|---------------------------------------------|---------------------------|
| "ABC   ", "ABC"                             | "ABC"                     |
| 1753-01-01, 1899-12-30, 1900-01-01, NULL    | no date                   |
| NULL in an amount or a quantity             | 0, where Sage means 0     |
| U+0092 (cp1252 read as ISO-8859-1)          | ’                         |
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord_connectors.canonical import plain

SIX = Decimal("0.000001")
"""Sage keeps numeric(24,6)."""
CENT = Decimal("0.01")
ZERO = Decimal(0)
FIRST_YEAR = 1901
"""Dates before are Sage's ways to say "no date"."""

_C1 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}
_CONTROLS: dict[int, str | None] = {code: None for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)}
_CLEAN = {**_CONTROLS, 0x7F: None, **_C1}
_LOOKALIKES = str.maketrans(
    {"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u202f": " ", "\u2009": " ", "\u0141": "L", "\u0142": "l"}
    | {"\u2032": "'", "\u2033": '"', "\u0110": "D", "\u0111": "d", "\u0131": "i"}
)


def text(value: Any) -> str:
    """Without padding, and without the control characters that other systems refuse."""
    if value is None:
        return ""
    said = value if isinstance(value, str) else str(value)
    return said.strip() if said.isascii() and said.isprintable() else said.translate(_CLEAN).strip()


def key(value: Any) -> str:
    """References and account codes are upper case in Sage and compare case-insensitively there: one spelling."""
    if (
        isinstance(value, str) and value.isascii() and value.isprintable()
    ):  # nearly all: scans call this a lot
        return value.strip().upper()
    return text(value).upper()


def number(value: Any) -> Decimal | None:
    """SQLite gives floats where SQL Server gives decimals: their shortest text is the number that was stored."""
    if value is None:
        return None
    found = (
        value
        if isinstance(value, Decimal)
        else Decimal(repr(value) if isinstance(value, float) else str(value))
    )
    return plain(found.quantize(SIX, ROUND_HALF_UP))


def amount(value: Any) -> Decimal:
    """A number that Sage takes for zero when it is NULL."""
    return number(value) or ZERO


def flag(value: Any) -> bool:
    return bool(value)


def whole(value: Any) -> int:
    return int(value or 0)


def day(value: Any) -> date | None:
    """A date, or None for the ways of saying "none"."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    found = value.date() if isinstance(value, datetime) else value
    return found if isinstance(found, date) and found.year >= FIRST_YEAR else None


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


# ------------------------------------------------------------------------------------------- towards Sage


def storable(said: str) -> str:
    """The nearest text that a French Sage database can hold: cp1252, one line, no emoji. A letter that is not in it
    loses its accent ("ő" → "o"); what has no relative is left out."""
    kept = []
    for letter in unicodedata.normalize("NFC", said.translate(_LOOKALIKES)):
        if letter in "\r\n\t":
            kept.append(" ")
        elif _in_code_page(letter):
            kept.append(letter if letter.isprintable() else "")
        else:
            bare = unicodedata.normalize("NFKD", letter)
            kept.append("".join(part for part in bare if _in_code_page(part) and part.isprintable()))
    return re.sub(r" {2,}", " ", "".join(kept)).strip()


def fit(said: str, width: int | None) -> str:
    """`storable`, cut to `width` characters on a word's border where there is one in the second half."""
    kept = storable(said)
    if width is None or len(kept) <= width:
        return kept
    cut = kept[: width + 1].rfind(" ")
    return kept[: cut if cut > width // 2 else width].rstrip()


def telephone(said: str, width: int | None) -> tuple[str, str]:
    """A number as Sage holds it, and what of it found no room: without the signs between its digits; of several numbers, or one
    with an extension, the first."""
    compact = re.sub(r"[\s.\-/()]", "", storable(said))
    if width is None or len(compact) <= width:
        return compact, ""
    first = re.match(r"\+?\d+", compact)
    kept = (first.group() if first else compact)[:width]
    return kept, compact[len(kept) :].lstrip(",;:")


def spill(first: str, second: str, width: int | None) -> tuple[str, str]:
    """Two address lines of `width` characters: what is too long for the first goes before the second."""
    one = storable(first)
    head = fit(one, width)
    rest = one[len(head) :].strip()
    return head, fit(f"{rest} {second}".strip(), width)


def _in_code_page(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
