"""The push API: an ERP without an agent brings its records, by a program such as a Talend job, and takes the orders."""

from typing import Any
from uuid import UUID

from litestar import Request, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from raccord.public_api.door import caller_of, wake_of
from raccord.public_api.errors import moved_on
from raccord.public_api.paging import After, Page, bad_cursor
from raccord.pushes import entering
from raccord.pushes.models import (
    MOST_BYTES,
    Acknowledged,
    Committed,
    Refusal,
    Session,
    Standing,
    Taken,
    Task,
)
from raccord.pushes.service import Pushes
from raccord_connectors.contract import Discovery

ApiRequest = Request[Any, Any, Any]
PUSH = {"scope": "push"}
TAGS = ["Push"]


class Commit(Struct, frozen=True):
    rows: int
    """How many rows all batches of the session had together: if one was lost, nothing is deleted."""


@get("/push/{connection:uuid}", opt=PUSH, tags=TAGS)
async def push_standing(request: ApiRequest, connection: FromPath[UUID]) -> Page[Standing]:
    """How each stream of this ERP stands: records, held ones, an open session."""
    return Page(await _pushes(request).standings(caller_of(request).tenant, connection), None)


@put("/push/{connection:uuid}/description", opt=PUSH, status_code=204, tags=TAGS)
async def push_description(
    request: ApiRequest, connection: FromPath[UUID], data: JSONBody[Discovery]
) -> None:
    """What the ERP has beside its records: currency, depots, price categories, custom fields… Feeds the channel's settings."""
    await _pushes(request).describe(caller_of(request).tenant, connection, data)


@post(
    "/push/{connection:uuid}/{stream:str}/batches",
    opt={**PUSH, "most_bytes": MOST_BYTES},
    request_max_body_size=MOST_BYTES,
    status_code=200,
    tags=TAGS,
)
async def push_batch(request: ApiRequest, connection: FromPath[UUID], stream: FromPath[str]) -> Taken:
    """Up to 1,000 whole records of one stream (categories, products, prices, stock, customers, documents, invoices). A row that
    is wrong is told with its number and field, and held for a person; the others are taken. The same `batch` id again gets the
    same answer. 429 with `Retry-After` when the workers lag behind, or another batch is under way."""
    tenant, body = caller_of(request).tenant, await request.body()
    return await _pushes(request).take(tenant, connection, stream, body, wake_of(request))


@post("/push/{connection:uuid}/{stream:str}/sessions", opt=PUSH, tags=TAGS)
async def push_begin(request: ApiRequest, connection: FromPath[UUID], stream: FromPath[str]) -> Session:
    """Begins a snapshot: all records of the stream, in as many batches as it takes, each with this session's id. A session that
    was left open is abandoned."""
    return await _pushes(request).begin(caller_of(request).tenant, connection, stream)


@post(
    "/push/{connection:uuid}/{stream:str}/sessions/{session:uuid}/commit",
    opt=PUSH,
    status_code=200,
    tags=TAGS,
)
async def push_commit(
    request: ApiRequest,
    connection: FromPath[UUID],
    stream: FromPath[str],
    session: FromPath[UUID],
    data: JSONBody[Commit],
) -> Committed:
    """Ends a snapshot: what the session lacked is gone from the ERP; leaving the shops, it passes the brake. 409 when rows are
    missing."""
    tenant = caller_of(request).tenant
    return await _pushes(request).commit(tenant, connection, stream, session, data.rows, wake_of(request))


@post(
    "/push/{connection:uuid}/{stream:str}/sessions/{session:uuid}/abandon",
    opt=PUSH,
    status_code=204,
    tags=TAGS,
)
async def push_abandon(
    request: ApiRequest, connection: FromPath[UUID], stream: FromPath[str], session: FromPath[UUID]
) -> None:
    """Abandons a snapshot: what it brought stays, nothing is gone."""
    if not await _pushes(request).abandon(caller_of(request).tenant, connection, stream, session):
        raise moved_on()


# --------------------------------------------------------------------------------------------------- orders


@get("/push/{connection:uuid}/orders", opt=PUSH, tags=TAGS)
async def push_tasks(request: ApiRequest, connection: FromPath[UUID], after: After = None) -> Page[Task]:
    """Customers and orders to be entered in the ERP, the oldest first. They come again until they are acknowledged or refused:
    look for the `reference` in the ERP before entering. Poll this, or be told by the webhook `order.received`."""
    try:
        beginning = UUID(after) if after else None
    except ValueError:
        raise bad_cursor() from None
    rows = await entering.tasks(caller_of(request).tenant, connection, beginning)
    shown = rows[: entering.PAGE]
    return Page(shown, str(shown[-1].task) if len(rows) > entering.PAGE else None)


@post("/push/{connection:uuid}/orders/{task:uuid}/acknowledge", opt=PUSH, status_code=204, tags=TAGS)
async def push_acknowledge(
    request: ApiRequest, connection: FromPath[UUID], task: FromPath[UUID], data: JSONBody[Acknowledged]
) -> None:
    """The ERP has the customer or the order. Of an order, send the document as read back from the ERP: it counts as integrated
    when its totals are those that the customer paid. The same answer again changes nothing."""
    await entering.acknowledge(caller_of(request).tenant, connection, task, data, wake_of(request))


@post("/push/{connection:uuid}/orders/{task:uuid}/refuse", opt=PUSH, status_code=204, tags=TAGS)
async def push_refuse(
    request: ApiRequest, connection: FromPath[UUID], task: FromPath[UUID], data: JSONBody[Refusal]
) -> None:
    """The ERP does not take it: the order is held with the reason, for a person."""
    await entering.refuse(caller_of(request).tenant, connection, task, data, wake_of(request))


def _pushes(request: ApiRequest) -> Pushes:
    pushes: Pushes = request.app.state.pushes
    return pushes


ROUTES = [
    push_standing, push_description, push_batch, push_begin, push_commit, push_abandon, push_tasks, push_acknowledge, push_refuse,
]  # fmt: skip
