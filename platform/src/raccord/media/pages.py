"""The page of pictures and documents: what is shown, what is on its way, what is missing and where it should be."""

import asyncio
from uuid import UUID

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.front.links import address
from raccord.front.templating import is_fragment
from raccord.media import repository, service
from raccord.media.errors import ENDED
from raccord.media.models import Filter, State
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.storage.objects import ObjectMissing, TenantObjects
from raccord.tenants.access import member


@get("/t/{tenant:uuid}/images", guards=[member])
async def images(request: Visit, tenant: FromPath[UUID]) -> Template:
    asked = request.query_params
    wanted = Filter(asked.get("q", "").replace("\0", "").strip()[:200], _state(asked.get("state", "")))
    async with tenant_transaction(tenant):
        figures = await repository.figures()
        rows = await repository.files(wanted, _after(asked.get("after", "")))
    shown = rows[: repository.PAGE]
    path, query = request.url.path, {"q": wanted.text, "state": wanted.state}
    last = f"{shown[-1].place}.{shown[-1].product}" if len(rows) > repository.PAGE else None
    return await tenant_page(
        request,
        "media/_found.html" if is_fragment(request) else "media/images.html",
        figures=figures,
        files=shown,
        ended=ENDED.code,
        wanted=wanted,
        states=list(State),
        tabs={state: address(path, **{**query, "state": state}) for state in (None, *State)},
        older=address(path, **query, after=last) if last else None,
        first_page=address(path, **query) if asked.get("after") else None,
    )


@get("/t/{tenant:uuid}/images/{content:str}", guards=[member])
async def thumbnail(request: Visit, tenant: FromPath[UUID], content: FromPath[str]) -> Response[bytes]:
    """By the hash of the file that it is made of: what it shows never changes."""
    try:
        sha256 = bytes.fromhex(content)
    except ValueError:
        raise NotFoundException from None
    async with tenant_transaction(tenant):
        key = await repository.thumbnail_key(sha256)
    if key is None:
        raise NotFoundException
    try:
        found = await asyncio.to_thread(TenantObjects(request.app.state.objects, tenant).get, key)
    except ObjectMissing:
        raise NotFoundException from None
    kept = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(found, media_type="image/jpeg", headers=kept)


@post("/t/{tenant:uuid}/images/again", guards=[member], opt={"role": "manager"})
async def try_again(request: Visit, tenant: FromPath[UUID]) -> Redirect:
    """Pictures whose renderers were ended from outside."""
    await service.try_again(tenant, request.app.state.wake)
    return Redirect(address(f"/t/{tenant}/images", done="retry"), status_code=303)


def _state(text: str) -> State | None:
    return State(text) if text in set(State) else None


def _after(text: str) -> tuple[str, int] | None:
    place, _, product = text.partition(".")
    return (product.replace("\0", ""), int(place)) if place.isdigit() and len(place) < 6 else None


ROUTES = [images, thumbnail, try_again]
