"""Documents that no scan ever saw: created and deleted in the ERP between two scans, they would leave their orders waiting.

Once a complete pass has come in since the order was integrated and its document is not among what we know, the ERP is asked for
it by its key. Asking too early harms nothing: a document that is there is simply on its way.
"""

from uuid import UUID

from raccord.orders import commands, repository
from raccord.orders.models import StoredOrder
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.sync.commands import Commands
from raccord_connectors import wire

AT_ONCE = 50


async def ask(tenant: UUID, erp: UUID, asked: Commands) -> int:
    """Part of what the clock starts. Returns how many were asked for."""
    async with tenant_transaction(tenant):
        missing = await _missing(erp)
        for found, times in missing:
            assert found.document is not None
            await asked.ask(
                tenant, erp, commands.read("documents", [found.document]), once=_mark(found.reference, times)
            )
    return len(missing)


async def take(found: StoredOrder, result: wire.CommandResult) -> bool:
    """The ERP's answer. True when the document is gone: the order is to be projected again."""
    if found.state != "integrated" or result.problem is not None:
        return False
    if any(page.records or page.held for page in result.pages):
        return False
    done = await current_connection().fetchval(
        """
        UPDATE sales_order o SET document_gone_at = now()
          FROM channel c
         WHERE o.id = $1 AND o.document_gone_at IS NULL AND c.id = o.channel AND NOT EXISTS (
           SELECT 1 FROM snapshot s WHERE s.connection = c.erp AND s.stream = 'documents' AND s.key = o.document)
        RETURNING o.id
        """,
        found.id,
    )
    if done is not None:
        await repository.mark_follow_up(found)
    return done is not None


def _mark(reference: str, times: int) -> str:
    return f"gone:{reference}:{times}"


async def _missing(erp: UUID) -> list[tuple[StoredOrder, int]]:
    """With how often each was asked for: first as soon as it is missed, then less and less often, up to every hour; never while
    the agent, which may be away for days, has the last question still to answer."""
    rows = await current_connection().fetch(
        """
        SELECT o.id, asked.times FROM sales_order o JOIN channel c ON c.id = o.channel
          JOIN stream_state t ON t.connection = c.erp AND t.stream = 'documents'
         CROSS JOIN LATERAL (
           SELECT count(*) AS times, max(m.created_at) AS last,
                  coalesce(bool_or(m.state IN ('waiting', 'leased')), false) AS open
             FROM command m WHERE m.connection = c.erp AND starts_with(m.once, 'gone:' || o.reference || ':')
         ) AS asked
         WHERE c.erp = $1 AND c.state = 'live' AND o.state = 'integrated' AND o.document IS NOT NULL
           AND NOT o.document_seen AND o.document_gone_at IS NULL AND t.last_complete_at > o.integrated_at
           AND NOT EXISTS (SELECT 1 FROM snapshot s
                            WHERE s.connection = c.erp AND s.stream = 'documents' AND s.key = o.document)
           AND NOT asked.open
           AND (asked.last IS NULL
                OR asked.last < now() - least(interval '1 minute' * 2 ^ least(asked.times, 10), interval '1 hour'))
         ORDER BY o.integrated_at LIMIT $2
        """,
        erp,
        AT_ONCE,
    )
    times = {row["id"]: row["times"] for row in rows}
    return [(found, times[found.id]) for found in await repository.by_id(list(times))]
