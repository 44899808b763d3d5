"""Sends what is due to one address: in order, each until it is taken, slower and slower, and not for ever.

A call is noted after its answer. A death in between leaves the delivery due, and it is sent again with the same `webhook-id`.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from raccord.outgoing import errors, repository, signing
from raccord.outgoing.keeping import Secrets
from raccord.outgoing.models import Due, Endpoint
from raccord.outgoing.repository import Call
from raccord.storage.engine import tenant_transaction
from raccord_connectors.contract import ConnectorError, Problem
from raccord_connectors.kit.addresses import GuardedTransport

PAUSES = tuple(timedelta(seconds=one) for one in (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000))
"""After each attempt; about two days in all."""
RESTING = timedelta(seconds=30)
STOPPED_AFTER = timedelta(days=3)
"""Without a single success."""
LONGEST_ASKED = timedelta(days=1)
TIMEOUT = httpx.Timeout(15.0, connect=5.0)
SLICE = 20
"""Deliveries of one task: at fifteen seconds each the worst of them still ends in time (`SLICE_SECONDS`)."""
SLICE_SECONDS = 25.0
KEPT = 1000
"""Characters of an answer."""


class Sending:
    """One per process. `transport` is for tests."""

    def __init__(
        self,
        secrets: Secrets,
        *,
        allow_private: bool,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._secrets = secrets
        self._transport = transport or GuardedTransport(allow_private=allow_private)
        self._now = now

    async def deliver(self, tenant: UUID, endpoint: UUID) -> bool:
        """A slice of what is due; one caller at a time for each address. True when there is more."""
        ends = time.monotonic() + SLICE_SECONDS
        async with tenant_transaction(tenant):
            found = await repository.endpoint(endpoint)
            due = await repository.due(endpoint, SLICE) if found is not None and found.state == "on" else []
        if found is None:
            return False
        for one in due:
            if not await self._deliver(tenant, found, one) or time.monotonic() > ends:
                return False
        return len(due) == SLICE

    async def test(self, tenant: UUID, endpoint: Endpoint, event: UUID) -> Call:
        """Sends one event at once, whatever the state of the address, and tells what was answered."""
        async with tenant_transaction(tenant):
            one = await repository.event(endpoint.id, event)
        assert one is not None
        call, _ = await self._call(tenant, endpoint, one)
        async with tenant_transaction(tenant):
            await repository.note(tenant, endpoint.id, event, call)
            if call.problem is None:
                await repository.taken(endpoint.id, event)
        return call

    async def _deliver(self, tenant: UUID, endpoint: Endpoint, one: Due) -> bool:
        """False when the address should be left alone for a while."""
        call, asked = await self._call(tenant, endpoint, one)
        async with tenant_transaction(tenant):
            await repository.note(tenant, endpoint.id, one.event, call)
            if call.problem is None:
                await repository.taken(endpoint.id, one.event)
                return True
            again = PAUSES[one.attempts] if one.attempts < len(PAUSES) else None
            if again is not None and asked is not None:
                again = max(again, min(asked, LONGEST_ASKED))
            since = await repository.not_taken(endpoint.id, one.event, again, call.problem)
            await repository.rest(endpoint.id, RESTING)
            host = _host(endpoint.url)
            if call.status == 410:
                await repository.switch(
                    endpoint.id, "stopped", Problem("config", errors.GONE.fill(host=host), field="url")
                )
            elif since is not None and self._now() - since > STOPPED_AFTER:
                message = errors.STOPPED.fill(days=STOPPED_AFTER.days, host=host)
                await repository.switch(endpoint.id, "stopped", Problem("config", message, field="url"))
        return False

    async def _call(self, tenant: UUID, endpoint: Endpoint, one: Due) -> tuple[Call, timedelta | None]:
        """With the pause that the other side asked for."""
        now = self._now()
        body = signing.body_of(one.type, one.at, one.data)
        try:
            secrets = await self._secrets.of(tenant, endpoint.id, now)
            headers = signing.headers(secrets, one.event, int(now.timestamp()), body)
        except ConnectorError as error:
            return Call(None, 0, "", error.problem()), None
        return await asyncio.to_thread(self._post, endpoint.url, body, headers)

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[Call, timedelta | None]:
        begun, host = time.monotonic(), _host(url)
        try:
            with (
                httpx.Client(
                    transport=_Kept(self._transport), timeout=TIMEOUT, follow_redirects=False
                ) as client,
                client.stream("POST", url, content=body, headers=headers) as answer,
            ):
                text = _beginning(answer)
                status, asked = answer.status_code, _asked(answer)
        except ConnectorError as error:  # the address leads into our own network, or its name is unknown
            return Call(None, _since(begun), "", error.problem()), None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            message = errors.NO_ANSWER.fill(host=host, reason=type(error).__name__)
            return Call(None, _since(begun), "", Problem("transient", message)), None
        problem = None
        if 300 <= status < 400:
            problem = Problem("config", errors.REDIRECTED.fill(host=host, status=status), field="url")
        elif not 200 <= status < 300:
            problem = Problem("transient", errors.REFUSED.fill(host=host, status=status))
        return Call(status, _since(begun), text, problem), asked


class _Kept(httpx.BaseTransport):
    """The process's transport, which a client does not close."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)


def _beginning(answer: httpx.Response) -> str:
    """No more of it than is kept: the other side may send for ever."""
    found = b""
    ends = time.monotonic() + 15.0
    for piece in answer.iter_bytes(KEPT * 4):
        found += piece
        if len(found) >= KEPT * 4 or time.monotonic() > ends:
            break
    return found.decode("utf-8", "replace")[:KEPT]


def _asked(answer: httpx.Response) -> timedelta | None:
    told = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(told)) if told.isascii() and told.isdecimal() and len(told) < 8 else None


def _host(url: str) -> str:
    return httpx.URL(url).host


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
