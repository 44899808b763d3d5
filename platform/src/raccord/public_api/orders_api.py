"""Orders: the list, one with its whole story, and what a person may decide on them; and the papers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Redirect
from msgspec import Meta, Struct

from raccord.core.order_cards import Card, card_of
from raccord.core.order_compare import Comparison, compare
from raccord.core.order_holds import Decision, Kind
from raccord.documents import repository as papers
from raccord.documents import views as paper_views
from raccord.documents.customer_pages import CustomerPages
from raccord.documents.models import PaperRow, PaperTab, VersionRow
from raccord.journal import views as journal
from raccord.orders import deciding, decisions, hold_answers, holds, listing, service, views
from raccord.orders.deciding import Answer, Choice
from raccord.orders.decisions import Taken
from raccord.orders.holds import HoldRow
from raccord.orders.listing import ListRow, Sort, Tab
from raccord.orders.timeline import Moment, Source, What, timeline
from raccord.orders.views import OrderView
from raccord.public_api.door import caller_of, wake_of
from raccord.public_api.errors import moved_on, not_found
from raccord.public_api.paging import After, Page, Search, bad_cursor, clean
from raccord.storage.engine import tenant_transaction
from raccord.tenants.service import note
from raccord_connectors.canonical import Document, Draft, Order
from raccord_connectors.contract import Problem

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "orders:read"}, {"scope": "orders:write"}
MOST = 200
"""Orders of one decision."""


class ReservedLine(Struct, frozen=True):
    line: str
    item: str
    quantity: Decimal
    since: datetime
    ended_at: datetime | None
    ended_because: str | None


class MomentTold(Struct, frozen=True, kw_only=True):
    """One moment of its story."""

    what: What
    source: Source
    at: datetime | None
    """Null: it happened, and nobody told when."""
    title: str
    amount: Decimal | None
    lines: dict[str, Decimal]
    """Of a delivery: article → quantity."""
    event: str | None
    """Of the journal."""
    entry: int | None
    """Number of the journal's entry."""
    problem: Problem | None
    facts: dict[str, str]
    bad: bool


class OrderStory(Struct, frozen=True, kw_only=True):
    """One order with all that happened to it."""

    id: UUID
    number: str
    key: str
    """In the shop."""
    reference: str
    """Kept in the ERP's document."""
    channel: UUID
    state: str
    seen: str
    """What a decision may name as `seen`: 409 when the order has moved on since."""
    order: Order
    """As the shop has it."""
    problem: Problem | None
    card: Card | None
    """Of what it waits for before it is in the ERP."""
    customer: str | None
    draft: Draft | None
    """As asked of the ERP."""
    document: Document | None
    """As last read from the ERP."""
    document_number: str | None
    comparison: Comparison
    received_at: datetime
    integrated_at: datetime | None
    attempts: int
    retry_at: datetime
    reserved: list[ReservedLine]
    holds: list[HoldRow]
    """What waits for a person although the order is in the ERP."""
    story: list[MomentTold]
    decisions: list[Taken]


class Several(Struct, frozen=True):
    """The same decision on several orders, each by itself."""

    orders: Annotated[list[UUID], Meta(max_length=MOST)]
    choice: Choice


class HoldAnswer(Struct, frozen=True):
    kind: Kind
    decision: Decision
    seen: str
    """`holds[].seen` of the order that was read."""


class PaperStory(Struct, frozen=True):
    paper: PaperRow
    versions: list[VersionRow]
    orders: dict[UUID, str]
    """Of the shop, that it invoices: id → number."""


@get("/orders", opt=READ, tags=["Orders"])
async def list_orders(
    request: ApiRequest,
    tab: FromQuery[Tab | None] = None,
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    channel: FromQuery[UUID | None] = None,
    customer: FromQuery[str | None] = None,
    since: FromQuery[date | None] = None,
    until: FromQuery[date | None] = None,
    turn: FromQuery[str | None] = None,
    code: Annotated[str | None, QueryParameter(description="Of the problem that they wait for.")] = None,
    differs: Annotated[
        bool, QueryParameter(description="Only those whose total in the ERP is not what the customer paid.")
    ] = False,
    sort: FromQuery[Sort] = Sort.NEWEST,
    q: Search = None,
    after: After = None,
) -> Page[ListRow]:
    """The orders, filtered and sorted as on their page."""
    asked = {
        "tab": tab, "state": in_state, "channel": channel, "customer": customer, "since": since, "until": until, "turn": turn,
        "code": code, "differs": "1" if differs else "", "sort": sort, "q": q,
    }  # fmt: skip
    wanted = listing.wanted_of({name: value for name, value in asked.items() if value is not None})
    async with tenant_transaction(caller_of(request).tenant):
        rows = await listing.page_of(wanted, clean(after))
    shown = rows[: listing.PAGE]
    return Page(shown, shown[-1].place if len(rows) > listing.PAGE else None)


@get("/orders/{order:uuid}", opt=READ, tags=["Orders"])
async def one_order(request: ApiRequest, order: FromPath[UUID]) -> OrderStory:
    """One order with its whole story: what the shop said, what was decided, what the ERP made of it."""
    async with tenant_transaction(caller_of(request).tenant):
        found = await views.one(order)
        if found is None:
            raise not_found()
        told = await journal.of_record(["orders", "order_updates"], [found.key], limit=100)
        taken = await decisions.of(order)
        held = await holds.of(order)
    entries = [entry for entry in told if entry.order == order]
    return _story(found, list(held.values()), timeline(found, entries), taken)


@post("/orders/{order:uuid}/decisions", opt=WRITE, status_code=204, tags=["Orders"])
async def decide_order(request: ApiRequest, order: FromPath[UUID], data: JSONBody[Choice]) -> None:
    """Decides on an order. 409 when it has moved on, 422 when something is missing; neither changes anything."""
    caller = caller_of(request)
    if not await deciding.decide(caller.tenant, order, _clean(data), caller.account, wake_of(request)):
        raise not_found()


@post("/orders/decisions", opt=WRITE, status_code=200, tags=["Orders"])
async def decide_orders(request: ApiRequest, data: JSONBody[Several]) -> list[Answer]:
    """The same decision on several orders, each by itself: what is refused of one stops no other."""
    caller, choice = caller_of(request), _clean(data.choice)
    return await deciding.decide_all(caller.tenant, data.orders, choice, caller.account, wake_of(request))


@post("/orders/{order:uuid}/holds", opt=WRITE, status_code=204, tags=["Orders"])
async def answer_hold(request: ApiRequest, order: FromPath[UUID], data: JSONBody[HoldAnswer]) -> None:
    """Answers what waits of an order that the ERP has. 409 when it is not asked any more, or asked otherwise."""
    caller = caller_of(request)
    await _demand(request, order)
    done = await hold_answers.answer(
        caller.tenant, order, data.kind, data.decision, clean(data.seen), caller.account, wake_of(request)
    )
    if not done:
        raise moved_on()


@post("/orders/{order:uuid}/reservations/end", opt=WRITE, status_code=204, tags=["Stock"])
async def end_reservations(request: ApiRequest, order: FromPath[UUID]) -> None:
    """Ends the reservations of a sale that the ERP's stock does not show. 409 when there is nothing to end."""
    caller = caller_of(request)
    await _demand(request, order)
    if not await service.end_unproven(caller.tenant, order, caller.account, wake_of(request)):
        raise moved_on()


# --------------------------------------------------------------------------------------------------- papers


@get("/documents", opt={"scope": "documents:read"}, tags=["Documents"])
async def list_documents(
    request: ApiRequest, tab: FromQuery[PaperTab | None] = None, q: Search = None, after: After = None
) -> Page[PaperRow]:
    """Invoices, credit notes and deposits, the newest first."""
    async with tenant_transaction(caller_of(request).tenant):
        rows = await paper_views.page_of(tab, clean(q), _place(after))
    shown = rows[: paper_views.PAGE]
    more = len(rows) > paper_views.PAGE
    return Page(shown, f"{shown[-1].dated.isoformat()}_{shown[-1].id}" if more else None)


@get("/documents/{paper:uuid}", opt={"scope": "documents:read"}, tags=["Documents"])
async def one_document(request: ApiRequest, paper: FromPath[UUID]) -> PaperStory:
    """One paper with its versions and orders."""
    async with tenant_transaction(caller_of(request).tenant):
        found = await paper_views.one(paper)
        if found is None:
            raise not_found()
        versions = await papers.versions(paper)
        orders = await paper_views.orders_of(paper)
    return PaperStory(found, versions, dict(orders))


@get("/documents/{paper:uuid}/pdf", opt={"scope": "documents:read"}, status_code=303, tags=["Documents"])
async def document_file(
    request: ApiRequest,
    paper: FromPath[UUID],
    version: Annotated[
        int | None, QueryParameter(ge=1, le=99999, description="Without it, the latest.")
    ] = None,
) -> Redirect:
    """Leads to the PDF file, at an address that works for some minutes."""
    tenant = caller_of(request).tenant
    pages: CustomerPages = request.app.state.customer_pages
    async with tenant_transaction(tenant):
        row = await paper_views.one(paper)
    found = await pages.file(tenant, row, version) if row is not None else None
    if found is None:
        raise not_found()
    return Redirect(found, status_code=303)


@post("/documents/{paper:uuid}/again", opt={"scope": "documents:write"}, status_code=202, tags=["Documents"])
async def make_again(request: ApiRequest, paper: FromPath[UUID]) -> PaperRow:
    """Has a paper made anew, as the ERP has it now. 409 when that is under way."""
    caller = caller_of(request)
    async with tenant_transaction(caller.tenant):
        row = await paper_views.one(paper)
        if row is None:
            raise not_found()
        if not await papers.make_again(paper):
            raise moved_on()
        await note(caller.tenant, caller.account, "document.again", row.number)
        after = await paper_views.one(paper)
    await wake_of(request).document(caller.tenant, paper)
    assert after is not None
    return after


# --------------------------------------------------------------------------------------------------- inside


def _story(found: OrderView, held: list[HoldRow], story: list[Moment], taken: list[Taken]) -> OrderStory:
    stands = found.problem if found.state in ("held", "waiting", "entering") else None
    return OrderStory(
        id=found.id, number=found.number, key=found.key, reference=found.reference, channel=found.channel, state=found.state,
        seen=found.seen, order=found.order, problem=found.problem, card=card_of(stands) if stands else None,
        customer=found.customer, draft=found.draft, document=found.document, document_number=found.document_number,
        comparison=compare(found.order, found.draft, found.document), received_at=found.received_at,
        integrated_at=found.integrated_at, attempts=found.attempts, retry_at=found.retry_at,
        reserved=[ReservedLine(*one) for one in found.reserved], holds=held,
        story=[_moment(one) for one in story], decisions=taken,
    )  # fmt: skip


def _moment(one: Moment) -> MomentTold:
    entry = one.entry
    return MomentTold(
        what=one.what, source=one.source, at=one.at, title=one.title, amount=one.amount, lines=one.lines,
        event=entry.event if entry else None, entry=entry.id if entry else None, problem=entry.problem if entry else None,
        facts={name: str(value) for name, value in one.facts.items()}, bad=one.bad,
    )  # fmt: skip


async def _demand(request: ApiRequest, order: UUID) -> None:
    async with tenant_transaction(caller_of(request).tenant):
        if await views.one(order) is None:
            raise not_found()


def _clean(choice: Choice) -> Choice:
    """PostgreSQL keeps no NUL."""
    told = {name: getattr(choice, name) for name in choice.__struct_fields__}
    return Choice(**{name: value.replace("\0", "") for name, value in told.items()})


def _place(after: str | None) -> tuple[str, str] | None:
    if after is None:
        return None
    day, _, paper = after.partition("_")
    try:
        return date.fromisoformat(day).isoformat(), str(UUID(paper))
    except ValueError:
        raise bad_cursor() from None


ROUTES = [
    list_orders, one_order, decide_order, decide_orders, answer_hold, end_reservations, list_documents, one_document,
    document_file, make_again,
]  # fmt: skip
