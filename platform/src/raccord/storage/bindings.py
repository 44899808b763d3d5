"""What pushing reads and writes: due bindings out, outcomes in. Statements on sets, inside the tenant's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from raccord.core.channel import Leaving
from raccord.storage.engine import current_connection
from raccord.storage.text import storable

# A channel that is not on air has nothing due but what was put on trial there.
_DUE = """
b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL AND b.desired_print IS NOT NULL
"""

# Also of what is on its way at this moment: its answer tells nothing of what the shop did meanwhile.
_DOUBT = """
UPDATE binding b SET pushed_print = NULL, doubted = true, retry_at = least(b.retry_at, now())
  FROM doubted d WHERE b.tenant = d.tenant AND b.channel = d.channel AND b.stream = d.stream AND b.key = d.key
"""


class DueRow(NamedTuple):
    """A binding to be brought from pushed to desired."""

    channel: UUID
    stream: str
    key: str
    target: str | None
    targets: str
    desired: str
    desired_print: UUID
    desired_at: datetime | None
    pushed: str | None
    doubtful: bool
    """Something was sent since and nobody heard what became of it: the shop may have that, or `pushed`."""
    problem: str | None
    attempts: int
    listing: str | None
    """The shop's key of the listing that an availability belongs to."""
    leaving: Leaving | None = None
    left: bool = False
    """The shop has it off sale, or out of stock for good, already."""


async def take(shop: UUID, stream: str, limit: int) -> list[DueRow]:
    """The longest waiting first, to be sent right after the commit.

    From here until its outcome is kept a binding is in doubt: `pushed_print` is cleared (and `pushed` filled, for a
    creation), so that a process that dies in between leaves it due even if the ERP's change is taken back meanwhile."""
    rows = await current_connection().fetch(
        f"""
        WITH due AS (
          SELECT b.tenant, b.channel, b.stream, b.key, b.target, b.targets, b.desired, b.desired_print, b.desired_at, b.pushed,
                 b.pushed_print, b.problem, b.attempts, b.retry_at, b.leaving, b.left_at
            FROM channel c JOIN binding b ON b.tenant = c.tenant AND b.channel = c.id AND b.stream = $2
           WHERE c.shop = $1 AND c.state <> 'paused' AND {_DUE} AND b.retry_at <= now()
           ORDER BY b.retry_at, b.key LIMIT $3 FOR NO KEY UPDATE OF b SKIP LOCKED
        ), taken AS (
          UPDATE binding b
             SET pushed_print = NULL, doubted = false, pushed = CASE WHEN b.target IS NULL THEN b.desired ELSE b.pushed END
            FROM due WHERE b.tenant = due.tenant AND b.channel = due.channel AND b.stream = due.stream AND b.key = due.key
        )
        SELECT d.channel, d.stream, d.key, d.target, d.targets, d.desired, d.desired_print, d.desired_at, d.pushed,
               d.pushed IS NOT NULL AND d.pushed_print IS NULL, d.problem, d.attempts,
               CASE WHEN d.stream = 'availability' THEN (
                 SELECT l.target FROM item_code i JOIN binding l
                     ON l.tenant = i.tenant AND l.channel = i.channel AND l.stream = 'listings' AND l.key = i.product
                  WHERE i.tenant = d.tenant AND i.channel = d.channel AND i.item = d.key) END,
               d.leaving, d.left_at IS NOT NULL
          FROM due d ORDER BY d.retry_at, d.key
        """,  # noqa: S608
        shop,
        stream,
        limit,
    )
    return [DueRow(*row) for row in rows]


async def is_due(shop: UUID, streams: Sequence[str]) -> bool:
    found: bool = await current_connection().fetchval(
        f"""
        SELECT EXISTS (
          SELECT 1 FROM channel c JOIN binding b ON b.tenant = c.tenant AND b.channel = c.id
           WHERE c.shop = $1 AND c.state <> 'paused' AND b.stream = ANY($2::text[]) AND {_DUE} AND b.retry_at <= now())
        """,  # noqa: S608
        shop,
        list(streams),
    )
    return found


class Done(NamedTuple):
    """A change that the shop has taken. `pushed` is exactly what was sent, so that what was desired since stays due;
    `targets` (JSON) replaces what was known of the parts. `pushed_print` None: the thing is there, and may be otherwise.
    Of an availability, `target` is the one to which it was sent: if the item was bound anew meanwhile, the answer is about
    something else."""

    channel: UUID
    stream: str
    key: str
    target: str | None
    targets: str
    pushed: str
    pushed_print: UUID | None
    leaving: Leaving | None = None


async def save_done(done: Sequence[Done]) -> list[tuple[UUID, str, str]]:
    """Returns (channel, stream, key) of those that nobody wants any more since: they are to be projected again.

    A problem of the projection (a warning) stays with the record: it is not the shop's to forgive."""
    ordered = sorted(done, key=lambda one: one[:3])
    columns: list[list[Any]] = [list(column) for column in zip(*ordered, strict=True)]
    rows = await current_connection().fetch(
        """
        WITH taken AS (
          SELECT b.tenant, n.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::json[], $7::uuid[],
                                           $8::text[])
                 AS n (channel, stream, key, target, targets, pushed, print, leaving)
            JOIN binding b ON b.channel = n.channel AND b.stream = n.stream AND b.key = n.key
             AND (n.stream <> 'availability' OR b.target = n.target)
           ORDER BY b.channel, b.stream, b.key FOR NO KEY UPDATE OF b
        )
        UPDATE binding b
           SET target = coalesce(t.target, b.target), targets = t.targets, pushed = t.pushed,
               pushed_print = CASE WHEN NOT b.doubted THEN t.print END, pushed_at = now(), attempts = 0, retry_at = now(),
               left_at = CASE WHEN t.leaving IS NOT NULL THEN coalesce(b.left_at, now()) END,
               problem = CASE WHEN b.problem #>> '{message,code}' LIKE 'projection.%' THEN b.problem END
          FROM taken t
         WHERE b.tenant = t.tenant AND b.channel = t.channel AND b.stream = t.stream AND b.key = t.key
        RETURNING b.channel, b.stream, b.key, b.desired IS NULL AS unwanted
        """,
        *columns,
    )
    return [(row["channel"], row["stream"], row["key"]) for row in rows if row["unwanted"]]


async def doubt_stock(channel: UUID, orders: Sequence[str]) -> None:
    """What the shop shows of the items of these orders (its own keys) is not known any more: it is sent again."""
    await current_connection().execute(
        f"""
        WITH doubted AS (
          SELECT b.tenant, b.channel, b.stream, b.key FROM binding b
           WHERE b.channel = $1 AND b.stream = 'availability' AND b.target IS NOT NULL AND EXISTS (
             SELECT 1 FROM sales_order o JOIN reservation r ON r.tenant = o.tenant AND r.sales_order = o.id
              WHERE o.channel = $1 AND o.key = ANY($2::text[]) AND r.item = b.key)
           ORDER BY b.key FOR NO KEY UPDATE OF b
        ) {_DOUBT}
        """,  # noqa: S608
        channel,
        list(orders),
    )


async def doubt_targets(channel: UUID, targets: Sequence[str]) -> None:
    """As `doubt_stock`, of items by their keys in the shop."""
    await current_connection().execute(
        f"""
        WITH doubted AS (
          SELECT b.tenant, b.channel, b.stream, b.key FROM binding b
           WHERE b.channel = $1 AND b.stream = 'availability' AND b.target = ANY($2::text[])
           ORDER BY b.key FOR NO KEY UPDATE OF b
        ) {_DOUBT}
        """,  # noqa: S608
        channel,
        list(targets),
    )


async def save_deleted(gone: Sequence[tuple[UUID, str, str]]) -> None:
    """(channel, product, the shop's key) of listings that the shop has no more. Who wants one again by now has it created."""
    ordered = sorted(gone)
    columns: list[list[Any]] = [list(column) for column in zip(*ordered, strict=True)]
    await current_connection().execute(
        """
        WITH gone AS (
          SELECT b.tenant, n.* FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (channel, key, target)
            JOIN binding b ON b.channel = n.channel AND b.stream = 'listings' AND b.key = n.key AND b.target = n.target
           ORDER BY b.channel, b.key FOR NO KEY UPDATE OF b
        )
        UPDATE binding b
           SET target = NULL, targets = '{}', pushed = NULL, pushed_print = NULL, pushed_at = now(), left_at = NULL,
               desired = CASE WHEN b.leaving IS NULL THEN b.desired END,
               desired_print = CASE WHEN b.leaving IS NULL THEN b.desired_print END,
               brake = CASE WHEN b.leaving IS NULL THEN b.brake END, leaving = NULL,
               attempts = 0, retry_at = now(),
               problem = CASE WHEN b.problem #>> '{message,code}' LIKE 'projection.%' THEN b.problem END
          FROM gone g
         WHERE b.tenant = g.tenant AND b.channel = g.channel AND b.stream = 'listings' AND b.key = g.key
        """,
        *columns,
    )


class Failed(NamedTuple):
    """A change that did not go through. `sent`: the print of what was tried."""

    channel: UUID
    stream: str
    key: str
    sent: UUID
    problem: str
    held: bool
    pause: timedelta
    absent: bool
    """The shop said no: what was to be created does not exist."""
    target: str | None
    """To which it was sent."""


async def save_failed(failed: Sequence[Failed]) -> None:
    """Only where what was tried is still what is wanted: a record that changed since gets a new chance at once."""
    ordered = sorted(failed, key=lambda one: one[:3])
    columns: list[list[Any]] = [list(column) for column in zip(*ordered, strict=True)]
    columns[4] = [storable(problem) for problem in columns[4]]
    await current_connection().execute(
        """
        WITH refused AS (
          SELECT b.tenant, n.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[], $6::boolean[],
                                           $7::interval[], $8::boolean[], $9::text[])
                 AS n (channel, stream, key, sent, problem, held, pause, absent, target)
            JOIN binding b ON b.channel = n.channel AND b.stream = n.stream AND b.key = n.key
             AND b.desired_print = n.sent AND (n.stream <> 'availability' OR b.target = n.target)
           ORDER BY b.channel, b.stream, b.key FOR NO KEY UPDATE OF b
        )
        UPDATE binding b
           SET problem = r.problem, held = r.held, attempts = b.attempts + 1, retry_at = now() + r.pause,
               pushed = CASE WHEN r.absent AND b.target IS NULL THEN NULL ELSE b.pushed END
          FROM refused r
         WHERE b.tenant = r.tenant AND b.channel = r.channel AND b.stream = r.stream AND b.key = r.key
        """,
        *columns,
    )


async def owners(stream: str, targets: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], str]:
    """(channel, shop's key) → the key of the ERP that is bound to it."""
    rows = await current_connection().fetch(
        """
        SELECT b.channel, b.target, b.key FROM unnest($2::uuid[], $3::text[]) AS n (channel, target)
          JOIN binding b ON b.channel = n.channel AND b.stream = $1 AND b.target = n.target
        """,
        stream,
        [channel for channel, _ in targets],
        [target for _, target in targets],
    )
    return {(row["channel"], row["target"]): row["key"] for row in rows}


async def hold_unsupported(shop: UUID, stream: str, problem: str) -> None:
    """The shop's connector does not know the stream: a person is told, once, and nothing is tried."""
    await current_connection().execute(
        f"""
        UPDATE binding b SET held = true, problem = $3 FROM channel c
         WHERE c.shop = $1 AND b.tenant = c.tenant AND b.channel = c.id AND b.stream = $2 AND {_DUE}
        """,  # noqa: S608
        shop,
        stream,
        problem,
    )


async def unbind_items(channel: UUID, items: Collection[str]) -> None:
    """These are no longer in the shop."""
    await current_connection().execute(
        "DELETE FROM binding WHERE channel = $1 AND stream = 'availability' AND key = ANY($2::text[])",
        channel,
        list(items),
    )


async def bind_items(tenant: UUID, channel: UUID, targets: dict[str, str]) -> None:
    """Item key → the shop's key: from now on the item's stock can be pushed; it is projected next. An item that has
    another key in the shop than before has nothing pushed there yet."""
    if not targets:
        return
    items = sorted(targets)
    await current_connection().execute(
        """
        INSERT INTO binding AS b (tenant, channel, stream, key, target)
        SELECT $1, $2, 'availability', * FROM unnest($3::text[], $4::text[])
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE
           SET target = excluded.target, pushed = NULL, pushed_print = NULL, held = false, problem = NULL
         WHERE b.target IS DISTINCT FROM excluded.target
        """,
        tenant,
        channel,
        items,
        [targets[item] for item in items],
    )
    await current_connection().execute(
        """
        INSERT INTO to_project (tenant, channel, stream, key)
        SELECT $1, $2, 'availability', unnest($3::text[])
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE SET serial = DEFAULT
        """,
        tenant,
        channel,
        items,
    )
