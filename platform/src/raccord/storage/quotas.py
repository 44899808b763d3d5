"""The count of a day's requests, shared by all workers. Inside the tenant's transaction."""

from datetime import date
from uuid import UUID

from raccord.core.quota import Used
from raccord.storage.engine import current_connection
from raccord_connectors.contract import Purpose

KEPT_DAYS = 60


async def used(connection: UUID, day: date, *, lock: bool = False) -> Used:
    """`lock`: until the transaction ends, so that two workers do not both take the last one."""
    query = "SELECT orders, stock, catalogue, refused_at FROM call_quota WHERE connection = $1 AND day = $2"
    row = await current_connection().fetchrow(f"{query} FOR UPDATE" if lock else query, connection, day)
    return Used(*row) if row else Used()


async def begin(tenant: UUID, connection: UUID, day: date) -> None:
    """The day's row, and an end of those that nobody looks at any more."""
    made = await current_connection().fetchval(
        "INSERT INTO call_quota (tenant, connection, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true",
        tenant, connection, day,
    )  # fmt: skip
    if made:
        await current_connection().execute(
            "DELETE FROM call_quota WHERE connection = $1 AND day < $2::date - $3::int",
            connection,
            day,
            KEPT_DAYS,
        )


async def add(connection: UUID, day: date, purpose: Purpose) -> None:
    column = {"orders": "orders", "stock": "stock", "catalogue": "catalogue"}[purpose]
    await current_connection().execute(
        f"UPDATE call_quota SET {column} = {column} + 1 WHERE connection = $1 AND day = $2",  # noqa: S608
        connection, day,
    )  # fmt: skip


async def refuse(connection: UUID, day: date) -> None:
    await current_connection().execute(
        "UPDATE call_quota SET refused_at = coalesce(refused_at, now()) WHERE connection = $1 AND day = $2", connection, day
    )  # fmt: skip


async def granted(connection: UUID) -> tuple[str, str] | None:
    """Connector and settings, of a shop."""
    row = await current_connection().fetchrow(
        "SELECT connector, settings FROM connection WHERE id = $1 AND side = 'shop'", connection
    )
    return (row["connector"], row["settings"]) if row else None


async def asked_for_orders(connection: UUID, seconds: float) -> bool:
    """Whether the shop was asked for its orders within so many seconds."""
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM stream_state WHERE connection = $1 AND stream = 'orders' "
        "AND last_scan_at > clock_timestamp() - make_interval(secs => $2))",
        connection, seconds,
    )  # fmt: skip
    return found
