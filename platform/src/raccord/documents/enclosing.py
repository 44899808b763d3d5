"""Papers that a shop keeps itself: their content goes with the order's update, to shops that say so (`ConnectorSpec.papers`).

It is put there when the update is sent, the latest version of the newest paper, and nowhere kept beside it: what is desired and
what was pushed name the paper only.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from raccord.documents import customer_repository as pages
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import Objects, TenantObjects
from raccord_connectors.canonical import OrderUpdate, PaperLink
from raccord_connectors.contract import Change, PaperNeeds


class Enclosing:
    """Satisfies `sync.ports.Papers`."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def enclosed(
        self, tenant: UUID, shop: UUID, needs: PaperNeeds, changes: Sequence[Change]
    ) -> list[Change]:
        return [await self._enclosed(tenant, shop, needs, change) for change in changes]

    async def _enclosed(self, tenant: UUID, shop: UUID, needs: PaperNeeds, change: Change) -> Change:
        update = change.record
        if not isinstance(update, OrderUpdate):
            return change
        paper = next((one for one in reversed(update.papers) if one.kind in needs.kinds), None)
        if paper is None:
            return change
        async with tenant_transaction(tenant):
            found = await pages.file_of(shop, update.key, paper.number)
        if found is None or found.size > needs.largest_bytes:
            return change  # the customer has the link
        content = await asyncio.to_thread(TenantObjects(self._objects, tenant).get, found.object)
        papers = [_with(one, content) if one is paper else one for one in update.papers]
        return replace(change, record=replace(update, papers=papers))


def _with(paper: PaperLink, content: bytes) -> PaperLink:
    return replace(paper, content=content)
