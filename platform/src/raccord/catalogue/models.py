"""What the catalogue's pages show."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from raccord.core.channel import Leaving
from raccord_connectors.canonical import Listing, OfferPrice, PriceSet, Product, StockLevels
from raccord_connectors.contract import Message, Problem


class State(StrEnum):
    """What can be said of an article in a channel; more than one may hold at once."""

    ON_SALE = "on_sale"
    WITHDRAWN = "withdrawn"
    UNPUBLISHED = "unpublished"
    """Never sent, or not to be sent."""
    HELD = "held"
    """Waits for a person: its article, its record in the ERP, or a doubtful match."""
    BRAKED = "braked"
    ON_ITS_WAY = "on_its_way"
    """What it should be differs from what the shop has, and nothing holds it."""
    GONE = "gone"
    """No longer in the ERP."""


class ChannelChoice(Struct, frozen=True):
    """One channel of the list's first filter."""

    id: UUID
    name: str
    erp: UUID
    shop: UUID
    erp_name: str
    shop_name: str
    state: str
    currency: str


class Filter(Struct, frozen=True):
    text: str = ""
    state: State | None = None


class ArticleRow(Struct, frozen=True, kw_only=True):
    """One article of the list."""

    key: str
    product: Product | None
    """None when its record could never be read."""
    states: list[State]
    problem: Problem | None
    listing: Listing | None
    """As last sent."""
    stock: Decimal | None = None
    """Shown by the shop, all items together; None when nothing was sent."""

    @property
    def prices(self) -> list[tuple[Decimal, str]]:
        """The lowest and the highest price shown, with the currency."""
        if self.listing is None:
            return []
        found = sorted(
            (offer.price.amount, offer.price.currency)
            for offer in self.listing.offers
            if isinstance(offer.price, OfferPrice)
        )
        return [found[0], found[-1]] if found else []


class Bound(Struct, frozen=True, kw_only=True):
    """A binding, decoded."""

    stream: str
    key: str
    target: str | None
    targets: dict[str, str]
    desired: str | None
    desired_at: datetime | None
    pushed: str | None
    pushed_at: datetime | None
    due: bool
    """Desired and pushed differ."""
    held: bool
    braked: bool
    problem: Problem | None
    attempts: int
    retry_at: datetime
    leaving: Leaving | None = None
    off_sale: bool = False
    """The shop has it unpublished, or shows it with nothing to sell."""


class Reserved(NamedTuple):
    """Sold in a shop and not yet in the ERP's stock."""

    item: str
    quantity: Decimal
    order: UUID
    number: str
    since: datetime


class SourceHold(NamedTuple):
    """A record of the ERP that could not be used."""

    stream: str
    key: str
    problem: Problem
    since: datetime


class StockLine(Struct, frozen=True):
    """One item's stock: what the ERP says, the sum, what the shop shows."""

    item: str
    title: str
    why: Message
    quantity: Decimal | None
    levels: StockLevels | None
    shown: Decimal | None
    bound: Bound | None


class Article(Struct, frozen=True, kw_only=True):
    """All that is known of one article in one channel."""

    key: str
    product: Product | None
    changed_at: datetime | None
    deleted_at: datetime | None
    prices: dict[str, PriceSet]
    levels: dict[str, StockLevels]
    listing: Bound | None
    availability: dict[str, Bound]
    holds: list[SourceHold]
    reserved: list[Reserved]
    mapping: str | None
    """Rules as JSON; None: the default ones."""
    mapping_version: int | None
    mapping_at: datetime | None

    @property
    def items(self) -> list[str]:
        return self.product.items() if self.product else [self.key]
