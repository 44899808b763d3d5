"""What one can do with partners."""

from datetime import datetime
from uuid import UUID, uuid4

from raccord.storage.engine import tenant_transaction, untenanted_transaction
from raccord.tenants.service import note


async def create(name: str, member: UUID) -> UUID:
    partner = uuid4()
    async with untenanted_transaction() as connection:
        await connection.execute("INSERT INTO partner (id, name) VALUES ($1, $2)", partner, name.strip())
        await connection.execute(
            "INSERT INTO partner_member (partner, account) VALUES ($1, $2)", partner, member
        )
    return partner


async def grant(tenant: UUID, partner: UUID, by: UUID, expires_at: datetime | None = None) -> UUID:
    """The merchant lets a partner in, until it ends the grant or the grant expires."""
    found = uuid4()
    async with tenant_transaction(tenant) as connection:
        await connection.execute(
            "INSERT INTO partner_grant (tenant, id, partner, granted_by, expires_at) VALUES ($1, $2, $3, $4, $5)",
            tenant, found, partner, by, expires_at,
        )  # fmt: skip
        await note(tenant, by, "partner.granted", str(partner))
    return found


async def end_grant(tenant: UUID, grant_id: UUID, by: UUID) -> None:
    async with tenant_transaction(tenant) as connection:
        await connection.execute(
            "UPDATE partner_grant SET ended_at = now() WHERE id = $1 AND ended_at IS NULL", grant_id
        )
        await note(tenant, by, "partner.ended", str(grant_id))
