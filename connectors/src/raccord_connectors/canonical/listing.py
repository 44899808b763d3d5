"""What a shop shows of a product: the projection of a channel. `UNSET` means the shop owns that field."""

from datetime import date
from decimal import Decimal

from msgspec import UNSET, Struct, UnsetType

from raccord_connectors.canonical.record import Record, Scalar


class OfferPrice(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The price in the form that this shop wants (its own tax mode and currency)."""

    amount: Decimal
    tax_included: bool
    currency: str
    before: Decimal | None = None
    """Crossed-out price."""
    starts: date | None = None
    ends: date | None = None


class Tier(Struct, frozen=True):
    """A quantity or customer-group price, for shops that have them."""

    amount: Decimal
    minimum: Decimal = Decimal(1)
    group: str | None = None


class Picture(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A picture to show. `digest` identifies its content; `url` is where the shop may fetch it; `remote` the shop's own key of
    it, where an earlier change brought it into the shop: then it is used, and not fetched again."""

    digest: str
    url: str = ""
    alt: str = ""
    position: int = 0
    remote: str = ""


class Offer(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One thing to buy: the listing itself (no options) or one of its variants. `key` is the ERP's item key."""

    key: str
    sku: str
    options: dict[str, str] = {}
    """Axis title → value."""
    active: bool = True
    price: OfferPrice | UnsetType | None = UNSET
    """None: no price is known, and the listing must not be sold."""
    tiers: list[Tier] | UnsetType = UNSET
    ean: str | UnsetType | None = UNSET
    mpn: str | UnsetType | None = UNSET
    weight_g: Decimal | UnsetType | None = UNSET
    dimensions_mm: tuple[Decimal, Decimal, Decimal] | UnsetType | None = UNSET
    """Length, width, height in millimetres."""
    pictures: list[Picture] | UnsetType = UNSET
    custom: dict[str, Scalar] = {}


class Listing(Record, kw_only=True, frozen=True):
    """A product in a shop. `key` is the ERP's product key."""

    published: bool
    """False withdraws it from sale; it is not deleted."""
    name: str
    offers: list[Offer]
    axes: list[str] = []
    """Axis titles, in display order; empty for a simple product."""
    description: str | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    seo_title: str | UnsetType = UNSET
    seo_description: str | UnsetType = UNSET
    names: dict[str, str] | UnsetType = UNSET
    descriptions: dict[str, str] | UnsetType = UNSET
    categories: list[list[str]] | UnsetType = UNSET
    """Paths of titles from the root: [["Maison", "Cuisine"]]. The connector creates what is missing."""
    brand: str | UnsetType | None = UNSET
    features: dict[str, list[str]] | UnsetType = UNSET
    """Characteristics for facets: title → values."""
    tags: list[str] | UnsetType = UNSET
    tax_class: str | UnsetType = UNSET
    """The shop's own key of the tax class."""
    tax_rate: Decimal | UnsetType = UNSET
    pictures: list[Picture] | UnsetType = UNSET
    track_stock: bool = True
    related: list[str] | UnsetType = UNSET
    """The shop's keys of related listings."""
    custom: dict[str, Scalar] = {}


class Availability(Record, kw_only=True, frozen=True):
    """Sellable quantity of one item. `key` is the ERP's item key. Sent in the urgent lane."""

    quantity: Decimal
    product: str
    """The ERP's product key, to find the parent where the shop needs it."""
    backorders: bool = False
