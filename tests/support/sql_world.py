"""A merchant whose ERP is a database of his own, written by its own procedure; the shop is in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.erp.sql import CustomSql, SqlSettings
from raccord_connectors.kit.executor import execute
from sandbox.sql_erp.erp import SqlErp
from support.order_world import World, connected, world

ARTICLES = "INSERT INTO ARTICLE (REF, DESIGNATION, PRIX_HT, TAUX_TVA, STOCK) VALUES (?, ?, 100, 20, 10)"


@dataclass
class SqlWorld(World):
    books: SqlErp = field(kw_only=True)
    connector: CustomSql = field(kw_only=True)

    async def answer_without_taking(self) -> int:
        leased = await self.commands.lease(self.caller, wire.LeaseRequest(wait=0), connected)
        for command in leased:
            result = execute(self.connector, command)
            await self.commands.finish(self.caller, replace(result, read_at=self._moment()))
        return len(leased)


@asynccontextmanager
async def sql_world(folder: Path, **rules: object) -> AsyncIterator[SqlWorld]:
    books = SqlErp(folder)
    for ref, name in (("CHAISE", "Chaise"), ("TABLE", "Table")):
        books.rows(ARTICLES, ref, name)
    books.change("CLIENT", "C0002", NOM="Martin", PRENOM="Lucie", EMAIL="lucie.martin@example.com")
    settings = SqlSettings(kind="sqlite", database=str(books.database), definition=str(books.definition))
    connector = CustomSql(settings, sleep=lambda seconds: None)
    try:
        async with world(**rules) as made:
            async with tenant_transaction(made.tenant) as connection:
                await connection.execute(
                    "UPDATE connection SET connector = 'sql' WHERE id = $1", made.caller.connection
                )
                await connection.execute("DELETE FROM snapshot")
            found = SqlWorld(**vars(made), books=books, connector=connector)
            for stream in ("products", "stock", "customers"):
                records = [record for page in connector.read(stream) for record in page.records]
                await found.ingest_as_of(stream, records, 0.0)
            yield found
    finally:
        connector.close()
