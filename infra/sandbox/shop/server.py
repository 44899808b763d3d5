"""The shop on HTTP: the application, and a server that runs it here or in a thread."""

import logging
from pathlib import Path
from typing import Any

from litestar import Litestar, Response
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.exceptions import MethodNotAllowedException, NotFoundException, ValidationException
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from sandbox.serving import LoopbackServer
from sandbox.shop import (
    buying,
    connect,
    following,
    pages,
    rest_accounts,
    rest_catalogue,
    rest_orders,
    rest_shop,
    storefront,
)
from sandbox.shop.middleware import Broken, Front
from sandbox.shop.refusals import no_route
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shop import Shop

HERE = Path(__file__).parent
log = logging.getLogger(__name__)


def build(shop: Shop) -> ASGIApp:
    """The ASGI application of a shop."""
    app = Litestar.from_config(
        AppConfig(
            route_handlers=[
                *rest_catalogue.ROUTES,
                *rest_orders.ROUTES,
                *rest_accounts.ROUTES,
                *rest_shop.ROUTES,
                *connect.ROUTES,
                *storefront.ROUTES,
                *buying.ROUTES,
                *following.ROUTES,
                create_static_files_router("/static", [HERE / "static"], name="static"),
                create_static_files_router("/wp-content/uploads", [shop.media.folder], name="uploads"),
            ],
            template_config=pages.TEMPLATES,
            state=State({"shop": shop}),
            exception_handlers={
                NotFoundException: _not_found,
                MethodNotAllowedException: _not_found,
                ValidationException: _invalid,
                500: _broken,
            },
            openapi_config=None,
            logging_config=None,
            request_max_body_size=32 * 1024 * 1024,
        )
    )
    return Front(app, shop)


def _not_found(request: AnyRequest, _: Exception) -> Response[Any] | Template:
    """WordPress answers JSON under /wp-json and a page elsewhere."""
    if request.scope["path"].startswith("/wp-json"):
        return Response(no_route().body(), status_code=404)
    return pages.not_found(request)


def _invalid(request: AnyRequest, _: Exception) -> Template:
    """A page asked for with nonsense in its address."""
    return pages.not_found(request)


def _broken(request: AnyRequest, error: Exception) -> Response[str]:
    """A mistake in the simulator: in the log for us; outside, what WordPress shows."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    page = "<p>Il y a eu une erreur critique sur ce site.</p>"
    return Response(page, status_code=500, media_type="text/html; charset=utf-8")


class ShopServer(LoopbackServer):
    """The shop at its address."""

    def __init__(
        self, folder: Path, port: int = 0, consumer_key: str = "", consumer_secret: str = ""
    ) -> None:
        super().__init__(port)
        self.shop = Shop(folder, consumer_key, consumer_secret)
        self.shop.serve_at(self.url)
        logging.getLogger("uvicorn.error").addFilter(_not_on_purpose)
        self.serve(build(self.shop), begin=self.shop.webhooks.start, end=self.shop.close)


def _not_on_purpose(record: logging.LogRecord) -> bool:
    """Connections that a fault cuts are no errors of the server."""
    return not (record.exc_info and isinstance(record.exc_info[1], Broken))
