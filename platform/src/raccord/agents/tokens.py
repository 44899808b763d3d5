"""An agent's short-lived token: who it is and for which connection, sealed with a key of ours. Pure.

Nothing about it is stored. Revocation is looked up at each call, in the database that the call needs anyway.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from uuid import UUID

from raccord.sync.caller import Caller

LIFE = 600
"""Seconds."""

_CLAIMS = struct.Struct("!16s16s16sQ")
_SEAL = 32


def derived_key(secret_key: str, purpose: str) -> bytes:
    """A key for one purpose from the process's secret (hexadecimal), so that no two purposes share one."""
    return hmac.digest(bytes.fromhex(secret_key), f"raccord {purpose}".encode(), hashlib.sha256)


def issue(key: bytes, caller: Caller, now: float) -> str:
    claims = _CLAIMS.pack(caller.tenant.bytes, caller.agent.bytes, caller.connection.bytes, int(now) + LIFE)
    return base64.urlsafe_b64encode(claims + hmac.digest(key, claims, hashlib.sha256)).decode()


def verify(key: bytes, token: str, now: float) -> Caller | None:
    """None for a token that is not ours, was altered, or has expired."""
    try:
        sealed = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if (
        base64.urlsafe_b64encode(sealed).decode() != token
    ):  # stray bits before the padding: one token, one spelling
        return None
    claims, seal = sealed[:-_SEAL], sealed[-_SEAL:]
    if len(claims) != _CLAIMS.size or not hmac.compare_digest(seal, hmac.digest(key, claims, hashlib.sha256)):
        return None
    tenant, agent, connection, expires = _CLAIMS.unpack(claims)
    if now >= expires:
        return None
    return Caller(UUID(bytes=tenant), UUID(bytes=agent), UUID(bytes=connection))
