"""Signed addresses of the embedded folder: the same promises as S3's, kept by the web process at `/objects/…`.

The signature is an HMAC over every parameter of the address and its key. Its key is derived from the installation's secret,
for this use alone.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from raccord.storage.objects.keys import checked
from raccord.storage.objects.port import ObjectRefused

PATH = "/objects/"


class Grant(Struct, frozen=True, kw_only=True):
    """What one address allows."""

    act: str
    """`get`, `put` or `part`."""
    key: str
    until: int
    """Seconds since 1970."""
    type: str = ""
    """Of the content: to be sent with a get, to be said by a put."""
    size: int = -1
    sha256: str = ""
    name: str = ""
    upload: str = ""
    part: int = 0


class Signer:
    def __init__(self, public_url: str, secret_key: str) -> None:
        self._base = public_url.rstrip("/") + PATH
        secret = bytes.fromhex(secret_key) if secret_key else b""
        self._key = HKDF(SHA256(), length=32, salt=None, info=b"raccord objects").derive(secret)

    def address(self, grant: Grant) -> str:
        said = {name: str(value) for name, value in _said(grant).items()}
        return f"{self._base}{quote(grant.key)}?{urlencode({**said, 'signature': self._sign(grant)})}"

    def read(self, key: str, query: Mapping[str, str], now: float) -> Grant:
        """Raises `ObjectRefused` for an address that we did not make, that was altered, or whose time is over."""
        try:
            grant = Grant(
                act=query["act"],
                key=checked(key),
                until=int(query["until"]),
                type=query.get("type", ""),
                size=int(query.get("size", "-1")),
                sha256=query.get("sha256", ""),
                name=query.get("name", ""),
                upload=query.get("upload", ""),
                part=int(query.get("part", "0")),
            )
        except (KeyError, ValueError):
            raise ObjectRefused("not an address of ours") from None
        if not hmac.compare_digest(self._sign(grant).encode(), query.get("signature", "").encode()):
            raise ObjectRefused("the signature does not hold")
        if grant.until <= now:
            raise ObjectRefused("the address has expired")
        return grant

    def _sign(self, grant: Grant) -> str:
        told = urlencode([("key", grant.key), *((n, str(v)) for n, v in sorted(_said(grant).items()))])
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()


def _said(grant: Grant) -> dict[str, str | int]:
    """Without the key, and without what says nothing: addresses stay short."""
    said: dict[str, str | int] = {"act": grant.act, "until": grant.until}
    if grant.size >= 0:
        said["size"] = grant.size
    if grant.part:
        said["part"] = grant.part
    for name in ("type", "sha256", "name", "upload"):
        value = getattr(grant, name)
        if value:
            said[name] = value
    return said
