"""The Acme ERP: articles, prices, stock, customers and documents; writes customers and orders. Limits in README.md."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import httpx

from raccord_connectors.canonical import CustomerDraft, Draft, Record
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
    Rejection,
    Selection,
    Side,
    StreamSpec,
)

from . import streams
from .client import AcmeClient, Row
from .settings import AcmeSettings

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME})
KINDS: dict[str, tuple[str, Callable[[Row], Record]]] = {
    "products": ("articles", streams.product),
    "prices": ("articles", streams.prices),
    "stock": ("articles", streams.stock),
    "customers": ("customers", streams.customer),
    "documents": ("orders", streams.document),
}
"""Stream → what the ERP calls it, and how one of its rows becomes a record."""


class Acme:
    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="acme",
        title="Acme",
        side=Side.ERP,
        settings=AcmeSettings,
        streams=(
            StreamSpec("products", READS),
            StreamSpec("prices", READS),
            StreamSpec("stock", READS),
            StreamSpec("customers", READS),
            StreamSpec("documents", READS),
            StreamSpec("customer_drafts", frozenset({Can.CREATE})),
            StreamSpec("drafts", frozenset({Can.CREATE}), after=("customer_drafts",), kinds=("order",)),
        ),
        limits=Limits(concurrency=1),
        verified_against=("the simulator of its own test",),
    )

    def __init__(
        self,
        settings: AcmeSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._depot = settings.depot
        self._client = AcmeClient(settings, transport=transport, sleep=sleep)

    def check(self) -> None:
        self._client.status()

    def discover(self) -> Discovery:
        status = self._client.status()
        return Discovery(
            company=status["name"],
            version=status["version"],
            currency=status["currency"],
            depots=tuple(Choice(key, title) for key, title in status["depots"].items()),
        )

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        kind, record = KINDS[stream]
        if wanted.keys is not None:
            found = [row for key in wanted.keys if (row := self._client.row(kind, key)) is not None]
            yield _page(found, record, None)
            return
        watermark: int = self._client.status()[
            "revision"
        ]  # taken before the rows: what changes later comes again
        since = int(wanted.since or 0)
        for rows in self._client.changed(kind, since, self.spec.stream(stream).page_size):
            since = min(watermark, max([since, *(row["revision"] for row in rows)]))
            yield _page(rows, record, str(since))

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            try:
                yield self._write(change)
            except RecordRejected as error:
                yield Outcome(change.key, target=change.target, problem=error.problem())

    def close(self) -> None:
        self._client.close()

    def _write(self, change: Change) -> Outcome:
        match change.op, change.record:
            case "create", CustomerDraft() as record:
                made, existed = self._client.create("customers", change.key, streams.customer_body(record))
            case "create", Draft() as record:
                body = streams.document_body(record, self._depot)
                made, existed = self._client.create("orders", change.key, body)
            case _:
                raise AssertionError(
                    f"{self.spec.name} declares no such writing: {change.op} {type(change.record)}"
                )
        return Outcome(change.key, target=made, existed=existed)


def _page(rows: list[Row], record: Callable[[Row], Any], cursor: str | None) -> Page:
    """A row that cannot be expressed is held with its reason; the others go on."""
    records, rejected = [], []
    for row in rows:
        try:
            records.append(record(row))
        except RecordRejected as error:
            rejected.append(Rejection(row["id"], error.problem()))
    return Page(records=records, rejected=rejected, cursor=cursor)
