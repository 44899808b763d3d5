"""Pictures on their way into a shop: addresses that hold for the call, and the shop's own keys of what it has already."""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec.structs import replace

from raccord.core.pictures import all_pictures, map_pictures
from raccord.storage import media
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import Objects, TenantObjects
from raccord_connectors.canonical import Listing, Picture, Record
from raccord_connectors.contract import Change, Outcome

SECONDS = 7_200
"""Shops download one after the other, and a slow one takes minutes for a batch."""


class ShopPictures:
    """`sync.ports.Pictures`."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def addressed(self, tenant: UUID, shop: UUID, changes: Sequence[Change]) -> list[Change]:
        """The same picture has the same words in a change's record and in what was sent before: only what differs is sent."""
        digests = {picture.digest for change in changes for picture in _pictures(change)}
        if not digests:
            return list(changes)
        async with tenant_transaction(tenant):
            remotes = await media.in_shop(shop, digests)
        mine = TenantObjects(self._objects, tenant)
        signed: dict[str, str] = {}

        def address(picture: Picture) -> Picture:
            remote = remotes.get(picture.digest, "")
            if picture.url.startswith("t/") and picture.url not in signed:
                signed[picture.url] = mine.signed_get(picture.url, seconds=SECONDS)
            return replace(picture, url=signed.get(picture.url, picture.url), remote=remote)

        return [
            replace(
                change, record=_mapped(change.record, address), previous=_mapped(change.previous, address)
            )
            for change in changes
        ]

    async def answered(
        self, tenant: UUID, shop: UUID, changes: Sequence[Change], outcomes: Sequence[Outcome]
    ) -> None:
        """Remembers what the shop has now. Where it refused a picture, what we thought that it has is forgotten."""
        brought = {digest: remote for outcome in outcomes for digest, remote in outcome.media.items()}
        by_key = {change.key: change for change in changes}
        doubtful = {
            picture.digest
            for outcome in outcomes
            if outcome.problem is not None and outcome.problem.field == "pictures" and outcome.key in by_key
            for picture in _pictures(by_key[outcome.key])
        }
        if not brought and not doubtful:
            return
        async with tenant_transaction(tenant):
            await media.forget_in_shop(shop, doubtful - brought.keys())
            if brought:
                await media.note_in_shop(tenant, shop, brought)


def _pictures(change: Change) -> list[Picture]:
    records = [one for one in (change.record, change.previous) if isinstance(one, Listing)]
    return [picture for record in records for picture in all_pictures(record)]


def _mapped(record: Record | None, address: Callable[[Picture], Picture]) -> Record | None:
    return map_pictures(record, address) if isinstance(record, Listing) else record
