"""All queries on customers' pages. Every function runs inside the caller's tenant transaction."""

from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
from msgspec import Struct

from raccord.documents.models import SHOWN_TO_CUSTOMERS, PageRow, PaperRow
from raccord.documents.views import COLUMNS, row_of
from raccord.storage.engine import current_connection

PAGE = "id, channel, customer, buyer, serial, expires_at, revoked_at, seen_at, visits"
SHOWN = 200
"""Papers of one page: years of most customers'."""


class Ordered(Struct, frozen=True):
    """Whom an order's papers are for."""

    channel: UUID
    customer: str
    buyer: str


async def page(page: UUID) -> PageRow | None:
    row = await current_connection().fetchrow(f"SELECT {PAGE} FROM customer_page WHERE id = $1", page)  # noqa: S608
    return _page(row) if row else None


async def pages_of(channel: UUID, customer: str) -> list[PageRow]:
    rows = await current_connection().fetch(
        f"SELECT {PAGE} FROM customer_page WHERE channel = $1 AND customer = $2 ORDER BY buyer",  # noqa: S608
        channel,
        customer,
    )
    return [_page(row) for row in rows]


async def ensure(tenant: UUID, channel: UUID, customer: str, buyer: str, until: datetime) -> PageRow:
    """The page of this customer (of this buyer), made when there is none. One that was ended stays ended."""
    row = await current_connection().fetchrow(
        f"""
        INSERT INTO customer_page (tenant, id, channel, customer, buyer, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, channel, customer, buyer) DO UPDATE SET serial = customer_page.serial
        RETURNING {PAGE}
        """,  # noqa: S608
        tenant,
        uuid4(),
        channel,
        customer,
        buyer,
        until,
    )
    return _page(row)


async def renew(page: UUID, until: datetime) -> None:
    """A new link: those given before end."""
    await current_connection().execute(
        "UPDATE customer_page SET serial = serial + 1, expires_at = $2, revoked_at = NULL, made_at = now() WHERE id = $1",
        page,
        until,
    )


async def revoke(page: UUID) -> None:
    await current_connection().execute(
        "UPDATE customer_page SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL", page
    )


async def note_visit(page: UUID) -> None:
    await current_connection().execute(
        "UPDATE customer_page SET seen_at = now(), visits = visits + 1 WHERE id = $1", page
    )


async def shared(channel: UUID, customer: str, buyer: str) -> bool:
    """Whether other buyers than this one ordered on the same account of the ERP: a collective account."""
    found: bool = await current_connection().fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM sales_order WHERE channel = $1 AND customer = $2
                          AND lower(coalesce(data #>> '{buyer,email}', '')) <> $3)
        """,
        channel,
        customer,
        buyer,
    )
    return found


async def papers(found: PageRow, *, only_own: bool) -> list[PaperRow]:
    """What the customer sees, the newest first. `only_own`: papers of this buyer's orders alone."""
    rows = await current_connection().fetch(
        f"""
        SELECT {COLUMNS} FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
         WHERE p.channel = $1 AND p.customer = $2 AND p.version > 0 AND p.state = ANY($3::text[])
           AND (NOT $4 OR EXISTS (
             SELECT 1 FROM paper_reference r JOIN sales_order o ON o.tenant = r.tenant AND o.reference = r.reference
              WHERE r.paper = p.id AND lower(coalesce(o.data #>> '{{buyer,email}}', '')) = $5))
         ORDER BY p.dated DESC, p.number DESC LIMIT {SHOWN}
        """,  # noqa: S608
        found.channel,
        found.customer,
        list(SHOWN_TO_CUSTOMERS),
        only_own,
        found.buyer,
    )
    return [row_of(row) for row in rows]


async def ordered(reference: str) -> Ordered | None:
    row = await current_connection().fetchrow(
        "SELECT channel, customer, lower(coalesce(data #>> '{buyer,email}', '')) AS buyer FROM sales_order "
        "WHERE reference = $1 AND customer IS NOT NULL",
        reference,
    )
    return Ordered(row["channel"], row["customer"], row["buyer"]) if row else None


async def of_order(reference: str) -> list[PaperRow]:
    rows = await current_connection().fetch(
        f"""
        SELECT {COLUMNS} FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
          JOIN paper_reference r ON r.tenant = p.tenant AND r.paper = p.id
         WHERE r.reference = $1 AND p.version > 0 AND p.state = ANY($2::text[]) ORDER BY p.dated, p.kind = 'credit', p.number
        """,  # noqa: S608
        reference,
        list(SHOWN_TO_CUSTOMERS),
    )
    return [row_of(row) for row in rows]


class FileRow(Struct, frozen=True):
    object: str
    size: int


async def file_of(shop: UUID, order: str, number: str) -> FileRow | None:
    """The version that the customer sees of a paper of an order, by the shop's key of the order."""
    row = await current_connection().fetchrow(
        """
        SELECT v.object, v.size FROM sales_order o
          JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel AND c.shop = $1
          JOIN paper_reference r ON r.tenant = o.tenant AND r.reference = o.reference
          JOIN paper p ON p.tenant = r.tenant AND p.id = r.paper AND p.number = $3 AND p.state = ANY($4::text[])
          JOIN paper_version v ON v.tenant = p.tenant AND v.paper = p.id AND v.number = p.version
         WHERE o.key = $2 LIMIT 1
        """,
        shop,
        order,
        number,
        list(SHOWN_TO_CUSTOMERS),
    )
    return FileRow(*row) if row else None


def _page(row: asyncpg.Record) -> PageRow:
    return PageRow(**dict(row))
