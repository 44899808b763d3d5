"""All queries on versions and drafts, inside the tenant's transaction. JSON where the column is."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from raccord.storage.engine import current_connection
from raccord.storage.text import storable, storable_json

STREAM = "listings"
"""Whose mapping makes the version of a channel."""
_NAME = "coalesce(nullif(a.name, ''), a.email)"


class Channel(NamedTuple):
    erp: UUID
    shop: UUID
    state: str
    erp_connector: str
    shop_connector: str
    shop_state: str
    erp_discovery: str | None
    shop_discovery: str | None
    settings: str


async def channel(channel: UUID, *, locking: bool = False) -> Channel | None:
    """`locking`: what is decided now, nobody else decides until the transaction ends."""
    row = await current_connection().fetchrow(
        f"""
        SELECT c.erp, c.shop, c.state, e.connector, s.connector, s.state, e.discovery, s.discovery, c.settings
          FROM channel c JOIN connection e ON e.tenant = c.tenant AND e.id = c.erp
          JOIN connection s ON s.tenant = c.tenant AND s.id = c.shop
         WHERE c.id = $1 {"FOR NO KEY UPDATE OF c" if locking else ""}
        """,  # noqa: S608
        channel,
    )
    return Channel(*row) if row else None


# ------------------------------------------------------------------------------------------------- versions


class VersionRow(NamedTuple):
    number: int
    rules: str
    settings: str
    active: bool
    note: str
    author: str | None
    made_at: datetime


_VERSION = f"""
SELECT m.version, m.rules, coalesce(m.settings, c.settings), m.active, m.note, {_NAME}, m.created_at
  FROM mapping m JOIN channel c ON c.tenant = m.tenant AND c.id = m.channel LEFT JOIN account a ON a.id = m.author
 WHERE m.channel = $1 AND m.stream = '{STREAM}'
"""  # noqa: S608


async def versions(channel: UUID) -> list[VersionRow]:
    """The newest first."""
    rows = await current_connection().fetch(f"{_VERSION} ORDER BY m.version DESC", channel)
    return [VersionRow(*row) for row in rows]


async def version(channel: UUID, number: int) -> VersionRow | None:
    row = await current_connection().fetchrow(f"{_VERSION} AND m.version = $2", channel, number)
    return VersionRow(*row) if row else None


async def active(channel: UUID) -> VersionRow | None:
    row = await current_connection().fetchrow(
        f"{_VERSION} AND m.active ORDER BY m.version DESC LIMIT 1", channel
    )
    return VersionRow(*row) if row else None


async def active_number(channel: UUID) -> int:
    """0: the channel follows the default mapping."""
    found: int = await current_connection().fetchval(
        f"SELECT coalesce(max(version), 0) FROM mapping WHERE channel = $1 AND stream = '{STREAM}' AND active",  # noqa: S608
        channel,
    )
    return found


async def activate(
    tenant: UUID, channel: UUID, rules: str, settings: str, author: UUID | None, note: str
) -> int:
    """A new version, in force from now on; the former ones stay, with the settings that they had. Returns its number."""
    await current_connection().execute(
        f"""
        UPDATE mapping m SET active = false, settings = coalesce(m.settings, c.settings) FROM channel c
         WHERE c.id = m.channel AND m.channel = $1 AND m.stream = '{STREAM}' AND (m.active OR m.settings IS NULL)
        """,  # noqa: S608
        channel,
    )
    number: int = await current_connection().fetchval(
        f"""
        INSERT INTO mapping (tenant, id, channel, stream, version, rules, settings, active, author, note)
        SELECT $1, $2, $3, '{STREAM}', coalesce(max(version), 0) + 1, $4, $5, true, $6, $7
          FROM mapping WHERE channel = $3 AND stream = '{STREAM}' RETURNING version
        """,  # noqa: S608
        tenant, uuid4(), channel, rules, settings, author, storable(note),
    )  # fmt: skip
    await current_connection().execute("UPDATE channel SET settings = $2 WHERE id = $1", channel, settings)
    return number


# --------------------------------------------------------------------------------------------------- drafts


class DraftRow(NamedTuple):
    rules: str
    settings: str
    revision: int
    based_on: int
    changed_by: str | None
    changed_at: datetime


async def draft(channel: UUID) -> DraftRow | None:
    row = await current_connection().fetchrow(
        f"""
        SELECT d.rules, d.settings, d.revision, d.based_on, {_NAME}, d.changed_at
          FROM mapping_draft d LEFT JOIN account a ON a.id = d.changed_by WHERE d.channel = $1
        """,  # noqa: S608
        channel,
    )
    return DraftRow(*row) if row else None


async def save_draft(
    tenant: UUID,
    channel: UUID,
    rules: str,
    settings: str,
    *,
    revision: int,
    based_on: int,
    account: UUID | None,
) -> bool:
    """As the revision after `revision` (0: as the first one). False when the draft is at another one. A first revision is
    numbered by the time, so that none of a draft that was discarded comes again."""
    values: tuple[Any, ...] = (
        tenant,
        channel,
        storable_json(rules),
        storable_json(settings),
        based_on,
        account,
    )
    if revision == 0:
        done = await current_connection().execute(
            """
            INSERT INTO mapping_draft (tenant, channel, rules, settings, revision, based_on, changed_by)
            VALUES ($1, $2, $3, $4, extract(epoch FROM now())::int - 1700000000, $5, $6)
            ON CONFLICT (tenant, channel) DO NOTHING
            """,
            *values,
        )
        return bool(done == "INSERT 0 1")
    done = await current_connection().execute(
        """
        UPDATE mapping_draft SET rules = $3, settings = $4, revision = revision + 1, based_on = $5, changed_by = $6,
               changed_at = now()
         WHERE tenant = $1 AND channel = $2 AND revision = $7
        """,
        *values,
        revision,
    )
    return bool(done == "UPDATE 1")


async def discard_draft(channel: UUID) -> bool:
    done: str = await current_connection().execute("DELETE FROM mapping_draft WHERE channel = $1", channel)
    return done != "DELETE 0"


async def rebase_draft(channel: UUID, revision: int, based_on: int) -> None:
    """After `revision` became a version: a draft that went on since is based on that one; else it is done with."""
    await current_connection().execute(
        "DELETE FROM mapping_draft WHERE channel = $1 AND revision <= $2", channel, revision
    )
    await current_connection().execute(
        "UPDATE mapping_draft SET based_on = $2 WHERE channel = $1", channel, based_on
    )
