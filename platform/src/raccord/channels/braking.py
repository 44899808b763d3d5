"""Deciding on a brake, whichever it is."""

from typing import Literal
from uuid import UUID

from raccord.channels import service, views
from raccord.storage.engine import tenant_transaction
from raccord.sync.emptied import conclude_emptied
from raccord.sync.ports import Wake

Decision = Literal["go", "dismissed"]


async def decide(tenant: UUID, brake: UUID, decision: Decision, account: UUID | None, wake: Wake) -> bool:
    """Of a stream found empty only `go` is a decision: the brake goes off when the records are back. False when there is nothing
    to decide any more."""
    async with tenant_transaction(tenant):
        found = await views.brake(brake)
    if found is None:
        return False
    if found.kind == "emptied":
        if decision != "go" or found.connection is None:
            return False
        return await conclude_emptied(tenant, found.connection, found.stream, account, wake)
    return await service.decide_brake(tenant, brake, decision, wake, account)
