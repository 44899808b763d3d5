"""What the shop really has: comparisons, and the differences that stand. Inside the tenant's transaction."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection
from raccord.storage.matches import Shown
from raccord.storage.text import storable_json


async def choice(channel: UUID) -> str:
    """repair or tell: what becomes of a difference."""
    found: str | None = await current_connection().fetchval(
        "SELECT drift FROM channel WHERE id = $1", channel
    )
    return found or "repair"


async def choose(channel: UUID, chosen: str) -> bool:
    """False when it was so already, or there is no such channel."""
    done = await current_connection().fetchval(
        "UPDATE channel SET drift = $2 WHERE id = $1 AND drift <> $2 RETURNING id", channel, chosen
    )
    return done is not None


class Looked(NamedTuple):
    """A listing to be compared. `failed`: what we have to send has not got through, so there is nothing to read."""

    shown: Shown
    failed: bool


async def sample(channel: UUID, limit: int) -> list[Looked]:
    """Some of the listings that the shop should have by now, another choice each time."""
    rows = await current_connection().fetch(
        """
        SELECT key, target, targets, pushed, coalesce(desired_print, pushed_print), desired_print IS DISTINCT FROM pushed_print
          FROM binding
         WHERE channel = $1 AND stream = 'listings' AND target IS NOT NULL AND pushed IS NOT NULL AND brake IS NULL
           AND (NOT held AND desired_print = pushed_print
                OR problem IS NOT NULL AND desired_print IS DISTINCT FROM pushed_print)
         ORDER BY random() LIMIT $2
        """,
        channel,
        limit,
    )
    return [Looked(Shown(*row[:5]), row[5]) for row in rows]


async def standing(channel: UUID, limit: int) -> list[Shown]:
    """Listings that differed when they were last looked at, the longest ago first, unless something is due of them."""
    rows = await current_connection().fetch(
        """
        SELECT b.key, b.target, b.targets, b.pushed, b.desired_print
          FROM drift d JOIN binding b ON b.channel = d.channel AND b.stream = 'listings' AND b.key = d.key
         WHERE d.channel = $1 AND d.state = 'open' AND b.target IS NOT NULL AND b.pushed IS NOT NULL AND NOT b.held
           AND b.brake IS NULL AND b.desired_print = b.pushed_print
         ORDER BY d.seen_at LIMIT $2
        """,
        channel,
        limit,
    )
    return [Shown(*row) for row in rows]


class Known(NamedTuple):
    """What was last found of a listing. `after`: what the shop had, as JSON by path."""

    cause: str
    state: str
    after: str


async def known(channel: UUID, keys: Sequence[str]) -> dict[str, Known]:
    rows = await current_connection().fetch(
        "SELECT key, cause, state, after FROM drift WHERE channel = $1 AND key = ANY($2::text[])",
        channel,
        list(keys),
    )
    return {row["key"]: Known(*row[1:]) for row in rows}


class Difference(NamedTuple):
    """JSON where the column is; `pushed`, `targets` and `print` are what a repair makes of the binding."""

    key: str
    cause: str
    state: str
    before: str
    after: str
    fields: list[str]
    pushed: str
    targets: str
    print: UUID
    desired_print: UUID


async def save(tenant: UUID, channel: UUID, found: Sequence[Difference]) -> None:
    """A difference that stood already keeps the moment when it was found."""
    await current_connection().executemany(
        """
        INSERT INTO drift AS d (tenant, channel, key, cause, state, before, after, fields, pushed, targets, print,
                                desired_print, repaired_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $5 = 'repaired' THEN now() END)
        ON CONFLICT (tenant, channel, key) DO UPDATE
           SET cause = excluded.cause, state = excluded.state, before = excluded.before, after = excluded.after,
               fields = excluded.fields, pushed = excluded.pushed, targets = excluded.targets, print = excluded.print,
               desired_print = excluded.desired_print, seen_at = now(), repaired_at = excluded.repaired_at, repaired_by = NULL,
               found_at = CASE WHEN d.state = 'open' AND d.after::text = excluded.after::text THEN d.found_at ELSE now() END
        """,
        [
            (tenant, channel, one.key, one.cause, one.state, _json(one.before), _json(one.after), one.fields,
             _json(one.pushed), one.targets, one.print, one.desired_print)
            for one in found
        ],
    )  # fmt: skip


async def seen_right(channel: UUID, keys: Sequence[str]) -> None:
    """The shop has what it was sent: what was put right is settled, what somebody changed back is forgotten."""
    await current_connection().execute(
        "DELETE FROM drift WHERE channel = $1 AND key = ANY($2::text[]) AND state = 'open'",
        channel,
        list(keys),
    )
    await current_connection().execute(
        "UPDATE drift SET state = 'right', seen_at = now() WHERE channel = $1 AND key = ANY($2::text[]) AND state = 'repaired'",
        channel,
        list(keys),
    )


async def forget(channel: UUID, keys: Sequence[str]) -> None:
    await current_connection().execute(
        "DELETE FROM drift WHERE channel = $1 AND key = ANY($2::text[])", channel, list(keys)
    )


class Counts(NamedTuple):
    compared: int
    differing: int
    stubborn: int
    gone: int
    failed: int


async def note_pass(tenant: UUID, channel: UUID, counts: Counts, fields: Mapping[str, int]) -> None:
    packed: Any = msgspec.json.encode(fields).decode()
    await current_connection().execute(
        """
        INSERT INTO drift_pass (tenant, id, channel, compared, differing, stubborn, gone, failed, fields)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        tenant, uuid.uuid4(), channel, *counts, packed,
    )  # fmt: skip


async def repair(channel: UUID, cause: str, keys: Sequence[str] | None, account: UUID | None) -> list[str]:
    """Takes what the shop was seen to have as pushed, so that the difference is due (`keys` None: all of this cause). Returns
    the keys; what was sent something else in the meantime is left to the next comparison."""
    rows = await current_connection().fetch(
        """
        WITH chosen AS (
          SELECT tenant, channel, key, pushed, targets, print, desired_print FROM drift
           WHERE channel = $1 AND cause = $2 AND state = 'open' AND ($3::text[] IS NULL OR key = ANY($3)) FOR UPDATE
        ), due AS (
          UPDATE binding b SET targets = c.targets, pushed = c.pushed, pushed_print = c.print, retry_at = now(), attempts = 0
            FROM chosen c
           WHERE b.tenant = c.tenant AND b.channel = c.channel AND b.stream = 'listings' AND b.key = c.key AND NOT b.held
             AND b.desired_print = c.desired_print AND b.pushed_print = c.desired_print
          RETURNING b.key
        )
        UPDATE drift d SET state = 'repaired', repaired_at = now(), repaired_by = $4
          FROM due WHERE d.channel = $1 AND d.key = due.key
        RETURNING d.key
        """,
        channel,
        cause,
        None if keys is None else list(keys),
        account,
    )
    return sorted(row["key"] for row in rows)


def _json(found: str) -> str:
    return storable_json(found)
