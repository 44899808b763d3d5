"""The door of the public API: who calls, how often, and whether this very request was answered before.

One layer around every route: it finds the caller, counts the request, and for a POST with an `Idempotency-Key` makes the key,
what the request does and the answer one transaction. A death anywhere leaves nothing behind or all of it, and the same request
again gets the same answer. What cannot be one transaction, because it calls another system, says so on its route (`NETWORK`):
it may be done twice without harm, and its key is held by a lease.
"""

import hashlib
from typing import Any, cast

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from raccord.public_api import errors, keys, problems, repository
from raccord.public_api.errors import ApiRefused
from raccord.public_api.models import Caller, Window
from raccord.public_api.repository import Kept
from raccord.storage.engine import tenant_transaction, whole_transaction
from raccord.sync.later import LaterWake
from raccord.sync.ports import Wake
from raccord.tenants.acting import acting

LIMIT = 600
"""Requests of one caller in a minute, unless the process says otherwise (`api_requests_per_minute`)."""
MOST = 1024 * 1024
"""Bytes of a body, unless the route says otherwise (`opt["most_bytes"]`)."""
LONGEST_KEY = 200
LEASE_SECONDS = 90.0
NETWORK = {"network": True}
"""For routes that call other systems, or wait for another process."""
KEPT_HEADERS = ("content-type", "location", "content-language")


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    caller: Caller = connection.state.caller
    return caller


def wake_of(request: Request[Any, Any, Any]) -> Wake:
    """To be woken once what this request does is committed."""
    return cast(Wake, request.state.get("wake") or request.app.state.wake)


async def scoped(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: the route's `opt["scope"]` is among the caller's."""
    caller, scope = caller_of(connection), str(handler.opt["scope"])
    if scope not in caller.scopes:
        raise ApiRefused(403, errors.NO_SCOPE.fill(name=caller.name, scope=scope))


class Door:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request[Any, Any, Any] = Request(scope)
        try:
            caller, window = await _welcome(request)
            scope["state"]["caller"] = caller
            counted = _counting(send, window)
            if window.used > window.limit:
                raise _too_many(window)
            told = {"program": caller.name}
            with acting(told):
                if request.method == "POST" and "idempotency-key" in request.headers:
                    try:
                        await self._once(request, caller, scope, receive, counted)
                    except ApiRefused:
                        raise
                    except Exception as error:  # nothing was said yet, and Litestar believes that it was
                        await _tell(problems.of_bug(request, error), request, scope, receive, counted)
                else:
                    await self.app(scope, receive, counted)
        except ApiRefused as refused:
            await _tell(problems.of_refused(request, refused), request, scope, receive, send)

    # ------------------------------------------------------------------------------------------ only once

    async def _once(
        self, request: Request[Any, Any, Any], caller: Caller, scope: Scope, receive: Receive, send: Send
    ) -> None:
        key = request.headers["idempotency-key"].strip()
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            raise ApiRefused(400, errors.LONG_KEY.fill(most=LONGEST_KEY), field="Idempotency-Key")
        handler: Any = scope["route_handler"]
        body = await _body(receive, int(handler.opt.get("most_bytes", MOST)))
        print_ = _print(request, body)
        captured = _Captured(body)
        if handler.opt.get("network"):
            kept = await self._leased(caller, key, print_, scope, captured)
        else:
            kept = await self._whole(request, caller, key, print_, scope, captured)
        if kept is not None:
            await _replay(_demand_same(kept, print_, key), send)
            return
        await captured.give(send)

    async def _whole(
        self, request: Request[Any, Any, Any], caller: Caller, key: str, print_: bytes, scope: Scope, captured: "_Captured"
    ) -> Kept | None:  # fmt: skip
        later = LaterWake(request.app.state.wake)
        scope["state"]["wake"] = later.wake()
        try:
            async with whole_transaction(caller.tenant):
                kept = await repository.claim(caller.tenant, caller.id, key, print_, None)
                if kept is not None:
                    return kept
                await self.app(scope, captured.receive, captured.take)
                if captured.status >= 400:
                    raise _Undone
                await repository.keep_answer(
                    caller.id, key, captured.status, captured.headers(), captured.body()
                )
        except _Undone:
            return None
        await later.wake_all()
        return None

    async def _leased(
        self, caller: Caller, key: str, print_: bytes, scope: Scope, captured: "_Captured"
    ) -> Kept | None:
        async with tenant_transaction(caller.tenant):
            kept = await repository.claim(caller.tenant, caller.id, key, print_, LEASE_SECONDS)
        if kept is not None:
            return kept
        await self.app(scope, captured.receive, captured.take)
        async with tenant_transaction(caller.tenant):
            if captured.status >= 400:
                await repository.forget_answer(caller.id, key)
            else:
                await repository.keep_answer(
                    caller.id, key, captured.status, captured.headers(), captured.body()
                )
        return None


class _Undone(Exception):
    """The request was refused: nothing of it stays, its key is free."""


class _Captured:
    """The request's body, to be read anew, and the answer, to be given once it is kept."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._messages: list[Message] = []
        self._read = False

    async def receive(self) -> HTTPReceiveMessage:
        if self._read:
            return {"type": "http.disconnect"}
        self._read = True
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def take(self, message: Message) -> None:
        self._messages.append(message)

    async def give(self, send: Send) -> None:
        for message in self._messages:
            await send(message)

    @property
    def status(self) -> int:
        return next((one["status"] for one in self._messages if one["type"] == "http.response.start"), 500)

    def headers(self) -> dict[str, str]:
        start: Any = next(one for one in self._messages if one["type"] == "http.response.start")
        told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return {name: told[name] for name in KEPT_HEADERS if name in told}

    def body(self) -> bytes:
        return b"".join(one["body"] for one in self._messages if one["type"] == "http.response.body")


async def _tell(
    answer: Response[bytes], request: Request[Any, Any, Any], scope: Scope, receive: Receive, send: Send
) -> None:
    await answer.to_asgi_response(None, request)(scope, receive, send)


async def _welcome(request: Request[Any, Any, Any]) -> tuple[Caller, Window]:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not shown.strip():
        raise ApiRefused(401, errors.NO_KEY.fill(), headers={"WWW-Authenticate": "Bearer"})
    limit = int(request.app.state.get("api_requests_per_minute", LIMIT))
    found = await keys.caller_of(shown.strip(), limit)
    if found is None:
        told = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise ApiRefused(401, errors.BAD_KEY.fill(), headers=told)
    return found


def _limits(window: Window) -> dict[str, str]:
    """As the IETF's draft `RateLimit header fields for HTTP` writes them."""
    return {
        "RateLimit-Policy": f'"default";q={window.limit};w={repository.WINDOW_SECONDS}',
        "RateLimit": f'"default";r={window.remaining};t={window.left_seconds}',
    }


def _too_many(window: Window) -> ApiRefused:
    seconds = str(window.left_seconds)
    message = errors.TOO_MANY.fill(limit=window.limit, seconds=seconds)
    return ApiRefused(429, message, headers={"Retry-After": seconds, **_limits(window)})


def _counting(send: Send, window: Window) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: Any = MutableScopeHeaders.from_message(message)
            for name, value in _limits(window).items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


async def _body(receive: Receive, most: int) -> bytes:
    pieces, size = [], 0
    while True:
        message: Any = await receive()
        if message["type"] != "http.request":
            break
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise ApiRefused(413, errors.TOO_LARGE.fill(most=most))
        pieces.append(piece)
        if not message.get("more_body"):
            break
    return b"".join(pieces)


def _print(request: Request[Any, Any, Any], body: bytes) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(body)
    return digest.digest()


def _demand_same(kept: Kept, print_: bytes, key: str) -> Kept:
    if kept.print != print_:
        raise ApiRefused(422, errors.OTHER_BODY.fill(key=key), field="Idempotency-Key")
    if kept.status is None:
        seconds = str(max(kept.left_seconds, 1))
        raise ApiRefused(409, errors.UNDER_WAY.fill(seconds=seconds), headers={"Retry-After": seconds})
    return kept


async def _replay(kept: Kept, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in kept.headers.items()]
    headers += [(b"idempotency-replayed", b"true"), (b"content-length", str(len(kept.body)).encode())]
    assert kept.status is not None
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body, "more_body": False})
