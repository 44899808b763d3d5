"""A merchant whose ERP knows only files, with the simulated program behind the drop folder; the shop is in memory."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from raccord.storage.engine import tenant_transaction
from raccord_connectors import wire
from raccord_connectors.canonical import Record
from raccord_connectors.contract import Connector
from raccord_connectors.erp.files import DropFolder, FilesSettings
from raccord_connectors.kit.executor import execute
from sandbox.folder_erp.erp import FolderErp
from support.order_world import World, connected, world

ROOT = Path(__file__).parents[2]
ARTICLES = (
    {"REF": "CHAISE", "DESIGNATION": "Chaise « Lucie »", "PRIX_HT": "100,00", "TVA": "20", "STOCK": "10", "ACTIF": "O"},
    {"REF": "TABLE", "DESIGNATION": "Table « Rose »", "PRIX_HT": "100,00", "TVA": "20", "STOCK": "10", "ACTIF": "O"},
)  # fmt: skip


def folder_erp(root: Path) -> FolderErp:
    """With the articles and the buyer of the tests, and files that count at once."""
    erp = FolderErp(root)
    rows = erp.rows("articles")
    blank = dict.fromkeys(rows[0], "")
    erp.save("articles", [*rows, *({**blank, **article} for article in ARTICLES)])
    erp.change("clients", "C0002", NOM="Martin", PRENOM="Lucie", EMAIL="lucie.martin@example.com")
    text = erp.definition.read_text("utf-8")
    for seconds in ("0.3", "0.2"):
        text = text.replace(f"settle_seconds = {seconds}", "settle_seconds = 0")
    erp.definition.write_text(text, "utf-8")
    erp.work()
    return erp


def drop_folder(erp: FolderErp, *, working: bool = True) -> DropFolder:
    """`working`: the ERP works while the connector waits for an acknowledgement."""

    def wait(seconds: float) -> None:
        if working:
            erp.work()

    return DropFolder(FilesSettings(folder=str(erp.drop), definition=str(erp.definition)), sleep=wait)


class ThroughFiles:
    """What `publishing.Merchant` wants of its ERP: all records of a stream, as the agent reads them."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def all(self, stream: str) -> list[Record]:
        return [record for page in self._connector.read(stream) for record in page.records]


@dataclass
class FolderWorld(World):
    books: FolderErp = field(kw_only=True)
    working: bool = True

    async def answer_without_taking(self) -> int:
        leased = await self.commands.lease(self.caller, wire.LeaseRequest(wait=0), connected)
        connector = drop_folder(self.books, working=self.working)
        try:
            for command in leased:
                result = execute(connector, command)
                await self.commands.finish(self.caller, replace(result, read_at=self._moment()))
        finally:
            connector.close()
        return len(leased)

    async def lease_and_die(self) -> None:
        """The agent takes what there is, in a process of its own, which is killed while it waits for the acknowledgement."""
        leased = await self.commands.lease(self.caller, wire.LeaseRequest(wait=0), connected)
        for command in leased:
            done = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-c", DYING, str(self.books.drop), str(self.books.definition)],
                input=wire.pack(command),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                timeout=60,
            )
            assert -signal.SIGKILL == done.returncode
        await self.expire_leases()


DYING = """
import os, signal, sys
from raccord_connectors import wire
from raccord_connectors.erp.files import DropFolder, FilesSettings
from raccord_connectors.kit.executor import execute
die = lambda seconds: os.kill(os.getpid(), signal.SIGKILL)
connector = DropFolder(FilesSettings(folder=sys.argv[1], definition=sys.argv[2]), sleep=die)
execute(connector, wire.unpack(sys.stdin.buffer.read(), wire.Command))
"""


@asynccontextmanager
async def folder_world(folder: Path, **rules: object) -> AsyncIterator[FolderWorld]:
    books = folder_erp(folder)
    async with world(**rules) as made:
        async with tenant_transaction(made.tenant) as connection:
            await connection.execute(
                "UPDATE connection SET connector = 'files' WHERE id = $1", made.caller.connection
            )
            await connection.execute("DELETE FROM snapshot")
        found = FolderWorld(**vars(made), books=books)
        connector = drop_folder(books)
        for stream in ("products", "stock", "customers"):
            records = [record for page in connector.read(stream) for record in page.records]
            await found.ingest_as_of(stream, records, 0.0)
        connector.close()
        yield found
