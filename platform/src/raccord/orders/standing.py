"""Where an order's document stands in the ERP, and what the ERP's connector honours: what its money depends on."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.payment_plan import DocumentState
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Document, PaymentEntry, decode
from raccord_connectors.contract import FIRST_KINDS, Can, ConnectorSpec
from raccord_connectors.registry import CONNECTORS, connector_class

OPTIONAL = ("journal", "due", "fee", "fee_item")
"""Fields of a payment that not every ERP has."""


class Standing(Struct, frozen=True, kw_only=True):
    document: Document | None
    """As the ERP last told it; None while its delta is on the way."""
    state: DocumentState
    """One that was deleted takes no money any more."""
    spec: ConnectorSpec | None

    @property
    def payments(self) -> tuple[str, ...]:
        return honours(self.spec)

    def taken(self, entry: PaymentEntry) -> PaymentEntry:
        """Without what the ERP does not keep of a payment."""
        stream = self.spec.stream("payments") if self.spec is not None else None
        left = {name: None for name in OPTIONAL if stream is not None and not stream.takes(name)}
        return replace(entry, **left) if left else entry

    @property
    def credits(self) -> bool:
        return self.spec is not None and self.spec.makes("drafts", "credit")


def honours(spec: ConnectorSpec | None) -> tuple[str, ...]:
    """The kinds of entries that can be asked for; empty where the connector enters no payments."""
    if spec is None or not spec.can("payments", Can.CREATE):
        return ()
    kinds = spec.stream("payments").kinds
    return FIRST_KINDS["payments"] if kinds is None else kinds


def spec_of(connector: str) -> ConnectorSpec | None:
    return connector_class(connector).spec if connector in CONNECTORS else None


async def of(found: StoredOrder) -> Standing:
    row = await current_connection().fetchrow(
        "SELECT e.connector, s.data, s.deleted_at IS NOT NULL AS gone FROM connection e LEFT JOIN snapshot s "
        "ON s.connection = e.id AND s.stream = 'documents' AND s.key = $2 WHERE e.id = $1",
        found.route.erp,
        found.document,
    )
    document = decode(row["data"], Document) if row["data"] else None
    gone = row["gone"] if document else found.gone
    state: DocumentState = "cancelled" if gone else document.state if document else "confirmed"
    return Standing(document=document, state=state, spec=spec_of(row["connector"]))


async def as_told(erp: UUID, document: str) -> Document | None:
    """A document as the ERP's changes last brought it."""
    data = await current_connection().fetchval(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'documents' AND key = $2 AND deleted_at IS NULL",
        erp,
        document,
    )
    return decode(data, Document) if data else None
