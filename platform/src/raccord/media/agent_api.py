"""The agents' calls about files, as `raccord_connectors.wire_files` lists them."""

from typing import TypeVar

from litestar import Controller, Response, post
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler

from raccord.agents.api import (
    MACHINE,
    SMALL,
    AgentRequest,
    known_agent,
    on_bug,
    on_http_error,
    on_refused,
    on_revoked,
)
from raccord.agents.bodies import answer, received
from raccord.agents.errors import AgentRefused
from raccord.media import service
from raccord.sync.caller import AgentRevoked, Caller
from raccord_connectors import wire
from raccord_connectors.wire_files import FilesTold, UploadAsked, Uploaded

M = TypeVar("M")


class AgentFiles(Controller):
    path = "/agent/files"
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

    @post("/")
    async def told(self, request: AgentRequest) -> Response[bytes]:
        told = await _received(request, FilesTold)
        state = request.app.state
        url = state.settings.public_url
        lacking = await service.tell(_caller(request), told, state.tunnel.wake, url)
        return answer(request, lacking)

    @post("/upload", request_max_body_size=SMALL)
    async def upload(self, request: AgentRequest) -> Response[bytes]:
        asked = await _received(request, UploadAsked)
        return answer(request, await service.allow(_caller(request), asked, request.app.state.objects))

    @post("/uploaded", request_max_body_size=SMALL)
    async def uploaded(self, request: AgentRequest) -> Response[bytes]:
        told = await _received(request, Uploaded)
        state = request.app.state
        await service.take(_caller(request), told, state.objects, state.tunnel.wake)
        return answer(request, wire.Ack())


async def _received(request: AgentRequest, message: type[M]) -> M:
    return await received(request, message, request.app.state.tunnel.decoding)


def _caller(request: AgentRequest) -> Caller:
    caller: Caller = request.state.caller
    return caller


ROUTES: list[ControllerRouterHandler] = [AgentFiles]
