"""What one can do with tenants."""

from typing import Literal
from uuid import UUID, uuid4

import msgspec

from raccord.storage import system
from raccord.storage.engine import current_connection, tenant_transaction
from raccord.tenants import acting

Role = Literal["owner", "manager", "seller", "reader"]


async def create(name: str, owner: UUID, *, language: str = "fr") -> UUID:
    """A new tenant with its first member."""
    tenant = uuid4()
    async with tenant_transaction(tenant) as connection:
        await connection.execute(
            "INSERT INTO tenant (id, name, language) VALUES ($1, $2, $3)", tenant, name.strip(), language
        )
        await _add_member(tenant, owner, "owner")
        await note(tenant, owner, "tenant.created", name)
    return tenant


async def add_member(tenant: UUID, account: UUID, role: Role, by: UUID) -> None:
    async with tenant_transaction(tenant):
        await _add_member(tenant, account, role)
        await note(tenant, by, "member.added", str(account), {"role": role})


async def accesses(account: UUID) -> list[system.Access]:
    """The tenants that an account may enter, as a member or by a merchant's grant to its partner."""
    return await system.accesses(account)


async def note(
    tenant: UUID, account: UUID | None, act: str, on: str = "", details: dict[str, str] | None = None
) -> None:
    """One line of the audit log, inside the caller's transaction: the act and its trace stand or fall together."""
    await current_connection().execute(
        "INSERT INTO audit (tenant, account, act, object, details) VALUES ($1, $2, $3, $4, $5)",
        tenant, account, act, on, msgspec.json.encode({**acting.told(), **(details or {})}).decode(),
    )  # fmt: skip


async def _add_member(tenant: UUID, account: UUID, role: Role) -> None:
    await current_connection().execute(
        "INSERT INTO membership (tenant, account, role) VALUES ($1, $2, $3) "
        "ON CONFLICT (tenant, account) DO UPDATE SET role = excluded.role",
        tenant,
        account,
        role,
    )
