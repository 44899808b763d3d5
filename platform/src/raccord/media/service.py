"""What agents tell of files, and the uploads that follow. Calls of the object store stay outside of transactions."""

import asyncio
import secrets
from collections.abc import Sequence
from uuid import UUID

from raccord.agents.errors import AgentRefused
from raccord.core.pictures import THUMBNAIL
from raccord.media.errors import ENDED, NOT_PROMISED, UNKNOWN_CONTENT
from raccord.storage import media, renderings, web_documents
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import channels_of, mark
from raccord.storage.objects import (
    MOST_AT_ONCE,
    PART_SIZE,
    ObjectMissing,
    ObjectRefused,
    Objects,
    TenantObjects,
    put_headers,
)
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.ports import Wake
from raccord_connectors.wire_files import (
    FilesLacking,
    FilesTold,
    FileTold,
    PartAllowed,
    UploadAllowed,
    UploadAsked,
    Uploaded,
)

SECONDS = 3_600
"""For which an upload's address holds."""


def original_key(sha256: bytes) -> str:
    return f"originals/{sha256.hex()}"


async def tell(caller: Caller, told: FilesTold, wake: Wake, public_url: str) -> FilesLacking:
    """Replaces what was told of these articles, and marks them for their shops. `public_url`: where data sheets are opened."""
    sizes = {
        file.sha256: file.size
        for record in told.records
        for file in record.files
        if file.sha256 is not None and file.size > 0
    }
    # For our own pages, whether a shop shows the article or not; what shops want is found when it is projected.
    pictures = {sha for record in told.records for file in record.files if (sha := _of_picture(file))}
    async with tenant_transaction(caller.tenant):
        await _demand_current(caller)
        await media.replace_files(caller.tenant, caller.connection, told.records)
        await web_documents.fill(caller.connection, [record.key for record in told.records])
        lacking = await media.note_contents(caller.tenant, sizes) if sizes else []
        await media.want(caller.tenant, pictures, [THUMBNAIL.name])
        tokens = {sha: secrets.token_urlsafe(18) for sha in sizes.keys() - pictures}
        await media.give_addresses(tokens, f"{public_url.rstrip('/')}/files/{caller.tenant}/")
        channels = await channels_of(caller.connection)
        for channel in channels:
            await mark(caller.tenant, channel, "listings", [record.key for record in told.records])
    for channel in channels:
        await wake.project(caller.tenant, channel, "listings")
    return FilesLacking(lacking)


async def allow(caller: Caller, asked: UploadAsked, objects: Objects) -> UploadAllowed:
    """An address for what is lacking. Raises `AgentRefused` for a content that nothing names."""
    async with tenant_transaction(caller.tenant):
        await _demand_current(caller)
        content = await media.content(asked.sha256)
    if content is None or content.size != asked.size:
        raise AgentRefused(404, UNKNOWN_CONTENT.fill())
    if content.state == "stored":
        return UploadAllowed(done=True)
    mine = TenantObjects(objects, caller.tenant)
    key, sha256 = original_key(asked.sha256), asked.sha256.hex()
    if asked.size <= MOST_AT_ONCE:
        async with tenant_transaction(caller.tenant):
            await media.note_upload(asked.sha256, asked.content_type, None)
        url = mine.signed_put(
            key, seconds=SECONDS, content_type=asked.content_type, size=asked.size, sha256=sha256
        )
        return UploadAllowed(url=url, headers=put_headers(asked.content_type, sha256))
    upload, there = await _upload_of(mine, key, asked.content_type, content.upload)
    if upload != content.upload:
        async with tenant_transaction(caller.tenant):
            await media.note_upload(asked.sha256, asked.content_type, upload)
    parts = [
        PartAllowed(number, start, size, mine.signed_part(key, upload, number, seconds=SECONDS, size=size))
        for number, start, size in _cut(asked.size)
        if (number, size) not in there
    ]
    return UploadAllowed(upload=upload, parts=parts)


async def _upload_of(
    mine: TenantObjects, key: str, content_type: str, known: str | None
) -> tuple[str, set[tuple[int, int]]]:
    """The upload that is under way, with its parts (number, size), or a new one."""
    if known is not None:
        try:
            parts = await asyncio.to_thread(mine.parts, key, known)
            return known, {(part.number, part.size) for part in parts}
        except (ObjectMissing, ObjectRefused):
            known = None
    return await asyncio.to_thread(lambda: mine.begin(key, content_type=content_type)), set()


def _cut(size: int) -> Sequence[tuple[int, int, int]]:
    """Number, start and size of each part."""
    return [
        (place + 1, start, min(PART_SIZE, size - start))
        for place, start in enumerate(range(0, size, PART_SIZE))
    ]


async def take(caller: Caller, uploaded: Uploaded, objects: Objects, wake: Wake) -> None:
    """It is said to be there: looked at, and believed then. Raises `AgentRefused` with 409 when it is not what was promised."""
    async with tenant_transaction(caller.tenant):
        await _demand_current(caller)
        content = await media.content(uploaded.sha256)
    if content is None:
        raise AgentRefused(404, UNKNOWN_CONTENT.fill())
    if content.state == "stored":
        return
    mine, key = TenantObjects(objects, caller.tenant), original_key(uploaded.sha256)
    try:
        if uploaded.upload:
            sha256 = uploaded.sha256.hex()
            await asyncio.to_thread(
                lambda: mine.finish(key, uploaded.upload, size=content.size, sha256=sha256)
            )
        info = await asyncio.to_thread(mine.info, key)
    except (ObjectRefused, ObjectMissing):
        info = None
    if info is None or info.size != content.size:
        raise AgentRefused(409, NOT_PROMISED.fill())
    async with tenant_transaction(caller.tenant):
        sheets = await media.documents_of(uploaded.sha256)
        await media.note_stored(uploaded.sha256)
        papers = await media.invoices_of(uploaded.sha256)
        channels = await channels_of(caller.connection) if papers or sheets else []
        for channel in channels:
            await mark(caller.tenant, channel, "papers", papers)
            await mark(caller.tenant, channel, "listings", sheets)
    await wake.media(caller.tenant)
    for channel in channels:
        if papers:
            await wake.project(caller.tenant, channel, "papers")
        if sheets:
            await wake.project(caller.tenant, channel, "listings")


async def try_again(tenant: UUID, wake: Wake) -> None:
    """A person wants the pictures made whose renderers were ended: there is memory now, or so they think."""
    async with tenant_transaction(tenant):
        await renderings.try_again(ENDED.code)
    await wake.media(tenant)


def _of_picture(file: FileTold) -> bytes | None:
    return file.sha256 if file.kind == "picture" else None


async def _demand_current(caller: Caller) -> None:
    if not await media.is_current(caller.agent, caller.connection):
        raise AgentRevoked
