"""A merchant's own program that calls the public API, and the site that it calls."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from litestar import Litestar
from litestar.testing import TestClient

from raccord.public_api import keys
from raccord.public_api.models import SCOPES
from raccord.settings import Settings
from support.web import Site


class Program:
    """Shows its key; `language` as it asks for it."""

    def __init__(self, client: TestClient[Litestar], key: str, language: str = "en") -> None:
        self._client = client
        self.key = key
        self.language = language

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._send("GET", path, params=query or None)

    def post(self, path: str, body: Any = None, *, once: str = "") -> httpx.Response:
        return self._send("POST", path, body, once=once)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self._send("PUT", path, body)

    def delete(self, path: str) -> httpx.Response:
        return self._send("DELETE", path)

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: dict[str, Any] | None = None,
        once: str = "",
    ) -> httpx.Response:
        headers = {"Accept-Language": self.language}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if once:
            headers["Idempotency-Key"] = once
        self._client.cookies.clear()
        return self._client.request(
            method, f"/api/v1{path}", headers=headers, json=body, params=params, follow_redirects=False
        )


def new_key(
    settings: Settings,
    tenant: UUID,
    account: UUID,
    scopes: Sequence[str] = SCOPES,
    name: str = "Tableau de bord",
) -> str:
    """While the application runs: by a database connection of its own."""
    secret = keys.new_secret(keys.BEGINS)

    async def make() -> None:
        async with rows_of(settings, tenant) as connection:
            await connection.execute(
                "INSERT INTO api_key (tenant, id, name, shown, hash, scopes, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                tenant, uuid4(), name, secret[:10], keys.hash_of(secret), list(scopes), account,
            )  # fmt: skip

    asyncio.run(make())
    return secret


@asynccontextmanager
async def rows_of(settings: Settings, tenant: UUID) -> AsyncIterator[asyncpg.Connection]:
    """A transaction of the tenant beside the running application."""
    connection = await asyncpg.connect(settings.database_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('raccord.tenant', $1, true)", str(tenant))
            yield connection
    finally:
        await connection.close()


def fetched(settings: Settings, tenant: UUID, query: str, *given: Any) -> list[tuple[Any, ...]]:
    async def fetch() -> list[tuple[Any, ...]]:
        async with rows_of(settings, tenant) as connection:
            return [tuple(row) for row in await connection.fetch(query, *given)]

    return asyncio.run(fetch())


def program_of(site: Site, scopes: Sequence[str] = SCOPES, language: str = "en") -> Program:
    """With a key of the furnished merchant's."""
    made = site.made
    return Program(site.client, new_key(site.settings, made.tenant, made.people["owner"], scopes), language)
