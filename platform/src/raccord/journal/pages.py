"""The journal's pages: the list, which grows by itself, one entry with all that is known of it, and the passes."""

from uuid import UUID

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.journal import views
from raccord.journal.fields import differences
from raccord.journal.lines import lines_of
from raccord.journal.models import Event
from raccord.journal.views import Filter
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member

AT_ONCE = 50
"""New entries shown by themselves; when more came in two seconds the reader is asked to load the page anew."""


@get("/t/{tenant:uuid}/journal", guards=[member])
async def journal(request: Visit, tenant: FromPath[UUID], before: FromQuery[int | None] = None) -> Template:
    wanted = _wanted(request)
    async with tenant_transaction(tenant):
        found = await views.entries(wanted, before=before, limit=views.PAGE + 1)
        newest = await views.newest_id()
        channels = await views.channels()
    path, query = request.url.path, wanted.query()
    shown = found[: views.PAGE]
    older = address(path, **query, before=shown[-1].id) if len(found) > views.PAGE else None
    return await tenant_page(
        request,
        "journal/journal.html",
        lines=lines_of(shown, language_of(request)),
        wanted=wanted,
        filtered=wanted != Filter(),
        channels=channels,
        streams=views.STREAMS,
        events=list(Event),
        older=older,
        first_page=address(path, **query) if before else None,
        live=before is None and request.query_params.get("live") != "off",
        can_be_live=before is None,
        paused=address(path, **query, live="off"),
        resumed=address(path, **query),
        newer=_newer(tenant, newest, wanted),
    )


@get("/t/{tenant:uuid}/journal/newer", guards=[member])
async def newer(request: Visit, tenant: FromPath[UUID], after: FromQuery[int]) -> Response[None] | Template:
    """What the list asks for every few seconds. 204 when there is nothing new: the list then stays as it is."""
    wanted = _wanted(request)
    async with tenant_transaction(tenant):
        found = await views.entries(wanted, after=after, limit=AT_ONCE + 1)
    if not found:
        return Response(None, status_code=204)
    return await tenant_page(
        request,
        "journal/_newer.html",
        lines=lines_of(found[:AT_ONCE], language_of(request)),
        too_many=len(found) > AT_ONCE,
        newer=_newer(tenant, found[0].id, wanted),
        reload=address(f"/t/{tenant}/journal", **wanted.query()),
    )


@get("/t/{tenant:uuid}/journal/{entry:int}", guards=[member])
async def entry_page(request: Visit, tenant: FromPath[UUID], entry: FromPath[int]) -> Template:
    async with tenant_transaction(tenant):
        found = await views.entry(entry)
        if found is None:
            raise NotFoundException
        cause = await views.cause_of(found)
        held = await views.is_held(found)
    return await tenant_page(
        request,
        "journal/entry.html",
        entry=found,
        cause=cause,
        held=held,
        differences=differences(found.before, found.after, language_of(request)),
    )


@get("/t/{tenant:uuid}/journal/passes", guards=[member])
async def passes(request: Visit, tenant: FromPath[UUID]) -> Template:
    async with tenant_transaction(tenant):
        found = await views.passes()
    return await tenant_page(request, "journal/passes.html", passes=found)


def _wanted(request: Visit) -> Filter:
    """Values that mean nothing ask for nothing: an address that somebody has typed still shows a journal."""
    asked = request.query_params
    stream, event = asked.get("stream", ""), asked.get("event", "")
    try:
        channel = UUID(asked.get("channel", ""))
    except ValueError:
        channel = None
    return Filter(
        stream=stream if stream in views.STREAMS else "",
        event=event if event in list(Event) else "",
        text=asked.get("q", "").replace("\0", "").strip()[:200],
        channel=channel,
        problems=bool(asked.get("problems")),
    )


def _newer(tenant: UUID, after: int, wanted: Filter) -> str:
    return address(f"/t/{tenant}/journal/newer", **wanted.query(), after=after or "0")


ROUTES = [journal, newer, passes, entry_page]
