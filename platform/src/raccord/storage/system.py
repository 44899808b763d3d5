"""Every use of the system role, which alone reads across tenants. Nothing else may open a `system_transaction`.

Each function answers one question with ids only, never with a tenant's data; the caller then enters that tenant.
"""

from typing import NamedTuple
from uuid import UUID

from raccord.storage.engine import system_transaction

WAITING_KINDS = ("project", "push urgent", "push ordinary", "enter", "document", "media", "notify")


class AgentIdentity(NamedTuple):
    tenant: UUID
    agent: UUID
    connection: UUID
    public_key: bytes


class Code(NamedTuple):
    tenant: UUID
    id: UUID
    connection: UUID


class Access(NamedTuple):
    """A tenant that an account may enter; `partner` when it is by a merchant's grant."""

    tenant: UUID
    name: str
    role: str
    partner: UUID | None


class ApiIdentity(NamedTuple):
    """Whose key or token a program shows. Whether it still may is for the tenant's own transaction to say."""

    tenant: UUID
    id: UUID
    kind: str
    """`key`, or `token` of a partner's program."""


class Due(NamedTuple):
    """A piece of work that waits: what kind, for whom, on what."""

    kind: str
    tenant: UUID
    object: UUID
    stream: str


class Waiting(NamedTuple):
    """How much of one kind is due, and for how long the oldest of it has been."""

    pieces: int
    oldest_seconds: float


async def agent_identity(agent: UUID) -> AgentIdentity | None:
    """For the token of an agent, which knows only its own id."""
    async with system_transaction() as connection:
        row = await connection.fetchrow(
            "SELECT tenant, id, connection, public_key FROM agent WHERE id = $1 AND revoked_at IS NULL", agent
        )
    return AgentIdentity(*row) if row else None


async def enrolment_code(code_hash: bytes) -> Code | None:
    """For an agent that enrols: a code is all it has. Used and expired codes are found too; the caller judges."""
    async with system_transaction() as connection:
        row = await connection.fetchrow(
            "SELECT tenant, id, connection FROM enrolment_code WHERE code_hash = $1", code_hash
        )
    return Code(*row) if row else None


async def api_identity(hashed: bytes) -> ApiIdentity | None:
    """For a program that shows a key or a token: that is all it has."""
    async with system_transaction() as connection:
        row = await connection.fetchrow(
            "SELECT tenant, id, 'key' FROM api_key WHERE hash = $1 "
            "UNION ALL SELECT tenant, id, 'token' FROM api_token WHERE hash = $1",
            hashed,
        )
    return ApiIdentity(*row) if row else None


async def holding_grant(partner: UUID, tenant: UUID) -> UUID | None:
    """By which this merchant lets this partner in now; None when it does not."""
    async with system_transaction() as connection:
        found: UUID | None = await connection.fetchval(
            "SELECT id FROM partner_grant WHERE partner = $1 AND tenant = $2 AND ended_at IS NULL "
            "AND (expires_at IS NULL OR expires_at > now()) ORDER BY granted_at LIMIT 1",
            partner,
            tenant,
        )
    return found


async def accesses(account: UUID) -> list[Access]:
    """For sign-in: the tenants of this account, by membership or by a grant to its partner that still holds."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT t.id, t.name, m.role, NULL::uuid FROM membership m JOIN tenant t ON t.id = m.tenant
             WHERE m.account = $1
            UNION ALL
            SELECT t.id, t.name, 'partner', g.partner
              FROM partner_member p JOIN partner_grant g USING (partner) JOIN tenant t ON t.id = g.tenant
             WHERE p.account = $1 AND g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > now())
             ORDER BY 2
            """,
            account,
        )
    return [Access(*row) for row in rows]


async def due_work() -> list[Due]:
    """For the sweep: where something is due, whatever wake-ups were lost."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT DISTINCT 'project', p.tenant, p.channel, p.stream FROM to_project p
              JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
             WHERE c.state = 'live' AND coalesce(p.not_before <= now(), true)
            UNION
            SELECT 'project', t.tenant, t.channel, t.stream FROM trial t
              JOIN to_project p ON p.tenant = t.tenant AND p.channel = t.channel AND p.stream = t.stream AND p.key = t.key
              JOIN channel c ON c.tenant = t.tenant AND c.id = t.channel
             WHERE c.state = 'draft' AND coalesce(p.not_before <= now(), true)
            UNION
            SELECT 'push', b.tenant, c.shop, b.stream FROM binding b
              JOIN channel c ON c.tenant = b.tenant AND c.id = b.channel
              JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
             WHERE b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL
               AND b.desired_print IS NOT NULL AND b.retry_at <= now() AND c.state <> 'paused' AND s.state = 'ready'
               AND coalesce((s.pace ->> 'until')::timestamptz <= now(), true)
             GROUP BY b.tenant, c.shop, b.stream
            UNION
            SELECT 'project', a.tenant, a.channel, 'customers' FROM customer_account a
              JOIN channel c ON c.tenant = a.tenant AND c.id = a.channel
             WHERE a.state IN ('asked', 'waiting') AND a.retry_at <= now() AND c.state = 'live'
            UNION
            SELECT 'plan', p.tenant, p.id, '' FROM plan p WHERE p.state = 'making'
            UNION
            SELECT 'enter', o.tenant, o.id, '' FROM sales_order o JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE o.state IN ('waiting', 'entering') AND o.retry_at <= now() AND c.state = 'live'
            UNION
            SELECT 'enter', o.tenant, o.id, '' FROM order_payment p
              JOIN sales_order o ON o.tenant = p.tenant AND o.id = p.sales_order
              JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE p.state <> 'entered' AND p.retry_at <= now() AND o.state = 'integrated' AND c.state = 'live'
            UNION
            SELECT 'enter', o.tenant, o.id, '' FROM order_credit p
              JOIN sales_order o ON o.tenant = p.tenant AND o.id = p.sales_order
              JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE p.state <> 'entered' AND p.retry_at <= now() AND o.state = 'integrated' AND c.state = 'live'
            UNION
            SELECT 'enter', o.tenant, o.id, '' FROM order_balance p
              JOIN sales_order o ON o.tenant = p.tenant AND o.id = p.sales_order
              JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE p.checked_at IS NULL AND p.retry_at <= now() AND o.state = 'integrated' AND c.state = 'live'
            UNION
            SELECT 'notify', n.tenant, n.tenant, '' FROM notification n
              JOIN sales_order o ON o.tenant = n.tenant AND o.id = n.sales_order
              JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE n.state = 'due' AND n.retry_at <= now() AND c.state = 'live'
                OR n.state = 'sending' AND n.handed_at < now() - interval '90 seconds'
            UNION
            SELECT 'notify', n.tenant, n.tenant, '' FROM notification n
             WHERE n.receipt = 'awaited' AND n.receipt_at <= now() AND n.state = 'sent'
            UNION
            SELECT 'notify', r.tenant, r.tenant, '' FROM return_mailbox r WHERE r.look_at <= now()
            UNION
            SELECT 'document', p.tenant, p.id, '' FROM paper p JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
             WHERE p.state IN ('due', 'waiting', 'held') AND p.retry_at <= now() AND c.state = 'live'
            UNION
            SELECT 'media', d.tenant, d.tenant, '' FROM media_derivative d
              JOIN media_content c ON c.tenant = d.tenant AND c.sha256 = d.sha256
             WHERE d.state = 'due' AND d.retry_at <= now() AND c.state = 'stored'
            UNION
            SELECT 'media', w.tenant, w.tenant, '' FROM web_document w WHERE w.retry_at <= now()
            UNION
            SELECT 'rehearse', tenant, id, '' FROM rehearsal WHERE state = 'running' AND retry_at <= now()
            """
        )
    return [Due(*row) for row in rows]


async def due_deliveries() -> list[tuple[UUID, UUID]]:
    """(tenant, endpoint) where the merchant's programs are to be told something."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            "SELECT DISTINCT d.tenant, d.endpoint FROM delivery d JOIN endpoint e ON e.tenant = d.tenant AND e.id = d.endpoint "
            "WHERE d.state = 'due' AND d.retry_at <= now() AND e.state = 'on'"
        )
    return [(row["tenant"], row["endpoint"]) for row in rows]


async def pushed_questions() -> list[tuple[UUID, UUID]]:
    """(tenant, connection) of ERPs without an agent that were asked something, proofs of stock apart: those wait for stock."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            "SELECT DISTINCT c.tenant, c.connection FROM command c "
            "JOIN connection n ON n.tenant = c.tenant AND n.id = c.connection "
            "WHERE n.connector = 'push' AND c.state IN ('waiting', 'leased') AND c.verb <> 'write' "
            "AND NOT coalesce(starts_with(c.once, 'stock:'), false)"
        )
    return [(row["tenant"], row["connection"]) for row in rows]


async def live_channels(connector: str | None = None) -> list[tuple[UUID, UUID]]:
    """(tenant, channel) of every channel on air, for the schedules; `connector` narrows to shops of that kind."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT c.tenant, c.id FROM channel c JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
             WHERE c.state = 'live' AND ($1::text IS NULL OR s.connector = $1) ORDER BY c.tenant, c.id
            """,
            connector,
        )
    return [(row["tenant"], row["id"]) for row in rows]


async def tenants() -> list[UUID]:
    """Every tenant, for what is looked after once in a while."""
    async with system_transaction() as connection:
        rows = await connection.fetch("SELECT id FROM tenant")
    return [row["id"] for row in rows]


async def waiting() -> dict[str, Waiting]:
    """What is due over all tenants, by kind, for the operator's alarm: what `due_work` finds, counted."""
    async with system_transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT 'project' AS kind, count(*) AS n, min(p.since) AS oldest FROM to_project p
              JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
             WHERE c.state = 'live' AND coalesce(p.not_before <= now(), true)
            UNION ALL
            SELECT CASE WHEN b.stream = 'listings' THEN 'push ordinary' ELSE 'push urgent' END, count(*),
                   min(greatest(b.retry_at, b.desired_at)) FROM binding b
              JOIN channel c ON c.tenant = b.tenant AND c.id = b.channel
              JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
             WHERE b.desired_print IS DISTINCT FROM b.pushed_print AND NOT b.held AND b.brake IS NULL
               AND b.desired_print IS NOT NULL AND b.retry_at <= now() AND c.state <> 'paused' AND s.state = 'ready'
               AND coalesce((s.pace ->> 'until')::timestamptz <= now(), true)
             GROUP BY 1
            UNION ALL
            SELECT 'enter', count(*), min(o.retry_at) FROM sales_order o
              JOIN channel c ON c.tenant = o.tenant AND c.id = o.channel
             WHERE o.state IN ('waiting', 'entering') AND o.retry_at <= now() AND c.state = 'live'
            UNION ALL
            SELECT 'document', count(*), min(p.retry_at) FROM paper p
              JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel
             WHERE p.state IN ('due', 'waiting') AND p.retry_at <= now() AND c.state = 'live'
            UNION ALL
            SELECT 'media', count(*), min(d.retry_at) FROM media_derivative d
              JOIN media_content c ON c.tenant = d.tenant AND c.sha256 = d.sha256
             WHERE d.state = 'due' AND d.retry_at <= now() AND c.state = 'stored'
            UNION ALL
            SELECT 'notify', count(*), min(n.retry_at) FROM notification n WHERE n.state = 'due' AND n.retry_at <= now()
            """
        )
        now = await connection.fetchval("SELECT now()")
    none = {kind: Waiting(0, 0.0) for kind in WAITING_KINDS}
    found = {
        row["kind"]: Waiting(row["n"], (now - row["oldest"]).total_seconds()) for row in rows if row["n"]
    }
    return none | found


async def held() -> dict[str, int]:
    """What waits for a person, over all tenants."""
    async with system_transaction() as connection:
        row = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM binding WHERE held) AS record, (SELECT count(*) FROM sales_order WHERE state = 'held') "
            'AS "order", (SELECT count(*) FROM brake WHERE decided_at IS NULL) AS brake'
        )
    return dict(row)


async def agent_states() -> dict[str, int]:
    """Agents that were heard in the last two minutes, and those that were not."""
    async with system_transaction() as connection:
        row = await connection.fetchrow(
            "SELECT count(*) FILTER (WHERE last_seen_at > now() - interval '2 minutes') AS online, "
            "count(*) FILTER (WHERE last_seen_at IS NULL OR last_seen_at <= now() - interval '2 minutes') AS silent "
            "FROM agent WHERE revoked_at IS NULL"
        )
    return dict(row)
