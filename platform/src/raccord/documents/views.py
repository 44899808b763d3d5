"""What the merchant's pages show of papers. Read only, inside the caller's tenant transaction."""

from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from raccord.core.invoice_model import Missing
from raccord.documents.models import PaperRow, PaperTab
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem

PAGE = 50
COLUMNS = """p.id, p.channel, c.name AS channel_name, p.number, p.kind, p.dated, p.customer, p.customer_name, p.gross,
       p.currency, p.flow, p.state, p.version, p.missing, p.problem, p.given_at"""
TABS = {
    PaperTab.GIVEN: "p.state = 'ready'",
    PaperTab.WAITING: "p.state IN ('due', 'waiting')",
    PaperTab.ATTENTION: "p.state IN ('held', 'changed', 'withdrawn')",
    PaperTab.INCOMPLETE: "p.missing::text <> '[]'",
}


async def page_of(tab: PaperTab | None, text: str, after: tuple[str, str] | None) -> list[PaperRow]:
    """One more than a page, the newest first. `after`: day and id of the last one of the page before."""
    rows = await current_connection().fetch(
        f"""
        SELECT {COLUMNS} FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
         WHERE {TABS[tab] if tab else "true"}
           AND ($1 = '' OR p.number ILIKE $1 || '%' OR p.customer ILIKE $1 || '%' OR p.customer_name ILIKE '%' || $1 || '%'
                OR EXISTS (SELECT 1 FROM paper_reference r JOIN sales_order o ON o.tenant = r.tenant AND o.reference = r.reference
                            WHERE r.paper = p.id AND o.number = $1))
           AND ($2::date IS NULL OR (p.dated, p.id) < ($2, $3::uuid))
         ORDER BY p.dated DESC, p.id DESC LIMIT {PAGE + 1}
        """,  # noqa: S608
        text,
        _day(after[0]) if after else None,
        UUID(after[1]) if after else None,
    )
    return [row_of(row) for row in rows]


def _day(text: str) -> date:

    return date.fromisoformat(text)


async def counts() -> dict[PaperTab, int]:
    parts = ", ".join(f"count(*) FILTER (WHERE {where}) AS {tab}" for tab, where in TABS.items())
    row = await current_connection().fetchrow(f"SELECT {parts} FROM paper p")  # noqa: S608
    return {tab: row[tab] for tab in TABS}


async def one(paper: UUID) -> PaperRow | None:
    row = await current_connection().fetchrow(
        f"SELECT {COLUMNS} FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel WHERE p.id = $1",  # noqa: S608
        paper,
    )
    return row_of(row) if row else None


async def latest(channel: UUID) -> str | None:
    """Key of the newest invoice that the ERP has, to show rules on."""
    found: str | None = await current_connection().fetchval(
        """
        SELECT s.key FROM snapshot s JOIN channel c ON c.tenant = s.tenant AND c.erp = s.connection
         WHERE c.id = $1 AND s.stream = 'invoices' AND s.deleted_at IS NULL
         ORDER BY (s.data ->> 'dated')::date DESC, s.key DESC LIMIT 1
        """,
        channel,
    )
    return found


async def active_channels() -> list[tuple[UUID, str, bool]]:
    """Id, name and whether papers are given, of every channel."""
    rows = await current_connection().fetch(
        "SELECT id, name, coalesce((settings #>> '{documents,active}')::boolean, false) AS active FROM channel ORDER BY name"
    )
    return [(row["id"], row["name"], row["active"]) for row in rows]


async def orders_of(paper: UUID) -> list[tuple[UUID, str]]:
    """Orders of the shop that it invoices: id and number."""
    rows = await current_connection().fetch(
        "SELECT o.id, o.number FROM paper_reference r JOIN sales_order o ON o.tenant = r.tenant AND o.reference = r.reference "
        "WHERE r.paper = $1 ORDER BY o.placed_at",
        paper,
    )
    return [(row["id"], row["number"]) for row in rows]


def row_of(row: asyncpg.Record) -> PaperRow:
    told = dict(row)
    told["missing"] = msgspec.json.decode(told["missing"], type=list[Missing])
    told["problem"] = msgspec.json.decode(told["problem"], type=Problem) if told["problem"] else None
    return PaperRow(**told)


async def key_of(channel: UUID, number: str) -> str | None:
    found: str | None = await current_connection().fetchval(
        """
        SELECT s.key FROM snapshot s JOIN channel c ON c.tenant = s.tenant AND c.erp = s.connection
         WHERE c.id = $1 AND s.stream = 'invoices' AND s.deleted_at IS NULL AND s.data ->> 'number' = $2 LIMIT 1
        """,
        channel,
        number.replace("\0", "")[:60],
    )
    return found
