"""Choosing the company to work on."""

from typing import Any

from litestar import Request, Response, get
from litestar.response import Redirect

from raccord.accounts.models import Person
from raccord.front.templating import page
from raccord.tenants import service


@get("/")
async def start(request: Request[Person, Any, Any]) -> Response[Any]:
    """Straight to the company when there is only one; a partner's staff to their portal."""
    accesses = await service.accesses(request.user.id)
    if any(access.partner is not None for access in accesses):
        return Redirect("/partner")
    if len(accesses) == 1:
        return Redirect(f"/t/{accesses[0].tenant}/overview")
    return Redirect("/tenants")


@get("/tenants")
async def choose(request: Request[Person, Any, Any]) -> Response[Any]:
    return page(request, "tenants/choose.html", accesses=await service.accesses(request.user.id))


ROUTES = [start, choose]
