"""The work of documents at addresses: those that are due are fetched and stored, each content once, and their articles marked."""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog

from raccord.media.fetching import Fetched, Fetcher
from raccord.media.service import original_key
from raccord.storage import media, web_documents
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import channels_of, mark
from raccord.storage.objects import Objects, ObjectsAway, TenantObjects
from raccord.storage.web_documents import DueDocument
from raccord.sync.ports import Wake
from raccord_connectors.contract import ConnectorError, RecordRejected, TransientError

AT_ONCE = 6
"""Addresses of one slice: each may take its thirty seconds."""
LOOK_AGAIN = timedelta(days=7)
"""At what was fetched: documents get new editions under their old address."""
REFUSED_AGAIN, LONGEST = timedelta(days=1), timedelta(hours=12)
log = structlog.get_logger(__name__)


async def fetch_due(
    tenant: UUID,
    objects: Objects,
    fetcher: Fetcher,
    wake: Wake,
    public_url: str,
    stopping: Callable[[], bool],
) -> bool:
    """One slice. True when there is more."""
    async with tenant_transaction(tenant):
        due = await web_documents.due(AT_ONCE)
    if not due or stopping():
        return False
    mine = TenantObjects(objects, tenant)
    found = await asyncio.gather(
        *(asyncio.to_thread(_fetch, mine, fetcher, one) for one in due), return_exceptions=True
    )
    concerned: set[UUID] = set()
    for one, result in zip(due, found, strict=True):
        if isinstance(result, BaseException) and not isinstance(result, ConnectorError | ObjectsAway):
            raise result
        concerned |= await _save(tenant, one, result, f"{public_url.rstrip('/')}/files/{tenant}/")
    for channel in sorted(concerned):
        await wake.project(tenant, channel, "listings")
    return len(due) == AT_ONCE


def _fetch(mine: TenantObjects, fetcher: Fetcher, due: DueDocument) -> tuple[Fetched, bytes] | None:
    """In a thread: fetched, and stored where nobody had this content yet."""
    fetched = fetcher.fetch(due.address, due.etag if due.sha256 is not None else "")
    if fetched is None:
        return None
    sha256 = hashlib.sha256(fetched.content).digest()
    key = original_key(sha256)
    if mine.info(key) is None:
        mine.put(key, fetched.content, content_type=fetched.content_type)
    return fetched, sha256


async def _save(
    tenant: UUID, due: DueDocument, result: tuple[Fetched, bytes] | BaseException | None, base: str
) -> set[UUID]:
    """Returns the channels whose articles are to be projected again."""
    if result is None:
        async with tenant_transaction(tenant):
            await web_documents.unchanged(due.address, LOOK_AGAIN)
        return set()
    if isinstance(result, ObjectsAway):
        return set()
    if isinstance(result, ConnectorError):
        await _failed(tenant, due, result)
        return set()
    assert not isinstance(result, BaseException)
    fetched, sha256 = result
    products: dict[UUID, list[str]] = defaultdict(list)
    concerned: set[UUID] = set()
    async with tenant_transaction(tenant):
        size = len(fetched.content)
        await media.note_contents(tenant, {sha256: size})
        await media.note_upload(sha256, fetched.content_type, None)
        await media.note_stored(sha256)
        await media.give_addresses({sha256: secrets.token_urlsafe(18)}, base)
        for connection, product in await web_documents.found(
            due.address, sha256, size, fetched.etag, LOOK_AGAIN
        ):
            products[connection].append(product)
        for connection, keys in products.items():
            for channel in await channels_of(connection):
                await mark(tenant, channel, "listings", keys)
                concerned.add(channel)
    return concerned


async def _failed(tenant: UUID, due: DueDocument, error: ConnectorError) -> None:
    pause = REFUSED_AGAIN
    if isinstance(error, TransientError):
        pause = min(timedelta(minutes=5) * 2 ** min(due.attempts, 8), LONGEST)
    problem = RecordRejected(error.message, field="media", detail=error.detail).problem()
    log.info("document not fetched", code=error.message.code, detail=error.detail)
    async with tenant_transaction(tenant):
        await web_documents.failed(due.address, problem, pause)
