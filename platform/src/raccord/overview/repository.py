"""Queries of the overview; inside the tenant's transaction."""

import msgspec

from raccord.front.links import address, quoted
from raccord.overview.models import ChannelHealth, Figures, Frame, Hour, Waiting
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem


async def figures() -> Figures:
    row = await current_connection().fetchrow(
        """
        SELECT (SELECT count(*) FROM binding WHERE stream = 'listings' AND target IS NOT NULL
                   AND strpos(left(pushed::text, 1000), '"published":true') > 0 AND left_at IS NULL) AS on_sale,
               (SELECT count(*) FROM binding WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL)
                 AS to_push,
               (SELECT count(*) FROM sales_order WHERE received_at > now() - interval '1 day') AS orders,
               (SELECT max(last_change_at) FROM stream_state) AS last_change_at,
               j.changes, j.median, j.p95
          FROM (SELECT count(*) FILTER (WHERE event IN ('created', 'updated', 'withdrawn', 'deleted')) AS changes,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY took_ms) AS median,
                       percentile_cont(0.95) WITHIN GROUP (ORDER BY took_ms) AS p95
                  FROM journal WHERE at > now() - interval '1 day') j
        """
    )
    return Figures(
        row["on_sale"], row["to_push"], row["changes"], row["orders"],
        _whole(row["median"]), _whole(row["p95"]), row["last_change_at"],
    )  # fmt: skip


async def channels() -> list[ChannelHealth]:
    rows = await current_connection().fetch(
        """
        SELECT c.id, c.name, e.name AS erp_name, s.name AS shop_name, c.state,
               (SELECT max(a.last_seen_at) FROM agent a WHERE a.connection = c.erp AND a.revoked_at IS NULL) AS agent_seen_at,
               s.state AS shop_state,
               (SELECT count(*) FROM binding b WHERE b.channel = c.id AND b.desired_print IS DISTINCT FROM b.pushed_print
                   AND NOT b.held AND b.brake IS NULL) AS due,
               (SELECT count(*) FROM binding b WHERE b.channel = c.id AND (b.held OR b.brake IS NOT NULL)) AS waiting
          FROM channel c JOIN connection e ON e.id = c.erp JOIN connection s ON s.id = c.shop ORDER BY c.created_at
        """
    )
    return [ChannelHealth(**dict(row)) for row in rows]


async def hours() -> list[Hour]:
    """The last 24 hours, oldest first, empty ones included."""
    rows = await current_connection().fetch(
        """
        SELECT h AS start, coalesce(j.done, 0) AS done, coalesce(j.failed, 0) AS failed
          FROM generate_series(date_trunc('hour', now()) - interval '23 hours', date_trunc('hour', now()), interval '1 hour') h
          LEFT JOIN (
            SELECT date_trunc('hour', at) AS hour, count(*) FILTER (WHERE problem IS NULL) AS done,
                   count(*) FILTER (WHERE problem IS NOT NULL) AS failed
              FROM journal WHERE at >= date_trunc('hour', now()) - interval '23 hours'
               AND (problem IS NOT NULL OR event IN ('created', 'updated', 'withdrawn', 'deleted', 'order_integrated',
                                                     'order_followed'))
             GROUP BY 1
          ) j ON j.hour = h ORDER BY h
        """
    )
    return [Hour(**dict(row)) for row in rows]


async def waiting(limit: int = 200) -> list[Waiting]:
    """What waits for a person, the weightiest first: brakes, connections, orders, records."""
    found = [
        *await _brakes(),
        *await _connections(),
        *await _orders(limit),
        *await _papers(limit),
        *await _records(limit),
        *await _sources(limit),
    ]
    return found[:limit]


async def frame() -> Frame:
    row = await current_connection().fetchrow(
        """
        SELECT (SELECT count(*) FROM brake WHERE decided_at IS NULL) + (SELECT count(*) FROM connection WHERE state = 'problem')
             + (SELECT count(*) FROM sales_order WHERE state = 'held') + (SELECT count(*) FROM binding WHERE held)
             + (SELECT count(*) FROM order_hold WHERE state = 'open') + (SELECT count(*) FROM held_record)
             + (SELECT count(*) FROM paper WHERE state IN ('held', 'changed')) AS waiting,
               (SELECT timezone FROM tenant) AS timezone, (SELECT count(*) FROM alert WHERE resolved_at IS NULL) AS alerts
        """
    )
    return Frame(row["waiting"], row["timezone"], row["alerts"])


async def _brakes() -> list[Waiting]:
    rows = await current_connection().fetch(
        """
        SELECT id, kind, stream, channel, concerned, known, raised_at,
               (SELECT count(*) FROM binding b WHERE b.channel = k.channel AND b.stream = 'listings' AND b.brake = k.id
                   AND b.leaving = 'delete') AS deleted
          FROM brake k WHERE decided_at IS NULL ORDER BY raised_at
        """
    )
    return [
        Waiting(
            "brake",
            str(row["id"]),
            row["kind"],
            None,
            row["raised_at"],
            address("catalogue", state="braked", channel=row["channel"]),
            {"concerned": row["concerned"], "known": row["known"], "deleted": row["deleted"]},
        )
        for row in rows
    ]


async def _connections() -> list[Waiting]:
    rows = await current_connection().fetch(
        "SELECT id, name, problem, coalesce(checked_at, created_at) AS since FROM connection WHERE state = 'problem'"
    )
    return [
        Waiting(
            "connection",
            str(row["id"]),
            row["name"],
            _problem(row["problem"]),
            row["since"],
            f"connections/{row['id']}",
        )
        for row in rows
    ]


async def _papers(limit: int) -> list[Waiting]:
    """Papers that cannot be made as they are, or that the ERP altered after they were given."""
    rows = await current_connection().fetch(
        "SELECT id, number, problem, seen_at FROM paper WHERE state IN ('held', 'changed') ORDER BY seen_at LIMIT $1",
        limit,
    )
    return [
        Waiting(
            "paper",
            str(row["id"]),
            row["number"],
            _problem(row["problem"]),
            row["seen_at"],
            f"documents/{row['id']}",
        )
        for row in rows
    ]


async def _orders(limit: int) -> list[Waiting]:
    rows = await current_connection().fetch(
        """
        SELECT id, number, problem, received_at AS since FROM sales_order WHERE state = 'held'
        UNION ALL
        SELECT o.id, o.number, h.problem::jsonb, h.opened_at FROM order_hold h JOIN sales_order o ON o.id = h.sales_order
         WHERE h.state = 'open' ORDER BY since LIMIT $1
        """,
        limit,
    )
    return [
        Waiting(
            "order",
            str(row["id"]),
            row["number"],
            _problem(row["problem"]),
            row["since"],
            f"orders/{row['id']}",
        )
        for row in rows
    ]


async def _records(limit: int) -> list[Waiting]:
    rows = await current_connection().fetch(
        "SELECT channel, stream, key, problem, coalesce(desired_at, retry_at) AS since FROM binding WHERE held "
        "ORDER BY stream, key LIMIT $1",
        limit,
    )
    return [
        Waiting(
            "record",
            f"{row['channel']}/{row['stream']}/{row['key']}",
            row["key"],
            _problem(row["problem"]),
            row["since"],
            f"catalogue/{row['channel']}/{row['stream']}/{quoted(row['key'])}",
        )
        for row in rows
    ]


async def _sources(limit: int) -> list[Waiting]:
    """Records that the ERP has and nobody can use, shown in the first channel that their ERP feeds."""
    rows = await current_connection().fetch(
        """
        SELECT h.connection, h.stream, h.key, h.problem, h.since,
               (SELECT c.id FROM channel c WHERE c.erp = h.connection ORDER BY c.created_at LIMIT 1) AS channel
          FROM held_record h ORDER BY h.stream, h.key LIMIT $1
        """,
        limit,
    )
    return [
        Waiting(
            "source",
            f"{row['connection']}/{row['stream']}/{row['key']}",
            row["key"],
            _problem(row["problem"]),
            row["since"],
            f"catalogue/{row['channel']}/{SHOWN_AS[row['stream']]}/{quoted(row['key'])}"
            if row["channel"] and row["stream"] in SHOWN_AS
            else f"connections/{row['connection']}",
        )
        for row in rows
    ]


SHOWN_AS = {"products": "listings", "prices": "availability", "stock": "availability"}
"""Stream of the catalogue's page that shows a record of the ERP."""


def _problem(data: str | None) -> Problem | None:
    return msgspec.json.decode(data, type=Problem) if data else None


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
