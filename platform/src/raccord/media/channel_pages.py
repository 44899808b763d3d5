"""A channel's page of pictures: what its shop gets, in which form and with which words."""

import re
from typing import Any, get_args, get_type_hints
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import replace

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.channels.typed import Typed
from raccord.connections.service import Connections
from raccord.core.media_rules import MediaRules
from raccord.front.links import address
from raccord.overview.frame import Visit, tenant_page
from raccord.tenants.access import RANKS, access_of, member
from raccord_connectors.contract import Message, PictureNeeds
from raccord_connectors.registry import connector_class

MANAGER = {"role": "manager"}
HINTS = get_type_hints(MediaRules)
CHOICES = ("pictures", "format", "transparency", "missing", "documents", "addresses")
NUMBERS = {"longest_side": (200, 4_000, 1_600), "quality": (40, 95, 85), "most": (1, 60, 12)}
"""Field → least, most, example; as the rules themselves say."""


@get("/t/{tenant:uuid}/channels/{channel:uuid}/images", guards=[member])
async def look(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await _page(request, await _found(tenant, channel))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/images", guards=[member], opt=MANAGER)
async def change(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    found = await _found(tenant, channel)
    rules, wrong = media_rules(await request.form(), found.settings.media)
    changed = replace(found.settings, media=rules)
    if wrong:
        return await _page(request, replace(found, settings=changed), wrong)
    await channels.change_settings(tenant, channel, changed, request.app.state.wake, request.user.id)
    return Redirect(address(request.url.path, done="saved"), status_code=303)


def media_rules(form: FormMultiDict, former: MediaRules) -> tuple[MediaRules, dict[str, Message]]:
    """What was typed, and what is wrong of it by field."""
    typed = Typed(form)
    rules: dict[str, Any] = {
        name: typed.choice(name, get_args(HINTS[name]), getattr(former, name)) for name in CHOICES
    }
    for name, (least, most, example) in NUMBERS.items():
        rules[name] = typed.whole(name, getattr(former, name), least=least, most=most, example=example)
    ground = typed.text("background").lower()
    rules["background"] = ground if re.fullmatch("#[0-9a-f]{6}", ground) else former.background
    rules["square"] = typed.flag("square")
    rules["alt"] = typed.text("alt") or MediaRules().alt
    rules["alt_more"] = typed.text("alt_more") or rules["alt"]
    rules["language"] = typed.text("language", 10)
    return replace(former, **rules), typed.wrong


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


async def _page(request: Visit, channel: Channel, wrong: dict[str, Message] | None = None) -> Template:
    connections: Connections = request.app.state.connections
    shop = await connections.by_id(request.path_params["tenant"], channel.shop)
    needs = connector_class(shop.connector).spec.pictures if shop is not None else None
    return await tenant_page(
        request,
        "media/rules.html",
        channel=channel,
        rules=channel.settings.media,
        shop_name=shop.name if shop is not None else "",
        needs=needs or PictureNeeds(),
        takes_pictures=needs is not None,
        wrong=wrong or {},
        locked=RANKS[access_of(request).role] < RANKS["manager"],
        status=422 if wrong else 200,
    )


ROUTES = [look, change]
