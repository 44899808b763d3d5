"""Answering, from the order's page, what of an order in the ERP waits for a person."""

from typing import Annotated, get_args
from uuid import UUID

from litestar import post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from raccord.core.order_holds import Decision, Kind
from raccord.front.links import address
from raccord.orders import hold_answers, views
from raccord.overview.frame import Visit
from raccord.storage.engine import tenant_transaction
from raccord.tenants.access import member

KINDS, DECISIONS = get_args(Kind), get_args(Decision)


class Answered(Struct):
    kind: str
    decision: str
    seen: str = ""


@post("/t/{tenant:uuid}/orders/{order:uuid}/holds", guards=[member], opt={"role": "manager"})
async def answer_hold(
    request: Visit,
    tenant: FromPath[UUID],
    order: FromPath[UUID],
    data: Annotated[Answered, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """A form sent twice, or too late, changes nothing and is said so."""
    async with tenant_transaction(tenant):
        if await views.one(order) is None:
            raise NotFoundException
    if data.kind not in KINDS or data.decision not in DECISIONS:
        raise NotFoundException
    done = await hold_answers.answer(
        tenant, order, data.kind, data.decision, data.seen, request.user.id, request.app.state.wake  # type: ignore[arg-type]
    )  # fmt: skip
    path = request.url.path.removesuffix("/holds")
    return Redirect(address(path, done="decided" if done else "stale"), status_code=303)


ROUTES = [answer_hold]
