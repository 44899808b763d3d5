"""The agents' page: how they are, a code to enrol one, ending one's access."""

import shlex
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.agents.errors import AgentSettingError
from raccord.agents.models import AgentCard, NewCode
from raccord.agents.tunnel import Tunnel
from raccord.connections.models import Connection
from raccord.connections.service import Connections
from raccord.connections.testing import PUSHES
from raccord.front.i18n import language_of
from raccord.overview.frame import Visit, tenant_page
from raccord.tenants.access import member
from raccord_connectors.kit.settings import SettingField, setting_fields
from raccord_connectors.registry import CONNECTORS, connector_class

SILENT_AFTER = 180
"""Seconds without a sign of life: six heartbeats."""
SKEWED_FROM = 60
"""Seconds that a clock may be wrong before its owner is told; from 300 on the agent is refused."""

LINUX = "sudo -u raccord-agent /opt/raccord-agent/bin/raccord-agent --home /var/lib/raccord-agent"
WINDOWS = r'& "C:\Program Files\Raccord Agent\Scripts\raccord-agent.exe"'
"""Where the agent's own instructions install it."""


class NewCodeFor(Struct):
    connection: UUID


class Enrolment(Struct, frozen=True):
    """A code just made, with the commands to paste. Shown once."""

    code: NewCode
    connection: Connection
    linux: str
    windows: str
    settings: list[tuple[str, str]]
    """(name, label) of what the person has to fill in."""


@get("/t/{tenant:uuid}/agents", guards=[member])
async def agents(request: Visit, tenant: FromPath[UUID]) -> Template:
    return await _page(request, tenant)


@post("/t/{tenant:uuid}/agents/codes", guards=[member], opt={"role": "manager"}, status_code=200)
async def create_code(
    request: Visit,
    tenant: FromPath[UUID],
    data: Annotated[NewCodeFor, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Template:
    """Answered at once, without a redirect: only a hash of the code is kept, so it can be shown here and never again."""
    tunnel: Tunnel = request.app.state.tunnel
    connections: Connections = request.app.state.connections
    found = await connections.by_id(tenant, data.connection)
    if found is None:
        raise NotFoundException
    try:
        code = await tunnel.agents.create_code(tenant, data.connection, request.user.id)
    except AgentSettingError as refused:
        return await _page(request, tenant, wrong=refused.message, status=422)
    return await _page(request, tenant, enrolment=_enrolment(request, found, code, language_of(request)))


@post("/t/{tenant:uuid}/agents/{agent:uuid}/revoke", guards=[member], opt={"role": "manager"})
async def revoke(request: Visit, tenant: FromPath[UUID], agent: FromPath[UUID]) -> Response[Any]:
    tunnel: Tunnel = request.app.state.tunnel
    done = await tunnel.agents.revoke(tenant, agent, request.user.id)
    return Redirect(f"/t/{tenant}/agents?done={'revoked' if done else 'stale'}", status_code=303)


async def _page(request: Visit, tenant: UUID, *, status: int = 200, **more: object) -> Template:
    tunnel: Tunnel = request.app.state.tunnel
    connections: Connections = request.app.state.connections
    cards = await tunnel.agents.cards(tenant)
    every = await connections.every(tenant)
    erps = [one for one in every if one.side == "erp" and one.connector != PUSHES]
    return await tenant_page(
        request,
        "agents/agents.html",
        status=status,
        cards=[card for card in cards if card.revoked_at is None],
        former=[card for card in cards if card.revoked_at is not None],
        erps=erps,
        without_agent=_without_agent(erps, cards),
        wanted=request.query_params.get("connection", ""),
        silent_after=SILENT_AFTER,
        skewed_from=SKEWED_FROM,
        **{"enrolment": None, "wrong": None, **more},
    )


def _without_agent(erps: list[Connection], cards: list[AgentCard]) -> list[Connection]:
    taken = {card.connection for card in cards if card.revoked_at is None}
    return [one for one in erps if one.id not in taken]


def _enrolment(request: Visit, found: Connection, code: NewCode, language: str) -> Enrolment:
    platform = str(request.app.state.settings.public_url)
    asked = _asked(found.connector)
    words = _words(platform, code.code, found.connector, asked)
    return Enrolment(
        code,
        found,
        linux=" ".join([LINUX, *map(shlex.quote, words)]),
        windows=" ".join([WINDOWS, *map(_quoted, words)]),
        settings=[(setting.name, setting.fr if language == "fr" else setting.en) for setting in asked],
    )


def _asked(connector: str) -> list[SettingField]:
    """The settings without which the connector does not work, secrets last."""
    if connector not in CONNECTORS:
        return []
    needed = [
        setting for setting in setting_fields(connector_class(connector).spec.settings) if setting.required
    ]
    return sorted(needed, key=lambda setting: setting.secret)


def _words(platform: str, code: str, connector: str, asked: list[SettingField]) -> list[str]:
    words = ["enrol", "--platform", platform, "--code", code, "--connector", connector]
    for setting in asked:
        words += ["--secret", setting.name] if setting.secret else ["--setting", f"{setting.name}=…"]
    return words


def _quoted(word: str) -> str:
    """As PowerShell and cmd read it."""
    return f'"{word}"' if any(sign in word for sign in " …&=;|<>") else word


ROUTES = [agents, create_code, revoke]
