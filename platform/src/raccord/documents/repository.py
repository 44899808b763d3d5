"""All queries on papers. Every function runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.invoice_model import Corrected, Missing
from raccord.documents.models import PaperRoute, StoredPaper, VersionRow
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Customer, Invoice, decode
from raccord_connectors.contract import Discovery, Problem


async def route_of(channel: UUID) -> PaperRoute | None:
    row = await current_connection().fetchrow(
        """
        SELECT c.tenant, c.id, c.name, c.erp, c.shop, c.state = 'live' AS live, c.settings, e.discovery, s.name AS shop_name,
               coalesce(s.settings ->> 'url', s.settings ->> 'address', '') AS shop_url
          FROM channel c JOIN connection e ON e.tenant = c.tenant AND e.id = c.erp
          JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
         WHERE c.id = $1
        """,
        channel,
    )
    if row is None:
        return None
    discovery = msgspec.json.decode(row["discovery"] or "{}", type=Discovery)
    return PaperRoute(
        tenant=row["tenant"],
        channel=row["id"],
        channel_name=row["name"],
        erp=row["erp"],
        shop=row["shop"],
        live=row["live"],
        rules=msgspec.json.decode(row["settings"], type=ChannelSettings).documents,
        identity=discovery.identity,
        shop_name=row["shop_name"],
        shop_url=row["shop_url"] if row["shop_url"].startswith(("http://", "https://")) else "",
    )


async def invoices(erp: UUID, keys: Sequence[str]) -> dict[str, Invoice | None]:
    """As the snapshot has them; None: deleted. Keys that it never had are absent."""
    rows = await current_connection().fetch(
        "SELECT key, data, deleted_at IS NOT NULL AS gone FROM snapshot "
        "WHERE connection = $1 AND stream = 'invoices' AND key = ANY($2::text[])",
        erp,
        list(keys),
    )
    return {row["key"]: None if row["gone"] else decode(row["data"], Invoice) for row in rows}


async def customer(erp: UUID, key: str) -> Customer | None:
    data = await current_connection().fetchval(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = 'customers' AND key = $2", erp, key
    )
    return decode(data, Customer) if data else None


OF_CREDITS = """SELECT k.key, o.reference, o.channel FROM order_credit k
                JOIN sales_order o ON o.tenant = k.tenant AND o.id = k.sales_order"""
"""A credit note that we had entered carries a reference of its own: whose order it gives back."""


async def foreign(channel: UUID, references: Sequence[str]) -> set[str]:
    """Those that are of orders of other channels: their papers are those channels'."""
    rows = await current_connection().fetch(
        f"""
        SELECT reference FROM sales_order WHERE reference = ANY($2::text[]) AND channel <> $1
        UNION SELECT c.key FROM ({OF_CREDITS}) c WHERE c.key = ANY($2) AND c.channel <> $1
        """,  # noqa: S608
        channel,
        list(references),
    )
    return {row["reference"] for row in rows}


async def clear_all(channel: UUID, stream: str) -> None:
    await current_connection().execute(
        "DELETE FROM to_project WHERE channel = $1 AND stream = $2", channel, stream
    )


async def mark_since(tenant: UUID, channel: UUID, erp: UUID, stream: str, since: date | None) -> None:
    """Everything that the rules may concern is to be looked at again."""
    await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT $1, $2, $4, key FROM snapshot
         WHERE connection = $3 AND stream = 'invoices' AND deleted_at IS NULL
           AND ($5::date IS NULL OR (data ->> 'dated')::date >= $5)
         ORDER BY key
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT, not_before = NULL
        """,
        tenant,
        channel,
        erp,
        stream,
        since,
    )


# --------------------------------------------------------------------------------------------------- papers


class Known(msgspec.Struct, frozen=True):
    id: UUID
    state: str
    print: UUID
    version: int
    gross: str


async def known(channel: UUID, keys: Sequence[str]) -> dict[str, Known]:
    rows = await current_connection().fetch(
        "SELECT key, id, state, print, version, gross::text FROM paper WHERE channel = $1 AND key = ANY($2::text[]) FOR UPDATE",
        channel,
        list(keys),
    )
    return {
        row["key"]: Known(row["id"], row["state"], row["print"], row["version"], row["gross"]) for row in rows
    }


async def put(tenant: UUID, channel: UUID, invoice: Invoice, print_: UUID, name: str) -> UUID:
    """A paper that is to be made, new or anew."""
    found: UUID = await current_connection().fetchval(
        """
        INSERT INTO paper (tenant, id, channel, key, number, kind, dated, customer, customer_name, gross, currency, state, print)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'due', $12)
        ON CONFLICT (tenant, channel, key) DO UPDATE
           SET number = excluded.number, kind = excluded.kind, dated = excluded.dated, customer = excluded.customer,
               customer_name = excluded.customer_name, gross = excluded.gross, currency = excluded.currency, state = 'due',
               print = excluded.print, problem = NULL, attempts = 0, retry_at = now()
        RETURNING id
        """,
        tenant, uuid4(), channel, invoice.key, invoice.number, invoice.kind, invoice.dated, invoice.customer, name,
        invoice.gross, invoice.currency, print_,
    )  # fmt: skip
    await current_connection().execute("DELETE FROM paper_reference WHERE paper = $1", found)
    await current_connection().execute(
        f"""
        INSERT INTO paper_reference (tenant, paper, reference)
        SELECT $1::uuid, $2::uuid, unnest($3::text[]) UNION SELECT $1, $2, c.reference FROM ({OF_CREDITS}) c WHERE c.key = ANY($3)
        ON CONFLICT DO NOTHING
        """,  # noqa: S608
        tenant,
        found,
        invoice.references,
    )
    return found


async def set_state(paper: UUID, state: str, problem: Problem | None = None) -> None:
    await current_connection().execute(
        "UPDATE paper SET state = $2, problem = $3, attempts = 0, retry_at = 'infinity' WHERE id = $1",
        paper,
        state,
        _packed(problem),
    )


async def waits(
    paper: UUID, state: str, again: timedelta, problem: Problem, missing: Sequence[Missing], flow: str | None
) -> None:
    await current_connection().execute(
        """
        UPDATE paper SET state = $2, problem = $3, missing = $4, flow = coalesce($5, flow), attempts = attempts + 1,
               retry_at = now() + $6 WHERE id = $1
        """,
        paper, state, _packed(problem), msgspec.json.encode(list(missing)).decode(), flow, again,
    )  # fmt: skip


async def make_again(paper: UUID) -> bool:
    """A person asks for it: what is held or was altered, as the ERP has it now."""
    done = await current_connection().fetchval(
        "UPDATE paper SET state = 'due', problem = NULL, attempts = 0, retry_at = now() WHERE id = $1 "
        "AND state IN ('held', 'changed', 'waiting', 'ready') RETURNING id",
        paper,
    )
    return done is not None


async def stored(paper: UUID) -> tuple[StoredPaper, UUID] | None:
    """The paper with its records, and its channel."""
    row = await current_connection().fetchrow(
        """
        SELECT p.*, s.data, coalesce(s.deleted_at IS NOT NULL, true) AS gone, k.data AS customer_data
          FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
          LEFT JOIN snapshot s ON s.tenant = p.tenant AND s.connection = c.erp AND s.stream = 'invoices' AND s.key = p.key
          LEFT JOIN snapshot k ON k.tenant = p.tenant AND k.connection = c.erp AND k.stream = 'customers' AND k.key = p.customer
         WHERE p.id = $1
        """,
        paper,
    )
    if row is None:
        return None
    found = StoredPaper(
        id=row["id"],
        key=row["key"],
        number=row["number"],
        state=row["state"],
        print=row["print"],
        version=row["version"],
        attempts=row["attempts"],
        seen_at=row["seen_at"],
        invoice=decode(row["data"], Invoice) if row["data"] and not row["gone"] else None,
        customer=decode(row["customer_data"], Customer) if row["customer_data"] else None,
    )
    return found, row["channel"]


# ------------------------------------------------------------------------------------------------- versions


async def version_of(paper: UUID, print_: UUID) -> VersionRow | None:
    row = await current_connection().fetchrow(
        "SELECT number, object, sha256, size, source, made_at, keep_until FROM paper_version WHERE paper = $1 AND print = $2",
        paper,
        print_,
    )
    return _version(row) if row else None


async def versions(paper: UUID) -> list[VersionRow]:
    rows = await current_connection().fetch(
        "SELECT number, object, sha256, size, source, made_at, keep_until FROM paper_version WHERE paper = $1 "
        "ORDER BY number DESC",
        paper,
    )
    return [_version(row) for row in rows]


async def add_version(
    tenant: UUID,
    paper: UUID,
    print_: UUID,
    object_: str,
    sha256: str,
    size: int,
    source: str,
    keep_until: date,
) -> int:
    """Its number. The same print again is the version that is there."""
    known = await version_of(paper, print_)
    if known is not None:
        return known.number
    number: int = await current_connection().fetchval(
        """
        INSERT INTO paper_version (tenant, paper, number, print, object, sha256, size, source, keep_until)
        SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8 FROM paper_version WHERE paper = $2
        RETURNING number
        """,
        tenant, paper, print_, object_, sha256, size, source, keep_until,
    )  # fmt: skip
    return number


async def expired(today: date, limit: int) -> list[tuple[UUID, str]]:
    """Paper and object of versions that need not be kept any longer."""
    rows = await current_connection().fetch(
        "SELECT paper, object FROM paper_version WHERE keep_until < $1 ORDER BY keep_until LIMIT $2",
        today,
        limit,
    )
    return [(row["paper"], row["object"]) for row in rows]


async def forget(over: Sequence[tuple[UUID, str]]) -> None:
    """Their rows, and those of papers that have no version left."""
    papers, objects = [paper for paper, _ in over], [name for _, name in over]
    connection = current_connection()
    await connection.execute("DELETE FROM paper_version WHERE object = ANY($1::text[])", objects)
    await connection.execute(
        "DELETE FROM paper p WHERE p.id = ANY($1::uuid[]) AND NOT EXISTS (SELECT 1 FROM paper_version v WHERE v.paper = p.id)",
        papers,
    )


async def give(
    paper: UUID, expected: UUID, version: int, print_: UUID, missing: Sequence[Missing], flow: str, name: str
) -> bool:
    """The customer sees this version from now on. False when the paper became another one while it was made."""
    done = await current_connection().fetchval(
        """
        UPDATE paper SET state = 'ready', version = $3, print = $4, missing = $5, flow = $6, customer_name = $7, problem = NULL,
               attempts = 0, retry_at = 'infinity', given_at = coalesce(given_at, now())
         WHERE id = $1 AND state IN ('due', 'waiting', 'held') AND print = $2 RETURNING id
        """,
        paper, expected, version, print_, msgspec.json.encode(list(missing)).decode(), flow, name,
    )  # fmt: skip
    return done is not None


async def corrected(channel: UUID, paper: UUID, numbers: Sequence[str]) -> list[Corrected]:
    """Invoices that we gave and this credit note corrects: those of these numbers, else those of the same orders."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT p.number, p.dated FROM paper p
         WHERE p.channel = $1 AND p.kind = 'invoice' AND CASE WHEN cardinality($3::text[]) > 0 THEN p.number = ANY($3)
           ELSE EXISTS (SELECT 1 FROM paper_reference r JOIN paper_reference mine USING (tenant, reference)
                         WHERE r.paper = p.id AND mine.paper = $2) END
         ORDER BY p.dated, p.number LIMIT 20
        """,
        channel,
        paper,
        list(numbers),
    )
    return [Corrected(row["number"], row["dated"]) for row in rows]


async def references_of(paper: UUID) -> list[str]:
    rows = await current_connection().fetch("SELECT reference FROM paper_reference WHERE paper = $1", paper)
    return [row["reference"] for row in rows]


def _version(row: asyncpg.Record) -> VersionRow:
    return VersionRow(**dict(row))


def _packed(problem: Problem | None) -> str | None:
    return msgspec.json.encode(problem).decode() if problem is not None else None
