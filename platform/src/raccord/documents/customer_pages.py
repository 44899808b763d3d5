"""What a customer finds behind a link, and the links themselves.

A page belongs to one customer of the ERP in one channel. One that was made for an order belongs to that order's buyer as
well: where several buyers share an account of the ERP, each sees the papers of his own orders only.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from raccord.documents import customer_repository as pages
from raccord.documents import repository
from raccord.documents.links import PageLinks
from raccord.documents.models import PageRow, PaperRoute, PaperRow
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import ObjectMissing, Objects, ObjectsAway, TenantObjects
from raccord_connectors.canonical import PaperLink

MOST_ATTACHED = 5_000_000
"""Bytes; many mailboxes refuse mails of more than ten millions, and an attachment grows by a third on its way."""
DOWNLOAD = 300
"""Seconds for which the address of a file works."""


class Opened(Struct, frozen=True, kw_only=True):
    """A page that a customer may see."""

    tenant: UUID
    page: PageRow
    route: PaperRoute
    papers: list[PaperRow]


class CustomerPages:
    def __init__(self, links: PageLinks, objects: Objects) -> None:
        self._links = links
        self._objects = objects

    def address(self, tenant: UUID, page: PageRow) -> str:
        return self._links.address(tenant, page.id, page.serial)

    async def open(self, token: str, *, visit: bool = False) -> Opened | None:
        """None for a link that was never one, was ended or is over: nobody learns which."""
        named = self._links.read(token)
        if named is None:
            return None
        async with tenant_transaction(named.tenant):
            found = await pages.page(named.page)
            if (
                found is None
                or not self._links.holds(named, found.serial)
                or not found.works(datetime.now(UTC))
            ):
                return None
            route = await repository.route_of(found.channel)
            if route is None or not route.rules.active:
                return None
            own = bool(found.buyer) and await pages.shared(found.channel, found.customer, found.buyer)
            papers = await pages.papers(found, only_own=own)
            if visit:
                await pages.note_visit(found.id)
        return Opened(tenant=named.tenant, page=found, route=route, papers=papers)

    async def download(self, token: str, paper: UUID) -> str | None:
        """A short-lived address of the file; None where the page does not show that paper."""
        opened = await self.open(token)
        row = next((one for one in opened.papers if one.id == paper), None) if opened is not None else None
        if opened is None or row is None:
            return None
        return await self.file(opened.tenant, row)

    async def file(self, tenant: UUID, row: PaperRow, version: int | None = None) -> str | None:
        async with tenant_transaction(tenant):
            kept = await repository.versions(row.id)
        wanted = version or row.version
        found = next((one for one in kept if one.number == wanted), None)
        if found is None:
            return None
        return TenantObjects(self._objects, tenant).signed_get(
            found.object,
            seconds=DOWNLOAD,
            filename=f"{file_name(row.number)}.pdf",
            content_type="application/pdf",
        )

    async def attachment(self, tenant: UUID, reference: str, number: str) -> tuple[str, bytes] | None:
        """Name and content of the file of one paper of an order; None where its customer may see none, or a mail takes none."""
        async with tenant_transaction(tenant):
            shown = await self.links_of(tenant, reference)
            rows = await pages.of_order(reference) if any(link.number == number for link in shown) else []
            row = next((one for one in rows if one.number == number), None)
            kept = await repository.versions(row.id) if row is not None else []
        found = next((one for one in kept if row is not None and one.number == row.version), None)
        if found is None or found.size > MOST_ATTACHED:
            return None
        try:
            content = await asyncio.to_thread(TenantObjects(self._objects, tenant).get, found.object)
        except (ObjectMissing, ObjectsAway):
            return None  # the mail's link leads to it
        return f"{file_name(number)}.pdf", content

    async def links_of(self, tenant: UUID, reference: str) -> list[PaperLink]:
        """What an order of the shop shows of its papers. Inside the tenant's transaction. The page is made here, once."""
        ordered = await pages.ordered(reference)
        rows = await pages.of_order(reference) if ordered is not None else []
        if ordered is None or not rows:
            return []
        route = await repository.route_of(ordered.channel)
        if route is None or not (route.rules.active and route.rules.in_shop):
            return []
        until = datetime.now(UTC) + timedelta(days=route.rules.link_days)
        page = await pages.ensure(tenant, ordered.channel, ordered.customer, ordered.buyer, until)
        if not page.works(datetime.now(UTC)):
            return []
        url = self.address(tenant, page)
        return [PaperLink(number=row.number, kind=row.kind, dated=row.dated, url=url) for row in rows]


def file_name(number: str) -> str:
    """Of a number with signs that no file may have."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in number) or "document"
