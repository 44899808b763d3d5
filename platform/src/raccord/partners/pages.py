"""The merchant's page of its partners, its audit log, and the partners' portal."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.accounts.models import Person
from raccord.front.links import address
from raccord.front.templating import is_fragment, page
from raccord.overview.frame import Visit, tenant_page
from raccord.partners import service, views
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.tenants import service as tenants
from raccord.tenants.access import access_of, member
from raccord_connectors.contract import Message, Text

OWNER = {"role": "owner"}
"""A partner may do what a manager may; letting others in is more than that."""

UNKNOWN = Text(
    "partner.unknown",
    "Aucune société partenaire ne correspond à « {typed} ». Demandez à votre intégrateur l’adresse e-mail avec laquelle il se "
    "connecte à Raccord, ou son identifiant de partenaire.",
    "No partner company matches “{typed}”. Ask your integrator for the e-mail address that signs in to Raccord, or for the "
    "partner id.",
)
SEVERAL = Text(
    "partner.several",
    "Cette personne travaille pour plusieurs sociétés partenaires. Saisissez l’identifiant de celle que vous voulez : {known}.",
    "This person works for several partner companies. Enter the id of the one that you mean: {known}.",
)
ALREADY = Text(
    "partner.already",
    "{name} a déjà accès. Mettez fin à cet accès pour en changer la durée.",
    "{name} has access already. End that access to change how long it lasts.",
)
BAD_DATE = Text(
    "partner.bad_date",
    "Choisissez une date à venir, ou aucune.",
    "Choose a date in the future, or none.",
)


class NewGrant(Struct):
    partner: str
    until: str = ""


@get("/t/{tenant:uuid}/partners", guards=[member])
async def partners(request: Visit, tenant: FromPath[UUID]) -> Template:
    return await _page(request, tenant)


@post("/t/{tenant:uuid}/partners", guards=[member], opt=OWNER)
async def grant(
    request: Visit,
    tenant: FromPath[UUID],
    data: Annotated[NewGrant, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    typed = data.partner.replace("\0", "").strip()[:200]
    wrong: dict[str, Message] = {}
    expires_at = await _end_of_day(tenant, data.until, wrong)
    found = await _partner(tenant, typed, wrong)
    if wrong or found is None:
        return await _page(request, tenant, wrong=wrong, typed=typed, until=data.until, status=422)
    await service.grant(tenant, found.id, request.user.id, expires_at)
    return Redirect(f"/t/{tenant}/partners?done=granted", status_code=303)


@post("/t/{tenant:uuid}/partners/{grant:uuid}/end", guards=[member], opt=OWNER)
async def end_grant(request: Visit, tenant: FromPath[UUID], grant: FromPath[UUID]) -> Response[Any]:
    async with tenant_transaction(tenant):
        holds = any(one.id == grant and one.ended_at is None for one in await views.grants())
    if holds:
        await service.end_grant(tenant, grant, request.user.id)
    return Redirect(f"/t/{tenant}/partners?done={'ended' if holds else 'stale'}", status_code=303)


@get("/t/{tenant:uuid}/audit", guards=[member], opt={"role": "manager"})
async def audit(request: Visit, tenant: FromPath[UUID], before: FromQuery[int | None] = None) -> Template:
    async with tenant_transaction(tenant):
        found = await views.audit(before)
    shown = found[: views.PAGE]
    return await tenant_page(
        request,
        "partners/audit.html",
        rows=shown,
        older=address(request.url.path, before=shown[-1].id) if len(found) > views.PAGE else None,
        first_page=request.url.path if before else None,
    )


@get("/partner")
async def portal(request: Request[Person, Any, Any]) -> Template:
    """All merchants that let this person's partner in, the unwell ones first."""
    text = request.query_params.get("q", "").strip()
    companies = await views.partners_of(request.user.id)
    accesses = [one for one in await tenants.accesses(request.user.id) if one.partner is not None]
    wanted = [one for one in accesses if text.casefold() in one.name.casefold()]
    return page(
        request,
        "partners/_portal.html" if is_fragment(request) else "partners/portal.html",
        partners=companies,
        merchants=await views.healths(wanted),
        text=text,
        total=len(accesses),
    )


async def _page(
    request: Visit,
    tenant: UUID,
    *,
    wrong: dict[str, Message] | None = None,
    typed: str = "",
    until: str = "",
    status: int = 200,
) -> Template:
    async with tenant_transaction(tenant):
        found = await views.grants()
    return await tenant_page(
        request,
        "partners/partners.html",
        status=status,
        grants=[one for one in found if one.holds],
        former=[one for one in found if not one.holds],
        wrong=wrong or {},
        typed=typed,
        until=until,
        today=datetime.now(UTC).date().isoformat(),
        as_partner=access_of(request).partner is not None,
    )


async def _partner(tenant: UUID, typed: str, wrong: dict[str, Message]) -> views.Partner | None:
    found = await views.found_partners(typed) if typed else []
    if len(found) > 1:
        known = ", ".join(f"{one.name} ({one.id})" for one in found)
        wrong["partner"] = SEVERAL.fill(known=known)
        return None
    if not found:
        wrong["partner"] = UNKNOWN.fill(typed=typed)
        return None
    async with tenant_transaction(tenant):
        holding = [one for one in await views.grants() if one.holds and one.partner == found[0].id]
    if holding:
        wrong["partner"] = ALREADY.fill(name=found[0].name)
    return found[0]


async def _end_of_day(tenant: UUID, typed: str, wrong: dict[str, Message]) -> datetime | None:
    """The last moment of the day in the merchant's time zone."""
    if not typed.strip():
        return None
    async with tenant_transaction(tenant):
        zone = ZoneInfo(await current_connection().fetchval("SELECT timezone FROM tenant"))
    try:
        end = datetime.combine(date.fromisoformat(typed.strip()), time.max, tzinfo=zone)
    except ValueError:
        end = None
    if end is None or end <= datetime.now(UTC):
        wrong["until"] = BAD_DATE.fill()
        return None
    return end


ROUTES = [partners, grant, end_grant, audit, portal]
