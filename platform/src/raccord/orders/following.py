"""What the ERP does with an order moves it on in the shop: the desired state of the `order_updates` bindings.

A document that somebody deleted in the ERP before anything of it was delivered or invoiced cancels its order in the shop. That
cannot be taken back there, so when many are deleted at once (an archive, a restored backup) the orders are left as they are,
and a person is told.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from msgspec.structs import replace

from raccord.core.notification_moves import moved
from raccord.core.order_holds import document_deleted
from raccord.notifications.recording import record_events
from raccord.orders import holds, payments, progress, repository, reservations
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection
from raccord.sync.commands import Commands
from raccord_connectors.canonical import Document, OrderUpdate, PaperLink, decode, encode, fingerprint
from raccord_connectors.contract import Problem, Text

PaperLinks = Callable[[UUID, str], Awaitable[list[PaperLink]]]
"""(tenant, reference) → the papers of that order; inside the caller's transaction."""
MOST_DELETED = 10
"""Documents of a channel deleted within an hour that still are somebody's cancellations."""
MANY_DELETED = Text(
    "order.many_deleted",
    "Commande {number} : son document {document} a été supprimé de la gestion en même temps que beaucoup d’autres. La commande "
    "n’a pas été annulée dans la boutique. Si c’était voulu, annulez-la d’ici ; sinon, restaurez le document.",
    "Order {number}: its document {document} was deleted from the ERP together with many others. The order was not cancelled "
    "in the shop. If it was meant, cancel it from here; if not, restore the document.",
)


class FollowUp:
    """`sync.ports.Orders`: the orders feature, as projecting needs it."""

    def __init__(self, asked: Commands, papers: PaperLinks | None = None) -> None:
        """`papers`: what the customer can have of an order; None where nothing is told to shops (previews)."""
        self._asked = asked
        self._papers = papers

    async def project_updates(self, references: Sequence[str]) -> int:
        """Inside the caller's transaction; returns how many desired states changed. References of documents that no order
        of ours has (typed in the ERP by hand) are passed over."""
        changed = 0
        for found in await repository.locked_by_reference(references):
            if found.state == "integrated" and found.document is not None:
                changed += await self._follow(found)
        return changed

    async def _follow(self, found: StoredOrder) -> int:
        document, gone = await _document(found)
        if gone:
            return await _deleted(found, document)
        await payments.settle(found, self._asked)
        update = await _update(found, document)
        if self._papers is not None:
            update = replace(update, papers=await self._papers(found.route.tenant, found.reference))
        changed = await _desire(found, update, document)
        if document is not None:
            await reservations.after_change(found, document, self._asked)
        return changed

    async def end_reflected(self, tenant: UUID, erp: UUID, items: Sequence[str]) -> Sequence[str]:
        return await reservations.end_reflected(tenant, erp, items)


async def _update(found: StoredOrder, document: Document | None) -> OrderUpdate:
    if document is not None:
        return await progress.bring_up(found, document)
    number = await repository.document_number(
        found.id
    )  # read back by command, but its delta is still on the way
    return OrderUpdate(key=found.order.key, state="accepted", erp_document=number)


async def _document(found: StoredOrder) -> tuple[Document | None, bool]:
    """The order's document as the ERP has it, or had it when it was deleted; and whether it is gone. One that no scan ever saw
    is gone when the ERP said so."""
    row = await current_connection().fetchrow(
        "SELECT data, deleted_at IS NOT NULL FROM snapshot WHERE connection = $1 AND stream = 'documents' AND key = $2",
        found.route.erp,
        found.document,
    )
    return (decode(row[0], Document), bool(row[1])) if row else (None, found.gone)


async def _deleted(found: StoredOrder, document: Document | None) -> int:
    """Only what had not left yet: what was delivered or invoiced was archived, not cancelled."""
    if document is not None and (
        document.state not in ("draft", "confirmed", "preparing", "cancelled")
        or document.shipments
        or document.invoices
    ):
        return 0
    number = document.number if document else await repository.document_number(found.id) or ""
    if not await _is_meant(found, number):
        return 0
    await reservations.cancel(found.route.tenant, found.route.erp, found.id)
    refunds = await progress.given_up_whole(found, number)
    return await _desire(
        found,
        OrderUpdate(key=found.order.key, state="cancelled", erp_document=number, refunds=refunds),
        document,
    )


async def _is_meant(found: StoredOrder, number: str) -> bool:
    """Whether the deletion cancels the order in the shop: the rule says so and it was no mass deletion, or a person did."""
    row = (await holds.of(found.id)).get("document_deleted")
    if row is not None and row.state == "decided":
        return row.decision == "cancel"
    if found.order.stage == "cancelled":
        return True
    question = document_deleted(found.order, number)
    if await _deleted_lately(found) > MOST_DELETED:
        message = MANY_DELETED.fill(number=found.order.number, document=number)
        question = replace(question, problem=Problem("rejected", message))
    elif row is None and found.route.settings.orders.after.deleted_document == "cancel":
        return True
    await holds.ask(found, question)
    return False


async def _deleted_lately(found: StoredOrder) -> int:
    """Documents of this channel's orders that the ERP has lost within an hour."""
    count: int = await current_connection().fetchval(
        """
        SELECT count(*) FROM sales_order o
          LEFT JOIN snapshot s ON s.tenant = o.tenant AND s.connection = $1 AND s.stream = 'documents' AND s.key = o.document
         WHERE o.channel = $2 AND o.document IS NOT NULL
           AND coalesce(s.deleted_at, CASE WHEN s.key IS NULL THEN o.document_gone_at END) > now() - interval '1 hour'
        """,
        found.route.erp,
        found.route.channel,
    )
    return count


async def _desire(found: StoredOrder, update: OrderUpdate, document: Document | None) -> int:
    await record_events(found, document, cancelled=update.state == "cancelled")
    wanted = moved(update, found.route.settings.notifications)
    if wanted is None:
        return 0
    data = encode(wanted)
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
