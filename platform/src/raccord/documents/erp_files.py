"""The ERP's own PDF of an invoice, where the merchant's rules ask for it.

The agent tells the files that belong to a record and uploads each content once (`wire_files`); those of an invoice are told
under the invoice's key, as documents. Which of them it is, the name's pattern says.
"""

import asyncio
import fnmatch
from datetime import UTC, datetime, timedelta

from raccord.documents.errors import NO_FILE
from raccord.documents.models import PaperRoute
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.storage.objects import ObjectMissing, Objects, TenantObjects
from raccord_connectors.canonical import Invoice
from raccord_connectors.contract import RecordRejected

MAGIC = b"%PDF-"


class ErpFiles:
    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def find(self, route: PaperRoute, invoice: Invoice, seen_at: datetime) -> bytes | None:
        """None: ours is to be drawn. Raises `RecordRejected` (field "file") while the ERP's own is waited for."""
        name = expected_name(route.rules.file_pattern, invoice)
        async with tenant_transaction(route.tenant):
            keys = await _contents(route, invoice, name)
        objects = TenantObjects(self._objects, route.tenant)
        for key in keys:
            try:
                content = await asyncio.to_thread(objects.get, key)
            except ObjectMissing:
                continue
            if content.startswith(MAGIC):
                return content
        patience = timedelta(hours=route.rules.wait_hours)
        if route.rules.source == "either" and datetime.now(UTC) - seen_at >= patience:
            return None
        raise RecordRejected(NO_FILE.fill(number=invoice.number, name=name), field="file")


def expected_name(pattern: str, invoice: Invoice) -> str:
    """ "Facture_{number}*.pdf" → "Facture_FA00012*.pdf"."""
    places = {"number": invoice.number, "customer": invoice.customer, "year": str(invoice.dated.year)}
    for place, value in places.items():
        pattern = pattern.replace("{" + place + "}", value)
    return pattern


async def _contents(route: PaperRoute, invoice: Invoice, name: str) -> list[str]:
    rows = await current_connection().fetch(
        """
        SELECT f.name, encode(f.sha256, 'hex') AS digest FROM media_file f
          JOIN media_content c ON c.tenant = f.tenant AND c.sha256 = f.sha256 AND c.state = 'stored'
         WHERE f.connection = $1 AND f.product = $2 AND f.kind = 'document' ORDER BY f.place
        """,
        route.erp,
        invoice.key,
    )
    wanted = name.replace("\\", "/").rpartition("/")[2].casefold()
    names = {row["digest"]: row["name"].replace("\\", "/").rpartition("/")[2].casefold() for row in rows}
    return [f"originals/{digest}" for digest, said in names.items() if fnmatch.fnmatchcase(said, wanted)]
