"""Uploads contents to the object store, by the addresses that the platform gives: whole, or in the parts that it lacks."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from raccord_agent.files_names import TYPES, extension
from raccord_agent.files_texts import STORE_AWAY
from raccord_agent.line import Refused, checked_address, is_loopback, reason_of, trusted
from raccord_agent.tunnel import Tunnel
from raccord_connectors.contract import TransientError
from raccord_connectors.wire_files import UploadAllowed, UploadAsked, Uploaded

CHUNK = 64 * 1024
TIMEOUT = httpx.Timeout(120.0, connect=15.0)


class Gone(Exception):
    """The file is no more what it was when it was hashed: the next look finds what it is now."""


class Uploader:
    """`bytes_per_second` 0: no limit. `beat` is called while a large file travels."""

    def __init__(
        self,
        tunnel: Tunnel,
        *,
        ca_file: str,
        proxy: str,
        bytes_per_second: int,
        beat: Callable[[], None],
        stopping: Callable[[], bool],
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._tunnel = tunnel
        self._trust = trusted(ca_file)
        self._proxy = proxy
        self._rate = bytes_per_second
        self._beat = beat
        self._stopping = stopping
        self._sleep = sleep
        self._transport = transport
        self._clients: dict[bool, httpx.Client] = {}
        self.sent = 0
        """Bytes, since the start."""

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def upload(self, sha256: bytes, path: str, size: int) -> None:
        """Raises `Gone`, and what the tunnel raises; `TransientError` also when the store is away."""
        content_type = TYPES.get(extension(path), "application/octet-stream")
        allowed = self._tunnel.ask_upload(UploadAsked(sha256, size, content_type))
        if not allowed.done:
            self._send(allowed, path, size, sha256)
        try:
            self._tunnel.tell_uploaded(Uploaded(sha256, size, allowed.upload))
        except Refused as refusal:
            if refusal.status == 409:
                raise Gone from refusal
            raise

    def _send(self, allowed: UploadAllowed, path: str, size: int, sha256: bytes) -> None:
        try:
            with Path(path).open("rb") as file:
                if not allowed.parts and not allowed.upload:
                    self._put(allowed.url, allowed.headers, file, size)
                for part in allowed.parts:
                    file.seek(part.start)
                    self._put(part.url, {}, file, part.size)
        except OSError as error:
            raise Gone from error

    def _put(self, url: str, headers: Mapping[str, str], file: BinaryIO, size: int) -> None:
        told = {**headers, "Content-Length": str(size)}
        try:
            answer = self._client(url).put(
                url, headers=told, content=self._pieces(file, size), timeout=TIMEOUT
            )
        except httpx.TransportError as error:
            raise self._away(url, reason_of(error)) from error
        if answer.status_code in (400, 403, 413):
            raise Gone  # its content is not the promised one; or the address has run out, and a new one is asked for
        if answer.status_code != 200:
            raise self._away(url, str(answer.status_code))

    def _pieces(self, file: BinaryIO, size: int) -> Iterator[bytes]:
        """As fast as allowed, and never more than promised."""
        begun, sent = time.monotonic(), 0
        while sent < size:
            piece = file.read(min(CHUNK, size - sent))
            if not piece or self._stopping():
                raise Gone
            yield piece
            sent += len(piece)
            self.sent += len(piece)
            self._beat()
            if self._rate and (ahead := sent / self._rate - (time.monotonic() - begun)) > 0:
                self._sleep(ahead)

    def _client(self, url: str) -> httpx.Client:
        """The platform may only send us to where HTTPS protects the file, or to this machine (the sandbox)."""
        checked_address(url.partition("?")[0])
        local = is_loopback(urlsplit(url).hostname or "")
        if local not in self._clients:
            self._clients[local] = httpx.Client(
                verify=self._trust,
                proxy=None if local else self._proxy or None,
                trust_env=not local,
                transport=self._transport,
                follow_redirects=False,
            )
        return self._clients[local]

    def _away(self, url: str, reason: str) -> TransientError:
        return TransientError(STORE_AWAY.fill(host=urlsplit(url).netloc, reason=reason))


def sha256_of(path: str, beat: Callable[[], None]) -> tuple[bytes, int]:
    """Hash and size of what is there now. Raises `OSError`."""
    digest, size = hashlib.sha256(), 0
    with Path(path).open("rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
            size += len(chunk)
            beat()
    return digest.digest(), size
