"""A merchant for the tests of papers: the world of orders, with rules for documents, and an object store that can die."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal as D
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.document_rules import DocumentRules
from raccord.documents.customer_pages import CustomerPages
from raccord.documents.links import PageLinks
from raccord.documents.service import PAPERS, Papers
from raccord.settings import Settings
from raccord.storage import marks, system
from raccord.storage.engine import tenant_transaction
from raccord.storage.locks import Locks
from raccord.storage.objects import Objects, objects_of
from raccord_connectors.canonical import Address, Customer, Invoice, InvoiceLine, TaxAmount
from raccord_connectors.contract import Discovery, Identity
from support.order_world import World, world

COMPANY = Identity(
    name="Maison Duval", legal_form="SARL", capital="10 000 €", register="Lyon", siret="90214736200013",
    vat_number="FR90902147362", line1="14 quai des Lavandières", postal_code="69005", city="Lyon", country="FR",
)  # fmt: skip
PLACE = Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR")


class Killed(Exception):
    """The worker died here."""


@dataclass
class Dying:
    """An object store whose worker dies before or after it puts."""

    objects: Objects
    before: bool = False
    after: bool = False
    puts: list[str] = field(default_factory=list)

    def put(self, key: str, content: Any, *, content_type: str) -> None:
        if self.before:
            raise Killed
        self.objects.put(key, content, content_type=content_type)
        self.puts.append(key)
        if self.after:
            raise Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objects, name)


@dataclass
class PaperWorld:
    orders: World
    papers: Papers
    pages: CustomerPages
    objects: Dying

    @property
    def tenant(self) -> UUID:
        return self.orders.tenant

    @property
    def channel(self) -> UUID:
        return self.orders.channel

    async def ingest(self, *keys: str) -> None:
        """The ERP's invoices and customers arrive, and those invoices are marked (all of them, if none is named)."""
        for stream in ("customers", "documents", "invoices"):
            await self.orders.ingest(stream)
        wanted = keys or [record.key for record in self.orders.erp.all("invoices")]
        async with tenant_transaction(self.tenant):
            await marks.mark(self.tenant, self.channel, PAPERS, wanted)

    async def work(self, rounds: int = 5) -> None:
        """What the sweep does, until nothing is due."""
        for _ in range(rounds):
            due = [one for one in await system.due_work() if one.tenant == self.tenant]
            mine = [one for one in due if one.kind == "document" or one.stream == PAPERS]
            if not mine:
                return
            for one in mine:
                if one.kind == "document":
                    await self.papers.make(self.tenant, one.object)
                else:
                    await self.papers.take_up(self.tenant, one.object)

    async def rules(self, **changes: Any) -> None:
        async with tenant_transaction(self.tenant) as connection:
            told = await connection.fetchval("SELECT settings FROM channel WHERE id = $1", self.channel)
            settings = msgspec.json.decode(told, type=ChannelSettings)
            settings = replace(settings, documents=replace(settings.documents, **changes))
            await connection.execute(
                "UPDATE channel SET settings = $2 WHERE id = $1",
                self.channel,
                msgspec.json.encode(settings).decode(),
            )

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with tenant_transaction(self.tenant) as connection:
            return [dict(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]

    async def paper(self) -> dict[str, Any]:
        """The one paper of the test."""
        (row,) = await self.rows("paper")
        return row

    def customer(self, key: str = "CLI1", **fields: Any) -> Customer:
        told: dict[str, Any] = {
            "account_title": "Zélie Évrard",
            "civility": "mrs",
            "email": "zelie@exemple.fr",
            "billing": PLACE,
        }
        return self.orders.erp.put_customer(key, **{**told, **fields})

    def invoice(self, number: str = "FA1", **fields: Any) -> Invoice:
        """One typed in the ERP: 100 € at 20 %."""
        line = InvoiceLine(key="1", item="CHAISE", title="Chaise", quantity=D(2), net=D(100), rate=D(20))
        told: dict[str, Any] = {
            "number": number, "dated": date(2026, 5, 4), "customer": "CLI1", "lines": [line], "net": D(100), "tax": D(20),
            "gross": D(120), "taxes": [TaxAmount(D(20), D(100), D(20))],
        }  # fmt: skip
        made = Invoice(key=number, **{**told, **fields})
        self.orders.erp.put("invoices", made)
        return made

    async def arrived(self, number: str = "FA1", **fields: Any) -> Invoice:
        """An invoice and its customer are in the ERP, and known here."""
        self.customer()
        made = self.invoice(number, **fields)
        await self.ingest()
        return made

    async def given(self, number: str = "FA1", **fields: Any) -> Invoice:
        """And worked on, until nothing is due."""
        made = await self.arrived(number, **fields)
        await self.work()
        return made


@asynccontextmanager
async def paper_world(settings: Settings, **rules: Any) -> AsyncIterator[PaperWorld]:
    """Inside `opened(settings)`."""
    async with world() as orders:
        assert settings.database_url
        assert settings.secret_key
        locks = Locks(settings.database_url)
        objects = Dying(objects_of(settings))
        links = PageLinks(settings.secret_key, settings.public_url)
        papers = Papers(objects, locks, links, orders.wake)
        made = PaperWorld(orders, papers, CustomerPages(links, objects), objects)
        discovery = msgspec.json.encode(Discovery(identity=COMPANY)).decode()
        async with tenant_transaction(orders.tenant) as connection:
            await connection.execute(
                "UPDATE connection SET discovery = $2 WHERE id = $1", orders.caller.connection, discovery
            )
        chosen = {"active": True, **rules}
        await made.rules(**msgspec.structs.asdict(DocumentRules(**chosen)))
        try:
            yield made
        finally:
            await locks.close()
