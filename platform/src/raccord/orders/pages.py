"""One order's whole story, with what a person can decide about it."""

from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core import customer_match
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.journal import views as journal
from raccord.journal.lines import lines_of
from raccord.orders import deciding, known_customers, list_pages, views
from raccord.orders.deciding import Choice, Refused
from raccord.orders.decisions import Kind
from raccord.orders.story import comparison, steps
from raccord.orders.views import OrderView
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.canonical import Customer

KINDS = get_args(Kind)
CUSTOMER = "order.customer"
"""Codes that begin so are solved by choosing the customer."""
MAY_BE_NEW = (customer_match.AMBIGUOUS.code, customer_match.DOUBTFUL.code)
"""Those may be answered with a new customer, too."""


class Decision(Struct):
    """What a form says; see `deciding.Choice`."""

    do: str
    once: str = ""
    seen: str = ""
    reason: str = ""
    customer: str = ""
    shop_item: str = ""
    item: str = ""
    payment: str = ""

    def choice(self) -> Choice | None:
        """None for what is no decision."""
        said = {name: value.replace("\0", "") for name, value in msgspec.structs.asdict(self).items()}
        return Choice(**said) if self.do in KINDS else None


@get("/t/{tenant:uuid}/orders/{order:uuid}", guards=[member])
async def order_page(request: Visit, tenant: FromPath[UUID], order: FromPath[UUID]) -> Template:
    return await _story(request, tenant, order)


@post("/t/{tenant:uuid}/orders/{order:uuid}", guards=[member], opt={"role": "seller"})
async def decide(
    request: Visit,
    tenant: FromPath[UUID],
    order: FromPath[UUID],
    data: Annotated[Decision, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    choice = data.choice()
    if choice is None:
        raise NotFoundException
    list_pages.demand_role(request, choice.do)
    try:
        known = await deciding.decide(tenant, order, choice, request.user.id, request.app.state.wake)
    except Refused as refused:
        status = 409 if refused.late else 422
        return await _story(request, tenant, order, status=status, refused=refused, typed=choice)
    if not known:
        raise NotFoundException
    return Redirect(address(request.url.path, done=choice.do), status_code=303)


async def _story(request: Visit, tenant: UUID, order: UUID, *, status: int = 200, **more: object) -> Template:
    wanted = request.query_params.get("customer", "").replace("\0", "").strip()[:100]
    async with tenant_transaction(tenant):
        found = await views.one(order)
        if found is None:
            raise NotFoundException
        told = await journal.of_record(["orders", "order_updates"], [found.key], limit=40)
        candidates = await _candidates(found, wanted)
        last = await views.last_orders(found.erp, [one.key for one in candidates])
    return await tenant_page(
        request,
        "orders/order.html",
        status=status,
        view=found,
        steps=steps(found),
        comparison=comparison(found),
        choosing=_waits_for_customer(found),
        candidates=candidates,
        last=last,
        may_be_new=bool(found.problem and found.problem.message.code in MAY_BE_NEW),
        searched=wanted,
        lines=lines_of([entry for entry in told if entry.order == order], language_of(request)),
        **{"refused": None, "typed": Choice(do="retry"), **more},
    )


async def _candidates(found: OrderView, wanted: str) -> list[Customer]:
    if not _waits_for_customer(found):
        return []
    if wanted:
        return await views.customers_like(found.erp, wanted)
    return await known_customers.candidates(found.erp, found.order, None)


def _waits_for_customer(found: OrderView) -> bool:
    return found.state == "held" and bool(found.problem and found.problem.message.code.startswith(CUSTOMER))


ROUTES = [*list_pages.ROUTES, order_page, decide]
