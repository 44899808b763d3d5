"""Outgoing webhooks: which addresses are told of what, testing, replaying, and what each call was answered."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from raccord.outgoing import repository
from raccord.outgoing.models import TITLES, Attempt, Endpoint, EventType
from raccord.outgoing.service import Webhooks
from raccord.public_api.door import NETWORK, caller_of
from raccord.public_api.errors import not_found
from raccord.public_api.paging import After, Page, bad_cursor
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import Problem, Text

ApiRequest = Request[Any, Any, Any]
READ, WRITE = {"scope": "webhooks:read"}, {"scope": "webhooks:write"}
TAGS = ["Webhooks"]


class EventTold(Struct, frozen=True):
    type: str
    title: Text


class Wish(Struct, frozen=True):
    name: str
    url: str
    events: list[EventType]


class NewWebhook(Struct, frozen=True):
    id: UUID
    secret: str
    """By which each event is signed (Standard Webhooks). Shown once."""


class NewSecret(Struct, frozen=True):
    secret: str
    """Shown once. For a day, events are signed with both."""


class Switch(Struct, frozen=True):
    state: Literal["on", "off"]


class Since(Struct, frozen=True):
    since: datetime


class Replayed(Struct, frozen=True):
    events: int


class Tried(Struct, frozen=True):
    status: int | None
    took_ms: int
    answer: str
    """How it begins."""
    problem: Problem | None
    """Null when it was taken."""


@get("/webhooks/events", opt=READ, tags=TAGS)
async def list_event_types(request: ApiRequest) -> Page[EventTold]:
    """What one can be told of."""
    return Page([EventTold(type_, title) for type_, title in TITLES.items()], None)


@get("/webhooks", opt=READ, tags=TAGS)
async def list_webhooks(request: ApiRequest) -> Page[Endpoint]:
    """The addresses that are told, and how they are."""
    return Page(await _webhooks(request).every(caller_of(request).tenant), None)


@post("/webhooks", opt=WRITE, tags=TAGS)
async def create_webhook(request: ApiRequest, data: JSONBody[Wish]) -> NewWebhook:
    """Adds an address. Each event is a POST with `type`, `timestamp` and `data`, signed by `webhook-id`, `webhook-timestamp` and
    `webhook-signature` as Standard Webhooks says. Answer with 2xx within 15 seconds; else it is sent again for two days, under
    the same id."""
    caller = caller_of(request)
    made = await _webhooks(request).create(caller.tenant, data.name, data.url, data.events, caller.account)
    return NewWebhook(*made)


@get("/webhooks/{endpoint:uuid}", opt=READ, tags=TAGS)
async def one_webhook(request: ApiRequest, endpoint: FromPath[UUID]) -> Endpoint:
    """One address."""
    return await _found(request, endpoint)


@put("/webhooks/{endpoint:uuid}", opt=WRITE, tags=TAGS)
async def change_webhook(request: ApiRequest, endpoint: FromPath[UUID], data: JSONBody[Wish]) -> Endpoint:
    """Changes name, address and events."""
    caller = caller_of(request)
    await _webhooks(request).change(caller.tenant, endpoint, data.name, data.url, data.events, caller.account)
    return await _found(request, endpoint)


@delete("/webhooks/{endpoint:uuid}", opt=WRITE, tags=TAGS)
async def delete_webhook(request: ApiRequest, endpoint: FromPath[UUID]) -> None:
    """Deletes an address, with its log."""
    caller = caller_of(request)
    if not await _webhooks(request).delete(caller.tenant, endpoint, caller.account):
        raise not_found()


@post("/webhooks/{endpoint:uuid}/state", opt=WRITE, status_code=200, tags=TAGS)
async def switch_webhook(request: ApiRequest, endpoint: FromPath[UUID], data: JSONBody[Switch]) -> Endpoint:
    """Switches an address on or off. What waited when it is switched off counts as failed and can be replayed."""
    caller = caller_of(request)
    await _webhooks(request).switch(caller.tenant, endpoint, data.state, caller.account)
    return await _found(request, endpoint)


@post("/webhooks/{endpoint:uuid}/secret", opt=WRITE, status_code=200, tags=TAGS)
async def change_secret(request: ApiRequest, endpoint: FromPath[UUID]) -> NewSecret:
    """Makes a new secret."""
    caller = caller_of(request)
    made = await _webhooks(request).change_secret(caller.tenant, endpoint, caller.account)
    if made is None:
        raise not_found()
    return NewSecret(made)


@post("/webhooks/{endpoint:uuid}/test", opt={**WRITE, **NETWORK}, status_code=200, tags=TAGS)
async def test_webhook(request: ApiRequest, endpoint: FromPath[UUID]) -> Tried:
    """Sends an event of the type `test` at once and tells what was answered."""
    call = await _webhooks(request).test(caller_of(request).tenant, endpoint)
    if call is None:
        raise not_found()
    return Tried(*call)


@get("/webhooks/{endpoint:uuid}/attempts", opt=READ, tags=TAGS)
async def list_attempts(request: ApiRequest, endpoint: FromPath[UUID], after: After = None) -> Page[Attempt]:
    """The calls, the newest first, each with its answer."""
    await _found(request, endpoint)
    if after is not None and not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise bad_cursor()
    async with tenant_transaction(caller_of(request).tenant):
        rows = await repository.attempts(endpoint, int(after) if after else None)
    shown = rows[: repository.PAGE]
    return Page(shown, str(shown[-1].id) if len(rows) > repository.PAGE else None)


@post("/webhooks/{endpoint:uuid}/events/{event:uuid}/replay", opt=WRITE, status_code=202, tags=TAGS)
async def replay_event(request: ApiRequest, endpoint: FromPath[UUID], event: FromPath[UUID]) -> Replayed:
    """Sends this event once more, under the same id, whatever became of it."""
    caller = caller_of(request)
    if not await _webhooks(request).replay(caller.tenant, endpoint, event, caller.account):
        raise not_found()
    return Replayed(1)


@post("/webhooks/{endpoint:uuid}/replay", opt=WRITE, status_code=202, tags=TAGS)
async def replay_failed(request: ApiRequest, endpoint: FromPath[UUID], data: JSONBody[Since]) -> Replayed:
    """Sends all that was given up since a moment of the last 30 days."""
    caller = caller_of(request)
    await _found(request, endpoint)
    since = data.since.astimezone()
    return Replayed(await _webhooks(request).replay_failed(caller.tenant, endpoint, since, caller.account))


async def _found(request: ApiRequest, endpoint: UUID) -> Endpoint:
    found = await _webhooks(request).one(caller_of(request).tenant, endpoint)
    if found is None:
        raise not_found()
    return found


def _webhooks(request: ApiRequest) -> Webhooks:
    webhooks: Webhooks = request.app.state.webhooks
    return webhooks


ROUTES = [
    list_event_types, list_webhooks, create_webhook, one_webhook, change_webhook, delete_webhook, switch_webhook, change_secret,
    test_webhook, list_attempts, replay_event, replay_failed,
]  # fmt: skip
