"""All queries on alerts. Every function runs inside the caller's tenant transaction."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import msgspec

from raccord.alerts.models import KINDS, OF_ORDERS, UNWELL, USUAL, Alert, Kind, Pace, Reader, Seen
from raccord.storage import outgoing
from raccord.storage.engine import current_connection
from raccord.storage.outgoing import Happening

OBSERVED = """
  SELECT 'shop_stopped' AS kind, s.id::text AS object, s.name, 0 AS count FROM connection s
   WHERE s.side = 'shop' AND s.state = 'problem'
  UNION ALL
  SELECT 'erp_unread', e.id::text, e.name, 0 FROM connection e
   WHERE e.side = 'erp' AND EXISTS (SELECT 1 FROM stream_state t WHERE t.connection = e.id AND t.problem IS NOT NULL)
  UNION ALL
  SELECT 'agent_silent', e.id::text, e.name, 0 FROM connection e
   WHERE EXISTS (SELECT 1 FROM agent a WHERE a.connection = e.id AND a.revoked_at IS NULL)
     AND EXISTS (SELECT 1 FROM channel c WHERE c.erp = e.id AND c.state = 'live')
     AND (SELECT max(coalesce(a.last_seen_at, a.enrolled_at)) FROM agent a WHERE a.connection = e.id AND a.revoked_at IS NULL)
         < now() - CASE WHEN e.connector = 'push' THEN interval '26 hours' ELSE interval '15 minutes' END
  UNION ALL
  SELECT 'brake', k.id::text, coalesce(c.name, e.name, ''), k.concerned FROM brake k
    LEFT JOIN channel c ON c.id = k.channel LEFT JOIN connection e ON e.id = k.connection WHERE k.decided_at IS NULL
  UNION ALL
  SELECT 'orders_waiting', c.id::text, c.name, count(*) FROM sales_order o JOIN channel c ON c.id = o.channel
   WHERE c.state <> 'draft' AND o.id IN (SELECT w.id FROM sales_order w WHERE w.state = 'held'
           UNION SELECT h.sales_order FROM order_hold h WHERE h.state = 'open') GROUP BY c.id, c.name
  UNION ALL
  SELECT 'orders_late', c.id::text, c.name, count(*) FROM sales_order o JOIN channel c ON c.id = o.channel
   WHERE o.state IN ('waiting', 'entering') AND o.stage = 'open' AND o.received_at < now() - interval '1 hour'
     AND o.retry_at < 'infinity' AND c.state = 'live' GROUP BY c.id, c.name
  UNION ALL
  SELECT 'payments_held', c.id::text, c.name, count(DISTINCT o.id) FROM order_payment p
    JOIN sales_order o ON o.id = p.sales_order JOIN channel c ON c.id = o.channel
   WHERE p.state = 'held' AND c.state <> 'draft' GROUP BY c.id, c.name
  UNION ALL
  SELECT 'sales_unproven', c.id::text, c.name, count(DISTINCT o.id) FROM reservation r
    JOIN sales_order o ON o.id = r.sales_order JOIN channel c ON c.id = o.channel
   WHERE r.ended_at IS NULL AND r.told_at IS NOT NULL GROUP BY c.id, c.name
  UNION ALL
  SELECT 'mail_stopped', s.medium, s.provider, 0 FROM sender s WHERE s.state = 'problem'
  UNION ALL
  SELECT 'messages_failed', c.id::text, c.name, count(*) FROM notification n
    JOIN sales_order o ON o.id = n.sales_order JOIN channel c ON c.id = o.channel
   WHERE n.state IN ('failed', 'uncertain') GROUP BY c.id, c.name
  UNION ALL
  SELECT 'webhook_stopped', w.id::text, w.name, 0 FROM endpoint w WHERE w.state = 'stopped'
"""
"""One row for each thing that is wrong, whatever number of records it concerns."""


async def observed() -> list[Seen]:
    rows = await current_connection().fetch(OBSERVED)
    return [Seen(row["kind"], row["object"], {"name": row["name"], "count": row["count"]}) for row in rows]


async def open_alerts() -> list[Alert]:
    rows = await current_connection().fetch(
        "SELECT * FROM alert WHERE resolved_at IS NULL ORDER BY opened_at"
    )
    return [_alert(row) for row in rows]


async def lately_resolved(limit: int = 20) -> list[Alert]:
    rows = await current_connection().fetch(
        "SELECT * FROM alert WHERE resolved_at > now() - interval '7 days' ORDER BY resolved_at DESC LIMIT $1",
        limit,
    )
    return [_alert(row) for row in rows]


async def open_one(tenant: UUID, seen: Seen) -> None:
    await current_connection().execute(
        "INSERT INTO alert (tenant, id, kind, object, details) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        tenant, uuid4(), seen.kind, seen.object, msgspec.json.encode(seen.details).decode(),
    )  # fmt: skip
    await _announce(tenant, "alert.opened", [(seen.kind, seen.object, seen.details)])


async def refresh(alert: UUID, seen: Seen) -> None:
    await current_connection().execute(
        "UPDATE alert SET details = $2 WHERE id = $1", alert, msgspec.json.encode(seen.details).decode()
    )


async def resolve(tenant: UUID, alerts: Sequence[UUID]) -> None:
    rows = await current_connection().fetch(
        "UPDATE alert SET resolved_at = now() WHERE id = ANY($1) AND resolved_at IS NULL RETURNING kind, object, details",
        list(alerts),
    )
    over = [(row["kind"], row["object"], msgspec.json.decode(row["details"])) for row in rows]
    await _announce(tenant, "alert.resolved", over)


async def _announce(
    tenant: UUID, type_: str, alerts: Sequence[tuple[Kind, str, dict[str, str | int]]]
) -> None:
    """To the merchant's own programs: each alert as such, and what makes a channel unwell by that name."""
    told = []
    for kind, object_, details in alerts:
        data = msgspec.json.encode({"kind": kind, "object": object_, "details": details}).decode()
        told.append(Happening(type_, data))
        if kind in UNWELL:
            told.append(
                Happening("channel.unhealthy" if type_ == "alert.opened" else "channel.recovered", data)
            )
    await outgoing.announce(tenant, told)


async def readers() -> list[Reader]:
    """The members of the company, and the staff of partners whose grant holds, with what they chose or what is usual."""
    rows = await current_connection().fetch(
        """
        WITH people AS (
          SELECT m.account, m.role FROM membership m
          UNION
          SELECT p.account, 'partner' FROM partner_member p JOIN partner_grant g USING (partner)
           WHERE g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > now())
             AND p.account NOT IN (SELECT account FROM membership)
        )
        SELECT m.account, m.role, a.email, a.name, a.language, r.pace, r.kinds,
               (SELECT max(greatest(t.opened_told_at, t.resolved_told_at)) FROM alert_told t WHERE t.account = m.account)
                 AS last_told_at
          FROM people m JOIN account a ON a.id = m.account LEFT JOIN alert_reader r ON r.account = m.account
         WHERE a.disabled_at IS NULL ORDER BY a.email
        """
    )
    return [_reader(row) for row in rows]


async def choose(tenant: UUID, account: UUID, pace: Pace, kinds: Sequence[Kind]) -> None:
    await current_connection().execute(
        """
        INSERT INTO alert_reader (tenant, account, pace, kinds) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, account) DO UPDATE SET pace = excluded.pace, kinds = excluded.kinds
        """,
        tenant, account, pace, list(kinds),
    )  # fmt: skip


async def unknown_to(account: UUID, kinds: Sequence[Kind]) -> tuple[list[Alert], list[Alert]]:
    """(open and not told, told and since resolved) to this person."""
    connection = current_connection()
    opened = await connection.fetch(
        """
        SELECT a.* FROM alert a LEFT JOIN alert_told t ON t.alert = a.id AND t.account = $1
         WHERE a.resolved_at IS NULL AND t.opened_told_at IS NULL AND a.kind = ANY($2) ORDER BY a.opened_at
        """,
        account, list(kinds),
    )  # fmt: skip
    resolved = await connection.fetch(
        """
        SELECT a.* FROM alert a JOIN alert_told t ON t.alert = a.id AND t.account = $1
         WHERE a.resolved_at IS NOT NULL AND t.opened_told_at IS NOT NULL AND t.resolved_told_at IS NULL ORDER BY a.resolved_at
        """,
        account,
    )
    return [_alert(row) for row in opened], [_alert(row) for row in resolved]


async def told(tenant: UUID, account: UUID, opened: Sequence[UUID], resolved: Sequence[UUID]) -> None:
    connection = current_connection()
    await connection.execute(
        """
        INSERT INTO alert_told (tenant, alert, account, opened_told_at) SELECT $1, unnest($3::uuid[]), $2, now()
        ON CONFLICT (tenant, alert, account) DO NOTHING
        """,
        tenant, account, list(opened),
    )  # fmt: skip
    await connection.execute(
        "UPDATE alert_told SET resolved_told_at = now() WHERE account = $1 AND alert = ANY($2)",
        account,
        list(resolved),
    )


async def company() -> tuple[str, str]:
    """Its name and its time zone."""
    row = await current_connection().fetchrow("SELECT name, timezone FROM tenant")
    return row["name"], row["timezone"]


def _reader(row: asyncpg.Record) -> Reader:
    role = row["role"]
    usual = OF_ORDERS if role == "seller" else KINDS
    known = tuple(kind for kind in KINDS if row["kinds"] is None or kind in row["kinds"])
    return Reader(
        account=row["account"], email=row["email"], name=row["name"], language=row["language"],
        pace=row["pace"] or USUAL[role], kinds=known if row["kinds"] is not None else usual, last_told_at=row["last_told_at"],
        partner=role == "partner",
    )  # fmt: skip


def _alert(row: asyncpg.Record) -> Alert:
    return Alert(
        id=row["id"], kind=row["kind"], object=row["object"], details=msgspec.json.decode(row["details"]),
        opened_at=row["opened_at"], resolved_at=row["resolved_at"],
    )  # fmt: skip
