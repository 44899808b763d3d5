"""The page of a company's programs: its API keys and its webhooks; and the reference, for whoever writes such a program."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.channels.typed import Typed
from raccord.front.security import PUBLIC
from raccord.front.templating import page
from raccord.outgoing.service import Webhooks
from raccord.overview.frame import Visit, tenant_page
from raccord.public_api import errors, keys
from raccord.public_api.description import PATH, document_of
from raccord.public_api.errors import ApiRefused
from raccord.public_api.models import READING, SCOPES, TITLES, NewApiKey
from raccord.public_api.reference import subjects
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Message

MANAGER = {"role": "manager"}


@get("/t/{tenant:uuid}/api", guards=[member], opt=MANAGER)
async def api_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    return await _page(request, tenant)


@post("/t/{tenant:uuid}/api/keys", guards=[member], opt=MANAGER, status_code=200)
async def create_key(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    """Answered at once, without a redirect: only a hash of the key is kept, so it can be shown here and never again."""
    typed = Typed(await request.form())
    name, chosen, until = typed.text("name"), typed.many("scopes"), typed.text("until")
    wrong: dict[str, Message] = {}
    expires_at = await _end_of_day(tenant, until, wrong)
    made: NewApiKey | None = None
    if not wrong:
        try:
            made = await keys.create(tenant, name, list(chosen), request.user.id, expires_at)
        except ApiRefused as refused:
            wrong[refused.field or ""] = refused.message
    if made is None:
        return await _page(request, tenant, wrong=wrong, name=name, chosen=chosen, until=until, status=422)
    return await _page(request, tenant, made=made, name=name)


@post("/t/{tenant:uuid}/api/keys/{api_key:uuid}/revoke", guards=[member], opt=MANAGER)
async def revoke_key(request: Visit, tenant: FromPath[UUID], api_key: FromPath[UUID]) -> Redirect:
    done = await keys.revoke(tenant, api_key, request.user.id)
    return Redirect(f"/t/{tenant}/api?done={'key_revoked' if done else 'stale'}", status_code=303)


@get("/api", opt=PUBLIC)
async def reference(request: Request[Any, Any, Any]) -> Template:
    """For strangers too: whoever considers a program of their own reads it first."""
    document = document_of(request.app)
    return page(
        request, "public_api/reference.html", subjects=subjects(document), about=document["info"], base=PATH
    )


async def _page(request: Visit, tenant: UUID, *, status: int = 200, **more: Any) -> Template:
    webhooks: Webhooks = request.app.state.webhooks
    found, now = await keys.every(tenant), datetime.now(UTC)
    shared: dict[str, Any] = {"made": None, "wrong": {}, "name": "", "chosen": READING, "until": ""}
    return await tenant_page(
        request,
        "public_api/programs.html",
        status=status,
        keys=[one for one in found if one.works(now)],
        former=[one for one in found if not one.works(now)],
        webhooks=await webhooks.every(tenant),
        scopes=SCOPES,
        scope_titles=TITLES,
        today=now.date().isoformat(),
        **{**shared, **more},
    )


async def _end_of_day(tenant: UUID, typed: str, wrong: dict[str, Message]) -> datetime | None:
    """The last moment of the day in the merchant's time zone; none typed: the key does not expire."""
    if not typed.strip():
        return None
    async with tenant_transaction(tenant):
        zone = ZoneInfo(await current_connection().fetchval("SELECT timezone FROM tenant"))
    try:
        end = datetime.combine(date.fromisoformat(typed.strip()), time.max, tzinfo=zone)
    except ValueError:
        end = None
    if end is None or end <= datetime.now(UTC):
        wrong["expires_at"] = errors.BAD_DATE.fill()
        return None
    return end


ROUTES = [api_page, create_key, revoke_key, reference]
