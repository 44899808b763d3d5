"""What every connector can do and what it was run against: generated from the connectors themselves, open to everybody."""

from typing import Any

from litestar import Request, get
from litestar.response import Template

from raccord.front.security import PUBLIC
from raccord.front.templating import page
from raccord_connectors.contract import Side
from raccord_connectors.kit.abilities import Abilities, every

ORDER = {
    Side.ERP: (
        "products", "prices", "stock", "categories", "customers", "customer_drafts", "drafts", "payments", "documents",
        "invoices",
    ),
    Side.SHOP: ("listings", "availability", "orders", "order_updates", "customers"),
}  # fmt: skip
"""Streams as rows, in the order in which a merchant thinks of them."""


@get("/connectors", opt=PUBLIC)
async def abilities(request: Request[Any, Any, Any]) -> Template:
    sides = [(side.value, every(side), _rows(side, every(side))) for side in (Side.ERP, Side.SHOP)]
    return page(request, "connections/abilities.html", sides=sides)


def _rows(side: Side, found: list[Abilities]) -> list[str]:
    """Only what at least one of them can."""
    return [stream for stream in ORDER[side] if any(one.of(stream) is not None for one in found)]


ROUTES = [abilities]
