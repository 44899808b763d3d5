"""The queries of the page of pictures, inside one tenant's transaction."""

from typing import Any
from uuid import UUID

import msgspec

from raccord.core.pictures import THUMBNAIL
from raccord.media.models import Figures, FileRow, Filter, State
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Message, Problem

PAGE = 60
_FILES = """
  SELECT f.connection, f.product, f.place, f.name, f.owner, f.kind, f.size, f.sha256, f.problem, t.state AS thumbnail,
         (SELECT d.problem FROM media_derivative d
           WHERE d.tenant = f.tenant AND d.sha256 = f.sha256 AND d.state = 'refused' LIMIT 1) AS refusal,
         CASE WHEN f.problem IS NOT NULL THEN 'missing'
              WHEN EXISTS (SELECT 1 FROM media_derivative d
                            WHERE d.tenant = f.tenant AND d.sha256 = f.sha256 AND d.state = 'refused') THEN 'refused'
              WHEN c.state = 'stored' AND (f.kind = 'document' OR t.state = 'made') THEN 'shown'
              ELSE 'on_its_way' END AS state
    FROM media_file f
    LEFT JOIN media_content c ON c.tenant = f.tenant AND c.sha256 = f.sha256
    LEFT JOIN media_derivative t ON t.tenant = f.tenant AND t.sha256 = f.sha256 AND t.recipe = $1
"""


async def figures() -> Figures:
    row = await current_connection().fetchrow(
        f"""
        WITH files AS ({_FILES}), counts AS (SELECT state, count(*) AS n FROM files GROUP BY state)
        SELECT coalesce((SELECT n FROM counts WHERE state = 'shown'), 0),
               coalesce((SELECT n FROM counts WHERE state = 'on_its_way'), 0),
               coalesce((SELECT n FROM counts WHERE state = 'missing'), 0),
               coalesce((SELECT n FROM counts WHERE state = 'refused'), 0),
               (SELECT count(*) FROM media_content WHERE state = 'stored'),
               (SELECT coalesce(sum(size), 0)::bigint FROM media_content WHERE state = 'stored'),
               (SELECT count(*) FROM media_derivative WHERE state = 'made'),
               (SELECT coalesce(sum(size), 0)::bigint FROM media_derivative WHERE state = 'made')
        """,  # noqa: S608, no value of anybody's in it
        THUMBNAIL.name,
    )
    return Figures(*row)


async def files(wanted: Filter, after: tuple[str, int] | None) -> list[FileRow]:
    """A page and one more, in the order of articles."""
    rows = await current_connection().fetch(
        f"""
        WITH files AS ({_FILES})
        SELECT f.*, s.data ->> 'name' AS product_name FROM files f
          LEFT JOIN snapshot s ON s.connection = f.connection AND s.stream = 'products' AND s.key = f.product
         WHERE ($2 = '' OR strpos(lower(f.name), lower($2)) > 0 OR strpos(lower(f.product), lower($2)) > 0
                OR strpos(lower(s.data ->> 'name'), lower($2)) > 0)
           AND ($3::text IS NULL OR f.state = $3) AND (f.product, f.place) > ($4, $5)
         ORDER BY f.product, f.place LIMIT {PAGE + 1}
        """,  # noqa: S608, no value of anybody's in it
        THUMBNAIL.name,
        wanted.text,
        wanted.state,
        *(after or ("", -1)),
    )
    return [_row(row) for row in rows]


async def of_article(connection: UUID, product: str) -> list[FileRow]:
    rows = await current_connection().fetch(
        f"WITH files AS ({_FILES}) SELECT f.*, NULL AS product_name FROM files f "  # noqa: S608, no value of anybody's in it
        "WHERE f.connection = $2 AND f.product = $3 ORDER BY f.place",
        THUMBNAIL.name,
        connection,
        product,
    )
    return [_row(row) for row in rows]


async def thumbnail_key(sha256: bytes) -> str | None:
    found: str | None = await current_connection().fetchval(
        "SELECT key FROM media_derivative WHERE sha256 = $1 AND recipe = $2 AND state = 'made'",
        sha256,
        THUMBNAIL.name,
    )
    return found


def _row(row: Any) -> FileRow:
    reason: Message | None = None
    if row["problem"] is not None:
        reason = msgspec.json.decode(row["problem"], type=Problem).message
    elif row["refusal"] is not None:
        reason = msgspec.json.decode(row["refusal"], type=Message)
    return FileRow(
        product=row["product"],
        place=row["place"],
        name=row["name"],
        owner=row["owner"],
        kind=row["kind"],
        state=State(row["state"]),
        size=row["size"],
        product_name=row["product_name"],
        sha256=row["sha256"].hex() if row["thumbnail"] == "made" else None,
        reason=reason,
    )
