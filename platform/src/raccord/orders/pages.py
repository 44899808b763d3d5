"""One order's whole story, with what a person can decide about it."""

from typing import Annotated, Any, get_args
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core import customer_match, order_accepted, order_anyway, order_difference
from raccord.core.notification_events import REASONS, event_of
from raccord.core.order_cards import card_of, chooses_customer
from raccord.core.order_compare import compare
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.journal import views as journal
from raccord.journal.lines import lines_of
from raccord.notifications import repository as messages
from raccord.orders import chain as chains
from raccord.orders import deciding, decisions, known_customers, list_pages, unproven, views
from raccord.orders.deciding import Choice, Refused
from raccord.orders.decisions import Kind
from raccord.orders.entering import DIFFERS
from raccord.orders.story import steps
from raccord.orders.timeline import timeline
from raccord.orders.views import OrderView
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.canonical import Customer, OrderLine, Product

KINDS = get_args(Kind)
STORY = 100
"""Entries of the journal that an order's page tells."""
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
    asked = {name: _typed(request, name) for name in ("customer", "article", "line")}
    async with tenant_transaction(tenant):
        found = await views.one(order)
        if found is None:
            raise NotFoundException
        told = await journal.of_record(["orders", "order_updates"], [found.key], limit=STORY)
        candidates = await _candidates(found, asked["customer"])
        last = await views.last_orders(found.erp, [one.key for one in candidates])
        reserved = await unproven.of_order(order)
        chain = await chains.of_order(found)
        unknown = await _unknown_article(found, asked["line"], asked["article"])
        customer_told = await messages.of_order(order)
    entries = [entry for entry in told if entry.order == order]
    stands = found.problem if found.state in ("held", "waiting", "entering") else None
    return await tenant_page(
        request,
        "orders/order.html",
        status=status,
        view=found,
        steps=steps(found),
        comparison=compare(found.order, found.draft, found.document),
        card=card_of(stands) if stands else None,
        choosing=_waits_for_customer(found),
        candidates=candidates,
        last=last,
        reserved=reserved,
        chain=chain,
        may_be_new=bool(found.problem and found.problem.message.code in MAY_BE_NEW),
        searched=asked["customer"],
        unknown=unknown,
        gap=order_anyway.gap_of(found.order),
        not_anyway=order_anyway.refusal(found.order, found.rules),
        **_accepting(found),
        moments=timeline(found, entries),
        lines=lines_of(entries, language_of(request)),
        once=uuid4(),
        customer_told=customer_told,
        event_of=event_of,
        reasons=REASONS,
        **{"refused": None, "typed": Choice(do="retry"), **more},
    )


def _accepting(found: OrderView) -> dict[str, object]:
    """What a manager sees who may take the ERP's document as it is; `accepting` None: there is nothing of the kind to decide."""
    problem = found.problem
    if found.state != "held" or problem is None or problem.message.code != DIFFERS.code:
        return {"accepting": None, "not_accepted": None}
    refused = order_accepted.refusal(found.number, found.draft, found.document, found.rules)
    gaps = order_difference.gaps(found.draft, found.document) if found.draft and found.document else []
    return {"accepting": order_accepted.most_of(gaps), "not_accepted": refused}


def _typed(request: Visit, name: str) -> str:
    return request.query_params.get(name, "").replace("\0", "").strip()[:100]


async def _candidates(found: OrderView, wanted: str) -> list[Customer]:
    if not _waits_for_customer(found):
        return []
    if wanted:
        return await views.customers_like(found.erp, wanted)
    return await known_customers.candidates(found.erp, found.order, None)


class UnknownArticle(Struct, frozen=True):
    """An article of the shop that is none of the ERP's, and those that it may be."""

    line: OrderLine
    others: list[OrderLine]
    """Further ones of this order."""
    text: str
    """What was searched for."""
    products: list[Product]


async def _unknown_article(found: OrderView, line: str, text: str) -> UnknownArticle | None:
    """Without a search: those with the shop's reference, else with its name."""
    missing = [one for one in found.order.lines if one.item not in found.items]
    if found.state != "held" or not missing:
        return None
    chosen = next((one for one in missing if one.key == line), missing[0])
    texts = [text] if text else [one for one in (chosen.sku, chosen.name) if one]
    for wanted in texts:
        products = await decisions.products_like(found.erp, wanted)
        if products:
            break
    else:
        wanted, products = text, []
    return UnknownArticle(
        chosen, [one for one in missing if one is not chosen], wanted if text else "", products
    )


def _waits_for_customer(found: OrderView) -> bool:
    return found.state == "held" and bool(found.problem and chooses_customer(found.problem.message.code))


ROUTES = [*list_pages.ROUTES, order_page, decide]
