"""Pictures and documents that nobody needs any more: given a grace, condemned, buried. Inside one tenant's transaction.

Objects are deleted between `condemn` and `bury`: a crash in between leaves a row that says so, never an object without a row.
"""

from collections.abc import Collection
from datetime import timedelta

from raccord.storage.engine import current_connection


async def forget_files_of_gone(limit: int) -> int:
    """Of articles that the ERP does not have any more."""
    done: str = await current_connection().execute(
        """
        DELETE FROM media_file WHERE (tenant, connection, product, place) IN (
          SELECT f.tenant, f.connection, f.product, f.place FROM media_file f
           WHERE EXISTS (SELECT 1 FROM snapshot s WHERE s.tenant = f.tenant AND s.connection = f.connection
                            AND s.stream = 'products' AND s.key = f.product AND s.deleted_at < now() - interval '1 day')
           LIMIT $1)
        """,
        limit,
    )
    return int(done.rpartition(" ")[2])


async def note_unused() -> None:
    """Starts the grace of contents that no article names, and ends it for those that are named again."""
    executing = current_connection()
    await executing.execute(
        "UPDATE media_content c SET unused_since = now() WHERE unused_since IS NULL AND state <> 'gone' "
        "AND NOT EXISTS (SELECT 1 FROM media_file f WHERE f.sha256 = c.sha256)"
    )
    await executing.execute(
        "UPDATE media_content c SET unused_since = NULL WHERE unused_since IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM media_file f WHERE f.sha256 = c.sha256)"
    )


async def condemn(grace: timedelta, limit: int) -> list[tuple[bytes, list[str]]]:
    """Contents whose grace is over, with the keys of what was made of them; those of an earlier, interrupted time too."""
    rows = await current_connection().fetch(
        """
        WITH old AS (
          UPDATE media_content SET state = 'gone' WHERE (tenant, sha256) IN (
            SELECT tenant, sha256 FROM media_content
             WHERE state = 'gone' OR unused_since < now() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED)
          RETURNING tenant, sha256)
        SELECT o.sha256, coalesce(array_agg(d.key) FILTER (WHERE d.key IS NOT NULL), '{}') FROM old o
          LEFT JOIN media_derivative d ON d.tenant = o.tenant AND d.sha256 = o.sha256 GROUP BY o.sha256
        """,
        grace,
        limit,
    )
    return [(row[0], list(row[1])) for row in rows]


async def keys_shared(keys: Collection[str]) -> set[str]:
    """Of these keys, those that something else was made into as well: two contents may give the same picture."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT d.key FROM media_derivative d JOIN media_content c ON c.tenant = d.tenant AND c.sha256 = d.sha256
         WHERE d.key = ANY($1::text[]) AND c.state <> 'gone'
        """,
        list(keys),
    )
    return {row["key"] for row in rows}


async def bury(contents: Collection[bytes]) -> None:
    """Their objects are deleted. One that was named again meanwhile is not gone any more, and stays."""
    await current_connection().execute(
        "DELETE FROM media_content WHERE sha256 = ANY($1::bytea[]) AND state = 'gone'", list(contents)
    )
