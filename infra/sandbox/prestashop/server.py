"""The shop on HTTP: the application, and a server that runs it here or in a thread."""

import asyncio
import logging
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

from litestar import Litestar, Request, Response, route
from litestar.config.app import AppConfig
from litestar.datastructures import State, UploadFile
from litestar.enums import MediaType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.static_files import create_static_files_router
from litestar.types import HTTPScope

from sandbox.prestashop import back_office, levers, pages, storefront, webservice
from sandbox.prestashop.shop import Shop
from sandbox.serving import LoopbackServer
from sandbox.shop import middleware
from sandbox.shop.middleware import Broken

STYLE = Path(__file__).parents[1] / "shop" / "static"
"""One look for the simulated shops."""
log = logging.getLogger(__name__)
Asking = Request[Any, Any, State]


class Front(middleware.Front):
    """Faults on demand and the count of requests. Addresses are PrestaShop's, and stay as they are."""

    shop: Shop  # type: ignore[assignment]
    not_counted: ClassVar[tuple[str, ...]] = (
        *middleware.NOT_COUNTED, "/image/", "/produit/", "/panier", "/commande", "/bo",
    )  # fmt: skip
    """Only the webservice is watched, and the storefront's first page."""

    def _plain_permalinks(self, scope: HTTPScope) -> None:
        return


@route(
    ["/api", "/api/{rest:path}"],
    http_method=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    name="webservice",
)
async def api(request: Asking) -> Response[bytes]:
    picture, body = None, b""
    if request.content_type[0] == "multipart/form-data":
        part = (await request.form()).get("image")
        picture = await part.read() if isinstance(part, UploadFile) else None
    else:
        body = await request.body()
    asked = webservice.Asked(
        verb=request.method,
        path=request.scope["path"].removeprefix("/api").strip("/"),
        query=dict(parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        picture=picture,
    )
    answer = await asyncio.to_thread(webservice.answer, request.app.state.shop, asked)
    counts = cast(dict[str, int], request.scope.get("sandbox", {}))
    counts["items"], counts["writes"] = answer.items, answer.writes
    return Response(answer.content, status_code=answer.status, headers=answer.headers, media_type=answer.kind)


def build(shop: Shop) -> Front:
    app = Litestar.from_config(
        AppConfig(
            route_handlers=[
                api,
                *storefront.ROUTES,
                *back_office.ROUTES,
                *levers.ROUTES,
                create_static_files_router("/static", [STYLE], name="static"),
            ],
            template_config=pages.TEMPLATES,
            state=State({"shop": shop}),
            exception_handlers={
                NotFoundException: _not_found,
                MethodNotAllowedException: _not_found,
                500: _broken,
            },
            openapi_config=None,
            logging_config=None,
            request_max_body_size=32 * 1024 * 1024,
        )
    )
    return Front(app, shop)  # type: ignore[arg-type]


def _not_found(request: Asking, _: Exception) -> Any:
    return pages.page(
        request, "message.html", status_code=404, heading="Page introuvable", text="Cette page n’existe pas."
    )


def _broken(request: Asking, error: Exception) -> Response[str]:
    """A mistake in the simulator: in the log for us; outside, what PHP shows."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Response("<b>Fatal error</b>", status_code=500, media_type=MediaType.HTML)


class ShopServer(LoopbackServer):
    """The shop at its address."""

    def __init__(self, folder: Path, port: int = 0, key: str = "") -> None:
        super().__init__(port)
        self.shop = Shop(folder, key)
        self.shop.home = self.url
        logging.getLogger("uvicorn.error").addFilter(_not_on_purpose)
        self.serve(build(self.shop), end=self.shop.close)


def _not_on_purpose(record: logging.LogRecord) -> bool:
    """Connections that a fault cuts are no errors of the server."""
    return not (record.exc_info and isinstance(record.exc_info[1], Broken))
