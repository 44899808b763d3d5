"""Headers and limits that every answer has."""

import secrets
from typing import Any

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PUBLIC = {"exclude_from_auth": True}
"""For routes that strangers may see; written on the handler, where a reviewer sees it. Never a path pattern: Litestar's
`exclude` is searched anywhere in the path."""
MACHINE = {"exclude_from_csrf": True, "exclude_from_auth": True}
"""For routes that machines call with their own token or signature (agents, webhooks, API)."""


def csrf_config(secret: str, *, secure: bool) -> CSRFConfig:
    return CSRFConfig(
        secret=secret or secrets.token_hex(32),
        cookie_name="raccord_csrf",
        cookie_secure=secure,
        cookie_samesite="lax",
        exclude_from_csrf_key="exclude_from_csrf",
    )


async def add_headers(message: Message, scope: Scope) -> None:
    """An `after`-send hook of the application."""
    if message["type"] == "http.response.start":
        headers: Any = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
