"""To whom nothing is written any more: customers who wished so, addresses at which nothing arrives. And the mailbox in which we
see what came back."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.core import customer_fields
from raccord.front import forms
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.notifications import address_repository, composing, repository, return_repository
from raccord.notifications.mailbox import ReturnSettings
from raccord.notifications.pages import UNUSABLE
from raccord.notifications.senders import Senders
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member
from raccord.tenants.service import note
from raccord_connectors.contract import Message, Text

MANAGER, SELLER = {"role": "manager"}, {"role": "seller"}
SHOWN = 200
NOT_AN_ADDRESS = Text(
    "notification.stop_address",
    "« {typed} » n’est ni une adresse e-mail ni un numéro de mobile. Écrivez par exemple zoe@exemple.fr ou 06 12 34 56 78.",
    "“{typed}” is neither an e-mail address nor a mobile number. Write for example zoe@example.com or +44 7700 900123.",
)


class Wish(Struct):
    do: str
    address: str = ""


# ------------------------------------------------------------------------------------------ nobody writes there


@get("/t/{tenant:uuid}/messages/addresses", guards=[member])
async def addresses(request: Visit, tenant: FromPath[UUID]) -> Template:
    return await _addresses(request)


@post("/t/{tenant:uuid}/messages/addresses", guards=[member], opt=SELLER)
async def change_addresses(
    request: Visit,
    tenant: FromPath[UUID],
    data: Annotated[Wish, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """`stop`: a customer said so, by telephone or by mail. `resume`: and changed their mind. `again`: something arrives there."""
    typed = data.address.replace("\0", "").strip()[:200]
    found = recipient_of(typed)
    if not found:
        return await _addresses(request, typed=typed, wrong=NOT_AN_ADDRESS.fill(typed=typed))
    async with tenant_transaction(tenant):
        match data.do:
            case "stop":
                done = await address_repository.unsubscribe(tenant, found)
            case "resume":
                done = await address_repository.resubscribe(found)
            case _:
                done = await address_repository.write_again(found)
        if done:
            await note(tenant, request.user.id, f"messages.{data.do}", found)
    return Redirect(address(request.url.path, done="saved" if done else "stale"), status_code=303)


async def _addresses(request: Visit, *, typed: str = "", wrong: Message | None = None) -> Template:
    async with tenant_transaction(request.path_params["tenant"]):
        stopped = await address_repository.unsubscribed(SHOWN)
        gone = await address_repository.undeliverable(SHOWN)
    return await tenant_page(
        request,
        "notifications/addresses.html",
        status=422 if wrong else 200,
        stopped=stopped,
        gone=gone,
        typed=typed,
        wrong=wrong,
    )


def recipient_of(typed: str) -> str:
    """As messages are addressed: an e-mail address, or +33612345678; "" for neither."""
    return composing.usable_address(typed) if "@" in typed else customer_fields.phone(typed)


# ------------------------------------------------------------------------------------------------ what came back


@get("/t/{tenant:uuid}/messages/returns", guards=[member], opt=MANAGER)
async def returns_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    async with tenant_transaction(tenant):
        row = await return_repository.mailbox()
    return await _returns(request, dict(row.settings) if row else {})


@post("/t/{tenant:uuid}/messages/returns", guards=[member], opt=MANAGER)
async def change_returns(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    senders: Senders = request.app.state.senders
    form, here = await request.form(), request.url.path
    match str(form.get("do", "save")):
        case "remove":
            await senders.remove_mailbox(tenant, request.user.id)
            return Redirect(f"{here}?done=saved", status_code=303)
        case "save":
            async with tenant_transaction(tenant):
                row = await return_repository.mailbox()
            kept = frozenset({"password"}) if row else frozenset()
            typed = {key: str(form[key]) for key in form}
            values, wrong = forms.typed(ReturnSettings, typed, language_of(request), kept=kept)
            if not wrong:
                try:
                    await senders.save_mailbox(tenant, values, request.user.id)
                except msgspec.ValidationError as error:
                    wrong[str(error).partition("`$.")[2].partition("`")[0]] = UNUSABLE.fill()
            if wrong:
                return await _returns(request, values, wrong=wrong)
    problem = await senders.check_mailbox(tenant)
    if problem is None:
        await request.app.state.wake.notify(tenant)
    return Redirect(here if problem else f"{here}?done=mailbox_works", status_code=303)


async def _returns(
    request: Visit, given: dict[str, Any], *, wrong: dict[str, Message] | None = None
) -> Template:
    async with tenant_transaction(request.path_params["tenant"]):
        row = await return_repository.mailbox()
        sender = await repository.sender("email")
    kept = frozenset({"password"}) if row else frozenset()
    fields = forms.fields(ReturnSettings, language_of(request), given, wrong=wrong, kept=kept)
    return await tenant_page(
        request,
        "notifications/returns.html",
        status=422 if wrong else 200,
        fields=[field for field in fields if not field.advanced],
        advanced=[field for field in fields if field.advanced],
        row=row,
        sender=str(sender[0].settings.get("sender", "")) if sender else "",
        wrong=wrong or {},
    )


ROUTES = [addresses, change_addresses, returns_page, change_returns]
