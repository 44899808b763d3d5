"""Sales that the ERP has and that its stock does not show, although it ought to: they go on lowering what the shops show. None of
them is dropped by time, because nobody knows whether the piece is there; after the hours that the merchant chose it is told,
and a person may end it. Inside the caller's tenant transaction.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from raccord.core.order_rules import OrderRules
from raccord.journal.models import Event
from raccord.orders import repository, reservations
from raccord.orders.models import StoredOrder
from raccord.orders.noting import note
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import plain
from raccord_connectors.contract import Message, Problem, Text, listed

UNPROVEN = Text(
    "order.sale_unproven",
    "Commande {number} : la gestion l’a prise, mais son stock ne montre toujours pas la vente de {what} ; le stock affiché dans "
    "les boutiques reste diminué d’autant. Vérifiez le stock de ces articles dans la gestion (dépôt, inventaire), ou mettez fin "
    "à la réservation sur la page de la commande.",
    "Order {number}: the ERP has it, but its stock still does not show the sale of {what}; the stock shown in the shops stays "
    "lowered by it. Check the stock of these articles in the ERP (depot, stock count), or end the reservation on the order’s "
    "page.",
)
SALE = Text("order.sale_of", "{quantity} × {item}", "{quantity} × {item}")
BY_A_PERSON = "ended by a person"


class UnprovenSale(Struct, frozen=True):
    """`quantity` in base units; `since`: when the ERP's stock ought to have shown it."""

    item: str
    quantity: Decimal
    since: datetime


async def tell(erp: UUID) -> int:
    """Tells what was not told yet; returns how many orders. What the agent could not answer is no news of the ERP's stock."""
    rows = await current_connection().fetch(
        """
        UPDATE reservation r SET told_at = now() FROM sales_order o JOIN channel c ON c.id = o.channel
         WHERE r.connection = $1 AND r.ended_at IS NULL AND r.told_at IS NULL AND o.id = r.sales_order
           AND r.asked_at < now() - interval '1 hour' * coalesce((c.settings #>> '{orders,unproven_hours}')::int, $2)
           AND EXISTS (SELECT 1 FROM command m WHERE m.connection = $1 AND m.state = 'done'
                          AND starts_with(m.once, 'stock:' || o.reference || ':') AND m.done_at > r.asked_at)
        RETURNING r.sales_order, r.item, r.quantity
        """,
        erp,
        OrderRules().unproven_hours,
    )
    sold: dict[UUID, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        sold[row["sales_order"]][row["item"]] += row["quantity"]
    for found in await repository.by_id(list(sold)):
        await note(found, Event.SALE_UNPROVEN, problem=Problem("rejected", _said(found, sold[found.id])))
    return len(sold)


def _said(found: StoredOrder, sold: dict[str, Decimal]) -> Message:
    sales = [SALE.fill(quantity=plain(quantity), item=item) for item, quantity in sorted(sold.items())]
    return UNPROVEN.fill(number=found.order.number, what=listed(sales))


async def of_order(order: UUID) -> Sequence[UnprovenSale]:
    """What of it was told and is still open."""
    rows = await current_connection().fetch(
        """
        SELECT item, sum(quantity) AS quantity, min(asked_at) AS since FROM reservation
         WHERE sales_order = $1 AND ended_at IS NULL AND told_at IS NOT NULL GROUP BY item ORDER BY item
        """,
        order,
    )
    return [UnprovenSale(row["item"], plain(row["quantity"]), row["since"]) for row in rows]


async def end(found: StoredOrder) -> bool:
    """A person says that the ERP's stock is right as it is. False where nothing was told, or it is over."""
    rows = await current_connection().fetch(
        "UPDATE reservation SET ended_at = now(), ended_because = $2 "
        "WHERE sales_order = $1 AND ended_at IS NULL AND told_at IS NOT NULL RETURNING item",
        found.id,
        BY_A_PERSON,
    )
    await reservations.mark_items(found.route.tenant, found.route.erp, [row["item"] for row in rows])
    return bool(rows)
