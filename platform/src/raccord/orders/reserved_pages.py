"""Ending what a sale reserves, from the order's page."""

from uuid import UUID

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from raccord.front.links import address
from raccord.orders import service, views
from raccord.overview.frame import Visit
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member


@post("/t/{tenant:uuid}/orders/{order:uuid}/reserved", guards=[member], opt={"role": "manager"})
async def end_reservation(request: Visit, tenant: FromPath[UUID], order: FromPath[UUID]) -> Redirect:
    """Of a sale that the ERP's stock does not show. Once more, or too late, changes nothing and is said so."""
    async with tenant_transaction(tenant):
        if await views.one(order) is None:
            raise NotFoundException
    done = await service.end_unproven(tenant, order, request.user.id, request.app.state.wake)
    path = request.url.path.removesuffix("/reserved")
    return Redirect(address(path, done="unreserved" if done else "stale"), status_code=303)


ROUTES = [end_reservation]
