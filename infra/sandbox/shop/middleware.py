"""What stands before all routes: plain permalinks, faults on demand, a stale cache, and the count of requests."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from sandbox.shop.faults import MAINTENANCE, NOTICE, Fault
from sandbox.shop.shop import Shop

NOT_COUNTED = ("/sandbox/", "/static/", "/wp-content/")


class Broken(Exception):
    """The connection is cut on purpose."""


class Front:
    """Wraps the application."""

    not_counted: ClassVar[tuple[str, ...]] = NOT_COUNTED
    """Beginnings of paths that are neither counted nor hit by a fault."""

    def __init__(self, app: ASGIApp, shop: Shop) -> None:
        self.app = app
        self.shop = shop
        self._cache: dict[str, list[Message]] = {}

    async def __call__(self, any_scope: Scope, receive: Receive, send: Send) -> None:
        scope = cast(HTTPScope, any_scope)  # the server runs without lifespan, and no page opens a websocket
        started, counts = time.perf_counter(), {"items": 0, "writes": 0}
        scope["sandbox"] = counts  # type: ignore[typeddict-unknown-key]
        asked = scope["path"]
        self._plain_permalinks(scope)
        path = scope["path"]
        counted = not path.startswith(self.not_counted)
        fault = self.shop.faults.next(scope["method"], path) if counted else None

        def count(status: int) -> None:
            shown = asked if asked != "/" else path
            seconds = time.perf_counter() - started
            self.shop.journal.add(scope["method"], shown, status, counts["items"], counts["writes"], seconds)

        answered = Answered(send, count if counted else None)
        try:
            await self._serve(scope, receive, answered, fault)
        finally:
            answered.finish()

    def _plain_permalinks(self, scope: HTTPScope) -> None:
        """`/?rest_route=/wc/v3/…` works on every WordPress; `/wp-json/…` only with pretty permalinks."""
        query = dict(parse_qsl(scope["query_string"].decode()))
        if scope["path"] == "/" and "rest_route" in query:
            scope["path"] = f"/wp-json{query['rest_route']}".rstrip("/")
        elif scope["path"].startswith("/wp-json") and self.shop.options.get("permalinks") == "plain":
            scope["path"] = "/introuvable"
        scope["raw_path"] = scope["path"].encode()

    async def _serve(self, scope: HTTPScope, receive: Receive, send: "Answered", fault: Fault | None) -> None:
        key = (
            f"{scope['path']}?{_without_signature(scope['query_string'])}" if scope["method"] == "GET" else ""
        )
        match fault.kind if fault else "":
            case "status":
                await _answer(send, fault.status, b"", "text/html", fault.retry_after)  # type: ignore[union-attr]
            case "html":
                await _answer(send, 200, MAINTENANCE.encode(), "text/html")
            case "cut_before":
                await _cut(send)
            case "cut_after":
                await self.app(scope, receive, _swallow)
                await _cut(send)
            case "stale" if key in self._cache:
                for message in self._cache[key]:
                    await send(message)
            case "slow":
                await asyncio.sleep(fault.seconds)  # type: ignore[union-attr]
                await self.app(scope, receive, send)
            case "notice":
                await self.app(scope, receive, Noticed(send))
            case "drop_authorization":
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
                await self.app(scope, receive, send)
            case _:
                await self.app(scope, receive, send)
                if key and send.status == 200 and len(self._cache) < 2000:
                    self._cache.setdefault(key, send.messages)


class Answered:
    """Passes messages on and keeps them. The request is counted before its last byte leaves: whoever has the answer
    finds it in the count."""

    def __init__(self, send: Send, count: Callable[[int], None] | None) -> None:
        self._send = send
        self._count = count
        self.status = 0
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and not message["more_body"]:
            self.finish()
        self.messages.append(message)
        await self._send(message)

    def finish(self) -> None:
        if self._count is not None:
            self._count(self.status)
            self._count = None


class Noticed:
    """A PHP warning before the body, the length corrected."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False

    async def __call__(self, message: Message) -> None:
        extra = NOTICE.encode()
        if message["type"] == "http.response.start":
            headers = [
                (n, str(int(v) + len(extra)).encode() if n == b"content-length" else v)
                for n, v in message["headers"]
            ]
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body" and not self._begun:
            self._begun = True
            message = {**message, "body": extra + message["body"]}
        await self._send(message)


async def _answer(send: Send, status: int, body: bytes, kind: str, retry_after: str = "") -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    if retry_after:
        headers.append((b"retry-after", retry_after.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _cut(send: Send) -> None:
    """A length is promised and not kept: the server closes the connection in the middle of the answer."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"id', "more_body": True})
    raise Broken


async def _swallow(message: Message) -> None:
    """The answer is lost."""


def _without_signature(query: bytes) -> str:
    pairs: list[tuple[str, Any]] = parse_qsl(query.decode())
    return "&".join(f"{name}={value}" for name, value in pairs if not name.startswith("oauth_"))
