"""What the pages of plans and versions have in common: the channel with both its systems, and asking for a plan."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.mappings import service
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.errors import MappingsError
from raccord.overview.frame import Visit, tenant_page
from raccord_connectors.contract import Message


async def ask_for_plan(request: Visit, tenant: UUID, channel: UUID) -> Response[Any]:
    """Of the draft as it is; leads to the plan's page, or says why there is none."""
    state = request.app.state
    try:
        made = await service.start_plan(tenant, channel, state.connections, state.wake, request.user.id)
    except MappingsError as error:
        return await refused_page(request, tenant, await found_channel(tenant, channel), error.message)
    return Redirect(f"/t/{tenant}/channels/{channel}/plans/{made}", status_code=303)


async def channel_page(
    request: Visit, tenant: UUID, found: Channel, template: str, *, status: int = 200, **context: Any
) -> Template:
    connections: Connections = request.app.state.connections
    systems = {one.id: one for one in await connections.every(tenant)}
    erp: Connection = systems[found.erp]
    shop: Connection = systems[found.shop]
    return await tenant_page(
        request,
        template,
        status=status,
        channel=found,
        erp=erp,
        shop=shop,
        of_channel=f"/t/{tenant}/channels/{found.id}",
        **context,
    )


async def refused_page(request: Visit, tenant: UUID, found: Channel, message: Message) -> Template:
    return await channel_page(
        request,
        tenant,
        found,
        "mappings/refused.html",
        status=422,
        refused=message,
        bar=await draft_bar(tenant, found.id),
    )


async def found_channel(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found
