"""The queries of addresses to which nothing is written any more. Inside one tenant's transaction."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from raccord.storage.engine import current_connection
from raccord_connectors.contract import Problem

# ----------------------------------------------------------------------------------------------- unsubscribed


async def unsubscribe(tenant: UUID, address: str) -> bool:
    """False: it was wished before."""
    done = await current_connection().fetchval(
        "INSERT INTO unsubscribed (tenant, address) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING address",
        tenant,
        address.casefold(),
    )
    return done is not None


async def resubscribe(address: str) -> bool:
    done = await current_connection().fetchval(
        "DELETE FROM unsubscribed WHERE address = $1 RETURNING address", address.casefold()
    )
    return done is not None


async def unsubscribed(limit: int) -> list[tuple[str, datetime]]:
    """The latest first."""
    rows = await current_connection().fetch(
        "SELECT address, since FROM unsubscribed ORDER BY since DESC, address LIMIT $1", limit
    )
    return [(row["address"], row["since"]) for row in rows]


async def is_unsubscribed(address: str) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM unsubscribed WHERE address = $1)", address.casefold()
    )
    return found


# ---------------------------------------------------------------------------------------------- undeliverable


class Undeliverable(NamedTuple):
    address: str
    since: datetime
    problem: Problem


async def mark_undeliverable(tenant: UUID, address: str, problem: Problem) -> None:
    await current_connection().execute(
        "INSERT INTO undeliverable (tenant, address, problem) VALUES ($1, $2, $3) "
        "ON CONFLICT (tenant, address) DO UPDATE SET problem = excluded.problem, since = now()",
        tenant, address.casefold(), msgspec.json.encode(problem).decode(),
    )  # fmt: skip


async def is_undeliverable(address: str) -> bool:
    found: bool = await current_connection().fetchval(
        "SELECT EXISTS (SELECT 1 FROM undeliverable WHERE address = $1)", address.casefold()
    )
    return found


async def write_again(address: str) -> bool:
    done = await current_connection().fetchval(
        "DELETE FROM undeliverable WHERE address = $1 RETURNING address", address.casefold()
    )
    return done is not None


async def undeliverable(limit: int) -> list[Undeliverable]:
    rows = await current_connection().fetch(
        "SELECT address, since, problem FROM undeliverable ORDER BY since DESC, address LIMIT $1", limit
    )
    return [
        Undeliverable(row["address"], row["since"], msgspec.json.decode(row["problem"], type=Problem))
        for row in rows
    ]
