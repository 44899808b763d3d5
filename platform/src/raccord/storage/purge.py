"""What is forgotten once nobody can need it any more. Inside one tenant's transaction, but for `strangers`.

The journal, the audit log, orders and the snapshot are kept: they are the merchant's history.
"""

from datetime import timedelta

from raccord.storage import plans
from raccord.storage.engine import current_connection

AT_ONCE = 5_000
"""Rows deleted in one transaction."""
ANSWERED = timedelta(days=30)
"""As long as an agent remembers what it has executed."""
UNANSWERED = timedelta(days=7)
"""Of a question that a person or a page asked and nobody waits for any more."""
RUNS = timedelta(days=90)
COMPARISONS = timedelta(days=400)
RESOLVED_ALERTS = timedelta(days=90)
"""The page says so, and shows those of seven days."""
SETTLED = timedelta(days=30)
"""As long as the drift page shows it."""
EVENTS = timedelta(days=30)
"""As long as they can be replayed."""
ANSWERS = timedelta(days=30)
"""As long as a repeated request is known."""
ATTEMPTS = timedelta(days=1)
NONCES = timedelta(hours=1)
"""Well beyond the minutes for which a signature is valid."""


async def strangers() -> int:
    """Sign-in attempts and browsers' sessions, which belong to no tenant."""
    return await _deleted(
        "DELETE FROM sign_in_attempt WHERE at < now() - $1::interval", ATTEMPTS
    ) + await _deleted("DELETE FROM web_session WHERE expires_at < now()")


async def commands() -> int:
    """Answered ones; and unanswered ones that no state of ours waits for (those have a mark). A reservation counts how often
    its proof was asked, and goes on from there: its questions stay until it has ended."""
    return await _deleted(
        """
        DELETE FROM command WHERE (tenant, id) IN (
          SELECT c.tenant, c.id FROM command c
           WHERE (c.state IN ('done', 'failed') AND c.done_at < now() - $1::interval
                  OR c.state IN ('waiting', 'leased') AND c.once IS NULL AND c.created_at < now() - $2::interval)
             AND NOT (c.once IS NOT NULL AND starts_with(c.once, 'stock:') AND EXISTS (
                 SELECT 1 FROM reservation r JOIN sales_order o ON o.tenant = r.tenant AND o.id = r.sales_order
                  WHERE r.ended_at IS NULL AND starts_with(c.once, 'stock:' || o.reference || ':')))
           LIMIT $3)
        """,
        ANSWERED,
        UNANSWERED,
        AT_ONCE,
    )


async def nonces() -> int:
    return await _deleted("DELETE FROM agent_nonce WHERE at < now() - $1::interval", NONCES)


async def runs() -> int:
    return await _deleted(
        """
        DELETE FROM run WHERE (tenant, id) IN (
          SELECT tenant, id FROM run WHERE ended_at < now() - $1::interval LIMIT $2)
        """,
        RUNS,
        AT_ONCE,
    )


async def marks_of_drafts() -> int:
    """Going live marks everything. Whoever goes live at this moment waits for us, or we see that it has."""
    return await _deleted(
        """
        WITH draft AS (SELECT tenant, id FROM channel WHERE state = 'draft' FOR NO KEY UPDATE),
        gone AS (
          SELECT p.tenant, p.channel, p.stream, p.key FROM to_project p JOIN draft d ON d.tenant = p.tenant AND d.id = p.channel
           WHERE NOT EXISTS (SELECT 1 FROM trial t WHERE t.tenant = p.tenant AND t.channel = p.channel AND t.stream = p.stream
                                AND t.key = p.key)
           LIMIT $1 FOR UPDATE OF p SKIP LOCKED)
        DELETE FROM to_project p USING gone g
         WHERE p.tenant = g.tenant AND p.channel = g.channel AND p.stream = g.stream AND p.key = g.key
        """,
        AT_ONCE,
    )


async def marks_of_foreign_documents() -> int:
    """In channels that are not on air: documents of the ERP that no order of the shop became. Other marks are as many as
    there are articles, and are what the channel catches up with."""
    return await _deleted(
        """
        WITH gone AS (
          SELECT p.tenant, p.channel, p.stream, p.key FROM to_project p
            JOIN channel c ON c.tenant = p.tenant AND c.id = p.channel AND c.state = 'paused'
           WHERE p.stream = 'order_updates' AND p.since < now() - interval '1 day'
             AND NOT EXISTS (SELECT 1 FROM sales_order o WHERE o.tenant = p.tenant AND o.reference = p.key)
           LIMIT $1 FOR UPDATE OF p SKIP LOCKED)
        DELETE FROM to_project p USING gone g
         WHERE p.tenant = g.tenant AND p.channel = g.channel AND p.stream = g.stream AND p.key = g.key
        """,
        AT_ONCE,
    )


async def old_plans() -> int:
    return await plans.forget(AT_ONCE)


async def outgoing_events() -> int:
    """With their deliveries and attempts; what still waits stays."""
    return await _deleted(
        """
        DELETE FROM outgoing_event WHERE (tenant, id) IN (
          SELECT v.tenant, v.id FROM outgoing_event v WHERE v.at < now() - $1::interval
             AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.tenant = v.tenant AND d.event = v.id AND d.state = 'due')
           LIMIT $2)
        """,
        EVENTS,
        AT_ONCE,
    )


async def answers() -> int:
    """What was answered to idempotency keys and to pushed batches; and sessions that nobody ended."""
    gone = await _deleted(
        "DELETE FROM api_answer WHERE (tenant, caller, key) IN "
        "(SELECT tenant, caller, key FROM api_answer WHERE at < now() - $1::interval LIMIT $2)",
        ANSWERS,
        AT_ONCE,
    )
    batches = await _deleted(
        "DELETE FROM push_batch WHERE (tenant, connection, stream, id) IN "
        "(SELECT tenant, connection, stream, id FROM push_batch WHERE at < now() - $1::interval LIMIT $2)",
        ANSWERS,
        AT_ONCE,
    )
    sessions = await _deleted("DELETE FROM push_session WHERE begun_at < now() - $1::interval", ANSWERS)
    return max(gone, batches, sessions)


async def comparisons() -> int:
    """Hourly comparisons with the shops, and what they found and is settled. What stands, stays."""
    passes = await _deleted(
        "DELETE FROM drift_pass WHERE (tenant, id) IN "
        "(SELECT tenant, id FROM drift_pass WHERE at < now() - $1::interval LIMIT $2)",
        COMPARISONS,
        AT_ONCE,
    )
    settled = await _deleted(
        "DELETE FROM drift WHERE (tenant, channel, key) IN (SELECT tenant, channel, key FROM drift "
        "WHERE state <> 'open' AND repaired_at < now() - $1::interval LIMIT $2)",
        SETTLED,
        AT_ONCE,
    )
    return max(passes, settled)


async def resolved_alerts() -> int:
    """With who was told of them. What is open stays, however old."""
    return await _deleted(
        "DELETE FROM alert WHERE (tenant, id) IN "
        "(SELECT tenant, id FROM alert WHERE resolved_at < now() - $1::interval LIMIT $2)",
        RESOLVED_ALERTS,
        AT_ONCE,
    )


async def _deleted(statement: str, *values: object) -> int:
    done: str = await current_connection().execute(statement, *values)
    return int(done.rpartition(" ")[2])
