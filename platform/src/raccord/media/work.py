"""The work of the media queue: pictures that are due are made and stored, and their articles marked for the shops; what nobody
names any more is deleted after its grace. One worker at a time for each tenant."""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
import structlog

from raccord.core.pictures import METHOD, Recipe, recipe_named
from raccord.media.errors import ENDED
from raccord.media.renderers import Closed, Ended, Renderers
from raccord.media.rendering import CONTENT_TYPES, EXTENSIONS, Refused, Rendered
from raccord.media.service import original_key
from raccord.storage import media, renderings, unused_media, web_documents
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import channels_of, mark
from raccord.storage.objects import ObjectMissing, Objects, ObjectsAway, TenantObjects
from raccord.storage.renderings import Due, Result
from raccord.sync.ports import Wake
from raccord_connectors.contract import Message

AT_ONCE = 40
"""Contents of one slice."""
SLICE = 12.0
"""Seconds after which no further content is begun: the longest one, begun then, ends within a task's time."""
MOST_ENDS = 3
"""Renderers that may be ended from outside over one picture; then it waits for a person, who may have it tried again."""
GRACE = timedelta(days=30)
"""For which a content that no article names is kept: articles come back, and an export may be wrong for a day."""
UNFINISHED = 7 * 86_400
"""Seconds after which an upload in parts is given up."""
log = structlog.get_logger(__name__)


async def make(
    tenant: UUID, objects: Objects, renderers: Renderers, wake: Wake, stopping: Callable[[], bool]
) -> bool:
    """One slice of what is due. True when there is more."""
    async with tenant_transaction(tenant):
        due = await renderings.due(AT_ONCE)
    if not due or stopping():
        return False
    mine = TenantObjects(objects, tenant)
    places = asyncio.Semaphore(renderers.most)
    until = time.monotonic() + SLICE

    async def one(content: Due) -> list[Result] | None:
        async with places:
            if stopping() or time.monotonic() > until:
                return None
            return await asyncio.to_thread(_make, mine, renderers, content)

    found = await asyncio.gather(*(one(content) for content in due), return_exceptions=True)
    results: list[Result] = []
    later, lost, ended, left = [], [], [], 0
    for content, made in zip(due, found, strict=True):
        if isinstance(made, ObjectMissing):
            lost.append(content.sha256)
        elif isinstance(made, ObjectsAway):
            later.append(content)
        elif isinstance(made, Ended) and content.ended + 1 < MOST_ENDS:
            ended.append(content)
        elif isinstance(made, Ended):
            results += [
                _refused(content.sha256, name, ENDED.fill(times=MOST_ENDS)) for name in content.recipes
            ]
        elif isinstance(made, Closed):
            left += 1
        elif isinstance(made, BaseException):
            raise made
        elif made is None:
            left += 1
        else:
            results += made
    channels = await _save(tenant, results, later, ended, lost)
    for channel in channels:
        await wake.project(tenant, channel, "listings")
    return left > 0 or len(due) == AT_ONCE


def _make(mine: TenantObjects, renderers: Renderers, content: Due) -> list[Result]:
    """In a thread: fetched, checked, made, stored. Raises `ObjectMissing`, `ObjectsAway`, `Ended`, `Closed`."""
    original = mine.get(original_key(content.sha256))
    if hashlib.sha256(original).digest() != content.sha256:
        mine.delete(original_key(content.sha256))
        raise ObjectMissing(original_key(content.sha256))
    known = {name: recipe for name in content.recipes if (recipe := _recipe(name)) is not None}
    try:
        made = renderers.render(original, list(known.values()))
    except Refused as refused:
        return [_refused(content.sha256, name, refused.message) for name in known]
    return [_stored(mine, content.sha256, name, picture) for name, picture in zip(known, made, strict=True)]


def _refused(sha256: bytes, name: str, reason: Message) -> Result:
    return Result(sha256, name, None, None, None, None, None, msgspec.json.encode(reason).decode())


def _stored(mine: TenantObjects, sha256: bytes, name: str, picture: Rendered) -> Result:
    """Under the hash of what was made: two contents that give one picture give one object."""
    digest = hashlib.sha256(picture.content).hexdigest()[:32]
    key = mine.key(f"pictures/{digest}.{EXTENSIONS[picture.format]}")
    if mine.info(key) is None:
        mine.put(key, picture.content, content_type=CONTENT_TYPES[picture.format])
    return Result(sha256, name, key, digest, len(picture.content), picture.width, picture.height, None)


def _recipe(name: str) -> Recipe | None:
    """None for one of a former method: nobody wants it any more."""
    try:
        return recipe_named(name)
    except (ValueError, IndexError):
        log.info("recipe of another method", recipe=name, method=METHOD)
        return None


async def _save(
    tenant: UUID, results: Sequence[Result], later: Sequence[Due], ended: Sequence[Due], lost: Sequence[bytes]
) -> list[UUID]:
    """Returns the channels whose articles are to be projected again."""
    concerned: set[UUID] = set()
    async with tenant_transaction(tenant):
        if results:
            await renderings.save_results(results)
        for content in later:
            pause = timedelta(seconds=min(3_600, 10 * 2**content.attempts))
            await renderings.retry_later([content.sha256], pause)
        for content in ended:  # memory may be short for a while: longer each time
            await renderings.note_ended(content.sha256, timedelta(seconds=30 * 4**content.ended))
        for sha256 in lost:
            await media.note_lost(sha256)
        products: dict[UUID, list[str]] = defaultdict(list)
        for connection, product in await renderings.products_showing({one.sha256 for one in results}):
            products[connection].append(product)
        for connection, keys in products.items():
            for channel in await channels_of(connection):
                await mark(tenant, channel, "listings", keys)
                concerned.add(channel)
    return sorted(concerned)


async def tidy(tenant: UUID, objects: Objects, stopping: Callable[[], bool]) -> int:
    """Deletes what no article has named for the grace. Returns how many contents went. May be cut anywhere: rows go last."""
    mine = TenantObjects(objects, tenant)
    async with tenant_transaction(tenant):
        await unused_media.forget_files_of_gone(5_000)
        await web_documents.forget_unnamed()
        await unused_media.note_unused()
    await asyncio.to_thread(mine.abandon_older, UNFINISHED)
    total = 0
    while not stopping():
        async with tenant_transaction(tenant):
            condemned = await unused_media.condemn(GRACE, 200)
            shared = await unused_media.keys_shared({key for _, keys in condemned for key in keys})
        if not condemned:
            break
        for sha256, keys in condemned:
            for key in (original_key(sha256), *(one for one in keys if one not in shared)):
                await asyncio.to_thread(mine.delete, key)
        async with tenant_transaction(tenant):
            await unused_media.bury([sha256 for sha256, _ in condemned])
        total += len(condemned)
    return total
