"""Reading plans and their lines for people, inside the tenant's transaction."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.plan import FieldChange, Summary
from raccord.core.rules import Mapping
from raccord.mappings.models import Plan, PlanLine
from raccord.mappings.repository import STREAM
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Message, Problem

_PLAN = f"""
SELECT p.*, c.state = 'draft' AS first, coalesce(nullif(a.name, ''), a.email) AS author_name,
       coalesce(nullif(b.name, ''), b.email) AS applier_name,
       (SELECT coalesce(max(m.version), 0) FROM mapping m
         WHERE m.channel = p.channel AND m.stream = '{STREAM}' AND m.active) AS in_force,
       (SELECT count(*) FROM trial t WHERE t.channel = p.channel AND t.plan = p.id AND t.stream = 'listings') AS trying
  FROM plan p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
  LEFT JOIN account a ON a.id = p.author LEFT JOIN account b ON b.id = p.applied_by
"""  # noqa: S608


async def plan(plan: UUID) -> Plan | None:
    row = await current_connection().fetchrow(f"{_PLAN} WHERE p.id = $1", plan)
    return _plan(row) if row else None


async def newest(channel: UUID, revision: int | None = None) -> UUID | None:
    """The channel's newest plan; with `revision`, of that draft."""
    found: UUID | None = await current_connection().fetchval(
        "SELECT id FROM plan WHERE channel = $1 AND ($2::int IS NULL OR revision = $2) ORDER BY created_at DESC LIMIT 1",
        channel,
        revision,
    )
    return found


async def lines(
    plan: UUID,
    *,
    action: str | None,
    field: str | None,
    text: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> list[PlanLine]:
    """Articles by key, then stock. `action` "trying": those on trial."""
    rows = await current_connection().fetch(
        """
        SELECT l.stream, l.key, l.action, l.fields, l.changes, l.problem, l.reason, coalesce(s.data ->> 'name', '') AS name,
               t.key IS NOT NULL AS trying
          FROM plan_line l JOIN plan p ON p.id = l.plan JOIN channel c ON c.id = p.channel
          LEFT JOIN snapshot s ON s.connection = c.erp AND s.stream = 'products' AND s.key = l.key
          LEFT JOIN trial t ON t.channel = p.channel AND t.plan = p.id AND t.stream = l.stream AND t.key = l.key
         WHERE l.plan = $1 AND ($2::text IS NULL OR l.action = $2 OR ($2 = 'trying' AND t.key IS NOT NULL))
           AND ($3::text IS NULL OR $3 = ANY(l.fields))
           AND ($4::text IS NULL OR strpos(lower(l.key), lower($4)) > 0 OR strpos(lower(s.data ->> 'name'), lower($4)) > 0)
           AND ($5::text IS NULL OR l.stream < $5 OR (l.stream = $5 AND l.key > $6))
         ORDER BY l.stream DESC, l.key LIMIT $7
        """,
        plan, action, field, text, *(after or (None, None)), limit,
    )  # fmt: skip
    return [_line(row) for row in rows]


def _plan(row: asyncpg.Record) -> Plan:
    return Plan(
        **{name: row[name] for name in _SAME},
        summary=_decoded(row["summary"], Summary),
        problem=_decoded(row["problem"], Problem),
        stale=row["state"] not in ("applied", "superseded") and row["in_force"] != row["based_on"],
        author=row["author_name"],
        applied_by=row["applier_name"],
        mapping=msgspec.json.decode(row["rules"], type=Mapping),
        settings=msgspec.json.decode(row["settings"], type=ChannelSettings),
    )


_SAME = (
    "id", "channel", "state", "stage", "done", "of", "based_on", "revision", "first", "trying", "note", "created_at",
    "ended_at", "applied_at", "version",
)  # fmt: skip


def _line(row: asyncpg.Record) -> PlanLine:
    return PlanLine(
        stream=row["stream"],
        key=row["key"],
        name=row["name"],
        action=row["action"],
        fields=row["fields"],
        changes=_decoded(row["changes"], list[FieldChange]) or [],
        problem=_decoded(row["problem"], Problem),
        reason=_decoded(row["reason"], Message),
        trying=row["trying"],
    )


def _decoded(data: str | None, kind: Any) -> Any:
    return None if data is None else msgspec.json.decode(data, type=kind)
