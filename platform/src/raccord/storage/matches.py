"""Bindings made without pushing (first match), and compared with the shop (drift). Inside the tenant's transaction."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.text import storable


async def products_after(connection: UUID, key: str, limit: int) -> list[tuple[str, str]]:
    """(key, canonical encoding) of the ERP's articles in key order, from after `key`."""
    rows = await current_connection().fetch(
        """
        SELECT key, data FROM snapshot
         WHERE connection = $1 AND stream = 'products' AND deleted_at IS NULL AND key > $2 ORDER BY key LIMIT $3
        """,
        connection,
        key,
        limit,
    )
    return [(row["key"], row["data"]) for row in rows]


class Found(NamedTuple):
    """An article that the shop has; with `problem`, one that it may have. JSON where the column is."""

    key: str
    target: str | None
    targets: str
    pushed: str | None
    pushed_print: UUID | None
    problem: str | None


async def save_found(tenant: UUID, channel: UUID, found: Sequence[Found]) -> list[str]:
    """Bindings that exist already stay as they are, and what one of them follows is not given to another article. Returns
    the keys that are new."""
    ordered = sorted(found)
    if not ordered:
        return []
    columns: list[list[Any]] = [list(column) for column in zip(*ordered, strict=True)]
    rows = await current_connection().fetch(
        """
        INSERT INTO binding (tenant, channel, stream, key, target, targets, pushed, pushed_print, pushed_at, problem, held)
        SELECT $1, $2, 'listings', key, target, targets, pushed, print, CASE WHEN pushed IS NOT NULL THEN now() END,
               problem, problem IS NOT NULL
          FROM unnest($3::text[], $4::text[], $5::jsonb[], $6::json[], $7::uuid[], $8::jsonb[])
               AS n (key, target, targets, pushed, print, problem)
         WHERE NOT EXISTS (SELECT 1 FROM binding o WHERE o.channel = $2 AND o.stream = 'listings' AND o.target = n.target)
        ON CONFLICT (tenant, channel, stream, key) DO NOTHING RETURNING key
        """,
        tenant,
        channel,
        *columns,
    )
    return sorted(row["key"] for row in rows)


async def refresh(channel: UUID, found: Sequence[Found]) -> None:
    """Of bindings that were matched before and never projected: what the shop has now, in the fields that are ours now."""
    bound = [one for one in sorted(found) if one.target is not None]
    await current_connection().execute(
        """
        UPDATE binding b SET pushed = n.pushed, pushed_print = n.print
          FROM unnest($2::text[], $3::text[], $4::json[], $5::uuid[]) AS n (key, target, pushed, print)
         WHERE b.channel = $1 AND b.stream = 'listings' AND b.key = n.key AND b.target = n.target
           AND b.desired IS NULL AND NOT b.held AND b.pushed_print IS DISTINCT FROM n.print
        """,
        channel,
        [one.key for one in bound],
        [one.target for one in bound],
        [one.pushed for one in bound],
        [one.pushed_print for one in bound],
    )


async def forget_doubts(channel: UUID) -> None:
    """Matches that nobody has decided, in a channel that has sent nothing."""
    await current_connection().execute(
        "DELETE FROM binding WHERE channel = $1 AND stream = 'listings' AND held AND desired IS NULL "
        "AND problem #>> '{message,code}' LIKE 'match.%'",
        channel,
    )


async def resolve(channel: UUID, found: Found) -> bool:
    """What a person decided of a doubtful or vanished one. False when it does not wait for that, or the listing follows
    another article."""
    done = await current_connection().fetchval(
        """
        UPDATE binding b SET target = $3, targets = $4, pushed = $5, pushed_print = $6, held = false, problem = NULL,
               attempts = 0, retry_at = now()
         WHERE channel = $1 AND stream = 'listings' AND key = $2 AND held
           AND (problem #>> '{message,code}' LIKE 'match.%' OR problem #>> '{message,code}' = 'drift.gone')
           AND NOT EXISTS (SELECT 1 FROM binding o
                            WHERE o.channel = $1 AND o.stream = 'listings' AND o.target = $3 AND o.key <> b.key)
        RETURNING key
        """,
        channel,
        *found[:5],
    )
    return done is not None


class Shown(NamedTuple):
    """A listing that is in the shop as far as we know."""

    key: str
    target: str
    targets: str
    pushed: str
    desired_print: UUID


async def save_drifted(channel: UUID, shown: Shown, targets: str, pushed: str, print_: UUID) -> bool:
    """What the shop really has; it becomes due. False when the binding moved on in the meantime."""
    done = await current_connection().fetchval(
        """
        UPDATE binding SET targets = $4, pushed = $5, pushed_print = $6, retry_at = now()
         WHERE channel = $1 AND stream = 'listings' AND key = $2 AND desired_print = $3 AND pushed_print = $3
        RETURNING key
        """,
        channel,
        shown.key,
        shown.desired_print,
        targets,
        pushed,
        print_,
    )
    return done is not None


async def save_vanished(channel: UUID, shown: Shown, problem: str) -> bool:
    done = await current_connection().fetchval(
        """
        UPDATE binding SET held = true, problem = $4
         WHERE channel = $1 AND stream = 'listings' AND key = $2 AND desired_print = $3 AND pushed_print = $3 AND NOT held
        RETURNING key
        """,
        channel,
        shown.key,
        shown.desired_print,
        storable(problem),
    )
    return done is not None
