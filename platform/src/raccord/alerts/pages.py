"""What is wrong now, what was lately, and how the person who looks wants to be told."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.alerts import repository
from raccord.alerts.models import KINDS, PACES
from raccord.alerts.watching import platform_mail
from raccord.alerts.words import PLACES, sentence
from raccord.channels.typed import Typed
from raccord.front.links import address
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member


@get("/t/{tenant:uuid}/alerts", guards=[member])
async def alerts(request: Visit, tenant: FromPath[UUID]) -> Template:
    async with tenant_transaction(tenant):
        found = await repository.open_alerts()
        resolved = await repository.lately_resolved()
        readers = await repository.readers()
    return await tenant_page(
        request,
        "alerts/alerts.html",
        alerts=found,
        resolved=resolved,
        sentence=sentence,
        places=PLACES,
        kinds=KINDS,
        paces=PACES,
        me=next((one for one in readers if one.account == request.user.id), None),
        can_mail=platform_mail(request.app.state.settings) is not None,
    )


@post("/t/{tenant:uuid}/alerts", guards=[member], opt={"role": "seller"})
async def choose(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    """Of one's own mails only; a partner's staff too, as long as the merchant lets them in."""
    typed = Typed(await request.form())
    pace: Any = typed.choice("pace", PACES, "at_once")
    ticked = typed.many("kinds")
    async with tenant_transaction(tenant):
        mine = any(one.account == request.user.id for one in await repository.readers())
        if mine:
            await repository.choose(tenant, request.user.id, pace, [kind for kind in KINDS if kind in ticked])
    return Redirect(address(request.url.path, done="saved" if mine else "stale"), status_code=303)


ROUTES = [alerts, choose]
