"""Reading partners, grants, the audit log, and the health of the merchants that a partner looks after."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.storage.engine import current_connection, tenant_transaction, untenanted_transaction
from raccord.storage.system import Access

PAGE = 50
AT_ONCE = 4
"""Merchants entered at the same time to look at their health: a portal does not take all connections of the process."""
SILENT_AFTER = "180 seconds"


class Partner(NamedTuple):
    id: UUID
    name: str


class Grant(NamedTuple):
    id: UUID
    partner: UUID
    partner_name: str
    granted_by: str | None
    granted_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    holds: bool
    last_entered_at: datetime | None


class AuditRow(Struct, frozen=True):
    id: int
    at: datetime
    person: str | None
    partner: str | None
    """The person's partner company, where it is not a member of the merchant's."""
    act: str
    about: str
    """The thing's name where it has one, else its id."""
    details: dict[str, object]


class Health(Struct, frozen=True):
    """One merchant in the portal. Ids apart, these are numbers only."""

    tenant: UUID
    name: str
    live: int
    """Channels on air."""
    silent: int
    """ERPs of live channels whose agent does not show itself."""
    connections: int
    """With a problem."""
    held_orders: int
    waiting: int
    """Everything that waits for a person, the held orders included."""
    on_their_way: int
    last_change_at: datetime | None

    @property
    def stake(self) -> tuple[int, int, int]:
        """What to look at first: nothing moves, orders wait, anything waits."""
        return (self.silent + self.connections, self.held_orders, self.waiting)


async def partners_of(account: UUID) -> list[Partner]:
    async with untenanted_transaction() as connection:
        rows = await connection.fetch(
            "SELECT p.id, p.name FROM partner p JOIN partner_member m ON m.partner = p.id WHERE m.account = $1 ORDER BY p.name",
            account,
        )
    return [Partner(*row) for row in rows]


async def found_partners(typed: str) -> list[Partner]:
    """By the e-mail address of somebody who works there, or by the partner's id."""
    async with untenanted_transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT DISTINCT p.id, p.name FROM partner p LEFT JOIN partner_member m ON m.partner = p.id
              LEFT JOIN account a ON a.id = m.account
             WHERE lower(a.email) = lower($1) OR p.id::text = lower($1) ORDER BY p.name
            """,
            typed,
        )
    return [Partner(*row) for row in rows]


# -------------------------------------------------------------- inside the tenant's transaction


async def grants() -> list[Grant]:
    """Those that hold first."""
    rows = await current_connection().fetch(
        """
        SELECT g.id, g.partner, p.name, coalesce(nullif(a.name, ''), a.email), g.granted_at, g.expires_at, g.ended_at,
               g.ended_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > now()),
               (SELECT max(u.at) FROM audit u JOIN partner_member m ON m.account = u.account
                 WHERE u.act = 'partner.entered' AND m.partner = g.partner)
          FROM partner_grant g JOIN partner p ON p.id = g.partner LEFT JOIN account a ON a.id = g.granted_by
         ORDER BY 8 DESC, g.granted_at DESC
        """
    )
    return [Grant(*row) for row in rows]


async def audit(before: int | None) -> list[AuditRow]:
    """The newest first: `PAGE` of them and one more when there are more."""
    rows = await current_connection().fetch(
        """
        SELECT u.id, u.at, coalesce(nullif(a.name, ''), a.email),
               CASE WHEN NOT EXISTS (SELECT 1 FROM membership s WHERE s.account = u.account)
                 THEN (SELECT string_agg(p.name, ', ') FROM partner_member m JOIN partner p ON p.id = m.partner
                        WHERE m.account = u.account) END,
               u.act,
               coalesce((SELECT c.name FROM channel c WHERE c.id::text = u.object),
                        (SELECT c.name FROM connection c WHERE c.id::text = u.object),
                        (SELECT g.host FROM agent g WHERE g.id::text = u.object),
                        (SELECT p.name FROM partner p WHERE p.id::text = u.object),
                        (SELECT p.name FROM partner_grant g JOIN partner p ON p.id = g.partner WHERE g.id::text = u.object),
                        (SELECT coalesce(nullif(o.name, ''), o.email) FROM account o WHERE o.id::text = u.object), u.object),
               u.details
          FROM audit u LEFT JOIN account a ON a.id = u.account
         WHERE u.id < coalesce($1, 9223372036854775807) ORDER BY u.id DESC LIMIT $2
        """,
        before,
        PAGE + 1,
    )
    return [_audit(*row) for row in rows]


def _audit(
    id_: int, at: datetime, person: str | None, partner: str | None, act: str, about: str, details: str
) -> AuditRow:
    return AuditRow(id_, at, person, partner, act, about, msgspec.json.decode(details))


# ------------------------------------------------------------------------------------- the portal


async def healths(accesses: Sequence[Access]) -> list[Health]:
    """Enters each merchant in turn; what is at stake first."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(access: Access) -> Health:
        async with gate, tenant_transaction(access.tenant):
            return await _health(access)

    found = await asyncio.gather(*(one(access) for access in accesses))
    return sorted(found, key=lambda health: (*(-number for number in health.stake), health.name.casefold()))


async def _health(access: Access) -> Health:
    row = await current_connection().fetchrow(
        f"""
        SELECT (SELECT count(*) FROM channel WHERE state = 'live') AS live,
               (SELECT count(DISTINCT c.erp) FROM channel c WHERE c.state = 'live' AND NOT EXISTS (
                  SELECT 1 FROM agent a WHERE a.connection = c.erp AND a.revoked_at IS NULL
                     AND a.last_seen_at > now() - interval '{SILENT_AFTER}')) AS silent,
               (SELECT count(*) FROM connection WHERE state = 'problem') AS connections,
               (SELECT count(*) FROM sales_order WHERE state = 'held') AS held_orders,
               (SELECT count(*) FROM brake WHERE decided_at IS NULL) + (SELECT count(*) FROM binding WHERE held)
                 + (SELECT count(*) FROM held_record) AS others,
               (SELECT count(*) FROM binding WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL)
                 AS on_their_way,
               (SELECT max(last_change_at) FROM stream_state) AS last_change_at
        """  # noqa: S608 - a literal of this file
    )
    waiting = row["connections"] + row["held_orders"] + row["others"]
    return Health(
        access.tenant, access.name, row["live"], row["silent"], row["connections"], row["held_orders"], waiting,
        row["on_their_way"], row["last_change_at"],
    )  # fmt: skip
