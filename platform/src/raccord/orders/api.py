"""Where shops call us."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from raccord.front.security import MACHINE
from raccord.orders.hooks import Hooks

LARGEST = 2 * 1024 * 1024
"""Bytes of a delivery: an order with hundreds of lines is a tenth of it."""


@post("/hooks/{tenant:uuid}/{connection:uuid}", opt=MACHINE, request_max_body_size=LARGEST, status_code=200)
async def hook(
    request: Request[Any, Any, Any], tenant: FromPath[UUID], connection: FromPath[UUID]
) -> Response[None]:
    """Authenticated by its signature. A stranger learns nothing: a wrong signature and an unknown connection look alike."""
    hooks: Hooks = request.app.state.hooks
    known = await hooks.received(
        tenant, connection, await request.body(), dict(request.headers), request.app.state.wake
    )
    return Response(None, status_code=200 if known else 401)


ROUTES = [hook]
