"""Pictures and documents in the database: what is told, what is stored, what was made, what shops have. Inside one tenant's
transaction."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.core.pictures import File, Made
from raccord.storage.engine import current_connection
from raccord.storage.text import storable, storable_json
from raccord_connectors.contract import Message, Problem
from raccord_connectors.wire_files import RecordFiles

# ------------------------------------------------------------------------------------------- told by agents


async def is_current(agent: UUID, connection: UUID) -> bool:
    """The agent was not revoked or replaced since it got its token."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM agent WHERE id = $1 AND connection = $2 AND revoked_at IS NULL)",
        agent,
        connection,
    )
    return found


async def replace_files(tenant: UUID, connection: UUID, records: Sequence[RecordFiles]) -> None:
    executing = current_connection()
    await executing.execute(
        "DELETE FROM media_file WHERE connection = $1 AND product = ANY($2::text[])",
        connection,
        [record.key for record in records],
    )
    rows = [
        (
            tenant,
            connection,
            record.key,
            place,
            file.owner,
            storable(file.name),
            file.kind,
            storable(file.title),
            file.sha256,
            file.size,
            None if file.problem is None else storable_json(msgspec.json.encode(file.problem).decode()),
        )
        for record in records
        for place, file in enumerate(record.files)
    ]
    await executing.executemany(
        "INSERT INTO media_file (tenant, connection, product, place, owner, name, kind, title, sha256, size, problem) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        rows,
    )


async def invoices_of(sha256: bytes) -> list[str]:
    """Keys of invoices whose own file has this content: what waited for it can be made."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT f.product FROM media_file f JOIN snapshot s
            ON s.tenant = f.tenant AND s.connection = f.connection AND s.stream = 'invoices' AND s.key = f.product
         WHERE f.sha256 = $1 AND f.kind = 'document'
        """,
        sha256,
    )
    return [row["product"] for row in rows]


async def note_contents(tenant: UUID, sizes: Mapping[bytes, int]) -> list[bytes]:
    """Contents that are named now; returns those that are to be uploaded."""
    ordered = sorted(sizes)
    rows = await current_connection().fetch(
        """
        INSERT INTO media_content AS c (tenant, sha256, size, state)
        SELECT $1, sha256, size, 'lacking' FROM unnest($2::bytea[], $3::bigint[]) AS told (sha256, size)
        ON CONFLICT (tenant, sha256) DO UPDATE
          SET state = CASE c.state WHEN 'gone' THEN 'lacking' ELSE c.state END, unused_since = NULL
        RETURNING sha256, state
        """,
        tenant,
        ordered,
        [sizes[sha] for sha in ordered],
    )
    return [row["sha256"] for row in rows if row["state"] == "lacking"]


class Content(NamedTuple):
    sha256: bytes
    size: int
    content_type: str
    state: str
    upload: str | None


async def content(sha256: bytes) -> Content | None:
    row = await current_connection().fetchrow(
        "SELECT sha256, size, content_type, state, upload FROM media_content WHERE sha256 = $1", sha256
    )
    return Content(*row) if row else None


async def note_upload(sha256: bytes, content_type: str, upload: str | None) -> None:
    await current_connection().execute(
        "UPDATE media_content SET content_type = $2, upload = $3 WHERE sha256 = $1 AND state = 'lacking'",
        sha256,
        content_type,
        upload,
    )


async def note_stored(sha256: bytes) -> None:
    await current_connection().execute(
        "UPDATE media_content SET state = 'stored', stored_at = now(), upload = NULL WHERE sha256 = $1",
        sha256,
    )


async def give_addresses(tokens: Mapping[bytes, str], base: str) -> None:
    """To documents that have none yet. Whether one may be opened is asked when somebody comes (`data_sheet`)."""
    ordered = sorted(tokens)
    await current_connection().execute(
        """
        UPDATE media_content c SET token = given.token, address = $3 || given.token
          FROM unnest($1::bytea[], $2::text[]) AS given (sha256, token)
         WHERE c.sha256 = given.sha256 AND c.token IS NULL
        """,
        ordered,
        [tokens[sha] for sha in ordered],
        base,
    )


class DataSheet(NamedTuple):
    sha256: bytes
    content_type: str


async def data_sheet(token: str) -> DataSheet | None:
    """By the end of its address; only as long as an article names it. An invoice's own file is for its customer alone."""
    row = await current_connection().fetchrow(
        """
        SELECT c.sha256, c.content_type FROM media_content c WHERE c.token = $1 AND c.state = 'stored'
           AND EXISTS (SELECT 1 FROM media_file f JOIN snapshot s
                           ON s.tenant = f.tenant AND s.connection = f.connection AND s.stream = 'products' AND s.key = f.product
                        WHERE f.tenant = c.tenant AND f.sha256 = c.sha256 AND f.kind = 'document' AND s.deleted_at IS NULL)
        """,
        token,
    )
    return DataSheet(*row) if row else None


async def documents_of(sha256: bytes) -> list[str]:
    """Articles for which this content is a data sheet."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT f.product FROM media_file f JOIN snapshot s
            ON s.tenant = f.tenant AND s.connection = f.connection AND s.stream = 'products' AND s.key = f.product
         WHERE f.sha256 = $1 AND f.kind = 'document'
        """,
        sha256,
    )
    return [row["product"] for row in rows]


async def note_lost(sha256: bytes) -> None:
    """The store does not have it, or has something else: it is asked for again when the agent next tells of it."""
    await current_connection().execute(
        "UPDATE media_content SET state = 'lacking', upload = NULL WHERE sha256 = $1", sha256
    )


# ------------------------------------------------------------------------------------------ for projecting


async def files_of(connection: UUID, products: Collection[str]) -> dict[str, list[File]]:
    rows = await current_connection().fetch(
        """
        SELECT f.product, f.owner, f.name, f.kind, f.title, f.sha256, f.problem,
               CASE WHEN f.kind = 'document' AND c.state = 'stored' THEN c.address END
          FROM media_file f LEFT JOIN media_content c ON c.tenant = f.tenant AND c.sha256 = f.sha256
         WHERE f.connection = $1 AND f.product = ANY($2::text[]) ORDER BY f.product, f.place
        """,
        connection,
        list(products),
    )
    found: dict[str, list[File]] = {}
    for product, owner, name, kind, title, sha256, problem, address in rows:
        told = None if problem is None else msgspec.json.decode(problem, type=Problem)
        found.setdefault(product, []).append(File(owner, name, kind, title, sha256, told, address or ""))
    return found


async def made_of(contents: Collection[bytes], recipe: str) -> dict[bytes, Made]:
    rows = await current_connection().fetch(
        "SELECT sha256, key, digest, problem FROM media_derivative "
        "WHERE sha256 = ANY($1::bytea[]) AND recipe = $2 AND state <> 'due'",
        list(contents),
        recipe,
    )
    return {
        sha256: Made(
            key, digest or "", None if problem is None else msgspec.json.decode(problem, type=Message)
        )
        for sha256, key, digest, problem in rows
    }


async def want(tenant: UUID, contents: Collection[bytes], recipes: Sequence[str]) -> None:
    """To be made. What is there already stays."""
    ordered = sorted(contents)
    await current_connection().execute(
        """
        INSERT INTO media_derivative (tenant, sha256, recipe, state)
        SELECT $1, c.sha256, recipe, 'due' FROM media_content c, unnest($3::text[]) AS recipe
         WHERE c.sha256 = ANY($2::bytea[]) ORDER BY c.sha256, recipe
        ON CONFLICT DO NOTHING
        """,
        tenant,
        ordered,
        list(recipes),
    )


# ---------------------------------------------------------------------------------------------------- shops


async def in_shop(connection: UUID, digests: Collection[str]) -> dict[str, str]:
    """Digest → the shop's own key."""
    rows = await current_connection().fetch(
        "SELECT digest, remote FROM shop_media WHERE connection = $1 AND digest = ANY($2::text[])",
        connection,
        list(digests),
    )
    return {row["digest"]: row["remote"] for row in rows}


async def note_in_shop(tenant: UUID, connection: UUID, remotes: Mapping[str, str]) -> None:
    ordered = sorted(remotes)
    await current_connection().execute(
        """
        INSERT INTO shop_media (tenant, connection, digest, remote) SELECT $1, $2, * FROM unnest($3::text[], $4::text[])
        ON CONFLICT (tenant, connection, digest) DO UPDATE SET remote = excluded.remote, since = now()
        """,
        tenant,
        connection,
        ordered,
        [remotes[digest] for digest in ordered],
    )


async def forget_in_shop(connection: UUID, digests: Collection[str]) -> None:
    await current_connection().execute(
        "DELETE FROM shop_media WHERE connection = $1 AND digest = ANY($2::text[])", connection, list(digests)
    )
