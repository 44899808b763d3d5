"""The merchant's pages of papers: the list, and one paper with its versions, what it lacks and its customer's links."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core.invoice_flow import duty_of
from raccord.documents import customer_repository, repository, views
from raccord.documents.customer_pages import CustomerPages
from raccord.documents.models import PaperRow, PaperTab
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants import service as tenants
from raccord.tenants.access import member

MANAGER = {"role": "manager"}
SELLER = {"role": "seller"}


class Doing(Struct):
    do: str
    page: str = ""


@get("/t/{tenant:uuid}/documents", guards=[member])
async def documents(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked = request.query_params
    tab = PaperTab(asked["tab"]) if asked.get("tab") in list(PaperTab) else None
    text = asked.get("q", "").replace("\0", "").strip()[:200]
    async with tenant_transaction(tenant):
        rows = await views.page_of(tab, text, _place(asked.get("after", "")))
        counts = await views.counts()
        channels = await views.active_channels()
    shown, path = rows[: views.PAGE], request.url.path
    more = f"{shown[-1].dated.isoformat()}_{shown[-1].id}" if len(rows) > views.PAGE else None
    return await tenant_page(
        request,
        "documents/_found.html" if is_fragment(request) else "documents/documents.html",
        papers=shown,
        counts=counts,
        tab=tab,
        text=text,
        tabs={one: address(path, q=text, tab=one) for one in (None, *PaperTab)},
        channels=channels,
        duty_of=duty_of,
        older=address(path, q=text, tab=tab, after=more) if more else None,
        first_page=address(path, q=text, tab=tab) if asked.get("after") else None,
    )


@get("/t/{tenant:uuid}/documents/{paper:uuid}", guards=[member])
async def document_page(request: Visit, tenant: FromPath[UUID], paper: FromPath[UUID]) -> Template:
    row = await _row(tenant, paper)
    links = _pages(request)
    async with tenant_transaction(tenant):
        versions = await repository.versions(paper)
        orders = await views.orders_of(paper)
        pages = await customer_repository.pages_of(row.channel, row.customer)
    now = datetime.now(UTC)
    return await tenant_page(
        request,
        "documents/document.html",
        paper=row,
        duty=duty_of(row.flow) if row.flow else None,  # type: ignore[arg-type]  # stored as one of them
        versions=versions,
        orders=orders,
        pages=[(one, links.address(tenant, one), one.works(now)) for one in pages],
    )


@post("/t/{tenant:uuid}/documents/{paper:uuid}", guards=[member], opt=SELLER)
async def act(
    request: Visit,
    tenant: FromPath[UUID],
    paper: FromPath[UUID],
    data: Annotated[Doing, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """`again`: made anew, as the ERP has it now. `link`: a page for its customer. `renew`, `revoke`: of one of the pages."""
    row = await _row(tenant, paper)
    here, done = f"/t/{tenant}/documents/{paper}", True
    async with tenant_transaction(tenant):
        route = await repository.route_of(row.channel)
        if route is None:
            raise NotFoundException
        until = datetime.now(UTC) + timedelta(days=route.rules.link_days)
        page = _uuid(data.page)
        known = {one.id for one in await customer_repository.pages_of(row.channel, row.customer)}
        match data.do:
            case "again":
                done = await repository.make_again(paper)
            case "link":
                await customer_repository.ensure(tenant, row.channel, row.customer, "", until)
            case "renew" if page in known:
                await customer_repository.renew(page, until)
            case "revoke" if page in known:
                await customer_repository.revoke(page)
            case _:
                raise NotFoundException
        await tenants.note(tenant, request.user.id, f"document.{data.do}", row.number)
    if data.do == "again" and done:
        await request.app.state.wake.document(tenant, paper)
    outcome = {"again": "retry", "revoke": "link_ended", "link": "link_made", "renew": "link_made"}[data.do]
    return Redirect(address(here, done=outcome if done else "stale"), status_code=303)


@get("/t/{tenant:uuid}/documents/{paper:uuid}/pdf", guards=[member])
async def pdf(request: Visit, tenant: FromPath[UUID], paper: FromPath[UUID]) -> Response[Any]:
    """The file itself, by a short-lived address; `version` for an earlier one."""
    row = await _row(tenant, paper)
    asked = request.query_params.get("version", "")
    found = await _pages(request).file(
        tenant, row, int(asked) if asked.isdecimal() and len(asked) < 6 else None
    )
    if found is None:
        raise NotFoundException
    return Redirect(found, status_code=303)


async def _row(tenant: UUID, paper: UUID) -> PaperRow:
    async with tenant_transaction(tenant):
        row = await views.one(paper)
    if row is None:
        raise NotFoundException
    return row


def _pages(request: Visit) -> CustomerPages:
    found: CustomerPages = request.app.state.customer_pages
    return found


def _place(text: str) -> tuple[str, str] | None:
    day, _, paper = text.partition("_")
    try:
        return datetime.fromisoformat(day).date().isoformat(), str(UUID(paper))
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES = [documents, document_page, act, pdf]
