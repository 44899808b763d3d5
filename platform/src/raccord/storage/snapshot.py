"""Reading the snapshot of a stream, however large, in lots of constant size. Inside one tenant's transaction."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from raccord.storage.engine import current_connection

LOT = 5_000


async def fingerprints(connection: UUID, stream: str) -> AsyncIterator[list[tuple[str, bytes]]]:
    """(key, fingerprint) of all records that are not deleted, in lots."""
    cursor = await current_connection().cursor(
        "SELECT key, fingerprint FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL",
        connection,
        stream,
    )
    while rows := await cursor.fetch(LOT):
        yield [(key, fingerprint.bytes) for key, fingerprint in rows]


async def unchanged_since(connection: UUID, stream: str, keys: list[str], quiet: timedelta) -> list[str]:
    """Those of these records that nothing has changed for so long."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM snapshot WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[])
           AND deleted_at IS NULL AND changed_at < now() - $4::interval
        """,
        connection,
        stream,
        keys,
        quiet,
    )
    return [row["key"] for row in rows]


async def keys(connection: UUID, stream: str, after: str, limit: int) -> list[str]:
    """Keys of records that are not deleted, in the database's own order, beginning after one of them ("" at first)."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM snapshot WHERE connection = $1 AND stream = $2 AND deleted_at IS NULL AND key > $3
         ORDER BY key LIMIT $4
        """,
        connection,
        stream,
        after,
        limit,
    )
    return [row["key"] for row in rows]
