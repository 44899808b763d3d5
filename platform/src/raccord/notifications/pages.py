"""The messages of all channels: what was told and what could not be, and by what they leave. And the page on which a customer
stops them."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core.notification_events import REASONS, event_of
from raccord.core.notification_rules import Medium
from raccord.front import forms
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.front.security import MACHINE
from raccord.front.templating import page
from raccord.notifications import address_repository, repository, return_repository
from raccord.notifications.deliverability import Hint, hints
from raccord.notifications.models import State
from raccord.notifications.senders import SMTP, Senders, settings_type
from raccord.notifications.sms import PROVIDERS
from raccord.notifications.stopping import Links
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord_connectors.contract import Message, Text
from raccord_connectors.kit.settings import secret_fields

MANAGER = {"role": "manager"}
SELLER = {"role": "seller"}
PAGE = 50
TABS: dict[str, tuple[State, ...]] = {
    "told": ("sent",),
    "waiting": ("due", "sending"),
    "failed": ("failed", "uncertain"),
    "silent": ("skipped",),
}
UNUSABLE = Text(
    "sender.unusable",
    "Cette valeur n’est pas utilisable ici. Corrigez-la comme le dit l’aide de ce champ.",
    "This value cannot be used here. Correct it as the field’s help says.",
)


class Doing(Struct):
    do: str


@get("/t/{tenant:uuid}/messages", guards=[member])
async def messages(request: Visit, tenant: FromPath[UUID]) -> Template:
    tab = request.query_params.get("tab", "")
    states = TABS.get(tab, ("sent", "due", "sending", "failed", "uncertain"))
    before = _moment(request.query_params.get("before", ""))
    async with tenant_transaction(tenant):
        found = await repository.latest(states, before, PAGE + 1)
        counts = await repository.counts()
        senders = {medium: await repository.sender(medium) for medium in ("email", "sms")}
        mailbox = await return_repository.mailbox()
    shown = found[:PAGE]
    path = request.url.path
    return await tenant_page(
        request,
        "notifications/messages.html",
        told=shown,
        event_of=event_of,
        reasons=REASONS,
        tab=tab,
        tabs={name: address(path, tab=name) for name in ("", *TABS)},
        counts={name: sum(counts.get(state, 0) for state in states) for name, states in TABS.items()},
        older=address(path, tab=tab, before=shown[-1].seen_at.isoformat()) if len(found) > PAGE else None,
        senders={medium: row[0] for medium, row in senders.items() if row},
        mailbox=mailbox,
    )


@post("/t/{tenant:uuid}/messages/{message:uuid}", guards=[member], opt=SELLER)
async def decide(
    request: Visit,
    tenant: FromPath[UUID],
    message: FromPath[UUID],
    data: Annotated[Doing, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """`again` or `stop`, of one that failed or of which nobody knows."""
    async with tenant_transaction(tenant):
        found = await repository.told(message)
        if found is None or data.do not in ("again", "stop"):
            raise NotFoundException
        done = await (repository.again(message) if data.do == "again" else repository.settle(message))
    if done and data.do == "again":
        await request.app.state.wake.notify(tenant)
    outcome = "retry" if data.do == "again" else "ignored"
    return Redirect(
        address(f"/t/{tenant}/messages", tab="failed", done=outcome if done else "stale"), status_code=303
    )


# ------------------------------------------------------------------------------------------ by what they leave


@get(["/t/{tenant:uuid}/messages/email", "/t/{tenant:uuid}/messages/sms"], guards=[member], opt=MANAGER)
async def sender_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    medium = _medium(request)
    row = await _senders(request).row(tenant, medium)
    asked = request.query_params.get("provider", "")
    name = asked if asked in _names(medium) else row.provider if row else _names(medium)[0]
    given = dict(row.settings) if row and row.provider == name else {}
    advice: list[Hint] = []
    if medium == "email" and row and request.query_params.get("dns"):
        advice = await asyncio.to_thread(hints, str(row.settings.get("sender", "")))
    return await _sender(request, tenant, medium, name, given, advice=advice)


@post(["/t/{tenant:uuid}/messages/email", "/t/{tenant:uuid}/messages/sms"], guards=[member], opt=MANAGER)
async def change_sender(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    medium, senders, form = _medium(request), _senders(request), await request.form()
    here = f"/t/{tenant}/messages/{medium}"
    match str(form.get("do", "save")):
        case "remove":
            await senders.remove(tenant, medium, request.user.id)
            return Redirect(f"{here}?done=saved", status_code=303)
        case "check":
            problem = await senders.check(tenant, medium)
            return Redirect(here if problem else f"{here}?done=sender_works", status_code=303)
    name = str(form.get("provider", ""))
    if name not in _names(medium):
        raise NotFoundException
    kind = settings_type(medium, name)
    row = await senders.row(tenant, medium)
    kept = secret_fields(kind) if row and row.provider == name and row.has_secrets else frozenset()
    values, wrong = forms.typed(kind, {key: str(form[key]) for key in form}, language_of(request), kept=kept)
    if not wrong:
        try:
            await senders.save(tenant, medium, name, values, request.user.id)
        except msgspec.ValidationError as error:
            field = str(error).partition("`$.")[2].partition("`")[0]
            wrong[field] = UNUSABLE.fill()
        else:
            problem = await senders.check(tenant, medium)
            return Redirect(here if problem else f"{here}?done=sender_works", status_code=303)
    return await _sender(request, tenant, medium, name, values, wrong=wrong)


async def _sender(
    request: Visit,
    tenant: UUID,
    medium: Medium,
    name: str,
    given: dict[str, Any],
    *,
    wrong: dict[str, Message] | None = None,
    advice: list[Hint] | None = None,
) -> Template:
    kind = settings_type(medium, name)
    row = await _senders(request).row(tenant, medium)
    kept = secret_fields(kind) if row and row.provider == name and row.has_secrets else frozenset()
    fields = forms.fields(kind, language_of(request), given, wrong=wrong, kept=kept)
    return await tenant_page(
        request,
        "notifications/sender.html",
        status=422 if wrong else 200,
        medium=medium,
        provider=name,
        providers=[] if medium == "email" else list(PROVIDERS.values()),
        fields=[field for field in fields if not field.advanced],
        advanced=[field for field in fields if field.advanced],
        row=row if row and row.provider == name else None,
        wrong=wrong or {},
        advice=advice or [],
    )


# ------------------------------------------------------------------------------------------------ for customers


@get("/stop/{token:str}", opt=MACHINE)
async def stop_page(request: Request[Any, Any, Any], token: FromPath[str]) -> Template:
    """Only asks: programs that look at every link of a mail must not unsubscribe anybody."""
    links: Links = request.app.state.links
    if links.read(token) is None:
        raise NotFoundException
    return page(request, "notifications/stop.html", stopped=False)


@post("/stop/{token:str}", opt=MACHINE, status_code=200)
async def stop(request: Request[Any, Any, Any], token: FromPath[str]) -> Template:
    """By the button of the page, or by the mailbox's own (RFC 8058): the link itself is the proof of who may."""
    links: Links = request.app.state.links
    found = links.read(token)
    if found is None:
        raise NotFoundException
    tenant, recipient = found
    async with tenant_transaction(tenant):
        await address_repository.unsubscribe(tenant, recipient)
    return page(request, "notifications/stop.html", stopped=True)


# ------------------------------------------------------------------------------------------------------ inside


def _medium(request: Visit) -> Medium:
    return "sms" if request.url.path.endswith("/sms") else "email"


def _names(medium: Medium) -> list[str]:
    return [SMTP] if medium == "email" else list(PROVIDERS)


def _senders(request: Visit) -> Senders:
    found: Senders = request.app.state.senders
    return found


def _moment(typed: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(typed.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo else None


ROUTES = [messages, decide, sender_page, change_sender, stop_page, stop]
