"""WooCommerce: a shop of WordPress, through its REST API v3."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import httpx

from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConnectorSpec,
    Discovery,
    Limits,
    Outcome,
    Page,
    PictureNeeds,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.shop.woocommerce import checks, discovery
from raccord_connectors.shop.woocommerce.availability import AvailabilityStream
from raccord_connectors.shop.woocommerce.client import BATCH, ShopClient
from raccord_connectors.shop.woocommerce.customers import FIELDS as CUSTOMER_FIELDS
from raccord_connectors.shop.woocommerce.customers import CustomerReader, CustomerWriter
from raccord_connectors.shop.woocommerce.facts import Facts
from raccord_connectors.shop.woocommerce.listing_writer import ListingWriter
from raccord_connectors.shop.woocommerce.listings import ListingReader
from raccord_connectors.shop.woocommerce.order_updates import OrderUpdateWriter
from raccord_connectors.shop.woocommerce.orders import OrderReader
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings
from raccord_connectors.shop.woocommerce.terms import Terms

READING = frozenset((Can.READ, Can.READ_SOME))
FIELDS = (
    "published", "name", "axes", "description", "summary", "slug", "seo_title", "seo_description", "categories", "brand",
    "features", "tags", "tax_class", "tax_rate", "pictures", "track_stock", "related", "custom", "offer.sku",
    "offer.options", "offer.active", "offer.price", "offer.price.before", "offer.price.starts", "offer.price.ends",
    "offer.ean", "offer.mpn", "offer.weight_g", "offer.dimensions_mm", "offer.pictures", "offer.custom",
)  # fmt: skip
"""Not in WooCommerce itself: texts by language, and prices by quantity or group of customers."""


class WooCommerce:
    """What is known of the shop (tax mode, categories…) is kept for the life of one instance: use one for many
    changes, and a new one after a while."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="woocommerce",
        title="WooCommerce",
        side=Side.SHOP,
        settings=WooCommerceSettings,
        streams=(
            StreamSpec(
                "listings",
                READING | {Can.READ_SINCE, Can.CREATE, Can.UPDATE, Can.DELETE},
                page_size=BATCH,
                batch_size=BATCH,
                fields=FIELDS,
            ),
            StreamSpec(
                "availability", READING | {Can.UPDATE}, page_size=BATCH, batch_size=BATCH, after=("listings",)
            ),
            StreamSpec("orders", READING | {Can.READ_SINCE, Can.READ_LATEST}, page_size=50),
            StreamSpec("order_updates", frozenset((Can.CREATE, Can.UPDATE)), batch_size=BATCH),
            StreamSpec(
                "customers", READING | {Can.UPDATE}, page_size=BATCH, batch_size=BATCH, fields=CUSTOMER_FIELDS
            ),
        ),
        # WooCommerce itself sets no limit; cheap hosting does, and two writers at once have made duplicates.
        limits=Limits(concurrency=1),
        pictures=PictureNeeds(formats=("jpeg", "png", "webp", "gif"), largest_bytes=4_000_000),
        verified_against=("WooCommerce REST v3 (simulator)",),
    )

    def __init__(
        self,
        settings: WooCommerceSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.client = ShopClient(settings, transport=transport, sleep=sleep, now=now)
        self._facts = Facts(self.client)
        self._terms = Terms(self.client)

    def check(self) -> None:
        checks.check(self.client, Facts(self.client))

    def discover(self) -> Discovery:
        return discovery.discover(self.client, Facts(self.client), Terms(self.client), self.settings)

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        size = self.spec.stream(stream).page_size
        match stream:
            case "listings":
                yield from ListingReader(self.client, self._facts, self._terms, self.settings).read(
                    wanted, size
                )
            case "availability":
                yield from AvailabilityStream(self.client).read(wanted, size)
            case "orders":
                yield from OrderReader(self.client, self._facts).read(wanted, size)
            case "customers":
                yield from CustomerReader(self.client, self.settings).read(wanted, size)
            case _:
                raise KeyError(f"{stream} cannot be read")

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        match stream:
            case "listings":
                yield from ListingWriter(self.client, self._facts, self._terms, self.settings).write(changes)
            case "availability":
                yield from AvailabilityStream(self.client).write(changes)
            case "order_updates":
                yield from OrderUpdateWriter(self.client, self._facts, self.settings).write(changes)
            case "customers":
                yield from CustomerWriter(self.client, self.settings).write(changes)
            case _:
                raise KeyError(f"{stream} cannot be written")

    def close(self) -> None:
        self.client.close()
