"""The Acme shop: products without variants, quantities, orders and their follow-up. Limits in README.md."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import httpx

from raccord_connectors.canonical import Availability, Listing, OrderUpdate
from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    Choice,
    ConnectorSpec,
    Discovery,
    Limits,
    Outcome,
    Page,
    RecordRejected,
    Selection,
    Side,
    StreamSpec,
)

from . import streams
from .client import AcmeClient
from .settings import AcmeSettings

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME})
FIELDS = ("published", "name", "description", "offer.sku", "offer.price")
"""What this shop takes of a listing. The mapping editor offers nothing else."""
KINDS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "listings": ("products", streams.listing),
    "orders": ("orders", streams.order),
}
"""Stream → what the shop calls it, and how one of its rows becomes a record."""


class Acme:
    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="acme",
        title="Acme",
        side=Side.SHOP,
        settings=AcmeSettings,
        streams=(
            StreamSpec("listings", READS | {Can.CREATE, Can.UPDATE, Can.DELETE}, fields=FIELDS),
            StreamSpec("availability", frozenset({Can.UPDATE}), after=("listings",)),
            StreamSpec("orders", READS),
            StreamSpec("order_updates", frozenset({Can.UPDATE})),
        ),
        limits=Limits(concurrency=2, requests_per_second=5),
        verified_against=("the simulator of its own test",),
    )

    def __init__(
        self,
        settings: AcmeSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = AcmeClient(settings, transport=transport, sleep=sleep)

    def check(self) -> None:
        self._client.status()

    def discover(self) -> Discovery:
        status = self._client.status()
        return Discovery(
            company=status["name"],
            version=status["version"],
            currency=status["currency"],
            prices_include_tax=True,
            order_statuses=tuple(Choice(key, title) for key, title in status["statuses"].items()),
        )

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        kind, record = KINDS[stream]
        if wanted.keys is not None:
            found = [row for key in wanted.keys if (row := self._client.row(kind, key)) is not None]
            yield Page(records=[record(row) for row in found])
            return
        watermark: int = self._client.status()[
            "revision"
        ]  # taken before the rows: what changes later comes again
        since = int(wanted.since or 0)
        for rows in self._client.changed(kind, since, self.spec.stream(stream).page_size):
            since = min(watermark, max([since, *(row["revision"] for row in rows)]))
            yield Page(records=[record(row) for row in rows], cursor=str(since))

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            try:
                yield self._write(change)
            except RecordRejected as error:
                yield Outcome(change.key, target=change.target, problem=error.problem())

    def close(self) -> None:
        self._client.close()

    def _write(self, change: Change) -> Outcome:
        client, key, target = self._client, change.key, change.target or ""
        match change.op, change.record:
            case "delete", _:
                client.delete("products", target)
                return Outcome(key, target=target)
            case "create", Listing() as record:
                made, existed = client.create("products", key, streams.listing_body(record, None))
                return Outcome(key, target=made, targets={record.offers[0].key: made}, existed=existed)
            case "update", Listing() as record:
                previous = change.previous if isinstance(change.previous, Listing) else None
                client.change("products", key, target, streams.listing_body(record, previous))
                return Outcome(key, target=target, targets={record.offers[0].key: target})
            case "update", Availability() as record:
                client.change("products", key, target, streams.availability_body(record))
            case "update", OrderUpdate() as record:
                client.change("orders", key, target, streams.order_update_body(record))
            case _:
                raise AssertionError(
                    f"{self.spec.name} declares no such writing: {change.op} {type(change.record)}"
                )
        return Outcome(key, target=target)
