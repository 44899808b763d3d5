"""What one can do with API keys and partners' programs."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from raccord.public_api import errors, repository
from raccord.public_api.errors import ApiRefused
from raccord.public_api.models import SCOPES, ApiKey, Caller, NewApiKey, Program, Window
from raccord.storage import system
from raccord.storage.engine import tenant_transaction, untenanted_transaction
from raccord.tenants.service import note

BEGINS = "rcd_"
"""So that a key that leaked is recognised for what it is, by people and by scanners."""
SHOWN = 10
LONGEST_NAME = 100


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def new_secret(begins: str) -> str:
    return begins + secrets.token_urlsafe(32)


async def create(
    tenant: UUID, name: str, scopes: Sequence[str], account: UUID, expires_at: datetime | None = None
) -> NewApiKey:
    """Raises `ApiRefused`, which names the field."""
    name, chosen = demand_usable(name, scopes)
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise ApiRefused(422, errors.BAD_DATE.fill(), field="expires_at")
    made, secret = uuid4(), new_secret(BEGINS)
    async with tenant_transaction(tenant):
        await repository.add_key(
            tenant, made, name, secret[:SHOWN], hash_of(secret), chosen, account, expires_at
        )
        await note(tenant, account, "api_key.created", name, {"scopes": ", ".join(chosen)})
    return NewApiKey(made, secret)


async def revoke(tenant: UUID, key: UUID, account: UUID) -> bool:
    """Its next request is refused. False when there was none that works."""
    async with tenant_transaction(tenant):
        name = await repository.revoke_key(key)
        if name is not None:
            await note(tenant, account, "api_key.revoked", name)
    return name is not None


async def every(tenant: UUID) -> list[ApiKey]:
    async with tenant_transaction(tenant):
        return await repository.keys()


async def caller_of(secret: str, limit: int) -> tuple[Caller, Window] | None:
    """Who shows this key or token, counted as one request more; None for whoever may not come in."""
    found = await system.api_identity(hash_of(secret))
    if found is None:
        return None
    async with tenant_transaction(found.tenant):
        if found.kind == "key":
            caller = await repository.caller_of_key(found.tenant, found.id)
        else:
            caller = await repository.caller_of_token(found.tenant, found.id)
        if caller is None:
            return None
        return caller, await repository.count_request(caller, limit)


# ----------------------------------------------------------------------------------------- partners' programs


async def create_program(
    partner: UUID, name: str, scopes: Sequence[str], account: UUID
) -> tuple[Program, str]:
    """With its secret, which is shown once. That the person belongs to the partner is the caller's to check."""
    name, chosen = demand_usable(name, scopes)
    made, secret = uuid4(), new_secret("rcs_")
    async with untenanted_transaction():
        await repository.add_program(made, partner, name, hash_of(secret), chosen, account)
        found = await repository.program(made)
    assert found is not None
    return found[0], secret


def demand_usable(name: str, scopes: Sequence[str]) -> tuple[str, list[str]]:
    name = name.replace("\0", "").strip()[:LONGEST_NAME]
    chosen: list[str] = [scope for scope in SCOPES if scope in scopes]
    if not name:
        raise ApiRefused(422, errors.NEEDS_NAME.fill(), field="name")
    if not chosen:
        raise ApiRefused(422, errors.NEEDS_SCOPE.fill(), field="scopes")
    return name, chosen
