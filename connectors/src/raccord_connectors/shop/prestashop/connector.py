"""PrestaShop 1.7, 8 and 9, through its webservice."""

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
from raccord_connectors.kit.http import HttpClient
from raccord_connectors.shop.prestashop import availability, customers, discovery, listing_writer, rights
from raccord_connectors.shop.prestashop.availability import AvailabilityStream
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.customers import CustomerStream
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.listing_writer import ListingWriter
from raccord_connectors.shop.prestashop.listings import ListingReader
from raccord_connectors.shop.prestashop.order_updates import OrderUpdateWriter
from raccord_connectors.shop.prestashop.orders import OrderReader
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings
from raccord_connectors.shop.prestashop.terms import Terms

READING = frozenset((Can.READ, Can.READ_SOME))
FIELDS = (
    "published", "name", "names", "axes", "description", "descriptions", "summary", "slug", "seo_title", "seo_description",
    "categories", "brand", "features", "tags", "tax_class", "tax_rate", "pictures", "track_stock", "related", "custom",
    "offer.sku", "offer.options", "offer.active", "offer.price", "offer.price.before", "offer.price.starts",
    "offer.price.ends", "offer.tiers", "offer.ean", "offer.mpn", "offer.weight_g", "offer.dimensions_mm", "offer.pictures",
    "offer.custom",
)  # fmt: skip


class PrestaShop:
    """What is known of the shop (languages, taxes, categories…) is kept for the life of one instance: use one for many changes,
    and a new one after a while."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="prestashop",
        title="PrestaShop",
        side=Side.SHOP,
        settings=PrestaShopSettings,
        streams=(
            StreamSpec(
                "listings",
                READING | {Can.READ_SINCE, Can.CREATE, Can.UPDATE, Can.DELETE},
                page_size=50,
                batch_size=listing_writer.BATCH,
                fields=FIELDS,
            ),
            StreamSpec(
                "availability",
                READING | {Can.UPDATE},
                page_size=100,
                batch_size=availability.BATCH,
                after=("listings",),
            ),
            StreamSpec("orders", READING | {Can.READ_SINCE, Can.READ_LATEST}, page_size=50),
            StreamSpec("order_updates", frozenset((Can.UPDATE,)), batch_size=20),
            StreamSpec(
                "customers",
                READING | {Can.READ_SINCE, Can.UPDATE},
                page_size=100,
                batch_size=customers.BATCH,
                fields=customers.WRITTEN,
            ),
        ),
        # PrestaShop itself sets no limit; shared hosting does, silently.
        limits=Limits(concurrency=1, requests_per_second=5),
        pictures=PictureNeeds(formats=("jpeg", "png", "gif"), largest_bytes=3_000_000, most_of_offer=20),
        verified_against=("PrestaShop webservice 8.1 and 1.7.8 (simulator)",),
    )

    def __init__(
        self,
        settings: PrestaShopSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.client = Webservice(settings, transport=transport, sleep=sleep, now=now)
        self._transport = transport
        self._facts = Facts(self.client)
        self._terms = Terms(self.client, self._facts)

    def check(self) -> None:
        rights.check(self.client, Facts(self.client), self.settings)

    def discover(self) -> Discovery:
        facts = Facts(self.client)
        return discovery.discover(self.client, facts, Terms(self.client, facts))

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        size = self.spec.stream(stream).page_size
        match stream:
            case "listings":
                yield from ListingReader(self.client, self._facts, self._terms).read(wanted, size)
            case "availability":
                yield from AvailabilityStream(self.client, self._facts).read(wanted, size)
            case "orders":
                yield from OrderReader(self.client, self._facts).read(wanted, size)
            case "customers":
                yield from CustomerStream(self.client, self._facts).read(wanted, size)
            case _:
                raise KeyError(f"{stream} cannot be read")

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        match stream:
            case "listings":
                writer = ListingWriter(self.client, self._facts, self._terms, self.settings, self._download)
                yield from writer.write(changes)
            case "availability":
                yield from AvailabilityStream(self.client, self._facts).write(changes)
            case "order_updates":
                yield from OrderUpdateWriter(self.client, self._facts, self.settings).write(changes)
            case "customers":
                yield from CustomerStream(self.client, self._facts).write(changes)
            case _:
                raise KeyError(f"{stream} cannot be written")

    def close(self) -> None:
        self.client.close()

    def _download(self, origin: str) -> HttpClient:
        """From where pictures are fetched: PrestaShop does not fetch them itself."""
        return HttpClient(
            origin, transport=self._transport, allow_private=self.settings.allow_private_address
        )
