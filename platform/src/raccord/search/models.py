"""What the search hands around."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["order", "paper", "document", "customer", "article"]
KINDS: tuple[Kind, ...] = ("order", "paper", "document", "customer", "article")


class Hit(NamedTuple):
    """One thing that was found. `place` is below the tenant's own address."""

    kind: Kind
    title: str
    """Its number, code or reference, as people know it."""
    about: str
    """A name to recognise it by."""
    place: str
    at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    state: str = ""
    """As the database keeps it, of an order; the others have none."""


class Found(NamedTuple):
    """Hits of one kind, the best first, and whether there are more of them."""

    kind: Kind
    hits: list[Hit]
    more: bool
