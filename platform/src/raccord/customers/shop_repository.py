"""Queries on what the shop should have of its accounts, and on the accounts that it has. Every function runs inside the caller's
tenant transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from raccord.customers.models import STREAM
from raccord.storage.engine import current_connection
from raccord_connectors.canonical import Customer, decode, encode, fingerprint

# ---------------------------------------------------------------------------------------------- what it should have


async def wanted_of(channel: UUID, accounts: Sequence[str]) -> dict[str, Customer]:
    rows = await current_connection().fetch(
        "SELECT key, desired FROM binding WHERE channel = $1 AND stream = 'customers' AND key = ANY($2::text[]) "
        "AND desired IS NOT NULL",
        channel,
        list(accounts),
    )
    return {row["key"]: decode(row["desired"], Customer) for row in rows}


async def desire(tenant: UUID, channel: UUID, record: Customer) -> bool:
    """What the shop's account shall have; True when that is new."""
    data = encode(record)
    status = await current_connection().execute(
        """
        INSERT INTO binding (tenant, channel, stream, key, target, desired, desired_print, desired_at)
        VALUES ($1, $2, 'customers', $3, $3, $4, $5, now())
        ON CONFLICT (tenant, channel, stream, key) DO UPDATE
           SET desired = excluded.desired, desired_print = excluded.desired_print, desired_at = now(), attempts = 0,
               retry_at = now(), held = false, problem = NULL
         WHERE binding.desired_print IS DISTINCT FROM excluded.desired_print
        """,
        tenant, channel, record.key, data.decode(), UUID(bytes=fingerprint(data)),
    )  # fmt: skip
    return bool(status.endswith(" 1"))


async def undesire_all(channel: UUID) -> None:
    """Nothing is to be sent any more; what the accounts have stays."""
    await current_connection().execute(
        "DELETE FROM binding WHERE channel = $1 AND stream = 'customers'", channel
    )


async def release_push(channel: UUID, account: str) -> bool:
    """What the shop refused is sent again."""
    status = await current_connection().execute(
        "UPDATE binding SET held = false, problem = NULL, attempts = 0, retry_at = now() "
        "WHERE channel = $1 AND stream = 'customers' AND key = $2 AND held",
        channel,
        account,
    )
    return bool(status.endswith(" 1"))


async def doubt(channel: UUID, account: str) -> None:
    """The shop shows something else than it was sent: it is sent again."""
    await current_connection().execute(
        "UPDATE binding SET pushed = NULL, pushed_print = NULL, doubted = true, retry_at = now() "
        "WHERE channel = $1 AND stream = 'customers' AND key = $2 AND pushed_print IS NOT NULL",
        channel,
        account,
    )


async def pushed_of(channel: UUID, accounts: Sequence[str]) -> dict[str, Customer]:
    """What the shop surely was given, by account."""
    rows = await current_connection().fetch(
        "SELECT key, pushed FROM binding WHERE channel = $1 AND stream = 'customers' AND key = ANY($2::text[]) "
        "AND pushed IS NOT NULL AND pushed_print = desired_print",
        channel,
        list(accounts),
    )
    return {row["key"]: decode(row["pushed"], Customer) for row in rows}


# --------------------------------------------------------------------------------------------- the shop's accounts


async def known_accounts(shop: UUID, accounts: Sequence[str]) -> Mapping[str, tuple[UUID, Customer | None]]:
    """Account → print and record as last read; None when it was gone."""
    rows = await current_connection().fetch(
        "SELECT key, fingerprint, data, deleted_at FROM snapshot "
        "WHERE connection = $1 AND stream = 'customers' AND key = ANY($2::text[])",
        shop,
        list(accounts),
    )
    return {
        row["key"]: (row["fingerprint"], decode(row["data"], Customer) if row["deleted_at"] is None else None)
        for row in rows
    }


async def store_account(tenant: UUID, shop: UUID, record: Customer) -> None:
    data = encode(record)
    await current_connection().execute(
        """
        INSERT INTO snapshot (tenant, connection, stream, key, fingerprint, data) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant, connection, stream, key) DO UPDATE
           SET fingerprint = excluded.fingerprint, data = excluded.data, changed_at = now(), deleted_at = NULL
        """,
        tenant, shop, STREAM, record.key, UUID(bytes=fingerprint(data)), data.decode(),
    )  # fmt: skip


async def account_gone(shop: UUID, account: str) -> None:
    """It is not read any more. The ERP's customer stays: it has documents."""
    await current_connection().execute(
        "UPDATE snapshot SET deleted_at = now() "
        "WHERE connection = $1 AND stream = 'customers' AND key = $2 AND deleted_at IS NULL",
        shop,
        account,
    )


async def cursor_of(shop: UUID) -> tuple[str | None, float | None]:
    """The cursor, and seconds since the last complete reading."""
    row = await current_connection().fetchrow(
        "SELECT cursor, extract(epoch FROM now() - last_complete_at)::float8 AS age FROM stream_state "
        "WHERE connection = $1 AND stream = 'customers'",
        shop,
    )
    return (row["cursor"], row["age"]) if row else (None, None)


async def keep_cursor(tenant: UUID, shop: UUID, cursor: str | None, *, complete: bool) -> None:
    await current_connection().execute(
        """
        INSERT INTO stream_state AS s (tenant, connection, stream, cursor, last_scan_at, last_complete_at)
        VALUES ($1, $2, 'customers', $3, now(), CASE WHEN $4 THEN now() END)
        ON CONFLICT (tenant, connection, stream) DO UPDATE
           SET cursor = coalesce(excluded.cursor, s.cursor), last_scan_at = now(),
               last_complete_at = CASE WHEN $4 THEN now() ELSE s.last_complete_at END
        """,
        tenant,
        shop,
        cursor,
        complete,
    )
