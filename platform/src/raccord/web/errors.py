"""From an exception to an answer: a page for people, problem details (RFC 9457) for machines; never a stack trace."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect

from raccord.front.links import address
from raccord.front.templating import is_fragment, page
from raccord.public_api import problems
from raccord.public_api.description import PATH
from raccord_connectors.contract import ConnectorError

log = structlog.get_logger()


def wants_page(request: Request[Any, Any, Any]) -> bool:
    machine = request.url.path.startswith(("/api/", "/agent/", "/hooks/"))
    return "text/html" in request.headers.get("accept", "") and not machine


def on_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if request.url.path.startswith(f"{PATH}/"):  # an address that no route of the public API has
        return problems.of_http(request, error)
    if isinstance(error, NotAuthorizedException) and wants_page(request):
        # Where they wanted to go is kept as a path of ours only, never an address: no open redirect.
        return Redirect(address("/sign-in", next=request.url.path))
    if isinstance(error, NotAuthorizedException) and is_fragment(request):
        # A page that asked for news outlived its session: it loads itself anew, and so meets the sign-in.
        return Response(None, status_code=401, headers={"HX-Refresh": "true"})
    return _answer(request, error.status_code, error.detail)


def on_connector_error(request: Request[Any, Any, Any], error: ConnectorError) -> Response[Any]:
    language = "fr" if "fr" in request.headers.get("accept-language", "fr") else "en"
    return _answer(request, 422, error.message.text(language), code=error.message.code, field=error.field)


def on_bug(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.exception("request failed", path=request.url.path, method=request.method, exc_info=error)
    return _answer(request, 500, "")


def _answer(request: Request[Any, Any, Any], status: int, detail: str, **more: str | None) -> Response[Any]:
    reference = request.scope["state"].get("reference", "")
    if wants_page(request):
        return page(request, "error.html", status=status, code=status, detail=detail, reference=reference)
    named = {"request": reference} if status >= 500 and reference else {}
    body = {
        "type": "about:blank",
        "status": status,
        "detail": detail,
        **{k: v for k, v in more.items() if v},
        **named,
    }
    return Response(body, status_code=status, media_type="application/problem+json")
