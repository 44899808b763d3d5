"""One way to call a web service: bounded, repeated where that is safe, guarded, and silent about secrets.

Connectors hand in a transport in tests (`httpx.MockTransport`), and get errors of the contract, never of httpx.
"""

import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from raccord_connectors.contract import ConfigError, Message, TransientError
from raccord_connectors.kit import texts
from raccord_connectors.kit.addresses import GuardedTransport

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LONGEST_ANSWER = 120.0
"""Seconds for one whole answer: a server that drips a byte a minute satisfies `TIMEOUT` for ever."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of an answer after decompression."""
ATTEMPTS = 4
"""Of a safe request: 1 + 3 repetitions, waiting about 0.5, 1 and 2 seconds."""
LONGEST_WAIT = 20.0
"""Seconds that we sleep inside a call; a longer `Retry-After` goes to the caller as a `TransientError`."""
MAX_REDIRECTS = 3

_START = re.compile(rb"(?:^|>|\n|\xef\xbb\xbf)\s*(?=[\[{])")
_decoder = msgspec.json.Decoder(float_hook=Decimal)  # numbers with a point are often money


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
        now: Callable[[], float] = time.time,
        explain: "Callable[[HttpFailure], None] | None" = None,
        judge: Callable[[httpx.Response], Exception | None] | None = None,
    ) -> None:
        """`explain` may give a 4xx a better sentence and its field, from what this API writes into the body. `judge` is for APIs
        whose status says little (a refused record as 500): what to raise for an answer other than 2xx; None: by the status."""
        self.host = _host_of(base_url)
        self._explain = explain
        self._judge = judge
        self._sleep = sleep
        self._now = now
        self.requests = 0
        """Sent so far, repetitions and redirects included: budgets are counted with it."""
        self._client = httpx.Client(
            base_url=base_url,
            auth=auth,
            headers={"User-Agent": "Raccord/1", "Accept": "application/json", **(headers or {})},
            transport=transport or GuardedTransport(allow_private=allow_private),
            timeout=TIMEOUT,
            follow_redirects=False,
            event_hooks={"request": [self._count]},
        )

    def json(self, method: str, path: str, *, repeat: bool | None = None, **options: Any) -> Any:
        """The decoded answer of a 2xx, its decimals as Decimal; `HttpFailure` for other 4xx, contract errors for the
        rest. `json=` is sent with decimals as strings."""
        response = self.send(method, path, repeat=repeat, **options)
        try:
            return decode_json(response.content)
        except msgspec.DecodeError as error:
            detail = f"{method} {_path(path)}: {response.headers.get('content-type', '?')}"
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

    def _count(self, request: httpx.Request) -> None:
        self.requests += 1

    def _once(self, method: str, path: str, *, json: Any = None, **options: Any) -> httpx.Response:
        if json is not None:
            options["content"] = msgspec.json.encode(json)
            options["headers"] = {**(options.get("headers") or {}), "Content-Type": "application/json"}
        try:
            response = self._follow(self._client.build_request(method, path, **options))
        except httpx.RequestError as error:
            # Only the kind of error: its text may hold an address with a key in the query string.
            detail = f"{method} {_path(path)}: {type(error).__name__}"
            raise TransientError(texts.UNREACHABLE.fill(host=self.host), detail=detail) from error
        if response.is_success:
            return response
        judged = None if self._judge is None else self._judge(response)
        raise judged or self._failure(method, path, response)

    def _follow(self, request: httpx.Request) -> httpx.Response:
        """Redirects are followed for GET only, and only within the same site: credentials must not leave with them."""
        response = self._read(self._client.send(request, stream=True))
        for _ in range(MAX_REDIRECTS):
            following = response.next_request
            if following is None or request.method != "GET" or not _same_site(request.url, following.url):
                break
            response = self._read(self._client.send(following, stream=True))
        return response

    def _read(self, response: httpx.Response) -> httpx.Response:
        """The same answer with its body read, within the bounds."""
        started, size, parts = time.monotonic(), 0, []
        try:
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_ANSWER or time.monotonic() - started > LONGEST_ANSWER:
                    detail = f"{size} bytes in {time.monotonic() - started:.0f} s"
                    raise TransientError(texts.ENDLESS.fill(host=self.host), detail=detail)
        finally:
            response.close()
        # The body is decompressed by now, and its length another one.
        dropped = ("content-encoding", "content-length", "transfer-encoding")
        headers = [pair for pair in response.headers.multi_items() if pair[0] not in dropped]
        whole = httpx.Response(
            response.status_code, headers=headers, content=b"".join(parts), request=response.request
        )
        whole.next_request = response.next_request
        return whole

    def _failure(self, method: str, path: str, response: httpx.Response) -> Exception:
        status = response.status_code
        detail = f"{method} {_path(path)}: {status}"
        if response.has_redirect_location and response.next_request is not None:
            other = response.next_request.url
            moved = texts.MOVED.fill(host=self.host, other=f"{other.scheme}://{other.netloc.decode()}")
            return ConfigError(moved, detail=detail, field="url")
        if status in (408, 425, 429) or status >= 500:
            busy = texts.BUSY.fill(host=self.host, status=status)
            return TransientError(busy, detail=detail, retry_after=_retry_after(response, self._now()))
        failure = HttpFailure(texts.UNEXPECTED.fill(host=self.host, status=status), response, detail=detail)
        if status == 403 and failure.body is None:
            failure.message = texts.BLOCKED.fill(host=self.host)
        elif status in (401, 403):
            failure.message = texts.REFUSED.fill(host=self.host, status=status)
        elif status == 404 and failure.body is None:
            failure.message = texts.UNKNOWN_ADDRESS.fill(host=self.host)
        if self._explain is not None:
            self._explain(failure)
        return failure


class HttpFailure(ConfigError):
    """A 4xx that a connector may understand better than we do: it has `status` and the decoded `body`, None when that
    is not JSON. Left alone it is a `ConfigError`, which stops the connection and tells its owner."""

    def __init__(self, message: Message, response: httpx.Response, *, detail: str) -> None:
        super().__init__(message, detail=detail)
        self.status = response.status_code
        try:
            self.body: Any = decode_json(response.content)
        except msgspec.DecodeError:
            self.body = None


def decode_json(content: bytes) -> Any:
    """JSON, also when a careless server printed warnings before it (PHP notices end with a line of HTML).

    Decimals come as Decimal. Raises `msgspec.DecodeError` for anything else, an HTML page included.
    """
    try:
        return _decoder.decode(content)
    except msgspec.DecodeError as error:
        for start in _possible_starts(content):
            try:
                return _decoder.decode(content[start:])
            except msgspec.DecodeError:
                continue
        raise error


def _possible_starts(content: bytes) -> list[int]:
    """Where an object or a list may begin: at the start of a line, or right after a tag."""
    return [match.end() for match in islice(_START.finditer(content, 0, 20_000), 50)]


def _host_of(base_url: str) -> str:
    """Host and port, when it is an address that can be called. Names and passwords in it would end up in logs."""
    try:
        parts = urlsplit(base_url)
        written_well = (
            parts.scheme in ("http", "https") and "@" not in parts.netloc and not re.search(r"\s", base_url)
        )
        usable = written_well and bool(httpx.URL(base_url).host)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise ConfigError(texts.BAD_ADDRESS.fill(), field="url")
    return parts.netloc


def _path(path: str) -> str:
    """Without the query string, which may hold a key."""
    return path.partition("?")[0]


def _same_site(ours: httpx.URL, other: httpx.URL) -> bool:
    """The same host and port, or the step up from plain HTTP to HTTPS on the usual ports; never a step down."""
    if (ours.scheme, ours.host, ours.port) == (other.scheme, other.host, other.port):
        return True
    usual = ours.port is None and other.port is None
    return usual and ours.host == other.host and (ours.scheme, other.scheme) == ("http", "https")


def _back_off(attempt: int) -> float:
    """Seconds; with jitter, so that many tenants of one host do not come back at the same instant."""
    return float(0.5 * 2 ** (attempt - 1) * random.uniform(0.8, 1.3))  # noqa: S311


def _retry_after(response: httpx.Response, now: float) -> float | None:
    """Seconds, from either form that HTTP allows: a number or a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def _without_query(record: logging.LogRecord) -> bool:
    """httpx logs each address at INFO; query strings may hold keys (OAuth 1 puts one there)."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            argument.copy_with(query=None) if isinstance(argument, httpx.URL) else argument
            for argument in record.args
        )
    return True


logging.getLogger("httpx").addFilter(_without_query)
