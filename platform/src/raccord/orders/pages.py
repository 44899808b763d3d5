"""The orders' pages: the list, and one order's whole story with what a person can decide about it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core import customer_match
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.journal import views as journal
from raccord.journal.lines import lines_of
from raccord.orders import known_customers, service, views
from raccord.orders.story import comparison, steps
from raccord.orders.views import OrderView, Tab
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.canonical import Customer
from raccord_connectors.contract import Text

CUSTOMER = "order.customer"
"""Codes that begin so are solved by choosing the customer."""
MAY_BE_NEW = (customer_match.AMBIGUOUS.code, customer_match.DOUBTFUL.code)
"""Those may be answered with a new customer, too."""
NO_SUCH_CUSTOMER = Text(
    "order.no_such_customer",
    "La gestion n’a pas de client « {customer} ». Vérifiez le code, ou créez le client dans la gestion puis réessayez.",
    "The ERP has no customer “{customer}”. Check the code, or create the customer in the ERP and try again.",
)


class Decision(Struct):
    do: str
    customer: str = ""


@get("/t/{tenant:uuid}/orders", guards=[member])
async def orders(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked = request.query_params
    tab = Tab(asked["tab"]) if asked.get("tab") in list(Tab) else None
    text = asked.get("q", "").replace("\0", "").strip()[:200]
    async with tenant_transaction(tenant):
        rows = await views.page_of(tab, text, _uuid(asked.get("before", "")))
        counts = await views.counts()
    shown, path = rows[: views.PAGE], request.url.path
    query = {"tab": tab, "q": text}
    return await tenant_page(
        request,
        "orders/_found.html" if is_fragment(request) else "orders/orders.html",
        orders=shown,
        counts=counts,
        tab=tab,
        text=text,
        tabs={one: address(path, q=text, tab=one) for one in (None, *Tab)},
        older=address(path, **query, before=shown[-1].id) if len(rows) > views.PAGE else None,
        first_page=address(path, **query) if asked.get("before") else None,
    )


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
    person, wake = request.user.id, request.app.state.wake
    async with tenant_transaction(tenant):
        found = await views.one(order)
        if found is None:
            raise NotFoundException
        known = await views.customer_exists(found.erp, data.customer.strip())
    match data.do:
        case "retry":
            done = await service.retry(tenant, order, person, wake)
        case "ignored":
            done = await service.ignore(tenant, order, person)
        case "customer" if not known:
            said = NO_SUCH_CUSTOMER.fill(customer=data.customer.strip()[:100])
            return await _story(request, tenant, order, status=422, wrong=said, typed=data.customer)
        case "customer":
            done = await service.choose_customer(tenant, order, data.customer.strip(), person, wake)
        case "new_customer":
            done = await service.new_customer(tenant, order, person, wake)
        case _:
            raise NotFoundException
    return Redirect(address(request.url.path, done=data.do if done else "stale"), status_code=303)


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
        **{"wrong": None, "typed": "", **more},
    )


async def _candidates(found: OrderView, wanted: str) -> list[Customer]:
    if not _waits_for_customer(found):
        return []
    if wanted:
        return await views.customers_like(found.erp, wanted)
    return await known_customers.candidates(found.erp, found.order, None)


def _waits_for_customer(found: OrderView) -> bool:
    return found.state == "held" and bool(found.problem and found.problem.message.code.startswith(CUSTOMER))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES = [orders, order_page, decide]
