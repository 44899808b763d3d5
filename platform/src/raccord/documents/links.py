"""The address of a customer's page: it names tenant and page, signed, so that nobody finds one by trying.

The same page has the same address until its serial changes, because the address is part of what the shop's orders show: one that
changed each time would be told to the shop again and again.
"""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SEAL = 16
"""Bytes of the signature: 128 bits cannot be tried."""


class Named(NamedTuple):
    tenant: UUID
    page: UUID
    seal: bytes


class PageLinks:
    def __init__(self, secret_key: str, public_url: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"raccord customer page")
        self._key = derived.derive(bytes.fromhex(secret_key))
        self._public_url = public_url.rstrip("/")

    def __repr__(self) -> str:
        return "PageLinks(•••)"

    def address(self, tenant: UUID, page: UUID, serial: int) -> str:
        return f"{self._public_url}/d/{self.token(tenant, page, serial)}"

    def token(self, tenant: UUID, page: UUID, serial: int) -> str:
        named = tenant.bytes + page.bytes + self._seal(tenant, page, serial)
        return base64.urlsafe_b64encode(named).decode().rstrip("=")

    def read(self, token: str) -> Named | None:
        """Whom it names; None for what is no such address. Whether it holds, `holds` says with the page's serial."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        if len(raw) != 32 + SEAL:
            return None
        return Named(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:])

    def holds(self, named: Named, serial: int) -> bool:
        return hmac.compare_digest(named.seal, self._seal(named.tenant, named.page, serial))

    def _seal(self, tenant: UUID, page: UUID, serial: int) -> bytes:
        said = tenant.bytes + page.bytes + serial.to_bytes(4, "big")
        return hmac.new(self._key, said, hashlib.sha256).digest()[:SEAL]
