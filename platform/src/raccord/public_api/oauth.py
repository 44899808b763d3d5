"""The token of a partner's program: OAuth2 client credentials (RFC 6749) by Authlib, for one merchant that lets the partner in.

The token is bound to the merchant's grant: when the grant ends, so does the token, whatever its own time says.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from litestar import Request, Response, post

from raccord.front.security import MACHINE
from raccord.public_api import errors, keys, repository
from raccord.public_api.description import PATH
from raccord.public_api.models import Program
from raccord.public_api.problems import language_asked
from raccord.storage import system
from raccord.storage.engine import tenant_transaction, untenanted_transaction
from raccord.tenants.acting import acting
from raccord.tenants.service import note
from raccord_connectors.contract import Message

LASTS = timedelta(hours=1)
FAILURES = 20
WITHIN = timedelta(minutes=15)
"""So many failed sign-ins of one program, from anywhere; counted in the database, for all processes."""


class _Client(ClientMixin):  # type: ignore[misc]  # the library has no types
    """A program, as Authlib asks for it."""

    def __init__(self, program: Program, hashed: bytes) -> None:
        self.program = program
        self._hash = hashed

    def get_client_id(self) -> str:
        return str(self.program.id)

    def get_allowed_scope(self, scope: str | None) -> str:
        wanted = scope.split() if scope else self.program.scopes
        return " ".join(one for one in self.program.scopes if one in wanted)

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self._hash, keys.hash_of(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # the library has no types
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]


class _Asked(OAuth2Request):  # type: ignore[misc]  # the library has no types
    """The request, its form read already. HTTPS is the proxy's affair: what arrives here may be plain."""

    def __init__(self, form: dict[str, str], headers: Mapping[str, str]) -> None:
        authorization = headers.get("authorization")
        super().__init__(
            "POST", f"https://raccord{PATH}/oauth/token", headers={"Authorization": authorization}
        )
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Server(AuthorizationServer):  # type: ignore[misc]  # the library has no types
    """For one request. Authlib is synchronous: what it asks of the database was looked up before, and what it wants to be saved
    is saved afterwards."""

    def __init__(self, client: _Client | None) -> None:
        super().__init__()
        self._found = client
        self.token: dict[str, Any] | None = None
        self.register_grant(_Grant)
        self.register_token_generator("client_credentials", self._made)

    def query_client(self, client_id: str) -> _Client | None:
        return self._found

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.token = token

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, dict[str, Any]]:
        return status, dict(body)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def _made(self, *, client: _Client, scope: str | None = None, **_: Any) -> dict[str, Any]:
        allowed = client.get_allowed_scope(scope)
        seconds = int(LASTS.total_seconds())
        return {
            "access_token": keys.new_secret("rct_"), "token_type": "Bearer", "expires_in": seconds, "scope": allowed,
        }  # fmt: skip


@post(f"{PATH}/oauth/token", opt=MACHINE, status_code=200, request_max_body_size=16 * 1024)
async def token(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """`grant_type=client_credentials`, `tenant` (the merchant's id), `scope`; the program signs in by HTTP Basic, or by
    `client_id` and `client_secret`."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    asked = _Asked(form, request.headers)
    program = await _program(asked, form)
    subject = f"api program:{form.get('client_id', '') if program is None else program.program.id}"[:100]
    async with untenanted_transaction():
        failed = await repository.failures(subject, WITHIN)
    if failed >= FAILURES:
        return _refused(request, 429, "temporarily_unavailable", errors.TOO_MANY_SIGN_INS.fill())
    server = _Server(program)
    status, body = server.create_token_response(asked)
    if server.token is None or program is None:
        if body.get("error") == "invalid_client":
            async with untenanted_transaction():
                await repository.count_failure(subject)
        return Response(body, status_code=status, headers={"Cache-Control": "no-store"})
    return await _bound(request, form, program.program, server.token)


async def _program(asked: _Asked, form: dict[str, str]) -> _Client | None:
    by_header, _ = extract_basic_authorization(asked.headers)
    try:
        client_id = UUID(by_header or form.get("client_id", ""))
    except ValueError:
        return None
    async with untenanted_transaction():
        found = await repository.program(client_id)
    return _Client(*found) if found else None


async def _bound(
    request: Request[Any, Any, Any], form: dict[str, str], program: Program, made: dict[str, Any]
) -> Response[dict[str, Any]]:
    """To the merchant's grant."""
    try:
        tenant = UUID(form.get("tenant", ""))
    except ValueError:
        return _refused(request, 400, "invalid_request", errors.NEEDS_TENANT.fill())
    grant = await system.holding_grant(program.partner, tenant)
    if grant is None:
        return _refused(request, 400, "invalid_grant", errors.NO_GRANT.fill())
    if not made["scope"]:
        return _refused(request, 400, "invalid_scope", errors.NEEDS_SCOPE.fill())
    with acting({"program": program.name}):
        async with tenant_transaction(tenant):
            await repository.add_token(
                tenant,
                uuid4(),
                program.id,
                grant,
                keys.hash_of(made["access_token"]),
                made["scope"].split(),
                LASTS,
            )
            await note(tenant, program.created_by, "api_token.issued", str(grant))
    async with untenanted_transaction():
        await repository.used_program(program.id)
    return Response(made, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _refused(
    request: Request[Any, Any, Any], status: int, error: str, message: Message
) -> Response[dict[str, Any]]:
    """As RFC 6749 says, with our sentence."""
    body = {
        "error": error,
        "error_description": message.text(language_asked(request.headers)),
        "code": message.code,
    }
    return Response(body, status_code=status, headers={"Cache-Control": "no-store"})


ROUTES = [token]
