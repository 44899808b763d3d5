"""The pages of a channel's versions: which there were, what differs between two, and going back to one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template

from raccord.front.i18n import language_of
from raccord.mappings import service
from raccord.mappings.draft_bar import draft_bar
from raccord.mappings.edit_words import edit_views
from raccord.mappings.errors import MappingsError
from raccord.mappings.models import Version
from raccord.mappings.plan_frame import ask_for_plan, channel_page, found_channel, refused_page
from raccord.overview.frame import Visit
from raccord.tenants.access import member

MANAGER = {"role": "manager"}


@get("/t/{tenant:uuid}/channels/{channel:uuid}/versions", guards=[member])
async def versions_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    found = await found_channel(tenant, channel)
    return await channel_page(
        request,
        tenant,
        found,
        "mappings/versions.html",
        versions=await service.versions(tenant, channel),
        bar=await draft_bar(tenant, channel),
    )


@get("/t/{tenant:uuid}/channels/{channel:uuid}/versions/{number:int}", guards=[member])
async def version_page(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], number: FromPath[int]
) -> Template:
    """What differs between two versions: this one and `against`, which is the one before unless it is said."""
    found = await found_channel(tenant, channel)
    every = await service.versions(tenant, channel)
    shown_version = _numbered(every, number)
    asked = request.query_params.get("against", "")
    against = next((one for one in every if str(one.number) == asked), None)
    if against is None:
        against = next((one for one in every if one.number < number), None)
    return await channel_page(
        request,
        tenant,
        found,
        "mappings/version.html",
        versions=every,
        version=shown_version,
        against=against,
        edits=edit_views(against, shown_version, language_of(request)) if against else [],
        bar=await draft_bar(tenant, channel),
    )


@post(
    "/t/{tenant:uuid}/channels/{channel:uuid}/versions/{number:int}/back",
    guards=[member],
    opt=MANAGER,
)
async def go_back(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], number: FromPath[int]
) -> Response[Any]:
    """The draft becomes that version, and its plan is made: nothing moves before it is applied."""
    found = await found_channel(tenant, channel)
    try:
        await service.back_to(tenant, channel, number, request.user.id)
    except MappingsError as error:
        return await refused_page(request, tenant, found, error.message)
    return await ask_for_plan(request, tenant, channel)


def _numbered(every: Sequence[Version], number: int) -> Version:
    for one in every:
        if one.number == number:
            return one
    raise NotFoundException


ROUTES = [versions_page, version_page, go_back]
