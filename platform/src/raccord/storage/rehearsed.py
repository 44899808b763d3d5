"""What a rehearsal reads of the ERP's side: records by pages, what is held, the agent, the state of the streams.

Inside the tenant's transaction; nothing is written here.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection


class AgentRow(NamedTuple):
    last_seen_at: datetime | None
    clock_skew: float | None


async def agent(erp: UUID) -> AgentRow | None:
    row = await current_connection().fetchrow(
        "SELECT last_seen_at, (health ->> 'clock_skew')::float8 FROM agent "
        "WHERE connection = $1 AND revoked_at IS NULL ORDER BY enrolled_at DESC LIMIT 1",
        erp,
    )
    return AgentRow(*row) if row else None


async def discovery(connection: UUID) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT discovery FROM connection WHERE id = $1", connection
    )
    return found


class StreamRow(NamedTuple):
    stream: str
    records: int
    complete: bool


async def streams(erp: UUID) -> dict[str, StreamRow]:
    """What is known of each stream; those that never arrived are absent."""
    rows = await current_connection().fetch(
        """
        SELECT s.stream, (SELECT count(*) FROM snapshot n WHERE n.connection = $1 AND n.stream = s.stream
                             AND n.deleted_at IS NULL), s.last_complete_at IS NOT NULL
          FROM stream_state s WHERE s.connection = $1
        """,
        erp,
    )
    return {row["stream"]: StreamRow(*row) for row in rows}


async def pictures_are_read(erp: UUID) -> bool:
    """Somebody looked at the files that the ERP names: their contents have digests."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM snapshot WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL "
        """AND data::text LIKE '%"digest":"%')""",
        erp,
    )
    return found


async def everything(erp: UUID, stream: str) -> list[str]:
    """Canonical encodings of a stream that is never large."""
    rows = await current_connection().fetch(
        "SELECT data FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL ORDER BY key",
        erp,
        stream,
    )
    return [row["data"] for row in rows]


async def after(erp: UUID, stream: str, key: str, limit: int) -> list[tuple[str, str]]:
    """(key, canonical encoding) in key order, from after `key`."""
    rows = await current_connection().fetch(
        "SELECT key, data FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL AND key > $3 "
        "ORDER BY key LIMIT $4",
        erp,
        stream,
        key,
        limit,
    )
    return [(row["key"], row["data"]) for row in rows]


async def held(erp: UUID) -> list[tuple[str, str, str]]:
    """(stream, key, problem) of what the connector could not express."""
    rows = await current_connection().fetch(
        "SELECT stream, key, problem FROM held_record WHERE connection = $1 ORDER BY stream, key", erp
    )
    return [(row["stream"], row["key"], row["problem"]) for row in rows]


async def known_items(erp: UUID, keys: Collection[str]) -> frozenset[str]:
    """Those of these that the ERP has: articles, or items with a price or a stock."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT key FROM snapshot WHERE connection = $1 AND stream IN ('products', 'prices', 'stock') "
        "AND key = ANY($2::text[]) AND deleted_at IS NULL",
        erp,
        list(keys),
    )
    return frozenset(row["key"] for row in rows)


async def linked_customer(erp: UUID, identities: list[str]) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT customer FROM customer_link WHERE erp = $1 AND identity = ANY($2) "
        "ORDER BY array_position($2::text[], identity) LIMIT 1",
        erp,
        identities,
    )
    return found
