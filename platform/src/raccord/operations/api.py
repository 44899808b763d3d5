"""`/metrics`, for the operator's Prometheus only."""

import hmac
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from raccord.front.security import MACHINE
from raccord.operations import metrics


@get("/metrics", opt={**MACHINE, "unmeasured": True})
async def tell_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Asks for `Authorization: Bearer <RACCORD_METRICS_TOKEN>`; without a token in the settings there is no such page."""
    expected = request.app.state.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotFoundException
    return Response(await metrics.told(), media_type=metrics.CONTENT_TYPE)


ROUTES = [tell_metrics]
