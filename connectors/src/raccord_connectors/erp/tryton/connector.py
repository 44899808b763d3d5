"""The connector: which streams Tryton has, and the four verbs."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import ClassVar

import httpx

from raccord_connectors.contract import (
    EVERYTHING,
    Can,
    Change,
    ConnectorSpec,
    Discovery,
    Outcome,
    Page,
    Selection,
    Side,
    StreamSpec,
)
from raccord_connectors.erp.tryton import (
    categories,
    checking,
    discovery,
    documents,
    invoices,
    parties,
    prices,
    products,
    stock,
)
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.checking import refusal_as_config
from raccord_connectors.erp.tryton.client import Client
from raccord_connectors.erp.tryton.customer_drafts import CustomerDrafts
from raccord_connectors.erp.tryton.drafts import KINDS as DRAFT_KINDS
from raccord_connectors.erp.tryton.drafts import Drafts
from raccord_connectors.erp.tryton.payment_entries import KINDS as PAYMENT_KINDS
from raccord_connectors.erp.tryton.payment_entries import PaymentEntries
from raccord_connectors.erp.tryton.payments import PAGE as PAYMENTS_PAGE
from raccord_connectors.erp.tryton.payments import Payments
from raccord_connectors.erp.tryton.reading import PAGE, Source, read
from raccord_connectors.erp.tryton.settings import TrytonSettings

READABLE = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})
PAYMENT_FIELDS = (
    "document", "kind", "amount", "currency", "method", "title", "dated", "transaction", "credit", "taxes",
)  # fmt: skip
"""The wizard *Pay* knows no other journal than its method's, no day of the bank, and no fee."""
SOURCES: dict[str, Callable[[Client, TrytonSettings], Source]] = {
    "categories": categories.source,
    "products": products.source,
    "prices": prices.source,
    "stock": stock.source,
    "customers": parties.source,
    "documents": documents.source,
    "invoices": invoices.source,
}


class Tryton:
    """One user's view of one database. Reading and writing may alternate; all of it in one session."""

    spec: ClassVar[ConnectorSpec] = ConnectorSpec(
        name="tryton",
        title="Tryton",
        side=Side.ERP,
        settings=TrytonSettings,
        streams=(
            *(StreamSpec(name, READABLE, page_size=PAGE) for name in SOURCES),
            StreamSpec("customer_drafts", frozenset({Can.CREATE, Can.UPDATE})),
            StreamSpec("drafts", frozenset({Can.CREATE}), after=("customer_drafts",), kinds=DRAFT_KINDS),
            StreamSpec(
                "payments",
                frozenset({Can.READ, Can.READ_SOME, Can.CREATE}),
                page_size=PAYMENTS_PAGE,
                after=("drafts",),
                fields=PAYMENT_FIELDS,
                kinds=PAYMENT_KINDS,
            ),
        ),
        verified_against=("Tryton 8.2 on SQLite (real)",),
    )

    def __init__(
        self,
        settings: TrytonSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._client = Client(settings, transport=transport, sleep=sleep)
        self._writers: dict[str, CustomerDrafts | Drafts | PaymentEntries] = {}

    def check(self) -> None:
        try:
            checking.check(self._client, self._settings)
        except Refused as refused:
            raise refusal_as_config(refused) from refused

    def discover(self) -> Discovery:
        try:
            return discovery.discover(self._client, self._settings)
        except Refused as refused:
            raise refusal_as_config(refused) from refused

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        try:
            if stream == "payments":
                yield from Payments(self._client).pages(wanted.keys)
                return
            source = SOURCES[stream](self._client, self._settings)
            overlap = timedelta(seconds=self._settings.overlap_seconds)
            yield from read(self._client, source, wanted, overlap)
        except Refused as refused:
            raise refusal_as_config(refused) from refused

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        writer = self._writer(stream)
        for change in changes:
            yield writer.write(change)

    def _writer(self, stream: str) -> CustomerDrafts | Drafts | PaymentEntries:
        """Kept from one order to the next: it remembers Tryton's small tables for a minute."""
        if stream not in self._writers:
            match stream:
                case "customer_drafts":
                    self._writers[stream] = CustomerDrafts(self._client, self._settings)
                case "drafts":
                    self._writers[stream] = Drafts(self._client, self._settings)
                case "payments":
                    self._writers[stream] = PaymentEntries(self._client, self._settings)
                case _:
                    raise KeyError(f"the stream {stream!r} of Tryton is not written")
        return self._writers[stream]

    @property
    def requests(self) -> int:
        """Sent so far: budgets are counted with it."""
        return self._client.requests

    def close(self) -> None:
        self._client.close()
