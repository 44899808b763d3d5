"""The Vendure shop connector: Admin GraphQL API of Vendure 3."""

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
from raccord_connectors.shop.vendure.availability import Stock
from raccord_connectors.shop.vendure.catalogue import Catalogue
from raccord_connectors.shop.vendure.client import Forbidden, Graph
from raccord_connectors.shop.vendure.customers import CUSTOMER_FIELDS, Customers
from raccord_connectors.shop.vendure.discovery import discover
from raccord_connectors.shop.vendure.installation import Installation, Survey
from raccord_connectors.shop.vendure.listings import ListingWriter
from raccord_connectors.shop.vendure.order_updates import OrderUpdates
from raccord_connectors.shop.vendure.orders import Orders
from raccord_connectors.shop.vendure.rights import demand_handler, demand_rights, explain
from raccord_connectors.shop.vendure.settings import VendureSettings

__all__ = ["Vendure", "VendureSettings"]

FIELDS = (
    "published", "name", "names", "axes", "description", "descriptions", "summary", "slug", "seo_title",
    "seo_description", "categories", "brand", "features", "tags", "tax_class", "tax_rate", "pictures", "track_stock",
    "custom", "offer.sku", "offer.options", "offer.active", "offer.price", "offer.ean", "offer.mpn", "offer.weight_g",
    "offer.dimensions_mm", "offer.pictures", "offer.custom",
)  # fmt: skip
"""Not in Vendure itself: crossed-out prices and their periods, tier prices, related products."""


class Vendure:
    """Keys in the shop: products and variants by Vendure's ids; an order's items are variants."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="vendure",
        title="Vendure",
        side=Side.SHOP,
        settings=VendureSettings,
        streams=(
            StreamSpec(
                "listings",
                frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.CREATE, Can.UPDATE, Can.DELETE}),
                page_size=50,
                batch_size=50,
                fields=FIELDS,
            ),
            StreamSpec(
                "availability",
                frozenset({Can.READ, Can.READ_SOME, Can.UPDATE}),
                page_size=200,
                batch_size=100,
                after=("listings",),
            ),
            StreamSpec(
                "orders", frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.READ_LATEST}), page_size=50
            ),
            StreamSpec("order_updates", frozenset({Can.UPDATE})),
            StreamSpec(
                "customers",
                frozenset({Can.READ, Can.READ_SOME, Can.UPDATE}),
                page_size=100,
                fields=CUSTOMER_FIELDS,
            ),
        ),
        # Vendure limits nothing by itself; two requests at a time leave the shop's customers room.
        limits=Limits(concurrency=2),
        pictures=PictureNeeds(
            formats=("jpeg", "png", "webp", "avif"), largest_bytes=16_000_000, most=60, most_of_offer=20
        ),
        verified_against=(
            "Vendure 3.7.3 on PostgreSQL (real)",
            "Vendure 3.5.4 on PostgreSQL (real, the same tests run once by hand)",
        ),
    )

    def __init__(
        self,
        settings: VendureSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._graph = Graph(settings, transport=transport, sleep=sleep)
        self._survey = Survey(self._graph, settings)

    def check(self) -> None:
        try:
            self._installation(anew=True)
        except Forbidden:
            demand_rights(self._graph)  # names all that is missing, not just the first
            raise
        demand_rights(self._graph)
        demand_handler(self._graph, self._settings.fulfillment_handler)

    def discover(self) -> Discovery:
        return discover(self._graph, self._installation(anew=True), self._settings)

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        size = self.spec.stream(stream).page_size
        installation = self._installation()
        match stream:
            case "listings":
                yield from Catalogue(self._graph, installation, self._settings).read(wanted, size)
            case "availability":
                yield from Stock(self._graph, installation).read(wanted, size)
            case "orders":
                yield from Orders(self._graph, installation, self._settings).read(wanted, size)
            case "customers":
                yield from Customers(self._graph, installation, self._settings).read(wanted, size)
            case _:
                raise AssertionError(f"vendure does not read {stream}")

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        if not changes:
            return
        size = self.spec.stream(stream).batch_size
        installation = self._installation()
        for start in range(0, len(changes), size):
            part = changes[start : start + size]
            match stream:
                case "listings":
                    writer = ListingWriter(self._graph, installation, self._settings, self._transport)
                    yield from writer.write(part)
                case "availability":
                    yield from Stock(self._graph, installation).write(part)
                case "order_updates":
                    yield from OrderUpdates(self._graph, installation, self._settings).write(part)
                case "customers":
                    yield from Customers(self._graph, installation, self._settings).write(part)
                case _:
                    raise AssertionError(f"vendure does not write {stream}")

    def close(self) -> None:
        self._graph.close()

    def _installation(self, *, anew: bool = False) -> Installation:
        try:
            return self._survey(anew=anew)
        except Forbidden as error:
            raise explain(self._graph, error) from error
