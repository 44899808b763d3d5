"""One call over the line to the platform: outbound HTTPS, bounded, its failures told apart by what happens next.

`TransientError` (come back later), `Refused` (the platform said no, and why), `UpdateNeeded` (this agent is too old).
Addresses in plain http are accepted only for this very machine.
"""

import ipaddress
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import certifi
import httpx
import msgspec
import zstandard

from raccord_agent import __version__
from raccord_agent.texts import BAD_ADDRESS, BUSY, NOT_OURS, NOT_SECURE, UNREACHABLE, UPDATE_NEEDED
from raccord_connectors import wire
from raccord_connectors.contract import ConfigError, Message, TransientError

COMPRESS_FROM = 1_024
CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 90.0
"""A large delta on a slow line, and a busy platform behind it."""

A = TypeVar("A")


class Refused(Exception):
    """A 4xx. `number` is what a refused delta should follow, when the platform told it."""

    def __init__(self, status: int, refusal: wire.Refusal, number: int | None = None) -> None:
        super().__init__(f"{status} {refusal.message.code}: {refusal.message.en}")
        self.status = status
        self.refusal = refusal
        self.number = number


class UpdateNeeded(ConfigError):
    """426: the platform no longer speaks this agent's protocol."""


class Line:
    def __init__(
        self,
        platform: str,
        *,
        proxy: str | None = None,
        ca_file: str | None = None,
        transport: httpx.BaseTransport | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.platform = checked_address(platform)
        self.host = urlsplit(self.platform).netloc
        self._now = now
        self.clock_gap: float | None = None
        """Seconds that this machine's clock is ahead of the platform's, as its last answer tells."""
        self.last_answer_at: float | None = None
        local = is_loopback(urlsplit(self.platform).hostname or "")
        self._client = httpx.Client(
            base_url=self.platform,
            headers={
                "User-Agent": f"raccord-agent/{__version__}",
                "Raccord-Protocol": str(wire.PROTOCOL),
                "Content-Type": "application/msgpack",
                "Accept": "application/msgpack",
            },
            proxy=proxy or None,
            trust_env=not local,
            verify=trusted(ca_file),
            transport=transport,
            follow_redirects=False,
        )

    def call(
        self,
        method: str,
        path: str,
        body: bytes,
        answer: type[A],
        *,
        token: str | None = None,
        wait: float = 0.0,
    ) -> A:
        """`wait`: seconds that the platform may keep the call open before it answers."""
        status, content, retry_after = self._send(method, path, body, token, wait)
        if status == 426:
            raise UpdateNeeded(UPDATE_NEEDED.fill(version=__version__))
        if status == 429 or status >= 500 or status in (408, 425):
            raise TransientError(BUSY.fill(host=self.host, status=status), retry_after=retry_after)
        if status >= 400:
            raise self._refused(status, content)
        try:
            if status >= 300:
                raise msgspec.DecodeError("a redirect")
            return wire.unpack(content, answer)
        except msgspec.DecodeError as error:
            raise self._not_ours(status, f"{path}: {error}") from error

    def close(self) -> None:
        self._client.close()

    def _send(
        self, method: str, path: str, body: bytes, token: str | None, wait: float
    ) -> tuple[int, bytes, float | None]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if len(body) > COMPRESS_FROM:
            body = zstandard.ZstdCompressor().compress(body)
            headers["Content-Encoding"] = "zstd"
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, read=ANSWER_SECONDS + wait)
        try:
            with self._client.stream(
                method, path, content=body or None, headers=headers, timeout=timeout
            ) as response:
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > wire.MAX_BODY:
                        raise self._not_ours(response.status_code, f"{path}: the answer is too large")
        except (httpx.TransportError, httpx.DecodingError) as error:
            # Never the text of the error: it may hold a proxy's address with its password.
            reason = reason_of(error)
            raise TransientError(UNREACHABLE.fill(host=self.host, reason=reason), detail=path) from error
        self._note(response)
        told = response.headers.get("Retry-After", "")
        return response.status_code, bytes(content), float(told) if told.isdigit() else None

    def _note(self, response: httpx.Response) -> None:
        self.last_answer_at = self._now()
        try:
            told = parsedate_to_datetime(response.headers["Date"]).timestamp()
        except (KeyError, ValueError, TypeError):
            return
        self.clock_gap = self._now() - told

    def _refused(self, status: int, content: bytes) -> Exception:
        try:
            told = wire.unpack(content, _Told)
        except msgspec.DecodeError as error:
            return self._not_ours(status, str(error))
        message = told.message or NOT_OURS.fill(host=self.host, status=status)
        return Refused(status, wire.Refusal(message, told.server_time), told.number)

    def _not_ours(self, status: int, detail: str) -> TransientError:
        return TransientError(NOT_OURS.fill(host=self.host, status=status), detail=detail)


class _Told(msgspec.Struct, frozen=True):
    """What a refusal may hold: `wire.Refusal`, or `wire.DeltaAck` for a gap."""

    message: Message | None = None
    server_time: int | None = None
    number: int | None = None


def checked_address(url: str) -> str:
    """The platform's address without a trailing slash. `ConfigError` when it is none, or not encrypted."""
    parts = urlsplit(url.strip())
    try:
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        port_ok = False
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_ok or parts.username:
        raise ConfigError(BAD_ADDRESS.fill(url=_without_password(url)), field="platform")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigError(NOT_SECURE.fill(url=url), field="platform")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def trusted(ca_file: str | None) -> ssl.SSLContext:
    """The system's authorities (where companies put that of their inspecting proxy), Mozilla's, and one's own."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def reason_of(error: Exception) -> str:
    """The kind of failure in a few words of the system, without addresses: "ConnectError: Connection refused"."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    told = getattr(cause, "strerror", None) or getattr(cause, "reason", None)
    return f"{type(error).__name__}: {told}" if told else type(error).__name__


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_password(url: str) -> str:
    _, at, after = url.rpartition("@")
    return f"•••{at}{after}" if at else url
