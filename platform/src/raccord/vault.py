"""Secrets at rest: the shops' tokens and keys, encrypted for one tenant and one place, with AES-256-GCM.

Each tenant has a key of its own, derived from the installation's `secret_key` (HKDF-SHA-256) and never stored. Tenant and
place are authenticated with the text, so that a row copied to another tenant or connection cannot be opened there. The
sealed form is: version (1 byte), which secret key (4), nonce (12), text and tag.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
KEY_MARK = 4
NONCE = 12


class VaultError(Exception):
    """What was stored cannot be opened with this installation's key; the message says why, and no secret."""


class Vault:
    """`secret_key`: 32 bytes in hexadecimal."""

    def __init__(self, secret_key: str) -> None:
        try:
            self._key = bytes.fromhex(secret_key)
        except ValueError:
            raise VaultError("the secret key is not hexadecimal") from None
        if len(self._key) < 32:
            raise VaultError("the secret key is shorter than 32 bytes")
        digest = Hash(SHA256())
        digest.update(b"raccord vault key mark" + self._key)
        self._mark = digest.finalize()[:KEY_MARK]

    def __repr__(self) -> str:
        return "Vault(•••)"

    @property
    def mark(self) -> str:
        """Tells keys apart without telling anything of them."""
        return self._mark.hex()

    def seal(self, tenant: UUID, place: str, secret: bytes) -> bytes:
        """`place` names where it is kept, e.g. "connection:…"; the same is needed to open it."""
        nonce = os.urandom(NONCE)
        sealed = self._cipher(tenant).encrypt(nonce, secret, _context(tenant, place))
        return VERSION + self._mark + nonce + sealed

    def open(self, tenant: UUID, place: str, sealed: bytes) -> bytes:
        """Raises `VaultError`."""
        head = len(VERSION) + KEY_MARK
        if sealed[:1] != VERSION or len(sealed) < head + NONCE:
            raise VaultError("not sealed by this product, or by a newer version")
        if sealed[1:head] != self._mark:
            raise VaultError("sealed with another secret key: RACCORD_SECRET_KEY was changed")
        nonce, text = sealed[head : head + NONCE], sealed[head + NONCE :]
        try:
            return self._cipher(tenant).decrypt(nonce, text, _context(tenant, place))
        except InvalidTag:
            raise VaultError("altered, or sealed for another tenant or place") from None

    def _cipher(self, tenant: UUID) -> AESGCM:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"raccord vault tenant " + tenant.bytes)
        return AESGCM(derived.derive(self._key))


def _context(tenant: UUID, place: str) -> bytes:
    return tenant.bytes + place.encode()
