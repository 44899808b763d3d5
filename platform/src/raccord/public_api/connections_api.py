"""Connections: listed, made, set and tested; and the agents of ERPs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from raccord.agents.models import AgentCard, NewCode, Timing
from raccord.agents.tunnel import Tunnel
from raccord.connections.models import Checked, Connection
from raccord.connections.service import PLATFORMS_OWN, Connections
from raccord.connections.testing import PATIENCE, ask_agent
from raccord.public_api.door import NETWORK, caller_of, wake_of
from raccord.public_api.errors import moved_on, not_found
from raccord.public_api.paging import Page
from raccord_connectors.contract import ConfigError, Side, Text
from raccord_connectors.kit.settings import secret_fields, setting_fields
from raccord_connectors.registry import CONNECTORS, connector_class

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "connections:read"}, {"scope": "connections:write"}
NEEDS_NAME = Text(
    "connection.needs_name",
    "Donnez un nom à la connexion : celui sous lequel vous parlez de ce système.",
    "Give the connection a name: the one by which you speak of this system.",
)


class SettingTold(Struct, frozen=True):
    name: str
    label_fr: str
    label_en: str
    secret: bool
    required: bool


class ConnectorTold(Struct, frozen=True):
    """A kind of system that can be connected."""

    name: str
    title: str
    side: str
    verified_against: list[str]
    settings: list[SettingTold]
    """Of a shop, to be given with the connection; an ERP's stay in its agent."""


class NewConnection(Struct, frozen=True):
    name: str
    connector: str
    settings: dict[str, Any] = {}
    """Of a shop, secrets included: they are encrypted and never shown again."""


class Settings(Struct, frozen=True):
    settings: dict[str, Any]
    """Secrets that are absent or empty stay as they are."""


class Made(Struct, frozen=True):
    id: UUID


class ForConnection(Struct, frozen=True):
    connection: UUID


class Schedule(Struct, frozen=True):
    schedule: dict[str, Timing]
    """By stream, or `*` for all streams that have none of their own."""


@get("/connectors", opt=READ, tags=["Connections"])
async def connectors(request: ApiRequest) -> Page[ConnectorTold]:
    """The kinds of systems that can be connected, with the settings that each asks for."""
    return Page([_told(name) for name in CONNECTORS if _offered(request, name)], None)


@get("/connections", opt=READ, tags=["Connections"])
async def list_connections(request: ApiRequest) -> Page[Connection]:
    """All connected systems, without their secrets."""
    return Page([_safe(one) for one in await _service(request).every(caller_of(request).tenant)], None)


@post("/connections", opt=WRITE, tags=["Connections"])
async def create_connection(request: ApiRequest, data: JSONBody[NewConnection]) -> Made:
    """Connects a shop by its settings, or an ERP that an agent (or a push) will speak for. Test it afterwards."""
    caller, service = caller_of(request), _service(request)
    name = data.name.replace("\0", "").strip()[:200]
    if not name:
        raise ConfigError(NEEDS_NAME.fill(), field="name")
    if not _offered(request, data.connector):
        connector_class("?" + data.connector[:50])  # raises the sentence that lists those there are
    if connector_class(data.connector).spec.side is Side.ERP:
        return Made(await service.create_erp(caller.tenant, name, data.connector, caller.account))
    return Made(await service.create_shop(caller.tenant, name, data.connector, data.settings, caller.account))


@get("/connections/{connection:uuid}", opt=READ, tags=["Connections"])
async def one_connection(request: ApiRequest, connection: FromPath[UUID]) -> Connection:
    """One connection with what its system has told (`discovery`)."""
    return _safe(await _found(request, connection))


@put("/connections/{connection:uuid}/settings", opt=WRITE, tags=["Connections"])
async def change_connection(
    request: ApiRequest, connection: FromPath[UUID], data: JSONBody[Settings]
) -> Connection:
    """Changes the settings of a shop. It is to be tested again before anything is sent."""
    found, caller = await _found(request, connection), caller_of(request)
    if found.side != "shop":
        raise not_found()
    await _service(request).change_settings(caller.tenant, connection, data.settings, caller.account)
    return _safe(await _found(request, connection))


@post("/connections/{connection:uuid}/test", opt={**WRITE, **NETWORK}, status_code=200, tags=["Connections"])
async def test_connection(request: ApiRequest, connection: FromPath[UUID]) -> Checked:
    """Asks the system itself. `problem` is null when all is well; `findings` tell what is missing, right by right."""
    found, caller = await _found(request, connection), caller_of(request)
    if found.side == "shop":
        return await _service(request).check(caller.tenant, connection, wake_of(request))
    tunnel: Tunnel = request.app.state.tunnel
    patience = float(request.app.state.get("patience", PATIENCE))
    return await ask_agent(tunnel.commands, caller.tenant, found, patience)


# --------------------------------------------------------------------------------------------------- agents


@get("/agents", opt={"scope": "agents:read"}, tags=["Agents"])
async def list_agents(request: ApiRequest) -> Page[AgentCard]:
    """The agents, former ones included, with their latest sign of life."""
    return Page(await _tunnel(request).agents.cards(caller_of(request).tenant), None)


@post("/agents/codes", opt={"scope": "agents:write"}, tags=["Agents"])
async def create_code(request: ApiRequest, data: JSONBody[ForConnection]) -> NewCode:
    """A code that enrols one agent for this ERP within an hour. It is shown this once."""
    caller = caller_of(request)
    if await _service(request).by_id(caller.tenant, data.connection) is None:
        raise not_found()
    return await _tunnel(request).agents.create_code(caller.tenant, data.connection, caller.account)


@post("/agents/{agent:uuid}/revoke", opt={"scope": "agents:write"}, status_code=204, tags=["Agents"])
async def revoke_agent(request: ApiRequest, agent: FromPath[UUID]) -> None:
    """Ends an agent's access: its calls are refused from now on. 409 when it was revoked already."""
    caller = caller_of(request)
    if agent not in {card.id for card in await _tunnel(request).agents.cards(caller.tenant)}:
        raise not_found()
    if not await _tunnel(request).agents.revoke(caller.tenant, agent, caller.account):
        raise moved_on()


@put(
    "/connections/{connection:uuid}/schedule", opt={"scope": "agents:write"}, status_code=204, tags=["Agents"]
)
async def set_schedule(request: ApiRequest, connection: FromPath[UUID], data: JSONBody[Schedule]) -> None:
    """How often the agent of an ERP looks for changes and makes complete passes, in seconds."""
    caller = caller_of(request)
    await _found(request, connection)
    schedule = {name: _timing(one) for name, one in data.schedule.items()}
    await _tunnel(request).agents.set_schedule(caller.tenant, connection, schedule)


# --------------------------------------------------------------------------------------------------- inside


def _timing(one: Timing) -> Mapping[str, object]:
    told = {"every": one.every, "complete_every": one.complete_every}
    return {name: value for name, value in told.items() if value is not None}


async def _found(request: ApiRequest, connection: UUID) -> Connection:
    found = await _service(request).by_id(caller_of(request).tenant, connection)
    if found is None:
        raise not_found()
    return found


def _safe(found: Connection) -> Connection:
    """Secrets are kept apart, and never in `settings`; a connector that this version lacks cannot say which are."""
    if found.connector not in CONNECTORS:
        return Connection(**{**_fields(found), "settings": {}})
    hidden = secret_fields(connector_class(found.connector).spec.settings)
    return Connection(
        **{**_fields(found), "settings": {k: v for k, v in found.settings.items() if k not in hidden}}
    )


def _fields(found: Connection) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _told(name: str) -> ConnectorTold:
    spec = connector_class(name).spec
    settings = [
        SettingTold(one.name, one.fr, one.en, one.secret, one.required)
        for one in setting_fields(spec.settings)
        if one.name != PLATFORMS_OWN
    ]
    return ConnectorTold(name, spec.title, spec.side.value, list(spec.verified_against), settings)


def _offered(request: ApiRequest, name: str) -> bool:
    """The samples are for tests: nobody's shop is in our memory."""
    testing = request.app.state.settings.environment == "test"
    return name in CONNECTORS and (testing or not name.startswith("memory_"))


def _service(request: ApiRequest) -> Connections:
    service: Connections = request.app.state.connections
    return service


def _tunnel(request: ApiRequest) -> Tunnel:
    tunnel: Tunnel = request.app.state.tunnel
    return tunnel


ROUTES = [
    connectors, list_connections, create_connection, one_connection, change_connection, test_connection, list_agents, create_code,
    revoke_agent, set_schedule,
]  # fmt: skip
