"""What a person decides about a stream of which a complete pass saw nothing."""

from uuid import UUID

from raccord.storage import ingest, snapshot
from raccord.storage.engine import tenant_transaction
from raccord.sync.changes import Changes
from raccord.sync.ports import Wake

AT_ONCE = 2_000


async def conclude_emptied(
    tenant: UUID, connection: UUID, stream: str, account: UUID | None, wake: Wake
) -> bool:
    """The ERP's stream is truly empty: all its records are gone. False when the brake is off (any more): the records
    may have come back since the page was shown."""
    changes = Changes(tenant, connection, stream)
    async with tenant_transaction(tenant):
        state = await ingest.lock_stream(tenant, connection, stream, None)
        if not state.emptied:
            return False
        await changes.begin()
        gone = 0
        last = ""
        while keys := await snapshot.keys(connection, stream, last, AT_ONCE):
            gone += await changes.gone(keys)
            last = keys[-1]
        await ingest.decide_emptied(connection, stream, "go", account)
        await changes.save()
        await ingest.save_progress(None, None, connection, stream, ingest.StreamChange(-gone, 0, True, False))
    await changes.announce(wake)
    return True
