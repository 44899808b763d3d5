"""What a connection's page shows beside the connection. Inside the tenant's transaction."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem


class StreamRow(NamedTuple):
    stream: str
    records: int
    last_scan_at: datetime | None
    last_change_at: datetime | None
    last_complete_at: datetime | None
    problem: Problem | None


class AgentRow(NamedTuple):
    id: UUID
    host: str
    version: str
    last_seen_at: datetime | None


async def streams(connection: UUID) -> list[StreamRow]:
    rows = await current_connection().fetch(
        "SELECT stream, records, last_scan_at, last_change_at, last_complete_at, problem FROM stream_state "
        "WHERE connection = $1 ORDER BY stream",
        connection,
    )
    return [
        StreamRow(
            row["stream"], row["records"], row["last_scan_at"], row["last_change_at"], row["last_complete_at"],
            msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
        )
        for row in rows
    ]  # fmt: skip


async def channels(connection: UUID) -> list[tuple[UUID, str]]:
    rows = await current_connection().fetch(
        "SELECT id, name FROM channel WHERE erp = $1 OR shop = $1 ORDER BY created_at", connection
    )
    return [(row["id"], row["name"]) for row in rows]


async def agent(connection: UUID) -> AgentRow | None:
    """The one in use."""
    row = await current_connection().fetchrow(
        "SELECT id, host, version, last_seen_at FROM agent WHERE connection = $1 AND revoked_at IS NULL",
        connection,
    )
    return AgentRow(*row) if row else None
