"""Web sessions in PostgreSQL, with an id that changes at sign-in.

Litestar's own backend keeps whatever id the browser brings, even one that the server never issued: a stranger could
plant an id and share the session after sign-in (session fixation). Ours only knows ids that it issued, and `renew` gives
a fresh one.
"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.security.session_auth import SessionAuth
from litestar.stores.base import Store
from litestar.types import Message, ScopeSession

from raccord.accounts import repository
from raccord.accounts.models import Person
from raccord.storage.engine import untenanted_transaction

LIFETIME = timedelta(days=14)
FRESH = "raccord_fresh_session_id"
LOADED = "raccord_loaded_session"


class DatabaseStore(Store):
    """Litestar's store over the table `web_session`: it survives a restart of the cache, and sessions can be ended."""

    async def set(self, key: str, value: str | bytes, expires_in: int | timedelta | None = None) -> None:
        data = value.encode() if isinstance(value, str) else value
        async with untenanted_transaction() as connection:
            await connection.execute(
                "INSERT INTO web_session (id, data, expires_at) VALUES ($1, $2, now() + $3::interval) "
                "ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
                key,
                data,
                _span(expires_in),
            )

    async def get(self, key: str, renew_for: int | timedelta | None = None) -> bytes | None:
        async with untenanted_transaction() as connection:
            found: bytes | None = await connection.fetchval(
                "SELECT data FROM web_session WHERE id = $1 AND expires_at > now()", key
            )
        if found is not None and renew_for is not None:
            await self.set(key, found, renew_for)
        return found

    async def delete(self, key: str) -> None:
        async with untenanted_transaction() as connection:
            await connection.execute("DELETE FROM web_session WHERE id = $1 OR expires_at < now()", key)

    async def delete_all(self) -> None:
        async with untenanted_transaction() as connection:
            await connection.execute("DELETE FROM web_session")

    async def exists(self, key: str) -> bool:
        return await self.get(key) is not None

    async def expires_in(self, key: str) -> int | None:
        async with untenanted_transaction() as connection:
            expires_at: datetime | None = await connection.fetchval(
                "SELECT expires_at FROM web_session WHERE id = $1", key
            )
        return int((expires_at - datetime.now(UTC)).total_seconds()) if expires_at else None


class RenewingBackend(ServerSideSessionBackend):
    """Prefers the fresh id that `renew` put on the request, and writes only what a request changed: Litestar writes every
    session back with every answer, so that a page that asks for news while its reader signs out in another window would
    bring the session back to life."""

    def get_session_id(self, connection: ASGIConnection[Any, Any, Any, Any]) -> str:
        fresh = connection.scope["state"].get(FRESH)
        return fresh if isinstance(fresh, str) else super().get_session_id(connection)

    async def load_from_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> dict[str, Any]:
        loaded = await super().load_from_connection(connection)
        state = connection.scope["state"]
        state[LOADED] = deepcopy(loaded)
        if not loaded:  # an id that we do not know is never taken over from the browser
            state[FRESH] = self.generate_session_id()
        elif loaded.get("seen") != (today := datetime.now(UTC).date().isoformat()):
            loaded["seen"] = today  # written once a day, which lengthens its life
        return loaded

    async def store_in_message(
        self, scope_session: ScopeSession, message: Message, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> None:
        state = connection.scope["state"]
        renewed = bool(scope_session) and FRESH in state
        if renewed or scope_session != state.get(LOADED):
            await super().store_in_message(scope_session, message, connection)


class SessionConfig(ServerSideSessionConfig):
    _backend_class = RenewingBackend


def session_config(*, secure: bool) -> SessionConfig:
    return SessionConfig(
        key="raccord_session",
        max_age=int(LIFETIME.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def session_auth(*, secure: bool) -> SessionAuth[Person, RenewingBackend]:
    return SessionAuth[Person, RenewingBackend](
        retrieve_user_handler=person_of_session,
        # Litestar ties the configuration's type to its own backend class, not to a subclass of it.
        session_backend_config=cast(Any, session_config(secure=secure)),
    )


async def person_of_session(
    session: dict[str, Any], connection: ASGIConnection[Any, Any, Any, Any]
) -> Person | None:
    account = session.get("account")
    if account is None:
        return None
    async with untenanted_transaction():
        return await repository.by_id(UUID(account))


async def renew(request: Request[Any, Any, Any]) -> None:
    """Call at every change of who is signed in: the old id dies, the answer carries a new one."""
    old = request.cookies.get("raccord_session")
    if old:
        await DatabaseStore().delete(old)
    request.scope["state"][FRESH] = RenewingBackend(session_config(secure=False)).generate_session_id()


def _span(expires_in: int | timedelta | None) -> timedelta:
    if expires_in is None:
        return LIFETIME
    return expires_in if isinstance(expires_in, timedelta) else timedelta(seconds=expires_in)
