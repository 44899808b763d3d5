"""Who may. Every route is closed unless it says otherwise: a test walks the routes and demands a guard, a signed-in
person, or the mark `PUBLIC`.

Routes below `/t/{tenant:uuid}` are a tenant's: the guard `member` checks the membership, or the merchant's grant to the
person's partner, and puts the access on the request. `opt={"role": "manager"}` asks for at least that role.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from raccord.accounts.models import Person
from raccord.storage.engine import tenant_transaction
from raccord.storage.system import Access
from raccord.tenants import service as tenants

RANKS = {"reader": 0, "seller": 1, "partner": 2, "manager": 2, "owner": 3}
"""A partner's staff may do what a manager may, as long as the merchant's grant lasts."""


async def member(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A tenant that is not one's own does not exist: 404, so that ids tell nothing."""
    if not isinstance(connection.user, Person):
        raise NotAuthorizedException
    tenant = UUID(str(connection.path_params["tenant"]))
    found = [access for access in await tenants.accesses(connection.user.id) if access.tenant == tenant]
    if not found:
        raise NotFoundException
    access = max(found, key=lambda one: RANKS[one.role])
    if RANKS[access.role] < RANKS[str(handler.opt.get("role", "reader"))]:
        raise PermissionDeniedException
    connection.state.access = access
    if access.partner is not None:
        await _leave_trace(connection, access, connection.user)


async def _leave_trace(
    connection: ASGIConnection[Any, Any, Any, Any], access: Access, person: Person
) -> None:
    """The merchant's audit log tells when a partner's staff came in, whichever page they came by: once per sign-in and day."""
    today = datetime.now(UTC).date().isoformat()
    entered = connection.session.setdefault("entered", {})
    if entered.get(str(access.tenant)) == today:
        return
    entered[str(access.tenant)] = today
    async with tenant_transaction(access.tenant):
        await tenants.note(access.tenant, person.id, "partner.entered", str(access.partner))


def access_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Access:
    """What `member` found for this request."""
    access: Access = connection.state.access
    return access
