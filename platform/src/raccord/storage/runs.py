"""Runs of publishing: one pass of one stream into one shop. Inside the tenant's transaction."""

from typing import Literal, NamedTuple
from uuid import UUID

from raccord.storage.engine import current_connection


class Run(NamedTuple):
    id: UUID
    shop: UUID
    stream: str
    state: Literal["running", "complete", "partial", "failed"]
    counts: str
    """JSON."""
    problem: str | None


async def save(tenant: UUID, run: Run) -> None:
    await current_connection().execute(
        """
        INSERT INTO run (tenant, id, connection, stream, direction, state, counts, problem, ended_at)
        VALUES ($1, $2, $3, $4, 'publish', $5, $6, $7, CASE WHEN $5 <> 'running' THEN now() END)
        ON CONFLICT (tenant, id) DO UPDATE
           SET state = excluded.state, counts = excluded.counts, problem = excluded.problem, ended_at = excluded.ended_at
        """,
        tenant,
        *run,
    )


async def end_orphans(shop: UUID, streams: tuple[str, ...]) -> None:
    """Runs whose worker died: only who holds the shop's lock may say so. A run that was cut short never says "complete"."""
    await current_connection().execute(
        """
        UPDATE run SET state = 'partial', ended_at = now()
         WHERE connection = $1 AND stream = ANY($2::text[]) AND direction = 'publish' AND state = 'running'
        """,
        shop,
        list(streams),
    )
