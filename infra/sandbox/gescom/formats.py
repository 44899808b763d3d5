"""How the screen writes amounts, quantities and dates: as in France."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from sandbox.gescom.store import number

THIN = "\u202f"
LONG = "\u00a0"


def environment(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"euros": euros, "prix": price, "qte": quantity, "jour": day}
    return made


def euros(value: Any) -> str:
    """1234.5 → "1 234,50 €"."""
    return f"{price(value)}{LONG}€"


def price(value: Any) -> str:
    amount = number(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{amount:,.2f}".replace(",", THIN).replace(".", ",")


def quantity(value: Any) -> str:
    """Without useless zeros: 3, 2,5, −2."""
    amount = number(value)
    said = f"{amount.normalize():f}" if amount else "0"
    return said.replace(".", ",").replace("-", "−")


def day(value: Any) -> str:
    """ "2026-05-04 00:00:00" → "04/05/2026"; nothing for Sage's empty dates."""
    if not value:
        return ""
    found = datetime.fromisoformat(str(value))
    return f"{found:%d/%m/%Y}" if found.year > 1900 else ""
