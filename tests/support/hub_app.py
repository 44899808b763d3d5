"""A small web process with the agents' calls only, on the test's own event loop, and an agent that calls it.

The agent here speaks `wire` by hand, so that a test can send what a well-made agent never would.
"""

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar

from raccord.agents.api import ROUTES
from raccord.agents.tunnel import Tunnel
from raccord.settings import Settings
from raccord.storage.engine import tenant_transaction
from raccord.sync.ports import Lane
from raccord_connectors import wire
from raccord_connectors.canonical import Record, encode, fingerprint
from support.database import new_tenant, opened

A = TypeVar("A")


@dataclass
class RecordedWake:
    """`sync.ports.Wake` that remembers what it was told."""

    projects: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    answers: list[tuple[UUID, UUID, str | None]] = field(default_factory=list)
    pictures: list[UUID] = field(default_factory=list)

    async def project(self, tenant: UUID, channel: UUID, stream: str) -> None:
        self.projects.append((tenant, channel, stream))

    async def push(self, tenant: UUID, shop: UUID, lane: Lane) -> None:
        raise AssertionError("an agent's call pushes nothing")

    async def collect(self, tenant: UUID, channel: UUID, key: str | None = None) -> None:
        raise AssertionError("an agent's call collects nothing")

    async def hooks(self, tenant: UUID, channel: UUID) -> None:
        raise AssertionError("an agent's call changes no webhook")

    async def plan(self, tenant: UUID, plan: UUID) -> None:
        raise AssertionError("an agent's call plans nothing")

    async def enter(self, tenant: UUID, order: UUID) -> None:
        raise AssertionError("an agent's call enters nothing")

    async def drift(self, tenant: UUID, channel: UUID) -> None:
        raise AssertionError("an agent's call compares nothing")

    async def rehearse(self, tenant: UUID, rehearsal: UUID) -> None:
        raise AssertionError("an agent's call rehearses nothing")

    async def media(self, tenant: UUID) -> None:
        self.pictures.append(tenant)

    async def document(self, tenant: UUID, paper: UUID) -> None:
        raise AssertionError("an agent's call makes no paper")

    async def notify(self, tenant: UUID) -> None:
        raise AssertionError("an agent's call tells no customer")

    async def answered(self, tenant: UUID, command: UUID, once: str | None) -> None:
        self.answers.append((tenant, command, once))


@dataclass
class Hub:
    app: Litestar
    tunnel: Tunnel
    wake: RecordedWake
    settings: Settings

    def client(self) -> httpx.AsyncClient:
        app: Any = self.app
        transport = httpx.ASGITransport(app, client=("198.51.100.7", 4711))
        return httpx.AsyncClient(transport=transport, base_url="http://hub.test")


@asynccontextmanager
async def hub(settings: Settings) -> AsyncIterator[Hub]:
    """Engines open, listener connected."""
    async with opened(settings):
        wake = RecordedWake()
        tunnel = Tunnel(settings, wake)
        app = agent_app(tunnel)
        async with tunnel.running():
            await asyncio.wait_for(tunnel.listener.listening(), 5)
            yield Hub(app, tunnel, wake, settings)


def agent_app(tunnel: Tunnel, **more: Any) -> Litestar:
    app = Litestar(route_handlers=ROUTES, **more)
    app.state.tunnel = tunnel
    return app


@dataclass(frozen=True)
class Merchant:
    tenant: UUID
    erp: UUID
    shop: UUID
    channel: UUID | None


async def new_merchant(name: str = "Maison Duval", *, channel: bool = True) -> Merchant:
    """A tenant with an ERP, a shop and, if asked, a channel between them that is on air."""
    tenant = await new_tenant(name)
    merchant = Merchant(tenant, uuid.uuid4(), uuid.uuid4(), uuid.uuid4() if channel else None)
    async with tenant_transaction(tenant) as connection:
        for id_, connector, side in (
            (merchant.erp, "memory_erp", "erp"),
            (merchant.shop, "memory_shop", "shop"),
        ):
            await connection.execute(
                "INSERT INTO connection (tenant, id, name, connector, side) VALUES ($1, $2, $3, $4, $5)",
                tenant, id_, f"{name} {side}", connector, side,
            )  # fmt: skip
        if merchant.channel is not None:
            await connection.execute(
                "INSERT INTO channel (tenant, id, name, erp, shop, state) VALUES ($1, $2, 'Boutique', $3, $4, 'live')",
                tenant, merchant.channel, merchant.erp, merchant.shop,
            )  # fmt: skip
    return merchant


class TestAgent:
    """Holds a key, and a token once it is enrolled. `refused` is what a call that must fail answers."""

    __test__ = False

    def __init__(self, client: httpx.AsyncClient, connector: str = "memory_erp") -> None:
        self.client = client
        self.connector = connector
        self.key = Ed25519PrivateKey.generate()
        self.id = ""
        self.token = ""
        self.number = 0
        self.headers: dict[str, str] = {"Raccord-Protocol": "1", "Accept-Encoding": "zstd"}

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    async def enrol(self, code: str) -> wire.Enrolled:
        asked = wire.Enrolment(
            code, self.public_key, self.connector, "0.1.0", "srv-gestion", "Windows Server 2022"
        )
        enrolled = await self.call("/agent/enrol", asked, wire.Enrolled)
        self.id = enrolled.agent
        return enrolled

    async def authorise(self, **changes: Any) -> None:
        self.token = (await self.call("/agent/token", self.token_request(**changes), wire.Token)).token

    def token_request(self, *, at: int | None = None, nonce: str | None = None) -> wire.TokenRequest:
        at = int(time.time()) if at is None else at
        nonce = secrets.token_hex(16) if nonce is None else nonce
        return wire.TokenRequest(self.id, at, nonce, self.key.sign(wire.token_statement(self.id, at, nonce)))

    async def post(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        told = {**self.headers, **headers}
        if self.token:
            told["Authorization"] = f"Bearer {self.token}"
        return await self.client.post(path, content=body, headers=told, timeout=90)

    async def call(self, path: str, message: Any, answer: type[A]) -> A:
        response = await self.post(path, wire.pack(message))
        assert response.status_code == 200, wire.unpack(unzipped(response), wire.Refusal).message.en
        return wire.unpack(unzipped(response), answer)

    async def refused(self, path: str, message: Any, status: int) -> wire.Refusal:
        response = await self.post(path, wire.pack(message))
        assert status == response.status_code, response.content
        return wire.unpack(unzipped(response), wire.Refusal)

    async def configuration(self) -> wire.Configuration:
        headers = {**self.headers, "Authorization": f"Bearer {self.token}"}
        response = await self.client.get("/agent/configuration", headers=headers)
        assert response.status_code == 200
        return wire.unpack(unzipped(response), wire.Configuration)

    def delta(self, stream: str, *records: Record, **more: Any) -> wire.Delta:
        self.number += 1
        return wire.Delta(self.number, stream, upserts=upserts(records), **more)

    async def send(self, stream: str, *records: Record, **more: Any) -> int:
        delta = self.delta(stream, *records, **more)
        return (await self.call("/agent/deltas", delta, wire.DeltaAck)).number


async def enrolled_agent(hub: Hub, client: httpx.AsyncClient, merchant: Merchant) -> TestAgent:
    agent = TestAgent(client)
    await agent.enrol((await hub.tunnel.agents.create_code(merchant.tenant, merchant.erp, None)).code)
    await agent.authorise()
    return agent


def upserts(records: Sequence[Record]) -> list[wire.Upsert]:
    encoded = [(record.key, encode(record)) for record in records]
    return [wire.Upsert(key, fingerprint(data), data) for key, data in encoded]


def unzipped(response: httpx.Response) -> bytes:
    """httpx decodes zstd by itself where it finds the library; the header then still says what travelled."""
    content = response.content
    if content.startswith(zstandard.FRAME_HEADER):
        return zstandard.ZstdDecompressor().decompress(content)
    return content


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """For what another task does; fails when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is somebody else's state
            await asyncio.sleep(0.005)


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """For what another process does; fails when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the condition is somebody else's state
            await asyncio.sleep(0.05)


def run(settings: Settings, scenario: Callable[[Hub], Awaitable[None]]) -> None:
    async def main() -> None:
        async with hub(settings) as found:
            await scenario(found)

    asyncio.run(main())


async def rows(tenant: UUID, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
    async with tenant_transaction(tenant) as connection:
        return [tuple(row) for row in await connection.fetch(query, *arguments)]


async def value(tenant: UUID, query: str, *arguments: Any) -> Any:
    async with tenant_transaction(tenant) as connection:
        return await connection.fetchval(query, *arguments)
