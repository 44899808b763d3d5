"""What the ERP does with an order moves it on in the shop: the desired state of the `order_updates` bindings."""

from collections.abc import Sequence
from uuid import UUID

from raccord.core.follow_up import update_of
from raccord.orders import repository, reservations
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Document, OrderUpdate, decode, encode, fingerprint


class FollowUp:
    """`sync.ports.Orders`: the orders feature, as projecting needs it."""

    def __init__(self, asked: Commands) -> None:
        self._asked = asked

    async def project_updates(self, references: Sequence[str]) -> int:
        """Inside the caller's transaction; returns how many desired states changed. References of documents that no order
        of ours has (typed in the ERP by hand) are passed over."""
        changed = 0
        for found in await repository.by_reference(references):
            if found.state == "integrated" and found.document is not None:
                document = await _document(found)
                changed += await _desire(found, await _update(found, document))
                if document is not None:
                    await reservations.after_change(found, document, self._asked)
        return changed

    async def end_reflected(self, tenant: UUID, erp: UUID, items: Sequence[str]) -> Sequence[str]:
        return await reservations.end_reflected(tenant, erp, items)


async def _update(found: StoredOrder, document: Document | None) -> OrderUpdate:
    if document is None:  # read back by command, but its delta is still on the way
        return OrderUpdate(
            key=found.order.key, state="accepted", erp_document=await repository.document_number(found.id)
        )
    items = await repository.items_of(found.route.channel, (line.item for line in found.order.lines))
    return update_of(found.order, document, items)


async def _document(found: StoredOrder) -> Document | None:
    data = await current_connection().fetchval(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'documents' AND key = $2 AND deleted_at IS NULL",
        found.route.erp,
        found.document,
    )
    return decode(data, Document) if data else None


async def _desire(found: StoredOrder, update: OrderUpdate) -> int:
    data = encode(update)
    status = await current_connection().execute(
        """
        INSERT INTO binding (tenant, channel, stream, key, target, desired, desired_print, desired_at)
        VALUES ($1, $2, 'order_updates', $3, $3, $4, $5, now())
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE
           SET desired = excluded.desired, desired_print = excluded.desired_print, desired_at = now(),
               attempts = 0, retry_at = now(), held = false, problem = NULL
         WHERE binding.desired_print IS DISTINCT FROM excluded.desired_print
        """,
        found.route.tenant, found.route.channel, found.order.key, data.decode(), UUID(bytes=fingerprint(data)),
    )  # fmt: skip
    return int(status.rpartition(" ")[2])
