"""What is still on its way in a tenant, in words: for whoever reads that a test did not come to rest."""

from uuid import UUID

from raccord.storage.engine import tenant_transaction

MANY = 15
"""Lines of each kind at the most."""
KINDS = {
    "mark": "SELECT stream, key, since FROM to_project ORDER BY since",
    "binding": """
        SELECT stream, key, attempts, retry_at, problem FROM binding
         WHERE desired_print IS DISTINCT FROM pushed_print AND NOT held AND brake IS NULL ORDER BY retry_at""",
    "order": """
        SELECT number, state, stage, customer, attempts, retry_at, problem FROM sales_order
         WHERE state IN ('waiting', 'entering') AND retry_at < 'infinity' ORDER BY retry_at""",
    "payment": """
        SELECT o.number, p.key, p.state, p.attempts, p.retry_at, p.problem
          FROM order_payment p JOIN sales_order o ON o.id = p.sales_order
         WHERE p.state IN ('asked', 'waiting') AND p.retry_at < 'infinity' ORDER BY p.retry_at""",
    "reservation": """
        SELECT o.number, o.state, o.document_number, r.item, r.quantity, r.created_at, r.reflected_print AS proof,
               s.fingerprint AS stock_now, s.changed_at AS stock_changed_at, s.deleted_at AS stock_deleted_at
          FROM reservation r JOIN sales_order o ON o.id = r.sales_order
          LEFT JOIN snapshot s ON s.connection = r.connection AND s.stream = 'stock' AND s.key = r.item
         WHERE r.ended_at IS NULL ORDER BY r.created_at""",
    "command": """
        SELECT verb, once, state, attempts, leased_until, created_at FROM command
         WHERE state IN ('waiting', 'leased') ORDER BY created_at""",
    "reading": "SELECT stream, emptied, problem FROM stream_state WHERE problem IS NOT NULL OR emptied > 0",
}


async def what_is_left(tenant: UUID) -> str:
    """One thing a line, with its state and when it is tried next, and what time the database has."""
    lines = []
    async with tenant_transaction(tenant) as connection:
        for kind, query in KINDS.items():
            rows = await connection.fetch(query)
            lines += [f"{kind}: {_told(dict(row))}" for row in rows[:MANY]]
            if len(rows) > MANY:
                lines.append(f"{kind}: {len(rows) - MANY} more")
        now = await connection.fetchval("SELECT now()")
        bound = await connection.fetchval("SELECT count(*) FROM binding WHERE target IS NOT NULL")
    lines.append(f"at {now}; {bound} bindings of the shop")
    return "\n".join(lines)


def _told(row: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)
