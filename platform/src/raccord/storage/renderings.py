"""What is made of contents: what is due, what came of it, what is tried again. Inside one tenant's transaction."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection


class Due(NamedTuple):
    sha256: bytes
    recipes: list[str]
    attempts: int
    ended: int
    """Renderers that were ended from outside over it."""


async def due(limit: int) -> list[Due]:
    rows = await current_connection().fetch(
        """
        SELECT d.sha256, array_agg(d.recipe ORDER BY d.recipe), max(d.attempts), max(c.ended) FROM media_derivative d
          JOIN media_content c ON c.tenant = d.tenant AND c.sha256 = d.sha256
         WHERE d.state = 'due' AND d.retry_at <= now() AND c.state = 'stored'
         GROUP BY d.sha256, d.retry_at ORDER BY d.retry_at LIMIT $1
        """,
        limit,
    )
    return [Due(*row) for row in rows]


class Result(NamedTuple):
    sha256: bytes
    recipe: str
    key: str | None
    digest: str | None
    size: int | None
    width: int | None
    height: int | None
    problem: str | None


async def save_results(results: Sequence[Result]) -> None:
    await current_connection().executemany(
        """
        UPDATE media_derivative SET state = CASE WHEN $8::json IS NULL THEN 'made' ELSE 'refused' END, key = $3, digest = $4,
               size = $5, width = $6, height = $7, problem = $8, made_at = now(), attempts = attempts + 1
         WHERE sha256 = $1 AND recipe = $2
        """,
        results,
    )
    made = sorted({result.sha256 for result in results if result.key is not None})
    await current_connection().execute(
        "UPDATE media_content SET ended = 0 WHERE ended > 0 AND sha256 = ANY($1::bytea[])", made
    )


async def retry_later(contents: Collection[bytes], pause: timedelta) -> None:
    await current_connection().execute(
        "UPDATE media_derivative SET attempts = attempts + 1, retry_at = now() + $2::interval "
        "WHERE sha256 = ANY($1::bytea[]) AND state = 'due'",
        list(contents),
        pause,
    )


async def note_ended(sha256: bytes, pause: timedelta) -> None:
    """Over this content, whichever picture was being made of it."""
    executing = current_connection()
    await executing.execute("UPDATE media_content SET ended = ended + 1 WHERE sha256 = $1", sha256)
    await executing.execute(
        "UPDATE media_derivative SET retry_at = now() + $2::interval WHERE sha256 = $1 AND state = 'due'",
        sha256,
        pause,
    )


async def try_again(reason: str) -> list[bytes]:
    """Contents that are refused for this reason are due again. Those of `Message.code`."""
    executing = current_connection()
    rows = await executing.fetch(
        "UPDATE media_derivative SET state = 'due', problem = NULL, retry_at = now() "
        "WHERE state = 'refused' AND problem ->> 'code' = $1 RETURNING sha256",
        reason,
    )
    contents = sorted({row["sha256"] for row in rows})
    await executing.execute("UPDATE media_content SET ended = 0 WHERE sha256 = ANY($1::bytea[])", contents)
    return contents


async def products_showing(contents: Collection[bytes]) -> list[tuple[UUID, str]]:
    """(connection, product) of each article that names one of these contents."""
    rows = await current_connection().fetch(
        "SELECT DISTINCT connection, product FROM media_file WHERE sha256 = ANY($1::bytea[])", list(contents)
    )
    return [(row["connection"], row["product"]) for row in rows]
