"""The pages of webhooks: one address with what it is told of, the test, and what each call was answered."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.channels.typed import Typed
from raccord.front.links import address
from raccord.outgoing import repository
from raccord.outgoing.models import EVENT_TYPES, TITLES, Endpoint
from raccord.outgoing.repository import Call
from raccord.outgoing.service import LONGEST_REPLAY, Webhooks
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import ConfigError, Message

MANAGER = {"role": "manager"}
NEW = Endpoint(
    id=UUID(int=0), name="", url="", events=["order.integrated", "order.held"], state="on", failing_since=None, problem=None,
    due=0, created_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip
"""What the form of a new one begins with."""


@get("/t/{tenant:uuid}/api/webhooks/new", guards=[member], opt=MANAGER)
async def new_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    return await _page(request, tenant, NEW)


@post("/t/{tenant:uuid}/api/webhooks/new", guards=[member], opt=MANAGER, status_code=200)
async def create(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    """Answered at once, without a redirect: the secret is shown here and never again."""
    name, url, events = _typed(await request.form())
    try:
        made, secret = await _webhooks(request).create(tenant, name, url, events, request.user.id)
    except ConfigError as error:
        return await _page(request, tenant, _laid(NEW, name, url, events), wrong=error, status=422)
    return await _page(request, tenant, await _found(request, tenant, made), secret=secret)


@get("/t/{tenant:uuid}/api/webhooks/{endpoint:uuid}", guards=[member], opt=MANAGER)
async def webhook_page(request: Visit, tenant: FromPath[UUID], endpoint: FromPath[UUID]) -> Template:
    return await _page(request, tenant, await _found(request, tenant, endpoint))


@post("/t/{tenant:uuid}/api/webhooks/{endpoint:uuid}", guards=[member], opt=MANAGER, status_code=200)
async def act(request: Visit, tenant: FromPath[UUID], endpoint: FromPath[UUID]) -> Response[Any]:
    """`save`, `test`, `on`, `off`, `secret`, `replay` (all that was given up, or one `event`), `delete`."""
    form = await request.form()
    found, webhooks, person = await _found(request, tenant, endpoint), _webhooks(request), request.user.id
    here = f"/t/{tenant}/api/webhooks/{endpoint}"
    match Typed(form).text("do"):
        case "save":
            name, url, events = _typed(form)
            try:
                await webhooks.change(tenant, endpoint, name, url, events, person)
            except ConfigError as error:
                return await _page(request, tenant, _laid(found, name, url, events), wrong=error, status=422)
            return Redirect(address(here, done="saved"), status_code=303)
        case "test":
            return await _page(request, tenant, found, call=await webhooks.test(tenant, endpoint))
        case "on" | "off" as state:
            await webhooks.switch(tenant, endpoint, "on" if state == "on" else "off", person)
            return Redirect(address(here, done="saved"), status_code=303)
        case "secret":
            return await _page(
                request, tenant, found, secret=await webhooks.change_secret(tenant, endpoint, person)
            )
        case "replay":
            done = await _replay(webhooks, tenant, endpoint, Typed(form).text("event"), person)
            return Redirect(address(here, done="retry" if done else "stale"), status_code=303)
        case "delete":
            await webhooks.delete(tenant, endpoint, person)
            return Redirect(address(f"/t/{tenant}/api", done="saved"), status_code=303)
    raise NotFoundException


async def _replay(webhooks: Webhooks, tenant: UUID, endpoint: UUID, event: str, person: UUID) -> bool:
    if not event:
        since = datetime.now(UTC) - LONGEST_REPLAY + timedelta(minutes=1)
        return bool(await webhooks.replay_failed(tenant, endpoint, since, person))
    try:
        return await webhooks.replay(tenant, endpoint, UUID(event), person)
    except ValueError:
        return False


async def _page(
    request: Visit,
    tenant: UUID,
    endpoint: Endpoint,
    *,
    wrong: ConfigError | None = None,
    secret: str | None = None,
    call: Call | None = None,
    status: int = 200,
) -> Template:
    asked = request.query_params.get("after", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    async with tenant_transaction(tenant):
        rows = await repository.attempts(endpoint.id, before)
    shown, path = rows[: repository.PAGE], request.url.path
    told: dict[str, Message] = {wrong.field or "": wrong.message} if wrong else {}
    return await tenant_page(
        request,
        "outgoing/webhook.html",
        status=status,
        endpoint=endpoint,
        fresh=endpoint.id == NEW.id,
        secret=secret,
        call=call,
        wrong=told,
        event_types=EVENT_TYPES,
        titles=TITLES,
        attempts=shown,
        older=address(path, after=shown[-1].id) if len(rows) > repository.PAGE else None,
        first_page=path if before else None,
    )


def _typed(form: Any) -> tuple[str, str, list[str]]:
    typed = Typed(form)
    return typed.text("name"), typed.text("url", 1001), list(typed.many("events"))


def _laid(endpoint: Endpoint, name: str, url: str, events: list[str]) -> Endpoint:
    told = {one: getattr(endpoint, one) for one in endpoint.__struct_fields__}
    return Endpoint(**{**told, "name": name, "url": url, "events": events})


async def _found(request: Visit, tenant: UUID, endpoint: UUID) -> Endpoint:
    found = await _webhooks(request).one(tenant, endpoint)
    if found is None:
        raise NotFoundException
    return found


def _webhooks(request: Visit) -> Webhooks:
    webhooks: Webhooks = request.app.state.webhooks
    return webhooks


ROUTES = [new_page, create, webhook_page, act]
