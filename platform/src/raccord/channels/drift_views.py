"""What the drift page shows: comparisons over time, and the differences by cause. Inside the tenant's transaction."""

from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem

Cause = Literal["hand", "cleaned", "missing", "failed"]
CAUSES: tuple[Cause, ...] = ("hand", "cleaned", "missing", "failed")
"""hand: changed in the shop. cleaned: changed again after it was put right. missing: deleted in the shop. failed: what we
had to send has not got through."""
PAGE = 20
DAYS = 30
SETTLED = 10
"""Differences put right that are shown."""


class Pass(NamedTuple):
    id: UUID
    at: datetime
    compared: int
    differing: int
    stubborn: int
    gone: int
    failed: int

    @property
    def right(self) -> int:
        return self.compared - self.differing - self.stubborn - self.gone - self.failed


class Day(NamedTuple):
    """Of the company's time zone. `start` is its midnight."""

    start: datetime
    compared: int
    right: int


class Standing(NamedTuple):
    """A difference that stands. `before`: what the shop should have, `after`: what it has, as JSON."""

    key: str
    name: str
    target: str | None
    since: datetime
    before: str | None
    after: str | None
    fields: list[str]
    problem: Problem | None


class Settled(NamedTuple):
    """Put right; `confirmed` once the shop was seen to have it. `who` is empty when it went by itself."""

    key: str
    name: str
    at: datetime
    confirmed: bool
    who: str
    before: str
    after: str


async def last_pass(channel: UUID) -> Pass | None:
    row = await current_connection().fetchrow(
        """
        SELECT id, at, compared, differing, stubborn, gone, failed FROM drift_pass
         WHERE channel = $1 ORDER BY at DESC LIMIT 1
        """,
        channel,
    )
    return Pass(*row) if row else None


async def days(channel: UUID) -> list[Day]:
    """The last thirty, those without a comparison included."""
    rows = await current_connection().fetch(
        """
        SELECT d.day AT TIME ZONE t.timezone, coalesce(sum(p.compared), 0)::int,
               coalesce(sum(p.compared - p.differing - p.stubborn - p.gone - p.failed), 0)::int
          FROM tenant t
         CROSS JOIN LATERAL generate_series(date_trunc('day', now() AT TIME ZONE t.timezone) - make_interval(days => $2 - 1),
                                            date_trunc('day', now() AT TIME ZONE t.timezone), interval '1 day') AS d (day)
          LEFT JOIN drift_pass p ON p.channel = $1 AND p.at >= d.day AT TIME ZONE t.timezone
                                AND p.at < (d.day + interval '1 day') AT TIME ZONE t.timezone
         GROUP BY d.day, t.timezone ORDER BY d.day
        """,
        channel,
        DAYS,
    )
    return [Day(*row) for row in rows]


_BINDING = {
    "missing": "b.held AND b.problem #>> '{message,code}' = 'drift.gone'",
    "failed": "b.problem IS NOT NULL AND b.desired_print IS DISTINCT FROM b.pushed_print AND b.brake IS NULL "
    "AND b.target IS NOT NULL AND b.pushed IS NOT NULL AND b.problem #>> '{message,code}' <> 'drift.gone'",
}
"""What the binding itself tells."""
_NAME = "coalesce(b.desired ->> 'name', b.pushed ->> 'name', b.key)"


async def counts(channel: UUID) -> dict[Cause, int]:
    row = await current_connection().fetchrow(
        f"""
        SELECT (SELECT count(*) FROM drift WHERE channel = $1 AND state = 'open' AND cause = 'hand'),
               (SELECT count(*) FROM drift WHERE channel = $1 AND state = 'open' AND cause = 'cleaned'),
               count(*) FILTER (WHERE {_BINDING["missing"]}), count(*) FILTER (WHERE {_BINDING["failed"]})
          FROM binding b WHERE b.channel = $1 AND b.stream = 'listings' AND b.problem IS NOT NULL
        """,  # noqa: S608 - constants of this file
        channel,
    )
    assert row is not None
    return dict(zip(CAUSES, row, strict=True))


async def standing(channel: UUID, cause: Cause, after: str = "", limit: int = PAGE) -> list[Standing]:
    """In the order of their keys, from after `after`."""
    if cause in _BINDING:
        query = f"""
            SELECT b.key, {_NAME}, b.target, coalesce(b.desired_at, b.pushed_at, now()), b.desired, b.pushed, '{{}}'::text[],
                   b.problem
              FROM binding b WHERE b.channel = $1 AND b.stream = 'listings' AND b.key > $2 AND {_BINDING[cause]}
             ORDER BY b.key LIMIT $3
            """  # noqa: S608 - constants of this file
        rows = await current_connection().fetch(query, channel, after, limit)
    else:
        query = f"""
            SELECT d.key, {_NAME}, b.target, d.found_at, d.before, d.after, d.fields, NULL
              FROM drift d JOIN binding b ON b.channel = d.channel AND b.stream = 'listings' AND b.key = d.key
             WHERE d.channel = $1 AND d.key > $2 AND d.state = 'open' AND d.cause = $4 ORDER BY d.key LIMIT $3
            """  # noqa: S608 - constants of this file
        rows = await current_connection().fetch(query, channel, after, limit, cause)
    return [
        Standing(key, name, target, since, before, after, list(fields), _problem(problem))
        for key, name, target, since, before, after, fields, problem in rows
    ]


async def keys_of(channel: UUID, cause: Cause) -> list[str]:
    """Of all that its bindings tell: `missing` or `failed`."""
    rows = await current_connection().fetch(
        f"SELECT b.key FROM binding b WHERE b.channel = $1 AND b.stream = 'listings' AND {_BINDING[cause]}",  # noqa: S608
        channel,
    )
    return [row["key"] for row in rows]


async def settled(channel: UUID) -> list[Settled]:
    rows = await current_connection().fetch(
        f"""
        SELECT d.key, {_NAME}, d.repaired_at, d.state = 'right', coalesce(a.name, ''), d.before, d.after
          FROM drift d JOIN binding b ON b.channel = d.channel AND b.stream = 'listings' AND b.key = d.key
          LEFT JOIN account a ON a.id = d.repaired_by
         WHERE d.channel = $1 AND d.state IN ('repaired', 'right') AND d.repaired_at > now() - interval '30 days'
         ORDER BY d.repaired_at DESC LIMIT $2
        """,  # noqa: S608 - constants of this file
        channel,
        SETTLED,
    )
    return [Settled(*row) for row in rows]


async def fields(channel: UUID) -> list[tuple[str, int]]:
    """Targets that differ most often among what stands."""
    rows = await current_connection().fetch(
        """
        SELECT field, count(*) FROM drift, unnest(fields) AS field WHERE channel = $1 AND state = 'open'
         GROUP BY field ORDER BY count(*) DESC, field LIMIT 8
        """,
        channel,
    )
    return [tuple(row) for row in rows]


def _problem(packed: str | None) -> Problem | None:
    return None if packed is None else msgspec.json.decode(packed, type=Problem)
