"""The calls of an agent, exactly as `raccord_connectors.wire` lists them. Bodies are MessagePack, errors `wire.Refusal`."""

import asyncio
from functools import partial
from typing import Any, TypeVar

import structlog
from litestar import Controller, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Struct, UnsetType

from raccord.agents import errors
from raccord.agents.bodies import answer, received, too_large
from raccord.agents.errors import AgentRefused
from raccord.agents.tunnel import Tunnel
from raccord.log import trace
from raccord.sync import ingest, reconcile
from raccord.sync.caller import AgentRevoked, Caller
from raccord.sync.commands import UnknownCommand
from raccord.sync.records import READ_STREAMS
from raccord_connectors import wire
from raccord_connectors.contract import Message

AgentRequest = Request[Any, Any, Any]
M = TypeVar("M")
SMALL = 64 * 1024
"""Bytes that are read of a stranger, and of calls that never need more."""
WITHOUT_TOKEN = {"without_token": True}
MACHINE = {"exclude_from_csrf": True, "exclude_from_auth": True}
"""No cookie, no session: an agent shows its own token."""

NOTICE_SECONDS = 0.002
"""What the server needs to say that a line broke; it knows it already."""

log = structlog.get_logger(__name__)


class RefusalBody(Struct, frozen=True, omit_defaults=True):
    """`wire.Refusal`; for a gap it is a `wire.DeltaAck` as well, which tells where to go on."""

    message: Message
    server_time: int | UnsetType = UNSET
    number: int | UnsetType = UNSET


async def known_agent(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Speaks our protocol, and has a token of ours (but for the two calls that come before it)."""
    spoken = connection.headers.get("raccord-protocol", "")
    without_token = bool(handler.opt.get("without_token"))
    if spoken != str(wire.PROTOCOL) and not (without_token and not spoken):
        message = errors.PROTOCOL.fill(found=spoken[:20] or "?", expected=wire.PROTOCOL)
        raise AgentRefused(426, message)
    if not without_token:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AgentRefused(401, errors.TOKEN.fill())
        connection.state.caller = _tunnel(connection).agents.caller(token.strip())


def on_refused(request: AgentRequest, error: AgentRefused) -> Response[bytes]:
    body = RefusalBody(
        error.message,
        UNSET if error.server_time is None else error.server_time,
        UNSET if error.taken is None else error.taken,
    )
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return answer(request, body, error.status, headers)


def on_revoked(request: AgentRequest, _: AgentRevoked) -> Response[bytes]:
    return on_refused(request, AgentRefused(403, errors.REVOKED.fill()))


def on_http_error(request: AgentRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code == 413:
        return on_refused(request, too_large())
    if error.status_code >= 500:
        return on_bug(request, error)
    return on_refused(
        request, AgentRefused(error.status_code, errors.NOT_POSSIBLE.fill(status=error.status_code))
    )


def on_bug(request: AgentRequest, error: Exception) -> Response[bytes]:
    """The agent comes again; we are told."""
    log.error("agent's call failed", path=request.url.path, trace=trace(error))
    return on_refused(request, AgentRefused(500, errors.OUR_FAULT.fill()))


class AgentController(Controller):
    path = "/agent"
    opt = MACHINE
    include_in_schema = False
    guards = [known_agent]
    request_max_body_size = wire.MAX_BODY
    exception_handlers = {
        AgentRefused: on_refused,
        AgentRevoked: on_revoked,
        HTTPException: on_http_error,
        Exception: on_bug,
    }

    @post("/enrol", opt=WITHOUT_TOKEN, request_max_body_size=SMALL)
    async def enrol(self, request: AgentRequest) -> Response[bytes]:
        asked = await _received(request, wire.Enrolment)
        address = request.client.host if request.client else "?"
        return answer(request, await _tunnel(request).agents.enrol(asked, address))

    @post("/token", opt=WITHOUT_TOKEN, request_max_body_size=SMALL)
    async def token(self, request: AgentRequest) -> Response[bytes]:
        asked = await _received(request, wire.TokenRequest)
        return answer(request, await _tunnel(request).agents.token(asked))

    @get("/configuration")
    async def configuration(self, request: AgentRequest) -> Response[bytes]:
        return answer(request, await _tunnel(request).agents.configuration(_caller(request)))

    @post("/deltas")
    async def deltas(self, request: AgentRequest) -> Response[bytes]:
        delta = await _received(request, wire.Delta)
        try:
            number = await ingest.take(_caller(request), delta, _tunnel(request).wake)
        except ingest.Gap as gap:
            raise AgentRefused(409, errors.GAP.fill(taken=gap.taken), taken=gap.taken) from gap
        except ingest.UnknownStream as error:
            raise _not_a_stream() from error
        return answer(request, wire.DeltaAck(number))

    @post("/commands/lease", request_max_body_size=SMALL)
    async def lease(self, request: AgentRequest) -> Response[bytes]:
        asked = await _received(request, wire.LeaseRequest)
        connected = partial(_connected, request)
        commands = await _tunnel(request).commands.lease(_caller(request), asked, connected)
        return answer(request, wire.Leased(commands))

    @post("/commands/result")
    async def result(self, request: AgentRequest) -> Response[bytes]:
        result = await _received(request, wire.CommandResult)
        try:
            await _tunnel(request).commands.finish(_caller(request), result)
        except UnknownCommand as error:
            message = errors.UNKNOWN_COMMAND.fill(command=result.command[:40])
            raise AgentRefused(404, message) from error
        return answer(request, wire.Ack())

    @post("/heartbeat")
    async def heartbeat(self, request: AgentRequest) -> Response[bytes]:
        told = await _received(request, wire.Heartbeat)
        return answer(request, await _tunnel(request).agents.heartbeat(_caller(request), told))

    @post("/reconcile")
    async def reconcile(self, request: AgentRequest) -> Response[bytes]:
        theirs = await _received(request, wire.BucketDigests)
        if theirs.stream not in READ_STREAMS:
            raise _not_a_stream()
        return answer(request, wire.BucketsToResend(await reconcile.compare(_caller(request), theirs)))

    @post("/reconcile/keys")
    async def reconcile_keys(self, request: AgentRequest) -> Response[bytes]:
        theirs = await _received(request, wire.BucketKeys)
        if theirs.stream not in READ_STREAMS:
            raise _not_a_stream()
        keys = await reconcile.compare_keys(_caller(request), theirs, _tunnel(request).wake)
        return answer(request, wire.KeysToResend(keys))


async def _received(request: AgentRequest, message: type[M]) -> M:
    return await received(request, message, _tunnel(request).decoding)


async def _connected(request: AgentRequest) -> bool:
    """Whether the agent is still on the line. After the body the server has one more message: that it hung up."""
    hung_up = asyncio.ensure_future(request.receive())
    await asyncio.wait({hung_up}, timeout=NOTICE_SECONDS)
    if hung_up.done():
        return False
    hung_up.cancel()
    return True


def _not_a_stream() -> AgentRefused:
    reason = ", ".join(READ_STREAMS)
    return AgentRefused(400, errors.MALFORMED.fill(field="stream", reason=reason))


def _tunnel(connection: ASGIConnection[Any, Any, Any, Any]) -> Tunnel:
    tunnel: Tunnel = connection.app.state.tunnel
    return tunnel


def _caller(request: AgentRequest) -> Caller:
    caller: Caller = request.state.caller
    return caller


ROUTES: list[ControllerRouterHandler] = [AgentController]
