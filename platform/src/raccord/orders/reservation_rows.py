"""Reading the reservations that are open. Inside the tenant's transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from raccord.storage.engine import current_connection

PAGE = 100


class Reservation(Struct, frozen=True, kw_only=True):
    """Sold in a shop, not yet in the ERP's stock."""

    order: UUID
    number: str
    erp: UUID
    line: str
    item: str
    """The ERP's item key."""
    quantity: Decimal
    since: datetime
    told_at: datetime | None
    """Since when it is told that the ERP has the order and its stock does not show it."""

    @property
    def place(self) -> str:
        return f"{self.order}~{self.line}"


async def open_ones(item: str | None, after: str | None) -> list[Reservation]:
    """`PAGE` of them by order and line, and one more when there are more. `after`: the place of the last one shown; what is no
    place begins at the beginning."""
    order, _, line = (after or "").partition("~")
    try:
        beginning = UUID(order)
    except ValueError:
        beginning = UUID(int=0)
    rows = await current_connection().fetch(
        """
        SELECT r.sales_order AS order, o.number, r.connection AS erp, r.line, r.item, r.quantity, r.created_at AS since, r.told_at
          FROM reservation r JOIN sales_order o ON o.id = r.sales_order
         WHERE r.ended_at IS NULL AND ($1::text IS NULL OR r.item = $1) AND (r.sales_order, r.line) > ($2::uuid, $3::text)
         ORDER BY r.sales_order, r.line LIMIT $4
        """,
        item,
        beginning,
        line,
        PAGE + 1,
    )
    return [Reservation(**dict(row)) for row in rows]
