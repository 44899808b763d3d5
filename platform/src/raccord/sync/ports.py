"""What the use cases need from the world around them. `worker.app` and `web.app` choose who answers; tests bring fakes.

What is stored is not behind a port: `sync` speaks to `raccord.storage`, in SQL that works on sets, against a real database
in the tests as well.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol
from uuid import UUID

from raccord_connectors.contract import Change, Connector, Outcome, PaperNeeds

if TYPE_CHECKING:
    from raccord.storage.locks import Locks
    from raccord.sync.mappings import Mappings

Lane = Literal["urgent", "ordinary"]
"""Urgent: what the buyer sees go wrong at once (stock, the state of an order). Ordinary: the catalogue."""

LANES: dict[Lane, tuple[str, ...]] = {
    "urgent": ("availability", "order_updates"),
    "ordinary": ("listings", "customers"),
}


def lane_of(stream: str) -> Lane:
    """Raises `KeyError` for a stream that is not written to shops."""
    for lane, streams in LANES.items():
        if stream in streams:
            return lane
    raise KeyError(stream)


class Wake(Protocol):
    """Tells the workers that there is something to do. Called after the commit that made it so; never raises: when the
    broker is down the wake-up is lost, and the sweep finds the work in the database."""

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None:
        """`to_project` has marks for this stream (of the shop: listings, availability, order_updates, customers)."""

    async def push(self, tenant: UUID, shop: UUID, lane: Lane) -> None:
        """Bindings of this lane are due in the shop connection."""

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None:
        """The channel's shop may have new orders; `key` when a webhook named one."""

    async def hooks(self, tenant: UUID, channel: UUID) -> None:
        """The channel's shop is to call us when something happens there."""

    async def plan(self, tenant: UUID, plan: UUID) -> None:
        """A plan is to be made, or goes on."""

    async def enter(self, tenant: UUID, order: UUID) -> None:
        """A sales order can go a step further."""

    async def drift(self, tenant: UUID, channel: UUID) -> None:
        """Somebody asks how far the channel's shop shows what it was sent."""

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None:
        """A rehearsal has begun, or goes on."""

    async def notify(self, tenant: UUID) -> None:
        """Customers are to be told of something."""

    async def document(self, tenant: UUID, paper: UUID) -> None:
        """A customer's paper is to be made."""

    async def media(self, tenant: UUID) -> None:
        """Pictures are to be made."""

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        """An agent answered this command; `once` is the mark under which it was asked, which tells who waits for it."""


class Shops(Protocol):
    """Opens shop connections: decrypts, builds the connector, closes it at the end."""

    def open(self, tenant: UUID, connection: UUID) -> AbstractAsyncContextManager[Connector]:
        """Raises `ConfigError` when the settings cannot be used. The connector blocks: call it in a thread, one at a
        time."""


class Pictures(Protocol):
    """The media feature, as pushing needs it. Outside of transactions."""

    async def addressed(self, tenant: UUID, shop: UUID, changes: Sequence[Change]) -> list[Change]:
        """The changes with addresses from which the shop may fetch their pictures."""

    async def answered(
        self, tenant: UUID, shop: UUID, changes: Sequence[Change], outcomes: Sequence[Outcome]
    ) -> None:
        """What the shop has of our pictures from now on."""


class Papers(Protocol):
    """The documents feature, as pushing needs it. Outside of transactions."""

    async def enclosed(
        self, tenant: UUID, shop: UUID, needs: PaperNeeds, changes: Sequence[Change]
    ) -> list[Change]:
        """The changes with the content of the papers that this shop keeps itself."""


class Orders(Protocol):
    """The orders feature, as projecting needs it. Both are called inside the tenant's transaction."""

    async def project_updates(self, references: Sequence[str]) -> int:
        """Sets the desired state of these orders in the shop; returns how many changed."""

    async def end_reflected(self, tenant: UUID, erp: UUID, items: Sequence[str]) -> Sequence[str]:
        """Ends the reservations of these items that the ERP's stock already contains."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Ports:
    """All that a worker hands to the use cases. One per process."""

    wake: Wake
    shops: Shops
    orders: Orders
    locks: "Locks"
    mappings: "Mappings"
    pictures: Pictures | None = None
    """None: listings go without (tests of other things)."""
    papers: Papers | None = None
    """None: papers are links only."""
    stopping: Callable[[], bool] = field(default=lambda: False)
    """The process has been asked to end: finish the step you are at."""
    patience: timedelta = timedelta(seconds=10)
    """How long a new article waits for its price before it is held for want of one."""
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
