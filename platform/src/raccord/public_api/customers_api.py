"""Customers that are known on both sides, and finding anything by its number."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Struct

from raccord.customers import listing, service
from raccord.customers.listing import Tab, Wanted
from raccord.customers.models import State
from raccord.public_api.door import caller_of, wake_of
from raccord.public_api.errors import moved_on
from raccord.public_api.paging import After, Page, Search, clean
from raccord.search.models import Kind
from raccord.search.service import search
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Problem

ApiRequest = Request[Any, Any, Any]


class CustomerTold(Struct, frozen=True, kw_only=True):
    """A customer of the ERP with its account in one channel's shop."""

    customer: str
    """The ERP's key."""
    title: str
    email: str
    account: str
    """The shop's key."""
    account_email: str
    channel: UUID
    reason: str
    """How the two were found to be one."""
    state: State
    to_shop: bool
    """Something for the shop is on its way."""
    gone: bool
    """The ERP does not have it any more."""
    problem: Problem | None
    shop_problem: Problem | None
    changed_at: datetime | None


class CustomerAgain(Struct, frozen=True):
    channel: UUID
    account: str


class HitTold(Struct, frozen=True, kw_only=True):
    kind: Kind
    title: str
    """Its number, code or reference, as people know it."""
    about: str
    place: str
    """Of its page, below the company's address."""
    at: datetime | None
    amount: Decimal | None
    currency: str


@get("/customers", opt={"scope": "customers:read"}, tags=["Customers"])
async def list_customers(
    request: ApiRequest,
    tab: FromQuery[Tab | None] = None,
    channel: FromQuery[UUID | None] = None,
    q: Search = None,
    after: After = None,
) -> Page[CustomerTold]:
    """Who is known on both sides, and what of it waits."""
    wanted = Wanted(text=clean(q)[:100], tab=tab, channel=channel)
    async with tenant_transaction(caller_of(request).tenant):
        rows = await listing.rows(wanted, clean(after))
    shown = rows[: listing.PAGE]
    told = [
        CustomerTold(**{name: getattr(row, name) for name in CustomerTold.__struct_fields__}) for row in shown
    ]
    return Page(told, shown[-1].place if len(rows) > listing.PAGE else None)


@post("/customers/retry", opt={"scope": "customers:write"}, status_code=204, tags=["Customers"])
async def retry_customer(request: ApiRequest, data: JSONBody[CustomerAgain]) -> None:
    """Tries again what the ERP or the shop refused of a customer. 409 when nothing waits for that."""
    caller = caller_of(request)
    done = await service.retry(
        caller.tenant, data.channel, clean(data.account), caller.account, wake_of(request)
    )
    if not done:
        raise moved_on()


@get("/search", opt={"scope": "company:read"}, tags=["Company"])
async def find(
    request: ApiRequest,
    q: Annotated[str, QueryParameter(description="A number, code, name or e-mail.", max_length=100)],
) -> Page[HitTold]:
    """Orders, papers, documents, customers and articles by what they are known by; at least two characters."""
    found = await search(caller_of(request).tenant, clean(q))
    return Page(
        [
            HitTold(
                kind=hit.kind, title=hit.title, about=hit.about, place=hit.place, at=hit.at, amount=hit.amount,
                currency=hit.currency,
            )
            for one in found
            for hit in one.hits
        ],
        None,
    )  # fmt: skip


ROUTES = [list_customers, retry_customer, find]
