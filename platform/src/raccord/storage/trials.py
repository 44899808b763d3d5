"""Records that follow a plan before it is applied. Inside the tenant's transaction.

A channel tries one plan at a time. Its rows name articles (`listings`) and their items (`availability`).
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection
from raccord.storage.projections import Mark
from raccord.storage.text import storable


class Trial(NamedTuple):
    """What the records on trial follow; JSON."""

    plan: UUID
    rules: str
    settings: str


async def of(channel: UUID) -> Trial | None:
    row = await current_connection().fetchrow(
        """
        SELECT p.id, p.rules, p.settings FROM plan p
         WHERE p.channel = $1 AND p.id = (SELECT t.plan FROM trial t WHERE t.channel = $1 LIMIT 1)
        """,
        channel,
    )
    return Trial(*row) if row else None


async def hold(channel: UUID) -> Trial | None:
    """The same, and nobody ends or begins a trial of this channel until the transaction is over: who projects a record by a
    version must not find another one in force when it is done. Taken before any binding is locked."""
    await current_connection().execute("SELECT 1 FROM channel WHERE id = $1 FOR SHARE", channel)
    return await of(channel)


async def among(channel: UUID, stream: str, keys: Collection[str]) -> set[str]:
    """Of these records, those on trial."""
    rows = await current_connection().fetch(
        "SELECT key FROM trial WHERE channel = $1 AND stream = $2 AND key = ANY($3::text[])",
        channel,
        stream,
        list(keys),
    )
    return {row["key"] for row in rows}


async def records(channel: UUID, stream: str) -> set[str]:
    """All on trial."""
    rows = await current_connection().fetch(
        "SELECT key FROM trial WHERE channel = $1 AND stream = $2", channel, stream
    )
    return {row["key"] for row in rows}


async def marks(channel: UUID, stream: str, limit: int) -> list[Mark]:
    """Of a channel that is not on air: those of records on trial, the oldest first."""
    rows = await current_connection().fetch(
        """
        SELECT p.key, p.serial, p.since FROM trial t
          JOIN to_project p ON p.channel = t.channel AND p.stream = t.stream AND p.key = t.key
         WHERE t.channel = $1 AND t.stream = $2 AND coalesce(p.not_before <= now(), true) ORDER BY p.serial LIMIT $3
        """,
        channel,
        stream,
        limit,
    )
    return [Mark(*row) for row in rows]


# ------------------------------------------------------------------------------------- beginning and ending


async def start(tenant: UUID, channel: UUID, plan: UUID, articles: Collection[str], *, on_air: bool) -> None:
    """Where nothing was sent yet, what the shop has now is kept, to be given back."""
    await current_connection().execute(
        """
        INSERT INTO trial (tenant, channel, stream, key, plan, before)
        SELECT $1, $2, 'listings', n.key, $3, CASE WHEN NOT $5 THEN b.pushed END FROM unnest($4::text[]) AS n (key)
          LEFT JOIN binding b ON b.channel = $2 AND b.stream = 'listings' AND b.key = n.key
         ORDER BY n.key
        ON CONFLICT (tenant, channel, stream, key) DO NOTHING
        """,
        tenant, channel, plan, list(articles), on_air,
    )  # fmt: skip


async def follow(tenant: UUID, channel: UUID, items: Collection[str]) -> None:
    """Items of articles on trial follow them."""
    await current_connection().execute(
        """
        INSERT INTO trial (tenant, channel, stream, key, plan)
        SELECT $1, $2, 'availability', key, plan
          FROM unnest($3::text[]) AS key, (SELECT plan FROM trial WHERE channel = $2 LIMIT 1) AS tried
         ORDER BY key
        ON CONFLICT (tenant, channel, stream, key) DO NOTHING
        """,
        tenant,
        channel,
        list(items),
    )


class Tried(NamedTuple):
    stream: str
    key: str
    before: str | None
    desired: str | None
    """Of its binding, as the next three."""
    pushed: str | None
    target: str | None
    creates: bool
    """The plan said that it would be created."""


async def end(channel: UUID) -> list[Tried]:
    """Returns what was on trial."""
    rows = await current_connection().fetch(
        """
        WITH ended AS (DELETE FROM trial WHERE channel = $1 RETURNING stream, key, before, plan)
        SELECT e.stream, e.key, e.before, b.desired, b.pushed, b.target, coalesce(l.action = 'create', false)
          FROM ended e LEFT JOIN binding b ON b.channel = $1 AND b.stream = e.stream AND b.key = e.key
          LEFT JOIN plan_line l ON l.plan = e.plan AND l.stream = e.stream AND l.key = e.key
         ORDER BY e.stream, e.key
        """,
        channel,
    )
    return [Tried(*row) for row in rows]


class Restored(NamedTuple):
    """What is desired again of a binding."""

    key: str
    desired: str | None
    desired_print: UUID | None


async def restore(channel: UUID, restored: Sequence[Restored]) -> None:
    """In a channel that is not on air: nothing is projected there that would say it."""
    await current_connection().execute(
        """
        UPDATE binding b SET desired = n.desired, desired_print = n.print, desired_at = now(), held = false, problem = NULL,
               brake = NULL, attempts = 0, retry_at = now(),
               leaving = CASE WHEN n.desired ->> 'published' = 'false' THEN 'unpublish' END
          FROM (SELECT * FROM unnest($2::text[], $3::json[], $4::uuid[]) AS r (key, desired, print) ORDER BY key) AS n
         WHERE b.channel = $1 AND b.stream = 'listings' AND b.key = n.key
        """,
        channel,
        [one.key for one in restored],
        [one.desired for one in restored],
        [one.desired_print for one in restored],
    )


# ---------------------------------------------------------------------------------- choosing and applying


async def first_lines(plan: UUID, count: int) -> list[str]:
    """Articles that the plan would send, the first by key."""
    rows = await current_connection().fetch(
        """
        SELECT key FROM plan_line WHERE plan = $1 AND stream = 'listings' AND action IN ('create', 'update', 'release')
         ORDER BY key LIMIT $2
        """,
        plan,
        count,
    )
    return [row["key"] for row in rows]


async def chosen_lines(plan: UUID, keys: Collection[str]) -> list[str]:
    """Of these articles, those that the plan would send or withdraw."""
    rows = await current_connection().fetch(
        "SELECT key FROM plan_line WHERE plan = $1 AND stream = 'listings' AND action <> 'hold' AND key = ANY($2::text[]) "
        "ORDER BY key",
        plan,
        list(keys),
    )
    return [row["key"] for row in rows]


async def first_stock(plan: UUID, channel: UUID, count: int) -> list[str]:
    """Articles whose quantities alone the plan would change."""
    rows = await current_connection().fetch(
        """
        SELECT DISTINCT i.product FROM plan_line l JOIN item_code i ON i.channel = $2 AND i.item = l.key
         WHERE l.plan = $1 AND l.stream = 'availability' AND l.action = 'stock' ORDER BY i.product LIMIT $3
        """,
        plan,
        channel,
        count,
    )
    return [row["product"] for row in rows]


class Ready(NamedTuple):
    """A plan that a person decides on."""

    channel: UUID
    state: str
    rules: str
    settings: str
    based_on: int
    revision: int
    note: str


async def channel_of(plan: UUID) -> UUID | None:
    found: UUID | None = await current_connection().fetchval("SELECT channel FROM plan WHERE id = $1", plan)
    return found


async def lock_plan(plan: UUID) -> Ready | None:
    """Nobody else decides on it until the transaction ends."""
    row = await current_connection().fetchrow(
        "SELECT channel, state, rules, settings, based_on, revision, note FROM plan WHERE id = $1 FOR NO KEY UPDATE",
        plan,
    )
    return Ready(*row) if row else None


async def applied(plan: UUID, account: UUID | None, version: int, note: str) -> None:
    await current_connection().execute(
        "UPDATE plan SET state = 'applied', applied_at = now(), applied_by = $2, version = $3, note = $4 WHERE id = $1",
        plan, account, version, storable(note),
    )  # fmt: skip
