"""What the checks look at, and what they may know beside it. Everything here is data that was read before."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from raccord.core import customer_match, order_entry
from raccord.core.channel import ChannelSettings
from raccord.core.matching import Code, Match
from raccord.core.projection import Projected
from raccord_connectors.canonical import Category, Customer, Listing, Order, PriceSet, Product, StockLevels
from raccord_connectors.contract import Discovery, Message, Problem


class World(Struct, frozen=True, kw_only=True):
    """The channel as it shall be, and what both sides said of themselves."""

    settings: ChannelSettings
    erp: Discovery
    shop: Discovery
    erp_connector: str
    shop_connector: str
    categories: Mapping[str, Category] = {}
    """Of the ERP, by key."""
    pictures_are_read: bool = False
    """Somebody looked for the files of the ERP's pictures: those without a digest are not there."""


class Systems(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Both sides, and the lines to them."""

    shop_problem: Problem | None = None
    shop_findings: tuple[Message, ...] = ()
    erp_problem: Problem | None = None
    erp_findings: tuple[Message, ...] = ()
    agent: Literal["answers", "silent", "none"] = "answers"
    clock_gap: float | None = None
    """Seconds that the agent's machine is ahead of us."""
    unread: tuple[str, ...] = ()
    """Streams of the ERP that were never read to their end."""
    webhooks: Literal["possible", "no_address", "unknown_to_shop"] = "possible"


class CategoryTree(Struct, frozen=True):
    categories: Mapping[str, Category]


class Article(Struct, frozen=True, kw_only=True):
    """An article that this channel sells."""

    product: Product
    prices: Mapping[str, PriceSet]
    """Of its items."""
    stock: Mapping[str, StockLevels]
    projected: Projected
    known_parts: frozenset[str] = frozenset()
    """Of the components of a kit, those that the ERP has."""


class HeldRecord(Struct, frozen=True):
    """A record that its connector could not express."""

    side: Literal["erp", "shop"]
    stream: str
    key: str
    problem: Problem


class Shown(Struct, frozen=True):
    """A code as it was typed, beside the form in which it is compared."""

    code: Code
    sku: str
    ean: str = ""
    title: str = ""


class Codes(Struct, frozen=True):
    """All references and bar codes of one side."""

    side: Literal["erp", "shop"]
    codes: list[Shown]


class Meeting(Struct, frozen=True):
    """What the matching of both sides gave."""

    matches: list[Match]
    only_erp: list[Shown]
    """One for each article that the shop does not have."""
    only_shop: list[Shown]
    """One for each listing that is no article of the ERP."""
    unsold: list[Shown] = []
    """One for each listing whose article the channel does not sell."""


class SharedIdentity(Struct, frozen=True):
    """Customers of the ERP that an order could not tell apart."""

    by: Literal["email", "siret", "vat_number"]
    value: str
    customers: list[Customer]


class ShopListing(Struct, frozen=True):
    listing: Listing


class Sale(Struct, frozen=True, kw_only=True):
    """One order of the shop, entered on paper."""

    order: Order
    items: Mapping[str, str]
    """The shop's item → the ERP's, of those that are known."""
    totals: Problem | None
    customer: customer_match.Match
    entry: order_entry.Entry
