"""Finds what is due in the database, whatever wake-ups were lost, and wakes for it. The only thing that must never stop."""

from raccord.storage import system
from raccord.sync.ports import Wake, lane_of


async def sweep(wake: Wake) -> int:
    """Returns how many pieces of work were found."""
    found = await system.due_work()
    pushes = {(due.tenant, due.object, lane_of(due.stream)) for due in found if due.kind == "push"}
    for tenant, shop, lane in sorted(pushes, key=lambda one: one[2] != "urgent"):
        await wake.push(tenant, shop, lane)
    for due in found:
        if due.kind == "project":
            await wake.project(due.tenant, due.object, due.stream)
        elif due.kind == "plan":
            await wake.plan(due.tenant, due.object)
        elif due.kind == "enter":
            await wake.enter(due.tenant, due.object)
        elif due.kind == "media":
            await wake.media(due.tenant)
        elif due.kind == "rehearse":
            await wake.rehearse(due.tenant, due.object)
        elif due.kind == "document":
            await wake.document(due.tenant, due.object)
        elif due.kind == "notify":
            await wake.notify(due.tenant)
    return len(found)
