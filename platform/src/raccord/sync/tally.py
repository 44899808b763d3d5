"""What one drain of one stream has done so far, as its run says it."""

import asyncio
import uuid
from uuid import UUID

import msgspec
from msgspec import Struct

from raccord.storage import runs
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Problem


class Counts(Struct, omit_defaults=True):
    created: int = 0
    updated: int = 0
    withdrawn: int = 0
    deleted: int = 0
    refused: int = 0
    retried: int = 0


class Tally:
    """The run of one stream in one drain; its row exists from the first outcome on."""

    def __init__(self, tenant: UUID, shop: UUID, stream: str) -> None:
        self.tenant = tenant
        self.shop = shop
        self.stream = stream
        self.run = uuid.uuid4()
        self.counts = Counts()
        self.cut_short = False
        self.problem: Problem | None = None
        self.binding = asyncio.Lock()
        """Of the calls that run side by side, one at a time looks what is bound and binds."""
        self._begun = False

    async def note(self) -> None:
        """In the transaction of what is counted."""
        if not self._begun:
            await self._save("running")
        self._begun = True

    async def end(self) -> None:
        if self._begun:
            partial = self.cut_short or self.problem or self.counts.refused or self.counts.retried
            async with tenant_transaction(self.tenant):
                await self._save("partial" if partial else "complete")

    async def _save(self, state: str) -> None:
        problem = msgspec.json.encode(self.problem).decode() if self.problem else None
        counts = msgspec.json.encode(self.counts).decode()
        run = runs.Run(self.run, self.shop, self.stream, state, counts, problem)  # type: ignore[arg-type]
        await runs.save(self.tenant, run)
