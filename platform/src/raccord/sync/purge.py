"""Forgets, tenant by tenant and in small transactions, what nobody can need any more."""

import random
from collections.abc import Callable

from raccord.storage import purge as statements
from raccord.storage import system
from raccord.storage.engine import tenant_transaction, untenanted_transaction

OF_A_TENANT = (
    statements.commands,
    statements.nonces,
    statements.runs,
    statements.marks_of_drafts,
    statements.marks_of_foreign_documents,
    statements.old_plans,
    statements.comparisons,
    statements.resolved_alerts,
    statements.outgoing_events,
    statements.answers,
)


async def purge(stopping: Callable[[], bool] = lambda: False) -> int:
    """Returns how many rows went. May be cut short anywhere: the next one goes on, with another tenant first."""
    async with untenanted_transaction():
        total = await statements.strangers()
    tenants = await system.tenants()
    random.shuffle(tenants)
    for tenant in tenants:
        for step in OF_A_TENANT:
            gone = statements.AT_ONCE
            while gone >= statements.AT_ONCE and not stopping():
                async with tenant_transaction(tenant):
                    gone = await step()
                total += gone
    return total
