"""The shop on HTTP: the application, and a server that runs it here or in a thread."""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

import uvicorn
from litestar import Litestar, Request, Response, route
from litestar.config.app import AppConfig
from litestar.datastructures import State, UploadFile
from litestar.enums import MediaType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.static_files import create_static_files_router
from litestar.types import HTTPScope

from sandbox.prestashop import back_office, levers, pages, storefront, webservice
from sandbox.prestashop.shop import Shop
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


class ShopServer:
    """A shop that listens on loopback. `start()` serves in a thread, `run()` in this one; `url` is its address."""

    def __init__(self, folder: Path, port: int = 0, key: str = "") -> None:
        self.shop = Shop(folder, key)
        # TRAP: with the protocol left at 0 asyncio does not switch Nagle's algorithm off, and answers wait 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.shop.home = self.url
        logging.getLogger("uvicorn.error").addFilter(_not_on_purpose)
        config = uvicorn.Config(
            build(self.shop),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            log_config=None,
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self.shop.close()

    def start(self) -> "ShopServer":
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Also harmless a second time."""
        if self._thread is not None and self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(timeout=10)
        with contextlib.suppress(OSError):
            self._socket.close()
        self.shop.close()

    def __enter__(self) -> "ShopServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _not_on_purpose(record: logging.LogRecord) -> bool:
    """Connections that a fault cuts are no errors of the server."""
    return not (record.exc_info and isinstance(record.exc_info[1], Broken))
