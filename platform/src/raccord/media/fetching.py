"""Fetches one document from the address that a merchant's ERP names: never from our own network, never more than a document is,
never for longer than a document takes. What it is, its first bytes say; what its server calls it counts for nothing."""

import time
from collections.abc import Callable

import httpx
from msgspec import Struct

from raccord.media.errors import (
    ADDRESS_AWAY,
    ADDRESS_GONE,
    ADDRESS_TOO_LARGE,
    NOT_A_DOCUMENT,
    NOT_AN_ADDRESS,
    PRIVATE_ADDRESS,
    WEB_PAGE,
)
from raccord_connectors.contract import ConfigError, ConnectorError, RecordRejected, TransientError
from raccord_connectors.kit.addresses import GuardedTransport

MOST_BYTES = 25_000_000
SECONDS = 30.0
"""For all of it, redirects included."""
REDIRECTS = 5
BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
"""Word and Excel are archives or, when old, one of Microsoft's own; their names say which."""


class Fetched(Struct, frozen=True):
    content: bytes
    content_type: str
    etag: str
    """As the server told it; empty: it tells none."""


class Fetcher:
    """Thread-safe. `clock` in seconds."""

    def __init__(
        self,
        *,
        allow_private: bool,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._client = httpx.Client(
            transport=transport or GuardedTransport(allow_private=allow_private),
            timeout=10.0,
            follow_redirects=True,
            max_redirects=REDIRECTS,
            headers={"User-Agent": "Raccord/1", "Accept": "application/pdf, */*;q=0.5"},
        )
        self._clock = clock
        self._most_bytes = most_bytes

    def fetch(self, address: str, etag: str = "") -> Fetched | None:
        """None: it is what it was. Raises `RecordRejected`, and `TransientError` for what may be better later."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as error:
            raise RecordRejected(NOT_AN_ADDRESS.fill(address=address), detail=str(error)) from None
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise RecordRejected(NOT_AN_ADDRESS.fill(address=address))
        try:
            return self._fetch(url, etag)
        except ConfigError as error:  # it leads into a private network
            raise RecordRejected(PRIVATE_ADDRESS.fill(address=address), detail=error.detail) from None
        except ConnectorError:
            raise
        except (httpx.TooManyRedirects, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise RecordRejected(NOT_AN_ADDRESS.fill(address=address), detail=type(error).__name__) from None
        except httpx.HTTPError as error:
            raise TransientError(ADDRESS_AWAY.fill(address=address), detail=type(error).__name__) from None

    def close(self) -> None:
        self._client.close()

    def _fetch(self, url: httpx.URL, etag: str) -> Fetched | None:
        until, address = self._clock() + SECONDS, str(url)
        with self._client.stream("GET", url, headers={"If-None-Match": etag} if etag else {}) as response:
            if response.status_code == 304 and etag:
                return None
            if response.status_code in (408, 425, 429) or response.status_code >= 500:
                raise TransientError(ADDRESS_AWAY.fill(address=address), detail=str(response.status_code))
            if response.status_code != 200:
                raise RecordRejected(ADDRESS_GONE.fill(address=address, status=response.status_code))
            content = bytearray()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > self._most_bytes:
                    most = self._most_bytes // 1_000_000
                    raise RecordRejected(ADDRESS_TOO_LARGE.fill(address=address, most=most))
                if self._clock() > until:
                    raise TransientError(ADDRESS_AWAY.fill(address=address), detail="too slow")
            return Fetched(
                bytes(content), _type_of(bytes(content), address), response.headers.get("ETag", "")[:200]
            )


def _type_of(content: bytes, address: str) -> str:
    for beginning, type_ in BEGINNINGS:
        if content.startswith(beginning):
            return type_
    head = content[:1_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<svg")):
        raise RecordRejected(WEB_PAGE.fill(address=address))
    raise RecordRejected(NOT_A_DOCUMENT.fill(address=address))
