"""Queries on the ERP's customers for an order: those that may be its buyer, and what was remembered of buyers. Every function
runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from uuid import UUID

from raccord.core.customer_match import code, digits, normal_email
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Customer, Order, decode


async def linked(erp: UUID, identities: Sequence[str]) -> str | None:
    """The first of these identities that is linked, in their order."""
    found: str | None = await current_connection().fetchval(
        "SELECT customer FROM customer_link WHERE erp = $1 AND identity = ANY($2) "
        "ORDER BY array_position($2::text[], identity) LIMIT 1",
        erp,
        list(identities),
    )
    return found


async def link(tenant: UUID, erp: UUID, identities: Sequence[str], customer: str, reason: str) -> None:
    await current_connection().executemany(
        "INSERT INTO customer_link (tenant, erp, identity, customer, reason) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (tenant, erp, identity) DO UPDATE SET customer = excluded.customer, reason = excluded.reason",
        [(tenant, erp, identity, customer, reason) for identity in identities],
    )


async def candidates(erp: UUID, order: Order, linked: str | None) -> list[Customer]:
    """The ERP's customers that share an identity with the buyer. The comparison here is wide, `customer_match` decides."""
    buyer = order.buyer
    rows = await current_connection().fetch(
        """
        SELECT data FROM snapshot WHERE connection = $1 AND stream = 'customers' AND deleted_at IS NULL
           AND (key = $2
                OR ($3 <> '' AND $3 IN (lower(btrim(data->>'email')), lower(btrim(data#>>'{billing,email}'))))
                OR ($3 <> '' AND lower((data->'contacts')::text) LIKE '%' || $6 || '%')
                OR ($4 <> '' AND regexp_replace(data->>'siret', '\\D', '', 'g') = $4)
                OR ($5 <> '' AND regexp_replace(upper(data->>'vat_number'), '[^A-Z0-9]', '', 'g') = $5))
         LIMIT 50
        """,
        erp,
        linked or "",
        normal_email(buyer.email),
        digits(buyer.siret),
        code(buyer.vat_number),
        _like(normal_email(buyer.email)),
    )
    return [decode(row["data"], Customer) for row in rows]


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
