"""Every request has a reference: in each line of the log that it causes, in its answer, and on the page of an error, so that
a merchant can read it out and we find what happened."""

import re
import secrets
from collections.abc import Callable

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from raccord.operations.tracing import Spans

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""What a proxy before us may have given; anything else would be a way to write into our log."""


def with_references(spans: Spans) -> Callable[[ASGIApp], ASGIApp]:
    """A middleware. The reference is also in `scope["state"]["reference"]`; `spans` are those of `tracing`."""
    return lambda app: _referenced(app, spans)


def _referenced(app: ASGIApp, spans: Spans) -> ASGIApp:
    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        reference = _given(scope) or secrets.token_hex(8)
        scope["state"]["reference"] = reference

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).setdefault(HEADER, reference)
            await send(message)

        route = str(scope.get("path_template", ""))  # never the address itself: it may hold a signed link
        about = {"request": reference, "http.request.method": scope["method"], "http.route": route}
        with (
            structlog.contextvars.bound_contextvars(request=reference),
            spans(f"{scope['method']} {route}", about),
        ):
            await app(scope, receive, answer)

    return named


def _given(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name.lower() == HEADER.lower().encode():
            text = value.decode("latin-1")
            return text if _WELL_FORMED.fullmatch(text) else None
    return None
