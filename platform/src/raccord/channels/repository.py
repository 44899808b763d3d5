"""All queries on channels, inside the tenant's transaction."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from raccord.channels.models import BrakeRow, Channel
from raccord.core.channel import ChannelSettings
from raccord.storage.engine import current_connection

_COLUMNS = "id, name, erp, shop, state, settings, orders_from"


async def insert(tenant: UUID, channel: UUID, name: str, erp: UUID, shop: UUID, settings: str) -> None:
    await current_connection().execute(
        "INSERT INTO channel (tenant, id, name, erp, shop, settings) VALUES ($1, $2, $3, $4, $5, $6)",
        tenant,
        channel,
        name,
        erp,
        shop,
        settings,
    )


async def by_id(channel: UUID) -> Channel | None:
    row = await current_connection().fetchrow(f"SELECT {_COLUMNS} FROM channel WHERE id = $1", channel)  # noqa: S608
    return _channel(row) if row else None


async def every() -> list[Channel]:
    rows = await current_connection().fetch(f"SELECT {_COLUMNS} FROM channel ORDER BY created_at, id")  # noqa: S608
    return [_channel(row) for row in rows]


class Side(NamedTuple):
    side: str
    connector: str
    state: str
    discovery: str | None


async def connection(connection: UUID) -> Side | None:
    row = await current_connection().fetchrow(
        "SELECT side, connector, state, discovery FROM connection WHERE id = $1", connection
    )
    return Side(*row) if row else None


async def name_on_shop(shop: UUID) -> str | None:
    """The name of the channel that this shop has. The shop's connection is locked until the transaction ends: of two who
    add a channel at once, the second one sees the first one's."""
    await current_connection().execute("SELECT 1 FROM connection WHERE id = $1 FOR UPDATE", shop)
    found: str | None = await current_connection().fetchval("SELECT name FROM channel WHERE shop = $1", shop)
    return found


async def save_settings(channel: UUID, settings: str) -> None:
    """Without a version: only for what concerns orders and the brake."""
    await current_connection().execute("UPDATE channel SET settings = $2 WHERE id = $1", channel, settings)


async def set_state(channel: UUID, state: str) -> None:
    await current_connection().execute("UPDATE channel SET state = $2 WHERE id = $1", channel, state)


async def retry(channel: UUID, stream: str, keys: Sequence[str] | None) -> list[tuple[str, bool]]:
    """Releases what is held or waits for its next attempt (`keys` None: all of the stream). Doubtful matches stay. Returns
    (key, does projecting hold it)."""
    rows = await current_connection().fetch(
        """
        UPDATE binding
           SET held = held AND problem #>> '{message,code}' LIKE 'projection.%', attempts = 0, retry_at = now(),
               target = CASE WHEN problem #>> '{message,code}' = 'drift.gone' THEN NULL ELSE target END,
               targets = CASE WHEN problem #>> '{message,code}' = 'drift.gone' THEN '{}' ELSE targets END,
               pushed = CASE WHEN problem #>> '{message,code}' = 'drift.gone' THEN NULL ELSE pushed END,
               pushed_print = CASE WHEN problem #>> '{message,code}' = 'drift.gone' THEN NULL ELSE pushed_print END
         WHERE channel = $1 AND stream = $2 AND ($3::text[] IS NULL OR key = ANY($3)) AND problem IS NOT NULL
           AND problem #>> '{message,code}' NOT LIKE 'match.%'
        RETURNING key, held
        """,
        channel,
        stream,
        None if keys is None else list(keys),
    )
    return [(row["key"], row["held"]) for row in rows]


async def open_brakes() -> list[BrakeRow]:
    rows = await current_connection().fetch(
        "SELECT id, channel, concerned, known, raised_at FROM brake "
        "WHERE kind = 'withdrawals' AND decided_at IS NULL ORDER BY raised_at"
    )
    return [
        BrakeRow(
            id=row["id"],
            channel=row["channel"],
            concerned=row["concerned"],
            known=row["known"],
            raised_at=row["raised_at"],
        )
        for row in rows
    ]


def _channel(row: Any) -> Channel:
    return Channel(
        id=row["id"],
        name=row["name"],
        erp=row["erp"],
        shop=row["shop"],
        state=row["state"],
        settings=msgspec.json.decode(row["settings"], type=ChannelSettings),
        orders_from=row["orders_from"],
    )
