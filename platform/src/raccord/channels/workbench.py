"""How a workbench goes: a form of rules beside a live article of the merchant, with the numbers worked out as the form changes.

One address serves the page, the numbers alone while the form changes, and the form sent. What is kept goes into the channel's
draft; nothing moves in the shop before its plan is applied.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from raccord.channels import service
from raccord.channels.live_article import Live, live_article
from raccord.channels.models import Channel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.core.channel import ChannelSettings
from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.mappings import service as mappings
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.errors import MappingsError
from raccord.mappings.models import Draft
from raccord.overview.frame import Visit, tenant_page
from raccord.storage import projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.projections import Route
from raccord.tenants.access import RANKS, access_of
from raccord_connectors.contract import Message

FIELDS = {"price_category": "category"}
"""Fields of these forms, by the names that the channel's first form gives them."""
Read = tuple[ChannelSettings, dict[str, Message]]


class Bench(NamedTuple):
    """What a workbench stands on."""

    channel: Channel
    erp: Connection
    shop: Connection
    route: Route
    draft: Draft


class Workbench(NamedTuple):
    """What is particular to one of them."""

    place: str
    page: str
    numbers: str
    read: Callable[[FormMultiDict, Bench], Read]
    """The settings as the form has them, and what is wrong by field."""
    about: Callable[[Visit, Bench, ChannelSettings], Awaitable[dict[str, Any]]]
    """What the form itself needs."""
    show: Callable[[Visit, Bench, ChannelSettings, Live], Awaitable[dict[str, Any]]]
    """The numbers of a live article."""
    nothing: dict[str, Any]
    """Those where there is no article."""


async def look(request: Visit, tenant: UUID, channel: UUID, workbench: Workbench) -> Template:
    """The rules of the draft."""
    bench = await bench_of(request, tenant, channel)
    asked = request.query_params
    live = await live_article(tenant, channel, bench.erp.id, {name: str(asked[name]) for name in asked})
    return await _page(request, workbench, bench, bench.draft.settings, {}, live)


async def work(request: Visit, tenant: UUID, channel: UUID, workbench: Workbench) -> Response[Any]:
    """The rules as the form has them; kept in the draft when that was asked and nothing is wrong."""
    bench = await bench_of(request, tenant, channel)
    form = await request.form()
    settings, wrong = workbench.read(form, bench)
    stale: Message | None = None
    if form.get("do") == "save" and not wrong and not is_fragment(request):
        try:
            await _keep(request, tenant, bench, settings, str(form.get("revision", "")))
        except MappingsError as error:
            if error.field:
                wrong[FIELDS.get(error.field, error.field)] = error.message
            else:
                stale = error.message
        else:
            there = f"/t/{tenant}/channels/{channel}/{workbench.place}"
            return Redirect(address(there, done="kept", choose=str(form.get("article", ""))), status_code=303)
    live = await live_article(
        tenant, channel, bench.erp.id, {name: str(value) for name, value in form.items()}
    )
    return await _page(request, workbench, bench, settings, wrong, live, stale=stale, form=form)


# ------------------------------------------------------------------------------------------------- inside


async def _keep(request: Visit, tenant: UUID, bench: Bench, settings: ChannelSettings, revision: str) -> None:
    """What equals the draft is not saved: reading a form and sending it back is no change."""
    if settings == bench.draft.settings:
        return
    await mappings.save_draft(
        tenant,
        bench.channel.id,
        settings=settings,
        revision=int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
        account=request.user.id,
    )


async def _page(
    request: Visit,
    workbench: Workbench,
    bench: Bench,
    settings: ChannelSettings,
    wrong: dict[str, Message],
    live: Live | None,
    *,
    stale: Message | None = None,
    form: FormMultiDict | None = None,
) -> Template:
    tenant, channel = bench.route.tenant, bench.channel
    may = RANKS[access_of(request).role] >= RANKS["manager"]
    shown = workbench.nothing
    if live is not None:
        # A rule that cannot be used yet leaves the numbers at the draft's.
        shown = await workbench.show(request, bench, bench.draft.settings if wrong else settings, live)
    fragment = is_fragment(request)
    return await tenant_page(
        request,
        workbench.numbers if fragment else workbench.page,
        status=422 if (wrong or stale) and not fragment else 200,
        channel=channel,
        erp=bench.erp,
        shop=bench.shop,
        settings=settings,
        revision=form.get("revision", "") if form is not None else bench.draft.revision,
        bar=None if fragment else await draft_bar(tenant, channel.id),
        wrong=wrong,
        stale=stale,
        live=live,
        locked=not may,
        **shown,
        **({} if fragment else await workbench.about(request, bench, settings)),
    )


async def bench_of(request: Visit, tenant: UUID, channel: UUID) -> Bench:
    found = await service.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    connections: Connections = request.app.state.connections
    systems = {one.id: one for one in await connections.every(tenant)}
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    if route is None:
        raise NotFoundException
    draft = await mappings.draft(tenant, channel)
    return Bench(found, systems[found.erp], systems[found.shop], route, draft)


def with_rules(settings: ChannelSettings, **rules: Any) -> ChannelSettings:
    return msgspec.structs.replace(settings, **rules)
