"""What a merchant chose for one channel: the plain first settings, from which the default mapping is made."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct


class ChannelSettings(Struct, kw_only=True, frozen=True, omit_defaults=True):
    depots: list[str] = []
    """Depots whose stock is sold; empty means all."""
    stock_nature: Literal["real", "available", "forward", "prudent"] = "prudent"
    """real = there; available = real − preparing − in control; forward = real + ordered − reserved − preparing;
    prudent = real − reserved − preparing − in control."""
    safety_margin: Decimal = Decimal(0)
    """Base units kept back from the shop."""
    price_category: str | None = None
    """The ERP's price category for the shop's ordinary price; None takes the base price."""
    shop_prices_include_tax: bool | None = None
    """None: as the shop says in its discovery."""
    currency: str = "EUR"
    include_eco_contribution: bool = True
    tax_classes: dict[str, str] = {}
    """VAT rate in percent, as text ("20", "5.5") → the shop's tax class; missing ones are found in its discovery."""
    publish_unflagged: bool = False
    """Also articles that the ERP does not flag for the web."""
    import_stages: tuple[str, ...] = ("open",)
    """Stages of shop orders that become ERP documents."""
    document_kind: Literal["quotation", "order"] = "order"
    depot_for_orders: str | None = None
    shipping_item: str | None = None
    """The ERP's article for shipping fees."""
    fee_item: str | None = None
    """The ERP's article for other charges; None uses `shipping_item`."""
    discount_item: str | None = None
    new_customer_price_category: str | None = None
    brake_share: Decimal = Decimal("0.02")
    brake_count: int = 50
    """A pass that would withdraw more than the smaller of the two (but never fewer than 5) waits for a person."""
