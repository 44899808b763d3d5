"""Where shops call us, and what the pages of orders show and do, as JSON. The calls of people's programs carry their session and
its token, as the pages do."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from raccord.core.order_cards import Card, card_of
from raccord.core.order_compare import Comparison, compare
from raccord.front.i18n import language_of
from raccord.front.security import MACHINE
from raccord.journal import views as journal
from raccord.orders import deciding, decisions, list_pages, listing, views
from raccord.orders.deciding import Answer, Choice, Refused
from raccord.orders.decisions import Taken
from raccord.orders.hooks import Hooks
from raccord.orders.listing import ListRow
from raccord.orders.timeline import Moment, timeline
from raccord.orders.views import OrderView
from raccord.overview.frame import Visit
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member

LARGEST = 2 * 1024 * 1024
"""Bytes of a delivery: an order with hundreds of lines is a tenth of it."""


@post("/hooks/{tenant:uuid}/{connection:uuid}", opt=MACHINE, request_max_body_size=LARGEST, status_code=200)
async def hook(
    request: Request[Any, Any, Any], tenant: FromPath[UUID], connection: FromPath[UUID]
) -> Response[None]:
    """Authenticated by its signature. A stranger learns nothing: a wrong signature and an unknown connection look alike."""
    hooks: Hooks = request.app.state.hooks
    known = await hooks.received(
        tenant, connection, await request.body(), dict(request.headers), request.app.state.wake
    )
    return Response(None, status_code=200 if known else 401)


# ---------------------------------------------------------------------------------------------- people's programs


class OrderList(Struct, frozen=True):
    orders: list[ListRow]
    after: str | None
    """Parameter of the next page; None on the last one."""


class WholeOrder(Struct, frozen=True):
    order: OrderView
    card: Card | None
    """Of what it waits for before it is in the ERP."""
    comparison: Comparison
    story: list[Moment]
    decisions: list[Taken]


class Several(Struct, frozen=True):
    """The same decision on several orders, each by itself."""

    orders: list[UUID]
    choice: Choice


@get("/t/{tenant:uuid}/api/orders", guards=[member])
async def list_orders(request: Visit, tenant: FromPath[UUID]) -> OrderList:
    """The parameters are those of the page: tab, state, q, channel, customer, since, until, turn, code, differs, sort, after."""
    asked = request.query_params
    async with tenant_transaction(tenant):
        rows = await listing.page_of(listing.wanted_of(asked), asked.get("after", ""))
    shown = rows[: listing.PAGE]
    return OrderList(shown, shown[-1].place if len(rows) > listing.PAGE else None)


@get("/t/{tenant:uuid}/api/orders/{order:uuid}", guards=[member])
async def one_order(tenant: FromPath[UUID], order: FromPath[UUID]) -> WholeOrder:
    async with tenant_transaction(tenant):
        found = await views.one(order)
        if found is None:
            raise NotFoundException
        told = await journal.of_record(["orders", "order_updates"], [found.key], limit=100)
        taken = await decisions.of(order)
    stands = found.problem if found.state in ("held", "waiting", "entering") else None
    entries = [entry for entry in told if entry.order == order]
    return WholeOrder(
        found,
        card_of(stands) if stands else None,
        compare(found.order, found.draft, found.document),
        timeline(found, entries),
        taken,
    )


@post("/t/{tenant:uuid}/api/orders/{order:uuid}", guards=[member], opt={"role": "seller"}, status_code=200)
async def decide_one(
    request: Visit, tenant: FromPath[UUID], order: FromPath[UUID], data: JSONBody[Choice]
) -> Response[Any]:
    """409 when the order has moved on, 422 when something is missing; neither changes anything."""
    list_pages.demand_role(request, data.do)
    try:
        known = await deciding.decide(tenant, order, data, request.user.id, request.app.state.wake)
    except Refused as refused:
        return _refusal(request, refused)
    if not known:
        raise NotFoundException
    return Response({"done": data.do})


@post("/t/{tenant:uuid}/api/orders", guards=[member], opt={"role": "seller"}, status_code=200)
async def decide_several(request: Visit, tenant: FromPath[UUID], data: JSONBody[Several]) -> list[Answer]:
    list_pages.demand_role(request, data.choice.do)
    wake = request.app.state.wake
    return await deciding.decide_all(
        tenant, data.orders[: list_pages.MOST], data.choice, request.user.id, wake
    )


def _refusal(request: Visit, refused: Refused) -> Response[Any]:
    status = 409 if refused.late else 422
    body = {
        "type": "about:blank", "status": status, "code": refused.message.code, "field": refused.field or None,
        "detail": refused.message.text(language_of(request)),
    }  # fmt: skip
    return Response(body, status_code=status, media_type="application/problem+json")


ROUTES = [hook, list_orders, one_order, decide_one, decide_several]
