"""A merchant whose ERP has the tables of Sage 100 and is written through its bridge; the shop is in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.erp.sage100 import Sage100
from raccord_connectors.kit.executor import execute
from sandbox.gescom.business import GesCom
from support.gescom import sage100, small_gescom, sql
from support.order_world import World, connected, world

ARTICLES = {"CHAISE": "Chaise", "TABLE": "Table", "LAMPE": "Lampe"}


@dataclass
class SageWorld(World):
    gescom: GesCom = field(kw_only=True)
    connector: Sage100 = field(kw_only=True)

    async def answer_without_taking(self) -> int:
        leased = await self.commands.lease(self.caller, wire.LeaseRequest(wait=0), connected)
        for command in leased:
            moment = self._moment()
            await self.commands.finish(self.caller, replace(execute(self.connector, command), read_at=moment))
        return len(leased)

    async def ingest(self, stream: str) -> None:
        """What a complete pass brings: what is there, and that the rest is gone."""
        records = [record for page in self.connector.read(stream) for record in page.records]
        await self.ingest_as_of(stream, records, self._moment())
        async with tenant_transaction(self.tenant) as connection:
            await connection.execute(
                "UPDATE snapshot SET deleted_at = CASE WHEN key = ANY($2) THEN NULL ELSE coalesce(deleted_at, "
                "now()) END "
                "WHERE connection = $3 AND stream = $1",
                stream, [record.key for record in records], self.caller.connection,
            )  # fmt: skip

    def pieces(self, kind: int) -> list[str]:
        """Numbers of the documents of that DO_Type that came from the shop, or that hold lines of one that did."""
        rows = sql(
            self.gescom,
            "select distinct l.DO_Piece from F_DOCLIGNE l where l.DO_Domaine = 0 and l.DO_Type = ? and l.AR_Ref in "
            "('CHAISE', 'TABLE', 'LAMPE') order by l.DO_Piece",
            kind,
        )
        return [str(row["DO_Piece"]) for row in rows]

    def lines(self, piece: str) -> dict[str, int]:
        """Article → DL_No, of the living document of that number."""
        rows = sql(
            self.gescom, "select AR_Ref, DL_No from F_DOCLIGNE where DO_Domaine = 0 and DO_Piece = ?", piece
        )
        return {row["AR_Ref"]: row["DL_No"] for row in rows if row["AR_Ref"]}


@asynccontextmanager
async def sage_world(folder: Path, **rules: object) -> AsyncIterator[SageWorld]:
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    gescom = small_gescom(folder)
    for ref, name in ARTICLES.items():
        gescom.add_article(ref, name, family="ASSIETTES", price=Decimal(100), stock=Decimal(10))
    connector = sage100(gescom)
    try:
        async with world(**rules) as made:
            async with tenant_transaction(made.tenant) as connection:
                await connection.execute(
                    "UPDATE connection SET connector = 'sage100' WHERE id = $1", made.caller.connection
                )
                await connection.execute("DELETE FROM snapshot")
            yield SageWorld(**vars(made), gescom=gescom, connector=connector)
    finally:
        connector.close()
