"""Composition root of the web process: everything is put together here, and only here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from celery import Celery
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.plugins.htmx import HTMXPlugin
from litestar.static_files import create_static_files_router
from litestar.stores.registry import StoreRegistry
from litestar.template.config import TemplateConfig

from raccord.accounts.sessions import DatabaseStore, session_auth
from raccord.agents.tunnel import Tunnel
from raccord.connections.service import Connections
from raccord.documents.customer_pages import CustomerPages
from raccord.documents.links import PageLinks
from raccord.documents.public_pages import Patience
from raccord.front.security import PUBLIC, add_headers, csrf_config
from raccord.front.templating import frontend_dir, htmx_dir, template_engine
from raccord.notifications.senders import Senders
from raccord.notifications.stopping import Links
from raccord.operations import tracing
from raccord.operations.metrics import web_metrics
from raccord.operations.references import with_references
from raccord.orders.hooks import Hooks
from raccord.outgoing.service import Webhooks
from raccord.public_api.description import openapi_config
from raccord.public_api.schemas import StructSchemas
from raccord.pushes.service import Pushes
from raccord.settings import Settings, from_environment
from raccord.storage.engine import APP, SYSTEM
from raccord.storage.objects import objects_of
from raccord.sync.ports import Wake
from raccord.vault import Vault
from raccord.web import errors
from raccord.web.routes import ROUTES
from raccord.worker.wake import CeleryWake
from raccord_connectors.contract import ConnectorError

MAX_BODY = 20 * 1024 * 1024


def create_app(settings: Settings | None = None, wake: Wake | None = None) -> Litestar:
    """`wake` is for tests; a running process wakes the workers over the broker."""
    found = settings or from_environment()
    tunnel = Tunnel(found, wake or CeleryWake(Celery(broker=found.broker_url)))

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        assert found.database_url, "RACCORD_DATABASE_URL is not set; `make demo` starts an embedded database"
        assert found.database_system_url, "RACCORD_DATABASE_SYSTEM_URL is not set"
        await APP.open(found.database_url, pool_size=found.pool_size)
        await SYSTEM.open(found.database_system_url, pool_size=2)
        try:
            async with tunnel.running():
                yield
        finally:
            await APP.close()
            await SYSTEM.close()

    static = create_static_files_router("/static", [frontend_dir() / "static", htmx_dir()], opt=PUBLIC)
    auth = session_auth(secure=found.secure_cookies)
    app = Litestar(
        route_handlers=[*ROUTES, static],
        lifespan=[lifespan],
        plugins=[StructSchemas(), HTMXPlugin()],
        middleware=[
            with_references(tracing.begin(found, "web")),
            web_metrics().middleware,
            auth.middleware,  # sessions included
        ],
        csrf_config=csrf_config(found.secret_key or "", secure=found.secure_cookies),
        stores=StoreRegistry({"sessions": DatabaseStore()}),
        template_config=TemplateConfig(instance=template_engine()),
        exception_handlers={
            HTTPException: errors.on_http_error,
            ConnectorError: errors.on_connector_error,
            Exception: errors.on_bug,
        },
        before_send=[add_headers],
        openapi_config=openapi_config(),  # of the public API alone; its pages are ours, without scripts of third parties
        include_in_schema=False,
        request_max_body_size=MAX_BODY,
    )
    app.state.settings = found
    app.state.tunnel = tunnel
    app.state.wake = tunnel.wake
    app.state.connections = Connections(
        Vault(found.secret_key or ""), allow_private_addresses=found.allow_private_addresses
    )
    app.state.objects = objects_of(found)
    app.state.customer_pages = CustomerPages(
        PageLinks(found.secret_key or "0" * 64, found.public_url), app.state.objects
    )
    app.state.link_patience = Patience()
    vault = Vault(found.secret_key or "")
    app.state.senders = Senders(vault, allow_private=found.allow_private_addresses)
    app.state.pushes = Pushes(tunnel.commands)
    app.state.webhooks = Webhooks(vault, allow_private=found.allow_private_addresses)
    app.state.links = Links(vault, found.public_url)
    app.state.hooks = Hooks(found.secret_key or "", found.public_url)
    return app
