"""The merchant of the order tests, who has his messages sent by us: what the ERP does, and what then arrives in the mailbox."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from raccord.core.channel import ChannelSettings
from raccord.core.notification_rules import EVENTS, EventRule, Look, NotificationRules
from raccord.notifications.senders import Senders
from raccord.notifications.sending import Telling
from raccord.notifications.stopping import Links
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.vault import Vault
from raccord_connectors.canonical import PaperLink
from support.database import fresh_database, opened
from support.mail_server import Mailbox, mail_server
from support.order_world import World, world

ALL_BY_US = NotificationRules(
    events={event: EventRule(teller="us") for event in EVENTS},
    look=Look(name="Maison Duval", colour="#8b1f2f", footer="Maison Duval, 3 rue des Lilas, Nantes"),
)


@pytest.fixture(scope="module")
def settings(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One database for a whole module: each test is another tenant in it."""
    with fresh_database(postgres, tmp_path_factory.mktemp("telling")) as found:
        yield found


@dataclass
class Merchant:
    world: World
    box: Mailbox
    senders: Senders
    telling: Telling
    links: Links
    clock: list[datetime]
    """What the time is for the worker that tells; the first one counts. Empty: as it is."""
    papers: list[PaperLink]
    """The invoices that the customer can see."""
    files: dict[str, bytes]
    """Number of an invoice → its file."""

    async def sold(self, **order: Any) -> str:
        """One order, in the ERP and read back; returns the document's key."""
        self.world.shop.place_order({"CHAISE": 2}, **order)
        await self.world.collect()
        await self.world.settle()
        (row,) = await self.rows("SELECT document FROM sales_order ORDER BY placed_at DESC LIMIT 1")
        return str(row["document"])

    async def seen(self) -> None:
        """The ERP's documents as they are now have arrived, and the shop is to be told."""
        await self.world.ingest("documents")
        await self.world.follow_up()

    async def told(self) -> list[str]:
        """The worker's turn; the subjects of all that has arrived so far."""
        while await self.telling.tell(self.world.tenant):
            pass
        return self.box.subjects()

    async def use_mail(self, **settings: object) -> None:
        given = {
            "host": "127.0.0.1", "port": self.box.port, "security": "none", "sender": "boutique@duval.example", **settings
        }  # fmt: skip
        await self.senders.save(self.world.tenant, "email", "smtp", given, None)

    async def choose(self, rules: NotificationRules) -> None:
        async with tenant_transaction(self.world.tenant) as connection:
            packed = await connection.fetchval("SELECT settings FROM channel")
            chosen = msgspec.structs.replace(
                msgspec.json.decode(packed, type=ChannelSettings), notifications=rules
            )
            await connection.execute("UPDATE channel SET settings = $1", msgspec.json.encode(chosen).decode())

    async def rows(self, query: str, *values: object) -> list[Any]:
        async with tenant_transaction(self.world.tenant) as connection:
            return list(await connection.fetch(query, *values))

    async def act(self, query: str, *values: object) -> None:
        async with tenant_transaction(self.world.tenant) as connection:
            await connection.execute(query, *values)

    async def states(self, medium: str = "email") -> dict[str, str]:
        """Event → its state, with the reason of what is not told."""
        rows = await self.rows(
            "SELECT event, state, reason FROM notification WHERE medium = $1 ORDER BY event", medium
        )
        return {
            row["event"].partition("/")[0]: row["state"] + (f": {row['reason']}" if row["reason"] else "")
            for row in rows
        }


def run(
    settings: Settings,
    scenario: Callable[[Merchant], Awaitable[None]],
    *,
    rules: NotificationRules = ALL_BY_US,
    transport: Any = None,
    **box: Any,
) -> None:
    async def inside(found: Mailbox) -> None:
        async with opened(settings), world() as made:
            vault = Vault("ab" * 32)
            clock: list[datetime] = []
            senders = Senders(vault, allow_private=True, transport=transport)
            links = Links(vault, "https://raccord.example")
            papers: list[PaperLink] = []

            async def papers_of(tenant: UUID, reference: str) -> list[PaperLink]:
                return papers

            files: dict[str, bytes] = {}

            async def file_of(tenant: UUID, reference: str, number: str) -> tuple[str, bytes] | None:
                return (f"{number}.pdf", files[number]) if number in files else None

            now = lambda: clock[0] if clock else datetime.now(UTC)  # noqa: E731
            telling = Telling(senders, links, papers_of, file_of, now)
            merchant = Merchant(made, found, senders, telling, links, clock, papers, files)
            await merchant.choose(rules)
            await merchant.use_mail()
            await scenario(merchant)

    with mail_server(**box) as found:
        asyncio.run(inside(found))
