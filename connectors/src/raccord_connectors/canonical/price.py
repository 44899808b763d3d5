"""Prices of an item: by price category, customer and quantity, each with its own tax flag."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from raccord_connectors.canonical.record import Record


class Price(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One price per base unit. The one without category, customer or quantity is the base price."""

    amount: Decimal
    tax_included: bool
    """Never assumed: each ERP price says it."""
    currency: str = "EUR"
    category: str | None = None
    """Key of a price category (*catégorie tarifaire*)."""
    customer: str | None = None
    packaging: str | None = None
    minimum: Decimal = Decimal(1)
    """Base units from which it applies (quantity tiers)."""
    discount_percent: Decimal | None = None
    """A discount on top of `amount`."""
    starts: date | None = None
    ends: date | None = None
    """Last day included."""


class PriceSet(Record, kw_only=True, frozen=True):
    """All prices of one item (its key is the item's)."""

    product: str
    prices: list[Price]
    purchase: Decimal | None = None
    """Net purchase cost per base unit, for margins; never sent to a shop."""
