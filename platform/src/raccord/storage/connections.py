"""Shop connections as the drains see them: may we, how fast, and what we found out. Inside the tenant's transaction."""

from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.text import storable


class ShopRow(NamedTuple):
    state: str
    connector: str
    pace: str


async def shop(connection: UUID) -> ShopRow | None:
    row = await current_connection().fetchrow(
        "SELECT state, connector, pace FROM connection WHERE id = $1 AND side = 'shop'", connection
    )
    return ShopRow(*row) if row else None


async def sending_channels(shop: UUID) -> list[UUID]:
    """On air, or trying some records before."""
    rows = await current_connection().fetch(
        "SELECT id FROM channel WHERE shop = $1 AND state <> 'paused' ORDER BY id", shop
    )
    return [row["id"] for row in rows]


async def save_pace(connection: UUID, pace: str) -> None:
    await current_connection().execute("UPDATE connection SET pace = $2 WHERE id = $1", connection, pace)


async def stop(connection: UUID, problem: str) -> None:
    """Nothing is asked of it until its owner has changed something and it was tested again."""
    await current_connection().execute(
        "UPDATE connection SET state = 'problem', problem = $2, checked_at = now() WHERE id = $1 AND state = 'ready'",
        connection,
        storable(problem),
    )
