"""Comparing the snapshot with what the agent knows, cheaply: digests of buckets first, then the keys of those that differ.

What the agent has and we lack is asked again. What we alone have is concluded to be gone by the rule that holds for
deltas as well: only after a complete pass that saw rows.
"""

import asyncio
from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

import msgspec

from raccord.journal.models import Event
from raccord.storage import ingest, snapshot
from raccord.storage.engine import tenant_transaction
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.changes import Changes
from raccord.sync.ports import Wake
from raccord_connectors import wire

QUIET = timedelta(minutes=15)
"""A record that came later than this may have been on its way while the agent listed its keys."""


async def compare(caller: Caller, theirs: wire.BucketDigests) -> list[int]:
    """Buckets whose keys differ. Raises `AgentRevoked`."""
    async with tenant_transaction(caller.tenant):
        await _demand_agent(caller)
        ours = await _digests(caller.connection, theirs.stream)
    return [bucket for bucket, digest in enumerate(theirs.digests) if digest != ours[bucket]]


async def compare_keys(caller: Caller, theirs: wire.BucketKeys, wake: Wake) -> list[str]:
    """Keys to send again. Counts what differed in the journal. Raises `AgentRevoked`."""
    changes = Changes(caller.tenant, caller.connection, theirs.stream)
    async with tenant_transaction(caller.tenant):
        await _demand_agent(caller)
        state = await ingest.lock_stream(caller.tenant, caller.connection, theirs.stream, None)
        await changes.begin()
        ours = await _entries(caller.connection, theirs.stream, set(theirs.buckets))
        missing = theirs.entries.keys() - ours.keys()
        different = {key for key, known in theirs.entries.items() if ours.get(key, known) != known}
        alone = ours.keys() - theirs.entries.keys()
        gone = await _conclude(changes, theirs, alone)
        if missing or different or alone:
            drift = {"missing": len(missing), "different": len(different), "alone": len(alone), "gone": gone}
            changes.tell(Event.DRIFTED, "", after=msgspec.json.encode(drift))
        await changes.save()
        change = ingest.StreamChange(-gone, state.emptied, gone > 0, complete=False)
        await ingest.save_progress(None, None, caller.connection, theirs.stream, change)
    await changes.announce(wake)
    return sorted(missing | different)


async def _conclude(changes: Changes, theirs: wire.BucketKeys, alone: Collection[str]) -> int:
    if not (alone and theirs.complete and theirs.seen > 0):
        return 0
    settled = await snapshot.unchanged_since(changes.connection, changes.stream, list(alone), QUIET)
    return await changes.gone(settled) if settled else 0


async def _digests(connection: UUID, stream: str) -> list[bytes]:
    """As `wire.bucket_digests` makes them, a lot at a time and in a thread: a million records take seconds."""
    totals = [0] * wire.BUCKETS
    async for lot in snapshot.fingerprints(connection, stream):
        for bucket, digest in enumerate(await asyncio.to_thread(wire.bucket_digests, lot)):
            totals[bucket] ^= int.from_bytes(digest, "big")
    return [total.to_bytes(16, "big") for total in totals]


async def _entries(connection: UUID, stream: str, buckets: set[int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    async for lot in snapshot.fingerprints(connection, stream):
        found.update(await asyncio.to_thread(_of_buckets, lot, buckets))
    return found


def _of_buckets(lot: Iterable[tuple[str, bytes]], buckets: set[int]) -> list[tuple[str, bytes]]:
    return [(key, known) for key, known in lot if wire.bucket_of(key) in buckets]


async def _demand_agent(caller: Caller) -> None:
    if not await ingest.is_active(caller.agent, caller.connection):
        raise AgentRevoked
