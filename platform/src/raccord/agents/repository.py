"""The queries of the agents feature, inside one tenant's transaction (attempts: inside an untenanted one)."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.agents.models import AgentCard, Health
from raccord.storage.commands import COMMANDS
from raccord.storage.engine import current_connection
from raccord.storage.text import storable, storable_json
from raccord_connectors import wire

LONGEST_NAME = 200
"""Characters kept of what an agent says of its machine."""

# ----------------------------------------------------------------------------------------------- attempts


async def attempts(subject: str, within: timedelta) -> int:
    found: int = await current_connection().fetchval(
        "SELECT count(*) FROM sign_in_attempt WHERE subject = $1 AND at > now() - $2::interval",
        subject,
        within,
    )
    return found


async def count_attempt(subject: str, keep: timedelta) -> None:
    """Also forgets this subject's old ones."""
    connection = current_connection()
    await connection.execute(
        "DELETE FROM sign_in_attempt WHERE subject = $1 AND at < now() - $2::interval", subject, keep
    )
    await connection.execute("INSERT INTO sign_in_attempt (subject) VALUES ($1)", subject)


# ---------------------------------------------------------------------------------------------- enrolment


async def is_erp(connection: UUID) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM connection WHERE id = $1 AND side = 'erp')", connection
    )
    return found


async def add_code(
    tenant: UUID, code: UUID, connection: UUID, code_hash: bytes, account: UUID | None, life: timedelta
) -> datetime:
    executing = current_connection()
    await executing.execute(
        "DELETE FROM enrolment_code WHERE connection = $1 AND agent IS NULL AND expires_at < now()",
        connection,
    )
    expires_at: datetime = await executing.fetchval(
        """
        INSERT INTO enrolment_code (tenant, id, connection, code_hash, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, now() + $6::interval) RETURNING expires_at
        """,
        tenant, code, connection, code_hash, account, life,
    )  # fmt: skip
    return expires_at


class CodeRow(NamedTuple):
    connection: UUID
    connection_name: str
    connector: str
    tenant_name: str
    expired: bool
    agent: UUID | None
    public_key: bytes | None
    """Of the agent that used the code."""
    revoked: bool


async def lock_code(code: UUID) -> CodeRow | None:
    """Two agents with one code: the second waits here, and then finds it used."""
    executing = current_connection()
    # First the lock alone: a row that was waited for is not joined anew.
    await executing.execute("SELECT 1 FROM enrolment_code WHERE id = $1 FOR UPDATE", code)
    row = await executing.fetchrow(
        """
        SELECT e.connection, c.name, c.connector, t.name, e.expires_at <= now(), e.agent, a.public_key,
               a.revoked_at IS NOT NULL
          FROM enrolment_code e JOIN connection c ON c.id = e.connection JOIN tenant t ON t.id = e.tenant
          LEFT JOIN agent a ON a.id = e.agent
         WHERE e.id = $1
        """,
        code,
    )
    return CodeRow(*row) if row else None


async def add_agent(
    tenant: UUID, agent: UUID, code: UUID, connection: UUID, asked: wire.Enrolment
) -> list[UUID]:
    """The connection's only agent from now on; returns those that it replaces."""
    executing = current_connection()
    replaced = await executing.fetch(
        "UPDATE agent SET revoked_at = now() WHERE connection = $1 AND revoked_at IS NULL RETURNING id",
        connection,
    )
    await executing.execute(
        """
        INSERT INTO agent (tenant, id, connection, public_key, host, system, version) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        tenant, agent, connection, asked.public_key, _name(asked.host), _name(asked.system), _name(asked.version),
    )  # fmt: skip
    await executing.execute("UPDATE enrolment_code SET agent = $2 WHERE id = $1", code, agent)
    return [row["id"] for row in replaced]


async def revoke(agent: UUID) -> bool:
    """False when there is no such agent, or it is revoked already. Its open long poll learns it at once."""
    executing = current_connection()
    connection: UUID | None = await executing.fetchval(
        "UPDATE agent SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING connection", agent
    )
    if connection is not None:
        await executing.execute("SELECT pg_notify($1, $2)", COMMANDS, str(connection))
    return connection is not None


async def add_audit(tenant: UUID, account: UUID | None, act: str, subject: str, details: str = "{}") -> None:
    await current_connection().execute(
        "INSERT INTO audit (tenant, account, act, object, details) VALUES ($1, $2, $3, $4, $5)",
        tenant, account, act, subject, storable_json(details),
    )  # fmt: skip


async def use_nonce(tenant: UUID, agent: UUID, nonce: str, keep: timedelta) -> bool:
    """False when this nonce was used before."""
    executing = current_connection()
    await executing.execute(
        "DELETE FROM agent_nonce WHERE agent = $1 AND at < now() - $2::interval", agent, keep
    )
    done: str = await executing.execute(
        "INSERT INTO agent_nonce (tenant, agent, nonce) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        tenant,
        agent,
        nonce,
    )
    return done == "INSERT 0 1"


# ----------------------------------------------------------------------------------- configuration, health


class Configured(NamedTuple):
    revoked: bool
    paused: bool
    settings: str
    """JSON, the agent's part among others."""


async def configured(agent: UUID, connection: UUID) -> Configured | None:
    row = await current_connection().fetchrow(
        """
        SELECT a.revoked_at IS NOT NULL, c.state = 'paused', c.settings
          FROM agent a JOIN connection c ON c.id = a.connection WHERE a.id = $1 AND a.connection = $2
        """,
        agent,
        connection,
    )
    return Configured(*row) if row else None


async def note_configuration(agent: UUID, version: int) -> None:
    """The agent has taken this version."""
    await current_connection().execute(
        "UPDATE agent SET configuration_version = $2, last_seen_at = now() WHERE id = $1", agent, version
    )


async def save_schedule(connection: UUID, schedule: str) -> bool:
    done: str = await current_connection().execute(
        "UPDATE connection SET settings = jsonb_set(settings, '{schedule}', $2::jsonb) WHERE id = $1 AND side = 'erp'",
        connection,
        schedule,
    )
    return done == "UPDATE 1"


async def note_heartbeat(agent: UUID, connection: UUID, version: str, health: str, *, healthy: bool) -> None:
    """A healthy heartbeat makes a new connection ready, and ends a trouble that was to pass by itself."""
    executing = current_connection()
    await executing.execute(
        "UPDATE agent SET last_seen_at = now(), version = $2, health = $3 WHERE id = $1",
        agent,
        _name(version),
        storable_json(health),
    )
    if healthy:
        await executing.execute(
            """
            UPDATE connection SET state = 'ready', problem = NULL
             WHERE id = $1 AND (state = 'new' OR state = 'problem' AND problem ->> 'kind' = 'transient')
            """,
            connection,
        )


class Scan(NamedTuple):
    stream: str
    at: datetime | None
    problem: str | None


async def note_scans(tenant: UUID, connection: UUID, scans: list[Scan]) -> None:
    await current_connection().execute(
        """
        INSERT INTO stream_state AS s (tenant, connection, stream, last_scan_at, problem)
        SELECT $1, $2, * FROM unnest($3::text[], $4::timestamptz[], $5::jsonb[])
        ON CONFLICT (tenant, connection, stream) DO UPDATE
          SET last_scan_at = coalesce(excluded.last_scan_at, s.last_scan_at), problem = excluded.problem
        """,
        tenant,
        connection,
        [scan.stream for scan in scans],
        [scan.at for scan in scans],
        [None if scan.problem is None else storable_json(scan.problem) for scan in scans],
    )


async def agents() -> list[AgentCard]:
    """The tenant's agents, those in use first."""
    rows = await current_connection().fetch(
        """
        SELECT a.id, a.connection, c.name AS connection_name, c.connector, a.host, a.system, a.version, a.enrolled_at,
               a.last_seen_at, a.revoked_at, a.health
          FROM agent a JOIN connection c ON c.id = a.connection
         ORDER BY a.revoked_at IS NOT NULL, a.enrolled_at DESC
        """
    )
    return [AgentCard(**{**row, "health": _health(row["health"])}) for row in rows]


def _health(stored: str) -> Health | None:
    try:
        return msgspec.json.decode(stored, type=Health)
    except msgspec.ValidationError:  # nothing was told yet
        return None


def _name(text: str) -> str:
    return storable(text)[:LONGEST_NAME]
