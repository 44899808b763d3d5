"""Stock of an item: per depot, every nature that the ERP keeps apart."""

from decimal import Decimal

from msgspec import Struct

from raccord_connectors.canonical.record import Record


class DepotStock(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Base units in one depot. None means the ERP does not know, which is not zero."""

    depot: str
    real: Decimal | None = None
    """Physically there."""
    reserved: Decimal | None = None
    """Promised to customer orders."""
    ordered: Decimal | None = None
    """Expected from suppliers."""
    preparing: Decimal | None = None
    """On preparation slips."""
    in_control: Decimal | None = None
    """Received, awaiting control."""


class StockLevels(Record, kw_only=True, frozen=True):
    """Stock of one item (its key is the item's). An item that never moved has no depot row: that is zero where
    the ERP says so (Sage), and the connector then writes the zero."""

    product: str
    depots: list[DepotStock]
