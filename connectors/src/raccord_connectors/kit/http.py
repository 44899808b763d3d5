"""One way to call a web service: bounded, retried where that is safe, guarded, and silent about secrets.

Connectors hand in a transport in tests (`httpx.MockTransport`), and get errors of the contract, never of httpx.
"""

import ipaddress
import random
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.kit import texts

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
ATTEMPTS = 4
"""Of a safe request: 1 + 3 repetitions, waiting about 0.5, 1 and 2 seconds."""
LONGEST_WAIT = 20.0
"""Seconds that we sleep inside a call; a longer `Retry-After` goes to the caller as a `TransientError`."""
MAX_REDIRECTS = 3


class GuardedTransport(httpx.HTTPTransport):
    """Connects only to public addresses, unless `allow_private` (the sandbox on loopback says so explicitly).

    The name is resolved here and the connection made to the very address that was checked, so that a name which
    changes its answer in between (DNS rebinding) gains nothing. Redirects pass here too.
    """

    def __init__(self, *, allow_private: bool, **options: Any) -> None:
        super().__init__(**options)
        self._allow_private = allow_private

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._allow_private:
            host = request.url.host
            address = public_address(host, request.url.port or (443 if request.url.scheme == "https" else 80))
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=address)
        return super().handle_request(request)


def public_address(host: str, port: int) -> str:
    """The first address of `host`, if every one of them is public; else `ConfigError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise TransientError(texts.UNREACHABLE.fill(host=host), detail=str(error)) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise ConfigError(texts.FORBIDDEN_ADDRESS.fill(host=host), field="url")
    return addresses[0]


class HttpClient:
    """Calls one system. Safe requests (GET, or `repeat=True` for idempotent writes) are repeated with back-off."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
        allow_private: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.host = urlsplit(base_url).netloc
        self._sleep = sleep
        self._client = httpx.Client(
            base_url=base_url,
            auth=auth,
            headers={"User-Agent": "Raccord/1", "Accept": "application/json", **(headers or {})},
            transport=transport or GuardedTransport(allow_private=allow_private),
            timeout=TIMEOUT,
            follow_redirects=False,
        )
        self.requests = 0
        """Sent so far, repetitions included: budgets are counted with it."""

    def json(self, method: str, path: str, *, repeat: bool | None = None, **options: Any) -> Any:
        """The decoded answer of a 2xx; `HttpFailure` for other 4xx, contract errors for the rest."""
        response = self.send(method, path, repeat=repeat, **options)
        try:
            return msgspec.json.decode(response.content)
        except msgspec.DecodeError as error:
            detail = f"{method} {path}: {response.headers.get('content-type', '?')}"
            raise TransientError(texts.NOT_AN_API.fill(host=self.host), detail=detail) from error

    def send(self, method: str, path: str, *, repeat: bool | None = None, **options: Any) -> httpx.Response:
        attempts = ATTEMPTS if (method == "GET" if repeat is None else repeat) else 1
        for attempt in range(1, attempts + 1):
            try:
                return self._once(method, path, **options)
            except TransientError as error:
                wait = error.retry_after if error.retry_after is not None else _back_off(attempt)
                if attempt == attempts or wait > LONGEST_WAIT:
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def close(self) -> None:
        self._client.close()

    def _once(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._follow(method, path, **options)
        except httpx.TransportError as error:
            # Only the kind of error: its text may hold an address with a key in the query string.
            detail = f"{method} {path.partition('?')[0]}: {type(error).__name__}"
            raise TransientError(texts.UNREACHABLE.fill(host=self.host), detail=detail) from error
        if response.is_success:
            return response
        raise self._failure(method, path, response)

    def _follow(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Redirects are followed for GET only, and only where the address stays the same host: credentials must
        not leave with them."""
        self.requests += 1
        response = self._client.request(method, path, **options)
        for _ in range(MAX_REDIRECTS):
            if not (method == "GET" and response.has_redirect_location and response.next_request):
                break
            if response.next_request.url.host != self._client.base_url.host:
                break
            self.requests += 1
            response = self._client.send(response.next_request)
        return response

    def _failure(self, method: str, path: str, response: httpx.Response) -> Exception:
        status = response.status_code
        detail = f"{method} {path.partition('?')[0]}: {status}"
        if status in (401, 403):
            return HttpFailure(texts.REFUSED.fill(host=self.host, status=status), response, detail=detail)
        if status in (408, 425, 429) or status >= 500 or response.has_redirect_location:
            return TransientError(
                texts.BUSY.fill(host=self.host, status=status),
                detail=detail,
                retry_after=_retry_after(response),
            )
        return HttpFailure(texts.NOT_AN_API.fill(host=self.host), response, detail=detail)


class HttpFailure(ConfigError):
    """A 4xx that a connector may understand better than we do: it has `status` and the decoded `body`, if any.
    Left alone it is a `ConfigError`, which stops the connection and tells its owner."""

    def __init__(self, message: Any, response: httpx.Response, *, detail: str) -> None:
        super().__init__(message, detail=detail)
        self.status = response.status_code
        try:
            self.body: Any = msgspec.json.decode(response.content)
        except msgspec.DecodeError:
            self.body = None


def _back_off(attempt: int) -> float:
    """Seconds; with jitter, so that many tenants of one host do not come back at the same instant."""
    return float(0.5 * 2 ** (attempt - 1) * random.uniform(0.8, 1.3))  # noqa: S311


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
