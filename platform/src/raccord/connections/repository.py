"""All queries on connections, inside the tenant's transaction."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from raccord.connections.models import Checked, Connection
from raccord.storage.engine import current_connection
from raccord.storage.text import storable
from raccord_connectors.contract import Discovery, Problem

_COLUMNS = "id, name, connector, side, settings, state, problem, discovery, checked_at"


async def insert(
    tenant: UUID, connection: UUID, name: str, connector: str, side: str, settings: str, secrets: bytes | None
) -> None:
    await current_connection().execute(
        "INSERT INTO connection (tenant, id, name, connector, side, settings, secrets) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        connection,
        name,
        connector,
        side,
        settings,
        secrets,
    )


class Stored(NamedTuple):
    connector: str
    side: str
    settings: str
    secrets: bytes | None


async def stored(connection: UUID) -> Stored | None:
    row = await current_connection().fetchrow(
        "SELECT connector, side, settings, secrets FROM connection WHERE id = $1", connection
    )
    return Stored(*row) if row else None


async def by_id(connection: UUID) -> Connection | None:
    row = await current_connection().fetchrow(f"SELECT {_COLUMNS} FROM connection WHERE id = $1", connection)  # noqa: S608
    return _connection(row) if row else None


async def every() -> list[Connection]:
    rows = await current_connection().fetch(f"SELECT {_COLUMNS} FROM connection ORDER BY created_at, id")  # noqa: S608
    return [_connection(row) for row in rows]


async def save_settings(connection: UUID, settings: str, secrets: bytes | None) -> None:
    """New settings are untested ones."""
    await current_connection().execute(
        "UPDATE connection SET settings = $2, secrets = $3, state = 'new', problem = NULL, pace = '{}' WHERE id = $1",
        connection,
        settings,
        secrets,
    )


async def has_streams(connection: UUID) -> bool:
    """Something of this ERP came."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM stream_state WHERE connection = $1)", connection
    )
    return found


async def save_check(connection: UUID, checked: Checked, discovery: Discovery | None) -> bool:
    """True when what the shop told is other than before. A paused connection stays paused; one that worked stays at work when
    the shop is merely down at this moment: its drains wait for it by themselves, and nothing else would start it again."""
    passing = checked.problem is not None and checked.problem.kind == "transient"
    told = None if discovery is None else msgspec.json.encode(discovery).decode()
    changed: bool = await current_connection().fetchval(
        """
        WITH former AS (SELECT id, discovery FROM connection WHERE id = $1 FOR NO KEY UPDATE)
        UPDATE connection c
           SET state = CASE WHEN c.state = 'paused' THEN 'paused' WHEN $2::jsonb IS NULL THEN 'ready'
                            WHEN $4 AND c.state = 'ready' THEN 'ready' ELSE 'problem' END,
               problem = CASE WHEN $4 AND c.state = 'ready' THEN NULL ELSE $2::jsonb END,
               discovery = coalesce($3, c.discovery), checked_at = now(),
               pace = CASE WHEN $2::jsonb IS NULL THEN '{}' ELSE c.pace END
          FROM former f WHERE c.id = f.id
        RETURNING $3::jsonb IS NOT NULL AND f.discovery IS DISTINCT FROM $3::jsonb
        """,
        connection,
        None if checked.problem is None else storable(msgspec.json.encode(checked.problem).decode()),
        told,
        passing,
    )
    return changed


async def channels_of(connection: UUID) -> list[tuple[UUID, UUID]]:
    """(channel, ERP) of the channels that feed this shop."""
    rows = await current_connection().fetch(
        "SELECT id, erp FROM channel WHERE shop = $1 ORDER BY id", connection
    )
    return [(row["id"], row["erp"]) for row in rows]


def _connection(row: Any) -> Connection:
    return Connection(
        id=row["id"],
        name=row["name"],
        connector=row["connector"],
        side=row["side"],
        settings=msgspec.json.decode(row["settings"]),
        state=row["state"],
        problem=msgspec.json.decode(row["problem"], type=Problem) if row["problem"] else None,
        discovery=msgspec.json.decode(row["discovery"], type=Discovery) if row["discovery"] else None,
        checked_at=row["checked_at"],
    )
