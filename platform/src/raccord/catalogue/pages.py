"""The catalogue's pages: the list of articles, and one article from the ERP to the shop."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.agents.tunnel import Tunnel
from raccord.catalogue import repository, service
from raccord.catalogue.lineage import Teller
from raccord.catalogue.models import Article, ChannelChoice, Filter, State, StockLine
from raccord.channels import service as channels
from raccord.core.matching import PREFIX as DOUBTFUL
from raccord.core.publication import Verdict
from raccord.front.i18n import Formats, language_of
from raccord.front.links import address, key_of, quoted
from raccord.front.templating import is_fragment
from raccord.journal import views as journal
from raccord.journal.lines import lines_of
from raccord.media import repository as media
from raccord.media.models import FileRow
from raccord.overview.frame import Visit, tenant_page
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.tenants.access import member

PIECES = 5
"""Of the path before the key: t, tenant, catalogue, channel, stream."""
STREAMS = ("listings", "availability", "order_updates")


class Decision(Struct):
    """What a person decides on an article."""

    do: str
    listing: str = ""
    """The shop's key of the sheet that a doubtful article is."""


@get("/t/{tenant:uuid}/catalogue", guards=[member])
async def catalogue(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked = request.query_params
    wanted = Filter(asked.get("q", "").replace("\0", "").strip()[:200], _state(asked.get("state", "")))
    async with tenant_transaction(tenant):
        choices = await repository.channels()
        channel = _chosen(choices, asked.get("channel", ""))
        rows = await repository.articles(channel, wanted, asked.get("after", "")) if channel else []
        counts = await repository.counts(channel) if channel else {}
    shown = rows[: repository.PAGE]
    query = {
        "channel": channel.id if channel and len(choices) > 1 else None,
        "q": wanted.text,
        "state": wanted.state,
    }
    path = request.url.path
    return await tenant_page(
        request,
        "catalogue/_found.html" if is_fragment(request) else "catalogue/catalogue.html",
        channels=choices,
        channel=channel,
        articles=shown,
        counts=counts,
        states=list(State),
        wanted=wanted,
        filtered=wanted != Filter(),
        tabs={state: address(path, **{**query, "state": state}) for state in (None, *State)},
        older=address(path, **query, after=shown[-1].key) if len(rows) > repository.PAGE else None,
        first_page=address(path, **query) if asked.get("after") else None,
    )


@get("/t/{tenant:uuid}/catalogue/{channel:uuid}/{stream:str}/{key:path}", guards=[member])
async def article(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], stream: FromPath[str], key: FromPath[str]
) -> Template | Redirect:
    """An article by its own key, or by the key of one of its items; the follow-up of an order leads to the order."""
    wanted = key_of(request, PIECES)
    async with tenant_transaction(tenant):
        chosen = _by_id(await repository.channels(), channel)
        if stream != "listings":
            return Redirect(await _elsewhere(tenant, chosen, stream, wanted))
        found = await repository.article(chosen, wanted)
        route = await projections.route(channel)
        if found is None or route is None:
            raise NotFoundException
        told = await journal.of_record(
            ["listings", "availability", "products", "prices", "stock"], [found.key, *found.items]
        )
        verdict = await service.verdict(route, found.key)
        files = await media.of_article(chosen.erp, found.key)
    tunnel: Tunnel = request.app.state.tunnel
    stock = await service.stock_lines(tenant, route, found, tunnel.commands)
    return await _article_page(request, chosen, route, found, stock, told, verdict, files)


@post(
    "/t/{tenant:uuid}/catalogue/{channel:uuid}/{stream:str}/{key:path}",
    guards=[member],
    opt={"role": "seller"},
)
async def decide(
    request: Visit,
    tenant: FromPath[UUID],
    channel: FromPath[UUID],
    stream: FromPath[str],
    key: FromPath[str],
    data: Annotated[Decision, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    wanted, state = key_of(request, PIECES), request.app.state
    if stream not in STREAMS:
        raise NotFoundException
    here = f"/t/{tenant}/catalogue/{channel}/{stream}/{quoted(wanted)}"
    if data.do == "retry":
        done = await channels.retry(tenant, channel, stream, [wanted], state.wake, request.user.id)
    elif data.do in ("bind", "create") and stream == "listings":
        listing = data.listing.strip() if data.do == "bind" else None
        done = await channels.resolve(
            tenant, channel, wanted, listing, state.connections, state.wake, request.user.id
        )
    else:
        raise NotFoundException
    return Redirect(address(here, done=data.do if done else "stale"), status_code=303)


async def _article_page(
    request: Visit,
    chosen: ChannelChoice,
    route: Route,
    found: Article,
    stock: list[StockLine],
    told: list[journal.EntryRow],
    verdict: Verdict | None,
    files: list[FileRow],
) -> Template:
    teller = None
    if found.product is not None:
        formats = Formats(language_of(request), route.timezone)
        teller = Teller(
            service.mapping_of(route), service.settings_of(route), found.product, found.prices, formats
        )
    listing = found.listing
    return await tenant_page(
        request,
        "catalogue/article.html",
        channel=chosen,
        article=found,
        verdict=verdict,
        files=files,
        published=listing is not None and _published(listing.pushed) and not listing.off_sale,
        wanted_published=listing is not None and _published(listing.desired) and listing.leaving is None,
        parts=teller.parts(listing.desired, listing.pushed) if teller and listing else [],
        left_to_shop=teller.left_to_shop() if teller else [],
        price_words=teller.price if teller else str,
        stock=stock,
        doubtful=bool(
            listing and listing.held and listing.problem and listing.problem.message.code.startswith(DOUBTFUL)
        ),
        lines=lines_of(told, language_of(request)),
        here=f"/t/{route.tenant}/catalogue/{chosen.id}/listings/{quoted(found.key)}",
    )


async def _elsewhere(tenant: UUID, channel: ChannelChoice, stream: str, key: str) -> str:
    """Where a record that is not a product sheet is shown."""
    if stream == "availability":
        product = await repository.product_of(channel.id, key)
        if product is not None:
            return f"/t/{tenant}/catalogue/{channel.id}/listings/{quoted(product)}"
    elif stream == "order_updates":
        order = await repository.order_of(channel.shop, key)
        if order is not None:
            return f"/t/{tenant}/orders/{order}"
    raise NotFoundException


def _published(listing: str | None) -> bool:
    return bool(listing and msgspec.json.decode(listing).get("published"))


def _state(asked: str) -> State | None:
    return State(asked) if asked in list(State) else None


def _chosen(choices: list[ChannelChoice], asked: str) -> ChannelChoice | None:
    """The one asked for, else the first."""
    return next((one for one in choices if str(one.id) == asked), choices[0] if choices else None)


def _by_id(choices: list[ChannelChoice], channel: UUID) -> ChannelChoice:
    for one in choices:
        if one.id == channel:
            return one
    raise NotFoundException


ROUTES = [catalogue, article, decide]
