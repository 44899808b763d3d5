"""The list of orders: filters, the file for spreadsheets, and decisions on several at once."""

import uuid
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Stream, Template

from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.orders import deciding, exporting, listing
from raccord.orders.deciding import MANAGERS, Choice
from raccord.orders.decisions import Kind
from raccord.orders.listing import Sort, Tab
from raccord.overview import repository as overview
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import RANKS, access_of, member

FOR_SEVERAL: tuple[Kind, ...] = ("retry", "ignored", "anyway")
"""Decisions that need no look at each order."""
MOST = 200
"""Orders of one form."""


@get("/t/{tenant:uuid}/orders", guards=[member])
async def orders(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked, path = request.query_params, request.url.path
    wanted, after = listing.wanted_of(asked), asked.get("after", "")
    async with tenant_transaction(tenant):
        rows = await listing.page_of(wanted, after)
        counts = await listing.counts()
        channels = await listing.channels()
    shown = rows[: listing.PAGE]
    return await tenant_page(
        request,
        "orders/_found.html" if is_fragment(request) else "orders/orders.html",
        orders=shown,
        counts=counts,
        channels=channels,
        wanted=wanted,
        sorts=list(Sort),
        once=uuid.uuid4(),
        tabs={tab: address(path, **wanted.query(tab=tab, turn=None, code=None)) for tab in (None, *Tab)},
        turns={turn: address(path, **wanted.query(turn=turn)) for turn in (None, *counts.turns)},
        reasons={one.code: address(path, **wanted.query(code=one.code)) for one in counts.reasons},
        any_reason=address(path, **wanted.query(code=None)),
        export=address(f"{path}/export", **wanted.query()),
        older=address(path, **wanted.query(after=shown[-1].place)) if len(rows) > listing.PAGE else None,
        first_page=address(path, **wanted.query()) if after else None,
    )


@get("/t/{tenant:uuid}/orders/export", guards=[member])
async def export(request: Visit, tenant: FromPath[UUID]) -> Stream:
    """The filtered list, whole, as CSV."""
    wanted, language = listing.wanted_of(request.query_params), language_of(request)
    async with tenant_transaction(tenant):
        timezone = (await overview.frame()).timezone
    name = f"{'commandes' if language == 'fr' else 'orders'}-{datetime.now(UTC):%Y-%m-%d}.csv"
    return Stream(
        exporting.pieces(tenant, wanted, language, timezone),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@post(
    "/t/{tenant:uuid}/orders/several",
    guards=[member],
    opt={"role": "seller"},
    status_code=200,
)
async def decide_several(
    request: Visit,
    tenant: FromPath[UUID],
) -> Template:
    """Each order by itself; a page tells line by line what became of them."""
    form = await request.form()
    kind: Kind | None = next((one for one in FOR_SEVERAL if one == form.get("do")), None)
    if kind is None:
        raise NotFoundException
    demand_role(request, kind)
    once, reason = (str(form.get(name, "")).replace("\0", "") for name in ("once", "reason"))
    choice = Choice(do=kind, once=once[:64], reason=reason)
    chosen = listing.ids_of([str(one) for one in form.getall("orders", [])])[:MOST]
    answers = await deciding.decide_all(tenant, chosen, choice, request.user.id, request.app.state.wake)
    return await tenant_page(request, "orders/several.html", answers=answers, do=kind)


def demand_role(request: Any, kind: Kind) -> None:
    """Decisions on the company's books are not the seller's."""
    if kind in MANAGERS and RANKS[access_of(request).role] < RANKS["manager"]:
        raise PermissionDeniedException


ROUTES = [orders, export, decide_several]
