"""Data sheets that the ERP names by their address: what is to be fetched, what was found there. Inside one tenant's transaction.

`media_file` has the address as the file's name; once fetched, the content's hash, as if the agent had told it.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem


class DueDocument(NamedTuple):
    address: str
    sha256: bytes | None
    etag: str
    attempts: int


async def want(tenant: UUID, addresses: Collection[str]) -> None:
    """To be fetched. One that was fetched, and whose content is not there any more, is fetched anew."""
    await current_connection().execute(
        """
        INSERT INTO web_document AS w (tenant, address) SELECT $1, unnest($2::text[])
        ON CONFLICT (tenant, address) DO UPDATE SET sha256 = NULL, etag = '', retry_at = now() WHERE w.sha256 IS NOT NULL
        """,
        tenant,
        sorted(addresses),
    )


async def fill(connection: UUID, products: Collection[str]) -> None:
    """What is known of the addresses that were just told for these articles."""
    await current_connection().execute(
        """
        UPDATE media_file f SET sha256 = c.sha256, size = w.size, problem = w.problem
          FROM web_document w LEFT JOIN media_content c ON c.tenant = w.tenant AND c.sha256 = w.sha256 AND c.state = 'stored'
         WHERE f.connection = $1 AND f.product = ANY($2::text[]) AND f.kind = 'document' AND f.sha256 IS NULL
           AND f.problem IS NULL AND w.tenant = f.tenant AND w.address = f.name
        """,
        connection,
        list(products),
    )


async def due(limit: int) -> list[DueDocument]:
    rows = await current_connection().fetch(
        "SELECT address, sha256, etag, attempts FROM web_document WHERE retry_at <= now() ORDER BY retry_at, address LIMIT $1",
        limit,
    )
    return [DueDocument(*row) for row in rows]


async def unchanged(address: str, pause: timedelta) -> None:
    await current_connection().execute(
        "UPDATE web_document SET attempts = 0, problem = NULL, retry_at = now() + $2::interval, fetched_at = now() "
        "WHERE address = $1",
        address,
        pause,
    )


async def found(
    address: str, sha256: bytes, size: int, etag: str, pause: timedelta
) -> list[tuple[UUID, str]]:
    """Returns (connection, product) of each article that names it and had something else."""
    executing = current_connection()
    await executing.execute(
        "UPDATE web_document SET sha256 = $2, size = $3, etag = $4, problem = NULL, attempts = 0, fetched_at = now(), "
        "retry_at = now() + $5::interval WHERE address = $1",
        address,
        sha256,
        size,
        etag,
        pause,
    )
    rows = await executing.fetch(
        "UPDATE media_file SET sha256 = $2, size = $3, problem = NULL WHERE kind = 'document' AND name = $1 "
        "AND (sha256 IS DISTINCT FROM $2 OR problem IS NOT NULL) RETURNING connection, product",
        address,
        sha256,
        size,
    )
    return [(row["connection"], row["product"]) for row in rows]


async def failed(address: str, problem: Problem, pause: timedelta) -> None:
    """What was there before stays shown: an address that is away for a day takes nothing off a page."""
    packed = msgspec.json.encode(problem).decode()
    executing = current_connection()
    await executing.execute(
        "UPDATE web_document SET attempts = attempts + 1, problem = $2, retry_at = now() + $3::interval WHERE address = $1",
        address,
        packed,
        pause,
    )
    await executing.execute(
        "UPDATE media_file SET problem = $2 WHERE kind = 'document' AND name = $1 AND sha256 IS NULL",
        address,
        packed,
    )


async def forget_unnamed() -> None:
    await current_connection().execute(
        "DELETE FROM web_document w "
        "WHERE NOT EXISTS (SELECT 1 FROM media_file f WHERE f.kind = 'document' AND f.name = w.address)"
    )
