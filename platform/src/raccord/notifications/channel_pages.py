"""A channel's follow-up table, and its templates with preview and test."""

from html import escape
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec import Struct
from msgspec.structs import replace

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.connections.service import Connections
from raccord.core.notification_defaults import default_template
from raccord.core.notification_mail import Written
from raccord.core.notification_rules import (
    EVENTS,
    LANGUAGES,
    MEDIA,
    MOVES,
    STEPS,
    EventName,
    Language,
    Medium,
)
from raccord.core.notification_sms import length
from raccord.core.notification_template import LISTS, SCALARS
from raccord.core.notification_template import Template as MessageTemplate
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.notifications import composing, forms, repository, samples, shop_mails
from raccord.notifications import template_repository as texts
from raccord.notifications.senders import Senders
from raccord.notifications.smtp import Uncertain
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import RANKS, access_of, member
from raccord_connectors.contract import ConnectorError, Message, Text

MANAGER = {"role": "manager"}
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http://127.0.0.1:*; frame-ancestors 'self'; "
    "form-action 'none'; sandbox"
)
"""A mail has its styles beside its elements. It stands in a frame that may do nothing else."""
TEST_SENT = Text(
    "notification.test_sent",
    "Le message d’essai est parti à {recipient}.",
    "The test message has left for {recipient}.",
)
TEST_BROKE = Text(
    "notification.test_broke",
    "La connexion s’est arrêtée pendant la remise : le message d’essai est peut-être arrivé. Regardez, ou réessayez.",
    "The connection stopped while the message was handed over: it may have arrived. Look, or try again.",
)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/messages", guards=[member])
async def table_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    return await _table(request, tenant, await _found(tenant, channel))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/messages", guards=[member], opt=MANAGER)
async def change_table(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    found = await _found(tenant, channel)
    local = request.app.state.settings.allow_private_addresses
    rules, wrong = forms.rules(await request.form(), found.settings.notifications, local=local)
    changed = replace(found.settings, notifications=rules)
    if wrong:
        return await _table(request, tenant, replace(found, settings=changed), wrong)
    await channels.change_settings(tenant, channel, changed, request.app.state.wake, request.user.id)
    return Redirect(address(request.url.path, done="saved"), status_code=303)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/messages/{event:str}", guards=[member], opt=MANAGER)
async def template_page(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], event: FromPath[str]
) -> Template:
    found, name = await _found(tenant, channel), _event(event)
    medium, language = _variant(request, found)
    return await _editor(request, tenant, found, name, medium, language)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/messages/{event:str}", guards=[member], opt=MANAGER)
async def change_template(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], event: FromPath[str]
) -> Response[Any]:
    found, name = await _found(tenant, channel), _event(event)
    medium, language = _variant(request, found)
    form = await request.form()
    here = address(request.url.path, medium=medium, language=language)
    if form.get("do") == "default":
        async with tenant_transaction(tenant):
            await texts.forget_template(channel, name, medium, language)
        return Redirect(f"{here}&done=saved", status_code=303)
    typed, wrong = forms.template(form, medium)
    if wrong:
        return await _editor(request, tenant, found, name, medium, language, typed=typed, wrong=wrong)
    if form.get("do") == "test":
        to = str(form.get("to", ""))
        sent, refused = await _test(request, await _trial(request, tenant, found, name, typed), to)
        return await _editor(
            request, tenant, found, name, medium, language, typed=typed, sent=sent, refused=refused
        )
    async with tenant_transaction(tenant):
        await texts.save_template(tenant, channel, name, medium, language, typed, request.user.id)
    return Redirect(f"{here}&done=saved", status_code=303)


@get("/t/{tenant:uuid}/channels/{channel:uuid}/messages/{event:str}/preview", guards=[member], opt=MANAGER)
async def saved_preview(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], event: FromPath[str]
) -> Response[str]:
    found, name = await _found(tenant, channel), _event(event)
    template = await _template(tenant, channel, name, *_variant(request, found))
    return await _preview(await _trial(request, tenant, found, name, template))


@post("/t/{tenant:uuid}/channels/{channel:uuid}/messages/{event:str}/preview", guards=[member], opt=MANAGER)
async def typed_preview(
    request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID], event: FromPath[str]
) -> Response[str]:
    """What is typed and not saved yet."""
    found, name = await _found(tenant, channel), _event(event)
    typed, wrong = forms.template(await request.form(), _variant(request, found)[0])
    if wrong:
        french = language_of(request) == "fr"
        said = "".join(f"<p>{escape(one.fr if french else one.en)}</p>" for one in wrong.values())
        return _framed(f"<body style='font-family:sans-serif;color:#a3231f'>{said}</body>", 422)
    return await _preview(await _trial(request, tenant, found, name, typed))


# --------------------------------------------------------------------------------------------------- pages


async def _table(
    request: Visit, tenant: UUID, channel: Channel, wrong: dict[str, Message] | None = None
) -> Template:
    connections: Connections = request.app.state.connections
    shop = await connections.by_id(tenant, channel.shop)
    async with tenant_transaction(tenant):
        changed = await texts.changed_templates(channel.id)
        senders = {medium: await repository.sender(medium) for medium in MEDIA}
    connector = shop.connector if shop else ""
    return await tenant_page(
        request,
        "notifications/table.html",
        status=422 if wrong else 200,
        channel=channel,
        rules=channel.settings.notifications,
        steps=STEPS,
        events=EVENTS,
        moves=MOVES,
        changed={(event, medium) for event, medium, _ in changed},
        senders={medium: found[0] for medium, found in senders.items() if found},
        where=shop_mails.WHERE.get(connector),
        mails={event: shop_mails.mail_of(connector, event) for event in EVENTS},
        shop_notes={event: shop_mails.notes_of(connector, event) for event in EVENTS},
        wrong=wrong or {},
        locked=not _may_change(request),
    )


async def _editor(
    request: Visit,
    tenant: UUID,
    channel: Channel,
    event: EventName,
    medium: Medium,
    language: Language,
    *,
    typed: MessageTemplate | None = None,
    wrong: dict[str, Message] | None = None,
    sent: Message | None = None,
    refused: Message | None = None,
) -> Template:
    async with tenant_transaction(tenant):
        changed = await texts.changed_templates(channel.id)
        orders = await texts.sample_orders(channel.id)
    return await tenant_page(
        request,
        "notifications/template.html",
        status=422 if wrong or refused else 200,
        channel=channel,
        event=event,
        medium=medium,
        shown_language=language,
        variants=[(one, other) for one in MEDIA for other in LANGUAGES],
        text=typed or await _template(tenant, channel.id, event, medium, language),
        is_changed=(event, medium, language) in changed,
        orders=orders,
        scalars=SCALARS,
        lists=LISTS,
        wrong=wrong or {},
        locked=False,
        sent=sent,
        refused=refused,
    )


class Trial(Struct, frozen=True, kw_only=True):
    """A template as it is kept or typed, and the order that it is tried on: "" for the latest one."""

    tenant: UUID
    channel: Channel
    event: EventName
    medium: Medium
    language: Language
    template: MessageTemplate
    order: str = ""


async def _trial(
    request: Visit, tenant: UUID, channel: Channel, event: EventName, template: MessageTemplate
) -> Trial:
    medium, language = _variant(request, channel)
    return Trial(
        tenant=tenant, channel=channel, event=event, medium=medium, language=language, template=template,
        order=await _asked_order(request),
    )  # fmt: skip


async def _preview(trial: Trial) -> Response[str]:
    text = await _written(trial)
    if isinstance(text, Written):
        return _framed(text.html)
    size = length(text)
    said = f"{size.places} · {size.messages} SMS"
    style = "font-family:sans-serif;font-size:16px;white-space:pre-wrap"
    return _framed(f"<body style='{style}'>{escape(text)}<p style='color:#566074'>{said}</p></body>")


async def _written(trial: Trial) -> Written | str:
    """On this order, on the latest one, or on an invented one where the channel has none yet."""
    channel = trial.channel
    sample = await samples.sample(trial.tenant, channel, trial.event, trial.order)
    write = composing.write if trial.medium == "email" else composing.write_sms
    return write(
        sample.order, sample.document, trial.event, sample.subject, trial.template, language=trial.language,
        look=composing.look_of(channel.settings.notifications, channel.name), items=sample.items, papers=sample.papers,
    )  # fmt: skip


async def _test(request: Visit, trial: Trial, recipient: str) -> tuple[Message | None, Message | None]:
    """What was done, or why not. To the person who asks: their own address, or the mobile number that they typed."""
    senders: Senders = request.app.state.senders
    to = recipient.strip()[:40] if trial.medium == "sms" else request.user.email
    text = await _written(trial)
    try:
        await samples.send_test(senders, trial.tenant, to, text, trial.language, trial.channel.name)
    except ConnectorError as error:
        return None, error.message
    except Uncertain:
        return None, TEST_BROKE.fill()
    return TEST_SENT.fill(recipient=to), None


# --------------------------------------------------------------------------------------------------- inside


def _framed(html: str, status: int = 200) -> Response[str]:
    headers = {"Content-Security-Policy": PREVIEW_POLICY, "Cache-Control": "no-store"}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers, status_code=status)


async def _asked_order(request: Request[Any, Any, Any]) -> str:
    form = await request.form() if request.method == "POST" else {}
    return str(form.get("order", "") or request.query_params.get("order", ""))


def _variant(request: Visit, channel: Channel) -> tuple[Medium, Language]:
    asked = request.query_params
    medium: Any = asked.get("medium", "email")
    language: Any = asked.get("language", channel.settings.notifications.default_language)
    if medium not in MEDIA or language not in LANGUAGES:
        raise NotFoundException
    return medium, language


async def _template(
    tenant: UUID, channel: UUID, event: EventName, medium: Medium, language: Language
) -> MessageTemplate:
    async with tenant_transaction(tenant):
        kept = await texts.template(channel, event, medium, language)
    return kept or default_template(event, medium, language)


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


def _event(name: str) -> EventName:
    if name not in EVENTS:
        raise NotFoundException
    return name


def _may_change(request: Visit) -> bool:
    return RANKS[access_of(request).role] >= RANKS["manager"]


ROUTES = [table_page, change_table, template_page, change_template, saved_preview, typed_preview]
