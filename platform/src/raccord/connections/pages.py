"""The connections' pages: the list, one with what it has told, connecting a shop or an ERP, changing and testing it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from raccord.agents.tunnel import Tunnel
from raccord.connections import views
from raccord.connections.models import Checked, Connection
from raccord.connections.service import PLATFORMS_OWN, Connections
from raccord.connections.testing import PATIENCE, ask_agent
from raccord.core.quota import PURPOSES, Day
from raccord.front import forms
from raccord.front.i18n import language_of
from raccord.front.links import address
from raccord.overview.frame import Visit, tenant_page
from raccord.storage.engine import tenant_transaction
from raccord.sync import daily
from raccord.tenants.access import member
from raccord_connectors.contract import ConfigError, ConnectorSpec, Message, Side, Text
from raccord_connectors.kit.settings import secret_fields
from raccord_connectors.registry import CONNECTORS, connector_class

MANAGER = {"role": "manager"}

NEEDS_NAME = Text(
    "connection.needs_name",
    "Donnez un nom à la connexion : celui sous lequel vous parlez de ce système.",
    "Give the connection a name: the one by which you speak of this system.",
)


@get("/t/{tenant:uuid}/connections", guards=[member])
async def connections(request: Visit, tenant: FromPath[UUID]) -> Template:
    found = await _service(request).every(tenant)
    return await tenant_page(
        request,
        "connections/connections.html",
        erps=[one for one in found if one.side == "erp"],
        shops=[one for one in found if one.side == "shop"],
        titles=_titles(found),
    )


@get("/t/{tenant:uuid}/connections/new", guards=[member], opt=MANAGER)
async def new_page(request: Visit, tenant: FromPath[UUID]) -> Template:
    """First which system, then its form."""
    name = request.query_params.get("connector", "")
    if not name:
        return await tenant_page(request, "connections/choose.html", specs=_offered(request))
    return await _form(request, _spec(request, name), {"name": _spec(request, name).title})


@post("/t/{tenant:uuid}/connections/new", guards=[member], opt=MANAGER)
async def create(request: Visit, tenant: FromPath[UUID]) -> Response[Any]:
    form = await request.form()
    spec = _spec(request, form.get("connector", ""))
    service, name = _service(request), form.get("name", "").strip()[:200]
    values, wrong = _typed(request, spec, form)
    if not name:
        wrong["name"] = NEEDS_NAME.fill()
    if not wrong:
        try:
            if spec.side is Side.ERP:
                made = await service.create_erp(tenant, name, spec.name, request.user.id)
            else:
                made = await service.create_shop(tenant, name, spec.name, values, request.user.id)
            return Redirect(f"/t/{tenant}/connections/{made}?done=created", status_code=303)
        except ConfigError as error:
            wrong[error.field or ""] = error.message
    return await _form(request, spec, {**values, "name": name}, wrong=wrong, status=422)


@get("/t/{tenant:uuid}/connections/{connection:uuid}", guards=[member])
async def connection_page(request: Visit, tenant: FromPath[UUID], connection: FromPath[UUID]) -> Template:
    return await _page(request, await _found(request, tenant, connection))


@post("/t/{tenant:uuid}/connections/{connection:uuid}/test", guards=[member], opt={"role": "seller"})
async def test(request: Visit, tenant: FromPath[UUID], connection: FromPath[UUID]) -> Response[Any]:
    """What is missing, right by right, is shown at once; only a good test leads back to the page."""
    found = await _found(request, tenant, connection)
    if found.side == "erp":
        tunnel: Tunnel = request.app.state.tunnel
        patience = float(request.app.state.get("patience", PATIENCE))
        checked = await ask_agent(tunnel.commands, tenant, found, patience)
    else:
        checked = await _service(request).check(tenant, connection, request.app.state.wake)
    if checked.good:
        return Redirect(f"/t/{tenant}/connections/{connection}?done=tested", status_code=303)
    return await _page(request, await _found(request, tenant, connection), checked, status=422)


@get("/t/{tenant:uuid}/connections/{connection:uuid}/settings", guards=[member], opt=MANAGER)
async def settings_page(request: Visit, tenant: FromPath[UUID], connection: FromPath[UUID]) -> Template:
    found = await _shop(request, tenant, connection)
    return await _form(request, _spec_of(found), found.settings, kept=found)


@post("/t/{tenant:uuid}/connections/{connection:uuid}/settings", guards=[member], opt=MANAGER)
async def change(request: Visit, tenant: FromPath[UUID], connection: FromPath[UUID]) -> Response[Any]:
    found = await _shop(request, tenant, connection)
    spec = _spec_of(found)
    values, wrong = _typed(request, spec, await request.form(), kept=found)
    if not wrong:
        try:
            await _service(request).change_settings(tenant, connection, values, request.user.id)
            return Redirect(address(f"/t/{tenant}/connections/{connection}", done="saved"), status_code=303)
        except ConfigError as error:
            wrong[error.field or ""] = error.message
    return await _form(request, spec, {**found.settings, **values}, kept=found, wrong=wrong, status=422)


# ------------------------------------------------------------------------------------------------- inside


async def _page(
    request: Visit, found: Connection, checked: Checked | None = None, *, status: int = 200
) -> Template:
    async with tenant_transaction(request.path_params["tenant"]):
        streams = await views.streams(found.id)
        channels = await views.channels(found.id)
        agent = await views.agent(found.id)
        quota = await daily.today(found.id, datetime.now(UTC)) if found.side == "shop" else None
    title = _titles([found])[found.connector]
    return await tenant_page(
        request,
        "connections/connection.html",
        status=status,
        connection=found,
        title=title,
        checked=checked,
        streams=streams,
        channels=channels,
        agent=agent,
        quota=quota,
        quota_said=_quota_said(quota, title),
    )


def _quota_said(day: Day | None, title: str) -> Message | None:
    """What waits for requests, the most important one that does."""
    for purpose in PURPOSES:
        if day is not None and day.left(purpose) < 1:
            return day.sentence(title, purpose)
    return None


async def _form(
    request: Visit,
    spec: ConnectorSpec,
    given: dict[str, Any],
    *,
    kept: Connection | None = None,
    wrong: dict[str, Message] | None = None,
    status: int = 200,
) -> Template:
    asked = forms.fields(
        spec.settings, language_of(request), given, wrong=wrong, kept=_kept(spec, kept), without=(PLATFORMS_OWN,)
    )  # fmt: skip
    known = {field.name for field in asked} | {"name"}
    return await tenant_page(
        request,
        "connections/form.html",
        status=status,
        spec=spec,
        connection=kept,
        name=given.get("name", ""),
        wrong=wrong or {},
        elsewhere=[message for field, message in (wrong or {}).items() if field not in known],
        fields=[field for field in asked if not field.advanced] if spec.side is Side.SHOP else [],
        advanced=[field for field in asked if field.advanced] if spec.side is Side.SHOP else [],
    )


def _typed(
    request: Visit, spec: ConnectorSpec, form: FormMultiDict, *, kept: Connection | None = None
) -> tuple[dict[str, Any], dict[str, Message]]:
    if spec.side is Side.ERP:
        return {}, {}
    told = {name: str(value) for name, value in form.items()}
    return forms.typed(
        spec.settings, told, language_of(request), kept=_kept(spec, kept), without=(PLATFORMS_OWN,)
    )


def _kept(spec: ConnectorSpec, connection: Connection | None) -> frozenset[str]:
    return secret_fields(spec.settings) if connection else frozenset()


async def _found(request: Visit, tenant: UUID, connection: UUID) -> Connection:
    found = await _service(request).by_id(tenant, connection)
    if found is None:
        raise NotFoundException
    return found


async def _shop(request: Visit, tenant: UUID, connection: UUID) -> Connection:
    """An ERP's settings stay in its agent."""
    found = await _found(request, tenant, connection)
    if found.side != "shop":
        raise NotFoundException
    return found


def _service(request: Visit) -> Connections:
    service: Connections = request.app.state.connections
    return service


def _offered(request: Visit) -> list[ConnectorSpec]:
    """The samples are for tests: nobody's shop is in our memory."""
    specs = [connector_class(name).spec for name in CONNECTORS]
    testing = request.app.state.settings.environment == "test"
    return [spec for spec in specs if testing or not spec.name.startswith("memory_")]


def _spec(request: Visit, name: str) -> ConnectorSpec:
    for spec in _offered(request):
        if spec.name == name:
            return spec
    raise NotFoundException


def _spec_of(found: Connection) -> ConnectorSpec:
    return connector_class(found.connector).spec


def _titles(found: list[Connection]) -> dict[str, str]:
    """A connector that this version no longer has is shown by its name."""
    return {
        one.connector: connector_class(one.connector).spec.title
        if one.connector in CONNECTORS
        else one.connector
        for one in found
    }


ROUTES = [connections, new_page, create, connection_page, test, settings_page, change]
