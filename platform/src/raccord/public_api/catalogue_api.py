"""The catalogue: articles of a channel, each with the lineage of its values and the sum behind its stock; and its pictures."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from raccord.agents.tunnel import Tunnel
from raccord.catalogue import repository, service
from raccord.catalogue.lineage import Part, Teller
from raccord.catalogue.models import Article, ArticleRow, ChannelChoice, Filter, State, StockLine
from raccord.channels import service as channels
from raccord.core.publication import Verdict
from raccord.front.i18n import Formats
from raccord.media import repository as media
from raccord.media.models import FileRow
from raccord.media.models import Filter as MediaFilter
from raccord.media.models import State as MediaState
from raccord.orders import reservation_rows
from raccord.orders.reservation_rows import Reservation
from raccord.public_api.door import NETWORK, caller_of, wake_of
from raccord.public_api.errors import moved_on, not_found
from raccord.public_api.paging import After, Page, Search, bad_cursor, clean
from raccord.public_api.problems import language_asked
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import ObjectMissing, TenantObjects

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "catalogue:read"}, {"scope": "catalogue:write"}
Key = Annotated[
    str,
    QueryParameter(description="The article's key in the ERP, or that of one of its items.", max_length=500),
]


class ArticleStory(Struct, frozen=True):
    """An article from the ERP to the shop."""

    article: Article
    lineage: list[Part]
    """Of the sheet and of each thing to buy: ERP value → rule → what it should be → what the shop was given."""
    left_to_shop: list[str]
    """Fields that are the shop's own."""
    stock: list[StockLine]
    """The sum behind each item's quantity."""
    publication: Verdict | None
    """Whether the channel's rules let it be in this shop; null when they cannot be used."""
    files: list[FileRow]


class ArticleDecision(Struct, frozen=True):
    stream: Literal["listings", "availability", "order_updates"]
    key: str
    do: Literal["retry", "bind", "create"]
    """retry: what is held or failed. bind: a doubtful article is the shop's `listing`. create: it is none of the shop's."""
    listing: str = ""


@get("/channels/{channel:uuid}/articles", opt=READ, tags=["Catalogue"])
async def list_articles(
    request: ApiRequest,
    channel: FromPath[UUID],
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    q: Search = None,
    after: After = None,
) -> Page[ArticleRow]:
    """The articles of a channel, by key."""
    async with tenant_transaction(caller_of(request).tenant):
        chosen = await _channel(channel)
        rows = await repository.articles(chosen, Filter(clean(q), in_state), clean(after))
    shown = rows[: repository.PAGE]
    return Page(shown, shown[-1].key if len(rows) > repository.PAGE else None)


@get("/channels/{channel:uuid}/article", opt=READ, tags=["Catalogue"])
async def one_article(request: ApiRequest, channel: FromPath[UUID], key: Key) -> ArticleStory:
    """One article with where each of its values comes from."""
    caller = caller_of(request)
    tunnel: Tunnel = request.app.state.tunnel
    async with tenant_transaction(caller.tenant):
        chosen = await _channel(channel)
        found = await repository.article(chosen, clean(key))
        route = await projections.route(channel)
        if found is None or route is None:
            raise not_found()
        verdict = await service.verdict(route, found.key)
        files = await media.of_article(chosen.erp, found.key)
    stock = await service.stock_lines(caller.tenant, route, found, tunnel.commands)
    parts: list[Part] = []
    left: list[str] = []
    if found.product is not None:
        formats = Formats(language_asked(request.headers), route.timezone)
        rules, settings = service.mapping_of(route), service.settings_of(route)
        teller = Teller(rules, settings, found.product, found.prices, formats)
        left = teller.left_to_shop()
        if found.listing is not None:
            parts = teller.parts(found.listing.desired, found.listing.pushed)
    return ArticleStory(found, parts, left, stock, verdict, files)


@post("/channels/{channel:uuid}/decisions", opt={**WRITE, **NETWORK}, status_code=204, tags=["Catalogue"])
async def decide_article(
    request: ApiRequest, channel: FromPath[UUID], data: JSONBody[ArticleDecision]
) -> None:
    """Decides on an article that is held or doubtful. 409 when there is nothing to decide any more."""
    caller, wake = caller_of(request), wake_of(request)
    async with tenant_transaction(caller.tenant):
        await _channel(channel)
    key, listing = clean(data.key), clean(data.listing)
    if data.do == "retry":
        done = bool(await channels.retry(caller.tenant, channel, data.stream, [key], wake, caller.account))
    else:
        done = data.stream == "listings" and await channels.resolve(
            caller.tenant, channel, key, listing if data.do == "bind" else None, request.app.state.connections,
            wake, caller.account,
        )  # fmt: skip
    if not done:
        raise moved_on()


@get("/reservations", opt=READ, tags=["Stock"])
async def list_reservations(
    request: ApiRequest,
    item: Annotated[str | None, QueryParameter(description="The ERP's item key.", max_length=500)] = None,
    after: After = None,
) -> Page[Reservation]:
    """What was sold in a shop and is not yet in the ERP's stock: it lowers what all shops show."""
    async with tenant_transaction(caller_of(request).tenant):
        rows = await reservation_rows.open_ones(clean(item) or None, clean(after) or None)
    shown = rows[: reservation_rows.PAGE]
    return Page(shown, shown[-1].place if len(rows) > reservation_rows.PAGE else None)


# ------------------------------------------------------------------------------------------------- pictures


@get("/images", opt={"scope": "images:read"}, tags=["Images"])
async def list_images(
    request: ApiRequest,
    in_state: Annotated[MediaState | None, QueryParameter(name="state")] = None,
    q: Search = None,
    after: After = None,
) -> Page[FileRow]:
    """Pictures and documents that articles name, each in its place."""
    place = _place(after)
    async with tenant_transaction(caller_of(request).tenant):
        rows = await media.files(MediaFilter(clean(q), in_state), place)
    shown = rows[: media.PAGE]
    return Page(shown, f"{shown[-1].place}.{shown[-1].product}" if len(rows) > media.PAGE else None)


@get("/images/{content:str}", opt={"scope": "images:read"}, media_type="image/jpeg", tags=["Images"])
async def thumbnail(request: ApiRequest, content: FromPath[str]) -> Response[bytes]:
    """A small picture, by the SHA-256 (hexadecimal) of the file that it is made of."""
    tenant = caller_of(request).tenant
    try:
        sha256 = bytes.fromhex(content)
    except ValueError:
        raise not_found() from None
    async with tenant_transaction(tenant):
        key = await media.thumbnail_key(sha256)
    if key is None:
        raise not_found()
    try:
        found = await asyncio.to_thread(TenantObjects(request.app.state.objects, tenant).get, key)
    except ObjectMissing:
        raise not_found() from None
    return Response(found, media_type="image/jpeg")


async def _channel(channel: UUID) -> ChannelChoice:
    """Inside the tenant's transaction."""
    for one in await repository.channels():
        if one.id == channel:
            return one
    raise not_found()


def _place(after: str | None) -> tuple[str, int] | None:
    if after is None:
        return None
    place, dot, product = clean(after).partition(".")
    if not dot or not (place.isascii() and place.isdecimal() and len(place) < 6):
        raise bad_cursor()
    return product, int(place)


ROUTES = [list_articles, one_article, decide_article, list_reservations, list_images, thumbnail]
