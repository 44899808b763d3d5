"""The page behind a customer's link: his papers, in the shop's look, without an account. Nothing on it can be found by trying."""

import asyncio
import time
from collections import deque
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.documents.customer_pages import CustomerPages, Opened
from raccord.documents.service import logo_of
from raccord.front.security import MACHINE
from raccord.front.templating import page
from raccord.storage.objects import TenantObjects

HIDDEN = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
"""No search engine keeps it, no other site learns its address, no shared machine remembers it."""
WRONG_PER_MINUTE = 20
"""Links that lead nowhere, of one client: nobody mistypes more."""
CLIENTS = 10_000


class Patience:
    """How many wrong links each client tried within a minute; the oldest clients are forgotten first."""

    def __init__(self) -> None:
        self._tried: dict[str, deque[float]] = {}

    def demand(self, client: str, now: float) -> None:
        times = self._tried.get(client)
        if times is not None:
            while times and times[0] < now - 60:
                times.popleft()
            if len(times) >= WRONG_PER_MINUTE:
                raise TooManyRequestsException
            if not times:
                del self._tried[client]

    def note(self, client: str, now: float) -> None:
        while len(self._tried) >= CLIENTS and client not in self._tried:
            self._tried.pop(next(iter(self._tried)))
        self._tried.setdefault(client, deque()).append(now)


@get("/d/{token:str}", opt=MACHINE)
async def customer_page(request: Request[Any, Any, Any], token: FromPath[str]) -> Template:
    opened = await _opened(request, token, visit=True)
    if opened is None:
        return _over(request)
    shown = page(
        request,
        "documents/customer.html",
        papers=opened.papers,
        shop=opened.route.shop_name or opened.route.channel_name,
        shop_url=opened.route.shop_url,
        has_logo=bool(opened.route.rules.logo),
        token=token,
        until=opened.page.expires_at,
        company=opened.route.rules.identity.name or opened.route.identity.name,
    )
    shown.headers.update(HIDDEN)
    return shown


@get("/d/{token:str}/{paper:uuid}", opt=MACHINE)
async def download(
    request: Request[Any, Any, Any], token: FromPath[str], paper: FromPath[UUID]
) -> Response[Any]:
    """Asks for the file; it comes from the object store by an address that works for minutes."""
    _patience(request).demand(_client(request), time.monotonic())
    found = await _pages(request).download(token, paper)
    if found is None:
        _patience(request).note(_client(request), time.monotonic())
        return _over(request)
    return Redirect(found, status_code=303, headers=HIDDEN)


@get("/d/{token:str}/look.css", opt=MACHINE, media_type="text/css")
async def look(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[str]:
    """The merchant's colour. A style sheet of its own, because nothing may be styled inline here."""
    opened = await _opened(request, token)
    colour = opened.route.rules.colour if opened is not None else "#1f3a5f"
    said = f".of-shop {{ --shop: {colour}; --on-shop: {_readable_on(colour)}; }}\n"
    return Response(said, media_type="text/css", headers=HIDDEN)


@get("/d/{token:str}/logo", opt=MACHINE)
async def logo(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[bytes] | Template:
    opened = await _opened(request, token)
    content = None
    if opened is not None:
        objects = TenantObjects(request.app.state.objects, opened.tenant)
        content = await asyncio.to_thread(logo_of, objects, opened.route.rules)
    if content is None:
        return _over(request)
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return Response(content, media_type=kind, headers=HIDDEN)


def _readable_on(colour: str) -> str:
    """Black or white, whichever stands out more on it (relative luminance of WCAG 2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else "#111111"


async def _opened(request: Request[Any, Any, Any], token: str, *, visit: bool = False) -> Opened | None:
    client, now = _client(request), time.monotonic()
    _patience(request).demand(client, now)
    opened = await _pages(request).open(token, visit=visit)
    if opened is None:
        _patience(request).note(client, now)
    return opened


def _over(request: Request[Any, Any, Any]) -> Template:
    """The same answer for a link that never was, one that is over and one that was ended."""
    shown = page(request, "documents/link_over.html", status=404)
    shown.headers.update(HIDDEN)
    return shown


def _pages(request: Request[Any, Any, Any]) -> CustomerPages:
    found: CustomerPages = request.app.state.customer_pages
    return found


def _patience(request: Request[Any, Any, Any]) -> Patience:
    found: Patience = request.app.state.link_patience
    return found


def _client(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else "?"


ROUTES = [customer_page, download, look, logo]
