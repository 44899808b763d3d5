"""Oxatis: a hosted French shop, through its web services. Calls are few: a quota by day is shared by all of them."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import httpx

from raccord_connectors.contract import (
    EVERYTHING,
    Allowance,
    Can,
    Change,
    ConnectorSpec,
    Discovery,
    Limits,
    Outcome,
    Page,
    PaperNeeds,
    PictureNeeds,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.shop.oxatis import checks, customers
from raccord_connectors.shop.oxatis.availability import BATCH, AvailabilityStream
from raccord_connectors.shop.oxatis.client import OxatisClient
from raccord_connectors.shop.oxatis.customers import CustomerStream
from raccord_connectors.shop.oxatis.listing_writer import ListingWriter
from raccord_connectors.shop.oxatis.listings import ListingReader
from raccord_connectors.shop.oxatis.order_updates import OrderUpdateWriter
from raccord_connectors.shop.oxatis.orders import OrderReader
from raccord_connectors.shop.oxatis.settings import OxatisSettings
from raccord_connectors.shop.oxatis.states import States

READING = frozenset((Can.READ, Can.READ_SOME))
WRITING = frozenset((Can.CREATE, Can.UPDATE))
FIELDS = (
    "published", "name", "axes", "description", "summary", "slug", "seo_title", "seo_description", "categories", "brand",
    "features", "tax_rate", "pictures", "custom", "offer.sku", "offer.options", "offer.active", "offer.price",
    "offer.price.before", "offer.tiers", "offer.ean", "offer.mpn", "offer.weight_g",
)  # fmt: skip
"""Not in Oxatis: several languages in one article, tags, dated prices, alternative texts, a product without a stock. Its names of
dimensions and of related articles are in no document we have."""


class Oxatis:
    """What is known of the shop is kept for the life of one instance: use one for many changes, and a new one after a while."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="oxatis",
        title="Oxatis",
        side=Side.SHOP,
        settings=OxatisSettings,
        streams=(
            StreamSpec(
                "listings", READING | WRITING | {Can.READ_SINCE, Can.DELETE}, page_size=50, fields=FIELDS
            ),
            StreamSpec(
                "availability", READING | {Can.UPDATE}, page_size=50, batch_size=BATCH, after=("listings",)
            ),
            StreamSpec("orders", READING | {Can.READ_SINCE, Can.READ_LATEST}, page_size=20),
            StreamSpec("order_updates", WRITING),
            StreamSpec(
                "customers", READING | WRITING | {Can.READ_SINCE}, page_size=50, fields=customers.FIELDS
            ),
        ),
        # One call at a time; the figure of a day is granted to each account, and Oxatis publishes none.
        limits=Limits(
            concurrency=1,
            day_setting="daily_calls",
            requests_per_day=5_000,
            day_zone="Europe/Paris",
            requests_for_orders=3,
        ),
        pictures=PictureNeeds(
            formats=("jpeg", "png", "gif"), largest_bytes=950_000, longest_side=2_000, most=10
        ),
        papers=PaperNeeds(kinds=("invoice",), largest_bytes=1_000_000),
        verified_against=("Oxatis OWS 11.30 (documentation, simulator)",),
    )

    def __init__(
        self,
        settings: OxatisSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.client = OxatisClient(settings, transport=transport, sleep=sleep, now=now)
        self._states = States(self.client, settings)

    @property
    def allowance(self) -> Allowance | None:
        return self.client.allowance

    @allowance.setter
    def allowance(self, allowance: Allowance | None) -> None:
        self.client.allowance = allowance

    def check(self) -> None:
        checks.check(self.client, self.settings, States(self.client, self.settings))

    def discover(self) -> Discovery:
        return checks.discover(self.settings)

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        size = self.spec.stream(stream).page_size
        match stream:
            case "listings":
                yield from ListingReader(self.client, self.settings).read(wanted, size)
            case "availability":
                yield from AvailabilityStream(self.client, self.settings).read(wanted, size)
            case "orders":
                yield from OrderReader(self.client, self.settings, self._states).read(wanted, size)
            case "customers":
                yield from CustomerStream(self.client).read(wanted, size)
            case _:
                raise KeyError(f"{stream} cannot be read")

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        match stream:
            case "listings":
                yield from ListingWriter(self.client, self.settings).write(changes)
            case "availability":
                yield from AvailabilityStream(self.client, self.settings).write(changes)
            case "order_updates":
                yield from OrderUpdateWriter(self.client, self.settings, self._states).write(changes)
            case "customers":
                yield from CustomerStream(self.client).write(changes)
            case _:
                raise KeyError(f"{stream} cannot be written")

    def close(self) -> None:
        self.client.close()
