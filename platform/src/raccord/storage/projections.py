"""What projecting reads and writes, in statements on sets: marks, records of the snapshot, desired states.

All of it inside the tenant's transaction. `ingest` sets marks; here they are taken and removed.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from raccord.core.channel import Leaving
from raccord.storage.engine import current_connection
from raccord.storage.text import storable

# --------------------------------------------------------------------------------------------------- route


class Route(NamedTuple):
    """A channel, with all that projecting needs to know of it. The last four as JSON."""

    tenant: UUID
    channel: UUID
    erp: UUID
    shop: UUID
    state: str
    timezone: str
    erp_connector: str
    shop_connector: str
    settings: str
    mapping: str | None
    discovery: str | None


async def route(channel: UUID) -> Route | None:
    row = await current_connection().fetchrow(
        """
        SELECT c.tenant, c.id, c.erp, c.shop, c.state, t.timezone, e.connector, s.connector, c.settings,
               (SELECT m.rules FROM mapping m
                 WHERE m.tenant = c.tenant AND m.channel = c.id AND m.stream = 'listings' AND m.active
                 ORDER BY m.version DESC LIMIT 1),
               s.discovery
          FROM channel c JOIN tenant t ON t.id = c.tenant
          JOIN connection e ON e.tenant = c.tenant AND e.id = c.erp
          JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
         WHERE c.id = $1
        """,
        channel,
    )
    return Route(*row) if row else None


# --------------------------------------------------------------------------------------------------- marks


class Mark(NamedTuple):
    key: str
    serial: int
    since: datetime


async def marks(channel: UUID, stream: str, limit: int) -> list[Mark]:
    """The oldest marks. Nothing is locked: one that is renewed from now on has another serial, and stays."""
    rows = await current_connection().fetch(
        "SELECT key, serial, since FROM to_project "
        "WHERE channel = $1 AND stream = $2 AND coalesce(not_before <= now(), true) ORDER BY serial LIMIT $3",
        channel,
        stream,
        limit,
    )
    return [Mark(*row) for row in rows]


async def clear(channel: UUID, stream: str, done: Sequence[Mark]) -> None:
    """Those that were renewed in the meantime stay; so do those that are being renewed at this instant, which are not
    waited for: their renewer may be waiting for us."""
    await current_connection().execute(
        """
        DELETE FROM to_project WHERE ctid = ANY(ARRAY(
          SELECT ctid FROM to_project WHERE channel = $1 AND stream = $2 AND serial = ANY($3::bigint[])
             FOR UPDATE SKIP LOCKED))
        """,
        channel,
        stream,
        [mark.serial for mark in done],
    )


async def wait_for_prices(
    channel: UUID, erp: UUID, new: Sequence[Mark], patience: timedelta, longest: timedelta
) -> set[str]:
    """Of the marks of new articles without any price, those that wait: for `patience` after they came, and while prices keep
    coming; never longer than `longest`."""
    rows = await current_connection().fetch(
        """
        UPDATE to_project SET not_before = now() + $4::interval
         WHERE channel = $1 AND stream = 'listings' AND serial = ANY($3::bigint[])
           AND since > now() - CASE WHEN EXISTS (
                 SELECT 1 FROM stream_state s
                  WHERE s.connection = $2 AND s.stream = 'prices' AND s.last_change_at > now() - $4::interval)
               THEN $5::interval ELSE $4::interval END
        RETURNING key
        """,
        channel,
        erp,
        [mark.serial for mark in new],
        patience,
        longest,
    )
    return {row["key"] for row in rows}


async def is_marked(channel: UUID, stream: str) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM to_project "
        "WHERE channel = $1 AND stream = $2 AND coalesce(not_before <= now(), true))",
        channel,
        stream,
    )
    return found


async def oldest_mark(channel: UUID, stream: str) -> datetime | None:
    found: datetime | None = await current_connection().fetchval(
        "SELECT min(since) FROM to_project WHERE channel = $1 AND stream = $2 AND coalesce(not_before <= now(), true)",
        channel,
        stream,
    )
    return found


async def mark_everything(tenant: UUID, channel: UUID, erp: UUID) -> None:
    """All articles of the ERP and all bindings of the channel: after a change of settings, mapping or shop."""
    await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT $1, $2, stream, key FROM (
          SELECT 'listings' AS stream, key FROM snapshot
           WHERE connection = $3 AND stream = 'products' AND deleted_at IS NULL
          UNION SELECT stream, key FROM binding WHERE channel = $2 AND stream IN ('listings', 'availability')
        ) AS everything ORDER BY stream, key
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT
        """,
        tenant,
        channel,
        erp,
    )


async def mark_dated_prices(tenant: UUID, channel: UUID, erp: UUID) -> bool:
    """Articles with a price limited in time: a new day may have begun or ended it. False when there is none."""
    done: str = await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT DISTINCT $1::uuid, $2::uuid, 'listings', data ->> 'product' FROM snapshot
         WHERE connection = $3 AND stream = 'prices' AND deleted_at IS NULL
           AND (data::text LIKE '%"starts":%' OR data::text LIKE '%"ends":%')
         ORDER BY 4
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT
        """,
        tenant,
        channel,
        erp,
    )
    return done != "INSERT 0 0"


# ------------------------------------------------------------------------------------------------ snapshot


async def records(connection: UUID, stream: str, keys: Collection[str]) -> dict[str, str]:
    """Key → canonical encoding, of those that are in the ERP."""
    rows = await current_connection().fetch(
        "SELECT key, data FROM snapshot "
        "WHERE connection = $1 AND stream = $2 AND key = ANY($3::text[]) AND deleted_at IS NULL",
        connection,
        stream,
        list(keys),
    )
    return {row["key"]: row["data"] for row in rows}


async def categories_above(connection: UUID, keys: Collection[str]) -> list[str]:
    """Canonical encodings of these categories and of all above them."""
    rows = await current_connection().fetch(
        """
        WITH RECURSIVE above AS (
          SELECT unnest($2::text[]) AS key
          UNION
          SELECT s.data ->> 'parent' FROM snapshot s JOIN above ON s.key = above.key
           WHERE s.connection = $1 AND s.stream = 'categories' AND s.data ->> 'parent' IS NOT NULL
        )
        SELECT data FROM snapshot
         WHERE connection = $1 AND stream = 'categories' AND deleted_at IS NULL
           AND key = ANY(ARRAY(SELECT key FROM above))
        """,
        connection,
        list(keys),
    )
    return [row["data"] for row in rows]


# ------------------------------------------------------------------------------------------------- bindings


class Bound(NamedTuple):
    """A binding as projecting sees it; JSON where the column is."""

    key: str
    target: str | None
    desired: str | None
    desired_print: UUID | None
    pushed: str | None
    pushed_print: UUID | None
    problem: str | None
    held: bool
    brake: UUID | None
    leaving: Leaving | None = None
    """How what is desired leaves the shop; None: it is on sale."""
    left_at: datetime | None = None
    """Since when the shop has it off sale, or out of stock for good."""


_BOUND = """
SELECT key, target, desired, desired_print, pushed, pushed_print, problem, held, brake, leaving, left_at FROM binding
 WHERE channel = $1 AND stream = $2 AND key = ANY($3::text[]) ORDER BY key
"""


async def lock_bindings(channel: UUID, stream: str, keys: Collection[str]) -> dict[str, Bound]:
    """Nobody else writes these until the transaction ends. All who lock several do so in the order of their keys."""
    rows = await current_connection().fetch(f"{_BOUND} FOR NO KEY UPDATE", channel, stream, list(keys))
    return {row["key"]: Bound(*row) for row in rows}


async def sold_out(channel: UUID, items: Collection[str]) -> dict[str, str]:
    """Item → product, of those that left the sale and stay visible with nothing to sell."""
    rows = await current_connection().fetch(
        """
        SELECT item, b.key FROM binding b, jsonb_object_keys(b.targets) AS item
         WHERE b.channel = $1 AND b.stream = 'listings' AND b.leaving = 'out_of_stock' AND b.left_at IS NOT NULL
           AND item = ANY($2::text[])
        """,
        channel,
        list(items),
    )
    return {row["item"]: row["key"] for row in rows}


async def mark_for_deletion(tenant: UUID, channel: UUID, days: int) -> bool:
    """Listings that have been unpublished for so long: projecting them decides. False when there is none."""
    done: str = await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT tenant, channel, stream, key FROM binding
         WHERE channel = $2 AND stream = 'listings' AND tenant = $1 AND left_at <= now() - $3 * interval '1 day'
           AND leaving = 'unpublish' AND target IS NOT NULL AND pushed ->> 'published' = 'false'
         ORDER BY key
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT
        """,
        tenant,
        channel,
        days,
    )
    return done != "INSERT 0 0"


async def bindings(channel: UUID, stream: str, keys: Collection[str]) -> dict[str, Bound]:
    """As they are now, for who writes none of them."""
    rows = await current_connection().fetch(_BOUND, channel, stream, list(keys))
    return {row["key"]: Bound(*row) for row in rows}


class Desire(NamedTuple):
    """What a binding becomes. `renewed`: attempts begin anew, at once."""

    key: str
    desired: str | None
    desired_print: UUID | None
    since: datetime
    problem: str | None
    held: bool
    brake: UUID | None
    renewed: bool
    leaving: Leaving | None = None


async def save_desires(tenant: UUID, channel: UUID, stream: str, desires: Iterable[Desire]) -> None:
    """`desired_at` is when the ERP's first change arrived that the shop does not have yet; of a withdrawal that waits, when
    its own change arrived."""
    ordered = sorted(desires)
    if not ordered:
        return
    columns: list[list[Any]] = [
        list(column) for column in zip(*((*desire[:7], desire.leaving) for desire in ordered), strict=True)
    ]
    columns[4] = [None if problem is None else storable(problem) for problem in columns[4]]
    await current_connection().execute(
        """
        INSERT INTO binding AS b
               (tenant, channel, stream, key, desired, desired_print, desired_at, problem, held, brake, leaving)
        SELECT $1, $2, $3, key, desired, print, since, problem, held, brake, leaving
          FROM unnest($4::text[], $5::json[], $6::uuid[], $7::timestamptz[], $8::jsonb[], $9::boolean[], $10::uuid[],
                      $11::text[])
               AS n (key, desired, print, since, problem, held, brake, leaving)
         ORDER BY key
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE
           SET desired = excluded.desired,
               desired_at = CASE WHEN excluded.brake IS NOT NULL THEN excluded.desired_at
                                 WHEN b.desired_print IS NOT DISTINCT FROM excluded.desired_print
                                   OR b.desired_print IS DISTINCT FROM b.pushed_print
                                 THEN b.desired_at ELSE excluded.desired_at END,
               desired_print = excluded.desired_print, problem = excluded.problem, held = excluded.held,
               brake = excluded.brake, leaving = excluded.leaving,
               attempts = CASE WHEN excluded.key = ANY($12::text[]) THEN 0 ELSE b.attempts END,
               retry_at = CASE WHEN excluded.key = ANY($12::text[]) THEN now() ELSE b.retry_at END
        """,
        tenant,
        channel,
        stream,
        *columns,
        [desire.key for desire in ordered if desire.renewed],
    )
