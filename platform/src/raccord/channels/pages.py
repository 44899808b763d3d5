"""The channels' pages: the list, a new one, one with its settings, on air and off, and the decisions on brakes."""

from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.channels import braking, exchange_forms, forms, payment_forms, service, views
from raccord.channels.errors import ChannelError
from raccord.channels.models import Channel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.customer_owners import GROUPS, Group
from raccord.front.links import address
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.service import newest_plan, versions
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Text
from raccord_connectors.registry import CONNECTORS, connector_class

MANAGER = {"role": "manager"}
NEEDS_NAME = Text(
    "channel.needs_name",
    "Donnez un nom au canal, par exemple celui de la boutique.",
    "Give the channel a name, for example that of the shop.",
)


class Doing(Struct):
    do: str


class Decision(Struct):
    decision: str


@get("/t/{tenant:uuid}/channels", guards=[member])
async def channels(request: Visit, tenant: FromPath[UUID]) -> Template:
    found = await service.every(tenant)
    async with tenant_transaction(tenant):
        figures = await views.figures()
    connections = {one.id: one for one in await _connections(request).every(tenant)}
    return await tenant_page(
        request,
        "channels/channels.html",
        channels=found,
        figures=figures,
        connections=connections,
        can_join={one.side for one in connections.values()} == {"erp", "shop"},
    )


@get("/t/{tenant:uuid}/channels/new", guards=[member], opt=MANAGER)
async def new_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    """First which two systems, then how."""
    erps, shops = await _sides(request, tenant)
    erp = _chosen(erps, request.query_params.get("erp", ""))
    shop = _chosen(shops, request.query_params.get("shop", ""))
    if erp is None or shop is None:
        return await tenant_page(request, "channels/choose.html", erps=erps, shops=shops)
    told = erp.discovery.currency if erp.discovery else ""
    settings = ChannelSettings(prices=PriceRules(currency=told or "EUR"))
    return await _form(request, tenant, erp, shop, settings, name=shop.name)


@post("/t/{tenant:uuid}/channels/new", guards=[member], opt=MANAGER)
async def create(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    form = await request.form()
    erps, shops = await _sides(request, tenant)
    erp, shop = _by_id(erps, str(form.get("erp", ""))), _by_id(shops, str(form.get("shop", "")))
    name = str(form.get("name", "")).strip()[:200]
    settings, wrong = forms.first(form, shop.discovery, ChannelSettings(), _payable(erp))
    await _demand_articles(tenant, erp, settings, wrong)
    if not name:
        wrong["name"] = NEEDS_NAME.fill()
    if not wrong:
        try:
            made = await service.create(tenant, name, erp.id, shop.id, settings, request.user.id)
            return Redirect(f"/t/{tenant}/channels/{made}?done=created", status_code=303)
        except ChannelError as error:
            wrong[error.field or ""] = error.message
    return await _form(request, tenant, erp, shop, settings, name=name, wrong=wrong, status=422)


@get("/t/{tenant:uuid}/channels/{channel:uuid}", guards=[member])
async def channel_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await _page(request, tenant, await _found(tenant, channel))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/state", guards=[member], opt=MANAGER)
async def change_state(
    request: Visit,
    tenant: FromPath[UUID],
    channel: FromPath[UUID],
    data: Annotated[Doing, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Pausing what is on air, and back. A channel goes on air by its first plan (`mappings.plan_pages`), not from here."""
    found, person, wake = await _found(tenant, channel), request.user.id, request.app.state.wake
    here = f"/t/{tenant}/channels/{channel}"
    match data.do, found.state:
        case "pause", "live":
            await service.pause(tenant, channel, person)
            return Redirect(address(here, done="paused"), status_code=303)
        case "resume", "paused":
            await service.resume(tenant, channel, wake, person)
            return Redirect(address(here, done="live"), status_code=303)
        case "pause" | "resume", _:
            return Redirect(address(here, done="stale"), status_code=303)
    raise NotFoundException


@get("/t/{tenant:uuid}/channels/{channel:uuid}/settings", guards=[member], opt=MANAGER)
async def settings_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    found = await _found(tenant, channel)
    erp, shop = await _systems(request, tenant, found)
    return await _form(request, tenant, erp, shop, found.settings, channel=found)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/settings", guards=[member], opt=MANAGER)
async def change_settings(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    found = await _found(tenant, channel)
    erp, shop = await _systems(request, tenant, found)
    settings, wrong = forms.orders(await request.form(), found.settings, _payable(erp))
    await _demand_articles(tenant, erp, settings, wrong)
    if not wrong:
        try:
            await service.change_settings(tenant, channel, settings, request.app.state.wake, request.user.id)
            return Redirect(address(f"/t/{tenant}/channels/{channel}", done="saved"), status_code=303)
        except ChannelError as error:
            wrong[error.field or ""] = error.message
    return await _form(request, tenant, erp, shop, settings, channel=found, wrong=wrong, status=422)


@post("/t/{tenant:uuid}/brakes/{brake:uuid}", guards=[member], opt=MANAGER)
async def decide_brake(
    request: Visit,
    tenant: FromPath[UUID],
    brake: FromPath[UUID],
    data: Annotated[Decision, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """`go` or `dismissed`. Of a stream found empty only `go` is a decision: the brake goes off when the records are back."""
    decision: Any = data.decision
    done = decision in get_args(braking.Decision) and await braking.decide(
        tenant, brake, decision, request.user.id, request.app.state.wake
    )
    return Redirect(address(f"/t/{tenant}/waiting", done=data.decision if done else "stale"), status_code=303)


# ------------------------------------------------------------------------------------------------- inside


async def _page(request: Visit, tenant: UUID, found: Channel) -> Template:
    async with tenant_transaction(tenant):
        figures = await views.figures()
    erp, shop = await _systems(request, tenant, found)
    return await tenant_page(
        request,
        "channels/channel.html",
        channel=found,
        figures=figures.get(found.id),
        erp=erp,
        shop=shop,
        bar=await draft_bar(tenant, found.id),
        version=next((one for one in await versions(tenant, found.id) if one.active), None),
        newest=await newest_plan(tenant, found.id) if found.state == "draft" else None,
    )


async def _form(
    request: Visit,
    tenant: UUID,
    erp: Connection,
    shop: Connection,
    settings: ChannelSettings,
    *,
    channel: Channel | None = None,
    name: str = "",
    wrong: dict[str, Message] | None = None,
    status: int = 200,
) -> Template:
    return await tenant_page(
        request,
        "channels/form.html",
        status=status,
        channel=channel,
        name=name,
        erp=erp,
        shop=shop,
        settings=settings,
        natures=forms.NATURES,
        rates_of=forms.rates_of,
        tax_prefix=forms.TAX,
        payable=_payable(erp),
        pay_rows=payment_forms.rows(settings.orders, shop.discovery),
        pay_others=payment_forms.others(settings.orders),
        groups=GROUPS,
        tradable=_tradable(shop),
        custom_rows=exchange_forms.CUSTOM_ROWS,
        wrong=wrong or {},
        locked=False,
    )


def _payable(erp: Connection) -> payment_forms.Offered:
    return payment_forms.offered(connector_class(erp.connector).spec if erp.connector in CONNECTORS else None)


def _tradable(shop: Connection) -> set[Group] | None:
    """What of a customer the shop can hold, as it is set up."""
    spec = connector_class(shop.connector).spec if shop.connector in CONNECTORS else None
    stream = next((one for one in spec.streams if one.name == "customers"), None) if spec else None
    return exchange_forms.held_by(stream, shop.discovery.customer_fields if shop.discovery else None)


async def _demand_articles(
    tenant: UUID, erp: Connection, settings: ChannelSettings, wrong: dict[str, Message]
) -> None:
    async with tenant_transaction(tenant):
        known = await views.known_items(erp.id, forms.articles(settings))
        any_known = await views.has_articles(erp.id)
    forms.demand_articles(settings, known, wrong, any_known=any_known)


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await service.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


async def _systems(request: Visit, tenant: UUID, found: Channel) -> tuple[Connection, Connection]:
    erps, shops = await _sides(request, tenant)
    return _by_id(erps, str(found.erp)), _by_id(shops, str(found.shop))


async def _sides(request: Visit, tenant: UUID) -> tuple[list[Connection], list[Connection]]:
    every = await _connections(request).every(tenant)
    return [one for one in every if one.side == "erp"], [one for one in every if one.side == "shop"]


def _chosen(connections: list[Connection], asked: str) -> Connection | None:
    """The one asked for; without a question, the only one."""
    if not asked and len(connections) == 1:
        return connections[0]
    return next((one for one in connections if str(one.id) == asked), None)


def _by_id(connections: list[Connection], asked: str) -> Connection:
    for one in connections:
        if str(one.id) == asked:
            return one
    raise NotFoundException


def _connections(request: Visit) -> Connections:
    service: Connections = request.app.state.connections
    return service


ROUTES = [
    channels,
    new_page,
    create,
    channel_page,
    change_state,
    settings_page,
    change_settings,
    decide_brake,
]
