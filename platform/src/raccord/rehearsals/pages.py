"""The page of a channel's rehearsal: start, progress, report; the report on paper and as a file."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.connections.service import Connections
from raccord.core.rehearsal.checks import SEVERITIES
from raccord.front.figures import shares
from raccord.front.i18n import language_of
from raccord.front.links import quoted
from raccord.front.templating import NOT_KEPT, is_fragment
from raccord.overview.frame import Visit, tenant_page
from raccord.rehearsals import service
from raccord.rehearsals.errors import RehearsalError
from raccord.rehearsals.models import Example, Rehearsal, Report
from raccord.sync.rehearsing import STEPS, steps_before
from raccord.tenants.access import member
from raccord_connectors.contract import Message

MANAGER = {"role": "manager"}
SHOWN = 10
"""Examples of a kind that are open on the screen; the others are folded, and on paper."""
PICTURE = ("matched", "ambiguous", "only_erp", "only_shop", "unsold")


class Doing(Struct):
    do: str


@get("/t/{tenant:uuid}/channels/{channel:uuid}/rehearsal", guards=[member])
async def rehearsal_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    """The latest one. `?print=1`: for paper, everything open."""
    return await _page(request, tenant, await _found(tenant, channel))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/rehearsal", guards=[member], opt=MANAGER)
async def act(
    request: Visit,
    tenant: FromPath[UUID],
    channel: FromPath[UUID],
    data: Annotated[Doing, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    found, person = await _found(tenant, channel), request.user.id
    if data.do == "start":
        try:
            await service.start(tenant, channel, request.app.state.wake, person)
        except RehearsalError as error:
            return await _page(request, tenant, found, refused=error.message, status=422)
    elif data.do == "end":
        latest = await service.latest(tenant, channel)
        if latest is not None:
            await service.end(tenant, latest.id, person)
    else:
        raise NotFoundException
    return Redirect(f"/t/{tenant}/channels/{channel}/rehearsal", status_code=303)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/rehearsal/findings.csv", guards=[member])
async def findings_file(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[bytes]:
    found = await _found(tenant, channel)
    latest = await service.latest(tenant, channel)
    report = await service.report(tenant, latest.id) if latest is not None else None
    if report is None:
        raise NotFoundException
    day = report.rehearsal.started_at.date().isoformat()
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in found.name)[:60]
    return Response(
        service.as_csv(report, language_of(request)).encode(),
        media_type="text/csv; charset=utf-8",
        headers={**NOT_KEPT, "Content-Disposition": f'attachment; filename="raccord-{name}-{day}.csv"'},
    )


# ------------------------------------------------------------------------------------------------- inside


async def _page(
    request: Visit, tenant: UUID, channel: Channel, *, refused: Message | None = None, status: int = 200
) -> Template:
    latest = await service.latest(tenant, channel.id)
    report = await service.report(tenant, latest.id) if latest is not None else None
    connections: Connections = request.app.state.connections
    sides = {one.id: one for one in await connections.every(tenant)}
    on_paper = request.query_params.get("print", "") == "1"
    template = "rehearsals/_body.html" if is_fragment(request) else "rehearsals/rehearsal.html"
    return await tenant_page(
        request,
        template,
        status=status,
        channel=channel,
        erp=sides.get(channel.erp),
        shop=sides.get(channel.shop),
        rehearsal=latest,
        report=report,
        severities=SEVERITIES,
        picture=_picture(report) if report is not None else [],
        percent=_percent(latest),
        place_of=lambda one: _place(channel.id, one),
        refused=refused,
        on_paper=on_paper,
        shown=100 if on_paper else SHOWN,
    )


def _picture(report: Report) -> list[Any]:
    figures = report.rehearsal.figures
    return shares([(name, figures.get(name, 0)) for name in PICTURE])


def _percent(rehearsal: Rehearsal | None) -> int:
    """A step is a share of the whole; within it, as many as are known to be looked at."""
    if rehearsal is None:
        return 0
    within = min(rehearsal.done / rehearsal.of, 1.0) if rehearsal.of else 0.0
    return round(100 * (steps_before(rehearsal.step) + within) / len(STEPS))


def _place(channel: UUID, one: Example) -> str | None:
    """Where one sees the record here; None for those that only the shop or the ERP shows."""
    if one.stream in ("products", "prices", "stock"):
        return f"catalogue/{channel}/listings/{quoted(one.key)}"
    return None


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


ROUTES = [rehearsal_page, act, findings_file]
