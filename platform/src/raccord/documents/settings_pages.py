"""A channel's document rules, with what they make of a real invoice beside them."""

import asyncio
import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdfium2
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from msgspec.structs import replace

from raccord.channels import service as channels
from raccord.channels.models import Channel
from raccord.core.document_rules import DocumentRules, identity_of
from raccord.core.invoice_making import Made, make
from raccord.documents import repository, settings_forms, views
from raccord.documents.rendering import language_of, render
from raccord.documents.service import PAPERS, logo_of
from raccord.front.links import address
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import TenantObjects
from raccord.tenants.access import RANKS, access_of, member
from raccord_connectors.canonical import Customer, Invoice
from raccord_connectors.contract import Identity, Message

MANAGER = {"role": "manager"}
SCALE = 1.35
"""Of the picture of a page: readable, and light."""


@get("/t/{tenant:uuid}/channels/{channel:uuid}/documents", guards=[member])
async def rules_page(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Template:
    found = await _found(tenant, channel)
    return await _page(request, tenant, found, found.settings.documents)


@post("/t/{tenant:uuid}/channels/{channel:uuid}/documents", guards=[member], opt=MANAGER)
async def change_rules(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[Any]:
    """Saves, or only shows what it would make of an invoice (`do=preview`)."""
    found, form = await _found(tenant, channel), await request.form()
    former = found.settings.documents
    rules, wrong = settings_forms.rules(form, former)
    if rules.active and not former.active and rules.since is None:
        rules = replace(rules, since=datetime.now(UTC).date())  # nobody wants ten years of papers by surprise
    rules = await _with_logo(request, tenant, form, rules, wrong)
    if wrong or form.get("do") == "preview":
        return await _page(request, tenant, found, rules, wrong=wrong, status=422 if wrong else 200)
    changed = replace(found.settings, documents=rules)
    await channels.change_settings(tenant, channel, changed, request.app.state.wake, request.user.id)
    async with tenant_transaction(tenant):
        if rules.active:
            await repository.mark_since(tenant, channel, found.erp, PAPERS, rules.since)
    await request.app.state.wake.project(tenant, channel, PAPERS)
    return Redirect(address(request.url.path, done="saved"), status_code=303)


@get(
    "/t/{tenant:uuid}/channels/{channel:uuid}/documents/preview.png", guards=[member], media_type="image/png"
)
async def preview(request: Visit, tenant: FromPath[UUID], channel: FromPath[UUID]) -> Response[bytes]:
    """The first page of a real invoice, as the saved rules draw it; by the query, other colours and texts are tried."""
    found = await _found(tenant, channel)
    rules = _tried(found.settings.documents, dict(request.query_params))
    sample, identity = await _sample(tenant, found, request.query_params.get("invoice", ""))
    if sample is None:
        raise NotFoundException
    invoice, customer = sample
    made = make(invoice, customer, rules, identity)
    if made.model is None:
        raise NotFoundException
    objects = TenantObjects(request.app.state.objects, tenant)
    picture = await asyncio.to_thread(_drawn, made, rules, invoice, customer, objects)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, no-store"})


def _drawn(
    made: Made, rules: DocumentRules, invoice: Invoice, customer: Customer | None, objects: TenantObjects
) -> bytes:
    assert made.model is not None
    plain = replace(rules, structured=False)
    content = render(made.model, plain, language_of(rules, customer, invoice), logo_of(objects, rules))
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        out = BytesIO()
        page.render(scale=SCALE).to_pil().convert("P", palette=1, colors=64).save(out, "PNG", optimize=True)
        page.close()
    return out.getvalue()


def _tried(rules: DocumentRules, query: dict[str, str]) -> DocumentRules:
    """Changes that are only looked at. What cannot be used is left as it was."""
    colour = query.get("colour", "")
    valid = (
        len(colour) == 7 and colour[0] == "#" and all(sign in "0123456789abcdefABCDEF" for sign in colour[1:])
    )
    texts = {name: query[name][:2000] for name in settings_forms.TEXTS if name in query}
    identity = {name: query[name][:200] for name in settings_forms.IDENTITY if name in query}
    logo = query.get("logo", rules.logo)
    return replace(
        rules,
        colour=colour if valid else rules.colour,
        identity=replace(rules.identity, **identity),
        franchise=query.get("franchise", "") == "1" if "franchise" in query else rules.franchise,
        logo=logo if logo.startswith("papers/logo/") else rules.logo,
        **texts,
    )


async def _with_logo(
    request: Visit, tenant: UUID, form: Any, rules: DocumentRules, wrong: dict[str, Message]
) -> DocumentRules:
    if form.get("no_logo"):
        return replace(rules, logo="")
    file = form.get("logo")
    if not isinstance(file, UploadFile):
        return rules
    content = await file.read(settings_forms.LARGEST_LOGO + 1)
    if not content:
        return rules
    clean = await asyncio.to_thread(settings_forms.cleaned_logo, content)
    if clean is None:
        wrong["logo"] = settings_forms.BAD_LOGO.fill()
        return rules
    objects = TenantObjects(request.app.state.objects, tenant)
    key = f"papers/logo/{hashlib.sha256(clean).hexdigest()}.png"
    await asyncio.to_thread(lambda: objects.put(key, clean, content_type="image/png"))
    return replace(rules, logo=key)


async def _page(
    request: Visit,
    tenant: UUID,
    channel: Channel,
    rules: DocumentRules,
    *,
    wrong: dict[str, Message] | None = None,
    status: int = 200,
) -> Template:
    chosen = request.query_params.get("invoice", "")
    sample, identity = await _sample(tenant, channel, chosen)
    made = make(sample[0], sample[1], rules, identity) if sample is not None else None
    looks = {"colour": rules.colour, "logo": rules.logo, "franchise": "1" if rules.franchise else ""}
    typed = {name: getattr(rules, name) for name in settings_forms.TEXTS}
    company = {name: getattr(rules.identity, name) for name in settings_forms.IDENTITY}
    picture = address(f"{request.url.path}/preview.png", invoice=chosen, **looks, **typed, **company)
    return await tenant_page(
        request,
        "documents/rules.html",
        status=status,
        channel=channel,
        rules=rules,
        told=identity,
        whole=identity_of(rules, identity),
        sample=sample[0] if sample is not None else None,
        made=made,
        picture=picture if made is not None and made.model is not None else None,
        chosen=chosen,
        wrong=wrong or {},
        locked=RANKS[access_of(request).role] < RANKS["manager"],
    )


async def _sample(
    tenant: UUID, channel: Channel, number: str
) -> tuple[tuple[Invoice, Customer | None] | None, Identity]:
    """The invoice of that number, else the newest; and the company as the ERP tells it."""
    async with tenant_transaction(tenant):
        route = await repository.route_of(channel.id)
        assert route is not None
        key = await views.key_of(channel.id, number) if number else None
        key = key or await views.latest(channel.id)
        if key is None:
            return None, route.identity
        invoice = (await repository.invoices(route.erp, [key])).get(key)
        if invoice is None:
            return None, route.identity
        customer = await repository.customer(route.erp, invoice.customer)
    return (invoice, customer), route.identity


async def _found(tenant: UUID, channel: UUID) -> Channel:
    found = await channels.by_id(tenant, channel)
    if found is None:
        raise NotFoundException
    return found


ROUTES = [rules_page, change_rules, preview]
