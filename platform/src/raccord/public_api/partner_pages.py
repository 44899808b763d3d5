"""The page of a partner's programs: OAuth2 clients, which enter each merchant by the grant of that merchant."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.accounts.models import Person
from raccord.channels.typed import Typed
from raccord.front.templating import page
from raccord.partners import views
from raccord.public_api import keys, repository
from raccord.public_api.errors import ApiRefused
from raccord.public_api.models import READING, SCOPES, TITLES, Program
from raccord.storage.engine import untenanted_transaction
from raccord_connectors.contract import Message

PartnerRequest = Request[Person, Any, Any]


@get("/partner/programs")
async def programs_page(request: PartnerRequest) -> Template:
    return await _page(request)


@post("/partner/programs", status_code=200)
async def create_program(request: PartnerRequest) -> Response[Any]:
    """Answered at once, without a redirect: the secret is shown here and never again."""
    typed = Typed(await request.form())
    name, chosen = typed.text("name"), typed.many("scopes")
    partners = await views.partners_of(request.user.id)
    partner = next((one for one in partners if str(one.id) == typed.text("partner")), None)
    if partner is None:
        raise NotFoundException
    try:
        made, secret = await keys.create_program(partner.id, name, chosen, request.user.id)
    except ApiRefused as refused:
        wrong = {refused.field or "": refused.message}
        return await _page(request, wrong=wrong, name=name, chosen=chosen, status=422)
    return await _page(request, made=made, secret=secret)


@post("/partner/programs/{program:uuid}/revoke")
async def revoke_program(request: PartnerRequest, program: FromPath[UUID]) -> Redirect:
    partners = await views.partners_of(request.user.id)
    async with untenanted_transaction():
        done = await repository.revoke_program(program, [one.id for one in partners])
    if not done:
        raise NotFoundException
    return Redirect("/partner/programs?done=key_revoked", status_code=303)


async def _page(
    request: PartnerRequest,
    *,
    made: Program | None = None,
    secret: str = "",
    wrong: dict[str, Message] | None = None,
    name: str = "",
    chosen: Any = READING,
    status: int = 200,
) -> Template:
    partners = await views.partners_of(request.user.id)
    async with untenanted_transaction():
        found = await repository.programs([one.id for one in partners])
    return page(
        request,
        "public_api/partner_programs.html",
        status=status,
        partners=partners,
        programs=[one for one in found if one.revoked_at is None],
        made=made,
        secret=secret,
        wrong=wrong or {},
        name=name,
        chosen=chosen,
        scopes=SCOPES,
        scope_titles=TITLES,
    )


ROUTES = [programs_page, create_program, revoke_program]
