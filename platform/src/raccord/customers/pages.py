"""The customers' page: who is known on both sides, what each side says and owns, and what waits."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.customers import listing, service
from raccord.customers.listing import TABS, Wanted
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member


class Retried(Struct):
    account: str


@get("/t/{tenant:uuid}/customers", guards=[member])
async def customers(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked, path = request.query_params, request.url.path
    wanted, after = _wanted(request), asked.get("after", "").replace("\0", "")
    async with tenant_transaction(tenant):
        found = await listing.rows(wanted, after)
        counts = await listing.counts()
        beside = await listing.beside(wanted.text) if wanted.text and not wanted.tab else []
        channels = await listing.channels()
    shown = found[: listing.PAGE]
    kept = {"q": wanted.text, "tab": wanted.tab, "channel": wanted.channel}
    return await tenant_page(
        request,
        "customers/_found.html" if is_fragment(request) else "customers/customers.html",
        customers=shown,
        beside=beside,
        counts=counts,
        channels=channels,
        wanted=wanted,
        tabs={tab: address(path, **{**kept, "tab": tab}) for tab in (None, *TABS)},
        older=address(path, **kept, after=shown[-1].place) if len(found) > listing.PAGE else None,
        first_page=address(path, **kept) if after else None,
    )


@post("/t/{tenant:uuid}/customers/{channel:uuid}/retry", guards=[member], opt={"role": "manager"})
async def retry(
    request: Visit,
    tenant: FromPath[UUID],
    channel: FromPath[UUID],
    data: Annotated[Retried, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """What the ERP or the shop refused of one customer is tried again."""
    account = data.account.replace("\0", "")
    done = await service.retry(tenant, channel, account, request.user.id, request.app.state.wake)
    path = f"/t/{tenant}/customers"
    return Redirect(address(path, done="retry" if done else "stale"), status_code=303)


def _wanted(request: Visit) -> Wanted:
    """Nonsense in the address is as if it were not there."""
    asked = request.query_params
    try:
        channel = UUID(asked.get("channel", ""))
    except ValueError:
        channel = None
    return Wanted(
        text=asked.get("q", "").replace("\0", "").strip()[:100],
        tab=next((tab for tab in TABS if tab == asked.get("tab")), None),
        channel=channel,
    )


ROUTES = [customers, retry]
