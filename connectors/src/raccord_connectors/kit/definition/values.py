"""From what a cell holds, typed by a driver or written by a person, to what we say.

| the cell holds                            | we say                          |
|-------------------------------------------|---------------------------------|
| "1 234,50", "1.234,50", "12.5", "12,5 €"  | 1234.5, 1234.5, 12.5, 12.5      |
| "007", 7.0 (a spreadsheet), Decimal("7")  | "007", "7", "7"                 |
| "3,76E+12" where a text is wanted         | refused: a spreadsheet broke it |
| 1753-01-01, 1899-12-30, 1900-01-01, ""    | no date                         |
| 45000 (a spreadsheet's day)               | 2023-03-15                      |
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from raccord_connectors.canonical import plain
from raccord_connectors.kit.definition.model import Manners

FIRST_YEAR = 1901
"""Dates before are ways to say "no date"."""
SPREADSHEET_ZERO = date(1899, 12, 30)
SPREADSHEET_DAYS = range(1, 80_000)
LARGEST_EXPONENT = 15
SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']")
_CONTROLS = {code: None for code in (*range(0x20), 0x7F) if code not in (0x09, 0x0A, 0x0D)}


def text(value: Any) -> str:
    """Trimmed, without control characters; whole numbers without the comma that spreadsheets give them."""
    match value:
        case None:
            return ""
        case str():
            return value.translate(_CONTROLS).strip()
        case bool():
            return "1" if value else "0"
        case float():
            return str(int(value)) if value.is_integer() else format(plain(Decimal(repr(value))), "f")
        case Decimal():
            return format(plain(value), "f")
        case datetime():
            whole_day = not (value.hour or value.minute or value.second)
            return value.date().isoformat() if whole_day else value.isoformat(timespec="seconds")
        case bytes():
            return value.decode("utf-8", "replace").strip()
        case _:
            return str(value).strip()


def number(value: Any, manners: Manners) -> Decimal | None:
    """None: empty. Raises `ValueError` when it is no number, or could be read in two ways."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | float | Decimal):
        found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    else:
        said = _SPACES.sub("", str(value)).replace("€", "").replace("EUR", "").removesuffix("%")
        if not said:
            return None
        found = _written(said, manners.decimal)
    if not found.is_finite() or found.adjusted() > LARGEST_EXPONENT:
        raise ValueError(value)
    return plain(round(found, 6))


def _written(said: str, decimal: str) -> Decimal:
    """In French files a full stop alone stands for the comma; where the full stop is the sign of decimals, a comma does not
    say which of both it is."""
    if decimal == ",":
        if "," in said:
            said = said.replace(".", "") if said.rfind(".") < said.rfind(",") else ""
        said = said.replace(",", ".")
    elif "," in said:
        raise ValueError(said)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", said):
        raise ValueError(said)
    try:
        return Decimal(said)
    except InvalidOperation:
        raise ValueError(said) from None


def day(value: Any, manners: Manners) -> date | None:
    """Raises `ValueError` when it is none of the formats."""
    if isinstance(value, datetime):
        return _real(value.date())
    if isinstance(value, date):
        return _real(value)
    if isinstance(value, int | float):
        if int(value) in SPREADSHEET_DAYS:
            return _real(SPREADSHEET_ZERO + timedelta(days=int(value)))
        raise ValueError(value)
    said = text(value)
    if not said:
        return None
    for form in manners.dates:
        try:
            return _real(datetime.strptime(said, form).date())  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return _real(datetime.fromisoformat(said).date())


def _real(found: date) -> date | None:
    return found if found.year >= FIRST_YEAR else None


def flag(value: Any, manners: Manners) -> bool:
    said = text(value).upper()
    if said in manners.yes:
        return True
    if said in manners.no:
        return False
    raise ValueError(value)


def entries(value: Any, separator: str) -> list[str]:
    return [part for one in text(value).split(separator) if (part := one.strip())]


def shown(formats: Sequence[str]) -> str:
    """Formats of dates as people write them."""
    words = {"%d": "JJ", "%m": "MM", "%Y": "AAAA", "%y": "AA"}
    found = []
    for form in formats:
        for sign, word in words.items():
            form = form.replace(sign, word)
        found.append(form)
    return ", ".join(found)
